//! What decided a test of an explained call: the leaf of a value, the sets that were compared.
//!
//! Invariant: a leaf is told by its number, never by what it is.

use super::ConditionTrace;
use super::seen::SeenSet;
use crate::bytecode::operand::ReadingImm;
use crate::exec;
pub use crate::exec::{SetOf, ValueOf};

/// What decided a test.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Evidence<'s> {
    /// A value, leaf by leaf (S4.4).
    Leaves {
        /// The value.
        of: ValueOf,
        /// How its leaves were read.
        reading: ReadingImm,
        /// The number of the leaf that decided alone, from 0; else all of them did, or there was none.
        decided: Option<u64>,
    },
    /// Two values (S4.6).
    Values {
        /// The left one.
        left: ValueOf,
        /// The right one.
        right: ValueOf,
        /// How they were read.
        reading: ReadingImm,
    },
    /// Two sets; of `subset of` and `superset of`, the one that is to be a part of the other comes first.
    Sets {
        /// One of them.
        left: Operand<'s>,
        /// The other.
        right: Operand<'s>,
    },
    /// One set.
    Set {
        /// The set.
        set: Operand<'s>,
        /// The string of it that decided alone.
        decided: Option<&'s str>,
    },
}

/// A set that a test looked at.
#[derive(Debug, Clone, Copy)]
pub struct Operand<'s> {
    /// Whose it was.
    pub of: SetOf,
    /// What it was; nothing of what no metadata set is, as a pattern stands for (S5.4).
    pub set: Option<SeenSet<'s>>,
}

impl<'s> ConditionTrace<'s> {
    /// What decided it, if it is a test with an [outcome](Self::outcome) that something of the call decided.
    pub fn evidence(&self) -> Option<Evidence<'s>> {
        self.outcome()?;
        let journal = &self.context.scratch.memory.journal;
        let operand =
            |(of, seen): exec::Operand| Operand { of, set: seen.map(|seen| SeenSet::new(journal, seen)) };
        Some(match journal.evidence(self.slot, self.tested)? {
            exec::Evidence::Leaves { of, reading, decided } => Evidence::Leaves { of, reading, decided },
            exec::Evidence::Values { left, right, reading } => Evidence::Values { left, right, reading },
            exec::Evidence::Sets { left, right } => {
                Evidence::Sets { left: operand(left), right: operand(right) }
            }
            exec::Evidence::Set { set, decided } => {
                Evidence::Set { set: operand(set), decided: decided.and_then(|name| journal.string(name)) }
            }
        })
    }
}
