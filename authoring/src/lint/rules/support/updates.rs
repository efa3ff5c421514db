//! Updates of a block, and what they look at.

use crate::lint::Context;
use sqrt_compiler::ir::{
    Block, ConditionId, ConditionKind, MetaRef, MetaSource, Policy, SetId, SetKind, Statement,
};
use std::collections::HashSet;

/// The statements of a block by phases, each with whose metadata they update.
pub(in crate::lint::rules) fn phases(block: &Block) -> [(MetaSource, &[Statement]); 3] {
    [
        (MetaSource::Session, &block.before),
        (MetaSource::Result, &block.result),
        (MetaSource::Session, &block.after),
    ]
}

/// What statements look at.
pub(in crate::lint::rules) struct Reads<'c, 'p> {
    context: &'c Context<'p>,
    policy: &'p Policy,
}

impl<'c, 'p> Reads<'c, 'p> {
    pub(in crate::lint::rules) fn new(context: &'c Context<'p>) -> Self {
        Self { context, policy: context.policy }
    }

    /// Whether a statement looks at a metadata set, or nothing can be told any more.
    pub(in crate::lint::rules) fn in_statement(&self, statement: &Statement, meta: &MetaRef) -> bool {
        match statement {
            Statement::Update(update) => self.in_set(update.value, meta),
            Statement::When(when) => {
                let conditions = when.as_deny.into_iter().chain(when.as_allow);
                conditions.into_iter().any(|condition| self.in_condition(condition, meta))
                    || when.updates.iter().any(|(_, update)| self.in_set(update.value, meta))
            }
        }
    }

    fn in_set(&self, set: SetId, meta: &MetaRef) -> bool {
        let mut seen = HashSet::new();
        let mut left = vec![set];
        while let Some(set) = left.pop() {
            if !self.context.may_look() {
                return true;
            }
            if !seen.insert(set) {
                continue;
            }
            match self.policy.sets.get(set.index()).map(|set| &set.kind) {
                Some(SetKind::Meta(found)) if found == meta => return true,
                Some(SetKind::Chain(_, operands)) => left.extend(operands),
                Some(SetKind::Let(set_let)) => {
                    left.extend(self.policy.set_lets.get(set_let.index()).map(|set_let| set_let.body));
                }
                Some(SetKind::Meta(_) | SetKind::Literal(_)) | None => {}
            }
        }
        false
    }

    fn in_condition(&self, condition: ConditionId, meta: &MetaRef) -> bool {
        let mut seen = HashSet::new();
        let mut left = vec![condition];
        while let Some(condition) = left.pop() {
            if !self.context.may_look() {
                return true;
            }
            if !seen.insert(condition) {
                continue;
            }
            match self.policy.conditions.get(condition.index()).map(|condition| &condition.kind) {
                Some(ConditionKind::And(operands) | ConditionKind::Or(operands)) => left.extend(operands),
                Some(ConditionKind::Not(operand)) => left.push(*operand),
                Some(ConditionKind::Let(instance)) => {
                    left.extend(
                        self.policy.let_instances.get(instance.index()).map(|instance| instance.body),
                    );
                }
                Some(
                    ConditionKind::Overlaps(found, set, _)
                    | ConditionKind::SubsetOf(found, set, _)
                    | ConditionKind::SupersetOf(found, set, _)
                    | ConditionKind::Equal(found, set, _),
                ) => {
                    if found == meta || self.in_set(*set, meta) {
                        return true;
                    }
                }
                Some(ConditionKind::IsEmpty(found) | ConditionKind::IsUniversal(found)) => {
                    if found == meta {
                        return true;
                    }
                }
                Some(
                    ConditionKind::ValueIn(_, set, _)
                    | ConditionKind::LiteralIn(_, set, _)
                    | ConditionKind::TagIn(_, set, _)
                    | ConditionKind::SetIsUniversal(set, _),
                ) => {
                    if self.in_set(*set, meta) {
                        return true;
                    }
                }
                Some(ConditionKind::Constant(_) | ConditionKind::ValuesEqual(..)) | None => {}
            }
        }
        false
    }
}
