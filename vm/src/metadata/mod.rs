//! Metadata: three exact sets of tags that every argument, the result and the session carry (S2.2, S2.3).

mod across;
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
pub(crate) use set::HeadWord;
use set::from_on;
pub use set::{MetaSet, SetView};
use tags::CALL_IDS;
pub(crate) use tags::{Interner, StringTable, Universe};
pub use tags::{TagId, Tags};
pub(crate) use text::write_metadata_input;
pub use text::{write_metadata, write_set};

pub use crate::bytecode::operand::FieldImm;

use crate::bytecode::program::HEAD_WORDS;
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
        let first = universe.session_ids().start;
        for index in first / u64::BITS..HEAD_WORDS as u32 {
            let listed =
                self.tags.in_head(index) | self.producers.in_head(index) | self.consumers.in_head(index);
            if listed & from_on(index, first) != 0 {
                self.detach_word(index, first, session, call);
            }
        }
        // The ids of the call begin with a word.
        let end = CALL_IDS.start / u64::BITS;
        let mut from = HEAD_WORDS as u32;
        while let Some(index) = self.next_of_tail(from).filter(|&index| index < end) {
            self.detach_word(index, first, session, call);
            from = index.saturating_add(1);
        }
    }

    /// Gives the tags of a word that are of the session, from this one on, ids of the call.
    fn detach_word(&mut self, index: u32, first: u32, session: &StringTable, call: &mut StringTable) {
        let mask = from_on(index, first);
        let Metadata { tags, producers, consumers } = self;
        let taken = [tags.take(index, mask), producers.take(index, mask), consumers.take(index, mask)];
        let mut rest = taken.iter().fold(0, |all, taken| all | taken);
        // Tags that follow each other have names that do.
        while rest != 0 {
            let (start, after) = (rest.trailing_zeros(), rest.wrapping_add(rest & rest.wrapping_neg()));
            let run = rest & !after;
            rest &= after;
            let tag = index.saturating_mul(u64::BITS).saturating_add(start);
            let appended =
                tag.checked_sub(first).and_then(|index| call.append(session, index, run.count_ones()));
            let renamed = appended.map_or(TagId(tag), tags::call_tag);
            for (set, taken) in [&mut *tags, &mut *producers, &mut *consumers].into_iter().zip(taken) {
                set.list_from((taken & run) >> start, renamed);
            }
        }
    }

    /// The first word from `from` on, beyond the heads, in which a set lists tags.
    fn next_of_tail(&self, from: u32) -> Option<u32> {
        let words = FIELDS.into_iter().filter_map(|field| self.field(field).next_of_tail(from));
        words.min()
    }

    /// How many words its sets have beyond their heads.
    pub(crate) fn tail_words(&self) -> u64 {
        let Metadata { tags, producers, consumers } = self;
        tags.view().tail_words() + producers.view().tail_words() + consumers.view().tail_words()
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
