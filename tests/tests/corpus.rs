//! The corpus as a whole: it is readable to the last line, and covers every numbered rule.

#![allow(clippy::panic, clippy::expect_used, reason = "a test fails by panicking")]

use sqrt_tests::corpus::{Case, load};
use sqrt_tests::docs;
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
