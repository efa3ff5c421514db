//! An allow rule about every tool, which makes allow lists of them all.

use crate::lint::rules::support::is_every_tool;
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{self, Enforcement, Outcome};

pub(super) static RULE: Rule = Rule {
    code: "L0110",
    name: "every-tool-allow-list",
    group: Group::Security,
    title: "a block about every tool that makes each an allow list",
    what: "An allow rule with a condition in a block whose regex matches every name.",
    why: "A tool with an allow rule in one of its blocks is an allow list: what no rule allows is denied (S6.7), and with `must allow` whatever does \
          not meet the condition (S6.3). In a block about every tool that is so for each tool, also those that are meant to be free, and for tools to come.",
    spec: &["S6.3", "S6.7"],
    example: r#"tool r".*" {
    must allow when user.tags overlaps {"staff"};
}
"#,
    better: r#"tool r"admin_.*" {
    must allow when user.tags overlaps {"staff"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for block in context.policy.blocks.iter().filter(|block| is_every_tool(context.policy, &block.tool)) {
        let of = |enforcement| {
            let allows = block.rules.iter().filter(|rule| rule.outcome == Outcome::Allow);
            allows.filter(move |rule| rule.enforcement == enforcement)
        };
        let must = of(Enforcement::Must)
            .next()
            .filter(|_| of(Enforcement::Must).all(|rule| rule.condition.is_some()));
        let is_requirement = of(Enforcement::Should).next().is_none();
        let always = |rule: &ir::Rule| rule.enforcement == Enforcement::Should && rule.condition.is_none();
        let falls_back = block.rules.iter().any(always);
        let (rule, message) = match (must, of(Enforcement::Should).next()) {
            (Some(must), _) if is_requirement => {
                (must, "every tool needs this, also those that are meant to be free")
            }
            (_, Some(should)) if !falls_back => (should, "every tool becomes an allow list by this rule"),
            _ => continue,
        };
        let finding = Finding::new(&RULE, rule.position.origin, message);
        sink.report(finding.help("name the tools that are meant, or write what is not wanted as a `deny`"));
    }
}
