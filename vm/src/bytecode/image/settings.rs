//! The settings in an image: a record of what has a fixed size, and a section for each list of the branching policy.

use super::error::ImageError;
use super::sections::{SectionReader, SectionWriter, Table};
use super::wire::{Wire, records, take};
use crate::bytecode::settings::{Branching, Level, Mode, Settings};

/// What has a fixed size.
#[derive(Clone, Copy)]
struct SettingsRecord {
    default_allow: bool,
    default_level: Level,
    mode: Mode,
    fail_fast: bool,
    /// Whether there is a branching policy, and whether its lists name what is denied.
    branching: Option<bool>,
}

records! {
    SettingsRecord {
        default_allow: bool,
        default_level: Level,
        mode: Mode,
        fail_fast: bool,
        branching: Option<bool>,
    }
}

impl Table for Settings {
    fn write(&self, name: &'static str, out: &mut SectionWriter) {
        let Settings { default_allow, default_level, mode, fail_fast, branching } = self;
        let record = SettingsRecord {
            default_allow: *default_allow,
            default_level: *default_level,
            mode: *mode,
            fail_fast: *fail_fast,
            branching: branching.as_ref().map(|branching| branching.deny),
        };
        vec![record].write(name, out);
        let none = Branching { deny: false, tags: Vec::new(), producers: Vec::new(), consumers: Vec::new() };
        let Branching { deny: _, tags, producers, consumers } = branching.as_ref().unwrap_or(&none);
        [tags, producers, consumers].into_iter().for_each(|list| list.write(name, out));
    }

    fn read(name: &'static str, sections: &mut SectionReader<'_>) -> Result<Self, ImageError> {
        let mut records = Vec::<SettingsRecord>::read(name, sections)?.into_iter();
        let (Some(record), None) = (records.next(), records.next()) else {
            return Err(ImageError::malformed(name, "it has one record"));
        };
        let tags = Vec::read("branching tags", sections)?;
        let producers = Vec::read("branching producers", sections)?;
        let consumers = Vec::read("branching consumers", sections)?;
        let branching = match record.branching {
            Some(deny) => Some(Branching { deny, tags, producers, consumers }),
            None if tags.is_empty() && producers.is_empty() && consumers.is_empty() => None,
            None => return Err(ImageError::malformed(name, "lists without a branching policy")),
        };
        let SettingsRecord { default_allow, default_level, mode, fail_fast, .. } = record;
        Ok(Settings { default_allow, default_level, mode, fail_fast, branching })
    }

    fn describe(name: &str, out: &mut String) {
        Vec::<SettingsRecord>::describe(name, out);
        for list in ["tags", "producers", "consumers"] {
            Vec::<String>::describe(&format!("branching {list}"), out);
        }
    }

    fn shrink(&mut self) {
        if let Some(Branching { deny: _, tags, producers, consumers }) = &mut self.branching {
            [tags, producers, consumers].into_iter().for_each(Table::shrink);
        }
    }
}
