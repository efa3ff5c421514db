//! Which rules a condition is part of, lets included.

use crate::ir::{ConditionKind, Origin, Outcome, Policy, Rule};

/// For every condition, the first of the rules of one outcome that it is part of, as a number in source order.
pub(super) struct Reach<'p> {
    rules: Vec<&'p Rule>,
    first: Vec<Option<usize>>,
}

impl<'p> Reach<'p> {
    /// Follows the conditions of all rules of an outcome.
    pub(super) fn from_rules(policy: &'p Policy, outcome: Outcome) -> Self {
        let all = policy.blocks.iter().flat_map(|block| &block.rules);
        let rules: Vec<&Rule> = all.filter(|rule| rule.outcome == outcome).collect();
        let mut reach = Reach { first: vec![None; policy.conditions.len()], rules };
        for number in 0..reach.rules.len() {
            if let Some(condition) = reach.rules.get(number).and_then(|rule| rule.condition) {
                reach.mark(condition.index(), number);
            }
        }
        // What a condition is made of has a lower id.
        for (id, condition) in policy.conditions.iter().enumerate().rev() {
            let Some(number) = reach.number(id) else { continue };
            match &condition.kind {
                ConditionKind::And(operands) | ConditionKind::Or(operands) => {
                    operands.iter().for_each(|operand| reach.mark(operand.index(), number));
                }
                ConditionKind::Not(operand) => reach.mark(operand.index(), number),
                ConditionKind::Let(instance) => {
                    if let Some(instance) = policy.let_instances.get(instance.index()) {
                        reach.mark(instance.body.index(), number);
                    }
                }
                _ => {}
            }
        }
        reach
    }

    fn number(&self, condition: usize) -> Option<usize> {
        self.first.get(condition).copied().flatten()
    }

    fn mark(&mut self, condition: usize, number: usize) {
        if let Some(first) = self.first.get_mut(condition) {
            *first = Some(first.map_or(number, |known| known.min(number)));
        }
    }

    /// The first rule that a condition is part of, if there is one.
    pub(super) fn rule(&self, condition: usize) -> Option<Origin> {
        self.rules.get(self.number(condition)?).map(|rule| rule.position.origin)
    }
}
