//! Keys of conditions and sets: two nodes, of one policy or of two, have the same key exactly if they say the same in the
//! representation, up to what has no order: operands of `and`, `or`, `&`, `|` and `^`, elements of a set.
//!
//! There are two kinds. In a *deep* key a let is what it stands for, so lets may have other names or be written out. In a
//! *named* key a let is its name, so a let may mean something else. Readings (S4.4) are left out: they follow from where a
//! condition stands. Keys are numbers from one table for both policies, so they are exact and quick to compare.

use std::collections::HashMap;
use std::fmt::Write;

use sqrt_compiler::ir::{
    ConditionKind, Element, ElementKind, LetId, Place, Policy, SetKind, SetOp, SizedText, Statement, Update,
    When,
};
use sqrt_vm::number::Number;

/// A key.
pub(super) type Key = u32;

/// Gives equal texts equal numbers.
#[derive(Debug, Default)]
pub(super) struct Interner(HashMap<String, Key>);

impl Interner {
    pub(super) fn key(&mut self, text: String) -> Key {
        let next = Key::try_from(self.0.len()).unwrap_or(Key::MAX);
        *self.0.entry(text).or_insert(next)
    }
}

/// The keys of a policy.
#[derive(Debug)]
pub(super) struct Keys {
    conditions: Vec<Key>,
    sets: Vec<Key>,
    /// Of what each let stands for; none of one that nothing mentions.
    pub(super) lets: Vec<Option<Key>>,
}

impl Keys {
    /// Deep keys, or named keys with these names for the lets.
    pub(super) fn new(policy: &Policy, names: Option<&[String]>, interner: &mut Interner) -> Keys {
        let mut keys = Keys { conditions: Vec::new(), sets: Vec::new(), lets: vec![None; policy.lets.len()] };
        let literals = literals(policy, interner);
        let name = |id: LetId| names.map(|names| names.get(id.index()).map_or("?", String::as_str));
        for set in &policy.sets {
            let key = match &set.kind {
                SetKind::Literal(id) => literals.get(id.index()).copied().unwrap_or_default(),
                SetKind::Meta(meta) => interner.key(format!("{meta}")),
                SetKind::Let(id) => match policy.set_lets.get(id.index()) {
                    Some(used) => match name(used.declaration) {
                        Some(name) => interner.key(format!("let {name}")),
                        None => keys.set(used.body.index()),
                    },
                    None => 0,
                },
                SetKind::Chain(op, operands) => {
                    let mut operands: Vec<Key> = operands.iter().map(|id| keys.set(id.index())).collect();
                    let keeps_first = usize::from(*op == SetOp::Minus);
                    if let Some(rest) = operands.get_mut(keeps_first..) {
                        rest.sort_unstable();
                    }
                    interner.key(format!("{op:?} {operands:?}"))
                }
            };
            keys.sets.push(key);
        }
        for condition in &policy.conditions {
            let key = keys.of_condition(policy, &condition.kind, &name, interner);
            keys.conditions.push(key);
        }
        keys.find_lets(policy);
        keys
    }

    /// What a let stands for: its meaning in results, where every let has one.
    fn find_lets(&mut self, policy: &Policy) {
        let of_sets =
            policy.set_lets.iter().map(|used| (used.declaration, used.place, self.set(used.body.index())));
        let of_conditions = policy.let_instances.iter();
        let of_conditions =
            of_conditions.map(|used| (used.declaration, used.place, self.condition(used.body.index())));
        let all: Vec<_> = of_sets.chain(of_conditions).collect();
        for (declaration, place, key) in all {
            if let Some(found) = self.lets.get_mut(declaration.index())
                && (place == Place::Result || found.is_none())
            {
                *found = Some(key);
            }
        }
    }

    pub(super) fn condition(&self, index: usize) -> Key {
        self.conditions.get(index).copied().unwrap_or_default()
    }

    fn set(&self, index: usize) -> Key {
        self.sets.get(index).copied().unwrap_or_default()
    }

    fn of_condition<'n>(
        &self,
        policy: &Policy,
        kind: &ConditionKind,
        name: &impl Fn(LetId) -> Option<&'n str>,
        interner: &mut Interner,
    ) -> Key {
        use ConditionKind as K;
        let set = |id: &sqrt_compiler::ir::SetId| self.set(id.index());
        let text = match kind {
            K::And(operands) | K::Or(operands) => {
                let mut operands: Vec<Key> = operands.iter().map(|id| self.condition(id.index())).collect();
                operands.sort_unstable();
                operands.dedup();
                if let [only] = operands.as_slice() {
                    return *only;
                }
                format!("{} {operands:?}", if matches!(kind, K::And(_)) { "and" } else { "or" })
            }
            K::Let(id) => match policy.let_instances.get(id.index()) {
                Some(used) => match name(used.declaration) {
                    Some(name) => format!("let {name}"),
                    None => return self.condition(used.body.index()),
                },
                None => return 0,
            },
            K::Constant(value) => format!("{value}"),
            K::Not(operand) => format!("not {}", self.condition(operand.index())),
            K::ValueIn(value, id, _) => format!("{value} in {}", set(id)),
            K::ValuesEqual(left, right, _) => {
                let mut sides = [left.to_string(), right.to_string()];
                sides.sort_unstable();
                format!("{sides:?} equal")
            }
            K::LiteralIn(value, id, _) => format!("literal {value} in {}", set(id)),
            K::TagIn(tag, id, _) => format!("tag {tag:?} in {}", set(id)),
            K::SetIsUniversal(id, _) => format!("{} is universal", set(id)),
            K::Overlaps(meta, id, _) => format!("{meta} overlaps {}", set(id)),
            K::SubsetOf(meta, id, _) => format!("{meta} subset of {}", set(id)),
            K::SupersetOf(meta, id, _) => format!("{meta} superset of {}", set(id)),
            K::Equal(meta, id, _) => format!("{meta} == {}", set(id)),
            K::IsEmpty(meta) => format!("{meta} is empty"),
            K::IsUniversal(meta) => format!("{meta} is universal"),
        };
        interner.key(text)
    }

    /// The key of a statement of an update block.
    pub(super) fn statement(&self, statement: &Statement, interner: &mut Interner) -> Key {
        match statement {
            Statement::Update(update) => self.update(update, interner),
            Statement::When(When { as_deny, as_allow, updates, .. }) => {
                let condition = as_deny.or(*as_allow).map(|id| self.condition(id.index()));
                let updates: Vec<Key> =
                    updates.iter().map(|(_, update)| self.update(update, interner)).collect();
                interner.key(format!("when {condition:?} {updates:?}"))
            }
        }
    }

    fn update(&self, update: &Update, interner: &mut Interner) -> Key {
        interner.key(format!("{:?} := {}", update.field, self.set(update.value.index())))
    }
}

/// The keys of the set literals.
fn literals(policy: &Policy, interner: &mut Interner) -> Vec<Key> {
    let of_literal = |literal: &sqrt_compiler::ir::SetLiteral| {
        let mut elements: Vec<Key> =
            literal.elements.iter().map(|element| interner.key(element_text(policy, element))).collect();
        elements.sort_unstable();
        elements.dedup();
        interner.key(format!("{{{elements:?}}}"))
    };
    policy.literals.iter().map(of_literal).collect()
}

fn element_text(policy: &Policy, element: &Element) -> String {
    let pattern = |id: &sqrt_compiler::ir::PatternId| match policy.patterns.get(id.index()) {
        Some(pattern) => format!("{:?} {:?}", pattern.syntax, pattern.text),
        None => "?".to_owned(),
    };
    match &element.kind {
        ElementKind::Pattern(id) => pattern(id),
        ElementKind::Sized(SizedText::Pattern(id), length) => format!("{} length {length:?}", pattern(id)),
        ElementKind::Number(number) => whole(*number),
        other => {
            let mut text = String::new();
            // Writing to a string cannot fail.
            let _ = write!(text, "{other:?}");
            text
        }
    }
}

/// A number by its value: 5 and 5.0 are the same (S4.2).
fn whole(number: Number) -> String {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number {
        Number::Float(float) if float.fract() == 0.0 && float.abs() < EXACT => format!("number {float:.0}"),
        Number::Float(float) => format!("number {float:?}"),
        Number::Int(int) => format!("number {int}"),
    }
}
