//! The texts of a table that a name begins or ends with.
//!
//! The longest of them is the last text that is not after the name, or one of that text's ancestors; all others are
//! ancestors of the longest. So there is one binary search, and then a walk along parents. A chain of many ancestors takes
//! a long policy: each is longer than the one before.

use crate::bytecode::automata::AutomataTables;
use crate::bytecode::dispatch::AffixRecord;
use std::cmp::Ordering;

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
    pub(super) literals: &'p AutomataTables,
}

impl<'p> Affixes<'p> {
    /// Those that `name` has, longest first, with their lengths.
    pub(super) fn of(self, name: &str) -> impl Iterator<Item = (u32, usize)> + 'p {
        let not_after = self.records.partition_point(|record| {
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
