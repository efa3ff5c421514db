//! One line in, one answer out: the line is read, its session found, the policy asked, the answer written.
//!
//! Invariant: what fails changes no session (S6.11); memory that a huge line took is given back before the next line.

use bumpalo::Bump;
use sqrt_vm::json::{
    AnswerParts, CallLine, Line, RuleParts, read_line, write_answer, write_branch_answer, write_error,
};
use sqrt_vm::metadata::TagId;
use sqrt_vm::policy::{Policy, RuleInfo};
use sqrt_vm::scratch::Scratch;

use super::sessions::Sessions;
use super::trace;
use crate::{json, limits};

/// Memory beyond this many bytes is not kept from line to line.
const KEPT: usize = 1 << 20;

/// Everything that answering needs and changes.
pub(crate) struct Answering<'p> {
    policy: &'p Policy,
    explain: bool,
    sessions: Sessions<'p>,
    scratch: Scratch,
    /// For what cannot be borrowed from the line.
    arena: Bump,
    writer: Writer,
}

/// The answer as it is written.
#[derive(Default)]
struct Writer {
    text: String,
    /// To sort tags in.
    order: Vec<TagId>,
}

impl<'p> Answering<'p> {
    pub(crate) fn new(policy: &'p Policy, explain: bool) -> Self {
        Self {
            policy,
            explain,
            sessions: Sessions::new(policy, limits::SESSIONS),
            scratch: Scratch::new(policy),
            arena: Bump::new(),
            writer: Writer::default(),
        }
    }

    /// The answer to a line, with its line end.
    ///
    /// # Errors
    /// What is wrong with the line, to be answered by the error form.
    pub(crate) fn answer(&mut self, line: &[u8]) -> Result<&str, String> {
        self.give_back();
        let limits = self.policy.limits();
        match read_line(line, &self.arena, limits).map_err(|error| error.to_string())? {
            Line::Branch(question) => {
                let outcome = self.policy.check_branch(&question.metadata);
                write_branch_answer(&mut self.writer.text, question.session, outcome.name());
            }
            Line::Call(line) => {
                let Self { policy, explain, sessions, scratch, writer, .. } = self;
                decide(policy, *explain, &line, sessions, scratch, writer)?;
            }
        }
        Ok(&self.writer.text)
    }

    /// The error form (S9).
    pub(crate) fn error_form(&mut self, message: &str, line: u64) -> &str {
        self.writer.text.clear();
        write_error(&mut self.writer.text, message, line);
        &self.writer.text
    }

    /// Clears what the last line needed.
    fn give_back(&mut self) {
        if self.arena.allocated_bytes() > KEPT {
            self.arena = Bump::new();
        } else {
            self.arena.reset();
        }
        self.writer.text.clear();
        self.writer.text.shrink_to(KEPT);
    }
}

fn decide(
    policy: &Policy,
    explain: bool,
    line: &CallLine<'_>,
    sessions: &mut Sessions<'_>,
    scratch: &mut Scratch,
    writer: &mut Writer,
) -> Result<(), String> {
    let session = sessions.of(line.session)?;
    let mut before = None;
    if let Some(value) = line.session_value {
        before = Some(session.clone());
        session.set_value(value, policy.limits()).map_err(|error| error.to_string())?;
    }
    let decision = policy.evaluate(session, &line.call, line.returned.as_ref(), scratch);
    if let Some(failure) = decision.failure() {
        if let Some(before) = before {
            *session = before;
        }
        return Err(failure.to_string());
    }
    let tags = scratch.tags(policy, session);
    let trace = explain.then(|| json::to_string(&trace::of_last_call(policy, scratch)));
    let answer = AnswerParts {
        session: line.session,
        tool: line.call.tool(),
        decision: decision.outcome().name(),
        basis: decision.basis().name(),
        rule: decision.rule().and_then(|rule| policy.rule(rule)).map(rule_parts),
        session_meta: (session.metadata(), tags),
        result_meta: scratch.result_metadata().map(|metadata| (metadata, tags)),
        trace: trace.as_deref(),
    };
    write_answer(&mut writer.text, &answer, &mut writer.order);
    Ok(())
}

fn rule_parts(rule: RuleInfo<'_>) -> RuleParts<'_> {
    RuleParts {
        file: rule.file(),
        line: rule.line(),
        column: rule.column(),
        tool_id: rule.tool_id(),
        description: rule.description(),
    }
}
