//! A set that nothing can be in.

use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{ConditionKind, SetId, SetKind, SetOp};
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: "L0207",
    name: "empty-set",
    group: Group::Correctness,
    title: "a set that nothing can be in",
    what: "An intersection of sets that have nothing in common, a difference that leaves nothing, and `in {}` or `overlaps {}`. An impossible range alone is \
           told by the compiler.",
    why: "A condition on such a set never holds. `&` is what is in both sets; what is in either is written `|`.",
    spec: &["S5.1"],
    example: r#"tool "port" {
    must allow when n.value in {int 1..1023} & {int 8000..9000};
}
"#,
    better: r#"tool "port" {
    must allow when n.value in {int 1..1023} | {int 8000..9000};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let mut told = HashSet::new();
    let mut report = |origin, message: &str| {
        if told.insert(origin) {
            sink.report(Finding::new(&RULE, origin, message).help("a condition on it never holds"));
        }
    };
    for (id, set) in context.policy.sets.iter().enumerate() {
        let SetKind::Chain(op @ (SetOp::Intersect | SetOp::Minus), operands) = &set.kind else { continue };
        let id = SetId(u32::try_from(id).unwrap_or(u32::MAX));
        let mut prover = context.prover();
        // Clearing metadata, and what is empty already, are other matters.
        if !set.has_metadata
            && prover.is_empty_set(id)
            && !operands.iter().take(32).any(|&set| prover.is_empty_set(set))
        {
            let message = match op {
                SetOp::Intersect => "nothing is in both of these sets",
                _ => "nothing is left of the first set",
            };
            report(set.origin, message);
        }
    }
    for condition in &context.policy.conditions {
        let set = match &condition.kind {
            ConditionKind::ValueIn(_, set, _) | ConditionKind::Overlaps(_, set, _) => *set,
            _ => continue,
        };
        let literal = match context.set(set).map(|set| &set.kind) {
            Some(SetKind::Literal(literal)) => context.policy.literals.get(literal.index()),
            _ => None,
        };
        if literal.is_some_and(|literal| literal.elements.is_empty()) {
            report(condition.origin, "nothing is in the empty set");
        }
    }
}
