//! The instructions, one short method each, as the table defines them.

use super::memory::{AnswerTo, SetRef, ValueRef};
use super::sets::Stored;
use super::{Fault, Machine, Step};
use crate::bytecode::instruction::OpVisitor;
use crate::bytecode::operand::*;
use crate::metadata::{MetaSet, SetView, TagId};

impl Machine<'_> {
    fn jump_where(&mut self, condition: bool, to: Target) -> Step {
        if condition {
            self.pc = to.index();
        }
        Ok(())
    }

    /// Where the procedure keeps its answer.
    fn keeps(&self, procedure: u32) -> Result<usize, Fault> {
        let entry = self.inputs.policy.procedure(procedure).ok_or(Fault::NoProcedure)?;
        entry.keeps.ok_or(Fault::KeepsNoAnswer)
    }

    /// The kept answer into the register, or the call that will write it.
    fn call_bool(&mut self, dst: BoolReg, procedure: u32, of_subject: bool) -> Step {
        match self.memory.kept_bool(self.keeps(procedure)?, of_subject) {
            Some(answer) => self.set_bool(dst, answer),
            None => self.enter(procedure, AnswerTo::Bool(dst)),
        }
    }
}

fn superset(left: SetView<'_>, right: SetView<'_>) -> bool {
    right.is_subset(left)
}

impl OpVisitor for Machine<'_> {
    type Output = Step;

    fn jump(&mut self, to: Target) -> Step {
        self.jump_where(true, to)
    }

    fn jump_if(&mut self, cond: BoolReg, to: Target) -> Step {
        self.jump_where(self.bool(cond)?, to)
    }

    fn jump_unless(&mut self, cond: BoolReg, to: Target) -> Step {
        self.jump_where(!self.bool(cond)?, to)
    }

    fn jump_unless_finite(&mut self, set: SetReg, to: Target) -> Step {
        self.jump_where(!self.is_finite(set)?, to)
    }

    fn return_bool(&mut self, src: BoolReg) -> Step {
        self.leave_with_bool(self.bool(src)?)
    }

    fn return_set(&mut self, src: SetReg) -> Step {
        self.leave_with_set(self.set(src)?)
    }

    fn end(&mut self) -> Step {
        self.leave().map(|_| ())
    }

    fn load_bool(&mut self, dst: BoolReg, value: Flag) -> Step {
        self.set_bool(dst, value.0)
    }

    fn not(&mut self, dst: BoolReg, src: BoolReg) -> Step {
        self.set_bool(dst, !self.bool(src)?)
    }

    fn differ(&mut self, dst: BoolReg, left: BoolReg, right: BoolReg) -> Step {
        self.set_bool(dst, self.bool(left)? != self.bool(right)?)
    }

    fn record(&mut self, src: BoolReg, slot: Slot) -> Step {
        let outcome = self.bool(src)?;
        self.memory.record(slot, outcome);
        self.note_evidence(src, slot);
        Ok(())
    }

    fn call_condition(&mut self, dst: BoolReg, procedure: ConditionProc) -> Step {
        self.call_bool(dst, procedure.0, false)
    }

    fn load_arg(&mut self, dst: ValueReg, arg: Arg) -> Step {
        let place = self.inputs.metadata.place(arg);
        self.set_value(dst, place.map_or(ValueRef::Absent, ValueRef::Arg))
    }

    fn load_result(&mut self, dst: ValueReg) -> Step {
        self.set_value(dst, ValueRef::Result)
    }

    fn load_session(&mut self, dst: ValueReg) -> Step {
        self.set_value(dst, ValueRef::Session)
    }

    fn load_scalar(&mut self, dst: ValueReg, scalar: Scalar) -> Step {
        self.set_value(dst, ValueRef::Scalar(scalar.0))
    }

    fn value_in(&mut self, dst: BoolReg, value: ValueReg, reading: ReadingImm, set: Elements) -> Step {
        let value = self.value(value)?;
        let answer = self.leaves_in(value, reading, set)?;
        self.set_bool(dst, answer)
    }

    fn value_matches(
        &mut self,
        dst: BoolReg,
        value: ValueReg,
        reading: ReadingImm,
        procedure: MembershipProc,
    ) -> Step {
        let value = self.value(value)?;
        let answer = self.leaves_match(value, reading, procedure)?;
        self.set_bool(dst, answer)
    }

    fn values_equal(&mut self, dst: BoolReg, left: ValueReg, right: ValueReg, reading: WideReading) -> Step {
        let (left, right) = (self.value(left)?, self.value(right)?);
        let answer = self.memory.walks.equal(left, right, reading.0);
        let units = self.memory.walks.take_work();
        self.charge(units)?;
        self.set_bool(dst, answer)
    }

    fn subject_in(&mut self, dst: BoolReg, lines: Flag, set: Elements) -> Step {
        let answer = self.subject_is_element(set, lines.0)?;
        self.set_bool(dst, answer)
    }

    fn subject_in_set(&mut self, dst: BoolReg, set: SetReg) -> Step {
        let answer = self.subject_is_in(set)?;
        self.set_bool(dst, answer)
    }

    fn call_membership(&mut self, dst: BoolReg, procedure: MembershipProc) -> Step {
        self.call_bool(dst, procedure.0, true)
    }

    fn load_arg_set(&mut self, dst: SetReg, field: FieldImm, arg: Arg) -> Step {
        let place = self.inputs.metadata.place(arg);
        self.set_set(dst, place.map_or(SetRef::Absent(field), |place| SetRef::Arg(place, field)))
    }

    fn load_result_set(&mut self, dst: SetReg, field: FieldImm) -> Step {
        self.set_set(dst, SetRef::Result(field))
    }

    fn load_session_set(&mut self, dst: SetReg, field: FieldImm) -> Step {
        self.set_set(dst, SetRef::Session(field))
    }

    fn load_args_union(&mut self, dst: SetReg, field: FieldImm) -> Step {
        self.set_set(dst, SetRef::ArgsUnion(field))
    }

    fn load_args_intersect(&mut self, dst: SetReg, field: FieldImm) -> Step {
        self.set_set(dst, SetRef::ArgsIntersect(field))
    }

    fn load_set(&mut self, dst: SetReg, set: ConstSet) -> Step {
        self.set_set(dst, SetRef::Const(set))
    }

    fn load_pattern(&mut self, dst: SetReg) -> Step {
        self.set_set(dst, SetRef::Pattern { clean: true })
    }

    fn call_set(&mut self, dst: SetReg, procedure: SetProc) -> Step {
        match self.memory.kept_set(self.keeps(procedure.0)?) {
            Some(set) => self.set_set(dst, set),
            None => self.enter(procedure.0, AnswerTo::Set(dst)),
        }
    }

    fn union(&mut self, dst: SetReg, left: SetReg, right: SetReg) -> Step {
        self.operate(dst, left, right, MetaSet::union)
    }

    fn intersect(&mut self, dst: SetReg, left: SetReg, right: SetReg) -> Step {
        self.operate(dst, left, right, MetaSet::intersect)
    }

    fn minus(&mut self, dst: SetReg, left: SetReg, right: SetReg) -> Step {
        self.operate(dst, left, right, MetaSet::minus)
    }

    fn xor(&mut self, dst: SetReg, left: SetReg, right: SetReg) -> Step {
        self.operate(dst, left, right, MetaSet::xor)
    }

    fn pattern_union(&mut self, dst: SetReg, left: SetReg, right: SetReg) -> Step {
        match self.pattern_sides(left, right)? {
            Some(sides) => self.set_set(dst, self.pattern_union_of(sides)),
            None => self.union(dst, left, right),
        }
    }

    fn pattern_intersect(
        &mut self,
        dst: SetReg,
        left: SetReg,
        right: SetReg,
        procedure: MembershipProc,
    ) -> Step {
        let Some(sides) = self.pattern_sides(left, right)? else { return self.intersect(dst, left, right) };
        let set = self.pattern_intersect_of(sides, procedure)?;
        self.set_set(dst, set)
    }

    fn pattern_minus(&mut self, dst: SetReg, left: SetReg, right: SetReg, procedure: MembershipProc) -> Step {
        let Some(sides) = self.pattern_sides(left, right)? else { return self.minus(dst, left, right) };
        let set = self.pattern_minus_of(sides, procedure)?;
        self.set_set(dst, set)
    }

    fn pattern_xor(&mut self, dst: SetReg, left: SetReg, right: SetReg) -> Step {
        match self.pattern_sides(left, right)? {
            Some(sides) => self.set_set(dst, self.pattern_xor_of(sides)),
            None => self.xor(dst, left, right),
        }
    }

    fn overlaps(&mut self, dst: BoolReg, left: SetReg, right: SetReg) -> Step {
        self.test(dst, left, right, |left, right| left.overlaps(right))
    }

    fn subset(&mut self, dst: BoolReg, left: SetReg, right: SetReg) -> Step {
        self.test(dst, left, right, |left, right| left.is_subset(right))
    }

    fn equal(&mut self, dst: BoolReg, left: SetReg, right: SetReg) -> Step {
        self.test(dst, left, right, |left, right| left == right)
    }

    fn is_empty(&mut self, dst: BoolReg, set: SetReg) -> Step {
        self.set_bool(dst, self.metadata_set(set)?.is_empty())
    }

    fn is_universal(&mut self, dst: BoolReg, set: SetReg) -> Step {
        self.set_bool(dst, self.metadata_set(set)?.is_universal())
    }

    fn contains(&mut self, dst: BoolReg, set: SetReg, tag: Tag) -> Step {
        let answer = self.metadata_set(set)?.contains(TagId(tag.0));
        self.set_bool(dst, answer)
    }

    fn any_matches(&mut self, dst: BoolReg, set: SetReg, procedure: MembershipProc) -> Step {
        let answer = self.tags_match(set, true, procedure)?;
        self.set_bool(dst, answer)
    }

    fn all_match(&mut self, dst: BoolReg, set: SetReg, procedure: MembershipProc) -> Step {
        let answer = self.tags_match(set, false, procedure)?;
        self.set_bool(dst, answer)
    }

    fn overlaps_pattern(&mut self, dst: BoolReg, left: SetReg, right: SetReg, reading: WideReading) -> Step {
        self.overlaps_or_safe_side(dst, left, right, reading.0)
    }

    fn subset_pattern(&mut self, dst: BoolReg, left: SetReg, right: SetReg, reading: WideReading) -> Step {
        self.subset_or_safe_side(dst, left, right, reading.0)
    }

    fn superset_pattern(&mut self, dst: BoolReg, left: SetReg, right: SetReg, reading: WideReading) -> Step {
        self.test_or_safe_side(dst, left, right, reading.0, superset)
    }

    fn equal_pattern(&mut self, dst: BoolReg, left: SetReg, right: SetReg, reading: WideReading) -> Step {
        self.test_or_safe_side(dst, left, right, reading.0, |left, right| left == right)
    }

    fn is_universal_pattern(&mut self, dst: BoolReg, set: SetReg, reading: WideReading) -> Step {
        self.set_bool(dst, self.universal_or_safe_side(set, reading.0)?)
    }

    fn store_result(&mut self, field: FieldImm, set: SetReg) -> Step {
        self.store(Stored::Result, field, set)
    }

    fn store_session(&mut self, field: FieldImm, set: SetReg) -> Step {
        self.store(Stored::Session, field, set)
    }

    fn change_result(&mut self, field: FieldImm, operator: OperatorImm, set: SetReg) -> Step {
        self.change(Stored::Result, field, operator, set)
    }

    fn change_session(&mut self, field: FieldImm, operator: OperatorImm, set: SetReg) -> Step {
        self.change(Stored::Session, field, operator, set)
    }

    fn change_result_by(&mut self, field: FieldImm, operator: OperatorImm, set: ConstSet) -> Step {
        self.change_by(Stored::Result, field, operator, set)
    }

    fn change_session_by(&mut self, field: FieldImm, operator: OperatorImm, set: ConstSet) -> Step {
        self.change_by(Stored::Session, field, operator, set)
    }
}
