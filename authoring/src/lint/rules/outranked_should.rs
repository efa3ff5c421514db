//! `should` rules that a block of a higher priority always speaks before.

use crate::lint::rules::support::is_every_tool;
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{self, Block, Enforcement, Priority, ToolMatcher};
use std::collections::HashMap;

pub(super) static RULE: Rule = Rule {
    code: "L0203",
    name: "outranked-should",
    group: Group::Correctness,
    title: "`should` rules that a block of a higher priority always speaks before",
    what: "`should` rules in a block, where another block of a higher priority is about the same tools, or about every tool, and has a `should` rule with \
           `always`.",
    why: "The first priority at which a block speaks decides (S6.6). With `always` the higher block speaks about every call, so the lower one is never asked.",
    spec: &["S6.6", "S6.10"],
    example: r#"tool r".*" {
    priority 10;
    should deny always;
}

tool "search" {
    should allow always;
}
"#,
    better: r#"tool r".*" {
    priority -10;
    should deny always;
}

tool "search" {
    should allow always;
}
"#,
    fixes: false,
    check,
};

/// A rule with `always`, and the priority of its block.
type Speaker<'p> = (i64, &'p ir::Rule);

fn check(context: &Context<'_>, sink: &mut Sink) {
    let policy = context.policy;
    let mut highest: HashMap<&ToolMatcher, Speaker<'_>> = HashMap::new();
    let mut everywhere: Option<Speaker<'_>> = None;
    for block in &policy.blocks {
        let Some(found) = speaker(block) else { continue };
        let slot = highest.entry(&block.tool).or_insert(found);
        if found.0 > slot.0 {
            *slot = found;
        }
        if is_every_tool(policy, &block.tool) && everywhere.is_none_or(|(priority, _)| found.0 > priority) {
            everywhere = Some(found);
        }
    }
    for block in &policy.blocks {
        let Priority::Number(own) = block.priority else { continue };
        let should = block.rules.iter().find(|rule| rule.enforcement == Enforcement::Should);
        let above = highest.get(&block.tool).copied().into_iter().chain(everywhere);
        let above = above.max_by_key(|(priority, _)| *priority).filter(|(priority, _)| *priority > own);
        if let (Some(rule), Some((priority, speaker))) = (should, above) {
            let message = format!(
                "this rule is never asked: a block of priority {priority} speaks about every call before"
            );
            let finding = Finding::new(&RULE, rule.position.origin, message)
                .also(speaker.position.origin, "this rule always fires");
            sink.report(finding.help("give that block a lower priority, or this one a higher"));
        }
    }
}

fn speaker(block: &Block) -> Option<Speaker<'_>> {
    let Priority::Number(priority) = block.priority else { return None };
    let always = |rule: &&ir::Rule| rule.enforcement == Enforcement::Should && rule.condition.is_none();
    block.rules.iter().find(always).map(|rule| (priority, rule))
}
