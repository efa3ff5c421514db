//! A priority that orders nothing.

use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{Block, Enforcement, Origin};
use sqrt_compiler::syntax::ast::{DeclarationKind, MemberKind};
use std::collections::HashMap;

pub(super) static RULE: Rule = Rule {
    code: "L0308",
    name: "priority-without-effect",
    group: Group::Redundant,
    title: "a priority that decides nothing",
    what: "A `priority` in a block that has rules, all of them `must` rules, and no updates.",
    why: "Priorities order the `should` rules of different blocks and their updates (S6.6, S7.1). A `must` rule binds whatever its priority is, so the number \
          promises something that it does not do; it only chooses which of several rules an answer names (S6.9).",
    spec: &["S6.9", "S6.10", "S7.1"],
    example: r#"tool "send_email" {
    priority 100;
    must deny when to.value in {"spam@evil.com"};
}
"#,
    better: r#"tool "send_email" {
    must deny when to.value in {"spam@evil.com"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let blocks: HashMap<Origin, &Block> =
        context.policy.blocks.iter().map(|block| (block.position.origin, block)).collect();
    for file in context.files {
        for declaration in file.parsed.file.declarations {
            let DeclarationKind::Tool(tool) = declaration.kind else { continue };
            let Some(block) = blocks.get(&file.origin(declaration.range)) else { continue };
            let has_updates = !(block.before.is_empty() && block.result.is_empty() && block.after.is_empty());
            let should = block.rules.iter().any(|rule| rule.enforcement == Enforcement::Should);
            if has_updates || should || block.rules.is_empty() {
                continue;
            }
            for member in tool.members.iter().filter(|member| matches!(member.kind, MemberKind::Priority(_)))
            {
                let finding = Finding::new(&RULE, file.origin(member.range), "this priority decides nothing");
                sink.report(finding.help("remove it: `must` rules bind at every priority"));
            }
        }
    }
}
