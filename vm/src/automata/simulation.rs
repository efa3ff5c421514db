//! Simulation of patterns that have no table: slower, but without a table to build, and as exact.
//!
//! All states that an automaton can be in are followed at once, byte by byte, so a text takes time in proportion to its
//! length times the number of these states. Each of them is counted against the budget of the call ([`Work`]), and when
//! that is spent the simulation ends.
//!
//! What a simulation writes to is in the caller's [`MatcherCache`], whose memory grows to what the largest simulation of
//! a policy needs and no further.

use super::byte_runs;
use super::determinise::nfa;
use super::dfa::Dfa;
use crate::bytecode::Promise;
use crate::pattern::Pattern;
use crate::work::{PER_STATE, Work};
use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::primitives::{PatternID, StateID};
use regex_syntax::hir::Hir;

/// Some patterns, ready to be simulated together.
#[derive(Debug, Clone)]
pub(crate) struct Simulation {
    nfa: NFA,
}

impl Simulation {
    /// Patterns as one automaton of at most `limit` bytes; their numbers are their places. None if it would be larger.
    pub(crate) fn new(patterns: &[&Pattern], limit: usize) -> Option<Simulation> {
        let wholes: Vec<Hir> = patterns.iter().map(|pattern| byte_runs::rewrite(pattern.whole())).collect();
        Some(Simulation { nfa: nfa(&wholes, limit).ok()? })
    }

    /// Whether any of its patterns matches the whole of `text`. If the budget is spent meanwhile, the answer means nothing.
    pub(crate) fn accepts(&self, text: &str, cache: &mut MatcherCache) -> bool {
        let mut found = false;
        self.run(text, cache, |_| {
            found = true;
            true
        });
        found
    }

    /// Gives the number of each pattern that matches the whole of `text` to `found`, ascending.
    #[cfg(test)]
    pub(crate) fn each_match(&self, text: &str, cache: &mut MatcherCache, found: impl FnMut(usize)) {
        let mut matches = Vec::new();
        self.run(text, cache, |pattern| {
            matches.push(pattern.as_usize());
            false
        });
        matches.sort_unstable();
        matches.dedup();
        matches.into_iter().for_each(found);
    }

    /// Bytes of heap memory.
    pub(crate) fn memory_usage(&self) -> usize {
        self.nfa.memory_usage()
    }

    /// Tells `found` of each match, until it says that this is enough. A pattern is a whole one: it ends with the end of the text.
    fn run(&self, text: &str, cache: &mut MatcherCache, mut found: impl FnMut(PatternID) -> bool) {
        let MatcherCache { threads, work, .. } = cache;
        threads.make_room(self.nfa.states().len());
        let bytes = text.as_bytes();
        threads.follow(&self.nfa, self.nfa.start_anchored(), bytes, 0);
        for at in 0..=bytes.len() {
            std::mem::swap(&mut threads.now, &mut threads.next);
            threads.next.clear();
            work.spend(PER_STATE.saturating_mul(threads.now.len() as u64 + 1));
            if threads.now.len() == 0 || work.is_over() {
                return;
            }
            let byte = bytes.get(at).copied();
            for place in 0..threads.now.len() {
                let Some(state) = threads.now.get(place).and_then(|id| self.nfa.states().get(id)) else {
                    break;
                };
                let next = match (state, byte) {
                    (State::Match { pattern_id }, _) => {
                        if found(*pattern_id) {
                            return;
                        }
                        None
                    }
                    (State::ByteRange { trans }, Some(byte)) => {
                        trans.matches_byte(byte).then_some(trans.next)
                    }
                    (State::Sparse(transitions), Some(byte)) => {
                        work.spend(transitions.transitions.len() as u64);
                        transitions.matches_byte(byte)
                    }
                    (State::Dense(transitions), Some(byte)) => transitions.matches_byte(byte),
                    _ => None,
                };
                if let Some(next) = next {
                    threads.follow(&self.nfa, next, bytes, at + 1);
                }
            }
        }
    }
}

/// What matching writes to: owned by the caller, used again for every call and every policy.
#[derive(Debug, Clone, Default)]
pub(crate) struct MatcherCache {
    threads: Threads,
    /// What the call has cost so far.
    pub(crate) work: Work,
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
}

/// The states that a simulation is in, and those that it is in after the next byte.
#[derive(Debug, Clone, Default)]
struct Threads {
    now: States,
    next: States,
    /// States that are still to be followed.
    open: Vec<StateID>,
}

impl Threads {
    fn make_room(&mut self, states: usize) {
        self.now.make_room(states);
        self.next.make_room(states);
    }

    /// Adds a state to the next ones, with all that it leads to without a byte, at the position `at` of the text.
    fn follow(&mut self, nfa: &NFA, state: StateID, text: &[u8], at: usize) {
        self.open.push(state);
        while let Some(id) = self.open.pop() {
            if !self.next.insert(id) {
                continue;
            }
            match nfa.states().get(id.as_usize()) {
                Some(State::Look { look, next }) if nfa.look_matcher().matches(*look, text, at) => {
                    self.open.push(*next);
                }
                Some(State::Union { alternates }) => self.open.extend_from_slice(alternates),
                Some(State::BinaryUnion { alt1, alt2 }) => self.open.extend([*alt1, *alt2]),
                Some(State::Capture { next, .. }) => self.open.push(*next),
                _ => {}
            }
        }
    }
}

/// A set of states: `places` says where a state stands in `list`, if it does.
#[derive(Debug, Clone, Default)]
struct States {
    list: Vec<StateID>,
    places: Vec<u32>,
}

impl States {
    /// Makes room for states below `count`, and empties the set.
    fn make_room(&mut self, count: usize) {
        self.list.clear();
        if self.places.len() < count {
            self.list.reserve(count);
            self.places.resize(count, 0);
        }
    }

    fn len(&self) -> usize {
        self.list.len()
    }

    fn get(&self, place: usize) -> Option<usize> {
        self.list.get(place).map(|id| id.as_usize())
    }

    fn clear(&mut self) {
        self.list.clear();
    }

    /// Adds a state; false if it was there.
    fn insert(&mut self, id: StateID) -> bool {
        let Some(place) = self.places.get_mut(id.as_usize()) else { return false };
        if self.list.get(*place as usize) == Some(&id) {
            return false;
        }
        *place = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push(id);
        true
    }
}
