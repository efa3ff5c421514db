//! Metadata sets: finite sets of tags and their complements, exact (S2.3).
//!
//! A set is a complement flag and a list of tags: what it holds or, if the flag is set, what it leaves out. The listed tags
//! are bits: the words of the lowest ids are always there (the head), of all others only those that have a bit, each with
//! its index (the tail). The ids of the policy's tags, of the session's and of the call's are each consecutive, so few words
//! have many of them. Of the ways that were measured (`cargo bench -p sqrt-benches --bench sets`) this is the quickest or
//! close to it, for small sets and large, in small universes and large; the constant sets of a program have the same form
//! in its tables and are used where they are.
//!
//! Invariants: the words of the tail are beyond the head, their indices ascend without repetition, none is zero. So every
//! set has one form, and equality is that of the fields. There are infinitely many strings, so a complement is never finite.
//!
//! Memory: tests never allocate. What makes a set larger allocates when its tail has more words than ever before, beyond
//! the few that have room in the set itself; a set never gives memory back.

mod tail;
#[cfg(test)]
mod tests;
mod view;
mod word;

pub use view::SetView;
pub(crate) use word::HeadWord;

use super::TagId;
use crate::bytecode::const_sets::{bit, tags_of};
use crate::bytecode::program::{HEAD_WORDS, WordRecord};
use std::cmp::Ordering;
use std::ops::Range;
use tail::Tail;

/// A finite set of tags, or the complement of one. What can be asked of it, its [`MetaSet::view`] answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetaSet {
    complement: bool,
    head: [u64; HEAD_WORDS],
    tail: Tail,
}

impl MetaSet {
    /// The empty set.
    pub fn empty() -> MetaSet {
        MetaSet::default()
    }

    /// The set of all strings.
    pub fn universal() -> MetaSet {
        MetaSet { complement: true, ..MetaSet::default() }
    }

    /// The set, to read and to test.
    #[inline]
    pub fn view(&self) -> SetView<'_> {
        SetView { complement: self.complement, head: &self.head, tail: &self.tail }
    }

    /// Becomes the empty set, keeping its memory.
    #[inline]
    pub fn set_empty(&mut self) {
        self.complement = false;
        self.head = [0; HEAD_WORDS];
        self.tail.clear();
    }

    /// Becomes the set of all strings, keeping its memory.
    pub fn set_universal(&mut self) {
        self.set_empty();
        self.complement = true;
    }

    /// Becomes a copy of `other`, in its own memory if that is large enough.
    #[inline]
    pub fn assign(&mut self, other: SetView<'_>) {
        self.complement = other.complement;
        self.head = *other.head;
        self.tail.clear();
        if !other.tail.is_empty() {
            self.tail.extend_from_slice(other.tail);
        }
    }

    /// Becomes its complement.
    pub fn negate(&mut self) {
        self.complement = !self.complement;
    }

    /// Adds an element.
    #[inline]
    pub fn insert(&mut self, tag: TagId) {
        if self.complement { self.unlist(tag) } else { self.list(tag) }
    }

    /// Adds elements, which are put in order for it: one by one in the order of a call, each could move all words that come
    /// after.
    pub(crate) fn insert_all(&mut self, tags: &mut [TagId]) {
        tags.sort_unstable();
        tags.iter().for_each(|tag| self.insert(*tag));
    }

    /// Takes an element away.
    pub fn remove(&mut self, tag: TagId) {
        if self.complement { self.list(tag) } else { self.unlist(tag) }
    }

    /// `self ∪ other`, in place.
    #[inline]
    pub fn union(&mut self, other: SetView<'_>) {
        let op = match (self.complement, other.complement) {
            (false, false) => Op::Union,
            (false, true) => Op::RightOnly,
            (true, false) => Op::LeftOnly,
            (true, true) => Op::Intersect,
        };
        self.combine(op, other);
        self.complement |= other.complement;
    }

    /// `self ∩ other`, in place.
    #[inline]
    pub fn intersect(&mut self, other: SetView<'_>) {
        let op = match (self.complement, other.complement) {
            (false, false) => Op::Intersect,
            (false, true) => Op::LeftOnly,
            (true, false) => Op::RightOnly,
            (true, true) => Op::Union,
        };
        self.combine(op, other);
        self.complement &= other.complement;
    }

    /// `self ∖ other`, in place.
    #[inline]
    pub fn minus(&mut self, other: SetView<'_>) {
        let op = match (self.complement, other.complement) {
            (false, false) => Op::LeftOnly,
            (false, true) => Op::Intersect,
            (true, false) => Op::Union,
            (true, true) => Op::RightOnly,
        };
        self.combine(op, other);
        self.complement &= !other.complement;
    }

    /// `self △ other`, in place.
    #[inline]
    pub fn xor(&mut self, other: SetView<'_>) {
        self.combine(Op::Xor, other);
        self.complement ^= other.complement;
    }

    /// Gives the listed tags of a range other ids. The new ids are all outside of the range, or they ascend as the old ones
    /// do and none is above its old one.
    pub(super) fn rename(&mut self, range: Range<u32>, mut rename: impl FnMut(TagId) -> TagId) {
        for index in 0..HEAD_WORDS as u32 {
            if self.head.get(index as usize).is_some_and(|&bits| bits != 0) {
                self.rename_in_word(index, &range, &mut rename);
            }
        }
        let mut from = HEAD_WORDS as u32;
        while let Some(index) =
            tail::first_from(&self.tail, from).filter(|&index| begins_before(index, range.end))
        {
            self.rename_in_word(index, &range, &mut rename);
            from = index.saturating_add(1);
        }
    }

    /// Renames the tags of a word that are in the range.
    #[inline]
    fn rename_in_word(&mut self, index: u32, range: &Range<u32>, rename: &mut impl FnMut(TagId) -> TagId) {
        let bits = self.take(index, from_on(index, range.start) & !from_on(index, range.end));
        for tag in tags_of(WordRecord { index, bits }) {
            self.list(rename(TagId(tag)));
        }
    }

    /// The index of the first word from `from` on, beyond the head, that lists tags.
    #[inline]
    pub(super) fn next_of_tail(&self, from: u32) -> Option<u32> {
        if self.tail.is_empty() { None } else { tail::first_from(&self.tail, from) }
    }

    /// The tags that a word of the head lists.
    #[inline]
    pub(super) fn in_head(&self, index: u32) -> u64 {
        self.head.get(index as usize).copied().unwrap_or(0)
    }

    /// Lists tags: of each bit, the one that is so far from the first.
    #[inline]
    pub(super) fn list_from(&mut self, bits: u64, first: TagId) {
        if bits == 0 {
            return;
        }
        let (index, mask) = bit(first.0);
        let start = mask.trailing_zeros();
        self.list_in_word(index, bits << start);
        let beyond = bits.checked_shr(u64::BITS - start).unwrap_or(0);
        if beyond != 0 {
            self.list_in_word(index.saturating_add(1), beyond);
        }
    }

    #[inline]
    fn list(&mut self, tag: TagId) {
        let (index, mask) = bit(tag.0);
        self.list_in_word(index, mask);
    }

    /// Lists the tags of a word, of which there are some.
    #[inline]
    fn list_in_word(&mut self, index: u32, mask: u64) {
        match self.head.get_mut(index as usize) {
            Some(bits) => *bits |= mask,
            None => tail::insert(&mut self.tail, index, mask),
        }
    }

    fn unlist(&mut self, tag: TagId) {
        let (index, mask) = bit(tag.0);
        self.take(index, mask);
    }

    /// Clears bits of a word, and gives those that were set.
    #[inline]
    pub(super) fn take(&mut self, index: u32, mask: u64) -> u64 {
        match self.head.get_mut(index as usize) {
            Some(bits) => {
                let taken = *bits & mask;
                *bits ^= taken;
                taken
            }
            None => tail::take(&mut self.tail, index, mask),
        }
    }

    /// Makes the listed tags what `op` makes of the listed tags of both.
    #[inline]
    fn combine(&mut self, op: Op, other: SetView<'_>) {
        for (left, right) in self.head.iter_mut().zip(other.head) {
            *left = op.apply(*left, *right);
        }
        if !(self.tail.is_empty() && other.tail.is_empty()) {
            tail::combine(&mut self.tail, op, other.tail);
        }
    }
}

/// Whether the first tag of a word is below `end`.
fn begins_before(index: u32, end: u32) -> bool {
    index <= end / u64::BITS
}

/// The bits of a word for tags from `first` on.
#[inline]
pub(super) fn from_on(index: u32, first: u32) -> u64 {
    let (first_index, first_bit) = bit(first);
    match index.cmp(&first_index) {
        Ordering::Less => 0,
        Ordering::Equal => !(first_bit - 1),
        Ordering::Greater => !0,
    }
}

/// What two lists of tags make; of each tag, whether it is in left, in right, or both.
#[derive(Debug, Clone, Copy)]
enum Op {
    Union,
    Intersect,
    LeftOnly,
    RightOnly,
    Xor,
}

impl Op {
    #[inline]
    fn apply(self, left: u64, right: u64) -> u64 {
        match self {
            Op::Union => left | right,
            Op::Intersect => left & right,
            Op::LeftOnly => left & !right,
            Op::RightOnly => !left & right,
            Op::Xor => left ^ right,
        }
    }
}
