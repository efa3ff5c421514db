//! Every directory of `examples/` is answered as its `answers.jsonl` says, by every implementation.

#![allow(clippy::panic, clippy::expect_used, reason = "a test fails by panicking")]

use serde_json::Value;
use sqrt_tests::corpus::{Options, PolicyFile};
use sqrt_tests::implementations;
use std::fs;
use std::path::{Path, PathBuf};

fn examples() -> Vec<PathBuf> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let entries = fs::read_dir(&directory).expect("the examples are there");
    let mut paths: Vec<_> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    paths.sort();
    paths
}

fn read(directory: &Path, name: &str) -> String {
    let path = directory.join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn options(directory: &Path) -> Options {
    let document = fs::read_to_string(directory.join("x-policy.json")).ok();
    let x_policy = document.map(|text| serde_json::from_str(&text).expect("the X-Policy document is JSON"));
    Options { x_policy, ..Options::default() }
}

/// An answer without what implementations may differ in: the text of a preset is their own, and so are places in it.
fn comparable(answer: &str) -> Value {
    let mut answer: Value = serde_json::from_str(answer).expect("an answer is JSON");
    let rule = answer.get_mut("rule").and_then(Value::as_object_mut);
    if let Some(rule) =
        rule.filter(|rule| rule["file"].as_str().is_some_and(|file| file.starts_with("preset:")))
    {
        rule.retain(|key, _| key == "file" || key == "tool_id");
    }
    answer
}

#[test]
fn every_example_is_answered_as_it_says() {
    for directory in examples() {
        let file = PolicyFile {
            name: "policy.sqrt".to_owned(),
            bytes: read(&directory, "policy.sqrt").into_bytes(),
        };
        let implementations = implementations::all(&[file], &options(&directory));
        let place = directory.display();
        let (calls, answers) = (read(&directory, "calls.jsonl"), read(&directory, "answers.jsonl"));
        assert_eq!(calls.lines().count(), answers.lines().count(), "{place}");
        for mut implementation in implementations.unwrap_or_else(|error| panic!("{place}: {error}")) {
            for (call, expected) in calls.lines().zip(answers.lines()) {
                let given = implementation.answer(call);
                let name = implementation.name;
                assert_eq!(comparable(&given), comparable(expected), "{place}: {name}: {call}");
                if name != "oracle" {
                    // Byte for byte, and so in the order of keys of S9.
                    assert_eq!(given, expected, "{place}: {call}");
                }
            }
        }
    }
}

#[test]
fn no_example_has_an_error_or_a_warning() {
    for directory in examples() {
        let file = PolicyFile {
            name: "policy.sqrt".to_owned(),
            bytes: read(&directory, "policy.sqrt").into_bytes(),
        };
        let reports = implementations::reports(&[file]);
        assert!(reports.is_empty(), "{}: {reports:#?}", directory.display());
    }
}

#[test]
fn every_example_says_how_it_is_run() {
    let found = examples();
    assert!(found.len() >= 6, "{found:?}");
    let index = read(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples"), "README.md");
    for directory in found {
        let name = directory.file_name().and_then(|name| name.to_str()).expect("a plain name");
        assert!(index.contains(&format!("]({name})")), "examples/README.md does not mention {name}");
        let command = match options(&directory).x_policy {
            Some(_) => "sqrt eval policy.sqrt --x-policy x-policy.json --calls calls.jsonl",
            None => "sqrt eval policy.sqrt --calls calls.jsonl",
        };
        assert!(
            read(&directory, "README.md").contains(command),
            "examples/{name}/README.md does not say `{command}`"
        );
    }
}
