//! The words of sets from [`HEAD_WORDS`](crate::bytecode::program::HEAD_WORDS) on: only those that have a bit, each with its
//! index.
//!
//! Invariants: indices ascend without repetition, and no word is zero. Every operation finds its way by steps of growing
//! length, so with few words on one side and many on the other it takes time in proportion to the few, times a logarithm;
//! what writes also moves the words that come after. Only [`insert`] and [`combine`] may allocate, and only when the result
//! has more words than there is room for.

use super::Op;
use crate::bytecode::program::WordRecord;
use smallvec::SmallVec;
use std::cmp::Ordering;

/// So many words need no memory of their own: tags that lie apart, of the policy, the session and the call.
const INLINE: usize = 3;

/// Words that can change.
pub(super) type Tail = SmallVec<[WordRecord; INLINE]>;

/// So many words are looked at one after another: what is looked for is near where both sides have many words.
const NEAR: usize = 4;

/// How many words from the front have a lower index.
#[inline]
fn lower(words: &[WordRecord], index: u32) -> usize {
    let near = words.iter().take(NEAR).position(|word| word.index >= index);
    near.unwrap_or_else(|| lower_far(words, index))
}

/// The same, when the first [`NEAR`] words have a lower index.
fn lower_far(words: &[WordRecord], index: u32) -> usize {
    let (mut passed, mut step) = (NEAR.min(words.len()), NEAR);
    while words.get(passed + step - 1).is_some_and(|word| word.index < index) {
        passed += step;
        step *= 2;
    }
    let end = words.len().min(passed + step - 1);
    let within = words.get(passed..end).unwrap_or_default();
    passed + within.partition_point(|word| word.index < index)
}

/// Reads the words of ascending indices.
struct Reader<'w> {
    rest: &'w [WordRecord],
}

impl Reader<'_> {
    /// The bits of the word `index`; indices ascend from question to question.
    fn bits(&mut self, index: u32) -> u64 {
        self.rest = self.rest.get(lower(self.rest, index)..).unwrap_or_default();
        self.rest.first().filter(|word| word.index == index).map_or(0, |word| word.bits)
    }
}

/// The bits of the word `index`.
pub(super) fn bits(words: &[WordRecord], index: u32) -> u64 {
    let found = words.binary_search_by_key(&index, |word| word.index);
    found.ok().and_then(|at| words.get(at)).map_or(0, |word| word.bits)
}

/// The index of the first word from `index` on.
pub(super) fn first_from(words: &[WordRecord], index: u32) -> Option<u32> {
    words.get(lower(words, index)).map(|word| word.index)
}

/// Whether a bit is in both.
pub(super) fn overlap(left: &[WordRecord], right: &[WordRecord]) -> bool {
    let (few, many) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    let mut many = Reader { rest: many };
    few.iter().any(|word| word.bits & many.bits(word.index) != 0)
}

/// Whether all bits of `left` are in `right`.
pub(super) fn is_subset(left: &[WordRecord], right: &[WordRecord]) -> bool {
    let mut many = Reader { rest: right };
    left.len() <= right.len() && left.iter().all(|word| word.bits & !many.bits(word.index) == 0)
}

/// Sets a bit.
pub(super) fn insert(tail: &mut Tail, index: u32, mask: u64) {
    // Tags come in the order of their ids more often than not.
    let place = match tail.last_mut() {
        Some(last) if last.index == index => {
            last.bits |= mask;
            return;
        }
        Some(last) if last.index > index => tail.binary_search_by_key(&index, |word| word.index),
        _ => Err(tail.len()),
    };
    match place {
        Ok(at) => {
            if let Some(word) = tail.get_mut(at) {
                word.bits |= mask;
            }
        }
        Err(at) => tail.insert(at, WordRecord { index, bits: mask }),
    }
}

/// Clears bits of a word, and gives those that were set.
pub(super) fn take(tail: &mut Tail, index: u32, mask: u64) -> u64 {
    let Ok(at) = tail.binary_search_by_key(&index, |word| word.index) else { return 0 };
    let Some(word) = tail.get_mut(at) else { return 0 };
    let taken = word.bits & mask;
    word.bits ^= taken;
    if word.bits == 0 {
        tail.remove(at);
    }
    taken
}

/// `tail` becomes what `op` makes of it and `right`.
pub(super) fn combine(tail: &mut Tail, op: Op, right: &[WordRecord]) {
    match op {
        Op::Intersect | Op::LeftOnly => reduce(tail, op, right),
        Op::Union => join(tail, op, right),
        Op::Xor => {
            join(tail, op, right);
            tail.retain(|word| word.bits != 0);
        }
        // right ∖ left = (left △ right) ∩ right
        Op::RightOnly => {
            join(tail, Op::Xor, right);
            reduce(tail, Op::Intersect, right);
        }
    }
}

/// Combines where the result has no words but those of `tail`.
fn reduce(tail: &mut Tail, op: Op, right: &[WordRecord]) {
    let mut right = Reader { rest: right };
    tail.retain(|word| {
        word.bits = op.apply(word.bits, right.bits(word.index));
        word.bits != 0
    });
}

/// Combines where the result has the words of both; a word may be zero then.
fn join(tail: &mut Tail, op: Op, right: &[WordRecord]) {
    let (mut at, mut new, mut rest) = (0, 0, right);
    while let (Some(own), Some((first, after))) = (tail.get_mut(at), rest.split_first()) {
        match own.index.cmp(&first.index) {
            Ordering::Equal => {
                own.bits = op.apply(own.bits, first.bits);
                at += 1;
                rest = after;
            }
            Ordering::Less => at += lower(tail.get(at..).unwrap_or_default(), first.index),
            Ordering::Greater => {
                let missing = lower(rest, own.index);
                new += missing;
                rest = rest.get(missing..).unwrap_or_default();
            }
        }
    }
    add_missing(tail, new + rest.len(), right);
}

/// Adds the words of `right` that `tail` has not, `new` of them: from the last, so that each word moves once, and words of
/// one side that follow each other move together.
fn add_missing(tail: &mut Tail, new: usize, mut right: &[WordRecord]) {
    let mut read = tail.len();
    let mut write = read + new;
    tail.resize(write, WordRecord::default());
    while write > read {
        let Some((last, before)) = right.split_last() else { break };
        let own = tail.get(..read).unwrap_or_default();
        match own.last().map(|own| own.index) {
            Some(index) if index >= last.index => {
                let count = if index == last.index {
                    right = before;
                    1
                } else {
                    higher(own, last.index)
                };
                tail.copy_within(read - count..read, write - count);
                read -= count;
                write -= count;
            }
            index => {
                let count = index.map_or(right.len(), |index| higher(right, index));
                let (before, moved) = right.split_at(right.len() - count);
                if let Some(place) = tail.get_mut(write - count..write) {
                    place.copy_from_slice(moved);
                }
                right = before;
                write -= count;
            }
        }
    }
}

/// How many words at the end have a higher index.
fn higher(words: &[WordRecord], index: u32) -> usize {
    let near = words.iter().rev().take(NEAR).position(|word| word.index <= index);
    near.unwrap_or_else(|| words.len() - words.partition_point(|word| word.index <= index))
}

#[cfg(test)]
mod tests {
    use super::{NEAR, higher, lower};
    use crate::bytecode::program::WordRecord;

    /// Far enough that steps have grown a few times, and around where they end.
    #[test]
    fn words_are_found_wherever_they_are() {
        let lengths = (0..10 * NEAR).chain([67, 68, 69, 70, 131, 132, 133, 134]);
        for length in lengths {
            let words: Vec<WordRecord> =
                (0..length as u32).map(|at| WordRecord { index: 2 * at + 1, bits: 1 }).collect();
            for index in 0..2 * length as u32 + 2 {
                let count =
                    |test: fn(u32, u32) -> bool| words.iter().filter(|word| test(word.index, index)).count();
                assert_eq!(lower(&words, index), count(|word, index| word < index), "{index} of {length}");
                assert_eq!(higher(&words, index), count(|word, index| word > index), "{index} of {length}");
            }
        }
    }
}
