//! Answers the lines of a recording as they were answered when it was made, at once and on the move.
//!
//! A recording has the corpus, the examples and many generated policies as images, with calls and answers, so that this
//! crate alone can be tried against them: rebuilding it is all that a mutation test has to wait for. `sqrt-tests` writes
//! recordings (`tests/src/recording.rs`) and runs the same cases in its suites, with the compiler and the oracle.
//!
//! These tests are there with the feature `replay` only: they need a recording, which `SQRT_RECORDING` names.

use std::collections::HashMap;

use crate::engine::PendingCall;
use crate::json::{AnswerParts, CallLine, JsonLines, Line, read_line, write_answer, write_branch_answer};
use crate::limits::Limits;
use crate::metadata::Session;
use crate::policy::Policy;
use crate::scratch::Scratch;
use crate::value::Arena;

/// What is left of a recording.
struct Recording<'r>(&'r [u8]);

impl<'r> Recording<'r> {
    fn number(&mut self) -> usize {
        let (number, rest) = self.0.split_first_chunk().expect("a whole recording");
        self.0 = rest;
        u32::from_le_bytes(*number) as usize
    }

    fn bytes(&mut self) -> &'r [u8] {
        let len = self.number();
        let (bytes, rest) = self.0.split_at(len);
        self.0 = rest;
        bytes
    }

    fn text(&mut self) -> &'r str {
        std::str::from_utf8(self.bytes()).expect("a line is UTF-8")
    }

    /// The next image with its lines and their answers.
    fn record(&mut self) -> Option<Record<'r>> {
        if self.0.is_empty() {
            return None;
        }
        let image = self.bytes();
        let lines = (0..self.number()).map(|_| (self.text(), self.text())).collect();
        Some(Record { image, lines })
    }
}

struct Record<'r> {
    image: &'r [u8],
    lines: Vec<(&'r str, &'r str)>,
}

/// Runs every `step`th policy of the recording through what `start` makes of it. Errors need not have the words that they had.
fn replay<A: FnMut(&str) -> String>(step: usize, start: impl Fn(Policy) -> A) {
    let path = std::env::var_os("SQRT_RECORDING").expect("SQRT_RECORDING names a recording");
    let bytes = std::fs::read(path).expect("the recording can be read");
    let mut recording = Recording(&bytes);
    let records = std::iter::from_fn(|| recording.record());
    for Record { image, lines } in records.step_by(step) {
        let mut answer = start(Policy::load(image, Limits::default()).expect("a recorded image is valid"));
        for (line, expected) in lines {
            let given = answer(line);
            if given != "error" || !expected.starts_with("{\"error\"") {
                assert_eq!(given.trim_end(), expected, "{line}");
            }
        }
    }
}

#[test]
fn lines_are_answered_as_before() {
    replay(1, |policy| {
        let mut answering = JsonLines::new(&policy);
        let mut sessions = HashMap::<Option<String>, Session>::new();
        move |line| {
            let mut out = String::new();
            let answered = answering.answer(
                &policy,
                line.as_bytes(),
                |name| Ok(sessions.entry(name.map(str::to_owned)).or_insert_with(|| Session::new(&policy))),
                &mut out,
            );
            match answered {
                Ok(()) => out,
                Err(_) => "error".to_owned(),
            }
        }
    });
}

/// The same in two steps, with sessions and pending calls as text in between.
#[test]
fn lines_are_answered_as_before_on_the_move() {
    replay(3, |policy| {
        let (mut scratch, mut sessions) = (Scratch::new(&policy), HashMap::<Option<String>, String>::new());
        move |line| {
            let arena = Arena::new();
            let answered = match read_line(line.as_bytes(), &arena, policy.limits()) {
                Err(_) => None,
                Ok(Line::Branch(question)) => {
                    let mut out = String::new();
                    let outcome = policy.check_branch(&question.metadata);
                    write_branch_answer(&mut out, question.session, outcome.name());
                    Some(out)
                }
                Ok(Line::Call(call)) => {
                    let id = call.session.map(str::to_owned);
                    let new = || Session::new(&policy).export();
                    let session = sessions.entry(id).or_insert_with(new);
                    decide(&policy, &call, session, &mut scratch)
                }
            };
            answered.unwrap_or_else(|| "error".to_owned())
        }
    });
}

/// The answer to a call, unless that fails: then the session is as it was.
fn decide(
    policy: &Policy,
    line: &CallLine<'_>,
    stored: &mut String,
    scratch: &mut Scratch,
) -> Option<String> {
    let import = |text: &str| Session::import(policy, text).expect("it was exported");
    let mut session = import(stored);
    if let Some(value) = line.session_value {
        session.set_value(value, policy.limits()).ok()?;
    }
    let checked = policy.check(&mut session, &line.call, scratch);
    let decision = checked.decision().clone();
    if decision.failure().is_some() {
        return None;
    }
    if let (Some(pending), Some(returned)) = (checked.into_pending(), &line.returned) {
        let (text, arena) = (pending.export(policy).ok()?, Arena::new());
        session = import(&session.export());
        let pending = PendingCall::import(policy, &text, &arena).expect("it was exported");
        policy.finish(&mut session, pending, returned, scratch).ok()?;
    }
    let (mut out, name) = (String::new(), line.session);
    let answer = AnswerParts::new(name, line.call.tool(), &decision, policy, &session, scratch);
    write_answer(&mut out, &answer, &mut Vec::new());
    *stored = session.export();
    Some(out)
}
