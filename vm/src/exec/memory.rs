//! What the interpreter writes to: frames, registers, temporaries, kept answers. Owned by the caller's scratch and used
//! again for every call; sized by the policy, so that running does not allocate once the sets have grown.
//!
//! Invariant: the memory of a set stays in its place, and places are taken in the order of use. So the same call finds
//! memory that is large enough the second time, and there are never more sets than the largest phase so far needed.

use super::Fault;
#[cfg(debug_assertions)]
use super::checked::Shadow;
use super::journal::Journal;
use super::outcomes::Outcomes;
use crate::automata::MatcherCache;
use crate::bytecode::FrameNeeds;
use crate::bytecode::operand::*;
use crate::engine::Failure;
use crate::metadata::{MetaSet, TagId};
use crate::value::ValueScratch;
use crate::work::Work;

/// A value, by where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum ValueRef {
    #[default]
    Absent,
    /// An argument of the call, by its place.
    Arg(u32),
    Result,
    Session,
    Scalar(u32),
}

/// A set, by where it is, or a pattern set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum SetRef {
    #[default]
    Universal,
    /// A field of an argument, by its place in the call.
    Arg(u32, FieldImm),
    /// A field of an argument that the call does not have.
    Absent(FieldImm),
    ArgsUnion(FieldImm),
    ArgsIntersect(FieldImm),
    Result(FieldImm),
    Session(FieldImm),
    Const(ConstSet),
    Temp(usize),
    /// A set that a procedure keeps, by its place among those kept now.
    Kept(usize),
    /// No set of S2.3; clean if no complement took part in making it (S5.4).
    Pattern {
        clean: bool,
    },
}

/// Where the registers of a frame begin.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bases {
    pub(super) bools: usize,
    pub(super) values: usize,
    pub(super) sets: usize,
}

impl Bases {
    /// Where the next frame's begin, above so many registers.
    pub(super) fn above(self, bools: u16, values: u16, sets: u16) -> Bases {
        Bases {
            bools: self.bools + usize::from(bools),
            values: self.values + usize::from(values),
            sets: self.sets + usize::from(sets),
        }
    }
}

/// Where the answer of a procedure goes.
#[derive(Debug, Clone, Copy)]
pub(super) enum AnswerTo {
    /// To whoever runs it from outside the loop.
    Asker,
    Bool(BoolReg),
    Set(SetReg),
}

/// An open procedure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) procedure: u32,
    /// The instruction with which the caller goes on.
    pub(super) return_to: usize,
    pub(super) answer_to: AnswerTo,
    pub(super) base: Bases,
    /// How many temporaries there were when it was opened.
    pub(super) temps: usize,
}

/// The answer that a procedure keeps.
#[derive(Debug, Clone, Copy, Default)]
struct Kept {
    /// When it was given; it counts only in the same epoch.
    epoch: u64,
    bool: bool,
    set: SetRef,
}

/// All that the interpreter writes to.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(super) frames: Vec<Frame>,
    pub(super) bools: Vec<bool>,
    pub(super) values: Vec<ValueRef>,
    pub(super) sets: Vec<SetRef>,
    pub(super) temps: Temps,
    kept: Vec<Kept>,
    /// The sets that procedures keep, in the order in which they were kept; those from `kept_sets_used` on are memory.
    kept_sets: Vec<MetaSet>,
    kept_sets_used: usize,
    /// Moves on with every update and every phase.
    epoch: u64,
    /// Moves on with every question to a membership procedure.
    subject_epoch: u64,
    pub(super) matching: MatcherCache,
    pub(super) walks: ValueScratch,
    pub(crate) outcomes: Outcomes,
    pub(crate) journal: Journal,
    /// Tags of a set that is walked.
    pub(super) tags: Vec<TagId>,
    #[cfg(debug_assertions)]
    pub(super) shadow: Shadow,
}

impl Memory {
    /// Memory for a policy: its deepest frames and the procedures that keep answers.
    pub(crate) fn new(needs: FrameNeeds, keeping: usize) -> Self {
        Memory {
            frames: Vec::with_capacity(needs.depth),
            bools: vec![false; needs.bools],
            values: vec![ValueRef::default(); needs.values],
            sets: vec![SetRef::default(); needs.sets],
            temps: Temps::default(),
            kept: vec![Kept::default(); keeping],
            kept_sets: Vec::new(),
            kept_sets_used: 0,
            epoch: 0,
            subject_epoch: 0,
            matching: MatcherCache::default(),
            walks: ValueScratch::default(),
            outcomes: Outcomes::default(),
            journal: Journal::default(),
            tags: Vec::new(),
            #[cfg(debug_assertions)]
            shadow: Shadow::new(needs),
        }
    }

    /// How many sets have memory: temporaries and kept ones.
    #[cfg(test)]
    pub(super) fn sets_with_memory(&self) -> (usize, usize) {
        (self.temps.sets.len(), self.kept_sets.len())
    }

    /// A call begins, which may cost so much.
    pub(crate) fn begin_call(&mut self, work: usize) {
        self.matching.work = Work::new(work);
    }

    /// What the call has cost, and may cost.
    pub(crate) fn work(&mut self) -> &mut Work {
        &mut self.matching.work
    }

    /// What a fault of the machine is to the host.
    pub(crate) fn failure(&self, fault: Fault) -> Failure {
        if fault == Fault::Work { self.matching.work.exceeded().into() } else { fault.into() }
    }

    /// What matching writes to.
    pub(crate) fn matching(&mut self) -> &mut MatcherCache {
        &mut self.matching
    }

    /// Nothing runs, no kept answer counts; also after a fault.
    pub(super) fn begin(&mut self) {
        self.frames.clear();
        self.temps.truncate(0);
        self.forget();
    }

    /// The set registers from `from` up to `to` hold no temporary.
    pub(super) fn clear_sets(&mut self, from: usize, to: usize) {
        if let Some(registers) = self.sets.get_mut(from..to) {
            registers.fill(SetRef::default());
        }
    }

    /// No answer kept so far counts; no register holds one.
    pub(super) fn forget(&mut self) {
        self.epoch += 1;
        self.kept_sets_used = 0;
    }

    /// Notes the outcome of a condition.
    pub(super) fn record(&mut self, slot: Slot, outcome: bool) {
        self.outcomes.record(slot, outcome, self.epoch);
    }

    pub(super) fn next_subject(&mut self) {
        self.subject_epoch += 1;
    }

    fn epoch(&self, of_subject: bool) -> u64 {
        if of_subject { self.subject_epoch } else { self.epoch }
    }

    /// The kept answer of a condition, or about the subject of a membership procedure.
    pub(super) fn kept_bool(&self, slot: usize, of_subject: bool) -> Option<bool> {
        let kept = self.kept.get(slot)?;
        (kept.epoch == self.epoch(of_subject)).then_some(kept.bool)
    }

    pub(super) fn keep_bool(&mut self, slot: usize, of_subject: bool, bool: bool) -> Result<(), Fault> {
        let epoch = self.epoch(of_subject);
        let kept = self.kept.get_mut(slot).ok_or(Fault::NoPlaceForAnswer)?;
        *kept = Kept { epoch, bool, set: SetRef::default() };
        Ok(())
    }

    /// The kept answer of a set procedure.
    pub(super) fn kept_set(&self, slot: usize) -> Option<SetRef> {
        let kept = self.kept.get(slot)?;
        (kept.epoch == self.epoch).then_some(kept.set)
    }

    pub(super) fn keep_set(&mut self, slot: usize, set: SetRef) -> Result<(), Fault> {
        let epoch = self.epoch;
        let kept = self.kept.get_mut(slot).ok_or(Fault::NoPlaceForAnswer)?;
        *kept = Kept { epoch, bool: false, set };
        Ok(())
    }

    /// Copies a temporary to where kept sets are.
    pub(super) fn keep_temp(&mut self, at: usize) -> Result<SetRef, Fault> {
        let temp = self.temps.sets.get(at).ok_or(Fault::NoTemporary)?;
        let place = self.kept_sets_used;
        match self.kept_sets.get_mut(place) {
            Some(set) => set.assign(temp.view()),
            None => self.kept_sets.push(temp.clone()),
        }
        self.kept_sets_used += 1;
        Ok(SetRef::Kept(place))
    }

    /// Whether a procedure keeps a set at this place now.
    #[cfg(debug_assertions)]
    pub(super) fn keeps(&self, place: usize) -> bool {
        place < self.kept_sets_used
    }

    /// A set that a procedure keeps.
    pub(super) fn kept(&self, place: usize) -> Option<&MetaSet> {
        self.kept_sets.get(place)
    }
}

/// Sets that last as long as the frame that made them; their memory is used again. Each is in one register at most, as no
/// instruction copies a handle, so what writes to that register may write over it: a chain of operators needs one.
#[derive(Debug, Default)]
pub(super) struct Temps {
    sets: Vec<MetaSet>,
    used: usize,
}

impl Temps {
    /// How many are in use.
    pub(super) fn len(&self) -> usize {
        self.used
    }

    /// Frees all from `len` on.
    pub(super) fn truncate(&mut self, len: usize) {
        self.used = self.used.min(len);
    }

    pub(super) fn get(&self, at: usize) -> Option<&MetaSet> {
        self.sets.get(at)
    }

    /// Takes a temporary to work on it; [`Temps::put_at`] gives it back.
    pub(super) fn take_at(&mut self, at: usize) -> MetaSet {
        self.sets.get_mut(at).map(std::mem::take).unwrap_or_default()
    }

    /// Puts a set in the place of a temporary.
    pub(super) fn put_at(&mut self, at: usize, set: MetaSet) -> SetRef {
        if let Some(place) = self.sets.get_mut(at) {
            *place = set;
        }
        SetRef::Temp(at)
    }

    /// Takes the memory of the next temporary; [`Temps::put`] gives it back with content.
    pub(super) fn take(&mut self) -> MetaSet {
        self.sets.get_mut(self.used).map(std::mem::take).unwrap_or_default()
    }

    /// Puts the set in as the next temporary.
    pub(super) fn put(&mut self, set: MetaSet) -> SetRef {
        let at = self.used;
        match self.sets.get_mut(at) {
            Some(place) => *place = set,
            None => self.sets.push(set),
        }
        self.used += 1;
        SetRef::Temp(at)
    }
}
