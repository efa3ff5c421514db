//! One line in, one answer out: the session of the line is found, the library answers.
//!
//! Invariant: what fails changes no session (S6.11); memory that a huge line took is given back before the next line.

use sqrt_vm::json::{JsonLines, write_error};
use sqrt_vm::policy::Policy;

use super::sessions::Sessions;
use crate::limits;

/// Memory for an answer beyond this many bytes is not kept from line to line.
const KEPT: usize = 1 << 20;

/// Everything that answering needs and changes.
pub(crate) struct Answering<'p> {
    policy: &'p Policy,
    sessions: Sessions<'p>,
    lines: JsonLines,
    text: String,
}

impl<'p> Answering<'p> {
    pub(crate) fn new(policy: &'p Policy, explain: bool) -> Self {
        let (sessions, mut lines) =
            (Sessions::new(policy, policy.limits().eval_sessions()), JsonLines::new(policy));
        lines.explain(policy, explain);
        Self { policy, sessions, lines, text: String::new() }
    }

    /// The answer to a line, with its line end.
    ///
    /// # Errors
    /// What is wrong with the line, to be answered by the error form.
    pub(crate) fn answer(&mut self, line: &[u8]) -> Result<&str, String> {
        self.clear();
        let Self { policy, sessions, lines, text } = self;
        lines.answer(policy, line, |name| sessions.of(name), text).map_err(|error| match error.limit() {
            Some(limit) => format!("{error}; {}", limits::raise(limit)),
            None => error.to_string(),
        })?;
        Ok(text)
    }

    /// The error form (S9).
    pub(crate) fn error_form(&mut self, message: &str, line: u64) -> &str {
        self.clear();
        write_error(&mut self.text, message, line);
        &self.text
    }

    fn clear(&mut self) {
        self.text.clear();
        self.text.shrink_to(KEPT);
    }
}
