//! Metadata sets: finite sets of tags and their complements, exact (S2.3).
//!
//! A set is a complement flag and a list of tags: what it holds or, if the flag is set, what it leaves out. The listed
//! tags are machine words over the policy's dense universe plus a short sorted list of the ids beyond it.
//!
//! Invariants: no trailing zero words, the other ids ascend without repetition and are beyond the universe. So every set
//! has one form, and equality is that of the fields. There are infinitely many strings, so a complement is never finite.

use super::{TagId, Universe};
use smallvec::SmallVec;

/// A finite set of tags, or the complement of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetaSet {
    complement: bool,
    listed: Listed,
}

impl MetaSet {
    /// The empty set.
    pub fn empty() -> MetaSet {
        MetaSet::default()
    }

    /// The set of all strings.
    pub fn universal() -> MetaSet {
        MetaSet { complement: true, listed: Listed::default() }
    }

    /// Becomes the empty set, keeping its memory.
    pub fn set_empty(&mut self) {
        self.complement = false;
        self.listed.clear();
    }

    /// Becomes the set of all strings, keeping its memory.
    pub fn set_universal(&mut self) {
        self.complement = true;
        self.listed.clear();
    }

    /// Becomes a copy of `other`, in its own memory if that is large enough.
    pub fn assign(&mut self, other: &MetaSet) {
        self.complement = other.complement;
        self.listed.assign(&other.listed);
    }

    /// Becomes its complement.
    pub fn negate(&mut self) {
        self.complement = !self.complement;
    }

    /// Whether it is finite, that is no complement.
    pub fn is_finite(&self) -> bool {
        !self.complement
    }

    /// Whether it has no element.
    pub fn is_empty(&self) -> bool {
        !self.complement && self.listed.is_empty()
    }

    /// Whether it has every string.
    pub fn is_universal(&self) -> bool {
        self.complement && self.listed.is_empty()
    }

    /// Whether `tag` is an element.
    pub fn contains(&self, tag: TagId, universe: &Universe) -> bool {
        self.listed.contains(tag, universe) != self.complement
    }

    /// Adds an element.
    pub fn insert(&mut self, tag: TagId, universe: &Universe) {
        if self.complement { self.listed.remove(tag, universe) } else { self.listed.insert(tag, universe) }
    }

    /// Takes an element away.
    pub fn remove(&mut self, tag: TagId, universe: &Universe) {
        if self.complement { self.listed.insert(tag, universe) } else { self.listed.remove(tag, universe) }
    }

    /// `self ∪ other`, in place.
    pub fn union(&mut self, other: &MetaSet) {
        let op = match (self.complement, other.complement) {
            (false, false) => Op::Union,
            (false, true) => Op::RightOnly,
            (true, false) => Op::LeftOnly,
            (true, true) => Op::Intersect,
        };
        self.listed.combine(op, &other.listed);
        self.complement |= other.complement;
    }

    /// `self ∩ other`, in place.
    pub fn intersect(&mut self, other: &MetaSet) {
        let op = match (self.complement, other.complement) {
            (false, false) => Op::Intersect,
            (false, true) => Op::LeftOnly,
            (true, false) => Op::RightOnly,
            (true, true) => Op::Union,
        };
        self.listed.combine(op, &other.listed);
        self.complement &= other.complement;
    }

    /// `self ∖ other`, in place.
    pub fn minus(&mut self, other: &MetaSet) {
        let op = match (self.complement, other.complement) {
            (false, false) => Op::LeftOnly,
            (false, true) => Op::Intersect,
            (true, false) => Op::Union,
            (true, true) => Op::RightOnly,
        };
        self.listed.combine(op, &other.listed);
        self.complement &= !other.complement;
    }

    /// `self △ other`, in place.
    pub fn xor(&mut self, other: &MetaSet) {
        self.listed.combine(Op::Xor, &other.listed);
        self.complement ^= other.complement;
    }

    /// Whether the sets have an element in common (S5.2).
    pub fn overlaps(&self, other: &MetaSet) -> bool {
        match (self.complement, other.complement) {
            (false, false) => !self.listed.is_disjoint(&other.listed),
            (false, true) => !self.listed.is_subset(&other.listed),
            (true, false) => !other.listed.is_subset(&self.listed),
            (true, true) => true,
        }
    }

    /// Whether every element is one of `other` too (S5.2).
    pub fn is_subset(&self, other: &MetaSet) -> bool {
        match (self.complement, other.complement) {
            (false, false) => self.listed.is_subset(&other.listed),
            (false, true) => self.listed.is_disjoint(&other.listed),
            (true, false) => false,
            (true, true) => other.listed.is_subset(&self.listed),
        }
    }

    /// The elements of a finite set; of a complement, the strings that it leaves out. Ascending.
    pub fn listed(&self) -> impl Iterator<Item = TagId> + '_ {
        self.listed.iter()
    }

    /// How many tags are listed.
    pub fn listed_len(&self) -> usize {
        self.listed.len()
    }

    /// The listed tags beyond the universe, ascending.
    pub fn others(&self) -> &[TagId] {
        &self.listed.others
    }

    /// Lists one more tag, not in its place; [`MetaSet::restore_order`] comes after.
    pub(super) fn push_listed(&mut self, tag: TagId, universe: &Universe) {
        match universe.bit(tag) {
            Some(_) => self.listed.insert(tag, universe),
            None => self.listed.others.push(tag),
        }
    }

    /// The listed tags beyond the universe, to rename; [`MetaSet::restore_order`] comes after.
    pub(super) fn others_mut(&mut self) -> &mut [TagId] {
        &mut self.listed.others
    }

    /// Sorts the listed tags beyond the universe.
    pub(super) fn restore_order(&mut self) {
        self.listed.others.sort_unstable();
        self.listed.others.dedup();
    }

    /// Keeps the listed tags that `keep` accepts: of a finite set, its elements.
    pub fn retain_listed(&mut self, keep: impl FnMut(TagId) -> bool) {
        self.listed.retain(keep);
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

/// Bits of a word.
const BITS: u32 = u64::BITS;

/// A finite set of tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Listed {
    words: SmallVec<[u64; 4]>,
    others: SmallVec<[TagId; 6]>,
}

impl Listed {
    fn clear(&mut self) {
        self.words.clear();
        self.others.clear();
    }

    fn assign(&mut self, other: &Listed) {
        self.clear();
        self.words.extend_from_slice(&other.words);
        self.others.extend_from_slice(&other.others);
    }

    fn is_empty(&self) -> bool {
        self.words.is_empty() && self.others.is_empty()
    }

    fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum::<usize>() + self.others.len()
    }

    fn contains(&self, tag: TagId, universe: &Universe) -> bool {
        match universe.bit(tag) {
            Some((index, mask)) => self.words.get(index).is_some_and(|word| word & mask != 0),
            None => self.others.binary_search(&tag).is_ok(),
        }
    }

    fn insert(&mut self, tag: TagId, universe: &Universe) {
        match universe.bit(tag) {
            Some((index, mask)) => {
                if self.words.len() <= index {
                    self.words.resize(index + 1, 0);
                }
                if let Some(word) = self.words.get_mut(index) {
                    *word |= mask;
                }
            }
            None => {
                if let Err(place) = self.others.binary_search(&tag) {
                    self.others.insert(place, tag);
                }
            }
        }
    }

    fn remove(&mut self, tag: TagId, universe: &Universe) {
        match universe.bit(tag) {
            Some((index, mask)) => {
                if let Some(word) = self.words.get_mut(index) {
                    *word &= !mask;
                    self.trim();
                }
            }
            None => {
                if let Ok(place) = self.others.binary_search(&tag) {
                    self.others.remove(place);
                }
            }
        }
    }

    fn combine(&mut self, op: Op, right: &Listed) {
        self.combine_words(op, &right.words);
        self.combine_others(op, &right.others);
    }

    fn combine_words(&mut self, op: Op, right: &[u64]) {
        if !matches!(op, Op::LeftOnly | Op::Intersect) && self.words.len() < right.len() {
            self.words.resize(right.len(), 0);
        }
        let rights = right.iter().copied().chain(std::iter::repeat(0));
        for (left, right) in self.words.iter_mut().zip(rights) {
            *left = match op {
                Op::Union => *left | right,
                Op::Intersect => *left & right,
                Op::LeftOnly => *left & !right,
                Op::RightOnly => !*left & right,
                Op::Xor => *left ^ right,
            };
        }
        self.trim();
    }

    /// Works in place, so that nothing is allocated while the result fits.
    fn combine_others(&mut self, op: Op, right: &[TagId]) {
        let in_right = |tag: &mut TagId| right.binary_search(tag).is_ok();
        match op {
            Op::Intersect => self.others.retain(in_right),
            Op::LeftOnly => self.others.retain(|tag| !in_right(tag)),
            Op::Union if right.is_empty() => {}
            Op::Union => {
                self.others.extend_from_slice(right);
                self.others.sort_unstable();
                self.others.dedup();
            }
            Op::Xor => self.xor_others(right),
            // right ∖ left = (left △ right) ∩ right
            Op::RightOnly => {
                self.xor_others(right);
                self.others.retain(in_right);
            }
        }
    }

    fn xor_others(&mut self, right: &[TagId]) {
        if right.is_empty() {
            return;
        }
        self.others.extend_from_slice(right);
        self.others.sort_unstable();
        // A tag of both sides is there twice, side by side: keep what differs from both neighbours.
        let mut kept = 0;
        let mut read = 0;
        while let Some(tag) = self.others.get(read).copied() {
            if self.others.get(read + 1) == Some(&tag) {
                read += 2;
                continue;
            }
            if let Some(place) = self.others.get_mut(kept) {
                *place = tag;
                kept += 1;
            }
            read += 1;
        }
        self.others.truncate(kept);
    }

    fn trim(&mut self) {
        while self.words.last() == Some(&0) {
            self.words.pop();
        }
    }

    fn is_disjoint(&self, other: &Listed) -> bool {
        let (few, many) = if self.others.len() <= other.others.len() { (self, other) } else { (other, self) };
        self.words.iter().zip(&other.words).all(|(left, right)| left & right == 0)
            && few.others.iter().all(|tag| many.others.binary_search(tag).is_err())
    }

    fn is_subset(&self, other: &Listed) -> bool {
        self.words.len() <= other.words.len()
            && self.others.len() <= other.others.len()
            && self.words.iter().zip(&other.words).all(|(left, right)| left & !right == 0)
            && self.others.iter().all(|tag| other.others.binary_search(tag).is_ok())
    }

    fn iter(&self) -> impl Iterator<Item = TagId> + '_ {
        let bits = (0u32..).zip(&self.words).flat_map(|(index, word)| {
            // Each word without one more of its lowest bits.
            let rests = std::iter::successors(Some(*word), |rest| Some(rest & rest.wrapping_sub(1)));
            let bits = rests.take_while(|&rest| rest != 0).map(u64::trailing_zeros);
            bits.map(move |bit| TagId(index * BITS + bit))
        });
        bits.chain(self.others.iter().copied())
    }

    fn retain(&mut self, mut keep: impl FnMut(TagId) -> bool) {
        for (index, word) in (0u32..).zip(&mut self.words) {
            let mut rest = *word;
            while rest != 0 {
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                if !keep(TagId(index * BITS + bit)) {
                    *word &= !(1 << bit);
                }
            }
        }
        self.trim();
        self.others.retain(|tag| keep(*tag));
    }
}
