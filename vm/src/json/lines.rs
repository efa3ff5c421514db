//! A line in, an answer out: what `sqrt eval` does for each line, for hosts that speak JSON lines (S9).
//!
//! Invariants: what fails changes no session (S6.11) and writes nothing; a line that is answered is answered once.

use super::answer::{AnswerParts, RuleParts, write_answer, write_branch_answer};
use super::line::{CallLine, Line, LineError, read_line};
use crate::engine::{Decision, Failure};
use crate::limits::LimitExceeded;
use crate::metadata::{Session, SessionError, TagId};
use crate::policy::Policy;
use crate::scratch::Scratch;
use crate::value::{Arena, OwnedValue};
use std::fmt;

/// Memory for what is read beyond this many bytes is not kept from line to line.
const KEPT: usize = 1 << 20;

/// Answers JSON lines under one policy: the memory to read lines and to decide calls, used again for every line.
///
/// In the steady state it allocates nothing, but for lines that are not valid, and for those of strings with escapes or of
/// numbers of more digits than 19 that are rare in some other way too (longer than 1 MiB, nested deeper than 16 levels,
/// with a number of more digits than 18): the reader of JSON that is for them has memory of its own.
#[derive(Debug)]
pub struct JsonLines {
    decider: LineDecider,
    /// For what cannot be borrowed from the line.
    arena: Arena,
    /// To sort tags in.
    order: Vec<TagId>,
    /// Whether answers have a trace.
    traces: bool,
}

impl JsonLines {
    /// Memory for lines under `policy`; with another policy, every call fails.
    pub fn new(policy: &Policy) -> JsonLines {
        let decider = LineDecider::new(policy);
        JsonLines { decider, arena: Arena::new(), order: Vec::new(), traces: false }
    }

    /// Whether the answers to calls from now on have the key `trace`, which explains them down to each condition:
    /// [`Scratch::explain`] says what that costs. Off at first.
    pub fn explain(&mut self, policy: &Policy, on: bool) {
        self.scratch_mut().explain(policy, on);
        self.traces = on;
    }

    /// Answers a line, with or without its line end: appends the answer to `out`, with a line end. `session` finds the
    /// session of a call by its name, which is none if the line has none or null; a line that asks about a branch needs no
    /// session.
    ///
    /// # Errors
    /// If the line is not valid, `session` finds none, or deciding the call fails (S6.11). No session is changed and nothing
    /// is appended; [`write_error`](super::write_error) writes the answer to give.
    pub fn answer<'s>(
        &mut self,
        policy: &Policy,
        line: &[u8],
        session: impl FnOnce(Option<&str>) -> Result<&'s mut Session, String>,
        out: &mut String,
    ) -> Result<(), AnswerError> {
        let JsonLines { decider, arena, order, traces } = self;
        arena.reset_for_line();
        match read_line(line, arena, policy.limits())? {
            Line::Branch(question) => {
                policy.check_set_sizes(&question.metadata)?;
                write_branch_answer(out, question.session, policy.check_branch(&question.metadata).name());
            }
            Line::Call(line) => {
                let session =
                    session(line.session).map_err(|message| AnswerError(Cause::NoSession(message)))?;
                let decision = decider.decide(policy, &line, session)?;
                let scratch = decider.scratch();
                let mut parts =
                    AnswerParts::new(line.session, line.call.tool(), &decision, policy, session, scratch);
                parts.trace = traces.then_some((policy, scratch));
                write_answer(out, &parts, order);
            }
        }
        Ok(())
    }

    /// The scratch, with the details of the last call.
    pub fn scratch(&self) -> &Scratch {
        self.decider.scratch()
    }

    /// The scratch, to set it up.
    pub fn scratch_mut(&mut self) -> &mut Scratch {
        &mut self.decider.scratch
    }
}

impl Arena {
    /// Forgets what a line was read into, and gives the memory back that only a huge one needs.
    pub fn reset_for_line(&mut self) {
        if self.allocated_bytes() > KEPT {
            *self = Arena::new();
        } else {
            self.reset();
        }
    }
}

/// Decides calls of lines under one policy: the memory for that, used again for every call. [`JsonLines`] is all that most
/// hosts need; this is for those that read a line once ([`read_line`]) and decide its call under several policies, or answer
/// otherwise.
#[derive(Debug)]
pub struct LineDecider {
    scratch: Scratch,
    /// The session's value before the line set it, or memory.
    value_before: Option<OwnedValue>,
}

impl LineDecider {
    /// Memory for calls under `policy`; with another policy, every call fails.
    pub fn new(policy: &Policy) -> LineDecider {
        LineDecider { scratch: Scratch::new(policy), value_before: None }
    }

    /// Decides the call of a line, which may set the session's value first.
    ///
    /// # Errors
    /// If deciding fails (S6.11). The session is what it was then, its value too.
    pub fn decide(
        &mut self,
        policy: &Policy,
        line: &CallLine<'_>,
        session: &mut Session,
    ) -> Result<Decision, AnswerError> {
        let LineDecider { scratch, value_before } = self;
        if let Some(value) = line.session_value {
            // The old value goes aside, and its place gets the memory of the one before.
            session.swap_value(value_before);
            if let Err(error) = session.set_value(value, policy.limits()) {
                session.swap_value(value_before);
                return Err(AnswerError(Cause::Value(error)));
            }
        }
        let decision = policy.evaluate(session, &line.call, line.returned.as_ref(), scratch);
        match decision.failure() {
            Some(failure) => {
                if line.session_value.is_some() {
                    session.swap_value(value_before);
                }
                Err(AnswerError(Cause::Failure(failure.clone())))
            }
            None => Ok(decision),
        }
    }

    /// The scratch, with the details of the last call.
    pub fn scratch(&self) -> &Scratch {
        &self.scratch
    }
}

impl<'a> AnswerParts<'a> {
    /// The answer to a call that was decided: `session` and `scratch` are as the call left them. Without a trace.
    pub fn new(
        session_name: Option<&'a str>,
        tool: &'a str,
        decision: &Decision,
        policy: &'a Policy,
        session: &'a Session,
        scratch: &'a Scratch,
    ) -> Self {
        let tags = scratch.tags(policy, session);
        AnswerParts {
            session: session_name,
            tool,
            decision: decision.outcome().name(),
            basis: decision.basis().name(),
            rule: decision.rule().and_then(|rule| policy.rule(rule)).map(RuleParts::from),
            session_meta: (session.metadata(), tags),
            result_meta: scratch.result_metadata().map(|metadata| (metadata, tags)),
            trace: None,
        }
    }
}

/// Why a line was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerError(Cause);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    Line(LineError),
    NoSession(String),
    Value(SessionError),
    Failure(Failure),
    Limit(LimitExceeded),
}

impl AnswerError {
    /// What is wrong with the line, if that is the reason.
    pub fn line(&self) -> Option<&LineError> {
        match &self.0 {
            Cause::Line(error) => Some(error),
            _ => None,
        }
    }

    /// The limit that was passed, if that is the reason.
    pub fn limit(&self) -> Option<&LimitExceeded> {
        match &self.0 {
            Cause::Line(error) => error.limit(),
            Cause::Value(error) => error.limit(),
            Cause::Failure(failure) => failure.limit(),
            Cause::Limit(limit) => Some(limit),
            Cause::NoSession(_) => None,
        }
    }

    /// Why deciding failed, if that is the reason.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.0 {
            Cause::Failure(failure) => Some(failure),
            _ => None,
        }
    }
}

impl From<LimitExceeded> for AnswerError {
    fn from(limit: LimitExceeded) -> AnswerError {
        AnswerError(Cause::Limit(limit))
    }
}

impl From<LineError> for AnswerError {
    fn from(error: LineError) -> AnswerError {
        AnswerError(Cause::Line(error))
    }
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Line(error) => error.fmt(f),
            Cause::NoSession(message) => f.write_str(message),
            Cause::Value(error) => error.fmt(f),
            Cause::Failure(failure) => failure.fmt(f),
            Cause::Limit(limit) => limit.fmt(f),
        }
    }
}

impl std::error::Error for AnswerError {}
