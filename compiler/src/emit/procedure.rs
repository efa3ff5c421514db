//! One procedure under construction: instructions, forward jumps, register counts.
//!
//! Invariants: labels are bound once, after every jump to them, so jumps only go forward; a procedure gets its number
//! when it is finished, so everything it calls has a lower one.

use sqrt_vm::bytecode::instruction::Op;
use sqrt_vm::bytecode::operand::{BoolReg, SetReg, Target, ValueReg};
use sqrt_vm::bytecode::program::ProcedureKind;

/// A jump target that is not yet known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label(usize);

/// A procedure under construction.
#[derive(Debug)]
pub(super) struct Procedure {
    pub(super) kind: ProcedureKind,
    pub(super) memo: bool,
    /// Instructions; the target of a jump is the number of its label until [`Procedure::resolve`].
    ops: Vec<Op>,
    /// The instruction each label stands before.
    labels: Vec<u32>,
    /// Where the source position changes: (instruction, position index).
    pub(super) positions: Vec<(u32, u32)>,
    pub(super) bools: u16,
    pub(super) values: u16,
    pub(super) sets: u16,
}

impl Default for Procedure {
    fn default() -> Self {
        Procedure {
            kind: ProcedureKind::Condition,
            memo: false,
            ops: Vec::new(),
            labels: Vec::new(),
            positions: Vec::new(),
            bools: 0,
            values: 0,
            sets: 0,
        }
    }
}

impl Procedure {
    /// Begins it, with the memory of the one that it was.
    pub(super) fn begin(&mut self, kind: ProcedureKind, memo: bool) {
        (self.kind, self.memo) = (kind, memo);
        self.ops.clear();
        self.labels.clear();
        self.positions.clear();
        (self.bools, self.values, self.sets) = (0, 0, 0);
    }

    /// The instructions.
    pub(super) fn ops(&self) -> &[Op] {
        &self.ops
    }

    pub(super) fn push(&mut self, op: Op) {
        self.ops.push(op);
    }

    pub(super) fn label(&mut self) -> Label {
        self.labels.push(u32::MAX);
        Label(self.labels.len() - 1)
    }

    /// Binds `label` to the next instruction.
    pub(super) fn bind(&mut self, label: Label) {
        let here = self.here();
        if let Some(slot) = self.labels.get_mut(label.0) {
            *slot = here;
        }
    }

    pub(super) fn jump(&mut self, label: Label) {
        self.push(Op::Jump { to: Target(label.0 as u32) });
    }

    pub(super) fn jump_if(&mut self, cond: BoolReg, label: Label) {
        self.push(Op::JumpIf { cond, to: Target(label.0 as u32) });
    }

    pub(super) fn jump_unless(&mut self, cond: BoolReg, label: Label) {
        self.push(Op::JumpUnless { cond, to: Target(label.0 as u32) });
    }

    pub(super) fn jump_unless_finite(&mut self, set: SetReg, label: Label) {
        self.push(Op::JumpUnlessFinite { set, to: Target(label.0 as u32) });
    }

    /// Says that bool register `n` is used.
    pub(super) fn bool_reg(&mut self, n: u8) -> BoolReg {
        self.bools = self.bools.max(u16::from(n) + 1);
        BoolReg(n)
    }

    /// Says that value register `n` is used.
    pub(super) fn value_reg(&mut self, n: u8) -> ValueReg {
        self.values = self.values.max(u16::from(n) + 1);
        ValueReg(n)
    }

    /// Says that set register `n` is used.
    pub(super) fn set_reg(&mut self, n: u8) -> SetReg {
        self.sets = self.sets.max(u16::from(n) + 1);
        SetReg(n)
    }

    /// Says that the code from here on comes from the source position of this index.
    pub(super) fn at(&mut self, position: u32) {
        let here = self.here();
        match self.positions.last_mut() {
            Some((start, last)) if *start == here => *last = position,
            Some((_, last)) if *last == position => {}
            _ => self.positions.push((here, position)),
        }
    }

    fn here(&self) -> u32 {
        u32::try_from(self.ops.len()).unwrap_or(u32::MAX)
    }

    /// Puts the bound targets into the jumps; the first instruction is that of this index.
    pub(super) fn resolve(&mut self, start: u32) {
        for op in &mut self.ops {
            match op {
                Op::Jump { to }
                | Op::JumpIf { to, .. }
                | Op::JumpUnless { to, .. }
                | Op::JumpUnlessFinite { to, .. } => {
                    let bound = self.labels.get(to.index()).copied().unwrap_or(u32::MAX);
                    to.0 = bound.saturating_add(start);
                }
                _ => {}
            }
        }
    }
}
