//! Finite sets all of whose tags are in one word of the head, as most constants of policies are: what other sets are asked of
//! them, and become by them, is a step on that word.
//!
//! Invariant: every operation gives what the general one gives with the same set ([`SetView`]).

use super::{MetaSet, SetView};
use crate::bytecode::program::HEAD_WORDS;

/// A finite set of tags in one word of the head, or the empty set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HeadWord {
    /// Below [`HEAD_WORDS`].
    index: u8,
    bits: u64,
}

impl HeadWord {
    /// The same set as `set`, if that is one.
    pub(crate) fn of(set: SetView<'_>) -> Option<HeadWord> {
        let mut words = (0..).zip(set.head).filter(|(_, bits)| **bits != 0);
        let (index, &bits) = words.next().unwrap_or((0, &0));
        let is_one = words.next().is_none() && set.tail.is_empty() && !set.complement;
        is_one.then_some(HeadWord { index, bits })
    }

    /// Whether it has no element.
    pub(crate) fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// Where it is in a head.
    #[inline]
    fn place(self) -> usize {
        usize::from(self.index) % HEAD_WORDS
    }
}

impl SetView<'_> {
    /// Of the tags of `other`, those that it has.
    #[inline]
    fn has_of(self, HeadWord { bits, .. }: HeadWord, listed: u64) -> u64 {
        bits & if self.complement { !listed } else { listed }
    }

    #[inline]
    fn word(self, other: HeadWord) -> u64 {
        self.head.get(other.place()).copied().unwrap_or(0)
    }

    /// Whether it and `other` have an element in common (S5.2).
    #[inline]
    pub(crate) fn overlaps_word(self, other: HeadWord) -> bool {
        self.has_of(other, self.word(other)) != 0
    }

    /// Whether it has every element of `other` (S5.2).
    #[inline]
    pub(crate) fn has_word(self, other: HeadWord) -> bool {
        self.has_of(other, self.word(other)) == other.bits
    }

    /// Whether `other` has every element of it (S5.2).
    #[inline]
    pub(crate) fn is_in_word(self, other: HeadWord) -> bool {
        let mut beyond = *self.head;
        if let Some(bits) = beyond.get_mut(other.place()) {
            *bits &= !other.bits;
        }
        !self.complement && self.tail.is_empty() && beyond == [0; HEAD_WORDS]
    }
}

impl MetaSet {
    /// Lists tags, or takes them from the list.
    #[inline]
    fn list_word(&mut self, other: HeadWord, is_listed: bool) {
        if let Some(bits) = self.head.get_mut(other.place()) {
            *bits = if is_listed { *bits | other.bits } else { *bits & !other.bits };
        }
    }

    /// `self ∪ other`, in place.
    #[inline]
    pub(crate) fn union_word(&mut self, other: HeadWord) {
        self.list_word(other, !self.complement);
    }

    /// `self ∖ other`, in place.
    #[inline]
    pub(crate) fn minus_word(&mut self, other: HeadWord) {
        self.list_word(other, self.complement);
    }

    /// `self ∩ other`, in place.
    #[inline]
    pub(crate) fn intersect_word(&mut self, other: HeadWord) {
        let kept = self.view().has_of(other, self.view().word(other));
        self.set_empty();
        self.list_word(HeadWord { bits: kept, ..other }, true);
    }

    /// `self △ other`, in place.
    #[inline]
    pub(crate) fn xor_word(&mut self, other: HeadWord) {
        if let Some(bits) = self.head.get_mut(other.place()) {
            *bits ^= other.bits;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::HeadWord;
    use crate::bytecode::program::HEAD_WORDS;
    use crate::metadata::{MetaSet, TagId};
    use proptest::prelude::*;

    /// Tags of two words of the head, and some of the tail.
    fn set(tags: &[u32], complement: bool) -> MetaSet {
        let mut set = if complement { MetaSet::universal() } else { MetaSet::empty() };
        for &tag in tags {
            let id = TagId(if tag < 20 { 54 + tag } else { 64 * HEAD_WORDS as u32 + tag * 40 });
            if complement { set.remove(id) } else { set.insert(id) }
        }
        set
    }

    proptest! {
        #[test]
        fn words_do_what_sets_do(
            tags in prop::collection::vec(0..24u32, 0..12), complement: bool,
            (first, others) in (0..2u32, prop::collection::vec(0..10u32, 0..6)),
        ) {
            let other = set(&others.iter().map(|tag| first * 10 + tag).collect::<Vec<_>>(), false);
            let word = HeadWord::of(other.view()).unwrap();
            let left = set(&tags, complement);
            let asked = (left.view().overlaps_word(word), left.view().has_word(word), left.view().is_in_word(word));
            let of_sets = (
                left.view().overlaps(other.view()),
                other.view().is_subset(left.view()),
                left.view().is_subset(other.view()),
            );
            prop_assert_eq!(asked, of_sets);
            type Change<T> = fn(&mut MetaSet, T);
            let changes: [(Change<HeadWord>, Change<_>); 4] = [
                (MetaSet::union_word, MetaSet::union),
                (MetaSet::minus_word, MetaSet::minus),
                (MetaSet::intersect_word, MetaSet::intersect),
                (MetaSet::xor_word, MetaSet::xor),
            ];
            for (by_word, by_set) in changes {
                let (mut changed, mut expected) = (left.clone(), left.clone());
                by_word(&mut changed, word);
                by_set(&mut expected, other.view());
                prop_assert_eq!(changed, expected);
            }
        }
    }

    #[test]
    fn other_sets_are_none() {
        assert!(HeadWord::of(MetaSet::empty().view()).is_some());
        for (tags, complement) in
            [(&[0, 12][..], false), (&[1], true), (&[], true), (&[20], false), (&[1, 20], false)]
        {
            assert_eq!(HeadWord::of(set(tags, complement).view()), None, "{tags:?} {complement}");
        }
    }
}
