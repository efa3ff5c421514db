//! The interpreter: runs the verified procedures of a policy over one call.
//!
//! [`Machine`] visits one instruction after another over explicit frames, so a chain of calls of any length takes no
//! native stack. Only asking a membership procedure about a leaf or a tag runs a loop inside the loop; the verifier keeps
//! such questions from nesting, so there are at most two.
//!
//! Set registers hold handles ([`SetRef`]) to sets of the call, the state, the constants or temporaries; nothing is copied
//! to be read. A store ends the life of all handles (the verifier sees to it), and of all answers that procedures keep.
//!
//! What the verifier rules out is still met as a [`Fault`], and a fault as a denied call (S6.11). Debug builds check every
//! step (`checked.rs`).

#[cfg(debug_assertions)]
mod checked;
mod evidence;
mod fault;
mod journal;
mod memory;
mod ops;
mod outcomes;
mod questions;
mod sets;

use crate::bytecode::operand::*;
use crate::bytecode::program::ProcedureKind;
use crate::call::Call;
use crate::engine::Failure;
use crate::metadata::{Metadata, Tags};
use crate::policy::Policy;
use crate::prepare::{CallMetadata, State};
use crate::value::{Leaf, Value};
use crate::work::{PER_LEAF, PER_WORD_MADE};
pub(crate) use evidence::{Evidence, Operand};
pub use evidence::{SetOf, ValueOf};
pub(crate) use fault::Fault;
pub(crate) use journal::{Change, Journal, Seen, SeenMetadata};
pub(crate) use memory::Memory;
use memory::{AnswerTo, Bases, Frame, SetRef, ValueRef};
pub(crate) use outcomes::{Noted, Tested};

/// What an instruction gives back.
type Step = Result<(), Fault>;

/// What a membership procedure is asked about.
#[derive(Debug, Clone, Copy)]
struct Subject<'m> {
    leaf: Leaf<'m>,
    /// The tag, if it is known to be one.
    tag: Option<crate::metadata::TagId>,
}

/// What a phase reads and does not change.
#[derive(Clone, Copy)]
pub(crate) struct Inputs<'m> {
    pub(crate) policy: &'m Policy,
    pub(crate) call: &'m Call<'m>,
    pub(crate) metadata: &'m CallMetadata,
    /// The session's, where no phase may have changed it.
    pub(crate) session: &'m Metadata,
    pub(crate) tags: Tags<'m>,
    pub(crate) result_value: Option<Value<'m>>,
    pub(crate) session_value: Option<Value<'m>>,
}

/// Runs procedures for one phase of one call.
pub(crate) struct Machine<'m> {
    inputs: Inputs<'m>,
    state: &'m mut State,
    memory: &'m mut Memory,
    /// The next instruction.
    pc: usize,
    /// Where the registers of the running procedure begin, and where those of the next would.
    base: Bases,
    top: Bases,
    /// The answer of the procedure that was run or asked last.
    answer: bool,
    subject: Option<Subject<'m>>,
}

impl<'m> Machine<'m> {
    /// A machine for a phase that begins now: no answer from before counts.
    pub(crate) fn new(inputs: Inputs<'m>, state: &'m mut State, memory: &'m mut Memory) -> Self {
        memory.begin();
        // In another phase handles may stand for other sets.
        memory.journal.forget_handles();
        let (base, top) = (Bases::default(), Bases::default());
        Machine { inputs, state, memory, pc: 0, base, top, answer: false, subject: None }
    }

    /// Updates that run from now on belong to this block.
    pub(crate) fn begin_block(&mut self, block: u32) {
        self.memory.journal.begin_block(block);
    }

    /// The answer of a condition procedure.
    pub(crate) fn condition(&mut self, procedure: u32) -> Result<bool, Fault> {
        #[cfg(debug_assertions)]
        self.check_entry(procedure, &[ProcedureKind::Condition])?;
        self.run(procedure)?;
        Ok(self.answer)
    }

    /// Runs an update procedure.
    pub(crate) fn update(&mut self, procedure: u32) -> Step {
        #[cfg(debug_assertions)]
        self.check_entry(procedure, &[ProcedureKind::ResultUpdate, ProcedureKind::SessionUpdate])?;
        self.run(procedure)
    }

    /// What a fault is to the host.
    pub(crate) fn failure(&self, fault: Fault) -> Failure {
        self.memory.failure(fault)
    }

    /// Whether a membership procedure accepts a subject.
    fn ask(&mut self, procedure: MembershipProc, subject: Subject<'m>) -> Result<bool, Fault> {
        self.charge(PER_LEAF)?;
        self.subject = Some(subject);
        self.memory.next_subject();
        self.run(procedure.0)?;
        self.subject = None;
        Ok(self.answer)
    }

    /// Runs a procedure until it is left.
    fn run(&mut self, procedure: u32) -> Step {
        let policy = self.inputs.policy;
        let open = self.memory.frames.len();
        self.enter(procedure, AnswerTo::Asker)?;
        while self.memory.frames.len() > open {
            let op = *policy.ops().get(self.pc).ok_or(Fault::NoInstruction)?;
            #[cfg(debug_assertions)]
            self.check_step(op)?;
            self.pc += 1;
            op.visit(self)?;
            #[cfg(debug_assertions)]
            self.check_search()?;
        }
        Ok(())
    }

    /// Opens a frame for a procedure and goes on with its first instruction.
    fn enter(&mut self, procedure: u32, answer_to: AnswerTo) -> Step {
        let entry = self.inputs.policy.procedure(procedure).ok_or(Fault::NoProcedure)?;
        self.charge(entry.cost)?;
        let temps = self.memory.temps.len();
        self.memory.frames.push(Frame { procedure, return_to: self.pc, answer_to, base: self.top, temps });
        self.base = self.top;
        self.top = self.base.above(entry.bools, entry.values, entry.sets);
        self.memory.clear_sets(self.base.sets, self.top.sets);
        self.pc = entry.first;
        #[cfg(debug_assertions)]
        self.check_frame(procedure)?;
        Ok(())
    }

    /// Spends work, and ends all if there is none left.
    #[inline]
    fn charge(&mut self, units: u64) -> Step {
        let work = &mut self.memory.matching.work;
        work.spend(units);
        if work.is_over() { Err(Fault::Work) } else { Ok(()) }
    }

    /// Closes the frame: the caller goes on, temporaries of the procedure are free.
    fn leave(&mut self) -> Result<Frame, Fault> {
        let frame = self.memory.frames.pop().ok_or(Fault::NoFrame)?;
        self.pc = frame.return_to;
        self.top = frame.base;
        self.base = self.memory.frames.last().map_or_else(Bases::default, |caller| caller.base);
        self.memory.temps.truncate(frame.temps);
        Ok(frame)
    }

    /// Leaves a condition or membership procedure.
    fn leave_with_bool(&mut self, answer: bool) -> Step {
        let frame = self.leave()?;
        let entry = self.inputs.policy.procedure(frame.procedure).ok_or(Fault::NoProcedure)?;
        if let Some(slot) = entry.keeps {
            self.memory.keep_bool(slot, entry.kind == ProcedureKind::Membership, answer)?;
        }
        match frame.answer_to {
            AnswerTo::Asker => {
                self.answer = answer;
                Ok(())
            }
            AnswerTo::Bool(dst) => self.set_bool(dst, answer),
            AnswerTo::Set(_) => Err(Fault::BoolForSet),
        }
    }

    /// Leaves a set procedure. The kept answer gets a copy of a temporary, as temporaries end with the frame.
    fn leave_with_set(&mut self, answer: SetRef) -> Step {
        let running = self.memory.frames.last().ok_or(Fault::NoFrame)?.procedure;
        let entry = self.inputs.policy.procedure(running).ok_or(Fault::NoProcedure)?;
        let slot = entry.keeps.ok_or(Fault::KeepsNoAnswer)?;
        let answer = match answer {
            SetRef::Temp(at) => {
                let words = self.memory.temps.get(at).map_or(0, |set| set.view().tail_words());
                self.charge(words.saturating_mul(PER_WORD_MADE))?;
                self.memory.keep_temp(at)?
            }
            other => other,
        };
        self.memory.keep_set(slot, answer)?;
        match self.leave()?.answer_to {
            AnswerTo::Set(dst) => self.set_set(dst, answer),
            AnswerTo::Asker | AnswerTo::Bool(_) => Err(Fault::SetForBool),
        }
    }

    fn bool(&self, register: BoolReg) -> Result<bool, Fault> {
        let at = self.base.bools + register.index();
        self.memory.bools.get(at).copied().ok_or(Fault::NoBoolRegister)
    }

    fn set_bool(&mut self, register: BoolReg, value: bool) -> Step {
        let at = self.base.bools + register.index();
        *self.memory.bools.get_mut(at).ok_or(Fault::NoBoolRegister)? = value;
        Ok(())
    }

    fn value(&self, register: ValueReg) -> Result<Option<Value<'m>>, Fault> {
        let at = self.base.values + register.index();
        let value = *self.memory.values.get(at).ok_or(Fault::NoValueRegister)?;
        match value {
            ValueRef::Absent => Ok(None),
            ValueRef::Arg(index) => Ok(self.inputs.call.args().get(index as usize).map(|arg| arg.value())),
            ValueRef::Result => Ok(self.inputs.result_value),
            ValueRef::Session => Ok(self.inputs.session_value),
            ValueRef::Scalar(index) => self.inputs.policy.scalar(index).map(Some).ok_or(Fault::NoScalar),
        }
    }

    fn set_value(&mut self, register: ValueReg, value: ValueRef) -> Step {
        let at = self.base.values + register.index();
        *self.memory.values.get_mut(at).ok_or(Fault::NoValueRegister)? = value;
        Ok(())
    }

    fn set(&self, register: SetReg) -> Result<SetRef, Fault> {
        let at = self.base.sets + register.index();
        self.memory.sets.get(at).copied().ok_or(Fault::NoSetRegister)
    }

    fn set_set(&mut self, register: SetReg, set: SetRef) -> Step {
        let at = self.base.sets + register.index();
        *self.memory.sets.get_mut(at).ok_or(Fault::NoSetRegister)? = set;
        Ok(())
    }
}

#[cfg(test)]
mod change_tests;
#[cfg(test)]
mod reuse;
#[cfg(test)]
mod soundness;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod work_tests;
