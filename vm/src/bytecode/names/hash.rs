//! The hash of name tables. It is part of the format of programs: changing it takes a new format version.
//!
//! A name is taken eight bytes at a time, little end first: its first word, then the words at byte 8, 16 and so on that
//! begin more than eight bytes before its end, then its last word, which may overlap the one before. A name of less than
//! eight bytes has one word, of its bytes, and 0 for the last. Words are mixed by folding: two are multiplied to 128 bits, of
//! which the upper and the lower half are joined by exclusive or. What the seed gives is joined to the first word; if there
//! are words between, it is folded with a constant, and again with each of them joined to it; then it is folded with the
//! last word, to which is joined what the seed gives plus the length times a constant: where two names have the same hash,
//! another seed tells them apart.
//!
//! A name names its slot by this hash alone, however well or badly hashes spread: tables are made of names that are known,
//! and what is looked for in them meets one name at most.

use super::words::NameWords;

/// The fractional digits of π, in odd words: constants that nobody chose.
const LENGTH: u64 = 0x243f_6a88_85a3_08d3;
const WORD: u64 = 0x1319_8a2e_0370_7345;
const SEED: u64 = 0x082e_fa98_ec4e_6c89;
const DISPLACEMENT: u32 = 0xa409_3823;

/// What hashes of a seed begin with.
#[inline]
pub(super) fn seeded(seed: u32) -> u64 {
    fold(u64::from(seed) ^ SEED, SEED)
}

/// The hash of a name with these words, from what [`seeded`] gave.
#[inline]
pub(super) fn hash(seeded: u64, name: &[u8], words: NameWords) -> u64 {
    let state = seeded ^ words.first;
    let state = if words.are_all() { state } else { middle(state, name) };
    fold(state, words.last ^ seeded.wrapping_add((name.len() as u64).wrapping_mul(LENGTH)))
}

/// Mixes in the words of a long name between the first and the last.
#[inline(never)]
fn middle(state: u64, name: &[u8]) -> u64 {
    let between = name.get(8..name.len().saturating_sub(1)).unwrap_or_default();
    let mix = |state, word: &[u8; 8]| fold(state ^ u64::from_le_bytes(*word), WORD);
    between.as_chunks().0.iter().fold(fold(state, WORD), mix)
}

#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}

/// The bucket of a hash: its upper half, scaled to the number of buckets.
#[inline]
pub(super) fn bucket(hash: u64, buckets: usize) -> usize {
    scale(hash >> 32, buckets)
}

/// The slot of a hash in a bucket with this displacement: its lower half, multiplied by an odd number of the displacement, and
/// scaled to the number of slots.
#[inline]
pub(super) fn slot(hash: u64, displacement: u16, slots: usize) -> usize {
    let factor = (u32::from(displacement) * 2 + 1).wrapping_mul(DISPLACEMENT);
    scale(u64::from((hash as u32).wrapping_mul(factor)), slots)
}

/// A number below two to the power of 32, scaled to below `size`, which is at most that.
#[inline]
fn scale(number: u64, size: usize) -> usize {
    (number.wrapping_mul(size as u64) >> 32) as usize
}
