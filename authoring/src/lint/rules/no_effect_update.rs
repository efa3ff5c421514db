//! An update that changes nothing.

use crate::lint::rules::support::phases;
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{MetaRef, MetaSource, SetKind, SetOp, Statement, Update};
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: "L0307",
    name: "no-effect-update",
    group: Group::Redundant,
    title: "an update that changes nothing",
    what: "`|=`, `-=` or `^=` with an empty set, `&=` with `\"*\"`, and a set that is assigned to itself.",
    why: "The metadata is what it was. `@tags = {}` is what takes all away, `@tags &= {…}` what keeps some.",
    spec: &["S5.1", "S7.2"],
    example: r#"tool "redact" {
    result {
        @tags -= {};
    }
}
"#,
    better: r#"tool "redact" {
    result {
        @tags = {};
    }
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let mut told = HashSet::new();
    for block in &context.policy.blocks {
        for (source, statements) in phases(block) {
            let updates = statements.iter().flat_map(|statement| match statement {
                Statement::Update(update) => vec![update],
                Statement::When(when) => when.updates.iter().map(|(_, update)| update).collect(),
            });
            for update in updates {
                if changes_nothing(context, update, &source) && told.insert(update.position.origin) {
                    let finding = Finding::new(&RULE, update.position.origin, "this update changes nothing");
                    sink.report(finding.help("write what is to be added, taken away or kept, or remove it"));
                }
            }
        }
    }
}

fn changes_nothing(context: &Context<'_>, update: &Update, source: &MetaSource) -> bool {
    let is_target = |kind: &SetKind| matches!(kind, SetKind::Meta(MetaRef { source: other, field }) if other == source && *field == update.field);
    match context.set(update.value).map(|set| &set.kind) {
        Some(SetKind::Chain(op, operands)) => {
            let Some((first, rest)) = operands.split_first() else { return false };
            let neutral = |set| match op {
                SetOp::Union | SetOp::Minus | SetOp::Xor => context.prover().is_empty_set(set),
                SetOp::Intersect => context.prover().sets.is_everything(set),
            };
            context.set(*first).is_some_and(|set| is_target(&set.kind))
                && rest.iter().all(|&set| neutral(set))
        }
        Some(kind) => is_target(kind),
        None => false,
    }
}
