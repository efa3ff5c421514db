//! A deny of everything but some values, which leaving the argument out dodges.

use crate::lint::analysis::parts;
use crate::lint::rules::support::needed_values;
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{ConditionKind, ElementKind, Outcome, Range, Reading, SetId, ValueRef};
use sqrt_vm::number::Number;

pub(super) static RULE: Rule = Rule {
    code: "L0101",
    name: "deny-everything-but",
    group: Group::Security,
    title: "a deny of everything but some values, which a missing argument dodges",
    what: "A deny rule that asks whether a value is in a set of the kind \"everything but\": `\"*\"` or a pattern that matches everything with \
           something taken away, or ranges of numbers without an end on both sides. It is not found where a rule of the same block denies \
           calls without the argument, or needs one.",
    why: "What is missing is in no set (S4.4), so a call without the argument is not denied; where the set is of numbers, a text such as \
          \"5000\" is not either. `not … in` the values that are fine denies both.",
    spec: &["S4.1", "S4.4"],
    example: r#"tool "deploy" {
    must deny when target.value in {"*"} - {"staging", "test"};
}
"#,
    better: r#"tool "deploy" {
    must deny when not target.value in {"staging", "test"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let needed = needed_values(context);
    for (condition, found) in context.reach.used() {
        let ConditionKind::ValueIn(value, set, Reading::Any) = &condition.kind else { continue };
        let is_deny = found.rule.outcome == Outcome::Deny && matches!(value, ValueRef::Argument(_));
        if !is_deny
            || !is_everything_but(context, *set)
            || needed.contains(&(found.block.position.origin, value))
        {
            continue;
        }
        let ValueRef::Argument(name) = value else { continue };
        let message = format!("a call without `{name}` dodges this deny");
        let finding = Finding::new(&RULE, condition.origin, message).label("what is missing is in no set");
        sink.report(
            finding.help(format!(
                "deny what is not among the values that are fine: `not {name}.value in {{…}}`"
            )),
        );
    }
}

fn is_everything_but(context: &Context<'_>, set: SetId) -> bool {
    let policy = context.policy;
    let parts = parts(context, set);
    let everything = |kind: &ElementKind| match kind {
        ElementKind::Anything => true,
        ElementKind::Pattern(id) => {
            let pattern = policy.patterns.get(id.index());
            pattern.is_some_and(|pattern| matches!(pattern.text.as_str(), "*" | ".*" | "(?s).*"))
        }
        _ => false,
    };
    let taken = || parts.iter().filter(|part| !part.adds);
    let takes_away = taken().next().is_some() && !taken().any(|part| everything(&part.element.kind));
    let all_but = takes_away && parts.iter().any(|part| part.adds && everything(&part.element.kind));
    let range = |kind: &ElementKind| match kind {
        ElementKind::Int(range) | ElementKind::Float(range) => Some(*range),
        _ => None,
    };
    let ranges = || parts.iter().filter(|part| part.adds).filter_map(|part| range(&part.element.kind));
    let is_below = |range: Range<Number>| range.lower.is_none() && range.upper.is_some();
    let is_above = |range: Range<Number>| range.upper.is_none() && range.lower.is_some();
    all_but || (ranges().any(is_below) && ranges().any(is_above))
}
