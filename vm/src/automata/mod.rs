//! Automata: patterns in the form that runs.
//!
//! When a policy is compiled, its patterns become flat tables of the program; a walk over them looks at each byte of a text
//! once and does not allocate.

mod byte_runs;
mod determinise;
mod dfa;
mod minimise;
mod table;
#[cfg(test)]
mod tests;

pub use determinise::{NoTable, many, union};
pub use dfa::Dfa;
pub use table::{Table, TooMany};
