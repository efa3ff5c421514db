//! How a call was decided, for whoever looks at a failure: the rule with its text, and what came of blocks, rules and conditions.

use std::collections::HashSet;

use serde_json::Value as Json;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::trace::{ConditionKind, ConditionTrace, UpdatePhase};

use super::answer::Answer;
use super::subject::Subject;
use crate::mistyped::{Mistyped, mistyped};

/// So many lines of a rule are shown, and so many of a trace are kept.
const RULE_LINES: usize = 8;
const TRACE_LINES: usize = 200;

/// How a call was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// `allow` or `deny`.
    pub decision: String,
    /// What decided.
    pub basis: String,
    /// The rule, if one decided.
    pub rule: Option<DecidingRule>,
}

/// The deciding rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidingRule {
    /// Its file.
    pub file: String,
    /// The line of its first word, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// Its lines as they are written, without what is common before them.
    pub lines: Vec<String>,
}

impl Decided {
    pub(super) fn of(answer: &Answer, subject: &Subject) -> Option<Decided> {
        let Answer::Call(call) = answer else { return None };
        let rule = call.rule.as_ref().map(|place| {
            let entry = subject.rules().iter().find(|rule| {
                rule.file == place.file && rule.line == place.line && rule.column == place.column
            });
            DecidingRule {
                file: place.file.clone(),
                line: place.line,
                column: place.column,
                lines: entry.map(|rule| lines(&rule.text, rule.column)).unwrap_or_default(),
            }
        });
        Some(Decided { decision: call.decision.clone(), basis: call.basis.clone(), rule })
    }
}

/// What may be mistyped of a call, a line of JSON that was answered.
pub(super) fn mistyped_in(policy: &Policy, call: &str) -> Vec<Mistyped> {
    let Ok(call) = serde_json::from_str::<Json>(call) else { return Vec::new() };
    let keys = call.get("args").and_then(Json::as_object).into_iter().flat_map(|args| args.keys());
    let metadata = call.get("arg_meta").and_then(Json::as_object).into_iter().flat_map(|all| all.values());
    let metadata =
        metadata.chain(["control_meta", "result_meta"].into_iter().filter_map(|key| call.get(key)));
    let sets = metadata.filter_map(Json::as_object).flat_map(|fields| fields.values());
    let strings = sets.filter_map(Json::as_array).flatten().filter_map(Json::as_str);
    let Some(tool) = call.get("tool").and_then(Json::as_str) else { return Vec::new() };
    mistyped(policy, tool, keys.map(String::as_str), strings)
}

/// The lines of a rule, moved to the left as far as its first one was.
fn lines(text: &str, column: u32) -> Vec<String> {
    let before = (column as usize).saturating_sub(1);
    let moved = |line: &str| {
        let blank = line.chars().take_while(|c| *c == ' ').count().min(before);
        line.chars().skip(blank).collect::<String>().trim_end().to_owned()
    };
    let mut lines: Vec<String> = text.lines().take(RULE_LINES).map(moved).collect();
    if text.lines().count() > RULE_LINES {
        lines.push("…".to_owned());
    }
    lines
}

/// What a line of a trace is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceKind {
    /// A tool block.
    Block,
    /// A check rule.
    Rule,
    /// The `when` of updates.
    When,
    /// A condition, or a part of one.
    Condition,
}

/// A line of a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceLine {
    /// What it is about.
    pub kind: TraceKind,
    /// How deep it stands: blocks at 0, rules and updates at 1, their conditions below.
    pub depth: usize,
    /// What came of it: whether the rule fired, or the condition held. Nothing of a block, or of what was not tested.
    pub outcome: Option<bool>,
    /// What it is.
    pub text: String,
    /// Its file.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
}

/// What came of the last call.
pub(super) fn trace(policy: &Policy, scratch: &Scratch) -> Vec<TraceLine> {
    let mut writer = Writer { lines: Vec::new(), lets: HashSet::new() };
    for trace in scratch.trace(policy) {
        let Some(block) = trace.block() else { continue };
        let text = format!("tool {}", block.tool_id());
        writer.push(TraceKind::Block, 0, None, text, block.file(), block.line());
        for trace in trace.rules() {
            let rule = trace.rule();
            let level = if rule.is_must() { "must" } else { "should" };
            let outcome = if rule.is_deny() { "deny" } else { "allow" };
            let text = format!("{level} {outcome}");
            writer.push(TraceKind::Rule, 1, trace.fired(), text, rule.file(), rule.line());
            writer.conditions(trace.condition(), None);
        }
        // Of updates whose turn did not come there is nothing to tell.
        for (phase, condition) in trace.updates().filter(|(_, condition)| condition.outcome().is_some()) {
            let (line, _) = condition.start();
            let text = format!("{} when", phase.name());
            writer.push(TraceKind::When, 1, condition.outcome(), text, condition.file(), line);
            writer.conditions(Some(condition), Some(phase));
        }
    }
    writer.lines
}

struct Writer {
    lines: Vec<TraceLine>,
    /// The lets that are shown with what they stand for.
    lets: HashSet<(Option<UpdatePhase>, u32)>,
}

impl Writer {
    fn push(
        &mut self,
        kind: TraceKind,
        depth: usize,
        outcome: Option<bool>,
        text: String,
        file: &str,
        line: u32,
    ) {
        if self.lines.len() < TRACE_LINES {
            self.lines.push(TraceLine { kind, depth, outcome, text, file: file.to_owned(), line });
        }
    }

    /// A condition and its parts, what a let stands for where it comes up first.
    fn conditions(&mut self, whole: Option<ConditionTrace<'_>>, phase: Option<UpdatePhase>) {
        let mut open: Vec<_> = whole.into_iter().map(|condition| (2, condition)).collect();
        while let Some((depth, condition)) = open.pop() {
            if self.lines.len() >= TRACE_LINES {
                return;
            }
            let (line, _) = condition.start();
            let text = condition.text().to_owned();
            self.push(TraceKind::Condition, depth, condition.outcome(), text, condition.file(), line);
            let is_let = condition.kind() == ConditionKind::Let;
            let shown = |part: &ConditionTrace<'_>| !is_let || self.lets.insert((phase, part.number()));
            open.extend(condition.parts().rev().filter(shown).map(|part| (depth + 1, part)));
        }
    }
}
