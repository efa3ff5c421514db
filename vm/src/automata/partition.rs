//! Which states of an automaton accept the same continuations: Hopcroft's algorithm.
//!
//! States begin in blocks by what they accept. A block splits another if only some states of that lead into it. What was
//! split off has to be tried as a splitter itself, and of two halves the smaller will do; so a state takes part in at most
//! log n of them, and the time is n log n for each byte class, whatever the automaton.

use super::table::Table;
use std::collections::HashMap;
use std::ops::Range;

/// For each state the number of its block. Blocks are numbered in the order of their first states.
pub(super) fn equivalent_states(table: &Table) -> Vec<u16> {
    let sources = Sources::of(table);
    let mut partition = Partition::by_accepts(table);
    let mut splitter = Vec::new();
    while let Some(block) = partition.open.pop() {
        if let Some(waiting) = partition.waiting.get_mut(block) {
            *waiting = false;
        }
        splitter.clear();
        splitter.extend_from_slice(partition.states(block));
        for class in 0..table.width {
            for &state in &splitter {
                sources.of_state(class, state).iter().for_each(|&source| partition.mark(source));
            }
            partition.split_marked();
        }
    }
    partition.numbered()
}

/// From where states are reached, by class.
struct Sources {
    states: usize,
    /// For each class and state where its sources begin; one more at the end.
    starts: Vec<usize>,
    sources: Vec<u16>,
}

impl Sources {
    fn of(table: &Table) -> Sources {
        let states = table.states();
        let place = |class: usize, state: u16| class * states + usize::from(state);
        let transitions = || {
            let rows = (0_u16..).zip(table.rows());
            rows.flat_map(|(source, row)| {
                row.iter().enumerate().map(move |(class, &next)| (source, class, next))
            })
        };
        // How many there are, then where they end, then (filled from the end) where they begin.
        let mut starts = vec![0; table.width * states + 1];
        for (_, class, next) in transitions() {
            if let Some(count) = starts.get_mut(place(class, next)) {
                *count += 1;
            }
        }
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        let mut sources = vec![0; end];
        for (source, class, next) in transitions() {
            if let Some(start) = starts.get_mut(place(class, next)) {
                *start -= 1;
                if let Some(free) = sources.get_mut(*start) {
                    *free = source;
                }
            }
        }
        Sources { states, starts, sources }
    }

    fn of_state(&self, class: usize, state: u16) -> &[u16] {
        let place = class * self.states + usize::from(state);
        match self.starts.get(place..).unwrap_or_default() {
            [start, end, ..] => self.sources.get(*start..*end).unwrap_or_default(),
            _ => &[],
        }
    }
}

/// States in blocks; the states of a block stand together, those that are marked first.
struct Partition {
    states: Vec<u16>,
    /// For each state its place in `states`.
    places: Vec<usize>,
    /// For each state its block.
    blocks: Vec<usize>,
    ranges: Vec<Range<usize>>,
    /// For each block how many of its states are marked.
    marked: Vec<usize>,
    /// Blocks with marked states.
    touched: Vec<usize>,
    /// Blocks that have to be tried as splitters.
    open: Vec<usize>,
    /// For each block whether it is in `open`.
    waiting: Vec<bool>,
}

impl Partition {
    /// States that accept the same are in one block; all blocks have to be tried.
    fn by_accepts(table: &Table) -> Partition {
        let mut numbers: HashMap<&[u32], usize> = HashMap::new();
        let mut members: Vec<Vec<u16>> = Vec::new();
        for (state, list) in (0_u16..).zip(&table.accepts) {
            let block = *numbers.entry(list).or_insert(members.len());
            match members.get_mut(block) {
                Some(members) => members.push(state),
                None => members.push(vec![state]),
            }
        }
        let count = members.len();
        let mut partition = Partition {
            states: Vec::with_capacity(table.states()),
            places: vec![0; table.states()],
            blocks: vec![0; table.states()],
            ranges: Vec::new(),
            marked: vec![0; count],
            touched: Vec::new(),
            open: (0..count).collect(),
            waiting: vec![true; count],
        };
        for (block, members) in members.iter().enumerate() {
            let start = partition.states.len();
            for &state in members {
                set(&mut partition.places, state, partition.states.len());
                set(&mut partition.blocks, state, block);
                partition.states.push(state);
            }
            partition.ranges.push(start..partition.states.len());
        }
        partition
    }

    fn states(&self, block: usize) -> &[u16] {
        self.ranges.get(block).and_then(|range| self.states.get(range.clone())).unwrap_or_default()
    }

    /// Moves a state to the marked ones of its block.
    fn mark(&mut self, state: u16) {
        let index = usize::from(state);
        let (Some(&place), Some(&block)) = (self.places.get(index), self.blocks.get(index)) else { return };
        let (Some(range), Some(marked)) = (self.ranges.get(block), self.marked.get_mut(block)) else {
            return;
        };
        let first_unmarked = range.start + *marked;
        if place < first_unmarked {
            return;
        }
        if *marked == 0 {
            self.touched.push(block);
        }
        *marked += 1;
        if let Some(&other) = self.states.get(first_unmarked) {
            self.states.swap(place, first_unmarked);
            set(&mut self.places, other, place);
            set(&mut self.places, state, first_unmarked);
        }
    }

    /// Makes the marked states of each block a block of their own, unless they are all of it.
    fn split_marked(&mut self) {
        while let Some(block) = self.touched.pop() {
            let Some(marked) = self.marked.get_mut(block).map(std::mem::take) else { continue };
            let Some(range) = self.ranges.get_mut(block) else { continue };
            if marked == range.len() {
                continue;
            }
            let split = range.start..range.start + marked;
            range.start = split.end;
            let rest = range.len();
            let new = self.ranges.len();
            for &state in self.states.get(split.clone()).unwrap_or_default() {
                set(&mut self.blocks, state, new);
            }
            self.ranges.push(split);
            self.marked.push(0);
            let is_waiting = self.waiting.get(block).copied().unwrap_or(false);
            let tried = if is_waiting || marked <= rest { new } else { block };
            self.waiting.push(false);
            if let Some(waiting) = self.waiting.get_mut(tried) {
                *waiting = true;
            }
            self.open.push(tried);
        }
    }

    fn numbered(&self) -> Vec<u16> {
        let mut numbers: HashMap<usize, u16> = HashMap::new();
        let number = |&block: &usize| {
            let next = u16::try_from(numbers.len()).unwrap_or(u16::MAX);
            *numbers.entry(block).or_insert(next)
        };
        self.blocks.iter().map(number).collect()
    }
}

fn set(table: &mut [usize], state: u16, value: usize) {
    if let Some(place) = table.get_mut(usize::from(state)) {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use super::equivalent_states;
    use crate::automata::table::Table;
    use proptest::prelude::*;
    use std::collections::HashMap;

    /// Splits all blocks by where their states lead until nothing changes.
    fn naive(table: &Table) -> Vec<u16> {
        let mut blocks: Vec<u16> = vec![0; table.states()];
        loop {
            let mut known = HashMap::new();
            let mut finer = Vec::new();
            for (state, row) in table.rows().enumerate() {
                let to: Vec<u16> = row.iter().map(|&next| blocks[usize::from(next)]).collect();
                let next = known.len() as u16;
                finer.push(*known.entry((table.accepts[state].clone(), blocks[state], to)).or_insert(next));
            }
            if finer == blocks {
                return blocks;
            }
            blocks = finer;
        }
    }

    proptest! {
        #[test]
        fn finds_what_a_naive_search_finds(
            states in prop::collection::vec((prop::collection::vec(any::<u16>(), 3), 0..3_u32), 1..40),
            narrow in 1..40_u16,
        ) {
            let mut table = Table::new([0; 256], 3, 2);
            let count = u16::try_from(states.len()).unwrap() + 1;
            for (row, accepts) in &states {
                let row: Vec<u16> = row.iter().map(|next| next % count.min(narrow)).collect();
                let accepts = if *accepts == 0 { vec![] } else { vec![accepts - 1] };
                table.push(&row, accepts);
            }
            prop_assert_eq!(equivalent_states(&table), naive(&table));
        }
    }
}
