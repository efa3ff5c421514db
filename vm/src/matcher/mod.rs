//! Matchers: the patterns of tool ids in the form that runs.
//!
//! A [`Matcher`] is immutable and `Send + Sync`; what a match needs to write is in the
//! caller's [`MatcherCache`]. Matching takes time linear in the text and, once the cache has grown to its size, does not
//! allocate.

mod glob;
mod literals;
mod table;
#[cfg(test)]
mod tests;

pub use literals::Literals;
pub use table::{MatcherError, Matchers};

use glob::Glob;

use crate::automata::{MatcherCache, Simulation};
use crate::pattern::{Pattern, PatternError, PatternSyntax};
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::{Anchored, Input};

/// A pattern as an automaton that matches whole strings (S4.3).
#[derive(Debug, Clone)]
pub struct Matcher {
    engine: Engine,
}

/// What runs.
#[derive(Debug, Clone)]
enum Engine {
    /// Literal text and runs of any characters: no automaton.
    Glob(Glob),
    /// A table of states: one lookup per byte.
    Table(Box<dense::DFA<Vec<u32>>>),
    /// For patterns whose table would be over the budget, and Unicode word boundaries.
    Simulation(Box<Simulation>),
}

impl Matcher {
    /// Builds the automaton, as a table if that takes at most `table_budget` bytes.
    ///
    /// # Errors
    /// If the automaton library refuses a pattern that has parsed, which the limits of parsing rule out.
    pub fn new(pattern: &Pattern, table_budget: usize) -> Result<Matcher, PatternError> {
        if let Some(glob) = Glob::recognise(pattern.whole()) {
            return Ok(Matcher { engine: Engine::Glob(glob) });
        }
        let refuse = |error: &dyn std::fmt::Display| PatternError::new(format!("no automaton: {error}"));
        let config = thompson::Config::new().which_captures(WhichCaptures::None);
        let nfa = thompson::Compiler::new()
            .configure(config)
            .build_from_hir(pattern.whole())
            .map_err(|error| refuse(&error))?;
        let engine = match dense_table(&nfa, table_budget) {
            Some(table) => Engine::Table(Box::new(table)),
            None => {
                let simulation = Simulation::new(&[pattern], usize::MAX);
                Engine::Simulation(Box::new(simulation.ok_or_else(|| refuse(&"too large"))?))
            }
        };
        Ok(Matcher { engine })
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
            Engine::Simulation(simulation) => simulation.accepts(text, cache),
        }
    }

    /// Bytes of heap memory.
    pub fn memory_usage(&self) -> usize {
        match &self.engine {
            Engine::Glob(glob) => glob.memory_usage(),
            Engine::Table(table) => table.memory_usage(),
            Engine::Simulation(simulation) => simulation.memory_usage(),
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
