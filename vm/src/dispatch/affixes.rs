//! The texts of a table that a name begins or ends with.
//!
//! The longest of them is the last text that is not after the name, or one of that text's ancestors; all others are
//! ancestors of the longest. So there is one binary search, and then a walk along parents. A chain of many ancestors takes
//! a long policy: each is longer than the one before.

use crate::bytecode::automata::AutomataTables;
use crate::bytecode::dispatch::AffixRecord;
use std::cmp::Ordering;
use std::ops::Range;

/// The beginnings of a table's texts as words, eight bytes of each: nearly always they tell where a name stands among
/// the texts, and they are together in few lines of a cache.
#[derive(Debug, Default)]
pub(super) struct Heads(Box<[u64]>);

impl Heads {
    /// Those of the texts of a table.
    pub(super) fn of(end: End, records: &[AffixRecord], literals: &AutomataTables) -> Heads {
        let head = |record: &AffixRecord| end.head(literals.literal(record.text).unwrap_or_default());
        Heads(records.iter().map(head).collect())
    }

    /// The places of the texts that have the same head as this name; those before are before the name, those behind it
    /// after it.
    fn like(&self, head: u64) -> Range<usize> {
        let first = self.0.partition_point(|other| *other < head);
        let like = self.0.get(first..).unwrap_or_default();
        // Mostly one or none.
        let count = match like {
            [] => 0,
            [other, ..] if *other != head => 0,
            [_] => 1,
            [_, next, ..] if *next != head => 1,
            _ => like.partition_point(|other| *other == head),
        };
        first..first + count
    }
}

/// One end of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    First,
    Last,
}

impl End {
    pub(super) fn compare(self, a: &str, b: &str) -> Ordering {
        match self {
            End::First => a.cmp(b),
            End::Last => a.bytes().rev().cmp(b.bytes().rev()),
        }
    }

    /// The eight bytes at this end of a text, in the order in which they are compared, and zeros for what it has not: texts
    /// that are in order have heads that are, or are equal.
    fn head(self, text: &str) -> u64 {
        let bytes = text.as_bytes();
        let place = |head: u64, (at, byte): (u32, &u8)| head | u64::from(*byte) << (56 - 8 * at);
        match (self, bytes.first_chunk(), bytes.last_chunk()) {
            (End::First, Some(first), _) => u64::from_be_bytes(*first),
            (End::Last, _, Some(last)) => u64::from_le_bytes(*last),
            // Of less than eight bytes.
            (End::First, ..) => (0..8).zip(bytes).fold(0, place),
            (End::Last, ..) => (0..8).zip(bytes.iter().rev()).fold(0, place),
        }
    }

    pub(super) fn has(self, name: &str, text: &str) -> bool {
        match self {
            End::First => name.starts_with(text),
            End::Last => name.ends_with(text),
        }
    }
}

/// The texts at one end of names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Affixes<'p> {
    pub(super) end: End,
    pub(super) records: &'p [AffixRecord],
    pub(super) heads: &'p Heads,
    pub(super) literals: &'p AutomataTables,
}

impl<'p> Affixes<'p> {
    /// Those that `name` has, longest first, with their lengths.
    pub(super) fn of(self, name: &str) -> impl Iterator<Item = (u32, usize)> + 'p {
        let like = self.heads.like(self.end.head(name));
        let not_after = like.start
            + self.records.get(like).unwrap_or_default().partition_point(|record| {
                self.literals
                    .literal(record.text)
                    .is_some_and(|text| self.end.compare(text, name) != Ordering::Greater)
            });
        let mut next = not_after.checked_sub(1).and_then(|last| u32::try_from(last).ok());
        // Once the name has one, it has all of its ancestors.
        while let Some(index) = next {
            match self.get(index) {
                Some((text, parent)) if !self.end.has(name, text) => next = parent,
                _ => break,
            }
        }
        std::iter::from_fn(move || {
            let index = next?;
            let (text, parent) = self.get(index)?;
            next = parent;
            Some((index, text.len()))
        })
    }

    fn get(self, index: u32) -> Option<(&'p str, Option<u32>)> {
        let record = self.records.get(index as usize)?;
        // Parents stand before, so a walk ends.
        let parent = record.parent.filter(|&parent| parent < index);
        Some((self.literals.literal(record.text)?, parent))
    }
}
