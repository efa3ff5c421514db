//! The hash of name tables. It is part of the format of programs: changing it takes a new format version.
//!
//! A name is taken eight bytes at a time, little end first: its first word, then the words at byte 8, 16 and so on that
//! begin more than eight bytes before its end, then its last word, which may overlap the one before. A name of less than
//! eight bytes has one word, of its bytes, and 0 for the last. Words are mixed by folding: two are multiplied to 128 bits, of
//! which the upper and the lower half are joined by exclusive or. What the seed gives is joined to the first word; if there
//! are words between, it is folded with a constant, and again with each of them joined to it; then it is folded with the
//! last word, to which a constant plus the length is joined.
//!
//! A name names its slot by this hash alone, however well or badly hashes spread: tables are made of names that are known,
//! and what is looked for in them meets one name at most.

/// The fractional digits of π, in odd words: constants that nobody chose.
const LENGTH: u64 = 0x243f_6a88_85a3_08d3;
const WORD: u64 = 0x1319_8a2e_0370_7345;
const SEED: u64 = 0x082e_fa98_ec4e_6c89;
const DISPLACEMENT: u32 = 0xa409_3823;

/// A name as words. Names of at most [`NameWords::WHOLE`] bytes are equal if and only if their words are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NameWords {
    first: u64,
    last: u64,
    /// In bytes, and as much as there is of it in 32 bits: no name of a program is longer.
    length: u32,
}

impl NameWords {
    /// The longest name that its words hold all of.
    const WHOLE: u32 = 16;

    /// No name has these: a longer one has another last word or a shorter length.
    pub(super) const NONE: NameWords = NameWords { first: 0, last: 1, length: 0 };

    /// Those of a name.
    #[inline]
    pub(crate) fn of(name: &str) -> NameWords {
        let bytes = name.as_bytes();
        let (first, last) = match (bytes.first_chunk(), bytes.last_chunk()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => (short(bytes), 0),
        };
        NameWords { first, last, length: u32::try_from(bytes.len()).unwrap_or(u32::MAX) }
    }

    /// Whether they tell all of the name.
    #[inline]
    pub(crate) fn are_all(self) -> bool {
        self.length <= NameWords::WHOLE
    }

    /// Whether they are those of `*`, which stands for all tags (S2.3).
    #[inline]
    pub(crate) fn are_star(self) -> bool {
        self.length == 1 && self.first == STAR
    }
}

/// A name by its words, with an id for what it is the name of: as small as tables of names can have it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NamedId {
    first: u64,
    last: u64,
    length: u32,
    /// The id.
    pub(crate) id: u32,
}

impl NamedId {
    #[inline]
    pub(crate) fn new(words: NameWords, id: u32) -> NamedId {
        let NameWords { first, last, length } = words;
        NamedId { first, last, length, id }
    }

    /// Whether the name has these words.
    #[inline]
    pub(crate) fn has(&self, words: NameWords) -> bool {
        self.first == words.first && self.last == words.last && self.length == words.length
    }
}

/// The first word of `*`.
const STAR: u64 = 0x2a_2a_2a;

/// A name of less than eight bytes as a word; among names of the same length, no two have the same.
#[inline]
fn short(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk(), bytes.last_chunk(), bytes) {
        (Some(first), Some(last), _) => {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
        }
        (_, _, &[first, .., last]) => {
            let middle = bytes.get(bytes.len() / 2).copied().unwrap_or(0);
            u64::from(first) | u64::from(middle) << 8 | u64::from(last) << 16
        }
        (_, _, &[only]) => u64::from(only) * 0x01_01_01,
        _ => 0,
    }
}

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
    fold(state, words.last ^ LENGTH.wrapping_add(name.len() as u64))
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
