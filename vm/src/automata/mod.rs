//! Automata: patterns in the form that runs.
//!
//! When a policy is compiled, [`build`] turns its patterns into flat tables of the program: literal texts where a pattern
//! is no more than that, deterministic automata where the budget has room for them. When a policy is loaded,
//! `Automata::load` makes the little that cannot be written out. Nothing is determinised then.
//!
//! A match looks at each byte of a text a fixed number of times and, once the caller's `MatcherCache` has grown to its
//! size, does not allocate. A simulated pattern takes time in proportion to its own size too.

mod budget;
mod build;
mod byte_runs;
mod compare;
mod determinise;
mod dfa;
mod element;
mod loaded;
mod minimise;
mod partition;
mod shape;
mod simulation;
mod substrings;
mod table;
#[cfg(test)]
mod tests;
mod text_set;
#[cfg(test)]
mod text_set_tests;
#[cfg(test)]
pub(crate) mod verifier_tests;

pub use budget::Budget;
pub use build::{BuildError, Reason, Report, Simulated, build, build_parsed};
pub use compare::{Difference, differences};
#[cfg(test)]
pub(crate) use determinise::union;
pub(crate) use determinise::{NoTable, many};
pub(crate) use dfa::Dfa;
pub(crate) use element::{ElementSet, has_line_end};
pub(crate) use loaded::{Automata, LoadError, Room};
pub(crate) use simulation::{MatcherCache, Simulation};
pub(crate) use table::{Table, TooMany};

pub(crate) use build::{known_or, pattern as parse};
pub(crate) use determinise::has_unicode_word_boundary;
pub(crate) use loaded::simulate;
pub use shape::needs_automaton;
pub(crate) use shape::{Shape, recognise};
pub(crate) use table::{append, index};
