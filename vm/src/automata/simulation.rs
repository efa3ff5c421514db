//! Simulation of patterns that have no table: slower, but without a table to build, and as exact.
//!
//! What a simulation writes to is in the caller's [`MatcherCache`], whose memory grows to what the largest simulation of
//! a policy needs and no further.

use super::byte_runs;
use super::determinise::nfa;
use super::dfa::Dfa;
use crate::bytecode::Promise;
use crate::pattern::Pattern;
use regex_automata::nfa::thompson::pikevm::{Cache, PikeVM};
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::Hir;

/// Some patterns, ready to be simulated together.
#[derive(Debug, Clone)]
pub(crate) struct Simulation {
    machine: PikeVM,
}

impl Simulation {
    /// Patterns as one automaton of at most `limit` bytes; their numbers are their places. None if it would be larger.
    pub(crate) fn new(patterns: &[&Pattern], limit: usize) -> Option<Simulation> {
        let wholes: Vec<Hir> = patterns.iter().map(|pattern| byte_runs::rewrite(pattern.whole())).collect();
        let nfa = nfa(&wholes, limit).ok()?;
        let config = PikeVM::config().match_kind(MatchKind::All);
        Some(Simulation { machine: PikeVM::builder().configure(config).build_from_nfa(nfa).ok()? })
    }

    /// Whether any of its patterns matches the whole of `text`.
    pub(crate) fn accepts(&self, text: &str, cache: &mut MatcherCache) -> bool {
        self.machine.is_match(cache.threads(&self.machine), whole(text))
    }

    /// Gives the number of each pattern that matches the whole of `text` to `found`, ascending.
    #[cfg(test)]
    pub(crate) fn each_match(&self, text: &str, cache: &mut MatcherCache, mut found: impl FnMut(usize)) {
        let mut matches = regex_automata::PatternSet::new(self.machine.get_nfa().pattern_len());
        self.machine.which_overlapping_matches(cache.threads(&self.machine), &whole(text), &mut matches);
        matches.iter().for_each(|pattern| found(pattern.as_usize()));
    }

    /// Bytes of heap memory.
    pub(crate) fn memory_usage(&self) -> usize {
        self.machine.get_nfa().memory_usage()
    }
}

fn whole(text: &str) -> Input<'_> {
    Input::new(text).anchored(Anchored::Yes)
}

/// What matching writes to: owned by the caller, used again for every call and every policy.
#[derive(Debug, Clone, Default)]
pub(crate) struct MatcherCache {
    threads: Option<Cache>,
    /// What a walk found broken.
    #[cfg(debug_assertions)]
    broken: Option<Promise>,
}

impl MatcherCache {
    /// Walks a text once more, looking at what a walk relies on; in debug builds.
    pub(crate) fn check(&mut self, dfa: &Dfa<'_>, text: &str) {
        #[cfg(debug_assertions)]
        {
            self.broken = self.broken.or_else(|| dfa.broken(text));
        }
        #[cfg(not(debug_assertions))]
        let _ = (dfa, text);
    }

    /// The promise that a walk found broken; none in release builds.
    pub(crate) fn broken(&self) -> Option<Promise> {
        #[cfg(debug_assertions)]
        return self.broken;
        #[cfg(not(debug_assertions))]
        None
    }

    /// The memory to simulate `machine` in.
    fn threads(&mut self, machine: &PikeVM) -> &mut Cache {
        match &mut self.threads {
            Some(threads) => {
                threads.reset(machine);
                threads
            }
            none => none.insert(machine.create_cache()),
        }
    }
}
