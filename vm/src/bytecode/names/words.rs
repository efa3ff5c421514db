//! Names as words: what tells short names apart without looking at their texts, and most long ones.
//!
//! Invariant: of names that are no longer than [`NameWords::WHOLE`], no two have the same words.

/// A name as words. Names of at most [`NameWords::WHOLE`] bytes are equal if and only if their words are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NameWords {
    pub(super) first: u64,
    pub(super) last: u64,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NamedId {
    first: u64,
    last: u64,
    length: u32,
    /// The id.
    pub(crate) id: u32,
}

impl NamedId {
    /// No name has it.
    pub(crate) const NONE: NamedId = NamedId { first: 0, last: 1, length: 0, id: u32::MAX };

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

impl AsRef<NamedId> for NamedId {
    #[inline]
    fn as_ref(&self) -> &NamedId {
        self
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
