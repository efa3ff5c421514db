//! Procedures: where their code lies, what their instructions refer to and what they may be.

use super::FrameNeeds;
use super::error::{Place, VerifyError};
use super::flow::{Flow, Jumps};
use super::promises::{Flaw, Promise};
use super::tables::Row;
use crate::bytecode::instruction::{Op, Opcode, OperandVisitor};
use crate::bytecode::operand::*;
use crate::bytecode::program::{ProcedureKind, ProcedureRecord, Program};

/// The most registers of a kind: what a narrow operand can name.
const MAX_REGISTERS: u16 = 256;

/// What callers need to know of a verified procedure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Summary {
    pub(super) kind: ProcedureKind,
    pub(super) memo: bool,
    pub(super) explains: bool,
    /// Whether it, or what it calls, reads the result's value.
    pub(super) reads_result_value: bool,
    /// Whether it, or what it calls, reads the result's metadata.
    pub(super) reads_result_sets: bool,
    /// Its frame and those of the deepest calls.
    pub(super) needs: FrameNeeds,
}

/// Verifies all procedures and gives a summary of each.
pub(super) fn verify(program: &Program) -> Result<Vec<Summary>, VerifyError> {
    let mut summaries = Vec::with_capacity(program.procedures.len());
    let mut jumps = Jumps::default();
    let mut next = 0;
    for (index, record) in program.procedures.iter().enumerate() {
        let code = layout(record, next, program)
            .map_err(|flaw| VerifyError::new(Place::Row("procedure", index), flaw))?;
        if !record.explains && summaries.last().is_some_and(|before: &Summary| before.explains) {
            let message = "it follows one of explanations but does not belong to them";
            let flaw = Promise::ExplanationsApart.broken(message);
            return Err(VerifyError::new(Place::Row("procedure", index), flaw));
        }
        let calls = instructions(program, record, &summaries, code)
            .and_then(|calls| {
                let mut flow = Flow::new(record, &summaries, next, &mut jumps);
                flow.run(code).map(|()| calls)
            })
            .map_err(|(at, flaw)| VerifyError::new(Place::Instruction { procedure: index, at }, flaw))?;
        summaries.push(calls.summary(record));
        next += code.len();
    }
    if next != program.code.len() {
        let flaw = Promise::ProceduresCoverCode.broken("instructions after the last procedure");
        return Err(VerifyError::new(Place::Table("code"), flaw));
    }
    Ok(summaries)
}

/// The code of a procedure, which begins where the one before ended and has no more registers than it can use.
fn layout<'p>(record: &ProcedureRecord, expected: usize, program: &'p Program) -> Result<&'p [Op], Flaw> {
    let code = record.code;
    let counts = [record.bools, record.values, record.sets];
    let covers = |holds, message| Promise::ProceduresCoverCode.check(holds, message);
    covers(code.len > 0, "it has no code")?;
    covers(
        code.start as usize == expected,
        "its code does not begin where that of the procedure before ends",
    )?;
    let ops = code.of(&program.code);
    let ops = ops.ok_or_else(|| Promise::ProceduresCoverCode.broken("its code reaches beyond the end"))?;
    let few = counts.iter().all(|&count| count <= MAX_REGISTERS && u32::from(count) <= code.len);
    Promise::RegistersAreFew.check(few, "it has more registers than it can use")?;
    let keeps_no_update = !record.memo || !is_update(record.kind);
    Promise::CalleesKeepAnswers.check(keeps_no_update, "an update keeps no answer")?;
    Ok(ops)
}

/// Checks the operands of the instructions of a procedure; a fault comes with the index of its instruction.
fn instructions(
    program: &Program,
    record: &ProcedureRecord,
    summaries: &[Summary],
    code: &[Op],
) -> Result<Calls, (usize, Flaw)> {
    let mut calls = Calls::default();
    for (at, &op) in (record.code.start..).zip(code) {
        let operands = Operands { program, record, at, summaries, calls: &mut calls, fault: None };
        operands.instruction(op).map_err(|flaw| (at as usize, flaw))?;
    }
    Ok(calls)
}

fn is_update(kind: ProcedureKind) -> bool {
    matches!(kind, ProcedureKind::ResultUpdate | ProcedureKind::SessionUpdate)
}

#[cold]
fn misplaced(op: Op, kind: ProcedureKind) -> Flaw {
    let message = format!("`{}` in a {} procedure", op.opcode().mnemonic(), kind.name());
    Promise::InstructionsFitKinds.broken(message)
}

/// Whether the instruction may stand in a procedure of this kind.
pub(crate) fn allowed(opcode: Opcode, kind: ProcedureKind) -> bool {
    use Opcode::*;
    use ProcedureKind as Kind;
    match opcode {
        Jump | JumpIf | JumpUnless | JumpUnlessFinite | LoadBool | Not | Differ | LoadArgSet
        | LoadResultSet | LoadSessionSet | LoadArgsUnion | LoadArgsIntersect | LoadSet => true,
        ReturnBool => matches!(kind, Kind::Condition | Kind::Membership),
        ReturnSet => matches!(kind, Kind::Set | Kind::PatternSet),
        End => is_update(kind),
        SubjectIn | SubjectInSet | CallMembership => kind == Kind::Membership,
        CallCondition | LoadArg | LoadResult | LoadSession | LoadScalar | ValueIn | ValueMatches
        | ValuesEqual | LoadPattern | CallSet | Union | Intersect | Minus | Xor | PatternUnion
        | PatternIntersect | PatternMinus | PatternXor | Overlaps | Subset | Equal | IsEmpty
        | IsUniversal | Contains | AnyMatches | AllMatch | OverlapsPattern | SubsetPattern
        | SupersetPattern | EqualPattern | IsUniversalPattern => kind != Kind::Membership,
        Record => kind != Kind::Membership,
        StoreResult | ChangeResult | ChangeResultBy => kind == Kind::ResultUpdate,
        StoreSession | ChangeSession | ChangeSessionBy => kind == Kind::SessionUpdate,
    }
}

/// What a procedure's code calls and reads, gathered over its instructions.
#[derive(Default)]
struct Calls {
    deepest: FrameNeeds,
    reads_result_value: bool,
    reads_result_sets: bool,
}

impl Calls {
    fn callee(&mut self, summary: &Summary) {
        self.deepest = self.deepest.max(summary.needs);
        self.reads_result_value |= summary.reads_result_value;
        self.reads_result_sets |= summary.reads_result_sets;
    }

    /// Notes what the instruction reads, and that what it calls keeps its answer.
    #[inline(always)]
    fn note(&mut self, op: Op, summaries: &[Summary]) -> Row {
        self.reads_result_value |= op.opcode() == Opcode::LoadResult;
        self.reads_result_sets |= op.opcode() == Opcode::LoadResultSet;
        match op {
            Op::CallCondition { procedure, .. } => keeps_answers(summaries, procedure.index()),
            Op::CallMembership { procedure, .. } => keeps_answers(summaries, procedure.index()),
            Op::CallSet { procedure, .. } => keeps_answers(summaries, procedure.index()),
            _ => Ok(()),
        }
    }

    fn summary(self, record: &ProcedureRecord) -> Summary {
        let own = |count: u16, below: usize| usize::from(count).saturating_add(below);
        Summary {
            kind: record.kind,
            memo: record.memo,
            explains: record.explains,
            reads_result_value: self.reads_result_value,
            reads_result_sets: self.reads_result_sets,
            needs: FrameNeeds {
                depth: self.deepest.depth.saturating_add(1),
                bools: own(record.bools, self.deepest.bools),
                values: own(record.values, self.deepest.values),
                sets: own(record.sets, self.deepest.sets),
            },
        }
    }
}

fn keeps_answers(summaries: &[Summary], called: usize) -> Row {
    match summaries.get(called) {
        Some(summary) if summary.memo => Ok(()),
        _ => Err(Promise::CalleesKeepAnswers
            .broken(format!("procedure {called} is called but does not keep its answer"))),
    }
}

/// Checks the operands of an instruction one by one; keeps the first fault.
struct Operands<'p> {
    program: &'p Program,
    record: &'p ProcedureRecord,
    /// The index of the instruction.
    at: u32,
    summaries: &'p [Summary],
    calls: &'p mut Calls,
    fault: Option<Flaw>,
}

impl OperandVisitor for Operands<'_> {
    #[inline(always)]
    fn operand(&mut self, name: &'static str, operand: AnyOperand) {
        if self.fault.is_none() {
            self.fault = self.check(operand).err().map(|flaw| of_operand(name, &flaw));
        }
    }
}

#[cold]
fn of_operand(name: &str, flaw: &Flaw) -> Flaw {
    flaw.promise().broken(format!("operand `{name}`: {}", flaw.message()))
}

impl Operands<'_> {
    #[inline(always)]
    fn instruction(mut self, op: Op) -> Row {
        if !allowed(op.opcode(), self.record.kind) {
            return Err(misplaced(op, self.record.kind));
        }
        op.visit_operands(&mut self);
        match self.fault {
            Some(flaw) => Err(flaw),
            None => self.calls.note(op, self.summaries),
        }
    }

    #[inline(always)]
    fn check(&mut self, operand: AnyOperand) -> Row {
        let program = self.program;
        let register =
            |what, register, count: u16| below(Promise::RegistersInRange, what, register, count.into());
        let exists = |what, id, len| below(Promise::OperandsInRange, what, id, len);
        match operand {
            AnyOperand::BoolReg(id) => register("bool register", id.index(), self.record.bools),
            AnyOperand::ValueReg(id) => register("value register", id.index(), self.record.values),
            AnyOperand::SetReg(id) => register("set register", id.index(), self.record.sets),
            AnyOperand::Target(target) => self.target(target),
            AnyOperand::Arg(id) => exists("argument", id.index(), program.args.len()),
            AnyOperand::Scalar(id) => exists("scalar", id.index(), program.scalars.len()),
            AnyOperand::Elements(id) => exists("element set", id.index(), program.element_sets.len()),
            AnyOperand::ConstSet(id) => exists("constant set", id.index(), program.const_sets.len()),
            AnyOperand::Slot(_) if !self.record.explains => {
                Err(Promise::ExplanationsApart.broken("the procedure does not belong to explanations"))
            }
            AnyOperand::Slot(id) => exists("condition", id.index(), program.explanations.conditions.len()),
            AnyOperand::Tag(id) => exists("tag", id.index(), program.tags.len()),
            AnyOperand::ConditionProc(id) => self.call(id.index(), &[ProcedureKind::Condition]),
            AnyOperand::MembershipProc(id) => self.call(id.index(), &[ProcedureKind::Membership]),
            AnyOperand::SetProc(id) => {
                self.call(id.index(), &[ProcedureKind::Set, ProcedureKind::PatternSet])
            }
            // Every value that decodes is one.
            AnyOperand::Flag(_)
            | AnyOperand::FieldImm(_)
            | AnyOperand::OperatorImm(_)
            | AnyOperand::ReadingImm(_)
            | AnyOperand::WideReading(_) => Ok(()),
        }
    }

    #[inline(always)]
    fn target(&self, target: Target) -> Row {
        let is_in_code = self.record.code.indices().contains(&target.0);
        if target.0 > self.at && is_in_code { Ok(()) } else { Err(not_further_on(target)) }
    }

    #[inline(always)]
    fn call(&mut self, procedure: usize, kinds: &[ProcedureKind]) -> Row {
        match self.summaries.get(procedure) {
            Some(summary) if kinds.contains(&summary.kind) => {
                self.calls.callee(summary);
                Ok(())
            }
            summary => Err(not_callable(procedure, summary)),
        }
    }
}

#[cold]
fn not_further_on(target: Target) -> Flaw {
    let message = format!("instruction {} is not further on in the procedure", target.0);
    Promise::JumpsGoForward.broken(message)
}

/// The summary is of a procedure of a kind that cannot be called there, or there is no such procedure yet.
#[cold]
fn not_callable(procedure: usize, summary: Option<&Summary>) -> Flaw {
    match summary {
        Some(summary) => {
            Promise::CalleesFit.broken(format!("procedure {procedure} is a {}", summary.kind.name()))
        }
        None => Promise::CallsGoDown.broken(format!("procedure {procedure} is not of lower number")),
    }
}

#[inline(always)]
fn below(promise: Promise, what: &str, index: usize, len: usize) -> Row {
    if index < len { Ok(()) } else { Err(beyond(promise, what, index, len)) }
}

#[cold]
fn beyond(promise: Promise, what: &str, index: usize, len: usize) -> Flaw {
    promise.broken(format!("{what} {index} does not exist (of {len})"))
}
