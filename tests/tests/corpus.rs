//! The corpus: every case is what compiler, engine and oracle say, and the cases together cover every numbered rule.

#![allow(clippy::panic, clippy::expect_used, reason = "a test fails by panicking")]

use sqrt_tests::corpus::{Case, Expectation, Report, Severity, load};
use sqrt_tests::docs;
use sqrt_tests::implementations::{disagreements, reports};
use std::collections::BTreeMap;
use std::path::PathBuf;

fn cases() -> Vec<Case> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus");
    load(&directory).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_rule_has_several_cases_and_every_case_names_rules() {
    let mut count: BTreeMap<String, usize> =
        docs::rules(&docs::page()).into_iter().map(|rule| (rule, 0)).collect();
    for case in cases() {
        for rule in &case.rules {
            let entry = count.get_mut(rule);
            *entry.unwrap_or_else(|| panic!("{}: there is no rule `{rule}`", case.name)) += 1;
        }
    }
    assert!(count.len() > 50, "the rules were not found");
    let scarce: Vec<_> = count.iter().filter(|(_, number)| **number < 2).collect();
    assert!(scarce.is_empty(), "rules with fewer than two cases: {scarce:?}");
}

#[test]
fn titles_are_unique() {
    let mut seen = BTreeMap::new();
    for case in cases() {
        let name = case.name;
        if let Some(other) = seen.insert(case.title, name.clone()) {
            panic!("{name} and {other} have the same title");
        }
    }
}

/// Whether a report is the expected one: the words are a part of the message, the file is needed only among several.
fn is_expected(expected: &Report, found: &Report) -> bool {
    let file = expected.file.is_none() || expected.file == found.file;
    let place =
        (expected.severity, expected.line, expected.column) == (found.severity, found.line, found.column);
    file && place && found.words.contains(&expected.words)
}

/// What is wrong with the reports about a case.
fn complaint(case: &Case) -> Option<String> {
    let found = reports(&case.files);
    let none = Vec::new();
    let expected = match &case.expectation {
        Expectation::Check(expected) => expected,
        Expectation::Answers(_) => &none,
    };
    let errors = |reports: &[Report]| -> Vec<Report> {
        reports.iter().filter(|report| report.severity == Severity::Error).cloned().collect()
    };
    let (wanted, given) = (errors(expected), errors(&found));
    let same =
        wanted.len() == given.len() && wanted.iter().zip(&given).all(|(one, other)| is_expected(one, other));
    let warned = expected.iter().all(|one| found.iter().any(|other| is_expected(one, other)));
    (!same || !warned).then(|| format!("{}:\n  expected {expected:#?}\n  found {found:#?}", case.name))
}

#[test]
fn the_compiler_reports_what_every_case_says() {
    let complaints: Vec<String> = cases().iter().filter_map(complaint).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_implementation_answers_as_every_case_says() {
    let mut messages = Vec::new();
    for case in cases() {
        if let Expectation::Answers(exchanges) = &case.expectation {
            let found = disagreements(&case.files, &case.options, exchanges);
            messages.extend(found.into_iter().map(|message| format!("{}.case:{message}", case.name)));
        }
    }
    assert!(messages.is_empty(), "{}", messages.join("\n"));
}
