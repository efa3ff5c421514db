//! A keyed hash for tables of strings that callers choose: quick on short strings, with keys drawn at random for each table.
//!
//! It is no cryptographic hash. Without the keys, which never leave the table, nobody knows which strings meet; but who could
//! measure long enough might learn something. So tables that hold strings of callers count how far they have to search, and
//! go over to [`KeyedHash::careful`], whose outputs tell nothing, where that is further than chance explains.

use std::hash::{BuildHasher, RandomState};

/// Spreads the length over the word, so that a byte cannot make up for it: digits of π, which nobody chose.
const LENGTH: u64 = 0x243f_6a88_85a3_08d3;

/// The keys of a table.
#[derive(Debug, Clone)]
pub(crate) struct KeyedHash {
    keys: [u64; 3],
    /// If it is there, this hash counts.
    careful: Option<RandomState>,
}

impl Default for KeyedHash {
    fn default() -> Self {
        let random = RandomState::new();
        // Odd, so that multiplying loses nothing.
        KeyedHash { keys: [1, 2, 3].map(|number: u64| random.hash_one(number) | 1), careful: None }
    }
}

impl KeyedHash {
    /// A hash of other keys that tells nothing about them, whatever is hashed: several times slower.
    pub(crate) fn careful() -> Self {
        KeyedHash { careful: Some(RandomState::new()), ..KeyedHash::default() }
    }

    /// Whether it is one of those.
    pub(crate) fn is_careful(&self) -> bool {
        self.careful.is_some()
    }

    /// The hash of a string.
    #[inline]
    pub(crate) fn hash(&self, name: &str) -> u64 {
        match &self.careful {
            None => self.quick(name.as_bytes()),
            Some(careful) => careful.hash_one(name),
        }
    }

    #[inline]
    fn quick(&self, bytes: &[u8]) -> u64 {
        let [start, middle, end] = self.keys;
        let state = start ^ (bytes.len() as u64).wrapping_mul(LENGTH);
        let (first, last) = match (bytes.first_chunk(), bytes.last_chunk(), bytes.len()) {
            // Two words that overlap hold all of it.
            (Some(first), Some(last), ..=16) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            (Some(_), Some(last), _) => {
                return fold(self.long(bytes, state) ^ u64::from_le_bytes(*last), end);
            }
            _ => (short(bytes), 0),
        };
        fold(fold(state ^ first, middle) ^ last, end)
    }

    /// All words of a long string but the last, mixed into the state.
    fn long(&self, bytes: &[u8], mut state: u64) -> u64 {
        let [_, middle, _] = self.keys;
        let (words, _) = bytes.as_chunks::<8>();
        for word in words {
            state = fold(state ^ u64::from_le_bytes(*word), middle);
        }
        state
    }
}

/// At most seven bytes as a word: the length, which is mixed in elsewhere, tells such words apart.
#[inline]
fn short(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
        }
        _ => bytes.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

/// The product's halves joined, so that every bit of the inputs reaches low bits of the output.
#[inline]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    (product >> 64) as u64 ^ product as u64
}

#[cfg(test)]
mod tests {
    use super::KeyedHash;
    use std::collections::{HashMap, HashSet};

    /// Strings that differ little, of all lengths at which the code takes another way.
    fn alike() -> Vec<String> {
        let lengths = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23, 24, 25, 40, 64, 65];
        let changed = |length: usize| {
            (0..length).flat_map(move |at| {
                ('b'..='d').map(move |other| {
                    (0..length).map(|place| if place == at { other } else { 'a' }).collect::<String>()
                })
            })
        };
        let plain = lengths.iter().map(|&length| "a".repeat(length));
        plain.chain(lengths.iter().flat_map(|&length| changed(length))).collect()
    }

    #[test]
    fn strings_that_differ_little_have_hashes_that_differ_much() {
        let strings = alike();
        for hash in [KeyedHash::default(), KeyedHash::careful()] {
            let hashes: HashSet<u64> = strings.iter().map(|text| hash.hash(text)).collect();
            assert_eq!(hashes.len(), strings.len());
            // Their lowest bits, which tables use, are spread too.
            let mut places: HashMap<u64, usize> = HashMap::new();
            for text in &strings {
                *places.entry(hash.hash(text) % 256).or_default() += 1;
            }
            let most = places.values().max().copied().unwrap_or(0);
            assert!(most <= 24, "{most} of {} strings meet in one of 256 places", strings.len());
        }
    }

    #[test]
    fn each_table_has_keys_of_its_own() {
        let (one, other) = (KeyedHash::default(), KeyedHash::default());
        assert!(alike().iter().all(|text| one.hash(text) != other.hash(text)));
        assert!(alike().iter().all(|text| one.hash(text) == one.clone().hash(text)));
    }
}
