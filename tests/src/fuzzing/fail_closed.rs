//! Whatever goes wrong, the outcome is a deny or an error, and the session is as it was (S6.11).
//!
//! The first bytes choose limits and what is done wrong, the others a policy and calls. Under tight limits each call is either
//! decided as under the usual ones or denied with basis `error`; then something is done wrong on purpose.

use super::running::{Base, expect_no_trap, said, tight_limits};
use crate::corpus::PolicyFile;
use crate::generate::{Case, Random, Style};
use sqrt_vm::call::{Argument, Call, Returned};
use sqrt_vm::decision::{Basis, Outcome};
use sqrt_vm::engine::{Decision, FailureKind, PendingCall};
use sqrt_vm::json::{CallLine, JsonLines, Line, read_line};
use sqrt_vm::metadata::{Session, SessionError};
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::{Arena, Value};

/// How many bytes choose limits and wrongs.
const CHOICES: usize = 32;

pub(super) fn run(bytes: &[u8]) {
    let (choices, rest) = bytes.split_at(bytes.len().min(CHOICES));
    let mut random = Random::of_bytes(choices);
    let case = Case::of_bytes(rest, Style::ALL);
    let base = Base::of(&case);
    let more =
        PolicyFile { name: "more.sqrt".to_owned(), bytes: b"tool \"more\" { must deny always; }".to_vec() };
    let other = Base::new(&[&case.files()[..], &[more]].concat(), &case.options, Vec::new());
    let tight = base.under(tight_limits(&mut random));
    let mut wrongs = Wrongs {
        scratch: Scratch::new(&base.policy),
        policy: &base.policy,
        other: &other.policy,
        session: Session::new(&base.policy),
    };
    let mut tight_scratch = Scratch::new(&tight);
    for line in &base.lines {
        wrongs.cut_short(line, random.below(line.len()));
        let arena = Arena::new();
        let Ok(Line::Call(call)) = read_line(line.as_bytes(), &arena, base.policy.limits()) else { continue };
        if let Some(value) = call.session_value {
            let _ = wrongs.session.set_value(value, base.policy.limits());
        }
        under_tight_limits(&base.policy, &tight, &wrongs.session, line, &call, &mut tight_scratch);
        wrongs.one(random.below(8), &call);
        let decision = base.policy.evaluate(
            &mut wrongs.session,
            &call.call,
            call.returned.as_ref(),
            &mut wrongs.scratch,
        );
        if let Some(failure) = decision.failure() {
            expect_no_trap(failure);
        }
    }
}

/// The call is refused, or decided as if there were no limits; and if it is refused, nothing has changed.
fn under_tight_limits(
    policy: &Policy,
    tight: &Policy,
    session: &Session,
    line: &str,
    call: &CallLine<'_>,
    scratch: &mut Scratch,
) {
    let arena = Arena::new();
    // What is no call is decided by nobody.
    let Ok(Line::Call(read)) = read_line(line.as_bytes(), &arena, tight.limits()) else { return };
    let (mut free, mut bound, before) = (session.clone(), session.clone(), session.export());
    let mut free_scratch = Scratch::new(policy);
    let expected = policy.evaluate(&mut free, &call.call, call.returned.as_ref(), &mut free_scratch);
    let found = tight.evaluate(&mut bound, &read.call, read.returned.as_ref(), scratch);
    if found.failure().is_some() {
        refused(&found, None);
        assert_eq!(bound.export(), before, "{found:?}");
        assert!(scratch.result_metadata().is_none());
    } else {
        let expected = said(policy, &expected, &free, &free_scratch);
        assert_eq!(said(tight, &found, &bound, scratch), expected);
        assert_eq!(bound.export(), free.export());
    }
    in_two_steps(tight, session.clone(), &read, scratch);
}

/// Under tight limits a call that was allowed cannot always be finished: then the session is as it was, and blocked.
fn in_two_steps(policy: &Policy, mut session: Session, call: &CallLine<'_>, scratch: &mut Scratch) {
    let before = session.export();
    let checked = policy.check(&mut session, &call.call, scratch);
    let decision = checked.decision().clone();
    let Some(pending) = checked.into_pending() else {
        if decision.failure().is_some() {
            refused(&decision, None);
            assert_eq!(session.export(), before);
        }
        return;
    };
    let (allowed, again) = (session.clone(), pending.clone());
    let returned = call.returned.unwrap_or(Returned::new(Value::Null));
    let Err(failure) = policy.finish(&mut session, pending, &returned, scratch) else { return };
    expect_no_trap(&failure);
    assert!(session.is_blocked() && scratch.result_metadata().is_none(), "{failure}");
    let decision = policy.evaluate(&mut session, &call.call, None, scratch);
    refused(&decision, Some(FailureKind::SessionBlocked));
    assert!(policy.finish(&mut session, again, &returned, scratch).is_err());
    // But for the call, which waits no longer.
    session.unblock();
    assert_eq!(written_metadata(&session), written_metadata(&allowed));
}

/// The text of a session up to what it says of calls.
fn written_metadata(session: &Session) -> String {
    let text = session.export();
    text.split(", \"blocked\"").next().unwrap_or_default().to_owned()
}

/// A deny with basis `error`, which has a reason.
fn refused(decision: &Decision, kind: Option<FailureKind>) {
    assert_eq!((decision.outcome(), decision.basis()), (Outcome::Deny, Basis::Error), "{decision:?}");
    let failure = decision.failure().unwrap_or_else(|| panic!("{decision:?}"));
    expect_no_trap(failure);
    assert!(kind.is_none_or(|kind| failure.kind() == kind), "{failure}");
}

/// A host that makes mistakes.
struct Wrongs<'p> {
    policy: &'p Policy,
    other: &'p Policy,
    session: Session,
    scratch: Scratch,
}

impl Wrongs<'_> {
    /// A line that ends too early is no call.
    fn cut_short(&mut self, line: &str, length: usize) {
        let mut lines = JsonLines::new(self.policy);
        let (before, mut out) = (self.session.export(), String::new());
        let cut = line.as_bytes().get(..length).unwrap_or_default();
        let answered = lines.answer(self.policy, cut, |_| Ok(&mut self.session), &mut out);
        assert!(answered.is_err() && out.is_empty(), "{out}");
        assert_eq!(self.session.export(), before);
    }

    /// Does one thing wrong with a call.
    fn one(&mut self, wrong: usize, line: &CallLine<'_>) {
        let before = self.session.export();
        match wrong {
            0 => self.scratch_of_another_policy(line),
            1 => self.session_of_another_policy(line),
            2 => self.handles_of_another_policy(line),
            3 => self.an_argument_twice(line),
            4 => self.a_value_that_is_no_json(),
            5 => self.a_blocked_session(line),
            6 => self.a_call_finished_twice(line),
            _ => self.a_call_finished_elsewhere(line),
        }
        assert_eq!(self.session.export(), before, "wrong {wrong}");
    }

    fn scratch_of_another_policy(&mut self, line: &CallLine<'_>) {
        let mut scratch = Scratch::new(self.other);
        let decision =
            self.policy.evaluate(&mut self.session, &line.call, line.returned.as_ref(), &mut scratch);
        refused(&decision, Some(FailureKind::ScratchOfOtherPolicy));
    }

    fn session_of_another_policy(&mut self, line: &CallLine<'_>) {
        let mut session = Session::new(self.other);
        let before = session.export();
        let decision =
            self.policy.evaluate(&mut session, &line.call, line.returned.as_ref(), &mut self.scratch);
        refused(&decision, Some(FailureKind::SessionOfOtherPolicy));
        assert_eq!(session.export(), before);
    }

    fn handles_of_another_policy(&mut self, line: &CallLine<'_>) {
        let (tool, arg) = (self.other.tool(line.call.tool()), self.other.arg("x"));
        let by_tool = Call::new(&tool, line.call.args());
        let args = [Argument::new(&arg, Value::Null)];
        let by_arg = Call::new(line.call.tool(), &args);
        for call in [by_tool, by_arg] {
            let decision = self.policy.evaluate(&mut self.session, &call, None, &mut self.scratch);
            refused(&decision, Some(FailureKind::HandleOfOtherPolicy));
        }
    }

    fn an_argument_twice(&mut self, line: &CallLine<'_>) {
        let Some(first) = line.call.args().first() else { return };
        let args: Vec<_> = [line.call.args(), &[*first]].concat();
        let call = Call::new(line.call.tool(), &args);
        let decision =
            self.policy.evaluate(&mut self.session, &call, line.returned.as_ref(), &mut self.scratch);
        refused(&decision, Some(FailureKind::RepeatedArgument));
    }

    fn a_value_that_is_no_json(&mut self) {
        let twice = [("a", Value::Null), ("a", Value::Null)];
        for value in [Value::from(f64::NAN), Value::from(f64::INFINITY), Value::Object(&twice)] {
            let set: Result<(), SessionError> = self.session.set_value(value, self.policy.limits());
            assert!(set.is_err(), "{value:?}");
        }
    }

    fn a_blocked_session(&mut self, line: &CallLine<'_>) {
        let text = self.session.export().replacen("\"blocked\": false", "\"blocked\": true", 1);
        let mut session = Session::import(self.policy, &text).unwrap_or_else(|error| panic!("{error}"));
        let decision =
            self.policy.evaluate(&mut session, &line.call, line.returned.as_ref(), &mut self.scratch);
        refused(&decision, Some(FailureKind::SessionBlocked));
        assert_eq!(session.export(), text);
    }

    /// A call of a copy of the session that was allowed, if it was.
    fn pending<'c>(&mut self, line: &'c CallLine<'_>) -> Option<(Session, PendingCall<'c>)> {
        let mut session = self.session.clone();
        let pending = self.policy.check(&mut session, &line.call, &mut self.scratch).into_pending()?;
        Some((session, pending))
    }

    fn a_call_finished_twice(&mut self, line: &CallLine<'_>) {
        let Some((mut session, pending)) = self.pending(line) else { return };
        let returned = line.returned.unwrap_or(Returned::new(Value::Null));
        let again = pending.clone();
        if self.policy.finish(&mut session, pending, &returned, &mut self.scratch).is_err() {
            return;
        }
        let before = session.export();
        let failure = self.policy.finish(&mut session, again, &returned, &mut self.scratch).err();
        assert_eq!(failure.map(|failure| failure.kind()), Some(FailureKind::NotPending));
        assert_eq!(session.export(), before);
    }

    fn a_call_finished_elsewhere(&mut self, line: &CallLine<'_>) {
        let Some((session, pending)) = self.pending(line) else { return };
        let returned = line.returned.unwrap_or(Returned::new(Value::Null));
        let named = session.clone().named("another", self.policy.limits());
        let mut named = named.unwrap_or_else(|error| panic!("{error}"));
        let before = named.export();
        let failure = self.policy.finish(&mut named, pending.clone(), &returned, &mut self.scratch).err();
        assert_eq!(failure.map(|failure| failure.kind()), Some(FailureKind::PendingCallOfOtherSession));
        assert_eq!(named.export(), before);
        let mut moved = session;
        moved.rebind(self.other).unwrap_or_else(|error| panic!("{error}"));
        let (before, mut scratch) = (moved.export(), Scratch::new(self.other));
        let failure = self.other.finish(&mut moved, pending, &returned, &mut scratch).err();
        assert_eq!(failure.map(|failure| failure.kind()), Some(FailureKind::PendingCallOfOtherPolicy));
        assert_eq!(moved.export(), before);
    }
}
