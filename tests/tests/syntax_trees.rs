//! The parser reads programs as the reference does: its trees of recorded programs are those of the reference. And it reads
//! what a generator wrote as the tree that the generator meant.
//!
//! `SQRT_SYNTAX_TREES=FILE` compares one more file of JSON lines.

#![allow(clippy::expect_used, reason = "a test may fail by panicking")]

use bumpalo::Bump;
use serde::Deserialize;
use sqrt_compiler::limits::Limits;
use sqrt_compiler::syntax::parse;
use sqrt_compiler::syntax::token::FileId;
use sqrt_tests::compare::seeds;
use sqrt_tests::fuzzing;
use sqrt_tests::generate::{Random, tree};
use sqrt_tests::tree_text;
use std::path::PathBuf;

#[derive(Deserialize)]
struct Recorded {
    source: String,
    tree: String,
}

#[test]
fn trees_are_those_of_the_reference() {
    let mut files = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/data/syntax_trees.jsonl"))];
    files.extend(std::env::var_os("SQRT_SYNTAX_TREES").map(PathBuf::from));
    let (mut compared, mut different) = (0, Vec::new());
    for file in files {
        let text = std::fs::read_to_string(&file).expect("the recorded trees");
        for line in text.lines() {
            let recorded: Recorded = serde_json::from_str(line).expect("a recorded tree");
            let arena = Bump::new();
            let parsed = parse(&arena, FileId(0), &recorded.source, &Limits::default());
            let tree = tree_text::file(&parsed.file);
            compared += 1;
            if tree != recorded.tree {
                different
                    .push(format!("{}\nreference {}\nours      {tree}\n", recorded.source, recorded.tree));
            }
        }
    }
    assert!(compared > 1_000, "only {compared} trees");
    let shown: Vec<_> = different.iter().take(10).cloned().collect();
    assert!(different.is_empty(), "{} of {compared} trees differ:\n{}", different.len(), shown.join("\n"));
}

#[test]
fn generated_trees_are_read_as_they_are_meant() {
    for seed in seeds(0..2_000) {
        let mut random = Random::recording(seed);
        tree(&mut random);
        fuzzing::run("tree", &random.recorded());
    }
}
