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

    /// Adds one. The memory is that of the highest index of the session's table, which is bounded.
    #[inline]
    pub(super) fn add(&mut self, index: u32) {
        let at = word_of(index);
        if at >= self.words.len() {
            self.grow(at);
        }
        let Some(word) = self.words.get_mut(at) else { return };
        self.count += usize::from(*word & bit_of(index) == 0);
        *word |= bit_of(index);
    }

    #[inline(never)]
    fn grow(&mut self, at: usize) {
        self.words.resize(at + 1, 0);
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
    use super::{Mentioned, bit_of, word_of};

    #[test]
    fn each_tag_takes_a_bit() {
        let mut mentioned = Mentioned::default();
        let added = [700, 0, 63, 64, 65, 127, 128];
        for (count, index) in added.into_iter().enumerate() {
            assert_eq!(mentioned.count(), count);
            mentioned.add(index);
            mentioned.add(index);
            assert_eq!(mentioned.count(), count + 1);
        }
        assert_eq!(mentioned.count(), added.len());
        let has = |mentioned: &Mentioned, index: u32| {
            mentioned.words.get(word_of(index)).is_some_and(|word| word & bit_of(index) != 0)
        };
        let there: Vec<u32> = (0..2000).filter(|index| has(&mentioned, *index)).collect();
        assert_eq!(there, [0, 63, 64, 65, 127, 128, 700]);
        assert_eq!(mentioned.words.len(), 700 / 64 + 1);
        mentioned.clear();
        assert!((0..2000).all(|index| !has(&mentioned, index)) && mentioned.count() == 0);
    }
}
