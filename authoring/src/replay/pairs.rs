//! Which rule of the new policy is which of the old one, so that a rule that has merely moved in its file is not taken for
//! another one.

use std::collections::HashMap;

use sqrt_vm::policy::Policy;

use super::report::rule_texts;

/// For each rule of the old policy the same rule of the new one, if that has it.
#[derive(Debug, Clone, Default)]
pub struct RulePairs(Vec<Option<u32>>);

impl RulePairs {
    /// Pairs that were found by a comparison of the policies: at each place the number of the rule in the new policy.
    pub fn new(pairs: Vec<Option<u32>>) -> RulePairs {
        RulePairs(pairs)
    }

    /// Pairs of rules that look the same: the same tool, the same kind and description, the first with the first and so on. For
    /// compiled policies, whose texts are not there.
    pub fn by_looks(old: &Policy, new: &Policy) -> RulePairs {
        let looks = |policy| {
            let mut counts = HashMap::new();
            let rules = rule_texts(policy).into_iter().map(move |rule| {
                let look = (rule.tool_id.clone(), rule.rule, rule.description.clone());
                let turn = counts.entry(look.clone()).or_insert(0_u32);
                *turn = turn.saturating_add(1);
                (look, *turn)
            });
            rules.collect::<Vec<_>>()
        };
        let numbers: HashMap<_, u32> = looks(new).into_iter().zip(0..).collect();
        RulePairs(looks(old).iter().map(|look| numbers.get(look).copied()).collect())
    }

    /// The same, with the rules that were not looked at, which are those of presets, by their looks.
    #[must_use]
    pub fn completed(mut self, old: &Policy, new: &Policy) -> RulePairs {
        let RulePairs(by_looks) = RulePairs::by_looks(old, new);
        self.0.extend(by_looks.into_iter().skip(self.0.len()));
        self
    }

    /// Whether a rule of the old policy and one of the new are the same.
    pub(super) fn are_one(&self, old: u32, new: u32) -> bool {
        self.0.get(old as usize).copied().flatten() == Some(new)
    }
}
