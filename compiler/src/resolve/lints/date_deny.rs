//! A deny rule that fires for certain dates is dodged by what is no date (S4.2).
//!
//! There is no warning about a value if some deny rule also tests that it is no date at all.

use super::super::sink::Sink;
use super::reach::Reach;
use crate::diagnostics::values as messages;
use crate::ir::{
    ConditionKind, ElementKind, Origin, Outcome, Policy, Reading, SetId, SetKind, SetOp, ValueRef,
};
use std::collections::HashSet;

pub(super) fn run(policy: &Policy, sink: &mut Sink) {
    let dates = dates(policy);
    if dates.iter().all(Option::is_none) {
        return;
    }
    let denies = Reach::from_rules(policy, Outcome::Deny);
    let tested = || {
        policy.conditions.iter().enumerate().filter_map(|(id, condition)| {
            let ConditionKind::ValueIn(value, set, reading) = &condition.kind else { return None };
            let date = dates.get(set.index()).copied().flatten()?;
            Some((value, *reading, date, denies.rule(id)?))
        })
    };
    let covered: HashSet<&ValueRef> =
        tested().filter(|&(_, reading, ..)| reading == Reading::All).map(|(value, ..)| value).collect();
    for (value, reading, date, rule) in tested() {
        if reading == Reading::Any && !covered.contains(value) {
            let shown = match value {
                ValueRef::Argument(name) => format!("{name}.value"),
                ValueRef::Result => "@result.value".to_owned(),
                ValueRef::Session => "@session.value".to_owned(),
            };
            sink.report(messages::date_deny_dodged(date, rule, &shown));
        }
    }
}

/// For every set, the first date that being in it depends on.
fn dates(policy: &Policy) -> Vec<Option<Origin>> {
    let mut dates: Vec<Option<Origin>> = Vec::with_capacity(policy.sets.len());
    for set in &policy.sets {
        let of = |id: SetId| dates.get(id.index()).copied().flatten();
        let date = match &set.kind {
            SetKind::Literal(literal) => {
                let elements =
                    policy.literals.get(literal.index()).map_or(&[][..], |literal| &literal.elements);
                let anything = elements.iter().any(|element| element.kind == ElementKind::Anything);
                let date = elements.iter().find(|element| matches!(element.kind, ElementKind::Datetime(_)));
                date.filter(|_| !anything).map(|element| element.origin)
            }
            SetKind::Meta(_) => None,
            SetKind::Let(set_let) => {
                policy.set_lets.get(set_let.index()).and_then(|set_let| of(set_let.body))
            }
            SetKind::Chain(SetOp::Minus, operands) => operands.first().and_then(|&first| of(first)),
            SetKind::Chain(_, operands) => operands.iter().find_map(|&operand| of(operand)),
        };
        dates.push(date);
    }
    dates
}
