//! Running the cases of a test file under the policy that it is about.
//!
//! Each case has sessions of its own. Its calls are lines that the reader and writer of JSON lines answer, as `sqrt eval` does, so
//! a test sees what users of the command see. Calls are explained, which changes no answer.

mod answer;
mod compare;
mod explain;
mod subject;

use std::collections::HashMap;

use sqrt_vm::json::JsonLines;
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;

use super::coverage::Coverage;
use super::file::{Case, ErrorExpected, Prepared, PreparedStep, Start, TestFile};
use crate::mistyped::Mistyped;
use answer::Answer;
use compare::compare;
pub use explain::{Decided, DecidingRule, TraceKind, TraceLine};
pub use subject::{Subject, SubjectError};

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was as expected.
    Passed,
    /// It did not run, for this reason.
    Skipped(String),
    /// Something was not as expected.
    Failed(Box<Failure>),
}

/// The first call of a case whose answer was not as expected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failure {
    /// The line of the test file where the expectation stands, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// Which step it was, from 1, and of how many; nothing if there is only one.
    pub step: Option<(usize, usize)>,
    /// Which repetition of the step it was, from 1, and of how many; nothing if there is only one.
    pub repetition: Option<(u32, u32)>,
    /// The call as a line of JSON.
    pub call: String,
    /// What was not as expected.
    pub differences: Vec<Difference>,
    /// How the call was decided; nothing if it was not.
    pub decided: Option<Decided>,
    /// Names of the call that the policy does not know and that are near ones it knows.
    pub mistyped: Vec<Mistyped>,
    /// Blocks, rules and conditions with what became of them, in the order of the source.
    pub trace: Vec<TraceLine>,
}

/// Something that was not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The key of the expectation, such as `decision` or `result_meta.tags`.
    pub key: String,
    /// What was expected.
    pub expected: String,
    /// What there was.
    pub actual: String,
}

impl Difference {
    pub(crate) fn new(
        key: impl Into<String>,
        expected: impl Into<String>,
        actual: impl Into<String>,
    ) -> Difference {
        Difference { key: key.into(), expected: expected.into(), actual: actual.into() }
    }
}

/// Runs cases of one file.
#[derive(Debug)]
pub struct Runner<'s> {
    subject: &'s Subject,
    file: &'s TestFile,
    lines: JsonLines,
    coverage: Coverage,
}

impl<'s> Runner<'s> {
    /// A runner of the cases of `file` under `subject`.
    pub fn new(file: &'s TestFile, subject: &'s Subject) -> Runner<'s> {
        let mut lines = JsonLines::new(subject.policy());
        lines.explain(subject.policy(), true);
        Runner { subject, file, lines, coverage: subject.coverage() }
    }

    /// Runs a case, in sessions of its own.
    pub fn run(&mut self, case: &Case) -> Outcome {
        if let Some(why) = &case.skip {
            return Outcome::Skipped(why.clone());
        }
        let Some(prepared) = self.file.prepared(case, self.limits()) else {
            // It was prepared when the file was read.
            return failed(Difference::new("test", "a test of this file", "one of another file"));
        };
        let mut sessions = Sessions::new(self.subject.policy(), prepared.start.as_ref());
        match self.run_steps(&prepared, &mut sessions) {
            Ok(()) => Outcome::Passed,
            Err(failure) => Outcome::Failed(failure),
        }
    }

    /// What all cases that were run have covered.
    pub fn into_coverage(self) -> Coverage {
        self.coverage
    }

    fn limits(&self) -> &'s Limits {
        self.subject.policy().limits()
    }

    fn run_steps(&mut self, prepared: &Prepared, sessions: &mut Sessions<'_>) -> Result<(), Box<Failure>> {
        let several = |number: usize, of: usize| (of > 1).then_some((number, of));
        for (number, step) in (1..).zip(&prepared.steps) {
            for repetition in 1..=step.repeat {
                self.run_step(step, sessions).map_err(|mut failure| {
                    let place = self.file.position(step.span);
                    (failure.line, failure.column) = (place.line, place.column);
                    failure.step = several(number, prepared.steps.len());
                    failure.repetition = (step.repeat > 1).then_some((repetition, step.repeat));
                    failure
                })?;
            }
        }
        Ok(())
    }

    fn run_step(&mut self, step: &PreparedStep, sessions: &mut Sessions<'_>) -> Result<(), Box<Failure>> {
        let policy = self.subject.policy();
        let mut text = String::new();
        let line = step.call.text.as_bytes();
        let answered = self.lines.answer(policy, line, |name| sessions.of(name), &mut text);
        let expected_error = step.expect.as_ref().and_then(|expect| expect.error.as_ref());
        let failure = |differences, decided, trace| {
            Box::new(Failure {
                call: step.call.text.clone(),
                differences,
                decided,
                trace,
                ..Failure::default()
            })
        };
        let answer = match answered {
            Ok(()) => Answer::read(&text),
            Err(error) => {
                return match expected_error {
                    Some(ErrorExpected::Any) => Ok(()),
                    Some(ErrorExpected::Part(part)) if error.to_string().contains(part) => Ok(()),
                    Some(ErrorExpected::Part(part)) => Err(failure(
                        vec![Difference::new("error", part, error.to_string())],
                        None,
                        Vec::new(),
                    )),
                    None => Err(failure(
                        vec![Difference::new("error", "none", error.to_string())],
                        None,
                        Vec::new(),
                    )),
                };
            }
        };
        let Some(answer) = answer else {
            return Err(failure(
                vec![Difference::new("answer", "one in the known form", "another")],
                None,
                Vec::new(),
            ));
        };
        let is_call = matches!(answer, Answer::Call(_));
        if is_call {
            self.coverage.note(policy, self.lines.scratch());
        }
        let differences = step
            .expect
            .as_ref()
            .map(|expect| compare(expect, &answer, self.subject.rules()))
            .unwrap_or_default();
        if differences.is_empty() {
            return Ok(());
        }
        let decided = Decided::of(&answer, self.subject);
        let trace = if is_call { explain::trace(policy, self.lines.scratch()) } else { Vec::new() };
        let mut failure = failure(differences, decided, trace);
        failure.mistyped = explain::mistyped_in(policy, &step.call.text);
        Err(failure)
    }
}

fn failed(difference: Difference) -> Outcome {
    Outcome::Failed(Box::new(Failure { differences: vec![difference], ..Failure::default() }))
}

/// The sessions of a case: they begin as the test says, and one is for the calls without a name.
struct Sessions<'p> {
    policy: &'p Policy,
    start: Option<&'p Start>,
    sessions: HashMap<Option<String>, Session>,
}

impl<'p> Sessions<'p> {
    fn new(policy: &'p Policy, start: Option<&'p Start>) -> Sessions<'p> {
        Sessions { policy, start, sessions: HashMap::new() }
    }

    fn of(&mut self, name: Option<&str>) -> Result<&mut Session, String> {
        let key = name.map(str::to_owned);
        if !self.sessions.contains_key(&key) {
            let session = match self.start {
                Some(start) => started(self.policy, start)?,
                None => Session::new(self.policy),
            };
            self.sessions.insert(key.clone(), session);
        }
        self.sessions.get_mut(&key).ok_or_else(|| "a session is lost".to_owned())
    }
}

/// A session in the state that a test begins with: it is taken over as from a store.
fn started(policy: &Policy, start: &Start) -> Result<Session, String> {
    let value =
        start.value.as_ref().map_or_else(String::new, |value| format!(", \"session_value\": {value}"));
    let text = format!(
        "{{\"sqrt_session\": {}, \"policy\": \"{}\", \"session\": null, \"session_meta\": {}{value}, \"blocked\": false, \
         \"next_call\": 0, \"forgotten\": 0, \"pending\": []}}",
        sqrt_vm::json::STATE_VERSION,
        policy.id(),
        start.metadata,
    );
    Session::import(policy, &text)
        .map_err(|error| format!("the session cannot begin as the test says: {error}"))
}
