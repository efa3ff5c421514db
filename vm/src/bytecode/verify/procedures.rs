//! Procedures: where their code lies, what their instructions refer to and what they may be.

use super::FrameNeeds;
use super::error::{Place, VerifyError};
use super::flow::{Flow, Jumps};
use crate::bytecode::instruction::{Op, Opcode, OperandVisitor, decode};
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

/// Verifies all procedures and gives the decoded code and a summary of each.
pub(super) fn verify(program: &Program) -> Result<(Vec<Op>, Vec<Summary>), VerifyError> {
    let mut ops = Vec::with_capacity(program.code.len());
    let mut summaries = Vec::with_capacity(program.procedures.len());
    let mut jumps = Jumps::default();
    for (index, record) in program.procedures.iter().enumerate() {
        layout(index, record, ops.len(), program)?;
        if !record.explains && summaries.last().is_some_and(|before: &Summary| before.explains) {
            let message = "it follows one of explanations but does not belong to them";
            return Err(VerifyError::new(Place::Row("procedure", index), message));
        }
        let first = ops.len();
        let mut calls = Calls::default();
        for at in record.code.indices() {
            let place = Place::Instruction { procedure: index, at: at as usize };
            let op = instruction(program, record, at, &summaries, &mut calls);
            ops.push(op.map_err(|message| VerifyError::new(place, message))?);
        }
        let code = ops.get(first..).unwrap_or_default();
        Flow::new(record, &summaries, first, &mut jumps).run(code).map_err(|(at, message)| {
            VerifyError::new(Place::Instruction { procedure: index, at }, message)
        })?;
        summaries.push(calls.summary(record));
    }
    if ops.len() != program.code.len() {
        return Err(VerifyError::new(Place::Table("code"), "instructions after the last procedure"));
    }
    Ok((ops, summaries))
}

/// The procedure begins where the one before ended and has no more registers than it can use.
fn layout(
    index: usize,
    record: &ProcedureRecord,
    expected: usize,
    program: &Program,
) -> Result<(), VerifyError> {
    let fail = |message: &str| Err(VerifyError::new(Place::Row("procedure", index), message));
    if record.code.len == 0 {
        return fail("it has no code");
    }
    if record.code.start as usize != expected {
        return fail("its code does not begin where that of the procedure before ends");
    }
    if record.code.of(&program.code).is_none() {
        return fail("its code reaches beyond the end");
    }
    for count in [record.bools, record.values, record.sets] {
        if count > MAX_REGISTERS || u32::from(count) > record.code.len {
            return fail("it has more registers than it can use");
        }
    }
    if record.memo && is_update(record.kind) {
        return fail("an update keeps no answer");
    }
    Ok(())
}

/// Decodes the instruction at `at` and checks its operands.
fn instruction(
    program: &Program,
    record: &ProcedureRecord,
    at: u32,
    summaries: &[Summary],
    calls: &mut Calls,
) -> Result<Op, String> {
    let instruction = program.code.get(at as usize).ok_or("it is not there")?;
    let op = decode(*instruction).map_err(|error| error.to_string())?;
    if !allowed(op.opcode(), record.kind) {
        return Err(format!("`{}` in a {} procedure", op.opcode().mnemonic(), record.kind.name()));
    }
    let mut operands = Operands { program, record, at, summaries, calls, fault: None };
    op.visit_operands(&mut operands);
    match operands.fault {
        Some(message) => Err(message),
        None => calls.note(op, summaries).map(|()| op),
    }
}

fn is_update(kind: ProcedureKind) -> bool {
    matches!(kind, ProcedureKind::ResultUpdate | ProcedureKind::SessionUpdate)
}

/// Whether the instruction may stand in a procedure of this kind.
fn allowed(opcode: Opcode, kind: ProcedureKind) -> bool {
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
        StoreResult => kind == Kind::ResultUpdate,
        StoreSession => kind == Kind::SessionUpdate,
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
    fn note(&mut self, op: Op, summaries: &[Summary]) -> Result<(), String> {
        self.reads_result_value |= op.opcode() == Opcode::LoadResult;
        self.reads_result_sets |= op.opcode() == Opcode::LoadResultSet;
        let called = match op {
            Op::CallCondition { procedure, .. } => procedure.index(),
            Op::CallMembership { procedure, .. } => procedure.index(),
            Op::CallSet { procedure, .. } => procedure.index(),
            _ => return Ok(()),
        };
        match summaries.get(called) {
            Some(summary) if summary.memo => Ok(()),
            _ => Err(format!("procedure {called} is called but does not keep its answer")),
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

/// Checks operands one by one; keeps the first fault.
struct Operands<'p> {
    program: &'p Program,
    record: &'p ProcedureRecord,
    at: u32,
    summaries: &'p [Summary],
    calls: &'p mut Calls,
    fault: Option<String>,
}

impl OperandVisitor for Operands<'_> {
    fn operand(&mut self, name: &'static str, operand: AnyOperand) {
        if self.fault.is_none() {
            self.fault = self.check(operand).err().map(|message| format!("operand `{name}`: {message}"));
        }
    }
}

impl Operands<'_> {
    fn check(&mut self, operand: AnyOperand) -> Result<(), String> {
        let program = self.program;
        match operand {
            AnyOperand::BoolReg(register) => {
                below("bool register", register.index(), self.record.bools.into())
            }
            AnyOperand::ValueReg(register) => {
                below("value register", register.index(), self.record.values.into())
            }
            AnyOperand::SetReg(register) => below("set register", register.index(), self.record.sets.into()),
            AnyOperand::Target(target) => self.target(target),
            AnyOperand::Arg(id) => below("argument", id.index(), program.args.len()),
            AnyOperand::Scalar(id) => below("scalar", id.index(), program.scalars.len()),
            AnyOperand::Elements(id) => below("element set", id.index(), program.element_sets.len()),
            AnyOperand::ConstSet(id) => below("constant set", id.index(), program.const_sets.len()),
            AnyOperand::Slot(_) if !self.record.explains => {
                Err("the procedure does not belong to explanations".to_owned())
            }
            AnyOperand::Slot(id) => below("condition", id.index(), program.explanations.conditions.len()),
            AnyOperand::Tag(id) => below("tag", id.index(), program.tags.len()),
            AnyOperand::ConditionProc(id) => self.call(id.index(), &[ProcedureKind::Condition]),
            AnyOperand::MembershipProc(id) => self.call(id.index(), &[ProcedureKind::Membership]),
            AnyOperand::SetProc(id) => {
                self.call(id.index(), &[ProcedureKind::Set, ProcedureKind::PatternSet])
            }
            // Every value that decodes is one.
            AnyOperand::Flag(_)
            | AnyOperand::FieldImm(_)
            | AnyOperand::ReadingImm(_)
            | AnyOperand::WideReading(_) => Ok(()),
        }
    }

    fn target(&self, target: Target) -> Result<(), String> {
        if target.0 > self.at && self.record.code.indices().contains(&target.0) {
            Ok(())
        } else {
            Err(format!("instruction {} is not further on in the procedure", target.0))
        }
    }

    fn call(&mut self, procedure: usize, kinds: &[ProcedureKind]) -> Result<(), String> {
        let Some(summary) = self.summaries.get(procedure) else {
            return Err(format!("procedure {procedure} is not of lower number"));
        };
        if !kinds.contains(&summary.kind) {
            return Err(format!("procedure {procedure} is a {}", summary.kind.name()));
        }
        self.calls.callee(summary);
        Ok(())
    }
}

fn below(what: &str, index: usize, len: usize) -> Result<(), String> {
    if index < len { Ok(()) } else { Err(format!("{what} {index} does not exist (of {len})")) }
}
