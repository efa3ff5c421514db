//! A deny on numbers that a text with the number dodges.

use crate::lint::analysis::parts;
use crate::lint::rules::support::needed_values;
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{ConditionKind, ElementKind, Outcome, Reading};

pub(super) static RULE: Rule = Rule {
    code: "L0903",
    name: "text-dodges-deny",
    group: Group::Pedantic,
    title: "a deny on numbers, which a text with the number dodges",
    what: "A number or a range of numbers in the set of a deny rule, in a block in which no rule asks for the same value in the other way: a `must allow`, or a \
           deny of what is `not in` a set.",
    why: "`5000` and `\"5000\"` are different values (S4.2). Where a tool reads numbers out of texts, a caller gets the number past the rule as a text.",
    spec: &["S4.2"],
    example: r#"tool "pay" {
    must deny when amount.value in {float 1000<..};
}
"#,
    better: r#"tool "pay" {
    must deny when not amount.value in {float ..1000};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let needed = needed_values(context);
    for (condition, found) in context.reach.used() {
        let ConditionKind::ValueIn(value, set, Reading::Any) = &condition.kind else { continue };
        let covered = needed.contains(&(found.block.position.origin, value));
        if found.rule.outcome != Outcome::Deny || covered {
            continue;
        }
        let parts = parts(context, *set);
        let is_number = |kind: &ElementKind| {
            matches!(kind, ElementKind::Number(_) | ElementKind::Int(_) | ElementKind::Float(_))
        };
        let numbers = parts.iter().filter(|part| part.adds).all(|part| is_number(&part.element.kind));
        if numbers && !parts.is_empty() {
            let finding = Finding::new(&RULE, condition.origin, "the same number as a text dodges this deny");
            sink.report(finding.help("deny what is `not in` the numbers that are fine"));
        }
    }
}
