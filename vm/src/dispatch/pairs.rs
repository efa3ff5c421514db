//! What names begin with, together with what they end with.
//!
//! Invariant: no more is looked at than a name has texts at its ends and there are pairs of these.

use super::affixes::{Affixes, End};
use super::{Dispatch, DispatchScratch};
use crate::bytecode::dispatch::{DispatchTables, Fit, PairRecord};
use crate::bytecode::program::Program;
use crate::work::{PER_LEAF, Work};

impl Dispatch {
    /// Follows what the name begins with, together with what it ends with.
    ///
    /// The pairs of a prefix are looked at one by one, or those with each suffix of the name are looked for, whichever is less: so
    /// no more is looked at than there are pairs in the policy, also where many prefixes and suffixes contain each other.
    pub(super) fn find_pairs(
        &self,
        program: &Program,
        tool: &str,
        scratch: &mut DispatchScratch,
        work: &mut Work,
    ) {
        let (tables, literals) = (&program.dispatch, &program.automata);
        let ends = Affixes { end: End::Last, records: &tables.suffixes, heads: &self.suffixes, literals };
        // Longest first, and so in descending order of their rows: parents stand before.
        scratch.suffixes.extend(ends.of(tool));
        let starts = Affixes { end: End::First, records: &tables.prefixes, heads: &self.prefixes, literals };
        for (prefix, prefix_length) in starts.of(tool) {
            let pairs = self.pairs(program, prefix);
            work.spend(PER_LEAF);
            if work.is_over() {
                return;
            }
            if pairs.len() <= scratch.suffixes.len() {
                for pair in pairs {
                    let found = scratch.suffixes.binary_search_by(|(suffix, _)| pair.suffix.cmp(suffix));
                    let length =
                        found.ok().and_then(|at| scratch.suffixes.get(at)).map(|(_, length)| *length);
                    scratch.step();
                    work.spend(PER_LEAF);
                    if let Some(suffix_length) = length {
                        follow_pair(program, pair, tool.len(), prefix_length, suffix_length, scratch);
                    }
                }
                continue;
            }
            for at in 0..scratch.suffixes.len() {
                let Some(&(suffix, suffix_length)) = scratch.suffixes.get(at) else { break };
                scratch.step();
                work.spend(PER_LEAF);
                let first = pairs.partition_point(|pair| pair.suffix < suffix);
                for pair in pairs.iter().skip(first).take_while(|pair| pair.suffix == suffix) {
                    follow_pair(program, pair, tool.len(), prefix_length, suffix_length, scratch);
                }
            }
        }
    }

    /// The pairs of a prefix.
    fn pairs<'p>(&self, program: &'p Program, prefix: u32) -> &'p [PairRecord] {
        let first = |prefix: usize| self.first_pairs.get(prefix).map(|first| *first as usize);
        let range = || Some(first(prefix as usize)?..first(prefix as usize + 1)?);
        range().and_then(|range| program.dispatch.pairs.get(range)).unwrap_or_default()
    }
}

/// Follows a pair whose texts a name of so many bytes has, if they stand in it as they have to.
fn follow_pair(
    program: &Program,
    pair: &PairRecord,
    length: usize,
    prefix_length: usize,
    suffix_length: usize,
    scratch: &mut DispatchScratch,
) {
    let between = length.checked_sub(prefix_length).and_then(|rest| rest.checked_sub(suffix_length));
    let fits = match pair.fit {
        Fit::Overlapping => true,
        Fit::Apart => between.is_some(),
        Fit::Whole => between == Some(0),
    };
    if fits {
        scratch.follow(pair.finds.of(&program.dispatch.finds).unwrap_or_default());
    }
}

/// For each prefix its first pair; behind the last the number of pairs. Pairs are in the order of their prefixes.
pub(super) fn first_pairs(program: &Program) -> Box<[u32]> {
    let DispatchTables { prefixes, pairs, .. } = &program.dispatch;
    let mut first = 0;
    let of_prefix = (0_usize..=prefixes.len()).map(|prefix| {
        let before = |pair: &&PairRecord| (pair.prefix as usize) < prefix;
        first += pairs.get(first..).unwrap_or_default().iter().take_while(before).count();
        u32::try_from(first).unwrap_or(u32::MAX)
    });
    of_prefix.collect()
}
