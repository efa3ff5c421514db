//! Properties of the comparison of policies, on random ones: a policy does not differ from itself, from itself in the canonical
//! style, or with its lets and deciding blocks elsewhere; without one of its parts it does.

#![allow(clippy::panic, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use sqrt_authoring::diff::{Revision, compare};
use sqrt_compiler::format::format;
use sqrt_compiler::ir::{Block, Statement};
use sqrt_compiler::{Options, Source, analyse};
use sqrt_tests::generate::{Case, Part, Random, Style};

/// The policy of these texts, if it is one.
fn revision(texts: &[String]) -> Option<Revision> {
    let sources: Vec<Source<'_>> =
        texts.iter().map(|text| Source { name: "p", bytes: text.as_bytes() }).collect();
    Revision::new(&sources, &Options::default()).ok()
}

/// How many lets, blocks, rules and updates the policy of these texts has.
fn count(texts: &[String]) -> usize {
    let sources: Vec<Source<'_>> =
        texts.iter().map(|text| Source { name: "p", bytes: text.as_bytes() }).collect();
    let limits = Options::default().limits.with("pattern_table_bytes", 1).expect("a limit");
    let policy = analyse(&sources, &Options { limits, ..Options::default() }).policy.expect("a policy");
    let updates = |statement: &Statement| match statement {
        Statement::Update(_) => 1,
        Statement::When(when) => when.updates.len(),
    };
    let of_block = |block: &Block| {
        let statements = block.before.iter().chain(&block.result).chain(&block.after);
        1 + block.rules.len() + statements.map(updates).sum::<usize>()
    };
    policy.lets.len() + policy.blocks.iter().map(of_block).sum::<usize>()
}

fn texts(case: &Case) -> Vec<String> {
    case.sources.iter().map(ToString::to_string).collect()
}

fn cases() -> impl Iterator<Item = (u64, Case)> {
    (0..25).map(|seed| (seed, Case::generate(seed, Style::ALL, 0)))
}

fn assert_equal(seed: u64, old: &[String], new: &[String]) {
    let (old_revision, new_revision) = (revision(old).expect("a policy"), revision(new).expect("a policy"));
    let diff = compare(&old_revision, &new_revision);
    assert!(diff.is_empty(), "{seed}: {:#?}\n{}\nand\n{}", diff.changes, old.concat(), new.concat());
}

#[test]
fn a_policy_does_not_differ_from_itself_however_it_is_formatted() {
    for (seed, case) in cases() {
        let texts = texts(&case);
        assert_equal(seed, &texts, &texts);
        let formatted: Vec<String> =
            texts.iter().map(|text| format(text, &Options::default().limits).expect("syntax")).collect();
        assert_equal(seed, &texts, &formatted);
        assert_equal(seed, &formatted, &texts);
    }
}

#[test]
fn lets_and_blocks_that_only_decide_may_stand_anywhere() {
    let is_free = |part: &Part| {
        let updates = |part: &Part| part.inside.is_some();
        part.text.starts_with("let ")
            || part.inside.as_ref().is_some_and(|inside| !inside.iter().any(updates))
    };
    let mut moved = 0;
    for (seed, case) in cases() {
        let (mut other, mut random) = (case.clone(), Random::new(seed));
        let mut parts = Vec::new();
        for source in &mut other.sources {
            parts.extend(source.declarations.extract_if(.., |part| is_free(part)));
        }
        moved += parts.len();
        for part in parts {
            let at = random.below(other.sources.len());
            let declarations = &mut other.sources[at].declarations;
            declarations.insert(random.below(declarations.len() + 1), part);
        }
        assert_equal(seed, &texts(&case), &texts(&other));
    }
    assert!(moved > 25, "{moved}");
}

#[test]
fn a_policy_without_one_of_its_parts_differs() {
    let mut compared = 0;
    for (seed, case) in cases().take(15) {
        let old = texts(&case);
        let old_revision = revision(&old).expect("a policy");
        for (at, source) in case.sources.iter().enumerate() {
            for smaller in source.smaller() {
                let mut new = old.clone();
                new[at] = smaller.to_string();
                // Without a let that others need it is no policy.
                let Some(new_revision) = revision(&new) else { continue };
                // What says nothing, such as an empty block of updates, is no difference.
                if count(&new) == count(&old) {
                    continue;
                }
                compared += 1;
                let [there, back] = [
                    compare(&old_revision, &new_revision).is_empty(),
                    compare(&new_revision, &old_revision).is_empty(),
                ];
                assert!(!there && !back, "{seed}:\n{}\nand\n{}", old.concat(), new.concat());
            }
        }
    }
    assert!(compared > 150, "{compared}");
}
