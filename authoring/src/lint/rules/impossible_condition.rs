//! Conditions that cannot hold together.

use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::ConditionKind;
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: "L0205",
    name: "impossible-condition",
    group: Group::Correctness,
    title: "conditions that cannot hold together",
    what: "Two conditions joined by `and` that never hold together: a value in two sets that have nothing in common (texts, ranges, lengths, patterns), a \
           condition and its opposite, `is empty` beside `overlaps`. In a deny rule, where some elements of a list are enough (S4.4), also two that \
           only a list can meet.",
    why: "The rule never fires, or only for lists, which is hardly meant: often `or` is.",
    spec: &["S4.2", "S4.4"],
    example: r#"tool "send_email" {
    must allow when to.value in {r".*@corp\.com"} and to.value in {r".*@partner\.org"};
}
"#,
    better: r#"tool "send_email" {
    must allow when to.value in {r".*@corp\.com", r".*@partner\.org"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let mut told = HashSet::new();
    for condition in &context.policy.conditions {
        let ConditionKind::And(operands) = &condition.kind else { continue };
        let (clash, never) = {
            let mut prover = context.prover();
            match prover.first_clash(operands) {
                Some(clash) => (Some(clash), true),
                None => (prover.for_single_values(|prover| prover.first_clash(operands)), false),
            }
        };
        let Some((a, b)) = clash else { continue };
        let (Some(a), Some(b)) = (context.condition(a), context.condition(b)) else { continue };
        // A condition stands in the tables once for each of its readings.
        if !told.insert(b.origin) {
            continue;
        }
        let message = if never {
            "these never hold together"
        } else {
            "these hold together for no single value, only for lists"
        };
        let finding = Finding::new(&RULE, b.origin, message).also(a.origin, "beside this");
        sink.report(finding.help("join them with `or`, or put the elements into one set"));
    }
}
