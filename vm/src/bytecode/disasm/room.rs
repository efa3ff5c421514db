//! How much of the lists of a program is told: no more together than their pools have.
//!
//! Of a verified program that is all, as no two lists share a part of a pool; records of any other program may all have the same
//! long list, and the text must not grow with their product.

use crate::bytecode::program::{List, Program};
use std::cell::Cell;

/// What stands for a list that there is no more room for.
pub(super) const LEFT_OUT: &str = "<left out: the lists are longer than their pools>";

/// The elements of lists that may still be told.
pub(super) struct Room(Cell<usize>);

impl Room {
    /// Room for all that the pools of `program` have.
    pub(super) fn of(program: &Program) -> Room {
        let automata = &program.automata;
        let pools = [
            program.rules.len(),
            program.code.len(),
            program.string_pool.len(),
            program.number_pool.len(),
            program.number_ranges.len(),
            program.date_ranges.len(),
            program.sized_texts.len(),
            program.pattern_pool.len(),
            program.word_pool.len(),
            automata.literal_pool.len(),
            automata.literal_pairs.len(),
            automata.dfas.len(),
            automata.simulated.len(),
        ];
        Room(Cell::new(pools.into_iter().fold(0, usize::saturating_add)))
    }

    /// Takes room for lists, each with the length of its pool; whether there was enough.
    pub(super) fn take(&self, lists: &[(List, usize)]) -> bool {
        let told = |&(list, pool): &(List, usize)| {
            // What lies beyond the pool is told once, however long it says it is.
            (list.len as usize).min(pool.saturating_sub(list.start as usize))
        };
        let left = self.0.get().checked_sub(lists.iter().map(told).fold(0, usize::saturating_add));
        left.map(|left| self.0.set(left)).is_some()
    }
}
