//! The explanation of an answer: the blocks that are about the tool, in source order, with what became of their rules.

use serde::Serialize;
use sqrt_vm::policy::{BlockInfo, Policy, RuleInfo};
use sqrt_vm::scratch::Scratch;

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
}

#[derive(Serialize)]
struct RuleItem<'s> {
    line: u32,
    column: u32,
    rule: &'static str,
    /// Null if the outcome was known without it.
    fired: Option<bool>,
    description: Option<&'s str>,
}

/// What became of the rules that the last call was checked by.
pub(crate) fn of_last_call<'s>(policy: &'s Policy, scratch: &'s Scratch) -> impl Serialize + use<'s> {
    let blocks = scratch.trace(policy).filter_map(|trace| {
        let rules = trace.rules().map(|(rule, fired)| rule_item(rule, fired)).collect();
        Some(block_item(trace.block()?, rules))
    });
    blocks.collect::<Vec<_>>()
}

fn block_item<'s>(block: BlockInfo<'s>, rules: Vec<RuleItem<'s>>) -> BlockItem<'s> {
    BlockItem {
        file: block.file(),
        line: block.line(),
        column: block.column(),
        tool_id: block.tool_id(),
        priority: block.priority(),
        description: block.description(),
        rules,
    }
}

fn rule_item(rule: RuleInfo<'_>, fired: Option<bool>) -> RuleItem<'_> {
    RuleItem {
        line: rule.line(),
        column: rule.column(),
        rule: match (rule.is_must(), rule.is_deny()) {
            (true, true) => "must deny",
            (true, false) => "must allow",
            (false, true) => "should deny",
            (false, false) => "should allow",
        },
        fired,
        description: rule.description(),
    }
}
