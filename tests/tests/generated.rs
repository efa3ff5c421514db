//! What the generators write is worth comparing: it is accepted, and every way to decide comes up.

#![allow(clippy::panic, reason = "a test fails by panicking")]

use sqrt_tests::compare::answers;
use sqrt_tests::generate::{Case, Style};
use sqrt_tests::implementations::oracle;
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
