//! `docs/language.md`, README.md and the READMEs of the examples: their policies compile, and what they cite exists.

#![allow(clippy::panic, reason = "a test fails by panicking")]

use sqrt_tests::corpus::{PolicyFile, Severity};
use sqrt_tests::docs;
use sqrt_tests::implementations::{disagreements, reports};
use std::fs;
use std::path::PathBuf;

#[test]
fn the_appendix_states_every_rule_once_and_in_order() {
    let chapters: [(u32, u32); 8] = [(1, 7), (2, 6), (3, 7), (4, 7), (5, 4), (6, 12), (7, 4), (8, 4)];
    let mut expected: Vec<String> = chapters
        .iter()
        .flat_map(|&(chapter, last)| (1..=last).map(move |rule| format!("S{chapter}.{rule}")))
        .collect();
    expected.push("S9".to_owned());
    let page = docs::page();
    let items = page.lines().filter_map(|line| line.strip_prefix("- **"));
    let stated: Vec<&str> = items.filter_map(|rest| rest.split_once("**")).map(|(rule, _)| rule).collect();
    assert_eq!(
        stated.iter().filter(|rule| rule.starts_with('S')).collect::<Vec<_>>(),
        expected.iter().collect::<Vec<_>>()
    );
}

#[test]
fn the_page_and_the_examples_cite_rules_that_exist() {
    let page = docs::page();
    let rules = docs::rules(&page);
    let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut texts = vec![page];
    for entry in fs::read_dir(&examples).unwrap_or_else(|error| panic!("{error}")).flatten() {
        texts.extend(fs::read_to_string(entry.path().join("README.md")));
    }
    // Chapters are cited too: `S7` is all of S7.1 to S7.4.
    let known =
        |cited: &str| rules.iter().any(|rule| rule == cited || rule.starts_with(&format!("{cited}.")));
    let unknown: Vec<_> =
        texts.iter().flat_map(|text| docs::citations(text)).filter(|cited| !known(cited)).collect();
    assert!(unknown.is_empty(), "cited, but no rule: {unknown:?}");
    assert!(texts.len() > 6, "the READMEs of the examples were not found");
}

#[test]
fn the_examples_of_the_page_are_well_formed() {
    let examples = docs::examples(&docs::page()).unwrap_or_else(|error| panic!("docs/language.md:{error}"));
    assert!(examples.iter().filter(|example| !example.exchanges.is_empty()).count() > 20);
    assert!(examples.iter().filter(|example| example.refused).count() > 8);
}

fn file(example: &docs::Example) -> [PolicyFile; 1] {
    [PolicyFile { name: "policy.sqrt".to_owned(), bytes: example.policy.clone().into_bytes() }]
}

#[test]
fn the_examples_of_the_page_compile_or_are_refused_as_it_says() {
    for example in docs::examples(&docs::page()).unwrap_or_else(|error| panic!("docs/language.md:{error}")) {
        let reports = reports(&file(&example));
        let refused = reports.iter().any(|report| report.severity == Severity::Error);
        assert_eq!(refused, example.refused, "docs/language.md:{}: {reports:#?}", example.line);
    }
}

#[test]
fn the_examples_of_the_page_are_answered_as_it_says() {
    let examples = docs::examples(&docs::page()).unwrap_or_else(|error| panic!("docs/language.md:{error}"));
    let answered = examples.iter().filter(|example| !example.refused);
    let messages: Vec<String> = answered
        .flat_map(|example| {
            let file =
                PolicyFile { name: "policy.sqrt".to_owned(), bytes: example.policy.clone().into_bytes() };
            let messages = disagreements(&[file], &example.options, &example.exchanges);
            messages.into_iter().map(|message| format!("docs/language.md ({}): {message}", example.line))
        })
        .collect();
    assert!(messages.is_empty(), "{}", messages.join("\n"));
}

#[test]
fn the_policy_of_the_readme_has_no_problem() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{error}"));
    let policies = docs::policies(&text).unwrap_or_else(|error| panic!("README.md:{error}"));
    assert!(!policies.is_empty(), "README.md shows no policy");
    for policy in policies {
        let reports = reports(&[PolicyFile { name: "README.md".to_owned(), bytes: policy.into_bytes() }]);
        assert!(reports.is_empty(), "{reports:#?}");
    }
}
