//! Metadata sets as explanations show them, and where their strings came from.

use std::collections::HashMap;

use sqrt_vm::metadata::{FIELDS, FieldImm, Metadata, Tags};
use sqrt_vm::trace::{SeenMetadata, SeenSet};

use super::Options;
use super::model::{ShownMetadata, ShownSet, ShownString};

/// How many strings of a set are shown, unless everything was asked for.
const MOST: usize = 12;

/// Where each string that a set lists came from, the latest station first.
pub(super) type Origins = HashMap<String, Vec<String>>;

/// The same for each field.
#[derive(Debug, Clone, Default)]
pub(super) struct MetadataOrigins {
    fields: [Origins; 3],
}

impl MetadataOrigins {
    pub(super) fn of(&self, field: FieldImm) -> &Origins {
        let [tags, producers, consumers] = &self.fields;
        match field {
            FieldImm::Tags => tags,
            FieldImm::Producers => producers,
            FieldImm::Consumers => consumers,
        }
    }

    pub(super) fn of_mut(&mut self, field: FieldImm) -> &mut Origins {
        let [tags, producers, consumers] = &mut self.fields;
        match field {
            FieldImm::Tags => tags,
            FieldImm::Producers => producers,
            FieldImm::Consumers => consumers,
        }
    }
}

/// A set without origins.
pub(super) fn shown_set(set: SeenSet<'_>, options: Options) -> ShownSet {
    shown(set.is_complement(), set.len(), set.strings().collect(), None, options)
}

fn shown(
    complement: bool,
    len: usize,
    mut strings: Vec<&str>,
    origins: Option<&Origins>,
    options: Options,
) -> ShownSet {
    strings.sort_unstable();
    if !options.full {
        strings.truncate(MOST);
    }
    let left_out = len.saturating_sub(strings.len());
    let string = |string: &str| ShownString {
        string: string.to_owned(),
        from: origins.and_then(|origins| origins.get(string)).cloned().unwrap_or_default(),
    };
    ShownSet { complement, strings: strings.into_iter().map(string).collect(), left_out }
}

/// Metadata with origins.
pub(super) fn shown_metadata(
    metadata: SeenMetadata<'_>,
    origins: &MetadataOrigins,
    options: Options,
) -> ShownMetadata {
    let field = |field: FieldImm| {
        let set = metadata.field(field);
        shown(set.is_complement(), set.len(), set.strings().collect(), Some(origins.of(field)), options)
    };
    assembled(FIELDS.map(field))
}

/// What the session or the result has in the end, as the engine has it.
pub(super) fn final_metadata(
    metadata: &Metadata,
    tags: &Tags<'_>,
    origins: &MetadataOrigins,
    options: Options,
) -> ShownMetadata {
    let field = |field: FieldImm| {
        let set = metadata.field(field).view();
        let strings: Vec<&str> = set.listed().filter_map(|tag| tags.name(tag)).collect();
        shown(!set.is_finite(), set.listed_len(), strings, Some(origins.of(field)), options)
    };
    assembled(FIELDS.map(field))
}

fn assembled([tags, producers, consumers]: [ShownSet; 3]) -> ShownMetadata {
    ShownMetadata { tags, producers, consumers }
}

/// The name of a field, as the language has it.
pub(super) fn field_name(field: FieldImm) -> &'static str {
    match field {
        FieldImm::Tags => "tags",
        FieldImm::Producers => "producers",
        FieldImm::Consumers => "consumers",
    }
}
