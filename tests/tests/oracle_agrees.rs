//! Random policies and calls: the engine answers as the oracle does, however it is set up.

#![allow(clippy::panic, reason = "a test fails by panicking")]

use serde_json::Value;
use sqrt_tests::compare::{answers, disagreement, expect_none, seeds};
use sqrt_tests::generate::{Case, Style};
use sqrt_tests::implementations::{
    Load, engine, engine_as_explained, engine_in_two_steps, engine_on_the_move, engine_that_explains,
    engine_that_only_folds, engine_that_only_lowers, oracle, plain_engine,
};

fn agree(implementation: Load, default: std::ops::Range<u64>) {
    for seed in seeds(default) {
        let case = Case::generate(seed, Style::ALL, 20);
        expect_none(seed, &case, |case| disagreement(oracle, implementation, case));
    }
}

#[test]
fn the_engine_agrees() {
    agree(engine, 0..150);
}

#[test]
fn the_engine_without_optimisations_agrees() {
    agree(plain_engine, 10_000..10_080);
}

#[test]
fn the_engine_with_folding_alone_agrees() {
    agree(engine_that_only_folds, 20_000..20_080);
}

#[test]
fn the_engine_with_lowering_alone_agrees() {
    agree(engine_that_only_lowers, 30_000..30_080);
}

#[test]
fn the_engine_in_two_steps_agrees() {
    agree(engine_in_two_steps, 40_000..40_080);
}

#[test]
fn the_engine_on_the_move_agrees() {
    agree(engine_on_the_move, 70_000..70_050);
}

#[test]
fn the_engine_that_explains_agrees() {
    agree(engine_that_explains, 80_000..80_080);
}

#[test]
fn the_engine_as_explained_agrees() {
    agree(engine_as_explained, 85_000..85_080);
}

#[test]
fn the_engine_agrees_on_single_conditions() {
    for seed in seeds(60_000..60_150) {
        let case = Case::of_single_conditions(seed, Style::ALL, 8, 100);
        expect_none(seed, &case, |case| disagreement(oracle, engine, case));
        expect_none(seed, &case, |case| disagreement(oracle, plain_engine, case));
    }
}

/// Sets of one word and of many, at the edges of words, and policies whose tags end there.
#[test]
fn the_engine_agrees_on_many_tags() {
    for (seed, tags) in seeds(90_000..90_018).zip([54, 55, 56, 119, 300, 5000].into_iter().cycle()) {
        let case = Case::of_many_tags(seed, Style::ALL, tags, 20);
        for implementation in [engine, plain_engine, engine_on_the_move, engine_as_explained] {
            expect_none(seed, &case, |case| disagreement(oracle, implementation, case));
        }
    }
}

/// Operators bind as S5.1 says: the same policy with all operands in parentheses means the same. The implementations
/// share the parser, so that nothing else here sees it misread an expression.
#[test]
fn parentheses_that_are_not_needed_do_not_matter() {
    for seed in seeds(50_000..50_300) {
        let case = Case::generate(seed, Style::ALL, 20);
        let full = Case::generate(seed, Style { all_parentheses: true, ..Style::ALL }, 20);
        assert_eq!(case.calls, full.calls, "seed {seed}");
        let (few, all) = (answers(oracle, &case), answers(oracle, &full));
        assert_eq!(few.map(without_columns), all.map(without_columns), "seed {seed}:\n{full}{case}");
    }
}

/// Answers without the columns of rules.
fn without_columns(mut answers: Vec<Value>) -> Vec<Value> {
    for answer in &mut answers {
        if let Some(rule) = answer.get_mut("rule").and_then(Value::as_object_mut) {
            rule.remove("column");
        }
    }
    answers
}
