//! What the generators write is worth comparing: it is accepted, and every way to decide comes up.

#![allow(clippy::panic, clippy::expect_used, reason = "a test fails by panicking")]

use sqrt_tests::generate::{Case, Style};
use sqrt_tests::oracle::Oracle;
use std::collections::BTreeMap;

#[test]
fn generated_policies_load_and_decide_in_every_way() {
    let mut bases: BTreeMap<String, usize> = BTreeMap::new();
    for seed in 0..2_000 {
        let case = Case::generate(seed, Style { session_before: true, compares_values: true }, 10);
        let files = case.files();
        let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let mut oracle =
            Oracle::new(&files, &case.options).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{case}"));
        for call in &case.calls {
            let answer = oracle.answer(call);
            let basis = answer["basis"].as_str().or(answer["branch"].as_str()).unwrap_or("error");
            *bases.entry(basis.to_owned()).or_default() += 1;
        }
    }
    println!("{bases:?}");
    for basis in [
        "must_deny",
        "must_allow_unmet",
        "must_allow",
        "should_deny",
        "should_allow",
        "allow_list",
        "default",
        "error",
    ] {
        assert!(bases.get(basis).is_some_and(|&count| count > 200), "{basis} is rare: {bases:?}");
    }
}
