//! Metadata: three exact sets of tags that every argument, the result and the session carry (S2.2, S2.3).

mod call_ids;
mod mentioned;
mod session;
#[cfg(test)]
mod session_tests;
mod session_text;
#[cfg(test)]
mod session_text_tests;
mod set;
mod tags;
mod text;

pub(crate) use call_ids::NotPending;
pub(crate) use mentioned::Mentioned;
pub use session::{Session, SessionError};
pub use set::{MetaSet, SetView};
pub(crate) use tags::{Interner, StringTable, Universe};
pub use tags::{TagId, Tags};
pub(crate) use text::write_metadata_input;
pub use text::{write_metadata, write_set};

pub use crate::bytecode::operand::FieldImm;

use crate::bytecode::const_sets::tags_of;
use crate::bytecode::program::WordRecord;
use std::ops::Range;

/// The three fields, in the order in which they are written.
pub const FIELDS: [FieldImm; 3] = [FieldImm::Tags, FieldImm::Producers, FieldImm::Consumers];

/// Metadata: three sets (S2.2). [`Metadata::field`] gives a set, [`write_metadata`] writes all as JSON; [`Tags`] has the
/// strings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    pub(crate) tags: MetaSet,
    pub(crate) producers: MetaSet,
    pub(crate) consumers: MetaSet,
}

impl Default for Metadata {
    /// No tags, no producers, universal consumers (S2.2).
    fn default() -> Metadata {
        Metadata { tags: MetaSet::empty(), producers: MetaSet::empty(), consumers: MetaSet::universal() }
    }
}

impl MetaSet {
    /// Becomes the default of a field (S2.2).
    pub(crate) fn set_default(&mut self, field: FieldImm) {
        match field {
            FieldImm::Tags | FieldImm::Producers => self.set_empty(),
            FieldImm::Consumers => self.set_universal(),
        }
    }

    /// Joins the same field of other metadata to it (S2.5).
    pub(crate) fn join(&mut self, field: FieldImm, other: SetView<'_>) {
        match field {
            FieldImm::Tags | FieldImm::Producers => self.union(other),
            FieldImm::Consumers => self.intersect(other),
        }
    }
}

impl Metadata {
    /// Becomes the default, keeping its memory.
    pub(crate) fn reset(&mut self) {
        for field in FIELDS {
            self.field_mut(field).set_default(field);
        }
    }

    /// Becomes a copy of `other`, in its own memory if that is large enough.
    pub(crate) fn assign(&mut self, other: &Metadata) {
        for field in FIELDS {
            self.field_mut(field).assign(other.field(field).view());
        }
    }

    /// Joins `other` to it: union of tags and producers, intersection of consumers (S2.5).
    ///
    /// The default is neutral, so joining the metadata of all arguments to it is the propagation of S2.5.
    pub(crate) fn join(&mut self, other: &Metadata) {
        for field in FIELDS {
            self.field_mut(field).join(field, other.field(field).view());
        }
    }

    /// Gives the listed tags of a range of ids other ids, as [`MetaSet::rename`] may.
    fn rename(&mut self, range: Range<u32>, mut rename: impl FnMut(TagId) -> TagId) {
        for field in FIELDS {
            self.field_mut(field).rename(range.clone(), &mut rename);
        }
    }

    /// Gives its tags of the session's table ids of the call, so that they outlive changes of that table. Only for metadata
    /// that is not compared any more: the tags then have two ids.
    pub(crate) fn detach(&mut self, universe: &Universe, session: &StringTable, call: &mut StringTable) {
        let ids = universe.session_ids();
        let mut from = ids.start / u64::BITS;
        while let Some(index) = self.next_word(from, ids.end) {
            let taken = FIELDS.map(|field| self.field_mut(field).take_from_word(index, &ids));
            let [tags, producers, consumers] = taken;
            for tag in tags_of(WordRecord { index, bits: tags | producers | consumers }) {
                let name = tag.checked_sub(ids.start).and_then(|index| session.name(index));
                let renamed = name.map_or(TagId(tag), |name| tags::call_tag(call.append(name)));
                for (field, taken) in FIELDS.into_iter().zip(taken) {
                    if taken >> (tag % u64::BITS) & 1 == 1 {
                        self.field_mut(field).list(renamed);
                    }
                }
            }
            from = index.saturating_add(1);
        }
    }

    /// The first word from `from` on in which a set lists tags, if it begins before `end`.
    fn next_word(&self, from: u32, end: u32) -> Option<u32> {
        let words = FIELDS.into_iter().filter_map(|field| self.field(field).next_word(from, end));
        words.min()
    }

    /// A set.
    pub fn field(&self, field: FieldImm) -> &MetaSet {
        match field {
            FieldImm::Tags => &self.tags,
            FieldImm::Producers => &self.producers,
            FieldImm::Consumers => &self.consumers,
        }
    }

    /// A set, to change.
    pub(crate) fn field_mut(&mut self, field: FieldImm) -> &mut MetaSet {
        match field {
            FieldImm::Tags => &mut self.tags,
            FieldImm::Producers => &mut self.producers,
            FieldImm::Consumers => &mut self.consumers,
        }
    }
}
