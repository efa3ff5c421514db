//! Constant metadata sets as words: how the tags of a set become bits of a record and of the word pool, and back.
//!
//! The tag `id` is bit `id % 64` of the word `id / 64`. The first [`HEAD_WORDS`] words of a set are in its record; the
//! others that have a bit are in the word pool, each with its index, ascending. So what runs uses the tables as they are.

use super::program::{ConstSetRecord, HEAD_WORDS, List, Program, WordRecord};

/// The word and the bit of a tag.
#[inline]
pub(crate) fn bit(tag: u32) -> (u32, u64) {
    (tag / u64::BITS, 1 << (tag % u64::BITS))
}

/// The tags of a word, ascending.
pub(crate) fn tags_of(word: WordRecord) -> impl Iterator<Item = u32> {
    let first = word.index.saturating_mul(u64::BITS);
    // Each time without the lowest bit.
    let rests = std::iter::successors(Some(word.bits), |rest| Some(rest & rest.wrapping_sub(1)));
    rests.take_while(|&rest| rest != 0).map(move |rest| first.saturating_add(rest.trailing_zeros()))
}

/// The words of a set: the first ones, and those of the others that have a bit.
pub(crate) fn words<'s>(
    head: &'s [u64; HEAD_WORDS],
    tail: &'s [WordRecord],
) -> impl Iterator<Item = WordRecord> + 's {
    let head = (0..).zip(head).map(|(index, &bits)| WordRecord { index, bits });
    head.chain(tail.iter().copied())
}

impl ConstSetRecord {
    /// The set of these tags, which ascend, or of all others. What does not fit into the record is added to `pool`; none if
    /// the pool would have more words than its indices can count.
    pub fn new(complement: bool, tags: &[u32], pool: &mut Vec<WordRecord>) -> Option<ConstSetRecord> {
        let mut head = [0; HEAD_WORDS];
        let start = u32::try_from(pool.len()).ok()?;
        for &tag in tags {
            let (index, mask) = bit(tag);
            match head.get_mut(index as usize) {
                Some(bits) => *bits |= mask,
                None => match pool.get_mut(start as usize..).and_then(<[WordRecord]>::last_mut) {
                    Some(word) if word.index == index => word.bits |= mask,
                    _ => pool.push(WordRecord { index, bits: mask }),
                },
            }
        }
        let len = u32::try_from(pool.len()).ok()? - start;
        Some(ConstSetRecord { complement, head, tail: List { start, len } })
    }

    /// The tags that it lists, ascending: its elements, or what it leaves out. None if its words are not in the pool.
    pub fn tags<'p>(&'p self, program: &'p Program) -> Option<impl Iterator<Item = u32> + 'p> {
        let tail = self.tail.of(&program.word_pool)?;
        Some(words(&self.head, tail).flat_map(tags_of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_give_back_their_tags() {
        let mut program = Program::default();
        for tags in
            [vec![], vec![0], vec![63, 64, 255], vec![255, 256, 257, 70_000], vec![256], vec![u32::MAX]]
        {
            let record = ConstSetRecord::new(true, &tags, &mut program.word_pool).expect("it fits");
            assert_eq!(record.tags(&program).expect("it is whole").collect::<Vec<_>>(), tags);
        }
        // 256 and 257 are in one word, and no set continues the word of another.
        assert_eq!(program.word_pool.len(), 4);
    }
}
