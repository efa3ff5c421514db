//! Denies that an absent argument dodges (S3.7, S4.4): the rule does not fire where the argument is not there, and the schema of the
//! tool says that it need not be.
//!
//! An absent value is in no set, so a deny on what a value *is* is dodged, and one on what it *is not* fires. Whether that matters
//! shows where the schema has a `default`: then the tool goes on as if the value had been given.

use super::uses::Mention;
use super::{Fit, Problem, Scope, Value};
use crate::tools::domain::{Domain, of_value};
use crate::tools::membership::Truth;
use sqrt_compiler::ir::{
    Block, ConditionId, ConditionKind, Enforcement, Origin, Outcome, Policy, Reading, Rule, SetId, ValueRef,
};
use std::collections::{BTreeMap, BTreeSet};

/// The denies of a block that absent arguments dodge: each rule and argument once.
pub(super) fn problems(
    fit: &mut Fit<'_>,
    scope: &Scope<'_>,
    tools: &[usize],
    mentions: &[Mention<'_>],
) -> Vec<Problem> {
    let names: BTreeSet<&str> =
        mentions.iter().filter(|mention| mention.value_in.is_some()).map(|mention| mention.name).collect();
    let denied: BTreeSet<&str> =
        names.iter().copied().filter(|name| is_denied(fit.policy, scope.block, name)).collect();
    let mut problems = Vec::new();
    for rule in scope.block.rules.iter().filter(|rule| rule.outcome == Outcome::Deny) {
        let Some(condition) = rule.condition else { continue };
        let below = below(fit.policy, condition);
        fit.left = fit.left.saturating_sub(below.len());
        if fit.left == 0 {
            return problems;
        }
        for name in names.iter().filter(|name| !denied.contains(*name)) {
            let Some((at, set)) = asked(fit.policy, &below, name) else { continue };
            if holds(fit.policy, &below, condition, name) != Truth::Never {
                continue;
            }
            let Some(tool) = tools.iter().copied().find(|&tool| is_optional(fit, tool, name)) else {
                continue;
            };
            if let Value::Of(argument) = &*fit.value(tool, name)
                && fit.membership.of_set(&argument.domain, set) == Truth::Never
            {
                continue;
            }
            let default_is_denied = match default(fit, tool, name) {
                None => false,
                Some(default) => match fit.membership.of_set(&default, set) {
                    Truth::Always => true,
                    // What the tool does then is nothing that the rule denies, as far as can be told.
                    Truth::Never | Truth::Unknown => continue,
                },
            };
            problems.push(Problem::DodgedByAbsence {
                rule: rule.id,
                block: scope.id,
                name: (*name).to_owned(),
                at,
                tool: fit.names(&[tool]),
                default_is_denied,
            });
        }
    }
    problems
}

/// Whether a block denies every call without the argument by another rule: by a deny that always fires then, or by a requirement that
/// nothing meets then (S6.3).
fn is_denied(policy: &Policy, block: &Block, name: &str) -> bool {
    let fires = |rule: &Rule| match rule.condition {
        None => Truth::Always,
        Some(condition) => holds(policy, &below(policy, condition), condition, name),
    };
    let (mut required, mut met, mut softer) = (false, false, false);
    for rule in &block.rules {
        match (rule.outcome, rule.enforcement) {
            (Outcome::Deny, Enforcement::Must) if fires(rule) == Truth::Always => return true,
            (Outcome::Deny, _) => {}
            (Outcome::Allow, Enforcement::Must) => {
                required = true;
                met |= fires(rule) != Truth::Never;
            }
            (Outcome::Allow, Enforcement::Should) => softer = true,
        }
    }
    required && !met && !softer
}

fn is_optional(fit: &Fit<'_>, tool: usize, name: &str) -> bool {
    let argument = fit.tool(tool).and_then(|tool| tool.argument(name));
    argument.is_some_and(|argument| !argument.required)
}

/// What an absent argument counts as.
fn default(fit: &Fit<'_>, tool: usize, name: &str) -> Option<Domain> {
    let tool = fit.tool(tool)?;
    let argument = tool.argument(name)?;
    tool.schemas_of(argument).find_map(|schema| schema.default.as_ref()).map(of_value)
}

/// The conditions that a condition is made of and itself: children before parents.
fn below(policy: &Policy, condition: ConditionId) -> BTreeSet<ConditionId> {
    let (mut found, mut open) = (BTreeSet::from([condition]), vec![condition]);
    while let Some(id) = open.pop() {
        let mut add = |part: ConditionId| open.extend(found.insert(part).then_some(part));
        match policy.conditions.get(id.index()).map(|condition| &condition.kind) {
            Some(ConditionKind::And(parts) | ConditionKind::Or(parts)) => {
                parts.iter().for_each(|&part| add(part))
            }
            Some(ConditionKind::Not(part)) => add(*part),
            Some(ConditionKind::Let(instance)) => {
                policy
                    .let_instances
                    .get(instance.index())
                    .into_iter()
                    .for_each(|instance| add(instance.body));
            }
            _ => {}
        }
    }
    found
}

/// Where the value of an argument is looked for in a set, and that set: the first such place.
fn asked(policy: &Policy, below: &BTreeSet<ConditionId>, name: &str) -> Option<(Origin, SetId)> {
    let conditions = below.iter().filter_map(|id| policy.conditions.get(id.index()));
    let mut asked = conditions.filter_map(|condition| match &condition.kind {
        ConditionKind::ValueIn(ValueRef::Argument(own), set, _) if own == name => {
            Some((condition.origin, *set))
        }
        _ => None,
    });
    asked.next()
}

/// Whether a condition holds in every call without the argument `name`, or in none.
fn holds(policy: &Policy, below: &BTreeSet<ConditionId>, condition: ConditionId, name: &str) -> Truth {
    let is_absent = |value: &ValueRef| matches!(value, ValueRef::Argument(own) if own == name);
    let mut known: BTreeMap<ConditionId, Truth> = BTreeMap::new();
    for &id in below {
        let of = |id: &ConditionId| known.get(id).copied().unwrap_or(Truth::Unknown);
        let truth = match policy.conditions.get(id.index()).map(|condition| &condition.kind) {
            Some(ConditionKind::Constant(value)) => Truth::of(*value),
            Some(ConditionKind::And(parts)) => parts.iter().map(of).fold(Truth::Always, Truth::and),
            Some(ConditionKind::Or(parts)) => parts.iter().map(of).fold(Truth::Never, Truth::or),
            Some(ConditionKind::Not(part)) => of(part).not(),
            Some(ConditionKind::Let(instance)) => {
                let instance = policy.let_instances.get(instance.index());
                instance.map_or(Truth::Unknown, |instance| of(&instance.body))
            }
            Some(ConditionKind::ValueIn(value, _, reading)) if is_absent(value) => {
                Truth::of(*reading == Reading::AnyOrNone)
            }
            Some(ConditionKind::ValuesEqual(left, right, reading)) if is_absent(left) || is_absent(right) => {
                Truth::of(*reading == Reading::AnyOrNone)
            }
            _ => Truth::Unknown,
        };
        known.insert(id, truth);
    }
    known.get(&condition).copied().unwrap_or(Truth::Unknown)
}
