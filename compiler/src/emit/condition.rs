//! Conditions: into a bool register, with short circuits, and lowered so that no set is built where a test suffices.

use super::analysis::{Form, leaf_lines};
use super::procedure::{Label, Procedure};
use super::{EmitError, Emitter, reading, wide_reading};
use crate::ir::{self, ConditionId, ConditionKind, Reading, SetId, SetKind, SetOp, ValueRef};
use smallvec::{SmallVec, smallvec};
use sqrt_vm::bytecode::instruction::Op;
use sqrt_vm::bytecode::operand::{BoolReg, ConditionProc, Flag, MembershipProc, SetReg, ValueReg};

/// A step of testing a condition; every answer goes to the same register.
enum Task {
    Eval(ConditionId),
    Record(ConditionId),
    JumpIf(Label),
    JumpUnless(Label),
    Not,
    Bind(Label),
}

/// The steps that are left, the next one last.
type Tasks = SmallVec<[Task; 8]>;

/// The set comparisons that the lowering knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Overlaps,
    Subset,
    Superset,
    Equal,
}

impl Emitter<'_> {
    /// The condition's answer into B[dst]; uses value and set registers freely, and no other bool register.
    pub(super) fn emit_condition(
        &mut self,
        code: &mut Procedure,
        root: ConditionId,
        dst: u8,
    ) -> Result<BoolReg, EmitError> {
        let answer = code.bool_reg(dst);
        let mut tasks: Tasks = smallvec![Task::Eval(root)];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Eval(condition) => {
                    tasks.push(Task::Record(condition));
                    self.eval_condition(code, condition, answer, &mut tasks)?;
                }
                Task::Record(condition) => self.record(code, condition, answer),
                Task::JumpIf(label) => code.jump_if(answer, label),
                Task::JumpUnless(label) => code.jump_unless(answer, label),
                Task::Not => code.push(Op::Not { dst: answer, src: answer }),
                Task::Bind(label) => code.bind(label),
            }
        }
        Ok(answer)
    }

    fn eval_condition(
        &mut self,
        code: &mut Procedure,
        id: ConditionId,
        dst: BoolReg,
        tasks: &mut Tasks,
    ) -> Result<(), EmitError> {
        let policy = self.policy;
        let condition =
            policy.conditions.get(id.index()).ok_or(EmitError::Internal("a condition that is not there"))?;
        let position = self.locate_condition(id, condition.origin)?;
        code.at(position);
        if let Some(value) = self.known_answer(id) {
            code.push(Op::LoadBool { dst, value: Flag(value) });
            return Ok(());
        }
        match &condition.kind {
            ConditionKind::Constant(value) => code.push(Op::LoadBool { dst, value: Flag(*value) }),
            ConditionKind::And(children) => tasks.extend(chain(code, children, Task::JumpUnless)),
            ConditionKind::Or(children) => tasks.extend(chain(code, children, Task::JumpIf)),
            ConditionKind::Not(child) => tasks.extend([Task::Not, Task::Eval(*child)]),
            ConditionKind::Let(of) => {
                let procedure = self.let_procedures.get(of.index()).copied();
                let procedure = ConditionProc(
                    procedure.ok_or(EmitError::Internal("a let that is used before it is emitted"))?,
                );
                code.push(Op::CallCondition { dst, procedure });
            }
            ConditionKind::ValueIn(value, set, how) => {
                let value = self.load_value(code, value, 0)?;
                self.value_in(code, dst, value, *set, *how)?;
            }
            ConditionKind::LiteralIn(literal, set, how) => {
                let (value, scalar) = (code.value_reg(0), self.pools.scalar(literal)?);
                code.push(Op::LoadScalar { dst: value, scalar });
                self.value_in(code, dst, value, *set, *how)?;
            }
            ConditionKind::ValuesEqual(left, right, how) => {
                let left = self.load_value(code, left, 0)?;
                let right = self.load_value(code, right, 1)?;
                code.push(Op::ValuesEqual { dst, left, right, reading: wide_reading(*how) });
            }
            ConditionKind::TagIn(tag, set, _) => self.tag_in(code, dst, tag, *set)?,
            ConditionKind::SetIsUniversal(set, how) => {
                let (_, expr) = self.set(*set)?;
                let register = self.emit_set(code, *set, 0)?;
                code.push(if expr.has_pattern {
                    Op::IsUniversalPattern { dst, set: register, reading: wide_reading(*how) }
                } else {
                    Op::IsUniversal { dst, set: register }
                });
            }
            ConditionKind::Overlaps(left, right, how) => {
                self.compare(code, dst, left, Comparison::Overlaps, *right, *how)?
            }
            ConditionKind::SubsetOf(left, right, how) => {
                self.compare(code, dst, left, Comparison::Subset, *right, *how)?
            }
            ConditionKind::SupersetOf(left, right, how) => {
                self.compare(code, dst, left, Comparison::Superset, *right, *how)?
            }
            ConditionKind::Equal(left, right, how) => {
                self.compare(code, dst, left, Comparison::Equal, *right, *how)?
            }
            ConditionKind::IsEmpty(meta) => {
                let set = self.load_meta(code, meta, 0)?;
                code.push(Op::IsEmpty { dst, set });
            }
            ConditionKind::IsUniversal(meta) => {
                let set = self.load_meta(code, meta, 0)?;
                code.push(Op::IsUniversal { dst, set });
            }
        }
        Ok(())
    }

    fn load_value(&mut self, code: &mut Procedure, value: &ValueRef, at: u8) -> Result<ValueReg, EmitError> {
        let dst = code.value_reg(at);
        code.push(match value {
            ValueRef::Argument(name) => Op::LoadArg { dst, arg: self.pools.arg(name)? },
            ValueRef::Result => Op::LoadResult { dst },
            ValueRef::Session => Op::LoadSession { dst },
        });
        Ok(dst)
    }

    fn value_in(
        &mut self,
        code: &mut Procedure,
        dst: BoolReg,
        value: ValueReg,
        set: SetId,
        how: Reading,
    ) -> Result<(), EmitError> {
        code.push(match self.as_literals(set)? {
            Some(literals) => {
                Op::ValueIn { dst, value, reading: reading(how), set: self.elements(&literals)? }
            }
            None => {
                let procedure = self.membership(set, Form::Leaf(leaf_lines(how)))?;
                Op::ValueMatches { dst, value, reading: reading(how), procedure }
            }
        });
        Ok(())
    }

    /// `"t" in S` for a set over metadata (S4.7).
    fn tag_in(&mut self, code: &mut Procedure, dst: BoolReg, tag: &str, set: SetId) -> Result<(), EmitError> {
        let tag = self.pools.tag(tag)?;
        let (_, expr) = self.set(set)?;
        if let SetKind::Meta(meta) = &expr.kind {
            let set = self.load_meta(code, meta, 0)?;
            code.push(Op::Contains { dst, set, tag });
            return Ok(());
        }
        let procedure = self.membership(set, Form::Tag)?;
        let only = self.pools.const_set(&super::pools::ConstantSet::finite(vec![tag.0]))?;
        let set = code.set_reg(0);
        code.push(Op::LoadSet { dst: set, set: only });
        code.push(Op::AnyMatches { dst, set, procedure });
        Ok(())
    }

    fn compare(
        &mut self,
        code: &mut Procedure,
        dst: BoolReg,
        left: &ir::MetaRef,
        comparison: Comparison,
        right: SetId,
        how: Reading,
    ) -> Result<(), EmitError> {
        let left = self.load_meta(code, left, 0)?;
        let (right, expr) = self.set(right)?;
        if expr.has_pattern {
            return self.compare_pattern(code, dst, left, comparison, right, how);
        }
        let end = code.label();
        for (place, (test, part)) in self.parts(comparison, right)?.into_iter().enumerate() {
            if place > 0 {
                // The parts of `overlaps` are alternatives, those of the others must all hold.
                match comparison {
                    Comparison::Overlaps => code.jump_if(dst, end),
                    _ => code.jump_unless(dst, end),
                }
            }
            let right = self.emit_set(code, part, 1)?;
            match test {
                Test::Is(Comparison::Overlaps) => code.push(Op::Overlaps { dst, left, right }),
                Test::Is(Comparison::Subset) => code.push(Op::Subset { dst, left, right }),
                Test::Is(Comparison::Superset) => code.push(Op::Subset { dst, left: right, right: left }),
                Test::Is(Comparison::Equal) => code.push(Op::Equal { dst, left, right }),
                Test::Disjoint => {
                    code.push(Op::Overlaps { dst, left, right });
                    code.push(Op::Not { dst, src: dst });
                }
            }
        }
        code.bind(end);
        Ok(())
    }

    /// The tests that together say the same without building `right`, where that can be (S5.2 is exact, so they are equal).
    fn parts(&self, comparison: Comparison, right: SetId) -> Result<Parts, EmitError> {
        let whole = smallvec![(Test::Is(comparison), right)];
        if !self.passes.lower_sets {
            return Ok(whole);
        }
        let splits = match comparison {
            Comparison::Overlaps | Comparison::Superset => SetOp::Union,
            Comparison::Subset => SetOp::Intersect,
            Comparison::Equal => return Ok(whole),
        };
        let mut parts = Parts::new();
        let mut open: Parts = smallvec![(Test::Is(comparison), right)];
        while let Some((test, part)) = open.pop() {
            let (part, expr) = self.set(part)?;
            let whole =
                self.shared.contains_key(&(part, Form::Set)) || self.analysis.constant(part).is_some();
            match &expr.kind {
                SetKind::Chain(op, operands) if !whole && *op == splits && test == Test::Is(comparison) => {
                    open.extend(operands.iter().rev().map(|&operand| (test, operand)));
                }
                SetKind::Chain(SetOp::Minus, operands) if !whole && test == Test::Is(Comparison::Subset) => {
                    open.extend(operands.iter().skip(1).rev().map(|&operand| (Test::Disjoint, operand)));
                    open.extend(operands.first().map(|&first| (test, first)));
                }
                _ => parts.push((test, part)),
            }
        }
        Ok(parts)
    }

    /// Against a set with patterns: string by string if the left side is finite, else by S5.4.
    fn compare_pattern(
        &mut self,
        code: &mut Procedure,
        dst: BoolReg,
        left: SetReg,
        comparison: Comparison,
        right: SetId,
        how: Reading,
    ) -> Result<(), EmitError> {
        let (whole, end) = (code.label(), code.label());
        if matches!(comparison, Comparison::Overlaps | Comparison::Subset) {
            let procedure = self.membership(right, Form::Tag)?;
            code.jump_unless_finite(left, whole);
            code.push(match comparison {
                Comparison::Overlaps => Op::AnyMatches { dst, set: left, procedure },
                _ => Op::AllMatch { dst, set: left, procedure },
            });
            code.jump(end);
        }
        code.bind(whole);
        let right = self.emit_set(code, right, 1)?;
        let reading = wide_reading(how);
        code.push(match comparison {
            Comparison::Overlaps => Op::OverlapsPattern { dst, left, right, reading },
            Comparison::Subset => Op::SubsetPattern { dst, left, right, reading },
            Comparison::Superset => Op::SupersetPattern { dst, left, right, reading },
            Comparison::Equal => Op::EqualPattern { dst, left, right, reading },
        });
        code.bind(end);
        Ok(())
    }

    /// A membership procedure for the set.
    pub(super) fn membership(&mut self, set: SetId, form: Form) -> Result<MembershipProc, EmitError> {
        let (set, _) = self.set(set)?;
        let form = super::analysis::plainest(self.policy, set, form);
        if let Some(&known) = self.shared.get(&(set, form)) {
            return Ok(MembershipProc(known));
        }
        let number = self.set_procedure(set, form)?;
        Ok(MembershipProc(number))
    }

    /// The answer of a condition that is the same for every call.
    fn known_answer(&self, id: ConditionId) -> Option<bool> {
        self.answers.get(id.index()).copied().flatten()
    }

    /// Folds conditions whose answer is known: literals' own and what they decide.
    pub(super) fn find_known_answers(&mut self) {
        let mut answers: Vec<Option<bool>> = Vec::with_capacity(self.policy.conditions.len());
        if !self.passes.fold_constants {
            self.answers = answers;
            return;
        }
        for condition in &self.policy.conditions {
            let of = |id: &ConditionId| answers.get(id.index()).copied().flatten();
            let empty = |set: &SetId| {
                let constant = self.analysis.constant(self.analysis.canonical(*set));
                constant.is_some_and(|set| !set.complement && set.tags.is_empty())
            };
            let universal = |set: &SetId| {
                let constant = self.analysis.constant(self.analysis.canonical(*set));
                constant.is_some_and(|set| set.complement && set.tags.is_empty())
            };
            let answer = match &condition.kind {
                ConditionKind::Constant(value) => Some(*value),
                ConditionKind::And(children) if children.iter().any(|child| of(child) == Some(false)) => {
                    Some(false)
                }
                ConditionKind::And(children) if children.iter().all(|child| of(child) == Some(true)) => {
                    Some(true)
                }
                ConditionKind::Or(children) if children.iter().any(|child| of(child) == Some(true)) => {
                    Some(true)
                }
                ConditionKind::Or(children) if children.iter().all(|child| of(child) == Some(false)) => {
                    Some(false)
                }
                ConditionKind::Not(child) => of(child).map(|value| !value),
                ConditionKind::Let(instance) => {
                    self.policy.let_instances.get(instance.index()).and_then(|instance| of(&instance.body))
                }
                ConditionKind::Overlaps(_, set, _) if empty(set) => Some(false),
                ConditionKind::SubsetOf(_, set, _) if universal(set) => Some(true),
                ConditionKind::SupersetOf(_, set, _) if empty(set) => Some(true),
                _ => None,
            };
            answers.push(answer);
        }
        self.answers = answers;
    }
}

/// The tests of a lowered comparison.
type Parts = SmallVec<[(Test, SetId); 4]>;

/// One test of a lowered comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    /// The comparison itself.
    Is(Comparison),
    /// The sides have nothing in common.
    Disjoint,
}

/// The children one after another; each but the last is followed by a jump to the end. In the order in which a stack of
/// tasks takes them: last first.
fn chain(code: &mut Procedure, children: &[ConditionId], jump: impl Fn(Label) -> Task) -> Tasks {
    let end = code.label();
    let mut tasks = Tasks::with_capacity(children.len() * 2 + 1);
    tasks.push(Task::Bind(end));
    for (place, &child) in children.iter().enumerate().rev() {
        tasks.push(Task::Eval(child));
        if place > 0 {
            tasks.push(jump(end));
        }
    }
    tasks
}
