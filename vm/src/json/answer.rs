//! Writing answers, one line each, keys in the documented order.

use super::text::write_string;
use super::trace::write_trace;
use crate::metadata::{Metadata, TagId, Tags, write_metadata};
use crate::policy::{Policy, RuleInfo};
use crate::scratch::Scratch;
use smallvec::SmallVec;
use std::fmt::Write;

/// An answer to a call, in the order of its keys.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct AnswerParts<'a> {
    /// The session of the call; none is written as null.
    pub session: Option<&'a str>,
    /// The tool.
    pub tool: &'a str,
    /// `allow` or `deny`.
    pub decision: &'a str,
    /// The basis of the decision, such as `must_deny`.
    pub basis: &'a str,
    /// The deciding rule; none is written as null.
    pub rule: Option<RuleParts<'a>>,
    /// The session's metadata after all phases.
    pub session_meta: (&'a Metadata, Tags<'a>),
    /// The result's metadata, if the phases after the call ran; else null.
    pub result_meta: Option<(&'a Metadata, Tags<'a>)>,
    /// Whose trace of the last call is written ([`write_trace`](super::write_trace)); no key without.
    pub trace: Option<(&'a Policy, &'a Scratch)>,
}

/// A rule, as answers name it (S6.9).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RuleParts<'a> {
    /// The path of the file as given.
    pub file: &'a str,
    /// From 1.
    pub line: u32,
    /// From 1, in Unicode scalar values.
    pub column: u32,
    /// The tool id as written.
    pub tool_id: &'a str,
    /// The doc comment; none is written as null.
    pub description: Option<&'a str>,
}

impl<'a> From<RuleInfo<'a>> for RuleParts<'a> {
    fn from(rule: RuleInfo<'a>) -> Self {
        RuleParts {
            file: rule.file(),
            line: rule.line(),
            column: rule.column(),
            tool_id: rule.tool_id(),
            description: rule.description(),
        }
    }
}

/// Appends an answer and a line end. `order` is memory to sort tags in.
pub fn write_answer(out: &mut String, answer: &AnswerParts<'_>, order: &mut Vec<TagId>) {
    out.push_str("{\"session\": ");
    write_optional(out, answer.session);
    out.push_str(", \"tool\": ");
    write_string(out, answer.tool);
    out.push_str(", \"decision\": ");
    write_string(out, answer.decision);
    out.push_str(", \"basis\": ");
    write_string(out, answer.basis);
    out.push_str(", \"rule\": ");
    match &answer.rule {
        Some(rule) => write_rule(out, rule),
        None => out.push_str("null"),
    }
    out.push_str(", \"session_meta\": ");
    let (metadata, tags) = &answer.session_meta;
    write_metadata(out, metadata, tags, order);
    out.push_str(", \"result_meta\": ");
    match &answer.result_meta {
        Some((metadata, tags)) => write_metadata(out, metadata, tags, order),
        None => out.push_str("null"),
    }
    if let Some((policy, scratch)) = answer.trace {
        out.push_str(", \"trace\": ");
        write_trace(out, policy, scratch);
    }
    out.push_str("}\n");
}

/// Appends a rule as JSON.
fn write_rule(out: &mut String, rule: &RuleParts<'_>) {
    out.push_str("{\"file\": ");
    write_string(out, rule.file);
    out.push_str(", \"line\": ");
    write_digits(out, rule.line);
    out.push_str(", \"column\": ");
    write_digits(out, rule.column);
    out.push_str(", \"tool_id\": ");
    write_string(out, rule.tool_id);
    out.push_str(", \"description\": ");
    write_optional(out, rule.description);
    out.push('}');
}

/// Appends the answer to a question about a branch (S8.3) and a line end: `decision` is `allow` or `deny`.
pub fn write_branch_answer(out: &mut String, session: Option<&str>, decision: &str) {
    out.push_str("{\"session\": ");
    write_optional(out, session);
    out.push_str(", \"branch\": ");
    write_string(out, decision);
    out.push_str("}\n");
}

/// Appends the answer to a line that is not valid, and a line end; `line` counts from 1.
pub fn write_error(out: &mut String, message: &str, line: u64) {
    out.push_str("{\"error\": ");
    write_string(out, message);
    // Writing to a string cannot fail.
    let _ = writeln!(out, ", \"line\": {line}}}");
}

/// Appends a number in decimal, without the machinery of formatting: every answer that names a rule has two.
fn write_digits(out: &mut String, mut number: u32) {
    let mut digits = SmallVec::<[char; 10]>::new();
    loop {
        digits.extend(char::from_digit(number % 10, 10));
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend(digits.iter().rev());
}

fn write_optional(out: &mut String, text: Option<&str>) {
    match text {
        Some(text) => write_string(out, text),
        None => out.push_str("null"),
    }
}

#[cfg(test)]
mod tests {
    use super::write_digits;

    #[test]
    fn digits_are_those_of_the_number() {
        for number in [0, 1, 9, 10, 11, 99, 100, 12_034, 1_000_000_000, u32::MAX] {
            let mut out = "x".to_owned();
            write_digits(&mut out, number);
            assert_eq!(out, format!("x{number}"));
        }
    }
}
