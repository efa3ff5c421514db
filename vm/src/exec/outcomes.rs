//! Outcomes of conditions, recorded by procedures that belong to explanations.
//!
//! A host that never asks for explanations pays nothing: there is memory for outcomes only once they are wanted. Each phase
//! has outcomes of its own, as a let may be tested again after updates; so within a phase each outcome tells in which epoch
//! it came, and outcomes of different epochs are not told as if one followed from the other.

use crate::bytecode::operand::Slot;

/// When a condition was tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Tested {
    /// In `session before` updates.
    Before,
    /// In check rules.
    #[default]
    InRules,
    /// In `result` updates.
    Result,
    /// In `session after` updates.
    After,
}

impl Tested {
    const ALL: usize = 4;
}

/// An outcome, and the epoch in which it came: between two updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Noted {
    pub(crate) outcome: bool,
    pub(crate) epoch: u64,
}

/// The outcomes of the conditions of one call, by phase and slot.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    /// Nothing of a condition that was not tested; empty unless outcomes are wanted.
    outcomes: Vec<Option<Noted>>,
    recorded: Vec<usize>,
    conditions: usize,
    now: Tested,
}

impl Outcomes {
    /// Makes room for so many conditions; for none, outcomes are not wanted any more.
    pub(crate) fn want(&mut self, conditions: usize) {
        let outcomes = vec![None; conditions.saturating_mul(Tested::ALL)];
        *self = Outcomes { outcomes, conditions, ..Outcomes::default() };
    }

    /// Forgets the outcomes of the last call.
    pub(crate) fn clear(&mut self) {
        for place in self.recorded.drain(..) {
            if let Some(outcome) = self.outcomes.get_mut(place) {
                *outcome = None;
            }
        }
    }

    /// A phase begins.
    pub(crate) fn begin(&mut self, phase: Tested) {
        self.now = phase;
    }

    /// The phase that runs.
    pub(super) fn phase(&self) -> Tested {
        self.now
    }

    /// Notes an outcome; the last one of a phase counts.
    pub(crate) fn record(&mut self, slot: Slot, outcome: bool, epoch: u64) {
        let place = self.place(slot.0, self.now);
        if let Some(noted) = self.outcomes.get_mut(place)
            && noted.replace(Noted { outcome, epoch }).is_none()
        {
            self.recorded.push(place);
        }
    }

    /// The last outcome of a condition in a phase, if it was tested then.
    pub(crate) fn get(&self, slot: u32, phase: Tested) -> Option<Noted> {
        self.outcomes.get(self.place(slot, phase)).copied().flatten()
    }

    fn place(&self, slot: u32, phase: Tested) -> usize {
        (phase as usize).saturating_mul(self.conditions).saturating_add(slot as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::{Noted, Outcomes, Slot, Tested};

    const PHASES: [Tested; 4] = [Tested::Before, Tested::InRules, Tested::Result, Tested::After];

    fn all(outcomes: &Outcomes) -> Vec<Option<Noted>> {
        PHASES.iter().flat_map(|phase| [0, 1, 2].map(|slot| outcomes.get(slot, *phase))).collect()
    }

    #[test]
    fn each_phase_has_outcomes_of_its_own_until_the_next_call() {
        let mut outcomes = Outcomes::default();
        outcomes.want(3);
        for call in 0..3 {
            let mut expected = vec![None; 12];
            for (at, phase) in PHASES.into_iter().enumerate() {
                outcomes.begin(phase);
                let slot = (at + call) as u32 % 3;
                // The last one counts.
                outcomes.record(Slot(slot), at % 2 == 0, 7);
                outcomes.record(Slot(slot), at % 2 == 1, 8);
                expected[3 * at + slot as usize] = Some(Noted { outcome: at % 2 == 1, epoch: 8 });
                assert_eq!(all(&outcomes), expected);
            }
            outcomes.clear();
            assert_eq!(all(&outcomes), [None; 12]);
        }
    }

    #[test]
    fn what_is_not_wanted_is_not_kept() {
        let mut outcomes = Outcomes::default();
        outcomes.record(Slot(0), true, 0);
        assert_eq!(all(&outcomes), [None; 12]);
        outcomes.want(3);
        outcomes.record(Slot(0), true, 0);
        outcomes.want(0);
        outcomes.record(Slot(0), true, 0);
        assert_eq!(all(&outcomes), [None; 12]);
    }
}
