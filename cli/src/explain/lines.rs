//! The lines of calls up to the one that is explained.

use std::io::Read;
use std::path::Path;

use sqrt_authoring::explain::{Explainer, Explanation, Failed, Options, Told};
use sqrt_authoring::nearest::{nearest, question};
use sqrt_vm::json::{CallLine, Line as JsonLine, read_line};
use sqrt_vm::limits::Limits;
use sqrt_vm::value::Arena;
use sqrt_vm::visible::quote;

use crate::eval::is_blank;
use crate::eval::reader::{Line, LineReader};
use crate::input;
use crate::limits::raise;
use crate::output::{Failure, Output, Status, Stop, tell_failure};

/// Which call is explained.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// The one on a line.
    Line(u64),
    /// The last one.
    Last,
    /// The last one of a session.
    LastOf(&'a str),
}

/// Where the calls come from, and what is wanted of them.
pub(super) struct Lines<'a> {
    pub(super) path: &'a Path,
    pub(super) limits: &'a Limits,
    pub(super) wanted: Wanted<'a>,
    pub(super) options: Options,
}

/// A call that may be the last one.
type Held = (u64, Vec<u8>);

impl Lines<'_> {
    /// Decides the calls up to the wanted one, and explains that.
    pub(super) fn explain(
        &self,
        calls: impl Read,
        explainer: &mut Explainer,
        output: &mut Output,
    ) -> Result<Explanation, Stop> {
        let mut lines = LineReader::new(calls, self.limits.line_bytes());
        let mut held: Option<Held> = None;
        let mut near = None;
        loop {
            let limit = lines.limit();
            let line = lines.next().map_err(|error| input::unreadable(self.path, &error))?;
            let bytes = match line {
                None => break,
                Some(Line::Whole(bytes)) if is_blank(bytes) => continue,
                Some(Line::Whole(bytes)) => Ok(bytes.to_vec()),
                Some(Line::TooLong) => Err(format!(
                    "it is longer than {limit} bytes, over the limit `line_bytes`; raise it with `--limit line_bytes=…`"
                )),
            };
            let number = lines.number();
            let is_it = matches!(self.wanted, Wanted::Line(wanted) if wanted == number);
            match bytes
                .and_then(|bytes| self.concerns(&bytes, &mut near).map(|concerns| concerns.then_some(bytes)))
            {
                Err(problem) if is_it => return Err(not_explained(number, &problem).into()),
                Err(problem) => {
                    tell_failure(&Failure::new(format!("line {number} is passed over: {problem}")));
                    output.worsen(Status::Failed);
                }
                Ok(Some(bytes)) if is_it => return self.last(explainer, &(number, bytes)),
                Ok(None) if is_it => {
                    return Err(not_explained(number, "it asks about a branch, which no rule decides").into());
                }
                Ok(Some(bytes)) => {
                    let before = match self.wanted {
                        Wanted::Line(_) => Some((number, bytes)),
                        Wanted::Last | Wanted::LastOf(_) => held.replace((number, bytes)),
                    };
                    if let Some(before) = before {
                        self.replay(explainer, &before, output);
                    }
                }
                Ok(None) => {}
            }
        }
        match (&held, self.wanted) {
            (Some(held), _) => self.last(explainer, held),
            (None, Wanted::Line(wanted)) => {
                let lines = lines.number();
                Err(Failure::new(format!("there is no call on line {wanted}: there are {lines} lines"))
                    .into())
            }
            (None, Wanted::Last) => Err(Failure::new("there is no call to explain")
                .help("give calls, one JSON object a line, on standard input or with `--calls FILE`")
                .into()),
            (None, Wanted::LastOf(session)) => {
                let near = question(session, near.as_deref());
                Err(Failure::new(format!("there is no call of session {}{near}", quote(session))).into())
            }
        }
    }

    /// Whether a line is a call that has to be decided; notes a session whose name is near the one that is asked for.
    fn concerns(&self, bytes: &[u8], near: &mut Option<String>) -> Result<bool, String> {
        let arena = Arena::new();
        match read_line(bytes, &arena, self.limits) {
            Ok(JsonLine::Branch(_)) => Ok(false),
            Ok(JsonLine::Call(call)) => Ok(match self.wanted {
                Wanted::LastOf(session) => {
                    if near.is_none() {
                        *near = nearest(session, call.session).map(str::to_owned);
                    }
                    call.session == Some(session)
                }
                Wanted::Line(_) | Wanted::Last => true,
            }),
            Err(error) => Err(match error.limit() {
                Some(limit) => format!("{error}; {}", raise(limit)),
                None => error.to_string(),
            }),
        }
    }

    fn replay(&self, explainer: &mut Explainer, (number, bytes): &Held, output: &mut Output) {
        let done = self.with_call(bytes, |call| explainer.call(*number, call, Told::Replay));
        if let Some(Err(failed)) = done {
            tell_failure(&Failure::new(format!("line {number} is passed over: {failed}")));
            output.worsen(Status::Failed);
        }
    }

    fn last(&self, explainer: &mut Explainer, (number, bytes): &Held) -> Result<Explanation, Stop> {
        let done = self.with_call(bytes, |call| explainer.call(*number, call, Told::Explain(self.options)));
        match done {
            Some(Ok(Some(explanation))) => Ok(explanation),
            Some(Err(failed)) => Err(failure(*number, &failed).into()),
            _ => Err(not_explained(*number, "internal error: the call is lost").into()),
        }
    }

    fn with_call<T>(&self, bytes: &[u8], with: impl FnOnce(&CallLine<'_>) -> T) -> Option<T> {
        let arena = Arena::new();
        match read_line(bytes, &arena, self.limits) {
            Ok(JsonLine::Call(call)) => Some(with(&call)),
            _ => None,
        }
    }
}

fn not_explained(number: u64, problem: &str) -> Failure {
    Failure::new(format!("line {number} cannot be explained: {problem}"))
}

fn failure(number: u64, failed: &Failed) -> Failure {
    let failure = not_explained(number, &failed.to_string());
    match failed.limit() {
        Some(limit) => failure.help(raise(limit)),
        None => failure,
    }
}
