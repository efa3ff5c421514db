//! One pass over a procedure's code: what is in its registers on every path.
//!
//! Jumps go forward only, so when an instruction is reached all paths to it are known. What holds there is what holds on
//! all of them: a register is written if it is on every path, and may hold a pattern set if it may on some path.
//! Instructions that no path reaches are not looked at (their operands have been).

use super::procedures::Summary;
use crate::bytecode::instruction::{Op, OpVisitor};
use crate::bytecode::operand::*;
use crate::bytecode::program::{ProcedureKind, ProcedureRecord};

/// A set of register numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Registers([u128; 2]);

impl Registers {
    fn has(&self, register: u8) -> bool {
        self.0.get(usize::from(register >> 7)).is_some_and(|half| half & (1 << (register & 127)) != 0)
    }

    fn set(&mut self, register: u8, present: bool) {
        if let Some(half) = self.0.get_mut(usize::from(register >> 7)) {
            let bit = 1 << (register & 127);
            *half = if present { *half | bit } else { *half & !bit };
        }
    }

    fn both(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Registers([a & c, b & d])
    }

    fn either(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Registers([a | c, b | d])
    }
}

/// What is known of the registers at one instruction.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    bools: Registers,
    values: Registers,
    sets: Registers,
    /// Set registers that may hold a pattern set.
    patterns: Registers,
}

impl State {
    /// What holds if one of two paths was taken.
    fn merge(self, other: State) -> State {
        State {
            bools: self.bools.both(other.bools),
            values: self.values.both(other.values),
            sets: self.sets.both(other.sets),
            patterns: self.patterns.either(other.patterns),
        }
    }
}

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
pub(super) type Step = Result<Next, String>;

/// The state of the pass.
pub(super) struct Flow<'p> {
    kind: ProcedureKind,
    summaries: &'p [Summary],
    first: usize,
    state: State,
    jumps: &'p mut Jumps,
}

/// What holds on the jumps to instructions further on; its memory serves one procedure after another.
#[derive(Default)]
pub(super) struct Jumps {
    /// For each instruction of the procedure the place of its state, from 1; 0 where no jump goes.
    places: Vec<u32>,
    states: Vec<State>,
    /// Places whose state was taken.
    free: Vec<u32>,
}

impl Jumps {
    /// Begins a procedure of so many instructions.
    fn begin(&mut self, len: usize) {
        self.places.clear();
        self.places.resize(len, 0);
        self.states.clear();
        self.free.clear();
    }

    fn state(&mut self, place: u32) -> Option<&mut State> {
        self.states.get_mut((place as usize).checked_sub(1)?)
    }

    /// A path with this state goes on at `target`, which counts from the begin of the procedure.
    fn add(&mut self, target: usize, state: State) {
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
    fn take(&mut self, at: usize) -> Option<State> {
        let place = self.places.get(at).copied().filter(|&place| place != 0)?;
        self.free.push(place);
        self.state(place).map(|state| *state)
    }
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
    pub(super) fn run(mut self, code: &[Op]) -> Result<(), (usize, String)> {
        let mut reached = true;
        let mut at = self.first;
        self.jumps.begin(code.len());
        for (index, &op) in code.iter().enumerate() {
            if let Some(jumped) = self.jumps.take(index) {
                self.state = if reached { self.state.merge(jumped) } else { jumped };
                reached = true;
            }
            if reached {
                reached = op.visit(&mut self).map_err(|message| (at, message))? == Next::Following;
            }
            at += 1;
        }
        match code.last() {
            Some(Op::ReturnBool { .. } | Op::ReturnSet { .. } | Op::End {}) => Ok(()),
            _ => Err((at.saturating_sub(1), "the last instruction does not leave the procedure".to_owned())),
        }
    }

    fn jump_to(&mut self, to: Target) {
        // Targets lie within the procedure: operands have been checked.
        self.jumps.add(to.index().saturating_sub(self.first), self.state);
    }

    fn read_bool(&self, register: BoolReg) -> Result<(), String> {
        written(self.state.bools.has(register.0), "bool", register.0)
    }

    fn read_value(&self, register: ValueReg) -> Result<(), String> {
        written(self.state.values.has(register.0), "value", register.0)
    }

    /// Reads a set register that may hold a pattern set.
    fn read_any_set(&self, register: SetReg) -> Result<(), String> {
        written(self.state.sets.has(register.0), "set", register.0)
    }

    /// Reads a set register that holds a metadata set.
    fn read_set(&self, register: SetReg) -> Result<(), String> {
        self.read_any_set(register)?;
        if self.state.patterns.has(register.0) {
            return Err(format!("set register {} may hold a pattern set", register.0));
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
        self.state.sets = Registers::default();
        self.state.patterns = Registers::default();
        Ok(Next::Following)
    }
}

fn written(is: bool, what: &str, register: u8) -> Result<(), String> {
    if is { Ok(()) } else { Err(format!("{what} register {register} is read but not written on every path")) }
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
}
