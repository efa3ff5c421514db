//! The tables of the policy under construction, and what is known of each set beside what the policy records.

use crate::ir::{
    Condition, ConditionId, ConditionKind, Element, LiteralId, Origin, Pattern, PatternId, Policy, SetExpr,
    SetId, SetKind, SetLiteral, SetOp,
};
use sqrt_vm::keyed::QuickHash;
use std::collections::HashMap;

/// The tables.
pub(super) struct Tables {
    pub(super) policy: Policy,
    /// How many conditions and set expressions there may be.
    limit: usize,
    /// The first of them beyond the limit. It and the later ones are not in the tables, which bounds their memory.
    beyond: Option<Origin>,
    /// For every set of the policy; `None` for nothing of note, which is so for most of them.
    facts: Vec<Option<Box<Facts>>>,
    patterns: HashMap<Pattern, PatternId, QuickHash>,
}

/// What a set expression has in it: the first place of each, inside lets too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Metadata.
    pub(super) metadata: Option<Origin>,
    /// A pattern, anywhere.
    pub(super) pattern: Option<Origin>,
    /// A pattern that the expression holds (S5.3).
    pub(super) held: Option<Origin>,
    /// A number, bool or date, with what it is.
    pub(super) non_string: Option<(&'static str, Origin)>,
    /// `str "*"`
    pub(super) star_string: Option<Origin>,
    /// `w"*"`
    pub(super) star_pattern: Option<Origin>,
    /// `"*"`
    pub(super) anything: Option<Origin>,
}

impl Facts {
    /// What both have in them; `held` stays as it is.
    fn join(&mut self, other: Facts) {
        self.metadata = self.metadata.or(other.metadata);
        self.pattern = self.pattern.or(other.pattern);
        self.non_string = self.non_string.or(other.non_string);
        self.star_string = self.star_string.or(other.star_string);
        self.star_pattern = self.star_pattern.or(other.star_pattern);
        self.anything = self.anything.or(other.anything);
    }

    /// Adds what an element of a literal has in it; a pattern in it is one that the literal holds.
    pub(super) fn add_element(&mut self, element: Facts) {
        self.join(element);
        self.held = self.pattern;
    }
}

/// The id of what is in no table, so that nothing is known of it and nothing more reported.
const NOWHERE: u32 = u32::MAX;

/// The id of the next entry of a table. Sources are far too short for more entries than an id can count.
pub(super) fn next_id(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Tables {
    /// Empty tables for so many conditions and set expressions.
    pub(super) fn new(limit: usize) -> Self {
        Tables {
            policy: Policy::default(),
            limit,
            beyond: None,
            facts: Vec::new(),
            patterns: HashMap::default(),
        }
    }

    /// The first condition or set expression beyond the limit, with which the policy is not to be used.
    pub(super) fn beyond(&self) -> Option<Origin> {
        self.beyond
    }

    /// Whether there is room for one more condition or set expression.
    fn has_room(&mut self, origin: Origin) -> bool {
        let count = self.policy.conditions.len().saturating_add(self.policy.sets.len());
        if count >= self.limit {
            self.beyond.get_or_insert(origin);
        }
        count < self.limit
    }

    /// Adds a condition. Beyond the limit its id is [`NOWHERE`].
    pub(super) fn condition(&mut self, kind: ConditionKind, origin: Origin) -> ConditionId {
        if !self.has_room(origin) {
            return ConditionId(NOWHERE);
        }
        let id = ConditionId(next_id(self.policy.conditions.len()));
        self.policy.conditions.push(Condition { kind, origin });
        id
    }

    pub(super) fn facts(&self, set: SetId) -> Facts {
        self.facts.get(set.index()).and_then(Option::as_deref).copied().unwrap_or_default()
    }

    pub(super) fn set_expr(&self, set: SetId) -> Option<&SetExpr> {
        self.policy.sets.get(set.index())
    }

    /// Adds a set expression. Beyond the limit its id is [`NOWHERE`].
    pub(super) fn set(&mut self, kind: SetKind, facts: Facts, origin: Origin) -> SetId {
        if !self.has_room(origin) {
            return SetId(NOWHERE);
        }
        let id = SetId(next_id(self.policy.sets.len()));
        self.policy.sets.push(SetExpr {
            kind,
            origin,
            has_pattern: facts.pattern.is_some(),
            holds_pattern: facts.held.is_some(),
            has_metadata: facts.metadata.is_some(),
            has_non_strings: facts.non_string.is_some(),
        });
        self.facts.push((facts != Facts::default()).then(|| Box::new(facts)));
        id
    }

    /// Adds a literal of elements that are known already.
    pub(super) fn literal(&mut self, elements: Vec<Element>, facts: Facts, origin: Origin) -> SetId {
        let id = LiteralId(next_id(self.policy.literals.len()));
        self.policy.literals.push(SetLiteral { elements });
        self.set(SetKind::Literal(id), facts, origin)
    }

    /// Adds a chain of one operator.
    pub(super) fn chain(&mut self, op: SetOp, operands: Vec<SetId>, origin: Origin) -> SetId {
        let mut facts = Facts::default();
        operands.iter().for_each(|&operand| facts.join(self.facts(operand)));
        let held = |operand: &SetId| self.facts(*operand).held;
        facts.held = match op {
            SetOp::Union | SetOp::Xor => operands.iter().find_map(held),
            SetOp::Intersect if operands.iter().all(|operand| held(operand).is_some()) => {
                operands.first().and_then(held)
            }
            SetOp::Intersect => None,
            SetOp::Minus => operands.first().and_then(held),
        };
        self.set(SetKind::Chain(op, operands), facts, origin)
    }

    /// The id of a pattern; equal ones have one id. What parsing it gave is kept if it is there.
    pub(super) fn pattern(
        &mut self,
        pattern: Pattern,
        parsed: Option<sqrt_vm::pattern::Pattern>,
    ) -> PatternId {
        if let Some(&id) = self.patterns.get(&pattern) {
            return id;
        }
        let id = PatternId(next_id(self.policy.patterns.len()));
        self.policy.patterns.push(pattern.clone());
        self.policy.parsed.push(parsed);
        self.patterns.insert(pattern, id);
        id
    }
}
