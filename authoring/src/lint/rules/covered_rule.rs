//! A rule that another one makes needless.

use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{self, Enforcement, Outcome};

pub(super) static RULE: Rule = Rule {
    code: "L0303",
    name: "covered-rule",
    group: Group::Redundant,
    title: "a rule that another one of its block covers",
    what: "A `must` rule whose condition only holds if that of another `must` rule of the block with the same outcome does: one with a part of its conditions, with \
           a larger set.",
    why: "Whatever it denies or allows, the other rule does already. If it is narrower on purpose, the other one may be too wide.",
    spec: &["S6.2", "S6.4"],
    example: r#"tool "send_email" {
    must deny when body.tags overlaps {"secret"};
    must deny when body.tags overlaps {"secret"} and to.value in {"press"};
}
"#,
    better: r#"tool "send_email" {
    must deny when body.tags overlaps {"secret"};
}
"#,
    fixes: false,
    check,
};

/// So many rules each rule is compared with.
const COMPARED: usize = 64;

fn check(context: &Context<'_>, sink: &mut Sink) {
    for block in &context.policy.blocks {
        for outcome in [Outcome::Deny, Outcome::Allow] {
            let rules: Vec<&ir::Rule> = block
                .rules
                .iter()
                .filter(|rule| {
                    rule.enforcement == Enforcement::Must
                        && rule.outcome == outcome
                        && rule.condition.is_some()
                })
                .collect();
            for narrow in &rules {
                let covers = |wide: &&&ir::Rule| {
                    let mut prover = context.prover();
                    wide.id != narrow.id
                        && prover.implies(narrow.condition, wide.condition)
                        && !prover.implies(wide.condition, narrow.condition)
                };
                let Some(wide) = rules.iter().take(COMPARED).find(covers) else { continue };
                let finding = Finding::new(&RULE, narrow.position.origin, "another rule covers this one")
                    .also(wide.position.origin, "this one fires whenever it does");
                sink.report(finding.help("remove it, or narrow the other rule"));
            }
        }
    }
}
