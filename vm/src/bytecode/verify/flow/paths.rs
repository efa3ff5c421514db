//! What is known of registers along the paths of a procedure.
//!
//! Invariant: a state is kept only for instructions further on to which some jump goes, and its memory is used again, so that
//! the memory of a pass is that of the jumps that are open at the same time.

/// A set of register numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Registers([u64; 4]);

impl Registers {
    #[inline]
    pub(super) fn has(&self, register: u8) -> bool {
        self.0.get(usize::from(register >> 6)).is_some_and(|word| word & (1 << (register & 63)) != 0)
    }

    #[inline]
    pub(super) fn set(&mut self, register: u8, present: bool) {
        if let Some(word) = self.0.get_mut(usize::from(register >> 6)) {
            let bit = 1 << (register & 63);
            *word = if present { *word | bit } else { *word & !bit };
        }
    }

    fn both(self, other: Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Registers([a & e, b & f, c & g, d & h])
    }

    fn either(self, other: Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Registers([a | e, b | f, c | g, d | h])
    }
}

/// What is known of the registers at one instruction.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct State {
    pub(super) bools: Registers,
    pub(super) values: Registers,
    pub(super) sets: Registers,
    /// Set registers that may hold a pattern set.
    pub(super) patterns: Registers,
}

impl State {
    /// What holds if one of two paths was taken.
    pub(super) fn merge(self, other: State) -> State {
        State {
            bools: self.bools.both(other.bools),
            values: self.values.both(other.values),
            sets: self.sets.both(other.sets),
            patterns: self.patterns.either(other.patterns),
        }
    }
}

/// What holds on the jumps to instructions further on; its memory serves one procedure after another.
#[derive(Default)]
pub(in super::super) struct Jumps {
    /// How many instructions the procedure has.
    len: usize,
    /// For each of them the place of its state, from 1; 0 where no jump goes. Empty before the first jump: most procedures have
    /// none.
    places: Vec<u32>,
    states: Vec<State>,
    /// Places whose state was taken.
    free: Vec<u32>,
}

impl Jumps {
    /// Begins a procedure of so many instructions.
    pub(super) fn begin(&mut self, len: usize) {
        self.len = len;
        self.places.clear();
        self.states.clear();
        self.free.clear();
    }

    fn state(&mut self, place: u32) -> Option<&mut State> {
        self.states.get_mut((place as usize).checked_sub(1)?)
    }

    /// A path with this state goes on at `target`, which counts from the begin of the procedure.
    pub(super) fn add(&mut self, target: usize, state: State) {
        if self.places.is_empty() {
            self.places.resize(self.len, 0);
        }
        let known = self.places.get(target).copied().unwrap_or(0);
        if let Some(known) = self.state(known) {
            *known = known.merge(state);
            return;
        }
        let place = match self.free.pop() {
            Some(place) => place,
            None => {
                self.states.push(state);
                self.states.len() as u32
            }
        };
        if let Some(slot) = self.state(place) {
            *slot = state;
        }
        if let Some(slot) = self.places.get_mut(target) {
            *slot = place;
        }
    }

    /// What holds on the jumps to `at`, if there are some.
    #[inline]
    pub(super) fn take(&mut self, at: usize) -> Option<State> {
        let place = self.places.get(at).copied().filter(|&place| place != 0)?;
        self.free.push(place);
        self.state(place).map(|state| *state)
    }
}

#[cfg(test)]
mod tests {
    use super::Registers;

    #[test]
    fn registers_are_known_on_both_paths_or_on_one() {
        for register in [0, 1, 127, 128, 129, 255_u8] {
            let others = [register ^ 1, register ^ 127, register ^ 128];
            let made = |present| {
                let mut made = Registers::default();
                others.iter().for_each(|&other| made.set(other, true));
                made.set(register, true);
                made.set(register, present);
                made
            };
            for (left, right) in [(false, false), (false, true), (true, false), (true, true)] {
                let (both, either) = (made(left).both(made(right)), made(left).either(made(right)));
                assert_eq!((both.has(register), either.has(register)), (left && right, left || right));
                assert!(others.iter().all(|&other| both.has(other) && either.has(other)), "{register}");
            }
        }
    }
}
