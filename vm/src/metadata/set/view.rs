//! Sets to read and to test, wherever their words are: in a [`MetaSet`](super::MetaSet) or in the tables of a program.
//!
//! Nothing here allocates or builds a set. Two views are equal exactly if they are of the same set, as every set has one
//! form.

use super::super::TagId;
use super::tail;
use crate::bytecode::const_sets::{bit, tags_of, words};
use crate::bytecode::program::{ConstSetRecord, HEAD_WORDS, Program, WordRecord};

/// A metadata set that is elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetView<'s> {
    pub(super) complement: bool,
    pub(super) head: &'s [u64; HEAD_WORDS],
    pub(super) tail: &'s [WordRecord],
}

impl SetView<'static> {
    /// The set of all strings.
    pub(crate) const UNIVERSAL: Self = SetView { complement: true, head: &[0; HEAD_WORDS], tail: &[] };
}

impl<'s> SetView<'s> {
    /// A constant set of a program; none if its words are not in the pool.
    #[inline]
    pub(crate) fn constant(program: &'s Program, set: &'s ConstSetRecord) -> Option<SetView<'s>> {
        let ConstSetRecord { complement, ref head, tail } = *set;
        Some(SetView { complement, head, tail: tail.of(&program.word_pool)? })
    }

    /// Whether it is finite, that is no complement.
    #[inline]
    pub fn is_finite(self) -> bool {
        !self.complement
    }

    /// Whether it has no element.
    #[inline]
    pub fn is_empty(self) -> bool {
        !self.complement && self.lists_nothing()
    }

    /// Whether it has every string.
    #[inline]
    pub fn is_universal(self) -> bool {
        self.complement && self.lists_nothing()
    }

    /// Whether `tag` is an element.
    #[inline]
    pub fn contains(self, tag: TagId) -> bool {
        let (index, mask) = bit(tag.0);
        let bits = match self.head.get(index as usize) {
            Some(bits) => *bits,
            None => tail::bits(self.tail, index),
        };
        (bits & mask != 0) != self.complement
    }

    /// Whether the sets have an element in common (S5.2).
    #[inline]
    pub fn overlaps(self, other: SetView<'_>) -> bool {
        match (self.complement, other.complement) {
            (false, false) => self.lists_some_of(other),
            (false, true) => !self.lists_only(other),
            (true, false) => !other.lists_only(self),
            (true, true) => true,
        }
    }

    /// Whether every element is one of `other` too (S5.2).
    #[inline]
    pub fn is_subset(self, other: SetView<'_>) -> bool {
        match (self.complement, other.complement) {
            (false, false) => self.lists_only(other),
            (false, true) => !self.lists_some_of(other),
            (true, false) => false,
            (true, true) => other.lists_only(self),
        }
    }

    /// The elements of a finite set; of a complement, the strings that it leaves out. Ascending.
    pub fn listed(self) -> impl Iterator<Item = TagId> + 's {
        self.words().flat_map(tags_of).map(TagId)
    }

    /// The listed tags from `first` on, ascending.
    pub(crate) fn listed_from(self, first: TagId) -> impl Iterator<Item = TagId> + 's {
        let (index, _) = bit(first.0);
        let passed = self.tail.partition_point(|word| word.index < index);
        let tail = self.tail.get(passed..).unwrap_or_default();
        let words = words(self.head, tail).skip_while(move |word| word.index < index);
        words.flat_map(tags_of).map(TagId).skip_while(move |tag| *tag < first)
    }

    /// How many tags are listed.
    pub fn listed_len(self) -> usize {
        self.words().map(|word| word.bits.count_ones() as usize).sum()
    }

    /// How many words it has that are not always there: what working with it takes grows with them.
    #[inline]
    pub(crate) fn tail_words(self) -> u64 {
        self.tail.len() as u64
    }

    fn words(self) -> impl Iterator<Item = WordRecord> + 's {
        words(self.head, self.tail)
    }

    #[inline]
    fn lists_nothing(self) -> bool {
        self.tail.is_empty() && self.head.iter().all(|&bits| bits == 0)
    }

    /// Whether a tag is listed in both.
    #[inline]
    fn lists_some_of(self, other: SetView<'_>) -> bool {
        self.fold_head(other, |left, right| left & right) != 0
            || !self.tail.is_empty() && tail::overlap(self.tail, other.tail)
    }

    /// Whether all listed tags are listed in `other` too.
    #[inline]
    fn lists_only(self, other: SetView<'_>) -> bool {
        self.fold_head(other, |left, right| left & !right) == 0
            && (self.tail.is_empty() || tail::is_subset(self.tail, other.tail))
    }

    /// What a test makes of the words of the heads, in one: without a branch, as they are few.
    #[inline]
    fn fold_head(self, other: SetView<'_>, test: impl Fn(u64, u64) -> u64) -> u64 {
        self.head.iter().zip(other.head).fold(0, |bits, (&left, &right)| bits | test(left, right))
    }
}
