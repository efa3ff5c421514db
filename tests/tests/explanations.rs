//! Explanations beside the procedures that decide: those are the same with and without them, phases do not mix, and an outcome
//! in a wrong slot does not go unnoticed.

#![allow(clippy::panic, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use sqrt_compiler::{Source, compile};
use sqrt_tests::corpus::{Options, PolicyFile, load};
use sqrt_tests::explained::inconsistency;
use sqrt_tests::generate::{Case, Style};
use sqrt_tests::implementations::engine_that_explains;
use sqrt_vm::bytecode::operand::Slot;
use sqrt_vm::bytecode::program::Program;
use sqrt_vm::bytecode::{Op, VerifiedProgram};
use sqrt_vm::call::{Argument, Call, Returned};
use sqrt_vm::json::write_trace;
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::number::Number;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::Value;
use std::path::PathBuf;

fn file(text: &str) -> PolicyFile {
    PolicyFile { name: "policy.sqrt".to_owned(), bytes: text.as_bytes().to_vec() }
}

fn program(files: &[PolicyFile], no_explanations: bool) -> Option<Program> {
    let sources: Vec<_> = files.iter().map(|file| Source { name: &file.name, bytes: &file.bytes }).collect();
    let options = sqrt_compiler::Options { no_explanations, ..Default::default() };
    compile(&sources, &options).program.map(|verified| verified.program().clone())
}

/// What decides is not touched by explanations: they are code behind that of the fast procedures, and rows behind theirs.
fn expect_the_same_fast_program(name: &str, files: &[PolicyFile]) -> bool {
    let (Some(plain), Some(explained)) = (program(files, true), program(files, false)) else { return false };
    assert!(explained.code.starts_with(&plain.code), "{name}: the code is another");
    assert!(explained.procedures.starts_with(&plain.procedures), "{name}: the procedures are others");
    assert!(explained.element_sets.starts_with(&plain.element_sets), "{name}: the element sets are others");
    assert!(explained.const_sets.starts_with(&plain.const_sets), "{name}: the constant sets are others");
    assert_eq!(explained.rules, plain.rules, "{name}");
    assert_eq!(explained.blocks, plain.blocks, "{name}");
    assert_eq!(explained.args, plain.args, "{name}");
    assert_eq!(explained.tags, plain.tags, "{name}");
    let records = |program: &Program| program.code.iter().any(|code| matches!(code, Op::Record { .. }));
    assert!(!records(&plain), "{name}: outcomes are recorded where nobody asked for explanations");
    records(&explained)
}

#[test]
fn the_fast_procedures_are_the_same_with_and_without_explanations() {
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let cases = load(&corpus).unwrap_or_else(|error| panic!("{error}"));
    let mut explained = 0;
    for case in cases {
        explained += usize::from(expect_the_same_fast_program(&case.name, &case.files));
    }
    for seed in 80_000..80_040 {
        let case = Case::generate(seed, Style::ALL, 1);
        explained += usize::from(expect_the_same_fast_program(&format!("seed {seed}"), &case.files()));
    }
    assert!(explained > 200, "only {explained} programs record anything");
}

/// Patterns are determinised for element sets, so explaining a test must not bring a second one.
#[test]
fn tests_and_their_explanations_share_element_sets() {
    let text = r#"let evil = {str matching r".*@evil\.com"};
        tool "t" { must deny when to.value in {"x", "y"} or not cc.value in evil; }"#;
    let sets = |no_explanations| {
        program(&[file(text)], no_explanations).expect("a policy without errors").element_sets
    };
    assert_eq!(sets(true).len(), 2);
    assert_eq!(sets(false), sets(true));
}

/// A let that is asked in the rules and in updates has an outcome in each.
#[test]
fn phases_do_not_mix() {
    for text in [
        r#"let p = "y" in @result.tags | @args.tags;
           tool "t" { should deny when p; result { @tags |= {"y"}; when p { @tags |= {"z"}; } } }"#,
        r#"let p = "y" in @session.tags;
           tool "t" { session before { when p { @tags |= {"z"}; } @tags |= {"y"}; }
                      session after { when p { @tags |= {"w"}; } } }"#,
        r#"let p = not "y" in @session.tags;
           tool "t" { session before { when p { @tags |= {"z"}; } @tags |= {"y"}; when p { @tags |= {"w"}; } } }"#,
    ] {
        let mut engine = engine_that_explains(&[file(text)], &Options::default())
            .unwrap_or_else(|error| panic!("{error}: {text}"));
        let answer = engine.answer(r#"{"tool": "t", "result": 1}"#);
        assert!(answer.contains(r#""decision": "allow""#), "{text}\n{answer}");
    }
}

const CHAINS: &str = r#"tool "t" {
    must deny when a.value in {1} and (b.value in {1} or not (c.value in {1} and d.value in {1}));
}"#;

/// Of a let that is tested before and after an update, only what came of the last test is known: it is told there, and nothing
/// of it, not even in part, where the let was tested before.
#[test]
fn outcomes_before_and_after_an_update_do_not_mix() {
    let text = "let l = @tags subset of {\"b\"} and x.value in {1} and @tags subset of {\"b\"};\n\
        tool \"t\" { session after { when l { @tags |= {\"c\"}; } when l { @tags |= {\"d\"}; } } }";
    let mut explained = engine_that_explains(&[file(text)], &Options::default()).expect("the policy is fine");
    let answer = explained.answer(r#"{"tool": "t", "args": {"x": 1}, "result": 1}"#);
    assert!(answer.contains(r#""tags": ["c"]"#), "{answer}");
    let program = VerifiedProgram::new(program(&[file(text)], false).expect("it is fine"));
    let policy =
        Policy::new(program.expect("it verifies"), Limits::default()).expect("it is within the limits");
    let (mut session, mut scratch) = (Session::new(&policy), Scratch::new(&policy));
    scratch.explain(&policy, true);
    let (args, returned) = ([Argument::new("x", Value::Number(Number::Int(1)))], Returned::new(Value::Null));
    policy.evaluate(&mut session, &Call::new("t", &args), Some(&returned), &mut scratch);
    let mut lets = Vec::new();
    for block in scratch.trace(&policy) {
        for (_, whole) in block.updates() {
            let body = whole.parts().next().expect("a let has what it stands for");
            let parts: Vec<_> = body.parts().map(|part| part.outcome()).collect();
            lets.push((whole.outcome(), body.outcome(), parts));
        }
    }
    let before = (Some(true), None, vec![None, None, None]);
    let after = (Some(false), Some(false), vec![Some(false), None, None]);
    assert_eq!(lets, [before, after]);
    let mut json = String::new();
    write_trace(&mut json, &policy, &scratch);
    assert_eq!(json.matches("x.value in {1}").count(), 1, "{json}");
    assert!(json.contains(r#""condition": "x.value in {1}", "outcome": null"#), "{json}");
}

/// What is wrong with the explanation of some call of all the ways in which four conditions may come out.
fn some_fault(program: Program) -> Option<String> {
    let verified = VerifiedProgram::new(program).expect("slots that are there");
    let policy = Policy::new(verified, Limits::default()).expect("a policy that runs");
    let mut scratch = Scratch::new(&policy);
    scratch.explain(&policy, true);
    (0..16u32).find_map(|ways| {
        let one = Number::Int;
        let arg = |name, bit: u32| Argument::new(name, Value::Number(one(i128::from(ways >> bit & 1))));
        let args = [arg("a", 0), arg("b", 1), arg("c", 2), arg("d", 3)];
        let call = Call::new("t", &args);
        let mut session = Session::new(&policy);
        let checked = policy.check(&mut session, &call, &mut scratch);
        assert!(checked.decision().failure().is_none());
        inconsistency(&policy, &scratch)
    })
}

#[test]
fn an_outcome_in_a_wrong_slot_is_noticed() {
    let program = program(&[file(CHAINS)], false).expect("a policy without errors");
    assert_eq!(some_fault(program.clone()), None);
    let slots = program.explanations.conditions.len() as u32;
    assert_eq!(slots, 8, "four tests and what they are parts of");
    for (one, other) in (0..slots).flat_map(|one| (0..one).map(move |other| (one, other))) {
        let mut swapped = program.clone();
        for code in &mut swapped.code {
            if let Op::Record { src, slot } = *code {
                let slot = if slot.0 == one {
                    other
                } else if slot.0 == other {
                    one
                } else {
                    slot.0
                };
                *code = Op::Record { src, slot: Slot(slot) };
            }
        }
        assert!(some_fault(swapped).is_some(), "conditions {one} and {other} may be mixed up");
    }
}
