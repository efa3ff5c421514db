//! Inputs to begin with: what the tests have, in the form that targets read.

use crate::corpus;
use crate::generate::{Case, Style};
use std::path::Path;

/// None: the target finds its own way.
pub(super) fn none() -> Vec<Vec<u8>> {
    Vec::new()
}

/// The policies of the cases.
pub(super) fn policies() -> Vec<Vec<u8>> {
    corpus_cases().into_iter().flat_map(|case| case.files).map(|file| file.bytes).collect()
}

/// The call lines of the cases.
pub(super) fn lines() -> Vec<Vec<u8>> {
    let exchanges = corpus_cases().into_iter().flat_map(|case| match case.expectation {
        corpus::Expectation::Answers(exchanges) => exchanges,
        corpus::Expectation::Check(_) => Vec::new(),
    });
    exchanges.map(|exchange| exchange.call.into_bytes()).collect()
}

/// Generated policies with calls.
pub(super) fn cases() -> Vec<Vec<u8>> {
    (0..300).map(|seed| Case::recorded(seed, Style::ALL)).collect()
}

fn corpus_cases() -> Vec<corpus::Case> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    corpus::load(&directory).unwrap_or_else(|error| panic!("{error}"))
}
