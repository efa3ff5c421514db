//! A keyed hash for tables of strings that callers choose: quick on short strings, with keys drawn at random for each table.
//!
//! It is no cryptographic hash. Without the keys, which never leave the table, nobody knows which strings meet; but who could
//! measure long enough might learn something. So tables that hold strings of callers count how far they have to search, and
//! go over to `KeyedHash::careful`, whose outputs tell nothing, where that is further than chance explains.

use std::hash::{BuildHasher, Hasher, RandomState};

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

/// The quick hash for maps of any key that are filled and asked within one piece of work, such as compiling a policy: whoever
/// chose the keys does not see how long one of them takes, and the next map has another hash.
#[derive(Debug, Clone, Default)]
pub struct QuickHash {
    keys: KeyedHash,
}

impl QuickHash {
    /// The hash of a string.
    #[inline]
    pub fn of_str(&self, text: &str) -> u64 {
        self.keys.quick(text.as_bytes())
    }
}

impl BuildHasher for QuickHash {
    type Hasher = QuickHasher;

    #[inline]
    fn build_hasher(&self) -> QuickHasher {
        let [start, _, _] = self.keys.keys;
        QuickHasher { state: start, keys: self.keys.keys }
    }
}

/// See [`QuickHash`].
#[derive(Debug, Clone)]
pub struct QuickHasher {
    state: u64,
    keys: [u64; 3],
}

impl QuickHasher {
    #[inline]
    fn word(&mut self, word: u64) {
        let [_, middle, _] = self.keys;
        self.state = fold(self.state ^ word, middle);
    }
}

impl Hasher for QuickHasher {
    #[inline]
    fn finish(&self) -> u64 {
        let [_, _, end] = self.keys;
        fold(self.state, end)
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.word((bytes.len() as u64).wrapping_mul(LENGTH));
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            self.word(short(rest));
        }
    }

    #[inline]
    fn write_u8(&mut self, value: u8) {
        self.word(value.into());
    }

    #[inline]
    fn write_u32(&mut self, value: u32) {
        self.word(value.into());
    }

    #[inline]
    fn write_u64(&mut self, value: u64) {
        self.word(value);
    }

    #[inline]
    fn write_usize(&mut self, value: usize) {
        self.word(value as u64);
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
    use super::{KeyedHash, QuickHash};
    use std::collections::{HashMap, HashSet};
    use std::hash::BuildHasher;

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
    fn keys_of_any_type_that_differ_little_have_quick_hashes_that_differ_much() {
        let hash = QuickHash::default();
        let strings = alike();
        let mut hashes: Vec<u64> = strings.iter().map(|text| hash.hash_one(text)).collect();
        let pairs = (0..40_u32).flat_map(|line| (0..40_u32).map(move |column| (line, column)));
        hashes.extend(pairs.map(|pair| hash.hash_one(pair)));
        hashes.extend((1..400_usize).map(|length| hash.hash_one(vec![0_u8; length])));
        let all: HashSet<u64> = hashes.iter().copied().collect();
        assert_eq!(all.len(), hashes.len());
        for bits in [0, 57] {
            let mut places: HashMap<u64, usize> = HashMap::new();
            for hash in &hashes {
                *places.entry(hash >> bits & 127).or_default() += 1;
            }
            let most = places.values().max().copied().unwrap_or(0);
            assert!(most <= 3 * hashes.len() / 128, "{most} of {} meet in one of 128 places", hashes.len());
        }
        assert!(strings.iter().all(|text| hash.of_str(text) != QuickHash::default().of_str(text)));
    }

    #[test]
    fn each_table_has_keys_of_its_own() {
        let (one, other) = (KeyedHash::default(), KeyedHash::default());
        assert!(alike().iter().all(|text| one.hash(text) != other.hash(text)));
        assert!(alike().iter().all(|text| one.hash(text) == one.clone().hash(text)));
    }
}
