//! Outcomes of conditions, recorded by procedures that belong to explanations.
//!
//! A host that never asks for explanations pays nothing: there is memory for outcomes only once they are wanted. Each phase
//! has outcomes of its own, as a let may be tested again after updates.

use crate::bytecode::operand::Slot;

/// When a condition was tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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

/// The outcomes of the conditions of one call, by phase and slot.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    /// Nothing of a condition that was not tested; empty unless outcomes are wanted.
    outcomes: Vec<Option<bool>>,
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
    #[cfg(debug_assertions)]
    pub(super) fn phase(&self) -> Tested {
        self.now
    }

    /// Notes an outcome; the last one of a phase counts.
    pub(crate) fn record(&mut self, slot: Slot, outcome: bool) {
        let place = self.place(slot.0, self.now);
        if let Some(noted) = self.outcomes.get_mut(place)
            && noted.replace(outcome).is_none()
        {
            self.recorded.push(place);
        }
    }

    /// The outcome of a condition in a phase, if it was tested then.
    pub(crate) fn get(&self, slot: u32, phase: Tested) -> Option<bool> {
        self.outcomes.get(self.place(slot, phase)).copied().flatten()
    }

    fn place(&self, slot: u32, phase: Tested) -> usize {
        (phase as usize).saturating_mul(self.conditions).saturating_add(slot as usize)
    }
}
