//! A fixed set of strings, found by one multiplication per eight bytes and one comparison.

/// The places of the strings of a list.
#[derive(Debug, Clone)]
pub struct StringIndex {
    strings: Vec<Box<str>>,
    /// Half of the hash, and the place + 1 in `strings`; 0 is free. A power of two, at least twice as many as strings.
    slots: Vec<(u32, u32)>,
}

impl StringIndex {
    /// The index of these strings, all different.
    ///
    /// # Panics
    /// If there are too many.
    pub fn new<S: AsRef<str>>(strings: impl IntoIterator<Item = S>) -> StringIndex {
        let strings: Vec<Box<str>> = strings.into_iter().map(|string| string.as_ref().into()).collect();
        let mut slots = vec![(0, 0); (strings.len() * 2).next_power_of_two().max(2)];
        let mask = slots.len() - 1;
        for (place, string) in (1u32..).zip(&strings) {
            let hash = hash(string.as_bytes());
            let mut slot = hash as usize & mask;
            while slots[slot].1 != 0 {
                slot = (slot + 1) & mask;
            }
            slots[slot] = ((hash >> 32) as u32, place);
        }
        StringIndex { strings, slots }
    }

    /// The place of a string in the list.
    #[inline]
    pub fn find(&self, string: &str) -> Option<usize> {
        let hash = hash(string.as_bytes());
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let (half, place) = self.slots[slot & mask];
            let place = (place as usize).checked_sub(1)?;
            if half == (hash >> 32) as u32 && *self.strings[place] == *string {
                return Some(place);
            }
            slot += 1;
        }
    }
}

/// The same hash for maps that grow.
#[derive(Default)]
pub struct Mixer(u64);

impl std::hash::Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = mix(self.0, hash(bytes));
    }

    /// What `str` adds at its end says nothing here.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[inline]
fn hash(bytes: &[u8]) -> u64 {
    let mut hash = bytes.len() as u64 ^ 0x9E37_79B9_7F4A_7C15;
    if let Some((last, _)) = bytes.last_chunk::<8>().map(|last| (last, ())) {
        for chunk in bytes[..bytes.len() - 1].as_chunks::<8>().0 {
            hash = mix(hash, u64::from_le_bytes(*chunk));
        }
        return mix(hash, u64::from_le_bytes(*last));
    }
    let tail = match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        _ => match *bytes {
            [] => 0,
            [a] => u64::from(a),
            [a, b] => u64::from(a) << 8 | u64::from(b),
            [a, b, c, ..] => u64::from(a) << 16 | u64::from(b) << 8 | u64::from(c),
        },
    };
    mix(hash, tail)
}

#[inline]
fn mix(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ word) * u128::from(0xD6E8_FEB8_6659_FD93_u64);
    (product as u64) ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::StringIndex;

    #[test]
    fn finds_what_is_there_and_nothing_else() {
        let strings: Vec<String> =
            (0..5000).map(|number| "x".repeat(number % 40) + &number.to_string()).collect();
        let index = StringIndex::new(&strings);
        for (place, string) in strings.iter().enumerate() {
            assert_eq!(index.find(string), Some(place));
            assert_eq!(index.find(&format!("{string}!")), None);
        }
        assert_eq!(StringIndex::new([""]).find(""), Some(0));
        assert_eq!(StringIndex::new(Vec::<String>::new()).find("a"), None);
    }
}
