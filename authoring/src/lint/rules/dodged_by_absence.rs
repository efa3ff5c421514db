//! A deny that asks for the value of an argument that a call may lack.

use crate::lint::rules::support::needed_values;
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{ConditionId, ConditionKind, Outcome, Reading, ValueRef};

pub(super) static RULE: Rule = Rule {
    code: "L0901",
    name: "dodged-by-absence",
    group: Group::Pedantic,
    title: "a deny that no call without some argument meets",
    what: "A deny rule whose condition only holds if an argument is there, in a block in which no other rule denies calls without it, or needs it. \
           `deny-everything-but`, which is looked for without being asked, tells of those that are hardly meant so.",
    why: "What is missing is in no set (S4.4). If the tool takes some value of its own for an argument that is left out, a caller gets that value past the rule.",
    spec: &["S4.4", "S4.6"],
    example: r#"tool "set_mode" {
    /// Nobody writes to the archive.
    must deny when mode.value == "write";
}
"#,
    better: r#"tool "set_mode" {
    /// Nobody writes to the archive.
    must deny when mode.value == "write";
    /// The mode has to be given.
    must deny when not mode.value in {"*"};
}
"#,
    fixes: false,
    check,
};

/// So many parts of a condition are looked at.
const PARTS: usize = 256;

fn check(context: &Context<'_>, sink: &mut Sink) {
    let needed = needed_values(context);
    for block in &context.policy.blocks {
        for rule in block.rules.iter().filter(|rule| rule.outcome == Outcome::Deny) {
            let Some(condition) = rule.condition else { continue };
            let mut left = PARTS;
            let asked = presupposed(context, condition, &mut left);
            let open: Vec<String> = asked
                .into_iter()
                .filter(|value| !needed.contains(&(block.position.origin, *value)))
                .filter_map(|value| {
                    if let ValueRef::Argument(name) = value { Some(format!("`{name}`")) } else { None }
                })
                .collect();
            if open.is_empty() {
                continue;
            }
            let message = format!("a call without {} dodges this deny", open.join(" or without "));
            let finding = Finding::new(&RULE, rule.position.origin, message);
            sink.report(
                finding
                    .help("deny calls without the argument, too: `must deny when not NAME.value in {\"*\"}`"),
            );
        }
    }
}

/// The values without which a condition does not hold.
fn presupposed<'p>(context: &Context<'p>, id: ConditionId, left: &mut usize) -> Vec<&'p ValueRef> {
    let none = Vec::new();
    let Some(rest) = left.checked_sub(1) else { return none };
    *left = rest;
    match context.condition(id).map(|condition| &condition.kind) {
        Some(ConditionKind::ValueIn(value, _, Reading::Any | Reading::All)) => vec![value],
        Some(ConditionKind::ValuesEqual(a, b, Reading::Any | Reading::All)) => vec![a, b],
        Some(ConditionKind::And(parts)) => {
            let mut all: Vec<&ValueRef> = Vec::new();
            for value in parts.iter().flat_map(|&part| presupposed(context, part, left)) {
                if !all.contains(&value) {
                    all.push(value);
                }
            }
            all
        }
        Some(ConditionKind::Or(parts)) => {
            let mut all = parts.iter().map(|&part| presupposed(context, part, left));
            let first = all.next().unwrap_or_default();
            all.fold(first, |both, next| both.into_iter().filter(|value| next.contains(value)).collect())
        }
        Some(ConditionKind::Let(instance)) => {
            let instance = context.policy.let_instances.get(instance.index());
            instance.map_or(none, |instance| presupposed(context, instance.body, left))
        }
        _ => none,
    }
}
