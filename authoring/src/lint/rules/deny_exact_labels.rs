//! A deny on exactly these labels, which one more label dodges.

use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{ConditionKind, Field};

pub(super) static RULE: Rule = Rule {
    code: "L0109",
    name: "deny-exact-labels",
    group: Group::Security,
    title: "a deny on exactly these labels, which one more label dodges",
    what: "`==` between tags or producers and a set of labels, where a call is denied if it holds.",
    why: "Labels add up on the way: what was made from two sources has the labels of both (S2.5). Then they are not exactly these any more.",
    spec: &["S2.5", "S5.2"],
    example: r#"tool "publish" {
    must deny when text.tags == {"secret"};
}
"#,
    better: r#"tool "publish" {
    must deny when text.tags overlaps {"secret"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for (condition, found) in context.reach.used() {
        let ConditionKind::Equal(meta, set, _) = &condition.kind else { continue };
        let is_plain = context.set(*set).is_some_and(|set| !set.has_metadata);
        if found.permits()
            || meta.field == Field::Consumers
            || !is_plain
            || context.prover().is_empty_set(*set)
        {
            continue;
        }
        let finding = Finding::new(&RULE, condition.origin, "one more label dodges this deny");
        sink.report(
            finding.help(
                "ask with `overlaps` whether one of them is there, or with `superset of` whether all are",
            ),
        );
    }
}
