//! Something that is compared with itself.

use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{ConditionKind, SetKind};
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: "L0215",
    name: "self-comparison",
    group: Group::Correctness,
    title: "something that is compared with itself",
    what: "A value or a metadata set on both sides of a comparison.",
    why: "Every set is a subset of itself and equal to itself, and a value that is there equals itself. Probably another name is meant on one side.",
    spec: &["S4.6", "S5.2"],
    example: r#"tool "transfer" {
    must deny when from.value == from.value;
}
"#,
    better: r#"tool "transfer" {
    must deny when from.value == to.value;
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let mut told = HashSet::new();
    for condition in &context.policy.conditions {
        let is_same = match &condition.kind {
            ConditionKind::ValuesEqual(left, right, _) => left == right,
            ConditionKind::Overlaps(meta, set, _)
            | ConditionKind::SubsetOf(meta, set, _)
            | ConditionKind::SupersetOf(meta, set, _)
            | ConditionKind::Equal(meta, set, _) => {
                matches!(context.set(*set).map(|set| &set.kind), Some(SetKind::Meta(other)) if other == meta)
            }
            _ => false,
        };
        if is_same && told.insert(condition.origin) {
            let finding = Finding::new(&RULE, condition.origin, "this compares something with itself");
            sink.report(finding.help("put what is meant on one of the sides"));
        }
    }
}
