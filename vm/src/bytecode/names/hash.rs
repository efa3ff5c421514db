//! The hash of name tables. It is part of the format of programs: changing it takes a new format version.
//!
//! A name is taken eight bytes at a time, little end first, the last with zeros for what is missing; its length is part of
//! where the hash begins. Each word is mixed in by exclusive or, and the whole folded: multiplied by an odd constant to
//! 128 bits, of which the upper and the lower half are joined by exclusive or.

/// The fractional digits of π, in odd words: constants that nobody chose.
const LENGTH: u64 = 0x243f_6a88_85a3_08d3;
const WORD: u64 = 0x1319_8a2e_0370_7345;
const LAST: u64 = 0xa409_3822_299f_31d1;
const SEED: u64 = 0x082e_fa98_ec4e_6c89;
const DISPLACEMENT: u64 = 0x4528_21e6_38d0_1377;

/// The hash of a name.
pub(super) fn hash(seed: u32, name: &[u8]) -> u64 {
    let mut state = fold(u64::from(seed) ^ SEED, SEED) ^ (name.len() as u64).wrapping_mul(LENGTH);
    let (words, rest) = name.as_chunks::<8>();
    for word in words {
        state = fold(state ^ u64::from_le_bytes(*word), WORD);
    }
    // Going from the last byte to the first puts the first lowest.
    let last = rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
    fold(state ^ last, LAST)
}

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}

/// The bucket of a hash: its upper half, scaled to the number of buckets.
pub(super) fn bucket(hash: u64, buckets: usize) -> usize {
    scale(hash >> 32, buckets)
}

/// The slot of a hash in a bucket with this displacement.
pub(super) fn slot(hash: u64, displacement: u16, slots: usize) -> usize {
    let moved = hash ^ (u64::from(displacement) + 1).wrapping_mul(DISPLACEMENT);
    scale(fold(moved, LAST) >> 32, slots)
}

/// A number below two to the power of 32, scaled to below `size`, which is at most that.
fn scale(number: u64, size: usize) -> usize {
    (number.wrapping_mul(size as u64) >> 32) as usize
}
