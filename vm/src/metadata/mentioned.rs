//! Which tags of the session a call mentions, so that they count like all others that the policy does not name.
//!
//! What a call may mention must not depend on what the session happens to have: moving the session, which drops tags that
//! its metadata no longer lists, would change it.

/// Tags of a session's table that a call mentions, by their indices.
#[derive(Debug, Default)]
pub(crate) struct Mentioned {
    /// A bit for each, as far as the highest.
    words: Vec<u64>,
    count: usize,
}

impl Mentioned {
    /// Forgets all, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.words.clear();
        self.count = 0;
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Whether it is there.
    pub(super) fn has(&self, index: u32) -> bool {
        self.words.get(word_of(index)).is_some_and(|word| word & bit_of(index) != 0)
    }

    /// Adds one that is not there. The memory is that of the highest index of the session's table, which is bounded.
    pub(super) fn add(&mut self, index: u32) {
        let at = word_of(index);
        if at >= self.words.len() {
            self.words.resize(at + 1, 0);
        }
        if let Some(word) = self.words.get_mut(at) {
            *word |= bit_of(index);
        }
        self.count += 1;
    }
}

fn word_of(index: u32) -> usize {
    (index / u64::BITS) as usize
}

fn bit_of(index: u32) -> u64 {
    1 << (index % u64::BITS)
}

#[cfg(test)]
mod tests {
    use super::Mentioned;

    #[test]
    fn each_tag_takes_a_bit() {
        let mut mentioned = Mentioned::default();
        let added = [700, 0, 63, 64, 65, 127, 128];
        for (count, index) in added.into_iter().enumerate() {
            assert_eq!((mentioned.has(index), mentioned.count()), (false, count), "{index}");
            mentioned.add(index);
        }
        let there: Vec<u32> = (0..2000).filter(|index| mentioned.has(*index)).collect();
        assert_eq!(there, [0, 63, 64, 65, 127, 128, 700]);
        assert_eq!(mentioned.words.len(), 700 / 64 + 1);
        mentioned.clear();
        assert!((0..2000).all(|index| !mentioned.has(index)) && mentioned.count() == 0);
    }
}
