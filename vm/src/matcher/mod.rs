//! Matchers: patterns and element sets in the form that runs.
//!
//! The only user of `regex-automata`. A [`Matcher`] is immutable and `Send + Sync`; what a match needs to write is in the
//! caller's [`MatcherCache`]. Matching takes time linear in the text and, once the cache has grown to its size, does not
//! allocate.

mod element;
mod glob;
mod literals;
mod table;
#[cfg(test)]
mod tests;

pub use element::{ElementMatcher, InvalidElements};
pub use literals::Literals;
pub use table::{MatcherError, Matchers};

use glob::Glob;

use crate::pattern::{Pattern, PatternError, PatternSyntax};
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures, pikevm};
use regex_automata::{Anchored, Input};

/// A pattern as an automaton that matches whole strings (S4.3).
#[derive(Debug, Clone)]
pub struct Matcher {
    engine: Engine,
    sets_line_mode: bool,
}

/// What runs.
#[derive(Debug, Clone)]
enum Engine {
    /// Literal text and runs of any characters: no automaton.
    Glob(Glob),
    /// A table of states: one lookup per byte.
    Table(Box<dense::DFA<Vec<u32>>>),
    /// For patterns whose table would be over the budget, and Unicode word boundaries.
    Simulation(Box<pikevm::PikeVM>),
}

impl Matcher {
    /// Builds the automaton, as a table if that takes at most `table_budget` bytes.
    ///
    /// # Errors
    /// If the automaton library refuses a pattern that has parsed, which the limits of parsing rule out.
    pub fn new(pattern: &Pattern, table_budget: usize) -> Result<Matcher, PatternError> {
        let sets_line_mode = pattern.sets_line_mode();
        if let Some(glob) = Glob::recognise(pattern.whole()) {
            return Ok(Matcher { engine: Engine::Glob(glob), sets_line_mode });
        }
        let refuse = |error: &dyn std::fmt::Display| PatternError::new(format!("no automaton: {error}"));
        let config = thompson::Config::new().which_captures(WhichCaptures::None);
        let nfa = thompson::Compiler::new()
            .configure(config)
            .build_from_hir(pattern.whole())
            .map_err(|error| refuse(&error))?;
        let engine = match dense_table(&nfa, table_budget) {
            Some(table) => Engine::Table(Box::new(table)),
            None => Engine::Simulation(Box::new(
                pikevm::PikeVM::new_from_nfa(nfa).map_err(|error| refuse(&error))?,
            )),
        };
        Ok(Matcher { engine, sets_line_mode })
    }

    /// Parses and builds.
    ///
    /// # Errors
    /// As [`Pattern::parse`] and [`Matcher::new`].
    pub fn parse(syntax: PatternSyntax, text: &str, table_budget: usize) -> Result<Matcher, PatternError> {
        Matcher::new(&Pattern::parse(syntax, text)?, table_budget)
    }

    /// Whether it matches the whole of `text`, line ends included.
    pub fn is_match(&self, text: &str, cache: &mut MatcherCache) -> bool {
        let input = Input::new(text).anchored(Anchored::Yes);
        match &self.engine {
            Engine::Glob(glob) => glob.is_match(text),
            // The table never gives up: it has no heuristic for Unicode word boundaries, and no quitting bytes are set.
            Engine::Table(table) => matches!(table.try_search_fwd(&input), Ok(Some(_))),
            Engine::Simulation(simulation) => simulation.is_match(cache.threads(simulation), input),
        }
    }

    /// [`Matcher::is_match`] with the rule for line ends (S4.5): unless `lines` is true or the pattern says otherwise, a
    /// text that has a line end is not matched. `has_line_end` is [`has_line_end`] of the text.
    pub fn accepts(&self, text: &str, has_line_end: bool, lines: bool, cache: &mut MatcherCache) -> bool {
        (lines || !has_line_end || self.sets_line_mode) && self.is_match(text, cache)
    }

    /// Bytes of heap memory.
    pub fn memory_usage(&self) -> usize {
        match &self.engine {
            Engine::Glob(glob) => glob.memory_usage(),
            Engine::Table(table) => table.memory_usage(),
            Engine::Simulation(simulation) => simulation.get_nfa().memory_usage(),
        }
    }

    /// Whether its automaton is over the budget, so that it is simulated, which is slower.
    pub fn is_simulated(&self) -> bool {
        matches!(self.engine, Engine::Simulation(_))
    }
}

/// The table of states, if it takes at most `budget` bytes.
fn dense_table(nfa: &NFA, budget: usize) -> Option<dense::DFA<Vec<u32>>> {
    if budget == 0 {
        return None;
    }
    let config = dense::Config::new()
        .accelerate(false)
        .start_kind(StartKind::Anchored)
        .dfa_size_limit(Some(budget))
        .determinize_size_limit(Some(budget.saturating_mul(4)));
    dense::Builder::new().configure(config).build_from_nfa(nfa).ok()
}

/// What matching writes to: owned by the caller, used again for every call and every matcher.
#[derive(Debug, Clone, Default)]
pub struct MatcherCache {
    threads: Option<pikevm::Cache>,
}

impl MatcherCache {
    /// The memory to simulate `simulation` in.
    fn threads(&mut self, simulation: &pikevm::PikeVM) -> &mut pikevm::Cache {
        match &mut self.threads {
            Some(threads) => {
                threads.reset(simulation);
                threads
            }
            none => none.insert(simulation.create_cache()),
        }
    }
}

/// Whether a text has LF, CR, VT, FF, U+0085, U+2028 or U+2029 (S4.5).
pub fn has_line_end(text: &str) -> bool {
    let control = |byte: u8| matches!(byte, b'\n' | b'\r' | 0x0b | 0x0c);
    let unicode = |character| matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}');
    text.bytes().any(control) || (!text.is_ascii() && text.chars().any(unicode))
}
