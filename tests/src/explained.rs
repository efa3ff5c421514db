//! Whether an explanation hangs together: what is recorded of a condition follows from what is recorded of its parts,
//! and the metadata that it shows leads to that with which the call ended.

mod metadata;

pub use metadata::{evidence_inconsistency, metadata_inconsistency};

use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::trace::{ConditionKind, ConditionTrace};
use std::collections::HashSet;

/// What is wrong with the explanation of the last call, which was decided, if anything is.
pub fn inconsistency(policy: &Policy, scratch: &Scratch) -> Option<String> {
    for block in scratch.trace(policy) {
        for rule in block.rules() {
            let place = format!("the rule at line {}", rule.rule().line());
            let Some(fired) = rule.fired() else { return Some(format!("{place} was not tested")) };
            match rule.condition() {
                Some(condition) if condition.outcome() != Some(fired) => {
                    return Some(format!(
                        "{place}: fired {fired}, and its condition {:?}",
                        condition.outcome()
                    ));
                }
                Some(condition) => {
                    if let Some(message) = in_condition(condition, true) {
                        return Some(format!("{place}: {message}"));
                    }
                }
                None if !fired => return Some(format!("{place} is always true and did not fire")),
                None => {}
            }
        }
        for (phase, condition) in block.updates() {
            if let Some(message) = in_condition(condition, false) {
                return Some(format!("{}: {message}", phase.name()));
            }
        }
    }
    None
}

/// Walks the condition, each let once. `steady` is where nothing is updated between tests.
fn in_condition(root: ConditionTrace<'_>, steady: bool) -> Option<String> {
    let mut seen = HashSet::new();
    let mut open = vec![root];
    while let Some(condition) = open.pop() {
        if !seen.insert(condition.number()) {
            continue;
        }
        let parts: Vec<_> = condition.parts().collect();
        let outcomes: Vec<_> = parts.iter().map(ConditionTrace::outcome).collect();
        if condition.outcome() != expected(condition.kind(), &outcomes, condition.outcome(), steady) {
            let (line, column) = condition.start();
            let (kind, outcome) = (condition.kind(), condition.outcome());
            return Some(format!("line {line}, column {column}: {kind:?} {outcome:?} of {outcomes:?}"));
        }
        open.extend(parts);
    }
    None
}

/// The outcome that follows from those of the parts, which were tested from left to right until it was known.
fn expected(kind: ConditionKind, parts: &[Option<bool>], own: Option<bool>, steady: bool) -> Option<bool> {
    match kind {
        ConditionKind::And => decided_by(parts, false),
        ConditionKind::Or => decided_by(parts, true),
        ConditionKind::Not => parts[0].map(|part| !part),
        // Where nothing is updated between tests, what it stands for is always known.
        ConditionKind::Let if own.is_some() && (steady || parts[0].is_some()) => parts[0],
        // What it stands for may have been tested where it is used elsewhere.
        _ => own,
    }
}

/// What a chain comes to that ends with the first part of this outcome: nothing if it was not tested at all.
fn decided_by(parts: &[Option<bool>], deciding: bool) -> Option<bool> {
    let tested = parts.iter().take_while(|part| part.is_some()).count();
    let first = parts.iter().position(|part| *part == Some(deciding));
    match first {
        Some(first) if tested == first + 1 => Some(deciding),
        None if tested == parts.len() => Some(!deciding),
        _ => None,
    }
}
