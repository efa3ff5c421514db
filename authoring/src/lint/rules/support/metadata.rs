//! Which elements stand in sets over metadata, where a pattern and a text that it matches are not the same (S5.4).

use super::phases;
use crate::lint::Context;
use sqrt_compiler::ir::{ConditionKind, Origin, SetId, SetKind, Statement};
use std::collections::HashSet;

/// The places of all elements of sets that metadata is compared with, or made of.
pub(in crate::lint::rules) fn elements_among_metadata(context: &Context<'_>) -> HashSet<Origin> {
    let policy = context.policy;
    let mut left: Vec<SetId> = Vec::new();
    for condition in &policy.conditions {
        match &condition.kind {
            ConditionKind::Overlaps(_, set, _)
            | ConditionKind::SubsetOf(_, set, _)
            | ConditionKind::SupersetOf(_, set, _)
            | ConditionKind::Equal(_, set, _)
            | ConditionKind::TagIn(_, set, _)
            | ConditionKind::SetIsUniversal(set, _) => left.push(*set),
            ConditionKind::ValueIn(_, set, _) if context.set(*set).is_some_and(|set| set.has_metadata) => {
                left.push(*set)
            }
            _ => {}
        }
    }
    for (_, statement) in policy.blocks.iter().flat_map(|block| {
        phases(block)
            .into_iter()
            .flat_map(|(source, statements)| statements.iter().map(move |s| (source.clone(), s)))
    }) {
        match statement {
            Statement::Update(update) => left.push(update.value),
            Statement::When(when) => left.extend(when.updates.iter().map(|(_, update)| update.value)),
        }
    }
    let mut seen = HashSet::new();
    let mut found = HashSet::new();
    while let Some(set) = left.pop() {
        if !seen.insert(set) {
            continue;
        }
        match context.set(set).map(|set| &set.kind) {
            Some(SetKind::Literal(literal)) => {
                let elements =
                    policy.literals.get(literal.index()).into_iter().flat_map(|literal| &literal.elements);
                found.extend(elements.map(|element| element.origin));
            }
            Some(SetKind::Let(set_let)) => {
                left.extend(policy.set_lets.get(set_let.index()).map(|set_let| set_let.body))
            }
            Some(SetKind::Chain(_, operands)) => left.extend(operands),
            Some(SetKind::Meta(_)) | None => {}
        }
    }
    found
}
