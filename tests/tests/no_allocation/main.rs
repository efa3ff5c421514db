//! Deciding allocates nothing once it has seen calls as large as those that come: from check to updates, on every
//! example, every case of the corpus, random policies, and what is hard on purpose.
//!
//! The counter is global, so there is no harness: the tests run one after another on the only thread.

#![allow(clippy::panic, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod count;
mod hard;
mod host;

use host::{allocating, policy};
use sqrt_tests::compare::seeds;
use sqrt_tests::corpus::{self, Expectation, Options, PolicyFile};
use sqrt_tests::generate::{Case, Style};
use std::fs;
use std::hint::black_box;
use std::path::PathBuf;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// A test and its name.
type Test = (&'static str, fn());

const TESTS: &[Test] = &[
    ("the_counter_sees_what_allocates", the_counter_sees_what_allocates),
    ("examples", examples),
    ("corpus_cases", corpus_cases),
    ("random_policies", random_policies),
    ("json_lines", json_lines),
];

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for (name, test) in TESTS.iter().chain(hard::TESTS) {
        if wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str())) {
            println!("test {name} ...");
            test();
        }
    }
}

/// In both ways to have a call decided.
fn expect_none(what: &str, files: &[PolicyFile], options: &Options, lines: &[String]) {
    let policy = policy(files, options);
    for two_steps in [false, true] {
        if let Some(message) = allocating(&policy, lines, two_steps) {
            panic!("{what}, two steps: {two_steps}: {message}");
        }
    }
}

fn the_counter_sees_what_allocates() {
    assert_eq!(count::allocations(|| drop(black_box(Box::new(1)))), 1);
    let mut grows = Vec::<u8>::with_capacity(16);
    assert_eq!(count::allocations(|| grows.resize(16, 0)), 0);
    assert_eq!(count::allocations(|| grows.resize(1000, 0)), 1);
    let other_thread = || drop(std::thread::spawn(|| drop(black_box(Box::new(1)))).join());
    assert!(count::allocations(other_thread) > 0);
}

fn directory(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn examples() {
    let entries = fs::read_dir(directory("../examples")).expect("the examples are there");
    let mut count = 0;
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
        let read = |name| fs::read_to_string(path.join(name)).ok();
        let text = read("policy.sqrt").expect("an example has a policy");
        let x_policy = read("x-policy.json").map(|text| serde_json::from_str(&text).expect("JSON"));
        let lines: Vec<_> =
            read("calls.jsonl").expect("an example has calls").lines().map(str::to_owned).collect();
        expect_none(
            &path.display().to_string(),
            &host::file(&text),
            &Options { x_policy, ..Options::default() },
            &lines,
        );
        count += 1;
    }
    assert!(count >= 6, "{count} examples");
}

fn corpus_cases() {
    let mut count = 0;
    for case in corpus::load(&directory("corpus")).expect("the corpus is fine") {
        if let Expectation::Answers(exchanges) = &case.expectation {
            let lines: Vec<_> = exchanges.iter().map(|exchange| exchange.call.clone()).collect();
            expect_none(&case.name, &case.files, &case.options, &lines);
            count += 1;
        }
    }
    assert!(count > 100, "{count} cases");
}

fn random_policies() {
    for seed in seeds(70_000..70_060) {
        let case = Case::generate(seed, Style::ALL, 30);
        expect_none(&format!("seed {seed}"), &case.files(), &case.options, &case.calls);
    }
}

fn json_lines() {
    let mut count = 0;
    for seed in seeds(71_000..71_040) {
        let case = Case::generate(seed, Style::ALL, 30);
        let (lines, message) = host::allocating_as_lines(&policy(&case.files(), &case.options), &case.calls);
        assert_eq!(message, None, "seed {seed}: {}", message.as_deref().unwrap_or_default());
        count += lines;
    }
    assert!(count > 300, "{count} lines");
}
