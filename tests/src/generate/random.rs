//! The source of random choices: a seed, which gives the same policies everywhere, or bytes, so that a fuzzer chooses.
//!
//! Bytes are read as `arbitrary` reads them, a small choice from one byte, so that a changed byte changes one choice. When
//! they end, a seed made of the first bytes goes on: every input gives a whole case, and a short one is like a seed.
//! A recorder writes the choices of a seed down as such bytes: the seeds of the tests are seeds for the fuzzer too.

use arbitrary::Unstructured;

/// How many bytes at the beginning seed what comes after the last one.
const SEED: usize = 4;

/// A sequence of choices.
#[derive(Debug, Clone)]
pub struct Random {
    numbers: SplitMix,
    numbered: usize,
    bytes: Bytes,
}

/// What becomes of bytes.
#[derive(Debug, Clone)]
enum Bytes {
    /// There are none: the numbers alone are the source.
    None,
    /// The choices that are still to be read.
    Read(Vec<u8>, usize),
    /// The choices so far.
    Written(Vec<u8>),
}

#[derive(Debug, Clone)]
struct SplitMix(u64);

impl SplitMix {
    fn new(seed: u64) -> SplitMix {
        SplitMix(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Random {
    /// Starts a sequence from a seed.
    pub fn new(seed: u64) -> Random {
        Random { numbers: SplitMix::new(seed), numbered: 0, bytes: Bytes::None }
    }

    /// Starts a sequence that the bytes choose, as long as they last.
    pub fn of_bytes(bytes: &[u8]) -> Random {
        let (seed, choices) = bytes.split_at(bytes.len().min(SEED));
        let seed = seed.iter().fold(0, |seed, &byte| seed << 8 | u64::from(byte));
        Random { bytes: Bytes::Read(choices.to_vec(), 0), ..Random::new(seed) }
    }

    /// Starts the sequence of a seed, to be [recorded](Random::recorded).
    pub fn recording(seed: u64) -> Random {
        let first = (seed as u32).to_be_bytes();
        Random { bytes: Bytes::Written(first.to_vec()), ..Random::new(seed) }
    }

    /// The bytes that make the choices so far again, if it is recording.
    pub fn recorded(self) -> Vec<u8> {
        match self.bytes {
            Bytes::Written(bytes) => bytes,
            Bytes::None | Bytes::Read(..) => Vec::new(),
        }
    }

    /// From here on it is for cases that have so many numbered tags beside the usual ones.
    pub fn expect_numbered_tags(&mut self, numbered: usize) {
        self.numbered = numbered;
    }

    /// How many numbered tags there are.
    pub fn numbered(&self) -> usize {
        self.numbered
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        match &mut self.bytes {
            Bytes::None => (self.numbers.next() % limit as u64) as usize,
            Bytes::Read(bytes, at) => {
                let mut rest = Unstructured::new(bytes.get(*at..).unwrap_or_default());
                if rest.is_empty() {
                    return (self.numbers.next() % limit as u64) as usize;
                }
                let chosen = rest.int_in_range(0..=limit - 1).unwrap_or(0);
                *at = bytes.len() - rest.len();
                chosen
            }
            Bytes::Written(bytes) => {
                let chosen = (self.numbers.next() % limit as u64) as usize;
                // As many bytes as the greatest choice has, the first the most significant.
                let width = (usize::BITS - (limit - 1).leading_zeros()).div_ceil(8);
                bytes.extend_from_slice(&chosen.to_be_bytes()[size_of::<usize>() - width as usize..]);
                chosen
            }
        }
    }

    /// True in `percent` of all cases.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }

    /// One of several, most often one of the first.
    pub fn pick_early<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        let index = (0..5).map(|_| self.below(choices.len())).min();
        choices[index.unwrap_or(0)]
    }

    /// Some of several, each in `percent` of all cases.
    pub fn some<'a, T: ?Sized>(&mut self, choices: &[&'a T], percent: usize) -> Vec<&'a T> {
        choices.iter().copied().filter(|_| self.percent(percent)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    fn choices(mut random: Random) -> (Vec<usize>, Random) {
        let limits = [1, 2, 7, 100, 256, 257, 65_536, 65_537, 1 << 30];
        (limits.iter().cycle().take(200).map(|&limit| random.below(limit)).collect(), random)
    }

    #[test]
    fn what_is_recorded_makes_the_same_choices() {
        for seed in 0..50 {
            let (plain, _) = choices(Random::new(seed));
            let (recorded, random) = choices(Random::recording(seed));
            let bytes = random.recorded();
            let (read, _) = choices(Random::of_bytes(&bytes));
            assert_eq!(plain, recorded, "seed {seed}");
            assert_eq!(plain, read, "seed {seed}");
            // The first byte after the seed is the second choice: the first has nothing to choose.
            let mut changed = bytes.clone();
            changed[4] ^= 1;
            let (read, _) = choices(Random::of_bytes(&changed));
            assert_ne!(plain[1], read[1], "seed {seed}");
            assert_eq!(plain[2..], read[2..], "seed {seed}");
        }
    }

    #[test]
    fn bytes_that_end_go_on_as_a_seed() {
        let (of_bytes, _) = choices(Random::of_bytes(&7_u32.to_be_bytes()));
        let (of_seed, _) = choices(Random::new(7));
        assert_eq!(of_bytes, of_seed);
        let (nothing, _) = choices(Random::of_bytes(&[]));
        assert!(nothing.iter().any(|&choice| choice > 0));
    }
}
