//! Whose a session and a pending call are, calls that cannot be finished, and metadata of the context.

use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::{ProcedureKind, Program};
use crate::bytecode::settings::{Mode, Settings};
use crate::call::{Argument, Call, Combine, MetadataInput, Returned, SetInput};
use crate::decision::Outcome;
use crate::engine::{Failure, FailureKind, PendingCall};
use crate::limits::Limits;
use crate::metadata::Session;
use crate::scratch::Scratch;
use crate::testing::code::*;
use crate::testing::{Assembler, Bench, limited_policy, policy};
use crate::value::Value;

const NULL: Returned<'static> = Returned::new(Value::Null);

fn with_tags<'a>(strings: &'a [&'a str]) -> MetadataInput<'a> {
    MetadataInput { tags: Some(SetInput::of(strings)), ..MetadataInput::default() }
}

/// Each tool remembers the tags of its result in the session.
fn remembering(named: &[&str]) -> Program {
    let mut asm = Assembler::new();
    for tag in named {
        asm.tag(tag);
    }
    let copy = [
        Op::LoadResultSet { dst: S0, field: TAGS },
        Op::LoadSessionSet { dst: SetReg(1), field: TAGS },
        Op::Union { dst: S0, left: S0, right: SetReg(1) },
        Op::StoreSession { field: TAGS, set: S0 },
        Op::End {},
    ];
    let after = asm.procedure(ProcedureKind::SessionUpdate, &copy);
    let mut block = asm.regex(".*");
    block.after = Some(after);
    asm.block(block);
    asm.program
}

impl Bench {
    fn pend<'c>(&mut self, call: &'c Call<'c>) -> PendingCall<'c> {
        self.policy.check(&mut self.session, call, &mut self.scratch).into_pending().unwrap()
    }

    fn finish(&mut self, pending: &PendingCall<'_>, tags: &[&str]) -> Result<(), Failure> {
        let returned = NULL.with_metadata(with_tags(tags), Combine::Merge);
        self.policy.finish(&mut self.session, pending.clone(), &returned, &mut self.scratch)
    }

    fn failure(&mut self, call: &Call<'_>) -> Option<FailureKind> {
        let checked = self.policy.check(&mut self.session, call, &mut self.scratch);
        let decision = checked.decision();
        assert_eq!(decision.basis().name() == "error", decision.failure().is_some());
        assert!(decision.failure().is_none() || decision.outcome() == Outcome::Deny);
        decision.failure().map(Failure::kind)
    }

    fn tags(&self) -> String {
        let meta = self.session_meta();
        meta.split("\"tags\": ").nth(1).unwrap().split(", \"producers").next().unwrap().to_owned()
    }
}

#[test]
fn a_session_belongs_to_one_policy() {
    let mut bench = Bench::new(remembering(&[]), Settings::default());
    let mut other = Bench::new(remembering(&["x"]), Settings::default());
    let call = Call::new("t", &[]);
    let pending = bench.pend(&call);
    std::mem::swap(&mut bench.session, &mut other.session);
    let (before, after) = (bench.session.clone(), other.policy.id());
    assert_eq!(bench.failure(&call), Some(FailureKind::SessionOfOtherPolicy));
    let decision = bench.evaluate(&call, Some(&NULL));
    assert_eq!(decision.failure().and_then(Failure::policy), Some(after));
    let error = bench.finish(&pending, &["a"]).unwrap_err();
    assert_eq!((error.kind(), error.policy()), (FailureKind::SessionOfOtherPolicy, Some(after)));
    assert!(error.to_string().contains(&after.to_string()), "{error}");
    assert_eq!((bench.session.is_blocked(), bench.session.metadata()), (false, before.metadata()));
    // A policy compiled anew from the same text is the same policy.
    let again = Bench::new(remembering(&["x"]), Settings::default());
    (bench.policy, bench.scratch) = (again.policy, again.scratch);
    assert_eq!(bench.failure(&call), None);
    let error = bench.finish(&pending, &["a"]).unwrap_err();
    assert_eq!(error.kind(), FailureKind::PendingCallOfOtherPolicy);
    assert_eq!(error.policy(), Some(pending.policy()));
}

#[test]
fn a_scratch_of_another_policy_is_refused_and_forgets() {
    let mut bench = Bench::new(remembering(&[]), Settings::default());
    let other = policy(remembering(&[]), Settings::default());
    let call = Call::new("t", &[]);
    bench.evaluate(&call, Some(&NULL));
    assert_ne!(bench.result_meta(), "null");
    let pending = bench.pend(&call);
    let mut scratch = std::mem::replace(&mut bench.scratch, Scratch::new(&other));
    assert_eq!(bench.failure(&call), Some(FailureKind::ScratchOfOtherPolicy));
    assert_eq!(bench.finish(&pending, &["a"]).unwrap_err().kind(), FailureKind::ScratchOfOtherPolicy);
    std::mem::swap(&mut bench.scratch, &mut scratch);
    // Nothing was lost: the call can still be finished.
    bench.finish(&pending, &["a"]).unwrap();
    assert_eq!(bench.tags(), "[\"a\"]");
}

#[test]
fn a_call_is_finished_once_and_in_its_session() {
    let mut bench = Bench::new(remembering(&[]), Settings::default());
    let (one, two) = (Call::new("one", &[]), Call::new("two", &[]));
    let (first, second) = (bench.pend(&one), bench.pend(&two));
    assert_eq!((first.id(), second.id(), bench.session.pending_calls()), (0, 1, 2));
    bench.finish(&second, &["b"]).unwrap();
    bench.finish(&first, &["a"]).unwrap();
    for again in [&first, &second] {
        assert_eq!(bench.finish(again, &["c"]).unwrap_err().kind(), FailureKind::NotPending);
        assert_eq!(bench.result_meta(), "null");
    }
    assert_eq!((bench.tags().as_str(), bench.session.is_blocked()), ("[\"a\", \"b\"]", false));
    // Sessions with names tell their pending calls apart; without names, the ids have to.
    let limits = Limits::default();
    let named = |bench: &Bench, name| Session::new(&bench.policy).named(name, &limits).unwrap();
    bench.session = named(&bench, "s1");
    let of_s1 = bench.pend(&one);
    bench.session = named(&bench, "s2");
    let of_s2 = bench.pend(&one);
    assert_eq!((of_s1.id(), of_s2.id(), of_s1.session()), (0, 0, Some("s1")));
    assert_eq!(bench.finish(&of_s1, &["c"]).unwrap_err().kind(), FailureKind::PendingCallOfOtherSession);
    bench.finish(&of_s2, &["c"]).unwrap();
    bench.session = Session::new(&bench.policy);
    assert_eq!(bench.finish(&first, &["c"]).unwrap_err().kind(), FailureKind::NotPending);
    let long = "x".repeat(limits.session_name_bytes + 1);
    let error = Session::new(&bench.policy).named(&long, &limits).unwrap_err();
    assert_eq!(error.limit().map(|limit| limit.name()), Some("session_name_bytes"));
    assert!(Session::new(&bench.policy).named(&"x".repeat(1024), &limits).is_ok());
}

#[test]
fn a_call_that_cannot_be_finished_blocks_the_session() {
    let limits = Limits { tags_per_session: 2, tags_per_set: 3, ..Limits::default() };
    let mut bench = Bench::of(limited_policy(remembering(&[]), limits));
    let call = Call::new("t", &[]);
    let (first, second) = (bench.pend(&call), bench.pend(&call));
    // Room is lacking in the session; what the result says is over a limit.
    for (tags, limit) in [(&["a", "b", "c"][..], "tags_per_session"), (&["a", "b", "c", "d"], "tags_per_set")]
    {
        let pending = bench.pend(&call);
        let error = bench.finish(&pending, tags).unwrap_err();
        assert_eq!(error.limit().map(|limit| limit.name()), Some(limit));
        assert!(bench.session.is_blocked());
        assert_eq!((bench.tags().as_str(), bench.result_meta().as_str()), ("[]", "null"));
        assert_eq!(bench.failure(&call), Some(FailureKind::SessionBlocked));
        let decision = bench.evaluate(&call, Some(&NULL));
        assert_eq!(decision.failure().map(Failure::kind), Some(FailureKind::SessionBlocked));
        // Another call waits until the host has looked at it.
        assert_eq!(bench.finish(&first, &["a"]).unwrap_err().kind(), FailureKind::SessionBlocked);
        bench.session.unblock();
        assert_eq!(bench.finish(&pending, &[]).unwrap_err().kind(), FailureKind::NotPending);
        assert_eq!(bench.failure(&call), None);
    }
    bench.finish(&first, &["a"]).unwrap();
    bench.finish(&second, &["b"]).unwrap();
    assert_eq!(bench.tags(), "[\"a\", \"b\"]");
}

#[test]
fn what_fails_before_a_tool_has_run_blocks_nothing() {
    let limits = Limits { tags_per_session: 1, ..Limits::default() };
    let mut bench = Bench::of(limited_policy(remembering(&[]), limits));
    let returned = NULL.with_metadata(with_tags(&["a", "b"]), Combine::Merge);
    let decision = bench.evaluate(&Call::new("t", &[]), Some(&returned));
    assert_eq!(decision.failure().map(Failure::kind), Some(FailureKind::Limit));
    assert_eq!((bench.session.is_blocked(), bench.session.pending_calls()), (false, 0));
    assert_eq!(bench.failure(&Call::new("t", &[])), None);
}

#[test]
fn a_forgotten_call_blocks_when_it_is_to_be_finished() {
    let limits = Limits { pending_calls: 2, ..Limits::default() };
    let mut bench = Bench::of(limited_policy(remembering(&[]), limits));
    let call = Call::new("t", &[]);
    let pending: Vec<_> = (0..3).map(|_| bench.pend(&call)).collect();
    assert_eq!((bench.session.pending_calls(), bench.session.is_blocked()), (2, false));
    bench.finish(&pending[2], &["c"]).unwrap();
    let error = bench.finish(&pending[0], &["a"]).unwrap_err();
    assert_eq!((error.kind(), bench.session.is_blocked()), (FailureKind::Forgotten, true));
    bench.session.unblock();
    bench.finish(&pending[1], &["b"]).unwrap();
    assert_eq!(bench.tags(), "[\"b\", \"c\"]");
}

#[test]
fn a_long_session_with_ever_new_tags_does_not_grow() {
    let mut asm = Assembler::new();
    let arg = asm.arg("k");
    let body =
        [Op::LoadArgSet { dst: S0, field: TAGS, arg }, Op::StoreSession { field: TAGS, set: S0 }, Op::End {}];
    let store = asm.procedure(ProcedureKind::SessionUpdate, &body);
    let mut block = asm.exact("store");
    block.before = Some(store);
    asm.block(block);
    let mut bench = Bench::new(asm.program, Settings::default());
    for round in 0..3_000 {
        let name = format!("tag-{round}");
        let names = [name.as_str()];
        let args = [Argument::new("k", Value::Null).with_metadata(with_tags(&names))];
        let call = Call::new(if round % 3 == 0 { "store" } else { "other" }, &args);
        bench.evaluate(&call, Some(&NULL));
        assert!(bench.session.tags().len() <= 32, "{} tags in round {round}", bench.session.tags().len());
        assert_eq!(bench.tags(), format!("[\"tag-{}\"]", round / 3 * 3));
    }
}

#[test]
fn the_context_counts_in_every_mode_and_for_every_argument() {
    let program = |load: fn(Arg) -> Op, named: &str| {
        let mut asm = Assembler::new();
        let (arg, tag) = (asm.arg("k"), asm.tag(named));
        let has = Op::Contains { dst: BoolReg(0), set: S0, tag };
        let condition = asm.condition(&[load(arg), has, Op::ReturnBool { src: BoolReg(0) }]);
        let rule = asm.rule(true, true, Some(condition));
        let block = asm.exact("t").rules(vec![rule]);
        asm.block(block);
        asm.program
    };
    let arg_set = |arg| Op::LoadArgSet { dst: S0, field: TAGS, arg };
    let union = |_| Op::LoadArgsUnion { dst: S0, field: TAGS };
    let intersect = |_| Op::LoadArgsIntersect { dst: S0, field: TAGS };
    let result = |_| Op::LoadResultSet { dst: S0, field: TAGS };
    let (present, other) = ([Argument::new("k", Value::Null)], [Argument::new("l", Value::Null)]);
    for load in [arg_set as fn(Arg) -> Op, union, intersect, result] {
        for args in [&present[..], &other, &[]] {
            for mode in [Mode::Standard, Mode::Custom, Mode::Strict] {
                for named in ["context", "flow"] {
                    let mut bench =
                        Bench::new(program(load, named), Settings { mode, ..Settings::default() });
                    let call = Call::new("t", args)
                        .with_control(with_tags(&["flow"]))
                        .with_context(with_tags(&["context"]));
                    let counts = named == "context" || mode == Mode::Strict;
                    let expected = if counts { "must_deny" } else { "default" };
                    assert_eq!(bench.check(&call).0, expected, "{named} {mode:?} {args:?}");
                    assert_eq!(bench.check(&Call::new("t", args)).0, "default");
                }
            }
        }
    }
}

#[test]
fn context_and_control_flow_both_narrow_the_consumers() {
    let consumers = |strings| MetadataInput { consumers: Some(SetInput::of(strings)), ..with_tags(&[]) };
    for (args, expected) in [(&[][..], "[\"y\"]"), (&[Argument::new("k", Value::Null)], "[\"y\"]")] {
        let mut bench =
            Bench::new(Assembler::new().program, Settings { mode: Mode::Strict, ..Settings::default() });
        let call = Call::new("t", args).with_control(consumers(&["x", "y"]));
        bench.evaluate(&call.with_context(consumers(&["y", "z"])), Some(&NULL));
        assert_eq!(
            bench.result_meta(),
            format!("{{\"tags\": [], \"producers\": [], \"consumers\": {expected}}}")
        );
    }
}

#[test]
fn a_session_without_ids_for_calls_decides_none() {
    let mut bench = Bench::new(remembering(&[]), Settings::default());
    let call = Call::new("t", &[]);
    let text = bench.session.export();
    let last = text.replace("\"next_call\": 0", "\"next_call\": 9007199254740991");
    assert_ne!(last, text);
    bench.session = Session::import(&bench.policy, &last).unwrap();
    let pending = bench.pend(&call);
    assert_eq!(bench.failure(&call), Some(FailureKind::Internal));
    assert_eq!(bench.finish(&pending, &[]), Ok(()));
    assert_eq!(bench.failure(&call), Some(FailureKind::Internal));
}
