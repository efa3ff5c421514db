//! A small deterministic source of random numbers: the same seed gives the same policies everywhere.

/// SplitMix64.
#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
    numbered: usize,
}

impl Random {
    /// Starts a sequence.
    pub fn new(seed: u64) -> Random {
        Random { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d, numbered: 0 }
    }

    /// Starts a sequence for cases that have so many numbered tags beside the usual ones.
    pub fn with_numbered_tags(seed: u64, numbered: usize) -> Random {
        Random { numbered, ..Random::new(seed) }
    }

    /// How many numbered tags there are.
    pub fn numbered(&self) -> usize {
        self.numbered
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.bits() % limit as u64) as usize
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
