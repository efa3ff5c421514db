//! A label that is added under a condition read as in a deny rule, and that an allow rule asks for (S4.4).
//!
//! Then one element of a list that meets the condition earns the allow for all of them. There is no warning where the
//! condition does not depend on a value, since it then means the same in both readings.

use super::super::sink::Sink;
use super::reach::Reach;
use crate::diagnostics::blocks as messages;
use crate::ir::{
    ConditionId, ConditionKind, ElementKind, Field, Origin, Outcome, Policy, Reading, SetId, SetKind, SetOp,
    Stance, Statement, When,
};
use std::collections::{HashMap, HashSet};

/// The labels of one field that allow rules ask for, with the first such rule.
type Asked<'p> = HashMap<&'p str, Origin>;

pub(super) fn run(policy: &Policy, sink: &mut Sink) {
    let guarded: Vec<&When> = guarded(policy).collect();
    if guarded.is_empty() {
        return;
    }
    let on_values = on_values(policy);
    let depends = |condition: Option<ConditionId>| {
        condition.is_some_and(|condition| on_values.get(condition.index()).copied().unwrap_or(false))
    };
    for field in [Field::Tags, Field::Producers] {
        let asked = asked(policy, field);
        if asked.is_empty() {
            continue;
        }
        let labels = labels(policy, &asked);
        for when in guarded.iter().filter(|when| depends(when.as_deny)) {
            for (stance, update) in &when.updates {
                let label = labels.get(update.value.index()).copied().flatten();
                if let (Stance::Deny, true, Some((label, rule))) = (stance, update.field == field, label) {
                    let at = update.position.origin;
                    sink.report(messages::guarded_label_allows(at, label, when.origin, rule));
                }
            }
        }
    }
}

/// The guarded updates with a statement that is read as in a deny rule.
fn guarded(policy: &Policy) -> impl Iterator<Item = &When> {
    let blocks = policy.blocks.iter();
    let statements = blocks.flat_map(|block| block.before.iter().chain(&block.result).chain(&block.after));
    statements.filter_map(|statement| match statement {
        Statement::When(when) if when.as_deny.is_some() => Some(when),
        _ => None,
    })
}

/// For every condition, whether it depends on a value.
fn on_values(policy: &Policy) -> Vec<bool> {
    let mut found: Vec<bool> = Vec::with_capacity(policy.conditions.len());
    for condition in &policy.conditions {
        let of = |id: &ConditionId| found.get(id.index()).copied().unwrap_or(false);
        let depends = match &condition.kind {
            ConditionKind::ValueIn(..) | ConditionKind::ValuesEqual(..) => true,
            ConditionKind::And(operands) | ConditionKind::Or(operands) => operands.iter().any(of),
            ConditionKind::Not(operand) => of(operand),
            ConditionKind::Let(instance) => {
                policy.let_instances.get(instance.index()).is_some_and(|instance| of(&instance.body))
            }
            _ => false,
        };
        found.push(depends);
    }
    found
}

/// The labels that make some allow rule fire if they are there.
fn asked(policy: &Policy, field: Field) -> Asked<'_> {
    let allows = Reach::from_rules(policy, Outcome::Allow);
    let mut asked = Asked::new();
    let mut seen = HashSet::new();
    for (id, condition) in policy.conditions.iter().enumerate() {
        let Some(rule) = allows.rule(id) else { continue };
        match &condition.kind {
            // In an allow rule this is the reading of what does not stand under `not`.
            ConditionKind::Overlaps(meta, set, Reading::All)
            | ConditionKind::SupersetOf(meta, set, Reading::All)
            | ConditionKind::Equal(meta, set, Reading::All)
                if meta.field == field =>
            {
                collect(policy, *set, rule, &mut seen, &mut asked);
            }
            ConditionKind::TagIn(label, _, Reading::All) => {
                asked.entry(label).or_insert(rule);
            }
            _ => {}
        }
    }
    asked
}

/// Adds the strings of a set; each part of the policy once.
fn collect<'p>(
    policy: &'p Policy,
    set: SetId,
    rule: Origin,
    seen: &mut HashSet<SetId>,
    asked: &mut Asked<'p>,
) {
    let mut left = vec![set];
    while let Some(set) = left.pop() {
        if !seen.insert(set) {
            continue;
        }
        match policy.sets.get(set.index()).map(|set| &set.kind) {
            Some(SetKind::Literal(_)) => {
                for label in strings(policy, set) {
                    asked.entry(label).or_insert(rule);
                }
            }
            Some(SetKind::Let(set_let)) => left.extend(policy.set_lets.get(set_let.index()).map(|l| l.body)),
            Some(SetKind::Chain(SetOp::Minus, operands)) => left.extend(operands.first()),
            Some(SetKind::Chain(_, operands)) => left.extend(operands),
            Some(SetKind::Meta(_)) | None => {}
        }
    }
}

/// For every set, the first label in it that is asked for.
fn labels<'p>(policy: &'p Policy, asked: &Asked<'p>) -> Vec<Option<(&'p str, Origin)>> {
    let mut found: Vec<Option<(&str, Origin)>> = Vec::with_capacity(policy.sets.len());
    for (id, set) in policy.sets.iter().enumerate() {
        let of = |id: &SetId| found.get(id.index()).copied().flatten();
        let label = match &set.kind {
            SetKind::Literal(_) => {
                let id = SetId(u32::try_from(id).unwrap_or(u32::MAX));
                strings(policy, id).find_map(|label| asked.get(label).map(|&rule| (label, rule)))
            }
            SetKind::Meta(_) => None,
            SetKind::Let(set_let) => {
                policy.set_lets.get(set_let.index()).and_then(|set_let| of(&set_let.body))
            }
            SetKind::Chain(SetOp::Minus, operands) => operands.first().and_then(of),
            SetKind::Chain(_, operands) => operands.iter().find_map(of),
        };
        found.push(label);
    }
    found
}

/// The strings of a literal.
fn strings(policy: &Policy, set: SetId) -> impl Iterator<Item = &str> {
    let literal = match policy.sets.get(set.index()).map(|set| &set.kind) {
        Some(SetKind::Literal(literal)) => policy.literals.get(literal.index()),
        _ => None,
    };
    literal.into_iter().flat_map(|literal| &literal.elements).filter_map(|element| match &element.kind {
        ElementKind::String(text) => Some(text.as_str()),
        _ => None,
    })
}
