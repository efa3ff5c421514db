//! What the verifier accepts runs without a fault, whatever it is.
//!
//! Programs are random but for a prelude that fills the registers, so that a good part of them is accepted.

use proptest::prelude::*;

use crate::bytecode::Settings;
use crate::bytecode::VerifiedProgram;
use crate::bytecode::explanations::*;
use crate::bytecode::instruction::{Op, Opcode, decode};
use crate::bytecode::op::Instruction;
use crate::bytecode::operand::*;
use crate::bytecode::program::*;
use crate::call::{Argument, Call, MetadataInput, Returned, SetInput};
use crate::limits::Limits;
use crate::metadata::Session;
use crate::policy::Policy;
use crate::scratch::Scratch;
use crate::testing::{Assembler, built};
use crate::value::Value;

/// How many registers of each kind the prelude fills, and how many entries each table has.
const FILLED: u8 = 2;

/// The random part of an instruction.
type Seed = (u8, [u8; 3], u8);

const KINDS: [ProcedureKind; 6] = [
    ProcedureKind::Condition,
    ProcedureKind::Membership,
    ProcedureKind::Set,
    ProcedureKind::PatternSet,
    ProcedureKind::ResultUpdate,
    ProcedureKind::SessionUpdate,
];

/// The procedures so far that an operand may name.
#[derive(Default)]
struct Callable {
    conditions: Vec<u32>,
    memberships: Vec<u32>,
    sets: Vec<u32>,
}

impl Callable {
    fn add(&mut self, kind: ProcedureKind, procedure: u32) {
        match kind {
            ProcedureKind::Condition => self.conditions.push(procedure),
            ProcedureKind::Membership => self.memberships.push(procedure),
            ProcedureKind::Set | ProcedureKind::PatternSet => self.sets.push(procedure),
            ProcedureKind::ResultUpdate | ProcedureKind::SessionUpdate => {}
        }
    }
}

/// An instruction whose operands are small; jumps lead a little further on, calls to a procedure of the right kind.
fn instruction((opcode, narrow, wide): Seed, at: u32, callable: &Callable) -> Option<Op> {
    let opcode = Opcode::ALL[usize::from(opcode) % Opcode::ALL.len()];
    let pick = |from: &[u32]| from.get(usize::from(wide) % from.len().max(1)).copied();
    let has = |wanted: &str| opcode.operands().iter().any(|(_, role)| *role == wanted);
    let wide = if has("Target") {
        at + 1 + u32::from(wide % 4)
    } else if has("ConditionProc") {
        pick(&callable.conditions)?
    } else if has("MembershipProc") {
        pick(&callable.memberships)?
    } else if has("SetProc") {
        pick(&callable.sets)?
    } else {
        u32::from(wide % 3)
    };
    // Fields that the instruction does not use must be zero: try from many used to none.
    (0..=3).rev().find_map(|used| {
        let mut bytes = [opcode as u8, 0, 0, 0, 0, 0, 0, 0];
        for place in 1..=used {
            bytes[place] = narrow[place - 1] % FILLED;
        }
        bytes[4..].copy_from_slice(&wide.to_le_bytes());
        decode(Instruction(bytes)).ok().or_else(|| {
            bytes[4..].fill(0);
            decode(Instruction(bytes)).ok()
        })
    })
}

fn prelude(kind: ProcedureKind) -> Vec<Op> {
    let mut ops = vec![
        Op::LoadBool { dst: BoolReg(0), value: Flag(true) },
        Op::LoadBool { dst: BoolReg(1), value: Flag(false) },
        Op::LoadSessionSet { dst: SetReg(0), field: FieldImm::Tags },
        Op::LoadSet { dst: SetReg(1), set: ConstSet(1) },
    ];
    if kind != ProcedureKind::Membership {
        ops.push(Op::LoadArg { dst: ValueReg(0), arg: Arg(0) });
        ops.push(Op::LoadScalar { dst: ValueReg(1), scalar: Scalar(0) });
    }
    ops
}

fn ending(kind: ProcedureKind) -> Op {
    match kind {
        ProcedureKind::Condition | ProcedureKind::Membership => Op::ReturnBool { src: BoolReg(0) },
        ProcedureKind::Set | ProcedureKind::PatternSet => Op::ReturnSet { src: SetReg(0) },
        ProcedureKind::ResultUpdate | ProcedureKind::SessionUpdate => Op::End {},
    }
}

fn program(procedures: &[(u8, Vec<Seed>)]) -> Program {
    let mut asm = Assembler::new();
    asm.arg("x");
    asm.arg("y");
    asm.string_scalar("a");
    asm.scalar(ScalarRecord::Bool(true));
    asm.const_set(false, &["a", "b"]);
    asm.const_set(true, &["b"]);
    asm.const_set(false, &["a"]);
    asm.string_set(&["a", "b"]);
    asm.regex_set("a.*|b");
    // What explanations stand for comes before them.
    let plain =
        KINDS.map(|kind| (kind, asm.procedure(kind, &[&prelude(kind)[..], &[ending(kind)]].concat())));
    let mut blocks = Vec::new();
    let mut callable = Callable::default();
    let callees = [0, 1, 2, 3].map(|kind| (kind, Vec::new()));
    for (kind, seeds) in callees.iter().chain(procedures) {
        let kind = KINDS[usize::from(*kind) % KINDS.len()];
        let mut code = prelude(kind);
        for &seed in seeds {
            code.extend(instruction(seed, code.len() as u32, &callable));
        }
        code.push(ending(kind));
        let procedure = asm.procedure(kind, &code);
        if !matches!(kind, ProcedureKind::ResultUpdate | ProcedureKind::SessionUpdate) {
            asm.memo();
        }
        callable.add(kind, procedure);
        blocks.push((kind, procedure));
    }
    let records = |code: &[Op]| code.iter().any(|code| code.opcode() == Opcode::Record);
    let explains = records(&asm.program.code);
    for (kind, procedure) in blocks {
        let explained = explains.then(|| plain.iter().find(|of| of.0 == kind).map_or(procedure, |of| of.1));
        add_block(&mut asm, kind, procedure, explained);
    }
    asm.program
}

/// Adds a block that runs the procedure, plainly or as an explanation of one that does nothing.
fn add_block(asm: &mut Assembler, kind: ProcedureKind, procedure: u32, explained: Option<u32>) {
    let (plain, explains) = (explained.unwrap_or(procedure), explained.is_some());
    asm.program.procedures[procedure as usize].explains = explains;
    let rule = asm.rule(true, true, Some(plain));
    let mut block = asm.exact("t");
    let mut explained_block = ExplainedBlock::default();
    let updates = ExplainedUpdates { procedure: Some(procedure), conditions: List::default() };
    match kind {
        ProcedureKind::Condition => block = block.rules(vec![rule]),
        ProcedureKind::ResultUpdate => (block.result, explained_block.result) = (Some(plain), updates),
        ProcedureKind::SessionUpdate => (block.after, explained_block.after) = (Some(plain), updates),
        _ => return,
    }
    asm.block(block);
    if explains {
        let tables = &mut asm.program.explanations;
        let place = LineColumn { line: 1, column: 1 };
        let (kind_of, parts) = (ConditionKindRecord::Test, List::default());
        let condition =
            ConditionRecord { kind: kind_of, parts, text: None, file: 0, start: place, end: place };
        tables.conditions.resize(3, condition);
        tables
            .rules
            .extend((kind == ProcedureKind::Condition).then_some(Some(ExplainedRule { procedure, slot: 0 })));
        tables.blocks.push(explained_block);
    }
}

/// Runs two calls; the failure of one, if there is any.
fn run(verified: VerifiedProgram) -> Option<String> {
    let settings = Settings { fail_fast: false, ..Settings::default() };
    let policy =
        Policy::new(verified.with_settings(settings), Limits::default()).expect("the patterns are fine");
    let (mut session, mut scratch) = (Session::new(&policy), Scratch::new(&policy));
    scratch.explain(&policy, true);
    let tags = MetadataInput { tags: Some(SetInput::of(&["a", "new"])), ..MetadataInput::default() };
    let list = [Value::Str("a"), Value::Str("c\n"), Value::Null];
    let args = [Argument::new("x", Value::List(&list)).with_metadata(tags)];
    for args in [&args[..], &[]] {
        let returned = Returned::new(Value::Str("b"));
        let decision = policy.evaluate(&mut session, &Call::new("t", args), Some(&returned), &mut scratch);
        if let Some(failure) = decision.failure() {
            return Some(failure.to_string());
        }
    }
    None
}

fn procedures() -> impl Strategy<Value = Vec<(u8, Vec<Seed>)>> {
    prop::collection::vec((any::<u8>(), prop::collection::vec(any::<Seed>(), 0..4)), 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]
    #[test]
    fn accepted_programs_run_without_fault(procedures in procedures()) {
        if let Ok(verified) = VerifiedProgram::new(built(program(&procedures))) {
            let text = crate::bytecode::disasm(verified.program());
            let failure = run(verified);
            prop_assert!(failure.is_none(), "{failure:?}\n{text}");
        }
    }
}

#[test]
fn a_good_part_of_the_random_programs_is_accepted() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    const PROGRAMS: usize = 6000;
    let mut runner = TestRunner::deterministic();
    let strategy = procedures();
    let mut accepted = 0;
    let mut opcodes = std::collections::HashSet::new();
    for _ in 0..PROGRAMS {
        let tree = strategy.new_tree(&mut runner).expect("a program");
        if let Ok(verified) = VerifiedProgram::new(built(program(&tree.current()))) {
            accepted += 1;
            opcodes.extend(verified.ops().iter().map(|op| op.opcode()));
        }
    }
    assert!(accepted > 400, "only {accepted} of {PROGRAMS}");
    let never: Vec<_> = Opcode::ALL.iter().filter(|opcode| !opcodes.contains(opcode)).collect();
    assert!(never.is_empty(), "instructions that never run: {never:?}");
}
