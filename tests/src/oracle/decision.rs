//! Decisions (S6).

use super::conditions::Stance;
use super::scene::Scene;
use super::tree::{Block, Priority, Rule, ToolId};
use crate::corpus::Level;
use sqrt_compiler::syntax::ast::{Enforcement, Outcome};
use std::cmp::Reverse;

/// What applies where no rule decides (S6.8).
#[derive(Debug, Clone, Copy)]
pub(super) struct DefaultVerdict {
    pub(super) allow: bool,
    pub(super) level: Level,
}

/// A decision with what it rests on.
pub(super) struct Decision<'a> {
    pub(super) allow: bool,
    pub(super) basis: &'static str,
    /// The deciding rule and its block (S6.9).
    pub(super) rule: Option<(&'a Block, &'a Rule)>,
}

/// Whether a block is about a tool (S6): the name exactly, or the whole of it.
pub(super) fn is_about(block: &Block, tool: &str) -> bool {
    match &block.tool {
        ToolId::Exact(name) => name == tool,
        ToolId::Pattern(pattern) => pattern.matches(tool),
    }
}

/// Blocks in the order of updates: ascending priority, equal ones in source order (S7.1).
pub(super) fn in_update_order<'a>(blocks: &[&'a Block]) -> Vec<&'a Block> {
    let mut blocks = blocks.to_vec();
    blocks.sort_by_key(|block| block.priority);
    blocks
}

fn is(rule: &Rule, enforcement: Enforcement, outcome: Outcome) -> bool {
    rule.enforcement == enforcement && rule.outcome == outcome
}

/// Decides a call; `blocks` are those that are about its tool, in source order (S6.2 to S6.9).
pub(super) fn decide<'a>(blocks: &[&'a Block], scene: &Scene<'_>, default: DefaultVerdict) -> Decision<'a> {
    use Enforcement::{Must, Should};
    use Outcome::{Allow, Deny};
    let fires = |rule: &Rule| {
        let stance = if rule.outcome == Deny { Stance::Deny } else { Stance::Allow };
        rule.condition.as_ref().is_none_or(|condition| scene.holds(condition, stance))
    };
    // Priority descending, then source order (S6.9).
    let mut ranked = blocks.to_vec();
    ranked.sort_by_key(|block| Reverse(block.priority));
    let first_firing = |enforcement, outcome| {
        let rules = ranked.iter().flat_map(|block| block.rules.iter().map(move |rule| (*block, rule)));
        rules.into_iter().find(|(_, rule)| is(rule, enforcement, outcome) && fires(rule))
    };

    // S6.2
    if let Some(rule) = first_firing(Must, Deny) {
        return Decision { allow: false, basis: "must_deny", rule: Some(rule) };
    }
    // S6.3
    for block in &ranked {
        let has_softer_way = block.rules.iter().any(|rule| is(rule, Should, Allow));
        let requirements: Vec<&Rule> = block.rules.iter().filter(|rule| is(rule, Must, Allow)).collect();
        if let Some(first) = requirements.first()
            && !has_softer_way
            && !requirements.iter().any(|rule| fires(rule))
        {
            return Decision { allow: false, basis: "must_allow_unmet", rule: Some((block, first)) };
        }
    }
    // S6.4
    if let Some(rule) = first_firing(Must, Allow) {
        return Decision { allow: true, basis: "must_allow", rule: Some(rule) };
    }
    // S6.5
    let by_default = Decision { allow: default.allow, basis: "default", rule: None };
    if default.level == Level::Hard {
        return by_default;
    }
    // S6.6
    let mut priorities: Vec<Priority> = ranked.iter().map(|block| block.priority).collect();
    priorities.dedup();
    for priority in priorities {
        let speakers: Vec<(&Block, &Rule)> = blocks
            .iter()
            .filter(|block| block.priority == priority)
            .filter_map(|block| {
                let spoken = block.rules.iter().find(|rule| rule.enforcement == Should && fires(rule));
                spoken.map(|rule| (*block, rule))
            })
            .collect();
        let first = |outcome| speakers.iter().find(|(_, rule)| rule.outcome == outcome).copied();
        if let Some(rule) = first(Deny) {
            return Decision { allow: false, basis: "should_deny", rule: Some(rule) };
        }
        if let Some(rule) = first(Allow) {
            return Decision { allow: true, basis: "should_allow", rule: Some(rule) };
        }
    }
    // S6.7
    if blocks.iter().any(|block| block.rules.iter().any(|rule| rule.outcome == Allow)) {
        return Decision { allow: false, basis: "allow_list", rule: None };
    }
    // S6.8
    by_default
}
