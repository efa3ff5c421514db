//! Equality of two values (S4.6).

use super::{Leaf, LeafStack, Value};
use crate::bytecode::operand::ReadingImm;

/// The most leaves of a side that are compared one by one; beyond, the sides count as sharing a leaf (S4.6).
pub(super) const MAX_COMPARED_LEAVES: usize = 64;

/// The memory of walks over values.
#[derive(Debug, Default)]
pub struct ValueScratch {
    /// For the leaves of one value.
    pub leaves: LeafStack,
    pairs: Vec<(Value<'static>, Value<'static>)>,
    left_order: Vec<u32>,
    right_order: Vec<u32>,
}

impl ValueScratch {
    /// `left == right` as `reading` says (S4.6); an absent value is `None`.
    pub fn equal(&mut self, left: Option<Value<'_>>, right: Option<Value<'_>>, reading: ReadingImm) -> bool {
        let same = match (left, right) {
            (Some(left), Some(right)) => self.same(left, right),
            _ => false,
        };
        match reading {
            ReadingImm::All => same,
            ReadingImm::Any => same || self.share_leaf(left, right),
            ReadingImm::AnyOrNone => {
                same || !self.has_leaf(left) || !self.has_leaf(right) || self.share_leaf(left, right)
            }
        }
    }

    /// Whether there is a leaf.
    pub fn has_leaf(&mut self, value: Option<Value<'_>>) -> bool {
        self.leaves.leaves(value).next().is_some()
    }

    /// Structural equality of JSON, numbers numerically, objects without order.
    pub fn same(&mut self, left: Value<'_>, right: Value<'_>) -> bool {
        let mut pairs = with_lifetime(std::mem::take(&mut self.pairs));
        pairs.push((left, right));
        let mut same = true;
        while let Some((left, right)) = pairs.pop() {
            same = match (left, right) {
                (Value::Null, Value::Null) => true,
                (Value::Bool(left), Value::Bool(right)) => left == right,
                (Value::Number(left), Value::Number(right)) => left == right,
                (Value::Str(left), Value::Str(right)) => left == right,
                (Value::List(left), Value::List(right)) => {
                    pairs.extend(left.iter().copied().zip(right.iter().copied()));
                    left.len() == right.len()
                }
                (Value::Object(left), Value::Object(right)) => self.pair_members(left, right, &mut pairs),
                _ => false,
            };
            if !same {
                break;
            }
        }
        self.pairs = with_lifetime(pairs);
        same
    }

    /// Pairs the members of two objects by key; false if their keys differ.
    fn pair_members<'a>(
        &mut self,
        left: &[(&str, Value<'a>)],
        right: &[(&str, Value<'a>)],
        pairs: &mut Vec<(Value<'a>, Value<'a>)>,
    ) -> bool {
        if left.len() != right.len() {
            return false;
        }
        sort_keys(left, &mut self.left_order);
        sort_keys(right, &mut self.right_order);
        self.left_order.iter().zip(&self.right_order).all(|(l, r)| {
            match (left.get(*l as usize), right.get(*r as usize)) {
                (Some((left_key, left)), Some((right_key, right))) if left_key == right_key => {
                    pairs.push((*left, *right));
                    true
                }
                _ => false,
            }
        })
    }

    /// Whether some leaf of one equals some leaf of the other; taken to be so where a side has more than 64 leaves.
    pub fn share_leaf(&mut self, left: Option<Value<'_>>, right: Option<Value<'_>>) -> bool {
        if left.is_none() || right.is_none() {
            return false;
        }
        let many = MAX_COMPARED_LEAVES;
        let mut kept = [Leaf::Null; MAX_COMPARED_LEAVES];
        let mut count = 0;
        for (index, leaf) in self.leaves.leaves(left).enumerate() {
            match kept.get_mut(index) {
                Some(place) => *place = leaf,
                None => return true,
            }
            count = index + 1;
        }
        let mut shared = false;
        for (index, leaf) in self.leaves.leaves(right).enumerate() {
            if index >= many {
                return true;
            }
            shared = shared || kept.iter().take(count).any(|other| *other == leaf);
        }
        shared
    }
}

/// The order of the members by key.
fn sort_keys(members: &[(&str, Value<'_>)], order: &mut Vec<u32>) {
    order.clear();
    order.extend((0..).zip(members).map(|(index, _)| index));
    let key = |index: &u32| members.get(*index as usize).map(|(key, _)| *key);
    if !order.is_sorted_by_key(key) {
        order.sort_unstable_by_key(key);
    }
}

/// An empty vector with the memory of `pairs`: collecting in place keeps the allocation (a test counts on it).
fn with_lifetime<'b>(mut pairs: Vec<(Value<'_>, Value<'_>)>) -> Vec<(Value<'b>, Value<'b>)> {
    pairs.clear();
    pairs.into_iter().map(|_| (Value::Null, Value::Null)).collect()
}
