//! A condition that always holds.

use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::ConditionKind;
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: "L0206",
    name: "always-true",
    group: Group::Correctness,
    title: "a condition that always holds",
    what: "`superset of` the empty set, `subset of` a set with `\"*\"` in it, and an `or` of a condition and its opposite.",
    why: "A rule with such a condition is one with `always`, and says something else.",
    spec: &["S5.2"],
    example: r#"tool "publish" {
    should deny when text.tags superset of {};
}
"#,
    better: r#"tool "publish" {
    should deny when text.tags superset of {"secret"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let mut told = HashSet::new();
    for condition in &context.policy.conditions {
        let holds = match &condition.kind {
            ConditionKind::SupersetOf(_, set, _) => context.prover().is_empty_set(*set),
            ConditionKind::SubsetOf(_, set, _) => context.prover().sets.is_everything(*set),
            ConditionKind::Or(operands) => context.prover().is_exhaustive(operands),
            _ => false,
        };
        if holds && told.insert(condition.origin) {
            let finding = Finding::new(&RULE, condition.origin, "this always holds");
            sink.report(finding.help("write `always` if that is meant"));
        }
    }
}
