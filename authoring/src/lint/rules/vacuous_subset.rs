//! An allow by `subset of`, which data without labels meets.

use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{ConditionKind, Field};

pub(super) static RULE: Rule = Rule {
    code: "L0904",
    name: "vacuous-subset",
    group: Group::Pedantic,
    title: "an allow by `subset of`, which data without labels meets",
    what: "`subset of` between tags or producers and a set, where a call is let through if it holds, and nothing in the policy asks whether the same set `is empty`.",
    why: "The empty set is a subset of every set: what has no producers, because nobody labelled it or the argument is missing, is let through like what has \
          only good ones.",
    spec: &["S3.7", "S5.2"],
    example: r#"tool "publish" {
    must allow when text.producers subset of {"newsroom"};
}
"#,
    better: r#"tool "publish" {
    must allow when text.producers subset of {"newsroom"} and not text.producers is empty;
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let used = || context.reach.used();
    let asked: std::collections::HashSet<_> = used()
        .filter_map(
            |(condition, _)| {
                if let ConditionKind::IsEmpty(meta) = &condition.kind { Some(meta) } else { None }
            },
        )
        .collect();
    for (condition, found) in used() {
        let ConditionKind::SubsetOf(meta, ..) = &condition.kind else { continue };
        if found.permits() && meta.field != Field::Consumers && !asked.contains(meta) {
            let finding = Finding::new(&RULE, condition.origin, "what has no labels meets this");
            sink.report(finding.help("ask for a label as well, or add `and not … is empty`"));
        }
    }
}
