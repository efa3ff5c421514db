//! Equality of two values (S4.6).

use super::{Leaf, LeafStack, Value};
use crate::bytecode::operand::ReadingImm;
use crate::work::{BYTES_COMPARED, PER_LEAF, of_len, of_text};

/// The most leaves of a side that are compared one by one; beyond, the sides count as sharing a leaf (S4.6).
pub(super) const MAX_COMPARED_LEAVES: usize = 64;

/// The memory of walks over values.
#[derive(Debug, Default)]
pub(crate) struct ValueScratch {
    /// For the leaves of one value.
    pub leaves: LeafStack,
    pairs: Vec<(Value<'static>, Value<'static>)>,
    left_order: Vec<u32>,
    right_order: Vec<u32>,
    /// What comparing has cost, as [`crate::work`] counts.
    work: u64,
}

impl ValueScratch {
    /// `left == right` as `reading` says (S4.6); an absent value is `None`.
    pub(crate) fn equal(
        &mut self,
        left: Option<Value<'_>>,
        right: Option<Value<'_>>,
        reading: ReadingImm,
    ) -> bool {
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

    /// What comparing has cost since this was asked last.
    pub(crate) fn take_work(&mut self) -> u64 {
        let entered = self.leaves.take_entered().saturating_mul(PER_LEAF);
        std::mem::take(&mut self.work).saturating_add(entered)
    }

    /// Whether there is a leaf.
    pub(crate) fn has_leaf(&mut self, value: Option<Value<'_>>) -> bool {
        self.leaves.leaves(value).next().is_some()
    }

    /// Structural equality of JSON, numbers numerically, objects without order.
    pub(crate) fn same(&mut self, left: Value<'_>, right: Value<'_>) -> bool {
        let mut pairs = with_lifetime(std::mem::take(&mut self.pairs));
        pairs.push((left, right));
        let mut same = true;
        while let Some((left, right)) = pairs.pop() {
            self.work += PER_LEAF;
            same = match (left, right) {
                (Value::Null, Value::Null) => true,
                (Value::Bool(left), Value::Bool(right)) => left == right,
                (Value::Number(left), Value::Number(right)) => left == right,
                (Value::Str(left), Value::Str(right)) => {
                    self.work += of_text(left, BYTES_COMPARED);
                    left == right
                }
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
        // Sorting takes a few comparisons for each.
        self.work += of_len(left.len()).saturating_mul(PER_LEAF * 4);
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
    pub(crate) fn share_leaf(&mut self, left: Option<Value<'_>>, right: Option<Value<'_>>) -> bool {
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
            if let Leaf::Str(text) = leaf {
                // It may be compared with each of the others.
                self.work += of_text(text, BYTES_COMPARED).saturating_mul(of_len(count));
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

#[cfg(test)]
mod tests {
    use super::{MAX_COMPARED_LEAVES, ReadingImm, ValueScratch};
    use crate::number::Number::{Float, Int};
    use crate::value::Value::{self, Bool, List, Null, Number, Object, Str};
    use proptest::prelude::*;

    fn same(left: Value<'_>, right: Value<'_>) -> bool {
        let mut scratch = ValueScratch::default();
        let same = scratch.same(left, right);
        assert_eq!(scratch.same(right, left), same, "equality has no direction: {left:?} {right:?}");
        same
    }

    #[test]
    fn structural_equality() {
        let one = Number(Int(1));
        for (left, right, expected) in [
            (Null, Null, true),
            (Null, Bool(false), false),
            (Bool(true), one, false),
            (Bool(true), Bool(true), true),
            (Bool(false), Bool(false), true),
            (Bool(true), Bool(false), false),
            (one, Number(Float(1.0)), true),
            (one, Str("1"), false),
            (Number(Float(f64::NAN)), Number(Float(f64::NAN)), false),
            (Str("a"), Str("a"), true),
            (Str("a"), Str("A"), false),
            (List(&[]), List(&[]), true),
            (List(&[]), Object(&[]), false),
            (List(&[one, Null]), List(&[Number(Float(1.0)), Null]), true),
            (List(&[one, Null]), List(&[Null, one]), false),
            (List(&[one]), List(&[one, one]), false),
            (List(&[one]), one, false),
            (Object(&[("a", one), ("b", Null)]), Object(&[("b", Null), ("a", one)]), true),
            (Object(&[("a", one), ("b", Null)]), Object(&[("a", Null), ("b", one)]), false),
            (Object(&[("a", one)]), Object(&[("b", one)]), false),
            (Object(&[("a", one)]), Object(&[("a", one), ("b", one)]), false),
            (Object(&[("a", List(&[one]))]), Object(&[("a", List(&[Null]))]), false),
        ] {
            assert_eq!(same(left, right), expected, "{left:?} {right:?}");
        }
    }

    #[test]
    fn deep_values_cost_no_native_stack() {
        let arena = bumpalo::Bump::new();
        let deep =
            |end: Value<'static>| (0..100_000).fold(end, |value, _| List(arena.alloc_slice_copy(&[value])));
        assert!(same(deep(Null), deep(Null)) && !same(deep(Null), deep(Bool(true))));
    }

    #[test]
    fn readings() {
        use ReadingImm::{All, Any, AnyOrNone};
        let (x, y) = (Str("x"), Str("y"));
        let mut scratch = ValueScratch::default();
        for (left, right, all, any, any_or_none) in [
            (Some(x), Some(x), true, true, true),
            (Some(x), Some(y), false, false, false),
            (Some(x), Some(List(&[x, y])), false, true, true),
            (Some(Object(&[("x", Null)])), Some(x), false, true, true),
            (Some(List(&[])), Some(List(&[])), true, true, true),
            (Some(List(&[])), Some(x), false, false, true),
            (Some(List(&[])), Some(Object(&[])), false, false, true),
            (None, Some(x), false, false, true),
            (None, None, false, false, true),
        ] {
            for (reading, expected) in [(All, all), (Any, any), (AnyOrNone, any_or_none)] {
                assert_eq!(scratch.equal(left, right, reading), expected, "{left:?} {right:?} {reading:?}");
                assert_eq!(scratch.equal(right, left, reading), expected, "{right:?} {left:?} {reading:?}");
            }
        }
    }

    #[test]
    fn many_leaves_count_as_shared() {
        let mut scratch = ValueScratch::default();
        let many = [Str("m"); MAX_COMPARED_LEAVES + 1];
        for (leaves, expected) in [(MAX_COMPARED_LEAVES, false), (MAX_COMPARED_LEAVES + 1, true)] {
            let list = List(&many[..leaves]);
            for other in [Str("x"), List(&[])] {
                assert_eq!(scratch.share_leaf(Some(list), Some(other)), expected);
                assert_eq!(scratch.share_leaf(Some(other), Some(list)), expected);
            }
            assert!(!scratch.share_leaf(Some(list), None) && !scratch.share_leaf(None, Some(list)));
        }
        // The last of the leaves that are compared counts.
        let mut list = many;
        list[MAX_COMPARED_LEAVES - 1] = Str("last");
        let list = List(&list[..MAX_COMPARED_LEAVES]);
        assert!(scratch.share_leaf(Some(list), Some(Str("last"))));
    }

    #[test]
    fn comparisons_share_their_memory() {
        let mut scratch = ValueScratch::default();
        let list = [Null; 50];
        assert!(scratch.same(List(&list), List(&list)));
        let memory = (scratch.pairs.as_ptr(), scratch.pairs.capacity());
        assert!(memory.1 >= list.len());
        assert!(scratch.same(List(&list), List(&list)));
        assert_eq!((scratch.pairs.as_ptr(), scratch.pairs.capacity()), memory);
    }

    proptest! {
        #[test]
        fn objects_have_no_order(keys in prop::collection::hash_set("[a-d]{0,3}", 0..20), seed in any::<usize>()) {
            let members: Vec<(&str, Value<'_>)> = keys.iter().map(|key| (&**key, Str(key))).collect();
            let mut turned = members.clone();
            turned.rotate_left(seed % members.len().max(1));
            prop_assert!(same(Object(&members), Object(&turned)));
            if let Some((_, value)) = turned.first_mut() {
                *value = Null;
                prop_assert!(!same(Object(&members), Object(&turned)));
            }
        }
    }
}
