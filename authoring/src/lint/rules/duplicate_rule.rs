//! Two rules that say the same.

use crate::lint::rules::support::remove_member;
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{self, Enforcement, Outcome};

pub(super) static RULE: Rule = Rule {
    code: "L0302",
    name: "duplicate-rule",
    group: Group::Redundant,
    title: "two rules of a block that say the same",
    what: "Two `must` rules of a block with the same outcome and conditions that hold for the same calls, whatever the order of what they are made of. For `should` \
           rules `unreachable-should` tells.",
    why: "The second rule decides nothing that the first does not. Often a copy was meant to be changed.",
    spec: &["S6.2", "S6.4"],
    example: r#"tool "send_email" {
    must deny when to.value in {"ann", "bob"};
    must deny when to.value in {"bob", "ann"};
}
"#,
    better: r#"tool "send_email" {
    must deny when to.value in {"ann", "bob"};
}
"#,
    fixes: true,
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
                .filter(|rule| rule.enforcement == Enforcement::Must && rule.outcome == outcome)
                .collect();
            for (index, second) in rules.iter().enumerate() {
                let says_the_same = |first: &&&ir::Rule| {
                    let mut prover = context.prover();
                    prover.implies(first.condition, second.condition)
                        && prover.implies(second.condition, first.condition)
                };
                let before = rules.get(..index).unwrap_or_default();
                let Some(first) = before.iter().take(COMPARED).find(says_the_same) else { continue };
                let mut finding =
                    Finding::new(&RULE, second.position.origin, "this rule says what another one says")
                        .also(first.position.origin, "this one")
                        .help("remove it, or say what was meant");
                if let Some(edits) = remove_member(context, second.position.origin) {
                    finding = finding.fix("remove the second rule", edits);
                }
                sink.report(finding);
            }
        }
    }
}
