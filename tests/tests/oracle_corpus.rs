//! The oracle answers every case of the corpus as the case says.

#![allow(clippy::panic, clippy::expect_used, reason = "a test fails by panicking")]

use sqrt_tests::corpus::{Case, Expectation, difference, load};
use sqrt_tests::oracle::Oracle;
use std::path::PathBuf;

/// The disagreements of one case.
fn disagreements(case: &Case) -> Vec<String> {
    let Expectation::Answers(exchanges) = &case.expectation else { return Vec::new() };
    let text = |file: &sqrt_tests::corpus::PolicyFile| String::from_utf8(file.bytes.clone());
    let files: Result<Vec<_>, _> =
        case.files.iter().map(|file| text(file).map(|text| (file.name.as_str(), text))).collect();
    let files = files.unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let mut oracle =
        Oracle::new(&files, &case.options).unwrap_or_else(|error| panic!("{}: {error}", case.name));
    let mut disagreements = Vec::new();
    for exchange in exchanges {
        let answer = oracle.answer(&exchange.call);
        if let Some(difference) = difference(&exchange.answer, &answer) {
            let (name, line) = (&case.name, exchange.line);
            disagreements.push(format!("{name}:{line}: {difference}\n    {}\n    {answer}", exchange.call));
        }
    }
    disagreements
}

#[test]
fn the_oracle_agrees_with_every_case() {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let cases = load(&directory).unwrap_or_else(|error| panic!("{error}"));
    let disagreements: Vec<String> = cases.iter().flat_map(disagreements).collect();
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
}
