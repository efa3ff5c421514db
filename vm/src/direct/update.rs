//! Updates that run directly: the statements of a phase, done one after another on the state of a call.
//!
//! The session's metadata is copied only once a statement changes it: most calls find in the session what they would add.
//! What statements cost is counted as the interpreter counts it, or higher; a call over the limit is left to the general way.
//!
//! Invariants: nothing but the state and memory of the caller's scratch is written to. Whatever cannot be told directly, such as
//! a condition on a list, ends the run without an outcome; the general way begins anew then.

use super::Direct;
use super::formula::{Comparison, Joined};
use super::statement::{Bool, Set, Statement, Target, ValueOf};
use super::translate::{MADE_SETS, Translated, Translator};
use crate::automata::MatcherCache;
use crate::bytecode::operand::{Elements, FieldImm, OperatorImm, ReadingImm};
use crate::bytecode::program::{BlockRecord, Program};
use crate::call::{Argument, Call};
use crate::metadata::{HeadWord, MetaSet, Metadata, SetView, TagId};
use crate::policy::Policy;
use crate::prepare::{CallMetadata, State};
use crate::trace::UpdatePhase;
use crate::value::{Leaf, Value};
use crate::work::{BYTES_COMPARED, PER_LEAF, PER_WORD_MADE, of_len, of_text};

/// The updates of blocks as statements.
#[derive(Debug, Default)]
pub(super) struct Updates {
    statements: Vec<Statement>,
    /// For each block what its phases do; nothing at all if no block does anything.
    blocks: Vec<BlockUpdates>,
}

/// What the phases of a block do.
#[derive(Debug, Clone, Copy)]
struct BlockUpdates {
    before: Procedure,
    result: Procedure,
    after: Procedure,
    /// What the phases after a call do together, if that can be done directly.
    late: Option<Together>,
}

/// What a block does in a phase.
#[derive(Debug, Clone, Copy)]
enum Procedure {
    Nothing,
    /// Some statements.
    Direct(Translated),
    /// What only the interpreter can do.
    General,
}

/// What the blocks of a call do in some phases together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Together {
    /// Whether one of them does something.
    pub(super) any: bool,
    /// Whether sets of arguments are read.
    pub(super) asks_args: bool,
}

impl Updates {
    /// Those of a verified program.
    pub(super) fn of(program: &Program) -> Updates {
        let updates = |block: &BlockRecord| [block.before, block.result, block.after];
        if program.blocks.iter().flat_map(updates).all(|procedure| procedure.is_none()) {
            return Updates::default();
        }
        let mut translator = Translator::new(program);
        let blocks = program.blocks.iter().map(|block| {
            let [before, result, after] =
                updates(block).map(|procedure| Procedure::of(procedure, &mut translator));
            let late = result.together().zip(after.together()).map(|(result, after)| result.and(after));
            BlockUpdates { before, result, after, late }
        });
        let blocks = blocks.collect();
        translator.statements.shrink_to_fit();
        Updates { statements: translator.statements, blocks }
    }

    /// Whether no block does anything.
    #[inline]
    pub(super) fn are_none(&self) -> bool {
        self.blocks.is_empty()
    }

    /// What these blocks do before their rules; nothing if one does what only the interpreter can do.
    #[inline]
    pub(super) fn before(&self, blocks: &[u32]) -> Option<Together> {
        self.together(blocks, |updates| updates.before.together())
    }

    /// The same after a call was made.
    #[inline]
    pub(super) fn late(&self, blocks: &[u32]) -> Option<Together> {
        self.together(blocks, |updates| updates.late)
    }

    #[inline]
    fn together(&self, blocks: &[u32], of: impl Fn(&BlockUpdates) -> Option<Together>) -> Option<Together> {
        if self.are_none() {
            return Some(Together::default());
        }
        blocks.iter().try_fold(Together::default(), |together, &block| {
            Some(together.and(of(self.blocks.get(block as usize)?)?))
        })
    }

    /// Whether a block's updates before its rules, if it has some, are no reason to take the general way.
    pub(super) fn begin_directly(&self, block: u32) -> bool {
        self.before(&[block]).is_some()
    }

    #[inline]
    fn procedure(&self, block: u32, phase: UpdatePhase) -> Option<Procedure> {
        let updates = self.blocks.get(block as usize)?;
        Some(match phase {
            UpdatePhase::Before => updates.before,
            UpdatePhase::Result => updates.result,
            UpdatePhase::After => updates.after,
        })
    }
}

impl Procedure {
    fn of(procedure: Option<u32>, translator: &mut Translator<'_>) -> Procedure {
        let Some(procedure) = procedure else { return Procedure::Nothing };
        translator.update(procedure).map_or(Procedure::General, Procedure::Direct)
    }

    #[inline]
    fn together(self) -> Option<Together> {
        match self {
            Procedure::Nothing => Some(Together::default()),
            Procedure::Direct(Translated { asks_args, .. }) => Some(Together { any: true, asks_args }),
            Procedure::General => None,
        }
    }
}

impl Together {
    /// What both do.
    #[inline]
    fn and(self, other: Together) -> Together {
        Together { any: self.any | other.any, asks_args: self.asks_args | other.asks_args }
    }
}

/// Memory for sets that operators make.
pub(crate) type MadeSets = [MetaSet; MADE_SETS];

/// A call whose updates run.
pub(super) struct Updating<'u> {
    pub(super) policy: &'u Policy,
    pub(super) call: &'u Call<'u>,
    /// Ready, if statements read sets of arguments.
    pub(super) metadata: &'u CallMetadata,
    /// The session's, which is not changed.
    pub(super) session: &'u Metadata,
    pub(super) state: &'u mut State,
    pub(super) made: &'u mut MadeSets,
    pub(super) matching: &'u mut MatcherCache,
    pub(super) result_value: Option<Value<'u>>,
}

impl Updating<'_> {
    /// Runs one phase after another, each of the blocks in this order (S7.1).
    #[inline(never)]
    pub(super) fn phases(&mut self, direct: &Direct, blocks: &[u32], phases: &[UpdatePhase]) -> Option<()> {
        for &phase in phases {
            for &block in blocks {
                match direct.updates.procedure(block, phase)? {
                    Procedure::Nothing => {}
                    Procedure::Direct(Translated { first, cost, .. }) => {
                        self.charge(cost.into())?;
                        self.run(&direct.updates.statements, first)?;
                    }
                    Procedure::General => return None,
                }
            }
        }
        self.charge(0)?;
        self.matching.broken().is_none().then_some(())
    }

    /// Counts what something cost, and ends all if it was too much: whoever refuses such calls says what they cost.
    #[inline]
    fn charge(&mut self, units: u64) -> Option<()> {
        self.matching.work.spend(units);
        (!self.matching.work.is_over()).then_some(())
    }

    /// Runs the statements from one on.
    #[inline]
    fn run(&mut self, statements: &[Statement], first: u32) -> Option<()> {
        let (mut bools, mut at) = (0_u64, first as usize);
        loop {
            let statement = statements.get(at)?;
            at += 1;
            match *statement {
                Statement::Jump(to) => at = to as usize,
                Statement::JumpWhere { cond, is, to } if get(bools, cond) == is => at = to as usize,
                Statement::JumpWhere { .. } => {}
                Statement::Load { dst, value } => set(&mut bools, dst, value),
                Statement::Copy { dst, src, negated } => {
                    let value = get(bools, src) != negated;
                    set(&mut bools, dst, value);
                }
                Statement::Differ { dst, left, right } => {
                    let value = get(bools, left) != get(bools, right);
                    set(&mut bools, dst, value);
                }
                Statement::Compare { dst, comparison, left, right } => {
                    set(&mut bools, dst, self.compare(comparison, left, right)?);
                }
                Statement::Overlaps { dst, left, right } => {
                    set(&mut bools, dst, self.view(left)?.overlaps_word(right));
                }
                Statement::Has { dst, left, right } => {
                    set(&mut bools, dst, self.view(left)?.has_word(right));
                }
                Statement::Empty { dst, set: asked } => set(&mut bools, dst, self.view(asked)?.is_empty()),
                Statement::Universal { dst, set: asked } => {
                    set(&mut bools, dst, self.view(asked)?.is_universal());
                }
                Statement::Contains { dst, set: asked, tag } => {
                    set(&mut bools, dst, self.view(asked)?.contains(TagId(tag.0)));
                }
                Statement::ValueIn { dst, value, reading, set: elements } => {
                    set(&mut bools, dst, self.value_in(value, reading, elements)?);
                }
                Statement::Make { place, operator, left, right } => {
                    self.make(place, operator, left, right)?
                }
                Statement::Change { target: Target::Session, field, operator, by } => {
                    self.change_session(field, operator, by)?;
                }
                Statement::Change { target: Target::Result, field, operator, by } => {
                    self.change(Target::Result, field, operator, by)?;
                }
                Statement::Charge { place, each } => {
                    let words = self.view(Set::Made(place))?.tail_words();
                    self.charge(words.saturating_mul(each.into()))?;
                }
                Statement::ChangeBy { target, field, operator, by } => {
                    self.change_by(target, field, operator, by)?;
                }
                Statement::Store { target, field, set } => self.store(target, field, set)?,
                Statement::Clear { target, field } => self.target(target)?.field_mut(field).set_empty(),
                Statement::End => return Some(()),
            }
        }
    }

    /// The set that is read.
    #[inline]
    fn view(&self, set: Set) -> Option<SetView<'_>> {
        match set {
            Set::Constant(set) => self.policy.const_set(set),
            Set::Result(field) => Some(self.state.result()?.field(field).view()),
            Set::Session(field) => Some(self.state.session().unwrap_or(self.session).field(field).view()),
            Set::Arg(field, arg) => match self.metadata.place(arg) {
                Some(place) => self.metadata.arg(place as usize, field),
                None => Some(self.metadata.absent(field)),
            },
            Set::Args(field, Joined::Union) => self.metadata.union(field),
            Set::Args(field, Joined::Intersection) => self.metadata.intersect(field),
            Set::Made(place) => self.made.get(usize::from(place)).map(MetaSet::view),
        }
    }

    fn compare(&mut self, comparison: Comparison, left: Set, right: Set) -> Option<bool> {
        let (left, right) = (self.view(left)?, self.view(right)?);
        let units = left.tail_words().min(right.tail_words());
        let holds = match comparison {
            Comparison::Overlaps => left.overlaps(right),
            Comparison::Subset => left.is_subset(right),
            Comparison::Superset => right.is_subset(left),
            Comparison::Equal => left == right,
        };
        self.charge(units)?;
        Some(holds)
    }

    /// Whether a value is in an element set, if it is a scalar or absent.
    fn value_in(&mut self, value: ValueOf, reading: ReadingImm, set: Elements) -> Option<bool> {
        let value = match value {
            ValueOf::Result => self.result_value,
            ValueOf::Arg(arg) => {
                let (name, args) = (self.policy.arg_name(arg.0)?, self.call.args());
                self.charge(of_len(args.len()).saturating_mul(1 + of_text(name, BYTES_COMPARED)))?;
                args.iter().find(|arg| arg.name() == name).map(Argument::value)
            }
        };
        let Some(value) = value else { return Some(reading == ReadingImm::AnyOrNone) };
        let (leaf, elements) = (Leaf::of_scalar(value)?, self.policy.elements(set)?);
        self.matching.work.spend(PER_LEAF);
        // Every other reading of one leaf is the same.
        Some(elements.accepts(leaf, reading != ReadingImm::All, self.matching))
    }

    fn make(&mut self, place: u8, operator: OperatorImm, left: Set, right: Set) -> Option<()> {
        let mut made = std::mem::take(self.made.get_mut(usize::from(place))?);
        if left != Set::Made(place) {
            made.assign(self.view(left)?);
        }
        let before = made.view().tail_words();
        let units = apply(operator, &mut made, self.view(right)?);
        let units = units.saturating_add(before.saturating_mul(PER_WORD_MADE));
        *self.made.get_mut(usize::from(place))? = made;
        self.charge(units)
    }

    /// Changes the session, if that is not the same afterwards.
    fn change_session(&mut self, field: FieldImm, operator: OperatorImm, by: Set) -> Option<()> {
        if self.state.session().is_none() {
            let (set, by) = (self.session.field(field).view(), self.view(by)?);
            let stays = match operator {
                OperatorImm::Union => by.is_subset(set),
                OperatorImm::Intersect => set.is_subset(by),
                OperatorImm::Minus => !set.overlaps(by),
                OperatorImm::Xor => by.is_empty(),
            };
            if stays {
                let units = set.tail_words().saturating_add(by.tail_words());
                return self.charge(units);
            }
        }
        self.change(Target::Session, field, operator, by)
    }

    /// Changes metadata by a word, the session only if that is not the same afterwards.
    #[inline]
    fn change_by(
        &mut self,
        target: Target,
        field: FieldImm,
        operator: OperatorImm,
        by: HeadWord,
    ) -> Option<()> {
        if target == Target::Session && self.state.session().is_none() {
            let set = self.session.field(field).view();
            let stays = match operator {
                OperatorImm::Union => set.has_word(by),
                OperatorImm::Intersect => set.is_in_word(by),
                OperatorImm::Minus => !set.overlaps_word(by),
                OperatorImm::Xor => by.is_empty(),
            };
            if stays {
                return self.charge(set.tail_words());
            }
        }
        let set = self.target(target)?.field_mut(field);
        let units = set.view().tail_words();
        match operator {
            OperatorImm::Union => set.union_word(by),
            OperatorImm::Intersect => set.intersect_word(by),
            OperatorImm::Minus => set.minus_word(by),
            OperatorImm::Xor => set.xor_word(by),
        }
        self.charge(units)
    }

    fn change(&mut self, target: Target, field: FieldImm, operator: OperatorImm, by: Set) -> Option<()> {
        let units = if let Set::Constant(by) = by {
            let by = self.policy.const_set(by)?;
            apply(operator, self.target(target)?.field_mut(field), by)
        } else {
            // It may be another field of the same metadata.
            let mut changed = std::mem::take(self.target(target)?.field_mut(field));
            let units = apply(operator, &mut changed, self.view(by)?);
            *self.target(target)?.field_mut(field) = changed;
            units
        };
        self.charge(units)
    }

    fn store(&mut self, target: Target, field: FieldImm, set: Set) -> Option<()> {
        // The memory of the field stays its own.
        let mut stored = std::mem::take(self.target(target)?.field_mut(field));
        stored.assign(self.view(set)?);
        let units = stored.view().tail_words();
        *self.target(target)?.field_mut(field) = stored;
        self.charge(units)
    }

    /// The metadata that is changed; the session's is a copy.
    #[inline]
    fn target(&mut self, target: Target) -> Option<&mut Metadata> {
        match target {
            Target::Result => self.state.result_mut(),
            Target::Session => {
                self.state.copy_session(self.session);
                self.state.session_mut()
            }
        }
    }
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
    let new = set.view().tail_words().saturating_sub(before);
    (before + right.tail_words()).saturating_add(new.saturating_mul(PER_WORD_MADE))
}

#[inline]
fn get(bools: u64, place: Bool) -> bool {
    bools >> (place % 64) & 1 == 1
}

#[inline]
fn set(bools: &mut u64, place: Bool, value: bool) {
    let bit = 1 << (place % 64);
    *bools = if value { *bools | bit } else { *bools & !bit };
}
