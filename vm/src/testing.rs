//! A small assembler for tests: programs are written with `Op`s and content, never with bytes or indices.

#![allow(dead_code, reason = "a toolbox for the tests of the whole crate")]

use std::collections::HashMap;
use std::sync::Arc;

pub(crate) use crate::automata::verifier_tests::sample as automata_sample;
use crate::automata::{self, Budget};
use crate::bytecode::Settings;
use crate::bytecode::VerifiedProgram;
use crate::bytecode::instruction::{Op, OperandVisitor};
use crate::bytecode::operand::*;
use crate::bytecode::program::*;
use crate::bytecode::{build_late_args, build_names};
use crate::call::{Call, Returned};
use crate::engine::Decision;
use crate::limits::Limits;
use crate::metadata::{Metadata, Session, Universe, write_metadata};
use crate::pattern::PatternSyntax;
use crate::policy::Policy;
use crate::scratch::Scratch;

/// What the code of tests is made of.
pub(crate) mod code {
    use crate::bytecode::instruction::Op;
    use crate::bytecode::operand::*;

    pub(crate) const B0: BoolReg = BoolReg(0);
    pub(crate) const B1: BoolReg = BoolReg(1);
    pub(crate) const B2: BoolReg = BoolReg(2);
    pub(crate) const V0: ValueReg = ValueReg(0);
    pub(crate) const V1: ValueReg = ValueReg(1);
    pub(crate) const S0: SetReg = SetReg(0);
    pub(crate) const S1: SetReg = SetReg(1);
    pub(crate) const S2: SetReg = SetReg(2);
    pub(crate) const TAGS: FieldImm = FieldImm::Tags;
    pub(crate) const LOAD: Op = Op::LoadBool { dst: B0, value: Flag(true) };
    pub(crate) const ANSWER: Op = Op::ReturnBool { src: B0 };
}

/// Builds a [`Program`]. Tags, arguments and strings get their ids when they are first mentioned.
#[derive(Default)]
pub(crate) struct Assembler {
    pub(crate) program: Program,
    strings: HashMap<String, StringId>,
    tags: HashMap<String, Tag>,
    args: HashMap<String, Arg>,
}

/// A block to be: what a test does not set is empty.
pub(crate) struct Block {
    pub(crate) tool: ToolRecord,
    pub(crate) priority: PriorityRecord,
    pub(crate) rules: Vec<RuleRecord>,
    pub(crate) before: Option<u32>,
    pub(crate) result: Option<u32>,
    pub(crate) after: Option<u32>,
}

impl Assembler {
    pub(crate) fn new() -> Self {
        let mut assembler = Assembler::default();
        let name = assembler.string("test.sqrt");
        assembler.program.files.push(name);
        assembler.program.positions.push(PositionRecord { file: 0, line: 1, column: 1 });
        assembler
    }

    pub(crate) fn string(&mut self, text: &str) -> StringId {
        let program = &mut self.program;
        *self.strings.entry(text.to_owned()).or_insert_with(|| {
            program.text.push_str(text);
            program.strings.push(program.text.len() as u32);
            StringId(program.strings.len() as u32 - 1)
        })
    }

    pub(crate) fn tag(&mut self, text: &str) -> Tag {
        let id = self.string(text);
        let tags = &mut self.program.tags;
        *self.tags.entry(text.to_owned()).or_insert_with(|| {
            tags.push(id);
            Tag(tags.len() as u32 - 1)
        })
    }

    pub(crate) fn arg(&mut self, text: &str) -> Arg {
        let id = self.string(text);
        let args = &mut self.program.args;
        *self.args.entry(text.to_owned()).or_insert_with(|| {
            args.push(id);
            Arg(args.len() as u32 - 1)
        })
    }

    pub(crate) fn scalar(&mut self, scalar: ScalarRecord) -> Scalar {
        self.program.scalars.push(scalar);
        Scalar(self.program.scalars.len() as u32 - 1)
    }

    pub(crate) fn string_scalar(&mut self, text: &str) -> Scalar {
        let id = self.string(text);
        self.scalar(ScalarRecord::String(id))
    }

    /// A finite set, or its complement.
    pub(crate) fn const_set(&mut self, complement: bool, tags: &[&str]) -> ConstSet {
        let mut ids: Vec<u32> = tags.iter().map(|tag| self.tag(tag).0).collect();
        ids.sort_unstable();
        let pool = &mut self.program.word_pool;
        let record = ConstSetRecord::new(complement, &ids, pool).expect("the pool is small");
        self.program.const_sets.push(record);
        ConstSet(self.program.const_sets.len() as u32 - 1)
    }

    pub(crate) fn pattern(&mut self, syntax: PatternSyntax, text: &str) -> PatternId {
        let text = self.string(text);
        self.program.patterns.push(PatternRecord { syntax, text });
        PatternId(self.program.patterns.len() as u32 - 1)
    }

    pub(crate) fn element_set(&mut self, set: ElementSetRecord) -> Elements {
        self.program.element_sets.push(set);
        Elements(self.program.element_sets.len() as u32 - 1)
    }

    /// An element set of strings.
    pub(crate) fn string_set(&mut self, strings: &[&str]) -> Elements {
        let strings = self.strings(strings);
        self.element_set(ElementSetRecord { strings, ..ElementSetRecord::default() })
    }

    /// An element set of one regex.
    pub(crate) fn regex_set(&mut self, regex: &str) -> Elements {
        let pattern = self.pattern(PatternSyntax::Regex, regex);
        let patterns = append(&mut self.program.pattern_pool, vec![pattern]);
        self.element_set(ElementSetRecord { patterns, ..ElementSetRecord::default() })
    }

    /// Strings in the pool, sorted.
    pub(crate) fn strings(&mut self, strings: &[&str]) -> List {
        let mut strings = strings.to_vec();
        strings.sort_unstable();
        let ids = strings.iter().map(|text| self.string(text)).collect();
        append(&mut self.program.string_pool, ids)
    }

    /// A procedure with as many registers as its code uses. Jump targets count from its first instruction.
    pub(crate) fn procedure(&mut self, kind: ProcedureKind, code: &[Op]) -> u32 {
        let start = self.program.code.len() as u32;
        let mut needs = Needs::default();
        code.iter().for_each(|op| op.visit_operands(&mut needs));
        let instructions = code.iter().map(|&op| shift(op, start)).collect();
        let code = append(&mut self.program.code, instructions);
        let Needs { bools, values, sets } = needs;
        self.program.procedures.push(ProcedureRecord {
            kind,
            code,
            bools,
            values,
            sets,
            memo: false,
            explains: false,
        });
        self.program.procedures.len() as u32 - 1
    }

    pub(crate) fn condition(&mut self, code: &[Op]) -> u32 {
        self.procedure(ProcedureKind::Condition, code)
    }

    pub(crate) fn membership(&mut self, code: &[Op]) -> MembershipProc {
        MembershipProc(self.procedure(ProcedureKind::Membership, code))
    }

    /// Makes the last procedure keep its answer.
    pub(crate) fn memo(&mut self) {
        if let Some(last) = self.program.procedures.last_mut() {
            last.memo = true;
        }
    }

    /// A rule; positions count lines up from 1, so that each rule has its own.
    pub(crate) fn rule(&mut self, must: bool, deny: bool, condition: Option<u32>) -> RuleRecord {
        RuleRecord {
            must,
            deny,
            condition,
            position: PositionRecord { file: 0, line: 0, column: 1 },
            description: None,
        }
    }

    pub(crate) fn exact(&mut self, tool: &str) -> Block {
        Block::new(ToolRecord::Exact(self.string(tool)))
    }

    pub(crate) fn regex(&mut self, tool: &str) -> Block {
        let pattern = self.pattern(PatternSyntax::Regex, tool);
        Block::new(ToolRecord::Pattern(pattern))
    }

    /// Adds the block and gives its index.
    pub(crate) fn block(&mut self, block: Block) -> usize {
        let first = self.program.rules.len() as u32;
        let mut rules = block.rules;
        for (line, rule) in (first + 1..).zip(&mut rules) {
            rule.position.line = line;
        }
        let rules = append(&mut self.program.rules, rules);
        let tool_text = match block.tool {
            ToolRecord::Exact(id) => id,
            ToolRecord::Pattern(id) => self.program.patterns[id.0 as usize].text,
        };
        self.program.blocks.push(BlockRecord {
            tool: block.tool,
            tool_text,
            priority: block.priority,
            position: PositionRecord { file: 0, line: 1, column: 1 },
            description: None,
            rules,
            before: block.before,
            result: block.result,
            after: block.after,
        });
        self.program.blocks.len() - 1
    }
}

impl Block {
    fn new(tool: ToolRecord) -> Self {
        let priority = PriorityRecord::Number(0);
        Block { tool, priority, rules: Vec::new(), before: None, result: None, after: None }
    }

    pub(crate) fn priority(mut self, priority: i64) -> Self {
        self.priority = PriorityRecord::Number(priority);
        self
    }

    pub(crate) fn rules(mut self, rules: Vec<RuleRecord>) -> Self {
        self.rules = rules;
        self
    }
}

/// Appends to a pool and names what was appended.
pub(crate) fn append<T>(pool: &mut Vec<T>, items: Vec<T>) -> List {
    let list = List { start: pool.len() as u32, len: items.len() as u32 };
    pool.extend(items);
    list
}

/// Moves a jump target by `start`.
fn shift(op: Op, start: u32) -> Op {
    let moved = |to: Target| Target(to.0 + start);
    match op {
        Op::Jump { to } => Op::Jump { to: moved(to) },
        Op::JumpIf { cond, to } => Op::JumpIf { cond, to: moved(to) },
        Op::JumpUnless { cond, to } => Op::JumpUnless { cond, to: moved(to) },
        Op::JumpUnlessFinite { set, to } => Op::JumpUnlessFinite { set, to: moved(to) },
        other => other,
    }
}

/// Counts registers.
#[derive(Default)]
struct Needs {
    bools: u16,
    values: u16,
    sets: u16,
}

impl OperandVisitor for Needs {
    fn operand(&mut self, _name: &'static str, operand: AnyOperand) {
        match operand {
            AnyOperand::BoolReg(register) => self.bools = self.bools.max(u16::from(register.0) + 1),
            AnyOperand::ValueReg(register) => self.values = self.values.max(u16::from(register.0) + 1),
            AnyOperand::SetReg(register) => self.sets = self.sets.max(u16::from(register.0) + 1),
            _ => {}
        }
    }
}

/// The universe of these tags, with ids in their order.
pub(crate) fn universe<'a>(tags: impl IntoIterator<Item = &'a str>) -> Universe {
    let mut assembler = Assembler::new();
    for tag in tags {
        assembler.tag(tag);
    }
    Universe::new(Arc::new(built(assembler.program)))
}

/// The program with the tables that follow from it.
pub(crate) fn built(mut program: Program) -> Program {
    build_late_args(&mut program);
    build_names(&mut program).unwrap_or_else(|error| panic!("{error}"));
    automata::build(&mut program, Budget::new(256 << 10, 32 << 20)).unwrap_or_else(|error| panic!("{error}"));
    program
}

/// A verified program as a policy.
pub(crate) fn policy(program: Program, settings: Settings) -> Policy {
    limited_policy(Program { settings, ..program }, Limits::default())
}

/// A verified program as a policy with other limits.
pub(crate) fn limited_policy(program: Program, limits: Limits) -> Policy {
    let verified = VerifiedProgram::new(built(program)).unwrap_or_else(|error| panic!("{error}"));
    Policy::new(verified, limits).unwrap_or_else(|error| panic!("{error}"))
}

/// A policy and what goes with it, to ask one call after another in one session.
pub(crate) struct Bench {
    pub(crate) policy: Policy,
    pub(crate) session: Session,
    pub(crate) scratch: Scratch,
}

impl Bench {
    pub(crate) fn new(program: Program, settings: Settings) -> Self {
        Bench::of(policy(program, settings))
    }

    pub(crate) fn of(policy: Policy) -> Self {
        let (session, scratch) = (Session::new(&policy), Scratch::new(&policy));
        Bench { policy, session, scratch }
    }

    /// A whole call with a result.
    pub(crate) fn evaluate(&mut self, call: &Call<'_>, returned: Option<&Returned<'_>>) -> Decision {
        self.policy.evaluate(&mut self.session, call, returned, &mut self.scratch)
    }

    /// Checks only: the basis and the line of the deciding rule.
    pub(crate) fn check(&mut self, call: &Call<'_>) -> (&'static str, Option<u32>) {
        let checked = self.policy.check(&mut self.session, call, &mut self.scratch);
        let decision = checked.decision();
        let line = decision.rule().and_then(|rule| self.policy.rule(rule)).map(|rule| rule.line());
        (decision.basis().name(), line)
    }

    /// The session's metadata as JSON.
    pub(crate) fn session_meta(&self) -> String {
        self.json(self.session.metadata())
    }

    /// The last result's metadata as JSON.
    pub(crate) fn result_meta(&self) -> String {
        self.scratch.result_metadata().map_or_else(|| "null".to_owned(), |metadata| self.json(metadata))
    }

    fn json(&self, metadata: &Metadata) -> String {
        let mut out = String::new();
        let tags = self.scratch.tags(&self.policy, &self.session);
        write_metadata(&mut out, metadata, &tags, &mut Vec::new());
        out
    }
}

/// Runs in a thread with a stack of 512 KiB.
pub(crate) fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(run).expect("a thread starts");
    thread.join().expect("nothing fails on a small stack");
}
