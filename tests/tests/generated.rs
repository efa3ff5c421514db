//! What the generators write is worth comparing: it is accepted, and every way to decide comes up.

#![allow(clippy::panic, reason = "a test fails by panicking")]

use sqrt_tests::compare::answers;
use sqrt_tests::engine::Engine;
use sqrt_tests::generate::{Case, Style};
use sqrt_tests::implementations::{USUAL, oracle};
use std::collections::BTreeMap;

const BASES: [&str; 7] =
    ["must_deny", "must_allow_unmet", "must_allow", "should_deny", "should_allow", "allow_list", "default"];

#[test]
fn generated_policies_load_and_decide_in_every_way() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for seed in 0..400 {
        let case = Case::generate(seed, Style::ALL, 20);
        let answers = answers(oracle, &case).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{case}"));
        for answer in answers {
            let what = match (answer["basis"].as_str(), answer["branch"].as_str()) {
                (Some(basis), _) => basis.to_owned(),
                (_, Some(branch)) => format!("branch {branch}"),
                _ => "error".to_owned(),
            };
            *counts.entry(what).or_default() += 1;
        }
    }
    for what in BASES.into_iter().chain(["branch allow", "branch deny", "error"]) {
        assert!(counts.get(what).is_some_and(|&count| count > 10), "{what} is rare: {counts:?}");
    }
    println!("{counts:?}");
}

/// So that comparing the engine with others compares both ways that it has.
#[test]
fn generated_calls_take_the_short_way_and_the_general_one() {
    let (mut decided, mut done, mut calls, mut results) = (0, 0, 0, 0);
    for seed in 0..80 {
        let case = Case::generate(seed, Style::ALL, 20);
        let mut engine = Engine::new(&case.files(), &case.options, USUAL)
            .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{case}"));
        for line in &case.calls {
            engine.answer(line);
            let (is_decided, is_done) = engine.told_directly();
            calls += 1;
            results += usize::from(engine.has_result());
            decided += usize::from(is_decided);
            done += usize::from(is_done && engine.has_result());
        }
    }
    println!("{decided} of {calls} decided directly, {done} of {results} results");
    assert!(decided * 10 > calls && decided * 10 < calls * 9, "{decided} of {calls}");
    assert!(done * 10 > results && done * 10 < results * 9, "{done} of {results}");
}
