//! The explanation of an answer as JSON: the blocks that are about the tool, in source order, with what became of their
//! rules and of every condition.
//!
//! Conditions are a flat list with depths, so that no nesting of a policy makes deep JSON; what a let stands for follows where
//! the let comes up first in the rules, and in each phase of updates, so that no use of lets makes long JSON. The order of the
//! keys is part of the contract (S9).

use super::text::write_string;
use crate::policy::{BlockInfo, Policy};
use crate::scratch::Scratch;
use crate::trace::{BlockTrace, ConditionKind, ConditionTrace, RuleTrace, UpdatePhase};
use std::collections::HashSet;
use std::fmt::{Display, Write};

/// Appends what became of the last call as JSON, a list of blocks: the value of the key `trace` of answers. Conditions are
/// there if the call was explained ([`Scratch::explain`]). It never has values of the call. Allocates.
pub fn write_trace(out: &mut String, policy: &Policy, scratch: &Scratch) {
    let mut writer = Writer { out, lets: HashSet::new() };
    let blocks = scratch.trace(policy).filter_map(|trace| Some((trace.block()?, trace)));
    writer.list(blocks, |writer, (block, trace)| writer.block(block, &trace));
}

struct Writer<'o> {
    out: &'o mut String,
    /// The lets that are shown with what they stand for, in the rules or in a phase, which each have outcomes of their own.
    lets: HashSet<(Option<UpdatePhase>, u32)>,
}

impl Writer<'_> {
    fn list<T>(&mut self, items: impl Iterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.out.push('[');
        for (index, item) in items.enumerate() {
            self.out.push_str(if index == 0 { "" } else { ", " });
            write(self, item);
        }
        self.out.push(']');
    }

    fn block(&mut self, block: BlockInfo<'_>, trace: &BlockTrace<'_>) {
        self.text("{\"file\": ", Some(block.file()));
        self.plain(", \"line\": ", Some(block.line()));
        self.plain(", \"column\": ", Some(block.column()));
        self.text(", \"tool_id\": ", Some(block.tool_id()));
        // Null for a preset, which is above every number.
        self.plain(", \"priority\": ", block.priority());
        self.text(", \"description\": ", block.description());
        self.out.push_str(", \"rules\": ");
        self.list(trace.rules(), |writer, rule| writer.rule(&rule));
        self.out.push_str(", \"updates\": ");
        self.list(trace.updates(), |writer, (phase, condition)| writer.update(phase, condition));
        self.out.push('}');
    }

    fn rule(&mut self, trace: &RuleTrace<'_>) {
        let rule = trace.rule();
        self.plain("{\"line\": ", Some(rule.line()));
        self.plain(", \"column\": ", Some(rule.column()));
        let kind = match (rule.is_must(), rule.is_deny()) {
            (true, true) => "must deny",
            (true, false) => "must allow",
            (false, true) => "should deny",
            (false, false) => "should allow",
        };
        self.text(", \"rule\": ", Some(kind));
        self.plain(", \"fired\": ", trace.fired());
        self.text(", \"description\": ", rule.description());
        // Empty for `always`.
        self.conditions(trace.condition(), None);
    }

    fn update(&mut self, phase: UpdatePhase, condition: ConditionTrace<'_>) {
        self.text("{\"phase\": ", Some(phase.name()));
        self.conditions(Some(condition), Some(phase));
    }

    /// A condition and what it is made of, each before its parts, and the end of the object that has them.
    fn conditions(&mut self, whole: Option<ConditionTrace<'_>>, phase: Option<UpdatePhase>) {
        self.out.push_str(", \"conditions\": [");
        let mut open: Vec<_> = whole.into_iter().map(|condition| (0, condition)).collect();
        let mut separator = "";
        while let Some((depth, condition)) = open.pop() {
            self.out.push_str(separator);
            separator = ", ";
            self.condition(depth, condition);
            let is_let = condition.kind() == ConditionKind::Let;
            let tested = condition.outcome().is_some();
            // Where a let was tested again later, what came of it then is shown there.
            let known = |part: &ConditionTrace<'_>| !tested || part.outcome().is_some();
            let shown = |part: &ConditionTrace<'_>| {
                !is_let || (known(part) && self.lets.insert((phase, part.number())))
            };
            open.extend(condition.parts().rev().filter(shown).map(|part| (depth + 1, part)));
        }
        self.out.push_str("]}");
    }

    /// A condition; `depth` is 0 for the whole, and its parts are one deeper.
    fn condition(&mut self, depth: usize, condition: ConditionTrace<'_>) {
        let (line, column) = condition.start();
        self.plain("{\"depth\": ", Some(depth));
        self.text(", \"file\": ", Some(condition.file()));
        self.plain(", \"line\": ", Some(line));
        self.plain(", \"column\": ", Some(column));
        self.text(", \"condition\": ", Some(condition.text()));
        // Null if it was not tested.
        self.plain(", \"outcome\": ", condition.outcome());
        self.out.push('}');
    }

    fn text(&mut self, key: &str, text: Option<&str>) {
        self.out.push_str(key);
        match text {
            Some(text) => write_string(self.out, text),
            None => self.out.push_str("null"),
        }
    }

    /// A number or a truth value.
    fn plain(&mut self, key: &str, value: Option<impl Display>) {
        self.out.push_str(key);
        // Writing to a string cannot fail.
        let _ = match value {
            Some(value) => write!(self.out, "{value}"),
            None => self.out.write_str("null"),
        };
    }
}
