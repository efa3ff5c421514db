//! What is made from the tables of keys of test files and committed: the reference in `docs/testing.md`, and the JSON Schema for
//! editors, which takes every test file of `examples/`.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sqrt_authoring::testing::{TestFile, as_json, reference, schema};
use sqrt_vm::limits::Limits;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Compares, or writes the file anew with BLESS=1.
fn check(path: &Path, expected: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, expected).unwrap();
    }
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(committed == expected, "{} is stale; run BLESS=1 cargo test -p sqrt-authoring", path.display());
}

#[test]
fn the_reference_of_keys_is_up_to_date() {
    const BEGIN: &str = "<!-- Generated from the tables of keys in the code; `BLESS=1 cargo test -p sqrt-authoring` rewrites them. -->\n";
    const END: &str = "\n<!-- end of the tables -->";
    let path = root().join("docs/testing.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    check(&path, &format!("{before}{BEGIN}{}{END}{after}", reference()));
}

#[test]
fn the_schema_for_editors_is_up_to_date() {
    check(&root().join("editors/test-file.schema.json"), &schema());
}

#[test]
fn the_schema_takes_every_example_and_refuses_mistakes() {
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let value = |text: &str| -> Value { serde_json::from_str(&as_json(text).unwrap()).unwrap() };
    let mut taken = 0;
    for folder in fs::read_dir(root().join("examples")).unwrap() {
        let path = folder.unwrap().path().join("policy_test.yaml");
        if path.exists() {
            let example = value(&fs::read_to_string(&path).unwrap());
            let errors: Vec<String> =
                validator.iter_errors(&example).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", path.display());
            taken += 1;
        }
    }
    assert!(taken >= 6, "only {taken} examples have tests");
    let test = |test: &str| value(&format!("{{tests: [{{name: a, {test}}}]}}"));
    for fine in [
        "call: {tool: t}, expect: deny",
        "call: $call, expect: {rule: null, result_meta: null, session_meta: {tags: {has: [a]}, consumers: ['*']}}, cases: [{call: {tool: t}}]",
        "call: {branch: {tags: {except: [a]}}}, expect: {branch: $answer}, cases: [{answer: deny, case: b}]",
        "steps: [{call: {tool: t, arg_meta: $meta, args: $args}, expect: {error: true}, repeat: 3}]",
    ] {
        assert!(validator.is_valid(&test(fine)), "{fine}");
    }
    for wrong in [
        "call: {tool: t}, expect: refuse",
        "call: {tool: t}, expects: deny",
        "call: {tools: t}, expect: deny",
        "call: {tool: t}, expect: {decision: refuse}",
        "call: {tool: t}, expect: {session_meta: {tag: []}}",
        "steps: [{call: {tool: t}, repeat: 0}]",
        "steps: [], expect: deny",
        "call: {tool: t}, expect: {rule: {lines: 5}}",
    ] {
        assert!(!validator.is_valid(&test(wrong)), "{wrong}");
    }
    assert!(!validator.is_valid(&value("{test: []}")));
}

#[test]
fn every_snippet_of_the_page_is_part_of_a_test_file() {
    let page = fs::read_to_string(root().join("docs/testing.md")).unwrap();
    let mut read = 0;
    for block in page.split("```yaml\n").skip(1) {
        let snippet = block.split("```").next().unwrap();
        let mut text = snippet.to_owned();
        if snippet.starts_with("expect:") {
            let indented = snippet.replace('\n', "\n    ");
            text = format!("tests:\n  - name: a\n    call: {{tool: t}}\n    {indented}\n");
        } else if !snippet.contains("tests:") {
            text.push_str("tests: [{name: a, call: {tool: t}, expect: deny}]\n");
        }
        if !snippet.contains("fixtures:") {
            text.push_str("fixtures: {report: {value: text, tags: [internal]}, order: text}\n");
        }
        let file = TestFile::read("a_test.yaml", &text, &Limits::default());
        assert!(file.is_ok(), "{text}\n{file:#?}");
        read += 1;
    }
    assert!(read >= 9, "only {read} snippets found");
}
