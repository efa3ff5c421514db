//! Sets while they are computed: what handles stand for, operators, comparisons, and the safe sides of S5.4.

use super::memory::SetRef;
use super::{Change, Fault, Machine, Seen, Step};
use crate::bytecode::operand::*;
use crate::metadata::{MetaSet, Metadata, SetView};
use crate::prepare::State;
use crate::work::{PER_WORD_MADE, of_len};

/// Both sides of an operator or a test.
type Sides = (SetRef, SetRef);

impl Machine<'_> {
    /// The set that a handle stands for; none of a pattern set.
    fn exact(&self, set: SetRef) -> Option<SetView<'_>> {
        let metadata = self.inputs.metadata;
        match set {
            SetRef::Universal => Some(SetView::UNIVERSAL),
            SetRef::Const(set) => self.inputs.policy.const_set(set),
            SetRef::Temp(at) => self.memory.temps.get(at).map(MetaSet::view),
            SetRef::Kept(slot) => self.memory.kept(slot).map(MetaSet::view),
            SetRef::Pattern { .. } => None,
            SetRef::Arg(index, field) => metadata.arg(index as usize, field),
            SetRef::Absent(field) => Some(metadata.absent(field)),
            SetRef::ArgsUnion(field) => metadata.union(field),
            SetRef::ArgsIntersect(field) => metadata.intersect(field),
            SetRef::Result(field) => Some(self.state.result()?.field(field).view()),
            SetRef::Session(field) => {
                Some(self.state.session().unwrap_or(self.inputs.session).field(field).view())
            }
        }
    }

    /// The metadata set in a register that has one.
    pub(super) fn metadata_set(&self, register: SetReg) -> Result<SetView<'_>, Fault> {
        let set = self.set(register)?;
        self.exact(set).ok_or(Fault::PatternSet)
    }

    /// A set that a pattern takes part in as one that may be made of it without a complement.
    fn is_clean(&self, set: SetRef) -> bool {
        match set {
            SetRef::Pattern { clean } => clean,
            other => self.exact(other).is_some_and(SetView::is_finite),
        }
    }

    /// S[dst] := a temporary: the left side after `apply` with the right side. A chain works in place.
    pub(super) fn operate(
        &mut self,
        dst: SetReg,
        left: SetReg,
        right: SetReg,
        apply: impl FnOnce(&mut MetaSet, SetView<'_>),
    ) -> Step {
        if let SetRef::Temp(at) = self.set(dst)?
            && dst != right
        {
            let mut made = self.memory.temps.take_at(at);
            let before = made.view().tail_words();
            if dst != left {
                made.assign(self.metadata_set(left)?);
            }
            let right = self.metadata_set(right)?;
            apply(&mut made, right);
            let units = of_operator(before, right.tail_words(), made.view().tail_words());
            self.memory.temps.put_at(at, made);
            return self.charge(units);
        }
        let mut made = self.memory.temps.take();
        made.assign(self.metadata_set(left)?);
        let right = self.metadata_set(right)?;
        apply(&mut made, right);
        let units = of_operator(0, right.tail_words(), made.view().tail_words());
        let made = self.memory.temps.put(made);
        self.charge(units)?;
        self.set_set(dst, made)
    }

    /// The answer of `test` on two metadata sets.
    pub(super) fn test(
        &mut self,
        dst: BoolReg,
        left: SetReg,
        right: SetReg,
        test: impl FnOnce(SetView<'_>, SetView<'_>) -> bool,
    ) -> Step {
        let (left, right) = (self.metadata_set(left)?, self.metadata_set(right)?);
        let (answer, units) = (test(left, right), of_test(left, right));
        self.charge(units)?;
        self.set_bool(dst, answer)
    }

    /// Both sides, if one is a pattern set; if none is, the exact operator serves.
    pub(super) fn pattern_sides(&self, left: SetReg, right: SetReg) -> Result<Option<Sides>, Fault> {
        let (left, right) = (self.set(left)?, self.set(right)?);
        let pattern = |set| matches!(set, SetRef::Pattern { .. });
        Ok((pattern(left) || pattern(right)).then_some((left, right)))
    }

    /// The union where a side is a pattern set (S5.4).
    pub(super) fn pattern_union_of(&self, (left, right): Sides) -> SetRef {
        let universal = |set| self.exact(set).is_some_and(SetView::is_universal);
        if universal(left) || universal(right) {
            return SetRef::Universal;
        }
        SetRef::Pattern { clean: self.is_clean(left) && self.is_clean(right) }
    }

    /// The symmetric difference where a side is a pattern set (S5.4).
    pub(super) fn pattern_xor_of(&self, (left, right): Sides) -> SetRef {
        SetRef::Pattern { clean: self.is_clean(left) && self.is_clean(right) }
    }

    /// The intersection where a side is a pattern set (S5.4).
    pub(super) fn pattern_intersect_of(
        &mut self,
        (left, right): Sides,
        procedure: MembershipProc,
    ) -> Result<SetRef, Fault> {
        let finite = |set: &SetRef| self.exact(*set).is_some_and(SetView::is_finite);
        if let Some(finite) = [left, right].into_iter().find(finite) {
            return self.accepted(finite, procedure);
        }
        let pattern = |set| matches!(set, SetRef::Pattern { clean: true });
        Ok(SetRef::Pattern { clean: pattern(left) && pattern(right) })
    }

    /// The difference where a side is a pattern set (S5.4).
    pub(super) fn pattern_minus_of(
        &mut self,
        (left, right): Sides,
        procedure: MembershipProc,
    ) -> Result<SetRef, Fault> {
        if self.exact(left).is_some_and(SetView::is_finite) {
            return self.accepted(left, procedure);
        }
        // Without a complement, only what the complement leaves out can stay.
        if self.exact(right).is_some_and(|set| !set.is_finite()) {
            return self.accepted(right, procedure);
        }
        Ok(SetRef::Pattern { clean: self.is_clean(left) && self.is_clean(right) })
    }

    /// The finite set of the listed tags of `set` that the procedure accepts.
    fn accepted(&mut self, set: SetRef, procedure: MembershipProc) -> Result<SetRef, Fault> {
        let mut made = self.memory.temps.take();
        made.set_empty();
        let mut tags = std::mem::take(&mut self.memory.tags);
        tags.clear();
        tags.extend(self.exact(set).ok_or(Fault::PatternSet)?.listed());
        let listed = of_len(tags.len());
        self.memory.matching.work.spend(listed);
        for &tag in &tags {
            if self.ask_about_tag(procedure, tag)? {
                made.insert(tag);
            }
        }
        self.memory.tags = tags;
        Ok(self.memory.temps.put(made))
    }

    /// `left overlaps right` where right may be a pattern set (S5.4).
    pub(super) fn overlaps_or_safe_side(
        &mut self,
        dst: BoolReg,
        left: SetReg,
        right: SetReg,
        reading: ReadingImm,
    ) -> Step {
        let test = |left: SetView<'_>, right: SetView<'_>| left.overlaps(right);
        self.test_or(dst, left, right, test, |left, clean| {
            (left.is_universal() && clean) || reading.safe_side()
        })
    }

    /// `left subset of right` where right may be a pattern set (S5.4).
    pub(super) fn subset_or_safe_side(
        &mut self,
        dst: BoolReg,
        left: SetReg,
        right: SetReg,
        reading: ReadingImm,
    ) -> Step {
        let test = |left: SetView<'_>, right: SetView<'_>| left.is_subset(right);
        self.test_or(dst, left, right, test, |left, clean| {
            !(left.is_universal() && clean) && reading.safe_side()
        })
    }

    /// `left` against `right` by an exact test, or the safe side if right is a pattern set (S5.4).
    pub(super) fn test_or_safe_side(
        &mut self,
        dst: BoolReg,
        left: SetReg,
        right: SetReg,
        reading: ReadingImm,
        test: impl FnOnce(SetView<'_>, SetView<'_>) -> bool,
    ) -> Step {
        self.test_or(dst, left, right, test, |_, _| reading.safe_side())
    }

    /// The answer of `test`, or, if right is a pattern set, of `otherwise`, which is told whether that set is clean.
    fn test_or(
        &mut self,
        dst: BoolReg,
        left: SetReg,
        right: SetReg,
        test: impl FnOnce(SetView<'_>, SetView<'_>) -> bool,
        otherwise: impl FnOnce(SetView<'_>, bool) -> bool,
    ) -> Step {
        let (left, right) = (self.metadata_set(left)?, self.set(right)?);
        let (answer, units) = match self.exact(right) {
            Some(right) => (test(left, right), of_test(left, right)),
            None => (otherwise(left, self.is_clean(right)), 0),
        };
        self.charge(units)?;
        self.set_bool(dst, answer)
    }

    /// Whether the set is universal, or the safe side if it is a pattern set (S5.4).
    pub(super) fn universal_or_safe_side(&self, set: SetReg, reading: ReadingImm) -> Result<bool, Fault> {
        let set = self.set(set)?;
        Ok(self.exact(set).map_or_else(|| reading.safe_side(), SetView::is_universal))
    }

    /// Whether the set is finite; a pattern set is not.
    pub(super) fn is_finite(&self, set: SetReg) -> Result<bool, Fault> {
        let set = self.set(set)?;
        Ok(self.exact(set).is_some_and(SetView::is_finite))
    }

    /// S[set] becomes what a field of the result's or the session's metadata is. A pattern set empties consumers and changes
    /// nothing else (S5.4).
    pub(super) fn store(&mut self, place: Stored, field: FieldImm, set: SetReg) -> Step {
        if !self.memory.journal.is_wanted() {
            return self.store_quietly(place, field, set);
        }
        let handle = place.handle(field);
        let safe_side = matches!(self.set(set)?, SetRef::Pattern { .. });
        let before = self.see(handle).ok_or(Fault::NoSet)?;
        let at = u32::try_from(self.pc.saturating_sub(1)).unwrap_or(u32::MAX);
        self.store_quietly(place, field, set)?;
        self.memory.journal.forget_handles();
        let after = self.see(handle).ok_or(Fault::NoSet)?;
        let (phase, of_session) = (self.memory.outcomes.phase(), matches!(place, Stored::Session));
        self.memory.journal.change(Change {
            phase,
            block: 0,
            at,
            of_session,
            field,
            before,
            after,
            safe_side,
        });
        Ok(())
    }

    /// Writes down what a handle stands for; nothing of a pattern set.
    pub(super) fn see(&mut self, handle: SetRef) -> Option<Seen> {
        // The journal is taken out, as the set may be elsewhere in the memory.
        let mut journal = std::mem::take(&mut self.memory.journal);
        let seen = self.exact(handle).map(|set| journal.see_handle(handle, set, &self.inputs.tags));
        self.memory.journal = journal;
        seen
    }

    /// The same as [`Self::store`], without noting anything.
    fn store_quietly(&mut self, place: Stored, field: FieldImm, set: SetReg) -> Step {
        let set = self.set(set)?;
        let pattern = matches!(set, SetRef::Pattern { .. });
        if set == place.handle(field) || (pattern && field != FieldImm::Consumers) {
            return Ok(());
        }
        // The memory of the field stays its own.
        let mut stored = std::mem::take(place.of(self.state)?.field_mut(field));
        if pattern {
            stored.set_empty();
        } else {
            stored.assign(self.exact(set).ok_or(Fault::NoSet)?);
        }
        let units = stored.view().tail_words();
        *place.of(self.state)?.field_mut(field) = stored;
        self.after_store()?;
        self.charge(units)
    }

    /// A field of the result's or the session's metadata becomes itself after `operator` with S[set], in its place: nothing is
    /// copied.
    pub(super) fn change(
        &mut self,
        place: Stored,
        field: FieldImm,
        operator: OperatorImm,
        set: SetReg,
    ) -> Step {
        let set = self.set(set)?;
        if set == place.handle(field) {
            // A set and itself.
            if matches!(operator, OperatorImm::Minus | OperatorImm::Xor) {
                place.of(self.state)?.field_mut(field).set_empty();
            }
            return self.after_store();
        }
        // The right side may be another field of the same metadata.
        let mut changed = std::mem::take(place.of(self.state)?.field_mut(field));
        let right = self.exact(set).ok_or(Fault::PatternSet)?;
        let units = apply(operator, &mut changed, right);
        *place.of(self.state)?.field_mut(field) = changed;
        self.after_store()?;
        self.charge(units)
    }

    /// The same with a set of the constant pool.
    pub(super) fn change_by(
        &mut self,
        place: Stored,
        field: FieldImm,
        operator: OperatorImm,
        set: ConstSet,
    ) -> Step {
        let right = self.inputs.policy.const_set(set).ok_or(Fault::NoSet)?;
        let units = apply(operator, place.of(self.state)?.field_mut(field), right);
        self.after_store()?;
        self.charge(units)
    }

    /// After a store: handles and kept answers may be out of date.
    fn after_store(&mut self) -> Step {
        let open = self.memory.frames.last().map_or(0, |frame| frame.temps);
        self.memory.temps.truncate(open);
        self.memory.clear_sets(self.base.sets, self.top.sets);
        self.memory.forget();
        Ok(())
    }
}

/// What a test of two sets costs: of a small one and a large one, only the words of the small one are looked at.
#[inline]
fn of_test(left: SetView<'_>, right: SetView<'_>) -> u64 {
    left.tail_words().min(right.tail_words())
}

/// What an operator costs that made a set of so many words in the place of one of `before`, with one of `right`.
#[inline]
fn of_operator(before: u64, right: u64, made: u64) -> u64 {
    let new = made.saturating_sub(before);
    (before + right).saturating_add(new.saturating_mul(PER_WORD_MADE))
}

/// Applies an operator in place, and says what that costs.
#[inline]
fn apply(operator: OperatorImm, set: &mut MetaSet, right: SetView<'_>) -> u64 {
    let before = set.view().tail_words();
    match operator {
        OperatorImm::Union => set.union(right),
        OperatorImm::Intersect => set.intersect(right),
        OperatorImm::Minus => set.minus(right),
        OperatorImm::Xor => set.xor(right),
    }
    of_operator(before, right.tail_words(), set.view().tail_words())
}

/// Where updates store.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stored {
    Result,
    Session,
}

impl Stored {
    fn of(self, state: &mut State) -> Result<&mut Metadata, Fault> {
        // Both are made ready before any update runs.
        let stored = match self {
            Stored::Result => state.result_mut(),
            Stored::Session => state.session_mut(),
        };
        stored.ok_or(Fault::NoSet)
    }

    fn handle(self, field: FieldImm) -> SetRef {
        match self {
            Stored::Result => SetRef::Result(field),
            Stored::Session => SetRef::Session(field),
        }
    }
}
