//! What the verifier promised, checked again before every step. In debug builds only: tests and fuzzing run with it.
//!
//! A check changes nothing that a step sees; what it finds is a [`Fault`], so the call is denied. Beside the registers there is
//! a shadow that says which of them were written in this frame, a set register also since the last store.
//!
//! Invariant: everything here is cheap and takes no memory while calls run: the shadow is as large as the registers.

use super::memory::{Bases, SetRef};
use super::{Fault, Machine, Step, Tested};
use crate::bytecode::instruction::{Op, OperandVisitor};
use crate::bytecode::operand::*;
use crate::bytecode::program::{ProcedureKind, ProcedureRecord};
use crate::bytecode::verify::allowed;
use crate::bytecode::{FrameNeeds, Promise};

/// Which registers were written.
#[derive(Debug, Default)]
pub(super) struct Shadow {
    bools: Vec<bool>,
    values: Vec<bool>,
    sets: Vec<bool>,
}

impl Shadow {
    pub(super) fn new(needs: FrameNeeds) -> Shadow {
        let none = |count| vec![false; count];
        Shadow { bools: none(needs.bools), values: none(needs.values), sets: none(needs.sets) }
    }

    /// Nothing is written in a new frame.
    fn enter(&mut self, base: Bases, top: Bases) -> bool {
        clear(&mut self.bools, base.bools, top.bools)
            && clear(&mut self.values, base.values, top.values)
            && clear(&mut self.sets, base.sets, top.sets)
    }
}

/// Whether there are such registers.
fn clear(written: &mut [bool], from: usize, to: usize) -> bool {
    written.get_mut(from..to).map(|written| written.fill(false)).is_some()
}

fn holds(promise: Promise, holds: bool) -> Step {
    if holds { Ok(()) } else { Err(Fault::Broken(promise)) }
}

impl Machine<'_> {
    /// What a phase runs is of the kind that it expects.
    pub(super) fn check_entry(&self, procedure: u32, kinds: &[ProcedureKind]) -> Step {
        let entry = self.inputs.policy.procedure(procedure);
        holds(Promise::EntriesFit, entry.is_some_and(|entry| kinds.contains(&entry.kind)))
    }

    /// The frame that was opened last has the registers of its procedure.
    pub(super) fn check_frame(&mut self, procedure: u32) -> Step {
        let record = self.inputs.policy.program().procedures.get(procedure as usize);
        let few = record.is_some_and(|record| {
            [record.bools, record.values, record.sets]
                .iter()
                .all(|&count| count <= 256 && u32::from(count) <= record.code.len)
        });
        holds(Promise::RegistersAreFew, few && self.memory.shadow.enter(self.base, self.top))
    }

    /// Everything that the next instruction relies on.
    pub(super) fn check_step(&mut self, op: Op) -> Step {
        let running = self.memory.frames.last().ok_or(Fault::NoFrame)?.procedure;
        let program = self.inputs.policy.program();
        let record = *program.procedures.get(running as usize).ok_or(Fault::NoProcedure)?;
        let inside = u32::try_from(self.pc).is_ok_and(|at| record.code.indices().contains(&at));
        holds(Promise::ProceduresAreLeft, inside)?;
        holds(Promise::InstructionsFitKinds, allowed(op.opcode(), record.kind))?;
        self.check_phase(op)?;
        let mut operands = Operands { machine: self, running, record, op, found: Ok(()) };
        op.visit_operands(&mut operands);
        operands.found?;
        op.visit_operands(&mut Writes { shadow: &mut self.memory.shadow, base: self.base });
        if stores(op) {
            clear(&mut self.memory.shadow.sets, self.base.sets, self.top.sets);
        }
        Ok(())
    }

    /// What the instruction just run searched in was as it should be.
    pub(super) fn check_search(&self) -> Step {
        self.memory.matching.broken().map_or(Ok(()), |promise| Err(Fault::Broken(promise)))
    }

    /// What is read is there in this phase, or will be.
    fn check_phase(&self, op: Op) -> Step {
        let phase = self.memory.outcomes.phase();
        match op {
            Op::LoadResult { .. } => holds(Promise::ResultNotReadEarly, self.inputs.result_value.is_some()),
            Op::LoadResultSet { .. } => holds(Promise::ResultNotReadEarly, phase != Tested::Before),
            Op::LoadArg { arg, .. } if matches!(phase, Tested::Result | Tested::After) => {
                let late = self.inputs.policy.program().late_args.get(arg.index());
                holds(Promise::LateArgsComplete, late == Some(&true))
            }
            _ => Ok(()),
        }
    }
}

/// Whether it replaces or changes what handles stand for.
fn stores(op: Op) -> bool {
    matches!(
        op,
        Op::StoreResult { .. }
            | Op::StoreSession { .. }
            | Op::ChangeResult { .. }
            | Op::ChangeSession { .. }
            | Op::ChangeResultBy { .. }
            | Op::ChangeSessionBy { .. }
    )
}

/// Checks the operands of an instruction one by one; keeps the first fault.
struct Operands<'c, 'm> {
    machine: &'c Machine<'m>,
    running: u32,
    record: ProcedureRecord,
    op: Op,
    found: Step,
}

impl OperandVisitor for Operands<'_, '_> {
    fn operand(&mut self, name: &'static str, operand: AnyOperand) {
        if self.found.is_ok() {
            self.found = self.check(name == "dst", operand);
        }
    }
}

impl Operands<'_, '_> {
    fn check(&self, written: bool, operand: AnyOperand) -> Step {
        let program = self.machine.inputs.policy.program();
        let shadow = &self.machine.memory.shadow;
        let base = self.machine.base;
        let exists = |index: usize, len: usize| holds(Promise::OperandsInRange, index < len);
        match operand {
            AnyOperand::BoolReg(id) => {
                register(id.index(), self.record.bools, written, base.bools, &shadow.bools)
            }
            AnyOperand::ValueReg(id) => {
                register(id.index(), self.record.values, written, base.values, &shadow.values)
            }
            AnyOperand::SetReg(id) => {
                register(id.index(), self.record.sets, written, base.sets, &shadow.sets)?;
                if written { Ok(()) } else { self.set(id) }
            }
            AnyOperand::Target(Target(to)) => {
                let forward = to as usize > self.machine.pc && self.record.code.indices().contains(&to);
                holds(Promise::JumpsGoForward, forward)
            }
            AnyOperand::Arg(id) => exists(id.index(), program.args.len()),
            AnyOperand::Scalar(id) => exists(id.index(), program.scalars.len()),
            AnyOperand::Elements(id) => exists(id.index(), program.element_sets.len()),
            AnyOperand::ConstSet(id) => exists(id.index(), program.const_sets.len()),
            AnyOperand::Tag(id) => exists(id.index(), program.tags.len()),
            AnyOperand::Slot(id) => {
                holds(Promise::ExplanationsApart, self.record.explains)?;
                exists(id.index(), program.explanations.conditions.len())
            }
            AnyOperand::ConditionProc(id) => self.call(id.0, &[ProcedureKind::Condition]),
            AnyOperand::MembershipProc(id) => self.call(id.0, &[ProcedureKind::Membership]),
            AnyOperand::SetProc(id) => self.call(id.0, &[ProcedureKind::Set, ProcedureKind::PatternSet]),
            AnyOperand::Flag(_)
            | AnyOperand::FieldImm(_)
            | AnyOperand::OperatorImm(_)
            | AnyOperand::ReadingImm(_)
            | AnyOperand::WideReading(_) => Ok(()),
        }
    }

    /// A set register that is read holds what the instruction takes, and that is still there.
    fn set(&self, id: SetReg) -> Step {
        let memory = &self.machine.memory;
        match self.machine.set(id)? {
            SetRef::Pattern { .. } => holds(Promise::PatternSetsConfined, self.takes_pattern_set(id)),
            SetRef::Temp(at) if at >= memory.temps.len() => Err(Fault::NoTemporary),
            SetRef::Kept(place) if !memory.keeps(place) => Err(Fault::NoTemporary),
            _ => Ok(()),
        }
    }

    /// Whether the instruction takes a pattern set in this register.
    fn takes_pattern_set(&self, id: SetReg) -> bool {
        match self.op {
            Op::JumpUnlessFinite { .. }
            | Op::PatternUnion { .. }
            | Op::PatternIntersect { .. }
            | Op::PatternMinus { .. }
            | Op::PatternXor { .. }
            | Op::IsUniversalPattern { .. }
            | Op::StoreResult { .. }
            | Op::StoreSession { .. } => true,
            Op::OverlapsPattern { left, .. }
            | Op::SubsetPattern { left, .. }
            | Op::SupersetPattern { left, .. }
            | Op::EqualPattern { left, .. } => left != id,
            Op::ReturnSet { .. } => self.record.kind == ProcedureKind::PatternSet,
            _ => false,
        }
    }

    fn call(&self, procedure: u32, kinds: &[ProcedureKind]) -> Step {
        holds(Promise::CallsGoDown, procedure < self.running)?;
        let program = self.machine.inputs.policy.program();
        let callee = program.procedures.get(procedure as usize).ok_or(Fault::NoProcedure)?;
        holds(Promise::CalleesFit, kinds.contains(&callee.kind))?;
        holds(Promise::ExplanationsApart, self.record.explains || !callee.explains)?;
        let calls =
            matches!(self.op, Op::CallCondition { .. } | Op::CallMembership { .. } | Op::CallSet { .. });
        holds(Promise::CalleesKeepAnswers, callee.memo || !calls)
    }
}

/// A register is one of its procedure, and what is read was written.
fn register(index: usize, count: u16, written: bool, base: usize, shadow: &[bool]) -> Step {
    holds(Promise::RegistersInRange, index < usize::from(count))?;
    let known = written || shadow.get(base + index) == Some(&true);
    holds(Promise::RegistersWrittenFirst, known)
}

/// Notes what an instruction writes.
struct Writes<'s> {
    shadow: &'s mut Shadow,
    base: Bases,
}

impl OperandVisitor for Writes<'_> {
    fn operand(&mut self, name: &'static str, operand: AnyOperand) {
        let (written, at) = match operand {
            AnyOperand::BoolReg(id) => (&mut self.shadow.bools, self.base.bools + id.index()),
            AnyOperand::ValueReg(id) => (&mut self.shadow.values, self.base.values + id.index()),
            AnyOperand::SetReg(id) => (&mut self.shadow.sets, self.base.sets + id.index()),
            _ => return,
        };
        if let Some(written) = written.get_mut(at).filter(|_| name == "dst") {
            *written = true;
        }
    }
}

#[cfg(test)]
mod tests;
