//! The table of rules keeps what it says: codes and names are sound, every example shows its rule and nothing else, what is
//! better shows nothing, and a fix makes the one from the other.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use sqrt_authoring::lint::{Finding, Group, Level, Levels, Lint, Options, RULES, Rule, Selector, fix, lint};
use sqrt_compiler::Source;
use sqrt_compiler::format::format;
use std::collections::BTreeSet;

/// Everything that is on, and this rule.
fn options(rule: &'static Rule) -> Options {
    let mut levels = Levels::default();
    levels.add_layer(vec![(Selector::One(Lint::Rule(rule)), Level::Warn)]);
    Options { levels, ..Options::default() }
}

fn source(text: &str) -> [Source<'_>; 1] {
    [Source { name: "t", bytes: text.as_bytes() }]
}

fn found(text: &str, rule: &'static Rule) -> Vec<Finding> {
    lint(&source(text), &options(rule)).findings
}

fn told(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{}: {}", finding.lint.code(), finding.message)).collect()
}

#[test]
fn every_example_shows_its_rule_and_nothing_else() {
    let mut wrong = Vec::new();
    for &rule in RULES {
        let findings = found(rule.example, rule);
        if findings.is_empty() || findings.iter().any(|finding| finding.lint != Lint::Rule(rule)) {
            wrong.push(format!("{}, example: {:#?}", rule.name, told(&findings)));
        }
        let findings = found(rule.better, rule);
        if !findings.is_empty() {
            wrong.push(format!("{}, better: {:#?}", rule.name, told(&findings)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn examples_are_in_style() {
    for &rule in RULES {
        for text in [rule.example, rule.better] {
            assert_eq!(format(text, &Options::default().limits).unwrap(), text, "{}", rule.name);
        }
    }
}

#[test]
fn codes_and_names_are_sound() {
    let mut seen = BTreeSet::new();
    for lint in Lint::all() {
        assert!(seen.insert(lint.code().to_owned()) && seen.insert(lint.name()), "{} twice", lint.name());
        assert!(lint.name().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", lint.name());
        assert!(Group::ALL.iter().all(|group| group.name() != lint.name()), "{}", lint.name());
        assert_eq!(Lint::find(lint.code()), Some(lint));
        assert_eq!(Lint::find(&lint.name()), Some(lint));
    }
    for pair in RULES.windows(2) {
        assert!(pair[0].code < pair[1].code, "{} before {}", pair[0].code, pair[1].code);
    }
    for rule in RULES {
        assert_eq!(rule.code.get(..3), Some(format!("L{}", rule.group.digits()).as_str()), "{}", rule.name);
        assert!(rule.code.len() == 5 && !rule.title.ends_with('.'), "{}", rule.name);
        assert!(rule.what.ends_with('.') && rule.why.ends_with('.'), "{}", rule.name);
        assert!(!rule.spec.is_empty() || rule.group == Group::Suppression, "{}", rule.name);
    }
}

#[test]
fn fixes_make_of_the_example_what_is_better() {
    for &rule in RULES {
        let fixed = fix(&source(rule.example), &options(rule)).unwrap();
        if rule.fixes {
            assert_eq!(fixed.texts, [rule.better], "{}", rule.name);
            assert!(fixed.report.findings.is_empty());
        } else {
            assert_eq!((fixed.count, &*fixed.texts[0]), (0, rule.example), "{}", rule.name);
        }
    }
}

/// `BLESS=1 cargo test -p sqrt-authoring` rewrites the pages.
#[test]
fn the_committed_pages_are_up_to_date() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/lints");
    let pages = sqrt_authoring::lint::page::pages();
    if std::env::var_os("BLESS").is_some() {
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder).unwrap();
        for (name, text) in &pages {
            std::fs::write(format!("{folder}/{name}"), text).unwrap();
        }
    }
    for (name, text) in &pages {
        let committed = std::fs::read_to_string(format!("{folder}/{name}")).unwrap_or_default();
        assert!(committed == *text, "docs/lints/{name} is stale; run BLESS=1 cargo test -p sqrt-authoring");
    }
    let committed = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(committed, pages.len(), "docs/lints has pages of lints that there are not");
}
