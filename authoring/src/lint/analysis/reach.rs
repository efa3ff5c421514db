//! Which check rule a condition is part of, lets included, and under how many `not`.

use sqrt_compiler::ir::{Block, Condition, ConditionId, ConditionKind, Outcome, Policy, Rule};

/// Where a condition is used by a check rule.
#[derive(Debug, Clone, Copy)]
pub struct Use<'p> {
    /// The block of the rule.
    pub block: &'p Block,
    /// The rule.
    pub rule: &'p Rule,
    /// Whether the condition stands under an odd number of `not`.
    pub negated: bool,
}

impl Use<'_> {
    /// Whether calls are let through that would not be, if the condition held for more of them.
    pub fn permits(&self) -> bool {
        (self.rule.outcome == Outcome::Allow) != self.negated
    }
}

/// For every condition, its first use by a check rule.
#[derive(Debug)]
pub struct Reach<'p> {
    policy: &'p Policy,
    uses: Vec<Option<Use<'p>>>,
}

impl<'p> Reach<'p> {
    /// Follows the conditions of all check rules.
    pub fn new(policy: &'p Policy) -> Self {
        let mut reach = Reach { policy, uses: vec![None; policy.conditions.len()] };
        for block in &policy.blocks {
            for rule in &block.rules {
                if let Some(condition) = rule.condition {
                    reach.mark(condition, Use { block, rule, negated: false });
                }
            }
        }
        // What a condition is made of has a lower id.
        for (id, condition) in policy.conditions.iter().enumerate().rev() {
            let Some(found) = reach.uses.get(id).copied().flatten() else { continue };
            match &condition.kind {
                ConditionKind::And(operands) | ConditionKind::Or(operands) => {
                    operands.iter().for_each(|operand| reach.mark(*operand, found));
                }
                ConditionKind::Not(operand) => reach.mark(*operand, Use { negated: !found.negated, ..found }),
                ConditionKind::Let(instance) => {
                    if let Some(instance) = policy.let_instances.get(instance.index()) {
                        reach.mark(instance.body, found);
                    }
                }
                _ => {}
            }
        }
        reach
    }

    fn mark(&mut self, condition: ConditionId, found: Use<'p>) {
        if let Some(first) = self.uses.get_mut(condition.index())
            && first.is_none_or(|first| found.rule.id < first.rule.id)
        {
            *first = Some(found);
        }
    }

    /// The conditions that check rules use, each with its first use.
    pub fn used(&self) -> impl Iterator<Item = (&'p Condition, Use<'p>)> {
        let uses = self.uses.iter().copied();
        self.policy.conditions.iter().zip(uses).filter_map(|(condition, found)| Some((condition, found?)))
    }
}
