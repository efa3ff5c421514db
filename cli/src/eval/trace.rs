//! The explanation of an answer: the blocks that are about the tool, in source order, with what became of their rules and of
//! every condition.
//!
//! Conditions are a flat list with depths, so that no nesting of a policy makes deep JSON; what a let stands for follows where
//! the let comes up first in the rules, and in each phase of updates, so that no use of lets makes long JSON.

use std::collections::HashSet;

use serde::Serialize;
use sqrt_vm::policy::{BlockInfo, Policy};
use sqrt_vm::scratch::Scratch;
use sqrt_vm::trace::{BlockTrace, ConditionKind, ConditionTrace, RuleTrace, UpdatePhase};

/// A block; the order of the keys is part of the contract.
#[derive(Serialize)]
struct BlockItem<'s> {
    file: &'s str,
    line: u32,
    column: u32,
    tool_id: &'s str,
    /// Null for a preset, which is above every number.
    priority: Option<i64>,
    description: Option<&'s str>,
    rules: Vec<RuleItem<'s>>,
    updates: Vec<UpdateItem<'s>>,
}

#[derive(Serialize)]
struct RuleItem<'s> {
    line: u32,
    column: u32,
    rule: &'static str,
    fired: Option<bool>,
    description: Option<&'s str>,
    /// Empty for `always`.
    conditions: Vec<ConditionItem<'s>>,
}

/// The `when` of an update.
#[derive(Serialize)]
struct UpdateItem<'s> {
    phase: &'static str,
    conditions: Vec<ConditionItem<'s>>,
}

#[derive(Serialize)]
struct ConditionItem<'s> {
    /// 0 for the whole; what it is made of follows it, one deeper.
    depth: usize,
    file: &'s str,
    line: u32,
    column: u32,
    condition: &'s str,
    /// Null if it was not tested.
    outcome: Option<bool>,
}

/// What lets stand for, as far as that is shown: in the rules or in a phase, which each have outcomes of their own.
type Shown = HashSet<(Option<UpdatePhase>, u32)>;

/// What became of the last call, which was explained.
pub(crate) fn of_last_call<'s>(policy: &'s Policy, scratch: &'s Scratch) -> impl Serialize + use<'s> {
    let mut lets = Shown::new();
    let blocks = scratch.trace(policy).filter_map(|trace| Some(block_item(trace.block()?, trace, &mut lets)));
    blocks.collect::<Vec<_>>()
}

fn block_item<'s>(block: BlockInfo<'s>, trace: BlockTrace<'s>, lets: &mut Shown) -> BlockItem<'s> {
    let rules = trace.rules().map(|rule| rule_item(&rule, lets)).collect();
    let updates = trace.updates().map(|(phase, condition)| update_item(phase, condition, lets)).collect();
    BlockItem {
        file: block.file(),
        line: block.line(),
        column: block.column(),
        tool_id: block.tool_id(),
        priority: block.priority(),
        description: block.description(),
        rules,
        updates,
    }
}

fn rule_item<'s>(trace: &RuleTrace<'s>, lets: &mut Shown) -> RuleItem<'s> {
    let rule = trace.rule();
    RuleItem {
        line: rule.line(),
        column: rule.column(),
        rule: match (rule.is_must(), rule.is_deny()) {
            (true, true) => "must deny",
            (true, false) => "must allow",
            (false, true) => "should deny",
            (false, false) => "should allow",
        },
        fired: trace.fired(),
        description: rule.description(),
        conditions: trace.condition().map_or_else(Vec::new, |condition| flat(condition, None, lets)),
    }
}

fn update_item<'s>(phase: UpdatePhase, condition: ConditionTrace<'s>, lets: &mut Shown) -> UpdateItem<'s> {
    UpdateItem { phase: phase.name(), conditions: flat(condition, Some(phase), lets) }
}

/// The condition and what it is made of, each before its parts.
fn flat<'s>(
    condition: ConditionTrace<'s>,
    phase: Option<UpdatePhase>,
    lets: &mut Shown,
) -> Vec<ConditionItem<'s>> {
    let mut items = Vec::new();
    let mut open = vec![(0, condition)];
    while let Some((depth, condition)) = open.pop() {
        let (line, column) = condition.start();
        items.push(ConditionItem {
            depth,
            file: condition.file(),
            line,
            column,
            condition: condition.text(),
            outcome: condition.outcome(),
        });
        let is_let = condition.kind() == ConditionKind::Let;
        let parts = condition.parts().rev().filter(|part| !is_let || lets.insert((phase, part.number())));
        open.extend(parts.map(|part| (depth + 1, part)));
    }
    items
}
