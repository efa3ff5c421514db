//! How much of the lists and the long texts of a program is told: no more together than their pools have, of texts some times as
//! much.
//!
//! Of the lists of a verified program that is all, as no two share a part of a pool; records of any other program may all have the
//! same long list, and those of any program the same long text, and what is told must not grow with their product.

use crate::bytecode::program::{List, Program};
use std::cell::Cell;

/// What stands for a list that there is no more room for.
pub(super) const LEFT_OUT: &str = "<left out: the lists are longer than their pools>";

/// A text may be told so often where it is not used more than any other: in its own table, of a block, of a set, of a pattern.
const TIMES: usize = 4;

/// The elements of lists, and the bytes of long texts, that may still be told.
pub(super) struct Room {
    elements: Cell<usize>,
    text: Cell<usize>,
}

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
        let texts = [&program.text, &program.explanations.text, &automata.literal_text].map(String::len);
        let sum = |lengths: &[usize]| lengths.iter().copied().fold(0, usize::saturating_add);
        Room { elements: Cell::new(sum(&pools)), text: Cell::new(sum(&texts).saturating_mul(TIMES)) }
    }

    /// Takes room for lists, each with the length of its pool; whether there was enough.
    pub(super) fn take(&self, lists: &[(List, usize)]) -> bool {
        let told = |&(list, pool): &(List, usize)| {
            // What lies beyond the pool is told once, however long it says it is.
            (list.len as usize).min(pool.saturating_sub(list.start as usize))
        };
        take(&self.elements, lists.iter().map(told).fold(0, usize::saturating_add))
    }

    /// Takes room for a long text; whether there was enough.
    pub(super) fn take_text(&self, text: &str) -> bool {
        take(&self.text, text.len())
    }
}

/// Takes so much of what is left, if there is enough.
fn take(left: &Cell<usize>, count: usize) -> bool {
    left.get().checked_sub(count).map(|rest| left.set(rest)).is_some()
}
