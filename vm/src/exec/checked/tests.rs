//! What the verifier did not look at, steps do: a program that breaks a promise is stopped when a call comes upon it.

use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::ProcedureKind;
use crate::bytecode::verify::hostile::{Hostile, hostile};
use crate::bytecode::{Promise, VerifiedProgram};
use crate::call::{Argument, Call, Returned};
use crate::engine::FailureKind;
use crate::limits::Limits;
use crate::policy::Policy;
use crate::testing::code::*;
use crate::testing::{Assembler, Bench, built};
use crate::value::Value;
use std::collections::BTreeSet;

#[test]
fn steps_find_what_the_verifier_did_not_look_at() {
    let mut tested = BTreeSet::new();
    for Hostile { promise, program, .. } in hostile().into_iter().filter(|hostile| hostile.runs) {
        assert!(promise.is_checked_at_steps(), "{promise:?}");
        let policy = Policy::new(VerifiedProgram::unverified(program), Limits::default()).unwrap();
        let mut bench = Bench::of(policy);
        bench.scratch.decide_generally(true);
        let args = [Argument::new("x", Value::Str("zz"))];
        let decision = bench.evaluate(&Call::new("t", &args), Some(&Returned::new(Value::Null)));
        let failure =
            decision.failure().unwrap_or_else(|| panic!("nothing noticed that {promise:?} is broken"));
        assert_eq!((failure.kind(), decision.basis().name()), (FailureKind::Internal, "error"));
        let expected = format!("internal error: {} (`{}`)", promise.text(), promise.name());
        assert_eq!(failure.to_string(), expected);
        tested.insert(promise);
    }
    let checked = Promise::ALL.iter().filter(|promise| promise.is_checked_at_steps());
    let missing: Vec<_> = checked.filter(|promise| !tested.contains(promise)).collect();
    assert!(missing.is_empty(), "no call comes upon {missing:?}");
}

/// The message of the failure of a call of the tool `t` under a program that nobody looked at.
fn stopped(asm: Assembler) -> String {
    let policy = Policy::new(VerifiedProgram::unverified(built(asm.program)), Limits::default()).unwrap();
    let mut bench = Bench::of(policy);
    bench.scratch.decide_generally(true);
    let decision = bench.evaluate(&Call::new("t", &[]), Some(&Returned::new(Value::Null)));
    decision.failure().map_or_else(|| "nothing".to_owned(), ToString::to_string)
}

/// The same with a rule of this condition.
fn stopped_in_rule(mut asm: Assembler, code: &[Op]) -> String {
    let condition = asm.condition(code);
    let rule = asm.rule(true, true, Some(condition));
    let block = asm.exact("t").rules(vec![rule]);
    asm.block(block);
    stopped(asm)
}

fn breaks(promise: Promise) -> String {
    format!("internal error: {} (`{}`)", promise.text(), promise.name())
}

#[test]
fn what_an_earlier_frame_wrote_is_not_written_in_the_next() {
    let asm = || {
        let mut asm = Assembler::new();
        let writes = [
            LOAD,
            Op::LoadSession { dst: V0 },
            Op::LoadSessionSet { dst: S0, field: TAGS },
            Op::IsEmpty { dst: B0, set: S0 },
            ANSWER,
        ];
        asm.condition(&writes);
        asm.memo();
        asm
    };
    let call = |procedure| Op::CallCondition { dst: B0, procedure: ConditionProc(procedure) };
    let after_it = |mut asm: Assembler, code: &[Op]| {
        asm.condition(code);
        asm.memo();
        stopped_in_rule(asm, &[call(0), call(1), ANSWER])
    };
    assert_eq!(after_it(asm(), &[LOAD, ANSWER]), "nothing");
    let mut with_set = asm();
    let set = with_set.string_set(&["a"]);
    let value = Op::ValueIn { dst: B0, value: V0, reading: ReadingImm::Any, set };
    let unwritten = breaks(Promise::RegistersWrittenFirst);
    assert_eq!(after_it(with_set, &[LOAD, value, ANSWER]), unwritten);
    assert_eq!(after_it(asm(), &[LOAD, Op::IsEmpty { dst: B0, set: S0 }, ANSWER]), unwritten);
    assert_eq!(after_it(asm(), &[Op::Not { dst: B0, src: B0 }, ANSWER]), unwritten);
}

#[test]
fn what_is_just_out_of_reach_is_stopped() {
    let scalar = Op::LoadScalar { dst: V0, scalar: Scalar(0) };
    let message = stopped_in_rule(Assembler::new(), &[scalar, LOAD, ANSWER]);
    assert_eq!(message, breaks(Promise::OperandsInRange));
    let jump = |to| [LOAD, Op::Jump { to: Target(to) }, ANSWER];
    assert_eq!(stopped_in_rule(Assembler::new(), &jump(2)), "nothing");
    assert_eq!(stopped_in_rule(Assembler::new(), &jump(1)), breaks(Promise::JumpsGoForward));
    assert_eq!(stopped_in_rule(Assembler::new(), &jump(3)), breaks(Promise::JumpsGoForward));
}

#[test]
fn results_are_not_read_before_there_is_a_call_that_may_have_one() {
    let mut asm = Assembler::new();
    let load = Op::LoadResultSet { dst: S0, field: TAGS };
    let before = asm.procedure(ProcedureKind::SessionUpdate, &[load, Op::End {}]);
    let mut block = asm.exact("t");
    block.before = Some(before);
    asm.block(block);
    assert_eq!(stopped(asm), breaks(Promise::ResultNotReadEarly));
}
