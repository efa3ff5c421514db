//! A deny without words about it.

use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::Outcome;

pub(super) static RULE: Rule = Rule {
    code: "L0905",
    name: "missing-description",
    group: Group::Pedantic,
    title: "a deny rule without a description",
    what: "A deny rule without a doc comment (`///`) before it.",
    why: "The description is in every answer that the rule decides (S9): whoever is denied, and whoever reads the log, sees what the rule is for.",
    spec: &["S1.2", "S9"],
    example: r#"tool "send_email" {
    must deny when to.value in {"spam@evil.com"};
}
"#,
    better: r#"tool "send_email" {
    /// We do not write to spammers.
    must deny when to.value in {"spam@evil.com"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let rules = context.policy.blocks.iter().flat_map(|block| &block.rules);
    for rule in rules.filter(|rule| rule.outcome == Outcome::Deny && rule.description.is_none()) {
        let finding = Finding::new(&RULE, rule.position.origin, "nothing says what this deny is for");
        sink.report(finding.help("write a doc comment before it: `/// …`"));
    }
}
