//! The workloads of the comparison: a policy, calls to it, and what the answer must be. The same on every machine, for
//! every benchmark and for every competitor.
//!
//! Invariant: a rule is named by its number, from 1 in source order, and stands on a line of its own, so that a competitor
//! that knows numbers and an engine that knows lines can be compared.

pub mod dispatch;
pub mod email;
pub mod json;
pub mod literals;
pub mod long;
pub mod order;
pub mod plain;
pub mod updates;

use sqrt_vm::decision::{Basis, Outcome};

/// A policy with calls to it.
#[derive(Debug, Clone)]
pub struct Workload {
    /// A short name, as in reports.
    pub name: String,
    /// The policy.
    pub policy: String,
    /// The calls.
    pub cases: Vec<Case>,
}

/// A call with its answer.
#[derive(Debug, Clone)]
pub struct Case {
    /// A short name, as in reports.
    pub name: &'static str,
    /// The call.
    pub call: RawCall<'static>,
    /// The answer that everyone must give.
    pub expected: Answer,
}

/// A call as every competitor gets it when names are strings.
#[derive(Debug, Clone)]
pub struct RawCall<'a> {
    /// The name of the tool.
    pub tool: &'a str,
    /// The arguments.
    pub args: Vec<RawArgument<'a>>,
}

/// An argument of a call.
#[derive(Debug, Clone)]
pub struct RawArgument<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: Scalar<'a>,
    /// Its tags.
    pub tags: Vec<&'a str>,
}

/// A value of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar<'a> {
    /// A string.
    Str(&'a str),
    /// An integer.
    Int(i64),
}

/// A decision, its basis, and the number of the rule that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Whether the call may be made.
    pub outcome: Outcome,
    /// What decided.
    pub basis: Basis,
    /// The number of the deciding rule, from 1 in source order.
    pub rule: Option<u32>,
}

impl Answer {
    /// What a `must deny` rule that fired gives.
    pub const fn denied_by(rule: u32) -> Answer {
        Answer { outcome: Outcome::Deny, basis: Basis::MustDeny, rule: Some(rule) }
    }

    /// What is left when nothing decided, under the default of the default settings.
    pub const fn allowed_by_default() -> Answer {
        Answer { outcome: Outcome::Allow, basis: Basis::Default, rule: None }
    }
}

impl Workload {
    /// The number of the rule on a line of the policy, from 1 each.
    pub fn rule_on_line(&self, line: u32) -> Option<u32> {
        let is_rule = |text: &&str| text.trim_start().starts_with("must ");
        let mut lines = self.policy.lines().take(line as usize);
        lines.clone().last().filter(is_rule)?;
        u32::try_from(lines.by_ref().filter(is_rule).count()).ok()
    }
}

fn argument<'a>(name: &'a str, value: Scalar<'a>, tags: &[&'a str]) -> RawArgument<'a> {
    RawArgument { name, value, tags: tags.to_vec() }
}
