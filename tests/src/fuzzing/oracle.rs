//! A generated policy with calls: the engine answers as the naive interpreter does.

use crate::compare::disagreement;
use crate::generate::{Case, Style};
use crate::implementations::{engine, oracle};

pub(super) fn run(bytes: &[u8]) {
    let case = Case::of_bytes(bytes, Style::ALL);
    if let Some(text) = disagreement(oracle, engine, &case) {
        panic!("{case}{text}");
    }
}
