//! Comments that editors offer suppress what they are offered for, and ask for a reason.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use sqrt_authoring::editor::{Document, Policy, Suppression, findings, suppressions};
use sqrt_authoring::lint::rules::tools::EXAMPLE_TOOLS;
use sqrt_authoring::lint::suppressing::PLACEHOLDER;
use sqrt_authoring::lint::{Group, Level, Levels, Lint, Options, RULES, Selector};
use sqrt_authoring::tools::ToolSet;
use sqrt_compiler::limits::Limits;

/// Everything is looked for.
fn options() -> Options {
    let mut levels = Levels::default();
    levels.add_layer(vec![(Selector::Group(Group::Pedantic), Level::Warn)]);
    let tools = ToolSet::parse(EXAMPLE_TOOLS.as_bytes(), &Limits::default()).unwrap();
    Options { levels, tools: Some(Arc::new(tools)), ..Options::default() }
}

/// What is offered for all findings of a text, and their codes.
fn offered(text: &str) -> (Vec<Suppression>, Vec<&'static str>) {
    let document = Document::new("t", text, &Limits::default());
    let documents = [&document];
    let policy = Policy::new(&documents);
    let found = findings(policy, &options());
    let codes = found.iter().map(|finding| finding.code).collect();
    (suppressions(policy, 0, &found), codes)
}

/// The text with all comments.
fn with_all(text: &str, mut offered: Vec<Suppression>) -> String {
    let mut text = text.to_owned();
    offered.sort_by_key(|comment| comment.edit.place.span.start);
    for comment in offered.iter().rev() {
        text.insert_str(comment.edit.place.span.start as usize, &comment.edit.text);
    }
    text
}

fn can_be_suppressed(code: &&str) -> bool {
    let lint = Lint::find(code).unwrap();
    !lint.is_error() && lint.group() != Group::Suppression
}

/// Puts in what is offered, one comment after another: each takes away what it was offered for and asks for the reason, and in the
/// end there is nothing to say but what cannot be suppressed. The number of comments.
fn assert_suppressed(text: &str) -> usize {
    let mut text = text.to_owned();
    let (mut comments, mut codes) = offered(&text);
    let others: Vec<&str> = codes.iter().filter(|code| !can_be_suppressed(code)).copied().collect();
    let has_errors = others.iter().any(|code| code.starts_with('E'));
    for count in 0.. {
        let told = comments.iter().flat_map(|comment| &comment.findings).map(|finding| finding.code);
        let (mut told, mut left): (Vec<&str>, Vec<&str>) =
            (told.collect(), codes.iter().filter(|code| can_be_suppressed(code)).copied().collect());
        told.sort_unstable();
        left.sort_unstable();
        assert_eq!(told, left, "{text}");
        let Some(comment) = comments.pop() else { return count };
        let without_reason = with_all(&text, vec![comment.clone()]);
        text = without_reason.replace(PLACEHOLDER, "it is meant so");
        let about_reasons = |codes: &[&str]| codes.iter().filter(|code| **code == "L0502").count();
        // Nothing is said of comments in a policy that has errors.
        let expected = about_reasons(&codes) + usize::from(!has_errors);
        assert_eq!(about_reasons(&offered(&without_reason).1), expected, "{without_reason}");
        let before = left.len();
        (comments, codes) = offered(&text);
        let after: Vec<&str> = codes.iter().filter(|code| !can_be_suppressed(code)).copied().collect();
        assert_eq!(after, others, "{text}");
        let left = codes.len() - after.len();
        assert!(left <= before - comment.findings.len(), "{comment:?} of {text}");
    }
    0
}

#[test]
fn what_every_rule_finds_can_be_suppressed_wherever_it_stands() {
    for rule in RULES.iter().filter(|rule| rule.group != Group::Suppression) {
        let text = rule.example;
        assert!(assert_suppressed(text) > 0, "{}", rule.name);
        assert_suppressed(&text.replace('\n', "\r\n"));
        assert_suppressed(&format!("\u{feff}{text}"));
        assert_suppressed(&format!("// first\n{text}// last"));
        if !text.contains("//") {
            assert_suppressed(&text.replace('\n', " "));
            assert_suppressed(&format!("{} // all of it", text.replace('\n', " ")));
            assert_suppressed(&text.replace(' ', "\n"));
        }
    }
}

#[test]
fn what_is_found_in_recorded_programs_can_be_suppressed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/syntax");
    let mut count = 0;
    for name in ["grammar", "surprises", "words"] {
        for line in fs::read_to_string(folder.join(format!("{name}.jsonl"))).unwrap().lines().step_by(5) {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            count += assert_suppressed(record["source"].as_str().unwrap());
        }
    }
    assert!(count > 100, "{count}");
}

/// The text with the comments for what one lint finds.
fn suppressed(text: &str, code: &str) -> String {
    let comments = offered(text).0.into_iter().filter(|comment| comment.findings[0].code == code);
    with_all(text, comments.collect())
}

#[test]
fn a_comment_is_about_as_little_as_it_can() {
    let rules = "tool \"send_email\" {\n    /// Ours.\n    must allow when to.value in {r\".*@corp.com\"};\n    must deny when to.value in {\"a\"};\n}\n";
    assert_eq!(
        suppressed(rules, "L0103"),
        rules.replace("    must allow", "    // sqrt-lint: allow(unescaped-dot) -- REASON\n    must allow")
    );
    let line =
        "let a = {\"x\"}; let b = {\"y\"}; // both\ntool \"send_email\" { must deny when to.value in a; }\n";
    assert_eq!(
        suppressed(line, "L0301"),
        line.replace(" // both", " /* sqrt-lint: allow(unused-let) -- REASON */ // both")
    );
    let updates = "tool \"send_email\" {\n    result {\n        when \"a\" in @tags {\n            @tags |= {};\n        }\n    }\n}\n";
    assert!(
        suppressed(updates, "L0307").contains("-- REASON\n            @tags |="),
        "{}",
        suppressed(updates, "L0307")
    );
    // What is found of the file as a whole.
    let tools = "tool \"send_email\" {\n    must deny always;\n}\n";
    assert_eq!(
        suppressed(tools, "L0607"),
        format!("// sqrt-lint: allow-file(tool-without-policy) -- REASON\n{tools}")
    );
}
