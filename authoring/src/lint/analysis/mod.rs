//! What several rules need to know of a policy: which rule a condition is part of, what is in a set, what a pattern matches, and
//! whether one condition follows from another.
//!
//! Invariants: what is claimed holds for every call, and where nothing can be told soundly or within bounds, nothing is
//! claimed; no walk takes native stack that the text controls.

pub mod elements;
pub mod implication;
pub mod patterns;
pub mod reach;

pub use elements::{Part, parts};
pub use implication::Prover;
pub use patterns::{Automata, Piece, pieces};
pub use reach::{Reach, Use};
