//! Set expressions: into a set register, or as membership of a subject.
//!
//! Both walk the expression with a list of tasks, so native stack does not depend on nesting. What is a procedure of its
//! own ([`Analysis::is_procedure`](super::analysis::Analysis::is_procedure)) is called, everything else is emitted in place.

use super::analysis::{Form, Lines, plainest};
use super::procedure::{Label, Procedure};
use super::{EmitError, Emitter, field};
use crate::ir::{self, MetaSource, SetId, SetKind, SetOp};
use smallvec::{SmallVec, smallvec};
use sqrt_vm::bytecode::instruction::Op;
use sqrt_vm::bytecode::operand::{BoolReg, ConstSet, Elements, Flag, MembershipProc, SetProc, SetReg};

/// Literals of which something is the union.
pub(super) type Literals = SmallVec<[SetId; 4]>;

/// A step of building a set.
enum SetTask {
    /// The set into the register.
    Eval(SetId, u8),
    /// S[n] := S[n] op S[n + 1], a step of this chain.
    Combine(SetOp, SetId, u8),
}

/// A step of testing membership.
enum MemberTask {
    /// The answer into the register.
    Eval(SetId, Form, u8),
    JumpIf(u8, Label),
    JumpUnless(u8, Label),
    Not(u8),
    /// B[n] := B[n] differs from B[m]
    Differ(u8, u8),
    /// One more operand of an `xor` with patterns over a leaf; see [`Emitter::xor_step`].
    XorStep(u8),
    /// B[n] := B[n + 1]
    TakeNext(u8),
    Bind(Label),
}

impl<'p> Emitter<'p> {
    /// Loads a metadata set.
    pub(super) fn load_meta(
        &mut self,
        code: &mut Procedure,
        meta: &ir::MetaRef,
        dst: u8,
    ) -> Result<SetReg, EmitError> {
        let dst = code.set_reg(dst);
        let field = field(meta.field);
        code.push(match &meta.source {
            MetaSource::Argument(name) => Op::LoadArgSet { dst, field, arg: self.pools.arg(name)? },
            MetaSource::Result => Op::LoadResultSet { dst, field },
            MetaSource::Session => Op::LoadSessionSet { dst, field },
            MetaSource::ArgsUnion => Op::LoadArgsUnion { dst, field },
            MetaSource::ArgsIntersect => Op::LoadArgsIntersect { dst, field },
        });
        Ok(dst)
    }

    /// The expression of a set id, with the id behind any lets.
    pub(super) fn set(&self, set: SetId) -> Result<(SetId, &'p ir::SetExpr), EmitError> {
        let set = self.analysis.canonical(set);
        let policy = self.policy;
        let expr = policy.sets.get(set.index());
        expr.map(|expr| (set, expr)).ok_or(EmitError::Internal("a set expression that is not there"))
    }

    /// The set into S[dst]; uses registers from `dst` on.
    pub(super) fn emit_set(
        &mut self,
        code: &mut Procedure,
        set: SetId,
        dst: u8,
    ) -> Result<SetReg, EmitError> {
        let mut tasks: SmallVec<[SetTask; 4]> = smallvec![SetTask::Eval(set, dst)];
        while let Some(task) = tasks.pop() {
            match task {
                SetTask::Eval(set, dst) => self.eval_set(code, set, dst, false, &mut tasks)?,
                SetTask::Combine(op, chain, at) => self.combine(code, op, chain, at)?,
            }
        }
        Ok(code.set_reg(dst))
    }

    /// What all operands of a chain but the first do to it, as one set into S[0]: `A op B op C` is `A op (B op' C)`, where
    /// `op'` is the union for a difference and else the same. There is no pattern in the chain.
    pub(super) fn emit_others(
        &mut self,
        code: &mut Procedure,
        chain: SetId,
        op: SetOp,
        others: &[SetId],
    ) -> Result<SetReg, EmitError> {
        let together = if op == SetOp::Minus { SetOp::Union } else { op };
        for (place, &other) in others.iter().enumerate() {
            self.emit_set(code, other, u8::from(place > 0))?;
            if place > 0 {
                self.combine(code, together, chain, 0)?;
            }
        }
        Ok(code.set_reg(0))
    }

    /// The body of the set procedure for `set`.
    pub(super) fn emit_set_body(&mut self, code: &mut Procedure, set: SetId) -> Result<SetReg, EmitError> {
        let mut tasks = SmallVec::new();
        self.eval_set(code, set, 0, true, &mut tasks)?;
        while let Some(task) = tasks.pop() {
            match task {
                SetTask::Eval(set, dst) => self.eval_set(code, set, dst, false, &mut tasks)?,
                SetTask::Combine(op, chain, at) => self.combine(code, op, chain, at)?,
            }
        }
        Ok(code.set_reg(0))
    }

    fn eval_set(
        &mut self,
        code: &mut Procedure,
        set: SetId,
        at: u8,
        is_body: bool,
        tasks: &mut SmallVec<[SetTask; 4]>,
    ) -> Result<(), EmitError> {
        let (set, _) = self.set(set)?;
        let policy = self.policy;
        if let Some(constant) = self.constant_set(set)? {
            let dst = code.set_reg(at);
            code.push(Op::LoadSet { dst, set: constant });
            return Ok(());
        }
        if !is_body && let Some(procedure) = self.shared.get(&(set, Form::Set)) {
            let dst = code.set_reg(at);
            code.push(Op::CallSet { dst, procedure: SetProc(*procedure) });
            return Ok(());
        }
        match policy.sets.get(set.index()).map(|expr| &expr.kind) {
            Some(SetKind::Meta(meta)) => {
                self.load_meta(code, meta, at)?;
            }
            Some(SetKind::Literal(literal)) => {
                let dst = code.set_reg(at);
                let literal = policy.literals.get(literal.index());
                let elements = literal.map_or(&[][..], |literal| &literal.elements);
                if elements.iter().any(|element| element.kind == ir::ElementKind::Anything) {
                    // `{"*", r"…"}` is universal (S2.3), whatever else is in it.
                    let set = self.pools.const_set(&super::pools::ConstantSet::universal())?;
                    code.push(Op::LoadSet { dst, set });
                } else {
                    code.push(Op::LoadPattern { dst });
                }
            }
            Some(SetKind::Chain(op, operands)) => {
                let next = at.checked_add(1).ok_or(EmitError::TooLarge)?;
                let mut steps = Vec::with_capacity(operands.len() * 2);
                for (place, &operand) in operands.iter().enumerate() {
                    if place == 0 {
                        steps.push(SetTask::Eval(operand, at));
                    } else {
                        steps.push(SetTask::Eval(operand, next));
                        steps.push(SetTask::Combine(*op, set, at));
                    }
                }
                tasks.extend(steps.into_iter().rev());
            }
            Some(SetKind::Let(_)) | None => return Err(EmitError::Internal("a let that stands for nothing")),
        }
        Ok(())
    }

    /// One step of a chain. Membership in the whole chain serves every step: what a later operand takes away may go early.
    fn combine(&mut self, code: &mut Procedure, op: SetOp, chain: SetId, at: u8) -> Result<(), EmitError> {
        let next = at.checked_add(1).ok_or(EmitError::TooLarge)?;
        let (dst, left, right) = (code.set_reg(at), code.set_reg(at), code.set_reg(next));
        let (_, expr) = self.set(chain)?;
        if !expr.has_pattern {
            code.push(match op {
                SetOp::Union => Op::Union { dst, left, right },
                SetOp::Intersect => Op::Intersect { dst, left, right },
                SetOp::Minus => Op::Minus { dst, left, right },
                SetOp::Xor => Op::Xor { dst, left, right },
            });
            return Ok(());
        }
        let member = self.shared.get(&(chain, Form::Tag)).copied().map(MembershipProc);
        let member = || member.ok_or(EmitError::Internal("a pattern chain without its membership procedure"));
        code.push(match op {
            SetOp::Union => Op::PatternUnion { dst, left, right },
            SetOp::Intersect => Op::PatternIntersect { dst, left, right, procedure: member()? },
            SetOp::Minus => Op::PatternMinus { dst, left, right, procedure: member()? },
            SetOp::Xor => Op::PatternXor { dst, left, right },
        });
        Ok(())
    }

    /// The constant pool's copy of a set that is a constant.
    pub(super) fn constant_set(&mut self, set: SetId) -> Result<Option<ConstSet>, EmitError> {
        if let Some(&known) = self.constants.get(&set) {
            return Ok(Some(known));
        }
        let Some(constant) = self.analysis.constant(set) else { return Ok(None) };
        let id = self.pools.const_set(constant)?;
        self.constants.insert(set, id);
        Ok(Some(id))
    }

    /// Whether the subject is in `set`, into B[dst]; uses registers from `dst` on.
    pub(super) fn emit_membership(
        &mut self,
        code: &mut Procedure,
        set: SetId,
        form: Form,
        is_body: bool,
    ) -> Result<BoolReg, EmitError> {
        let mut tasks = Vec::new();
        self.eval_member(code, set, form, 0, is_body, &mut tasks)?;
        while let Some(task) = tasks.pop() {
            match task {
                MemberTask::Eval(set, form, dst) => {
                    self.eval_member(code, set, form, dst, false, &mut tasks)?
                }
                MemberTask::JumpIf(cond, label) => code.jump_if(BoolReg(cond), label),
                MemberTask::JumpUnless(cond, label) => code.jump_unless(BoolReg(cond), label),
                MemberTask::Not(at) => code.push(Op::Not { dst: BoolReg(at), src: BoolReg(at) }),
                MemberTask::Differ(at, other) => differ(code, at, at, other),
                MemberTask::XorStep(at) => xor_step(code, at)?,
                MemberTask::TakeNext(at) => {
                    let (dst, src) = (code.bool_reg(at), code.bool_reg(above(at, 1)?));
                    code.push(Op::Not { dst, src });
                    code.push(Op::Not { dst, src: dst });
                }
                MemberTask::Bind(label) => code.bind(label),
            }
        }
        Ok(code.bool_reg(0))
    }

    fn eval_member(
        &mut self,
        code: &mut Procedure,
        set: SetId,
        form: Form,
        at: u8,
        is_body: bool,
        tasks: &mut Vec<MemberTask>,
    ) -> Result<(), EmitError> {
        let (set, _) = self.set(set)?;
        let form = plainest(self.policy, set, form);
        let dst = code.bool_reg(at);
        if !is_body && let Some(&procedure) = self.shared.get(&(set, form)) {
            code.push(Op::CallMembership { dst, procedure: MembershipProc(procedure) });
            return Ok(());
        }
        if form == Form::Tag
            && let Some(constant) = self.constant_set(set)?
        {
            let set = code.set_reg(0);
            code.push(Op::LoadSet { dst: set, set: constant });
            code.push(Op::SubjectInSet { dst, set });
            return Ok(());
        }
        let policy = self.policy;
        match policy.sets.get(set.index()).map(|expr| &expr.kind) {
            Some(SetKind::Literal(_)) => {
                let set = self.elements(&[set])?;
                code.push(Op::SubjectIn { dst, lines: Flag(form != Form::Leaf(Lines::Break)), set });
            }
            Some(SetKind::Meta(meta)) => {
                let set = self.load_meta(code, meta, 0)?;
                code.push(Op::SubjectInSet { dst, set });
            }
            Some(SetKind::Chain(SetOp::Xor, operands))
                if self.has_pattern(set) && matches!(form, Form::Leaf(_)) =>
            {
                tasks.extend(leaf_xor(operands, form, at)?.into_iter().rev());
            }
            Some(SetKind::Chain(op, operands)) => {
                tasks.extend(member_chain(code, *op, operands, form, at)?.into_iter().rev());
            }
            Some(SetKind::Let(_)) | None => return Err(EmitError::Internal("a let that stands for nothing")),
        }
        Ok(())
    }

    fn has_pattern(&self, set: SetId) -> bool {
        self.policy.sets.get(set.index()).is_some_and(|set| set.has_pattern)
    }

    /// The element set that is the union of these literals.
    pub(super) fn elements(&mut self, literals: &[SetId]) -> Result<Elements, EmitError> {
        if let Some(&known) = self.element_sets.get(literals) {
            return Ok(known);
        }
        let mut contents: SmallVec<[&ir::SetLiteral; 4]> = SmallVec::with_capacity(literals.len());
        for &set in literals {
            let literal = match self.policy.sets.get(set.index()).map(|set| &set.kind) {
                Some(SetKind::Literal(literal)) => self.policy.literals.get(literal.index()),
                _ => None,
            };
            contents.push(literal.ok_or(EmitError::Internal("elements of what is no literal"))?);
        }
        let id = self.pools.elements(&contents)?;
        self.element_sets.insert(Literals::from_slice(literals), id);
        Ok(id)
    }

    /// The literals of which `set` is the union, if it is nothing else and small enough to be copied here.
    pub(super) fn as_literals(&self, set: SetId) -> Result<Option<Literals>, EmitError> {
        /// A union of more elements than this is tested part by part, so that lets are not copied without end.
        const MAX_MERGED: usize = 64;
        let mut literals = Literals::new();
        let mut open: Literals = smallvec![set];
        let mut merged = 0usize;
        while let Some(set) = open.pop() {
            let (set, expr) = self.set(set)?;
            match &expr.kind {
                SetKind::Literal(literal) => {
                    merged +=
                        self.policy.literals.get(literal.index()).map_or(0, |literal| literal.elements.len());
                    literals.push(set);
                }
                SetKind::Chain(SetOp::Union, operands)
                    if self.passes.lower_sets && literals.len() + open.len() < MAX_MERGED =>
                {
                    open.extend(operands.iter().rev().copied());
                }
                _ => return Ok(None),
            }
            if literals.len() > 1 && merged > MAX_MERGED {
                return Ok(None);
            }
        }
        Ok(Some(literals))
    }
}

/// `n` registers above `at`.
fn above(at: u8, n: u8) -> Result<u8, EmitError> {
    at.checked_add(n).ok_or(EmitError::TooLarge)
}

fn differ(code: &mut Procedure, dst: u8, left: u8, right: u8) {
    let (dst, left, right) = (code.bool_reg(dst), code.bool_reg(left), code.bool_reg(right));
    code.push(Op::Differ { dst, left, right });
}

/// A chain of `|`, `&`, `-`, or `^` where line ends make no difference.
fn member_chain(
    code: &mut Procedure,
    op: SetOp,
    operands: &[SetId],
    form: Form,
    at: u8,
) -> Result<Vec<MemberTask>, EmitError> {
    let end = code.label();
    let mut steps = Vec::with_capacity(operands.len() * 3);
    for (place, &operand) in operands.iter().enumerate() {
        if op == SetOp::Xor {
            let dst = if place == 0 { at } else { above(at, 1)? };
            steps.push(MemberTask::Eval(operand, form, dst));
            if place > 0 {
                steps.push(MemberTask::Differ(at, dst));
            }
            continue;
        }
        if place > 0 {
            steps.push(match op {
                SetOp::Union => MemberTask::JumpIf(at, end),
                _ => MemberTask::JumpUnless(at, end),
            });
        }
        let form = match form {
            Form::Leaf(lines) if op == SetOp::Minus && place > 0 => Form::Leaf(lines.flipped()),
            form => form,
        };
        steps.push(MemberTask::Eval(operand, form, at));
        if op == SetOp::Minus && place > 0 {
            steps.push(MemberTask::Not(at));
        }
    }
    steps.push(MemberTask::Bind(end));
    Ok(steps)
}

/// `^` over a leaf, with patterns: each side's patterns are taken both ways (S4.5). B[at] holds the answer where patterns
/// match line ends, B[at + 1] where they do not; an operand's two answers go to the two registers above.
fn leaf_xor(operands: &[SetId], form: Form, at: u8) -> Result<Vec<MemberTask>, EmitError> {
    let mut steps = Vec::with_capacity(operands.len() * 3 + 1);
    for (place, &operand) in operands.iter().enumerate() {
        let base = if place == 0 { at } else { above(at, 2)? };
        steps.push(MemberTask::Eval(operand, Form::Leaf(Lines::Match), base));
        steps.push(MemberTask::Eval(operand, Form::Leaf(Lines::Break), above(base, 1)?));
        if place > 0 {
            steps.push(MemberTask::XorStep(at));
        }
    }
    if form == Form::Leaf(Lines::Break) {
        steps.push(MemberTask::TakeNext(at));
    }
    Ok(steps)
}

/// Takes B[at + 2], B[at + 3] into the pair B[at], B[at + 1]: where a side's two answers differ the outcome is unclear, which
/// is true in one mode and false in the other (S4.5).
fn xor_step(code: &mut Procedure, at: u8) -> Result<(), EmitError> {
    let (unclear, end) = (code.label(), code.label());
    let (low, right, right_low, test) = (above(at, 1)?, above(at, 2)?, above(at, 3)?, above(at, 4)?);
    differ(code, test, at, low);
    code.jump_if(BoolReg(test), unclear);
    differ(code, test, right, right_low);
    code.jump_if(BoolReg(test), unclear);
    differ(code, at, at, right);
    differ(code, low, low, right);
    code.jump(end);
    code.bind(unclear);
    code.push(Op::LoadBool { dst: BoolReg(at), value: Flag(true) });
    code.push(Op::LoadBool { dst: BoolReg(low), value: Flag(false) });
    code.bind(end);
    Ok(())
}
