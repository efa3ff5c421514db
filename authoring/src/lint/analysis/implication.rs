//! Whether a condition follows from another one, by what they are made of.
//!
//! Invariants: only what holds for every call is claimed; each question takes a bounded number of steps and a bounded depth,
//! beyond which nothing is claimed.

use super::elements::Sets;
use sqrt_compiler::ir::{
    Condition, ConditionId, ConditionKind, LetInstance, MetaRef, Policy, Reading, SetId, SetKind, SetOp,
};
use std::collections::HashMap;

/// So many pairs of conditions are compared for one question.
const STEPS: u32 = 400;
/// So many steps are taken for one policy.
const ALL_STEPS: u32 = 20_000_000;
/// So deep conditions are followed.
const DEPTH: u32 = 40;

/// Answers questions about the conditions of a policy.
#[derive(Debug)]
pub struct Prover<'p> {
    policy: &'p Policy,
    /// What can be in sets.
    pub sets: Sets<'p>,
    /// For every set, the number of those that are written alike.
    alike: Vec<u32>,
    steps: u32,
    /// Of those for the policy, how many are left.
    all_steps: u32,
    /// Whether only calls are looked at whose values are single ones, for which all readings are the same.
    single_values: bool,
}

impl<'p> Prover<'p> {
    /// Numbers the sets.
    pub fn new(policy: &'p Policy) -> Self {
        Self {
            policy,
            sets: Sets::new(policy),
            alike: alike(policy),
            steps: 0,
            all_steps: ALL_STEPS,
            single_values: false,
        }
    }

    /// Whether two sets are written alike, lets put in, and so are the same.
    pub fn same_set(&self, a: SetId, b: SetId) -> bool {
        let of = |set: SetId| self.alike.get(set.index());
        a == b || (of(a).is_some() && of(a) == of(b))
    }

    /// Whether the second condition certainly holds whenever the first does; no condition is `always`.
    pub fn implies(&mut self, a: Option<ConditionId>, b: Option<ConditionId>) -> bool {
        self.steps = STEPS;
        match (a, b) {
            (_, None) => true,
            (None, Some(b)) => self.holds_always(b, DEPTH),
            (Some(a), Some(b)) => self.follows(a, b, DEPTH),
        }
    }

    /// Whether a condition certainly never holds.
    pub fn is_impossible(&mut self, condition: ConditionId) -> bool {
        self.steps = STEPS;
        self.never(condition, DEPTH)
    }

    /// Whether a condition certainly always holds.
    pub fn is_always(&mut self, condition: ConditionId) -> bool {
        self.steps = STEPS;
        self.holds_always(condition, DEPTH)
    }

    /// Whether two conditions certainly never hold together.
    pub fn excludes(&mut self, a: ConditionId, b: ConditionId) -> bool {
        self.steps = STEPS;
        self.apart(a, b, DEPTH)
    }

    /// Asks about calls whose values are single ones: no lists, no objects, nothing missing (S4.4).
    pub fn for_single_values<T>(&mut self, ask: impl FnOnce(&mut Self) -> T) -> T {
        self.single_values = true;
        let answer = ask(self);
        self.single_values = false;
        answer
    }

    /// Whether a condition on values that holds in the first reading holds in the second one, too (S4.4).
    fn reads_as(&self, first: Reading, second: Reading) -> bool {
        self.single_values || first == second || first == Reading::All || second == Reading::AnyOrNone
    }

    fn condition(&self, id: ConditionId) -> Option<&'p Condition> {
        self.policy.conditions.get(id.index())
    }

    /// A condition with lets put in, in some steps.
    fn opened(&self, mut id: ConditionId) -> Option<(ConditionId, &'p ConditionKind)> {
        for _ in 0..DEPTH {
            let kind = &self.condition(id)?.kind;
            let ConditionKind::Let(instance) = kind else { return Some((id, kind)) };
            let LetInstance { body, .. } = self.policy.let_instances.get(instance.index())?;
            id = *body;
        }
        None
    }

    fn step(&mut self, depth: u32) -> Option<u32> {
        self.all_steps = self.all_steps.checked_sub(1)?;
        self.steps = self.steps.checked_sub(1)?;
        depth.checked_sub(1)
    }

    fn follows(&mut self, a: ConditionId, b: ConditionId, depth: u32) -> bool {
        let Some(depth) = self.step(depth) else { return false };
        if a == b {
            return true;
        }
        let (Some((a, left)), Some((b, right))) = (self.opened(a), self.opened(b)) else { return false };
        if a == b {
            return true;
        }
        use ConditionKind as C;
        match (left, right) {
            (C::Constant(false), _) | (_, C::Constant(true)) => true,
            (C::Or(operands), _) => operands.iter().all(|&operand| self.follows(operand, b, depth)),
            (_, C::And(operands)) => operands.iter().all(|&operand| self.follows(a, operand, depth)),
            (C::And(operands), _) if operands.iter().any(|&operand| self.follows(operand, b, depth)) => true,
            (_, C::Or(operands)) => operands.iter().any(|&operand| self.follows(a, operand, depth)),
            (C::Not(a), C::Not(b)) => self.follows(*b, *a, depth),
            (left, right) => self.comparison_follows(left, right),
        }
    }

    fn comparison_follows(&mut self, left: &ConditionKind, right: &ConditionKind) -> bool {
        use ConditionKind as C;
        match (left, right) {
            (C::ValueIn(v, a, r), C::ValueIn(w, b, s)) => {
                v == w && self.reads_as(*r, *s) && self.within(*a, *b)
            }
            (C::ValuesEqual(a, b, r), C::ValuesEqual(c, d, s)) => {
                self.reads_as(*r, *s) && ((a == c && b == d) || (a == d && b == c))
            }
            (C::TagIn(t, a, r), C::TagIn(u, b, s)) => {
                t == u && self.reads_as(*r, *s) && self.same_set(*a, *b)
            }
            (C::Overlaps(m, a, r), C::Overlaps(n, b, s)) | (C::SubsetOf(m, a, r), C::SubsetOf(n, b, s)) => {
                m == n && self.reads_as(*r, *s) && self.within_metadata(*a, *b)
            }
            (C::SupersetOf(m, a, r), C::SupersetOf(n, b, s)) => {
                m == n && self.reads_as(*r, *s) && self.within_metadata(*b, *a)
            }
            (C::Equal(m, a, r), C::Equal(n, b, s)) => {
                m == n && self.reads_as(*r, *s) && self.same_set(*a, *b)
            }
            (C::IsEmpty(m), C::IsEmpty(n)) | (C::IsUniversal(m), C::IsUniversal(n)) => m == n,
            _ => false,
        }
    }

    fn within(&mut self, a: SetId, b: SetId) -> bool {
        self.same_set(a, b) || self.sets.within(a, b)
    }

    /// As [`Self::within`]; `"*"` among metadata is the universal set and not an element, so only strings are compared.
    fn within_metadata(&mut self, a: SetId, b: SetId) -> bool {
        self.same_set(a, b) || (!self.has_pattern(a) && !self.has_pattern(b) && self.sets.within(a, b))
    }

    fn has_pattern(&self, set: SetId) -> bool {
        self.policy.sets.get(set.index()).is_none_or(|set| set.has_pattern)
    }

    fn never(&mut self, id: ConditionId, depth: u32) -> bool {
        let Some(depth) = self.step(depth) else { return false };
        let Some((_, kind)) = self.opened(id) else { return false };
        match kind {
            ConditionKind::Constant(value) => !value,
            ConditionKind::Or(operands) => operands.iter().all(|&operand| self.never(operand, depth)),
            ConditionKind::Not(operand) => self.holds_always(*operand, depth),
            ConditionKind::And(operands) => {
                operands.iter().any(|&operand| self.never(operand, depth))
                    || self.clash(operands, depth).is_some()
            }
            ConditionKind::ValueIn(_, set, Reading::Any | Reading::All) => self.empty(*set, depth),
            ConditionKind::Overlaps(_, set, _) | ConditionKind::TagIn(_, set, _) => self.empty(*set, depth),
            _ => false,
        }
    }

    fn holds_always(&mut self, id: ConditionId, depth: u32) -> bool {
        let Some(depth) = self.step(depth) else { return false };
        let Some((_, kind)) = self.opened(id) else { return false };
        match kind {
            ConditionKind::Constant(value) => *value,
            ConditionKind::And(operands) => operands.iter().all(|&operand| self.holds_always(operand, depth)),
            ConditionKind::Or(operands) => {
                operands.iter().any(|&operand| self.holds_always(operand, depth))
                    || self.exhausts(operands, depth)
            }
            ConditionKind::Not(operand) => self.never(*operand, depth),
            ConditionKind::SupersetOf(_, set, _) => self.empty(*set, depth),
            ConditionKind::SubsetOf(_, set, _) => self.sets.is_everything(*set),
            _ => false,
        }
    }

    /// Whether some of these conditions certainly holds, as one is the opposite of another one.
    pub fn is_exhaustive(&mut self, operands: &[ConditionId]) -> bool {
        self.steps = STEPS;
        self.exhausts(operands, DEPTH)
    }

    fn exhausts(&mut self, operands: &[ConditionId], depth: u32) -> bool {
        operands.iter().take(32).any(|&a| {
            let Some((_, ConditionKind::Not(inner))) = self.opened(a) else { return false };
            operands.iter().take(32).any(|&b| self.follows(*inner, b, depth))
        })
    }

    /// The first two of these conditions that certainly never hold together.
    pub fn first_clash(&mut self, operands: &[ConditionId]) -> Option<(ConditionId, ConditionId)> {
        self.steps = STEPS;
        self.clash(operands, DEPTH)
    }

    fn clash(&mut self, operands: &[ConditionId], depth: u32) -> Option<(ConditionId, ConditionId)> {
        for (index, &a) in operands.iter().enumerate().take(32) {
            for &b in operands.iter().skip(index.saturating_add(1)).take(32) {
                if self.apart(a, b, depth) {
                    return Some((a, b));
                }
            }
        }
        None
    }

    fn apart(&mut self, a: ConditionId, b: ConditionId, depth: u32) -> bool {
        let Some(depth) = self.step(depth) else { return false };
        let (Some((a, left)), Some((b, right))) = (self.opened(a), self.opened(b)) else { return false };
        use ConditionKind as C;
        match (left, right) {
            (C::Not(inner), _) if self.follows(b, *inner, depth) => true,
            (_, C::Not(inner)) if self.follows(a, *inner, depth) => true,
            // All leaves are in both sets, and there is one.
            (C::ValueIn(v, s, r), C::ValueIn(w, t, q)) if v == w => {
                let both = *r == Reading::All && *q == Reading::All;
                let present = *r != Reading::AnyOrNone && *q != Reading::AnyOrNone;
                (both || (self.single_values && present)) && self.sets.disjoint(*s, *t)
            }
            // No label is in the empty set.
            (C::IsEmpty(m), C::Overlaps(n, ..)) | (C::Overlaps(n, ..), C::IsEmpty(m)) => m == n,
            (C::IsEmpty(m), C::IsUniversal(n)) | (C::IsUniversal(n), C::IsEmpty(m)) => m == n,
            (C::IsEmpty(m), C::TagIn(_, set, _)) | (C::TagIn(_, set, _), C::IsEmpty(m)) => {
                self.is_meta(*set, m)
            }
            _ => false,
        }
    }

    /// Whether a set is just this metadata.
    fn is_meta(&self, set: SetId, meta: &MetaRef) -> bool {
        matches!(self.policy.sets.get(set.index()).map(|set| &set.kind), Some(SetKind::Meta(found)) if found == meta)
    }

    /// Whether nothing can be in a set.
    pub fn is_empty_set(&mut self, set: SetId) -> bool {
        self.steps = STEPS;
        self.empty(set, DEPTH)
    }

    fn empty(&mut self, set: SetId, depth: u32) -> bool {
        let Some(depth) = self.step(depth) else { return false };
        match self.policy.sets.get(set.index()).map(|set| &set.kind) {
            Some(SetKind::Literal(literal)) => {
                self.policy.literals.get(literal.index()).is_some_and(|literal| literal.elements.is_empty())
            }
            Some(SetKind::Let(set_let)) => {
                let body = self.policy.set_lets.get(set_let.index()).map(|set_let| set_let.body);
                body.is_some_and(|body| self.empty(body, depth))
            }
            Some(SetKind::Chain(op, operands)) => self.empty_chain(*op, operands, depth),
            Some(SetKind::Meta(_)) | None => false,
        }
    }

    fn empty_chain(&mut self, op: SetOp, operands: &[SetId], depth: u32) -> bool {
        let Some((&first, rest)) = operands.split_first() else { return false };
        match op {
            SetOp::Union => {
                operands.iter().take(32).all(|&set| self.empty(set, depth)) && operands.len() <= 32
            }
            SetOp::Minus => {
                self.empty(first, depth) || rest.iter().take(32).any(|&set| self.taken_whole(first, set))
            }
            SetOp::Intersect => {
                operands.iter().take(32).any(|&set| self.empty(set, depth))
                    || rest.iter().take(32).any(|&set| self.sets.disjoint(first, set))
            }
            SetOp::Xor => false,
        }
    }

    /// Whether nothing of a set is left once the other is taken from it; with patterns that depends on line ends (S4.5).
    fn taken_whole(&mut self, set: SetId, from: SetId) -> bool {
        let plain =
            !self.has_pattern(set) || !self.policy.sets.get(set.index()).is_none_or(|set| set.has_metadata);
        plain && !self.has_pattern(set) && (self.same_set(set, from) || self.sets.within(set, from))
    }
}

/// Numbers sets so that those written alike have one number; lets are what they stand for.
fn alike(policy: &Policy) -> Vec<u32> {
    let mut known: HashMap<String, u32> = HashMap::new();
    let mut numbers: Vec<u32> = Vec::with_capacity(policy.sets.len());
    for (id, set) in policy.sets.iter().enumerate() {
        let own = u32::try_from(id).unwrap_or(u32::MAX);
        let of = |set: &SetId| numbers.get(set.index()).copied().unwrap_or(own);
        let key = match &set.kind {
            SetKind::Let(set_let) => {
                let body = policy.set_lets.get(set_let.index()).map(|set_let| of(&set_let.body));
                numbers.push(body.unwrap_or(own));
                continue;
            }
            SetKind::Literal(literal) => {
                let elements =
                    policy.literals.get(literal.index()).into_iter().flat_map(|literal| &literal.elements);
                let mut kinds: Vec<String> = elements.map(|element| format!("{:?}", element.kind)).collect();
                kinds.sort_unstable();
                kinds.dedup();
                format!("literal {kinds:?}")
            }
            SetKind::Meta(meta) => format!("meta {meta:?}"),
            SetKind::Chain(op, operands) => {
                format!("{op:?} {:?}", operands.iter().map(of).collect::<Vec<_>>())
            }
        };
        numbers.push(*known.entry(key).or_insert(own));
    }
    numbers
}
