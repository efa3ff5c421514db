//! What decided a test that an explained procedure records: found by looking once more at what the instruction just run has
//! looked at.
//!
//! The instruction `record` follows the test of its condition, whose registers are still as they were. So nothing but `record`,
//! which only explained procedures have, takes time for this. Looking again spends no work and can change no answer; where
//! something is not as the compiler emits it, there is no evidence.

use super::memory::{SetRef, ValueRef};
use super::{Machine, Subject, Tested};
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::metadata::TagId;
use crate::value::Value;
use crate::work::Work;

use super::journal::Seen;

/// A value that a test looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueOf {
    /// An argument that the call does not have, or another value that is not there.
    Absent,
    /// An argument, by its place in the call.
    Arg(u32),
    /// That of the result.
    Result,
    /// That of the session.
    Session,
    /// A literal of the policy.
    Literal,
}

/// Whose set a test looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetOf {
    /// Of an argument, by its place in the call.
    Arg(u32, FieldImm),
    /// Of an argument that the call does not have.
    Absent(FieldImm),
    /// The union over all arguments.
    ArgsUnion(FieldImm),
    /// The intersection over all arguments.
    ArgsIntersect(FieldImm),
    /// Of the result.
    Result(FieldImm),
    /// Of the session.
    Session(FieldImm),
    /// One that the policy writes, or that was made of others.
    Made,
}

/// A set that a test looked at: whose, and what it was; nothing of a pattern set (S5.4).
pub(crate) type Operand = (SetOf, Option<Seen>);

/// What decided a test.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Evidence {
    /// The leaves of a value.
    Leaves {
        of: ValueOf,
        reading: ReadingImm,
        /// The leaf after which no other was asked, from 0; else all leaves decided together.
        decided: Option<u64>,
    },
    /// Two values.
    Values { left: ValueOf, right: ValueOf, reading: ReadingImm },
    /// Two sets.
    Sets { left: Operand, right: Operand },
    /// One set, and the string of it that decided, by its number in the journal, if one did.
    Set { set: Operand, decided: Option<u32> },
}

impl From<ValueRef> for ValueOf {
    fn from(value: ValueRef) -> ValueOf {
        match value {
            ValueRef::Absent => ValueOf::Absent,
            ValueRef::Arg(place) => ValueOf::Arg(place),
            ValueRef::Result => ValueOf::Result,
            ValueRef::Session => ValueOf::Session,
            ValueRef::Scalar(_) => ValueOf::Literal,
        }
    }
}

impl From<SetRef> for SetOf {
    fn from(set: SetRef) -> SetOf {
        match set {
            SetRef::Arg(place, field) => SetOf::Arg(place, field),
            SetRef::Absent(field) => SetOf::Absent(field),
            SetRef::ArgsUnion(field) => SetOf::ArgsUnion(field),
            SetRef::ArgsIntersect(field) => SetOf::ArgsIntersect(field),
            SetRef::Result(field) => SetOf::Result(field),
            SetRef::Session(field) => SetOf::Session(field),
            SetRef::Universal
            | SetRef::Const(_)
            | SetRef::Temp(_)
            | SetRef::Kept(_)
            | SetRef::Pattern { .. } => SetOf::Made,
        }
    }
}

impl Machine<'_> {
    /// Notes what decided the test before the `record` that runs, if it is one.
    pub(super) fn note_evidence(&mut self, src: BoolReg, slot: Slot) {
        if !self.memory.journal.is_wanted() {
            return;
        }
        // Looking again must neither fail for want of work nor spend any.
        let work = std::mem::take(self.memory.work());
        *self.memory.work() = Work::default();
        let evidence = self.evidence(src);
        *self.memory.work() = work;
        let phase = self.memory.outcomes.phase();
        self.memory.journal.set_evidence(slot.0, phase, evidence);
    }

    fn evidence(&mut self, src: BoolReg) -> Option<Evidence> {
        // The program counter is behind the `record`.
        let at = self.pc.checked_sub(2)?;
        let op = *self.inputs.policy.ops().get(at)?;
        let (dst, evidence) = match op {
            Op::ValueIn { dst, value, reading, set } => {
                (dst, self.leaves_evidence(value, reading, Ask::Elements(set)))
            }
            Op::ValueMatches { dst, value, reading, procedure } => {
                (dst, self.leaves_evidence(value, reading, Ask::Procedure(procedure)))
            }
            Op::ValuesEqual { dst, left, right, reading } => {
                let (left, right) = (self.value_ref(left)?.into(), self.value_ref(right)?.into());
                (dst, Some(Evidence::Values { left, right, reading: reading.0 }))
            }
            Op::Overlaps { dst, left, right }
            | Op::Subset { dst, left, right }
            | Op::Equal { dst, left, right } => (dst, self.sets_evidence(left, right)),
            Op::OverlapsPattern { dst, left, right, .. } | Op::SubsetPattern { dst, left, right, .. } => {
                let by_string = self.set(left).is_ok_and(|_| self.is_finite(left).unwrap_or(false));
                let evidence = match by_string {
                    true => self.strings_before(at, dst, left),
                    false => self.sets_evidence(left, right),
                };
                (dst, evidence)
            }
            // As `subset` has it of `superset` without a pattern: the part comes first.
            Op::SupersetPattern { dst, left, right, .. } => (dst, self.sets_evidence(right, left)),
            Op::EqualPattern { dst, left, right, .. } => (dst, self.sets_evidence(left, right)),
            Op::IsEmpty { dst, set }
            | Op::IsUniversal { dst, set }
            | Op::IsUniversalPattern { dst, set, .. }
            | Op::Contains { dst, set, .. } => {
                let set = self.operand(set)?;
                (dst, Some(Evidence::Set { set, decided: None }))
            }
            _ => return None,
        };
        evidence.filter(|_| dst == src)
    }

    fn value_ref(&self, register: ValueReg) -> Option<ValueRef> {
        self.memory.values.get(self.base.values + register.index()).copied()
    }

    /// The leaf that decided, as the same walk finds it again.
    fn leaves_evidence(&mut self, register: ValueReg, reading: ReadingImm, ask: Ask) -> Option<Evidence> {
        let of = self.value_ref(register)?.into();
        let value: Option<Value<'_>> = self.value(register).ok()?;
        let mut stack = std::mem::take(&mut self.memory.walks.leaves);
        let mut decided = None;
        for (number, leaf) in (0u64..).zip(stack.leaves(value)) {
            let accepted = match ask {
                Ask::Elements(set) => {
                    let Some(elements) = self.inputs.policy.elements(set) else { break };
                    elements.accepts(leaf, reading != ReadingImm::All, &mut self.memory.matching)
                }
                Ask::Procedure(procedure) => match self.ask(procedure, Subject { leaf, tag: None }) {
                    Ok(accepted) => accepted,
                    Err(_) => break,
                },
            };
            if accepted != (reading == ReadingImm::All) {
                decided = Some(number);
                break;
            }
        }
        stack.take_entered();
        self.memory.walks.leaves = stack;
        Some(Evidence::Leaves { of, reading, decided })
    }

    fn sets_evidence(&mut self, left: SetReg, right: SetReg) -> Option<Evidence> {
        Some(Evidence::Sets { left: self.operand(left)?, right: self.operand(right)? })
    }

    fn operand(&mut self, register: SetReg) -> Option<Operand> {
        let handle = self.set(register).ok()?;
        Some((handle.into(), self.see(handle)))
    }

    /// The test string by string that stood in for the one at an instruction, and the string that decided it.
    fn strings_before(&mut self, at: usize, dst: BoolReg, left: SetReg) -> Option<Evidence> {
        let ops = self.inputs.policy.ops().get(..at)?;
        let (any, procedure) = ops.iter().rev().find_map(|op| match *op {
            Op::AnyMatches { dst: other, set, procedure } if (other, set) == (dst, left) => {
                Some((true, procedure))
            }
            Op::AllMatch { dst: other, set, procedure } if (other, set) == (dst, left) => {
                Some((false, procedure))
            }
            _ => None,
        })?;
        let set = self.operand(left)?;
        let tags: Vec<TagId> = self.metadata_set(left).ok()?.listed().collect();
        let mut decided = None;
        for tag in tags {
            if self.ask_about_tag(procedure, tag).ok()? == any {
                decided = Some(self.memory.journal.name(tag, &self.inputs.tags));
                break;
            }
        }
        Some(Evidence::Set { set, decided })
    }
}

/// What is asked about each leaf.
#[derive(Clone, Copy)]
enum Ask {
    Elements(Elements),
    Procedure(MembershipProc),
}

/// The evidence of conditions, by slot and phase.
pub(super) type ByCondition = std::collections::HashMap<(u32, Tested), Evidence>;
