//! The corpus as a whole: it is readable to the last line, and covers every numbered rule.

#![allow(clippy::panic, clippy::expect_used, reason = "a test fails by panicking")]

use sqrt_tests::corpus::{Case, load};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// How many rules each chapter of the language has; chapter 9 (calls as JSON lines) is one rule, `S9`.
const RULES: [(u32, u32); 8] = [(1, 7), (2, 6), (3, 7), (4, 7), (5, 4), (6, 12), (7, 4), (8, 4)];

fn cases() -> Vec<Case> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus");
    load(&directory).unwrap_or_else(|error| panic!("{error}"))
}

fn rules() -> BTreeSet<String> {
    let numbered =
        RULES.iter().flat_map(|&(chapter, last)| (1..=last).map(move |rule| format!("S{chapter}.{rule}")));
    numbered.chain(["S9".to_owned()]).collect()
}

#[test]
fn every_rule_has_several_cases_and_every_case_names_rules() {
    let mut count: BTreeMap<String, usize> = rules().into_iter().map(|rule| (rule, 0)).collect();
    for case in cases() {
        for rule in &case.rules {
            let entry = count.get_mut(rule);
            *entry.unwrap_or_else(|| panic!("{}: there is no rule `{rule}`", case.name)) += 1;
        }
    }
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
