//! One pass over a procedure's code: what is in its registers on every path.
//!
//! Jumps go forward only, so when an instruction is reached all paths to it are known. What holds there is what holds on
//! all of them: a register is written if it is on every path, and may hold a pattern set if it may on some path.
//! Instructions that no path reaches are not looked at (their operands have been).

mod paths;

pub(super) use paths::Jumps;
use paths::{Registers, State};

use super::procedures::Summary;
use super::promises::{Flaw, Promise};
use super::tables::Row;
use crate::bytecode::instruction::{Op, OpVisitor};
use crate::bytecode::operand::*;
use crate::bytecode::program::{ProcedureKind, ProcedureRecord};

/// Whether a set register may hold a pattern set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Exact,
    MaybePattern,
}

/// Where control goes after an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Following,
    Elsewhere,
}

/// The next step, or what is wrong with the instruction.
pub(super) type Step = Result<Next, Flaw>;

/// The state of the pass.
pub(super) struct Flow<'p> {
    kind: ProcedureKind,
    summaries: &'p [Summary],
    first: usize,
    state: State,
    jumps: &'p mut Jumps,
}

impl<'p> Flow<'p> {
    pub(super) fn new(
        record: &ProcedureRecord,
        summaries: &'p [Summary],
        first: usize,
        jumps: &'p mut Jumps,
    ) -> Self {
        Flow { kind: record.kind, summaries, first, state: State::default(), jumps }
    }

    /// Runs over the code of the procedure; a fault comes with the index of its instruction.
    pub(super) fn run(&mut self, code: &[Op]) -> Result<(), (usize, Flaw)> {
        let mut reached = true;
        let mut at = self.first;
        self.jumps.begin(code.len());
        for (index, &op) in code.iter().enumerate() {
            if let Some(jumped) = self.jumps.take(index) {
                self.state = if reached { self.state.merge(jumped) } else { jumped };
                reached = true;
            }
            if reached {
                reached = op.visit(self).map_err(|flaw| (at, flaw))? == Next::Following;
            }
            at += 1;
        }
        match code.last() {
            Some(Op::ReturnBool { .. } | Op::ReturnSet { .. } | Op::End {}) => Ok(()),
            _ => {
                let message = "the last instruction does not leave the procedure";
                Err((at.saturating_sub(1), Promise::ProceduresAreLeft.broken(message)))
            }
        }
    }

    fn jump_to(&mut self, to: Target) {
        // Targets lie within the procedure: operands have been checked.
        self.jumps.add(to.index().saturating_sub(self.first), self.state);
    }

    fn read_bool(&self, register: BoolReg) -> Row {
        written(self.state.bools.has(register.0), "bool", register.0)
    }

    fn read_value(&self, register: ValueReg) -> Row {
        written(self.state.values.has(register.0), "value", register.0)
    }

    /// Reads a set register that may hold a pattern set.
    fn read_any_set(&self, register: SetReg) -> Row {
        written(self.state.sets.has(register.0), "set", register.0)
    }

    /// Reads a set register that holds a metadata set.
    fn read_set(&self, register: SetReg) -> Row {
        self.read_any_set(register)?;
        if self.state.patterns.has(register.0) {
            let message = format!("set register {} may hold a pattern set", register.0);
            return Err(Promise::PatternSetsConfined.broken(message));
        }
        Ok(())
    }

    fn write_bool(&mut self, register: BoolReg) -> Step {
        self.state.bools.set(register.0, true);
        Ok(Next::Following)
    }

    fn write_value(&mut self, register: ValueReg) -> Step {
        self.state.values.set(register.0, true);
        Ok(Next::Following)
    }

    fn write_set(&mut self, register: SetReg, holds: Holds) -> Step {
        self.state.sets.set(register.0, true);
        self.state.patterns.set(register.0, holds == Holds::MaybePattern);
        Ok(Next::Following)
    }

    /// An operator on two metadata sets.
    fn exact_operator(&mut self, dst: SetReg, left: SetReg, right: SetReg) -> Step {
        self.read_set(left)?;
        self.read_set(right)?;
        self.write_set(dst, Holds::Exact)
    }

    /// An operator on two sets that may be pattern sets.
    fn pattern_operator(&mut self, dst: SetReg, left: SetReg, right: SetReg) -> Step {
        self.read_any_set(left)?;
        self.read_any_set(right)?;
        self.write_set(dst, Holds::MaybePattern)
    }

    fn exact_test(&mut self, dst: BoolReg, left: SetReg, right: SetReg) -> Step {
        self.read_set(left)?;
        self.read_set(right)?;
        self.write_bool(dst)
    }

    /// A test of a metadata set against what may be a pattern set.
    fn pattern_test(&mut self, dst: BoolReg, left: SetReg, right: SetReg) -> Step {
        self.read_set(left)?;
        self.read_any_set(right)?;
        self.write_bool(dst)
    }

    fn set_test(&mut self, dst: BoolReg, set: SetReg) -> Step {
        self.read_set(set)?;
        self.write_bool(dst)
    }

    /// A store: set registers may be handles to what is being replaced, so none survives it.
    fn store(&mut self, set: SetReg) -> Step {
        self.read_any_set(set)?;
        self.stored()
    }

    /// A change of what is stored by a metadata set.
    fn change(&mut self, set: SetReg) -> Step {
        self.read_set(set)?;
        self.stored()
    }

    fn stored(&mut self) -> Step {
        self.state.sets = Registers::default();
        self.state.patterns = Registers::default();
        Ok(Next::Following)
    }
}

#[inline]
fn written(is: bool, what: &str, register: u8) -> Row {
    if is { Ok(()) } else { Err(not_written(what, register)) }
}

#[cold]
fn not_written(what: &str, register: u8) -> Flaw {
    let message = format!("{what} register {register} is read but not written on every path");
    Promise::RegistersWrittenFirst.broken(message)
}

impl OpVisitor for Flow<'_> {
    type Output = Step;

    fn jump(&mut self, to: Target) -> Step {
        self.jump_to(to);
        Ok(Next::Elsewhere)
    }

    fn jump_if(&mut self, cond: BoolReg, to: Target) -> Step {
        self.read_bool(cond)?;
        self.jump_to(to);
        Ok(Next::Following)
    }

    fn jump_unless(&mut self, cond: BoolReg, to: Target) -> Step {
        self.jump_if(cond, to)
    }

    fn jump_unless_finite(&mut self, set: SetReg, to: Target) -> Step {
        self.read_any_set(set)?;
        self.jump_to(to);
        // Here the set is finite, so no pattern set.
        self.state.patterns.set(set.0, false);
        Ok(Next::Following)
    }

    fn return_bool(&mut self, src: BoolReg) -> Step {
        self.read_bool(src)?;
        Ok(Next::Elsewhere)
    }

    fn return_set(&mut self, src: SetReg) -> Step {
        match self.kind {
            ProcedureKind::PatternSet => self.read_any_set(src)?,
            _ => self.read_set(src)?,
        }
        Ok(Next::Elsewhere)
    }

    fn end(&mut self) -> Step {
        Ok(Next::Elsewhere)
    }

    fn load_bool(&mut self, dst: BoolReg, _value: Flag) -> Step {
        self.write_bool(dst)
    }

    fn not(&mut self, dst: BoolReg, src: BoolReg) -> Step {
        self.read_bool(src)?;
        self.write_bool(dst)
    }

    fn differ(&mut self, dst: BoolReg, left: BoolReg, right: BoolReg) -> Step {
        self.read_bool(left)?;
        self.read_bool(right)?;
        self.write_bool(dst)
    }

    fn record(&mut self, src: BoolReg, _slot: Slot) -> Step {
        self.read_bool(src)?;
        Ok(Next::Following)
    }

    fn call_condition(&mut self, dst: BoolReg, _procedure: ConditionProc) -> Step {
        self.write_bool(dst)
    }

    fn load_arg(&mut self, dst: ValueReg, _arg: Arg) -> Step {
        self.write_value(dst)
    }

    fn load_result(&mut self, dst: ValueReg) -> Step {
        self.write_value(dst)
    }

    fn load_session(&mut self, dst: ValueReg) -> Step {
        self.write_value(dst)
    }

    fn load_scalar(&mut self, dst: ValueReg, _scalar: Scalar) -> Step {
        self.write_value(dst)
    }

    fn value_in(&mut self, dst: BoolReg, value: ValueReg, _reading: ReadingImm, _set: Elements) -> Step {
        self.read_value(value)?;
        self.write_bool(dst)
    }

    fn value_matches(
        &mut self,
        dst: BoolReg,
        value: ValueReg,
        _reading: ReadingImm,
        _procedure: MembershipProc,
    ) -> Step {
        self.read_value(value)?;
        self.write_bool(dst)
    }

    fn values_equal(&mut self, dst: BoolReg, left: ValueReg, right: ValueReg, _reading: WideReading) -> Step {
        self.read_value(left)?;
        self.read_value(right)?;
        self.write_bool(dst)
    }

    fn subject_in(&mut self, dst: BoolReg, _lines: Flag, _set: Elements) -> Step {
        self.write_bool(dst)
    }

    fn subject_in_set(&mut self, dst: BoolReg, set: SetReg) -> Step {
        self.set_test(dst, set)
    }

    fn call_membership(&mut self, dst: BoolReg, _procedure: MembershipProc) -> Step {
        self.write_bool(dst)
    }

    fn load_arg_set(&mut self, dst: SetReg, _field: FieldImm, _arg: Arg) -> Step {
        self.write_set(dst, Holds::Exact)
    }

    fn load_result_set(&mut self, dst: SetReg, _field: FieldImm) -> Step {
        self.write_set(dst, Holds::Exact)
    }

    fn load_session_set(&mut self, dst: SetReg, _field: FieldImm) -> Step {
        self.write_set(dst, Holds::Exact)
    }

    fn load_args_union(&mut self, dst: SetReg, _field: FieldImm) -> Step {
        self.write_set(dst, Holds::Exact)
    }

    fn load_args_intersect(&mut self, dst: SetReg, _field: FieldImm) -> Step {
        self.write_set(dst, Holds::Exact)
    }

    fn load_set(&mut self, dst: SetReg, _set: ConstSet) -> Step {
        self.write_set(dst, Holds::Exact)
    }

    fn load_pattern(&mut self, dst: SetReg) -> Step {
        self.write_set(dst, Holds::MaybePattern)
    }

    fn call_set(&mut self, dst: SetReg, procedure: SetProc) -> Step {
        let exact =
            self.summaries.get(procedure.index()).is_some_and(|callee| callee.kind == ProcedureKind::Set);
        self.write_set(dst, if exact { Holds::Exact } else { Holds::MaybePattern })
    }

    fn union(&mut self, dst: SetReg, left: SetReg, right: SetReg) -> Step {
        self.exact_operator(dst, left, right)
    }

    fn intersect(&mut self, dst: SetReg, left: SetReg, right: SetReg) -> Step {
        self.exact_operator(dst, left, right)
    }

    fn minus(&mut self, dst: SetReg, left: SetReg, right: SetReg) -> Step {
        self.exact_operator(dst, left, right)
    }

    fn xor(&mut self, dst: SetReg, left: SetReg, right: SetReg) -> Step {
        self.exact_operator(dst, left, right)
    }

    fn pattern_union(&mut self, dst: SetReg, left: SetReg, right: SetReg) -> Step {
        self.pattern_operator(dst, left, right)
    }

    fn pattern_intersect(
        &mut self,
        dst: SetReg,
        left: SetReg,
        right: SetReg,
        _procedure: MembershipProc,
    ) -> Step {
        self.pattern_operator(dst, left, right)
    }

    fn pattern_minus(
        &mut self,
        dst: SetReg,
        left: SetReg,
        right: SetReg,
        _procedure: MembershipProc,
    ) -> Step {
        self.pattern_operator(dst, left, right)
    }

    fn pattern_xor(&mut self, dst: SetReg, left: SetReg, right: SetReg) -> Step {
        self.pattern_operator(dst, left, right)
    }

    fn overlaps(&mut self, dst: BoolReg, left: SetReg, right: SetReg) -> Step {
        self.exact_test(dst, left, right)
    }

    fn subset(&mut self, dst: BoolReg, left: SetReg, right: SetReg) -> Step {
        self.exact_test(dst, left, right)
    }

    fn equal(&mut self, dst: BoolReg, left: SetReg, right: SetReg) -> Step {
        self.exact_test(dst, left, right)
    }

    fn is_empty(&mut self, dst: BoolReg, set: SetReg) -> Step {
        self.set_test(dst, set)
    }

    fn is_universal(&mut self, dst: BoolReg, set: SetReg) -> Step {
        self.set_test(dst, set)
    }

    fn contains(&mut self, dst: BoolReg, set: SetReg, _tag: Tag) -> Step {
        self.set_test(dst, set)
    }

    fn any_matches(&mut self, dst: BoolReg, set: SetReg, _procedure: MembershipProc) -> Step {
        self.set_test(dst, set)
    }

    fn all_match(&mut self, dst: BoolReg, set: SetReg, _procedure: MembershipProc) -> Step {
        self.set_test(dst, set)
    }

    fn overlaps_pattern(&mut self, dst: BoolReg, left: SetReg, right: SetReg, _reading: WideReading) -> Step {
        self.pattern_test(dst, left, right)
    }

    fn subset_pattern(&mut self, dst: BoolReg, left: SetReg, right: SetReg, _reading: WideReading) -> Step {
        self.pattern_test(dst, left, right)
    }

    fn superset_pattern(&mut self, dst: BoolReg, left: SetReg, right: SetReg, _reading: WideReading) -> Step {
        self.pattern_test(dst, left, right)
    }

    fn equal_pattern(&mut self, dst: BoolReg, left: SetReg, right: SetReg, _reading: WideReading) -> Step {
        self.pattern_test(dst, left, right)
    }

    fn is_universal_pattern(&mut self, dst: BoolReg, set: SetReg, _reading: WideReading) -> Step {
        self.read_any_set(set)?;
        self.write_bool(dst)
    }

    fn store_result(&mut self, _field: FieldImm, set: SetReg) -> Step {
        self.store(set)
    }

    fn store_session(&mut self, _field: FieldImm, set: SetReg) -> Step {
        self.store(set)
    }

    fn change_result(&mut self, _field: FieldImm, _operator: OperatorImm, set: SetReg) -> Step {
        self.change(set)
    }

    fn change_session(&mut self, _field: FieldImm, _operator: OperatorImm, set: SetReg) -> Step {
        self.change(set)
    }

    fn change_result_by(&mut self, _field: FieldImm, _operator: OperatorImm, _set: ConstSet) -> Step {
        self.stored()
    }

    fn change_session_by(&mut self, _field: FieldImm, _operator: OperatorImm, _set: ConstSet) -> Step {
        self.stored()
    }
}
