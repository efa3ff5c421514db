//! No failure allows, at whatever point it comes: a check is a deny that changes nothing, a call that cannot be finished blocks
//! its session, and what is refused changes nothing at all. Every failure there is has a case.

use std::collections::BTreeSet;

use super::failure::Cause;
use crate::bytecode::VerifiedProgram;
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::{ProcedureKind, Program};
use crate::bytecode::settings::{Mode, Settings};
use crate::call::{Argument, Call, Combine, MetadataInput, Returned};
use crate::decision::{Basis, Outcome};
use crate::engine::{Decision, Failure, FailureKind, PendingCall};
use crate::limits::{LimitExceeded, Limits};
use crate::live::{LivePolicy, Sessions};
use crate::metadata::Session;
use crate::policy::Policy;
use crate::scratch::Scratch;
use crate::testing::code::*;
use crate::testing::{Assembler, Bench, built, limited_policy};
use crate::value::Value;

const NULL: Returned<'static> = Returned::new(Value::Null);

/// The number of a cause, from 0. A cause that is added needs a case below.
fn number(cause: &Cause) -> usize {
    match cause {
        Cause::Limit(_) => 0,
        Cause::Session(_) => 1,
        Cause::Fault(_) => 2,
        Cause::RepeatedArgument => 3,
        Cause::ForeignScratch => 4,
        Cause::ForeignSession { .. } => 5,
        Cause::ForeignHandle { .. } => 6,
        Cause::Blocked => 7,
        Cause::ForeignPendingCall { .. } => 8,
        Cause::OtherSession => 9,
        Cause::Finished => 10,
        Cause::Forgotten => 11,
        Cause::NoMoreCalls => 12,
        Cause::NotJson(_) => 13,
        Cause::PolicyGone { .. } => 14,
        Cause::NotOpened(_) => 15,
    }
}

const CAUSES: usize = 16;

/// Tools are named after the phase in which a fault comes, and after what they store in the session. Whatever the tool, a block before stores
/// the tags of the argument `k`, so that something would take effect if anything did.
fn program() -> Program {
    let mut asm = Assembler::new();
    let arg = asm.arg("k");
    let store = Op::StoreSession { field: TAGS, set: S0 };
    let before = [Op::LoadArgSet { dst: S0, field: TAGS, arg }, store, Op::End {}];
    let before = asm.procedure(ProcedureKind::SessionUpdate, &before);
    let mut first = asm.regex(".*");
    first.before = Some(before);
    asm.block(first);
    let broken = Op::LoadSet { dst: S0, set: ConstSet(999) };
    for tool in ["before", "rule", "result", "after", "remembers"] {
        let mut block = asm.exact(tool);
        match tool {
            "before" => {
                block.before = Some(asm.procedure(ProcedureKind::SessionUpdate, &[broken, Op::End {}]))
            }
            "result" => {
                block.result = Some(asm.procedure(ProcedureKind::ResultUpdate, &[broken, Op::End {}]))
            }
            "after" => block.after = Some(asm.procedure(ProcedureKind::SessionUpdate, &[broken, Op::End {}])),
            "rule" => {
                let condition = asm.condition(&[broken, Op::ReturnBool { src: BoolReg(0) }]);
                let rules = vec![asm.rule(true, false, Some(condition)), asm.rule(false, false, None)];
                block = block.rules(rules);
            }
            _ => {
                let after = [Op::LoadResultSet { dst: S0, field: TAGS }, store, Op::End {}];
                block.after = Some(asm.procedure(ProcedureKind::SessionUpdate, &after));
            }
        }
        asm.block(block);
    }
    built(asm.program)
}

/// The policy, which nobody verified, with a limit of each kind that calls can pass.
fn policy() -> Policy {
    let limits = Limits { tags_per_set: 3, tags_per_session: 2, pending_calls: 2, ..Limits::default() };
    Policy::new(VerifiedProgram::unverified(program()), limits).unwrap()
}

fn tags<'a>(tags: &'a [&'a str]) -> MetadataInput<'a> {
    MetadataInput::default().with_tags(tags)
}

/// A session in which something has happened already, and the causes that were seen.
struct Hall {
    bench: Bench,
    seen: BTreeSet<usize>,
}

impl Hall {
    fn new() -> Hall {
        let mut bench = Bench::of(policy());
        let args = [Argument::new("k", Value::Null).with_metadata(tags(&["old"]))];
        bench.policy.check(&mut bench.session, &Call::new("fine", &args), &mut bench.scratch);
        Hall { bench, seen: BTreeSet::new() }
    }

    fn see(&mut self, failure: &Failure) -> FailureKind {
        self.seen.insert(number(&failure.cause));
        failure.kind()
    }

    fn denied(&mut self, decision: &Decision, before: &str) -> FailureKind {
        assert_eq!((decision.outcome(), decision.basis()), (Outcome::Deny, Basis::Error));
        assert_eq!((decision.rule(), self.bench.scratch.result_metadata()), (None, None));
        assert_eq!(self.bench.session.export(), before);
        self.see(decision.failure().unwrap())
    }

    /// Expects a check to fail, and the whole call at once too.
    fn check(&mut self, call: &Call<'_>) -> FailureKind {
        let before = self.bench.session.export();
        let Bench { policy, session, scratch } = &mut self.bench;
        let checked = policy.check(session, call, scratch);
        let decision = checked.decision().clone();
        assert!(checked.into_pending().is_none());
        let kind = self.denied(&decision, &before);
        assert_eq!(self.evaluate(call, &NULL), kind);
        kind
    }

    /// Expects a whole call to fail.
    fn evaluate(&mut self, call: &Call<'_>, returned: &Returned<'_>) -> FailureKind {
        let before = self.bench.session.export();
        let decision = self.bench.evaluate(call, Some(returned));
        self.denied(&decision, &before)
    }

    fn pend<'c>(&mut self, call: &'c Call<'c>) -> PendingCall<'c> {
        let Bench { policy, session, scratch } = &mut self.bench;
        policy.check(session, call, scratch).into_pending().unwrap()
    }

    fn finish(&mut self, pending: &PendingCall<'_>, returned: &Returned<'_>) -> FailureKind {
        let Bench { policy, session, scratch } = &mut self.bench;
        let failure = policy.finish(session, pending.clone(), returned, scratch).unwrap_err();
        assert_eq!(scratch.result_metadata(), None);
        self.see(&failure)
    }

    /// Expects that a call cannot be finished, which changes nothing.
    fn refuses(&mut self, pending: &PendingCall<'_>, returned: &Returned<'_>) -> FailureKind {
        let before = self.bench.session.export();
        let kind = self.finish(pending, returned);
        assert_eq!(self.bench.session.export(), before);
        kind
    }

    /// Expects that a call is allowed and cannot be finished, which blocks the session and changes nothing else, and that the same
    /// call at once changes nothing.
    fn blocks(&mut self, call: &Call<'_>, returned: &Returned<'_>) -> FailureKind {
        let kind = self.evaluate(call, returned);
        let pending = self.pend(call);
        let before = self.bench.session.clone();
        assert_eq!(self.finish(&pending, returned), kind);
        assert!(self.bench.session.is_blocked());
        assert_eq!(self.check(&Call::new("fine", &[])), FailureKind::SessionBlocked);
        self.bench.session.unblock();
        assert_eq!(self.refuses(&pending, returned), FailureKind::NotPending);
        let state = |session: &Session| session.export().split_once(", \"pending\"").unwrap().0.to_owned();
        assert_eq!(state(&self.bench.session), state(&before));
        kind
    }
}

/// In `session before` and in rules a call is denied, in `result` and `session after` its session is blocked.
fn in_each_phase(hall: &mut Hall) {
    let args = [Argument::new("k", Value::Null).with_metadata(tags(&["new"]))];
    assert_eq!(hall.check(&Call::new("before", &args)), FailureKind::Internal);
    assert_eq!(hall.check(&Call::new("rule", &args)), FailureKind::Internal);
    assert_eq!(hall.blocks(&Call::new("result", &args), &NULL), FailureKind::Internal);
    assert_eq!(hall.blocks(&Call::new("after", &args), &NULL), FailureKind::Internal);
}

/// Over limits when a call is prepared, when it is committed, when its result is read and when that is committed.
fn over_limits(hall: &mut Hall) {
    let (three, four) = (&["a", "b", "c"], &["a", "b", "c", "d"]);
    let given = |metadata| [Argument::new("k", Value::Null).with_metadata(metadata)];
    let plain = given(tags(&["new"]));
    assert_eq!(hall.check(&Call::new("fine", &given(tags(four)))), FailureKind::Limit);
    assert_eq!(hall.check(&Call::new("fine", &plain).with_context(tags(four))), FailureKind::Limit);
    assert_eq!(hall.check(&Call::new("fine", &given(tags(three)))), FailureKind::Limit);
    let call = Call::new("remembers", &plain);
    for metadata in [tags(four), tags(three)] {
        let returned = NULL.with_metadata(metadata, Combine::Replace);
        assert_eq!(hall.blocks(&call, &returned), FailureKind::Limit);
    }
}

/// What belongs to another policy, another session or nobody.
fn foreign(hall: &mut Hall) {
    let twice = [Argument::new("k", Value::Null), Argument::new("k", Value::Null)];
    assert_eq!(hall.check(&Call::new("fine", &twice)), FailureKind::RepeatedArgument);
    let args = [Argument::new("k", Value::Null).with_metadata(tags(&["new"]))];
    let call = Call::new("fine", &args);
    let pending = hall.pend(&call);
    let mut other = Bench::of(crate::testing::policy(Assembler::new().program, Default::default()));
    let handle = other.policy.tool("fine");
    assert_eq!(hall.check(&Call::new(&handle, &args)), FailureKind::HandleOfOtherPolicy);
    let tag = other.policy.tag("new");
    let tag = [crate::handle::TagRef::from(&tag)];
    let returned = NULL.with_metadata(MetadataInput::default().with_tags(&tag[..]), Combine::Merge);
    assert_eq!(hall.refuses(&pending, &returned), FailureKind::HandleOfOtherPolicy);
    assert_eq!(hall.evaluate(&call, &returned), FailureKind::HandleOfOtherPolicy);

    std::mem::swap(&mut hall.bench.scratch, &mut other.scratch);
    assert_eq!(hall.check(&call), FailureKind::ScratchOfOtherPolicy);
    assert_eq!(hall.refuses(&pending, &NULL), FailureKind::ScratchOfOtherPolicy);
    std::mem::swap(&mut hall.bench.scratch, &mut other.scratch);
    std::mem::swap(&mut hall.bench.session, &mut other.session);
    assert_eq!(hall.check(&call), FailureKind::SessionOfOtherPolicy);
    assert_eq!(hall.refuses(&pending, &NULL), FailureKind::SessionOfOtherPolicy);
    std::mem::swap(&mut hall.bench.session, &mut other.session);

    let theirs = other.policy.check(&mut other.session, &call, &mut other.scratch).into_pending().unwrap();
    assert_eq!(hall.refuses(&theirs, &NULL), FailureKind::PendingCallOfOtherPolicy);
    let here = &mut hall.bench;
    let named = Session::new(&here.policy).named("other", here.policy.limits()).unwrap();
    let ours = std::mem::replace(&mut here.session, named);
    assert_eq!(hall.refuses(&pending, &NULL), FailureKind::PendingCallOfOtherSession);
    hall.bench.session = ours;
    assert!(
        hall.bench
            .policy
            .finish(&mut hall.bench.session, pending.clone(), &NULL, &mut hall.bench.scratch)
            .is_ok()
    );
    assert_eq!(hall.refuses(&pending, &NULL), FailureKind::NotPending);
}

/// A session that has forgotten a call, and one that can have no more.
fn too_many_calls(hall: &mut Hall) {
    let call = Call::new("fine", &[]);
    let forgotten = hall.pend(&call);
    let (_, kept) = (hall.pend(&call), hall.pend(&call));
    assert_eq!(hall.finish(&forgotten, &NULL), FailureKind::Forgotten);
    assert_eq!(hall.refuses(&kept, &NULL), FailureKind::SessionBlocked);
    hall.bench.session.unblock();
    let text = hall.bench.session.export();
    let (state, _) = text.split_once("\"next_call\"").unwrap();
    let full = format!("{state}\"next_call\": {}, \"forgotten\": 0, \"pending\": []}}", 1_u64 << 53);
    hall.bench.session = Session::import(&hall.bench.policy, &full).unwrap();
    assert_eq!(hall.check(&call), FailureKind::Internal);
}

/// A value that cannot be written, for which a late argument is needed: it is refused, and the call can be finished.
fn as_text(hall: &mut Hall) {
    let mut asm = Assembler::new();
    let arg = asm.arg("k");
    let elements = asm.string_set(&["a"]);
    let after = [
        Op::LoadArg { dst: ValueReg(0), arg },
        Op::ValueIn { dst: BoolReg(0), value: ValueReg(0), set: elements, reading: ReadingImm::Any },
        Op::End {},
    ];
    let mut block = asm.exact("t");
    block.after = Some(asm.procedure(ProcedureKind::SessionUpdate, &after));
    asm.block(block);
    let mut bench = Bench::of(crate::testing::policy(asm.program, Default::default()));
    let args = [Argument::new("k", Value::from(f64::NAN))];
    let call = Call::new("t", &args);
    let pending = bench.policy.check(&mut bench.session, &call, &mut bench.scratch).into_pending().unwrap();
    let failure = pending.export(&bench.policy).unwrap_err();
    assert_eq!(hall.see(&failure), FailureKind::NotJson);
    assert!(bench.policy.finish(&mut bench.session, pending, &NULL, &mut bench.scratch).is_ok());
}

/// Sessions by name that the host does not bring, or whose policy is gone.
fn live(hall: &mut Hall) {
    let version = |earlier_policies| {
        let limits = Limits { earlier_policies, ..Limits::default() };
        let mut asm = Assembler::new();
        asm.tag(&earlier_policies.to_string());
        limited_policy(asm.program, limits)
    };
    let open = |name: &str, policy: &Policy| match name {
        "lost" => Err("the store cannot be read".to_owned()),
        _ => Ok(Session::new(policy)),
    };
    let sessions = Sessions::opened_by(LivePolicy::new(version(1)), open);
    let mut scratch = Scratch::new(&sessions.policy().current());
    let lost = sessions.with("lost", &mut scratch, |_, _, _| panic!("there is no session")).map(drop);
    assert_eq!(hall.see(&lost.unwrap_err()), FailureKind::SessionNotOpened);
    let call = Call::new("t", &[]);
    let checked =
        sessions.with("s", &mut scratch, |policy, session, scratch| policy.check(session, &call, scratch));
    let pending = checked.unwrap().into_pending().unwrap();
    sessions.replace(version(0));
    let key = (pending.policy(), pending.id());
    let gone =
        sessions.with_pending("s", key, &mut scratch, |_, _, _| panic!("there is no policy")).map(drop);
    assert_eq!(hall.see(&gone.unwrap_err()), FailureKind::PolicyGone);
    let denied = sessions.with("s", &mut scratch, |policy, session, scratch| {
        policy.check(session, &call, scratch).decision().failure().map(Failure::kind)
    });
    assert_eq!(denied, Ok(Some(FailureKind::SessionBlocked)));
}

#[test]
fn no_failure_allows_or_takes_effect() {
    let mut seen = BTreeSet::new();
    for case in [in_each_phase, over_limits, foreign, too_many_calls, as_text, live] {
        for explains in [false, true] {
            let mut hall = Hall::new();
            hall.bench.scratch.explain(&hall.bench.policy, explains);
            case(&mut hall);
            seen.append(&mut hall.seen);
        }
    }
    assert_eq!(seen, (0..CAUSES).collect());
}

#[test]
fn metadata_that_nobody_asks_for_keeps_within_the_limits_too() {
    let mut asm = Assembler::new();
    let block = asm.exact("t");
    asm.block(block);
    let program = Program { settings: Settings { mode: Mode::Strict, ..Settings::default() }, ..asm.program };
    let failure = |limits: Limits, control: &[&str], args: [&[&str]; 2]| {
        let mut bench = Bench::of(limited_policy(program.clone(), limits));
        let [x, y] = args.map(tags);
        let args = [
            Argument::new("x", Value::Null).with_metadata(x),
            Argument::new("y", Value::Null).with_metadata(y),
        ];
        let control = tags(control);
        let decision = bench.evaluate(&Call::new("t", &args).with_control(control), None);
        decision.failure().and_then(Failure::limit).map(LimitExceeded::name)
    };
    let per_set = Limits { tags_per_set: 2, ..Limits::default() };
    assert_eq!(failure(per_set, &[], [&["a", "b"], &["c", "d"]]), None);
    assert_eq!(failure(per_set, &[], [&["a", "b"], &["b", "c", "d"]]), Some("tags_per_set"));
    let bytes = Limits { tag_bytes: 2, ..Limits::default() };
    assert_eq!(failure(bytes, &[], [&["aa", "b"], &["cc"]]), None);
    assert_eq!(failure(bytes, &[], [&["aa", "b"], &["ccc"]]), Some("tag_bytes"));
    // Those of the control flow count along, and each tag once.
    let per_call = Limits { tags_per_call: 3, ..Limits::default() };
    assert_eq!(failure(per_call, &["a"], [&["a", "b"], &["a", "c"]]), None);
    assert_eq!(failure(per_call, &["a"], [&["b"], &["c", "d"]]), Some("tags_per_call"));
    assert_eq!(failure(per_call, &["a", "b"], [&["c"], &["d"]]), Some("tags_per_call"));
}
