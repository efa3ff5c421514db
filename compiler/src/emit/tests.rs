//! Whatever the representation, what is emitted passes the verifier, with and without optimisations, and stays small.

use super::{Passes, Places, emit};
use crate::ir::{
    Block, Condition, ConditionId, ConditionKind, Element, ElementKind, Enforcement, Field, File, Let, LetId,
    LetInstance, LetInstanceId, LetKind, LiteralId, LiteralValue, MetaRef, MetaSource, Origin, Outcome,
    Pattern, PatternId, PatternSyntax, Place, Policy, Position, Priority, Reading, Rule, RuleId, SetExpr,
    SetId, SetKind, SetLet, SetLetId, SetLiteral, SetOp, Stance, Statement, ToolMatcher, Update, ValueRef,
    When,
};
use crate::syntax::token::{FileId, Span};
use sqrt_vm::automata::{self, Budget};
use sqrt_vm::bytecode::program::Program;
use sqrt_vm::bytecode::verify::VerifiedProgram;
use sqrt_vm::bytecode::{build_late_args, build_names};
use std::collections::HashSet;

const ORIGIN: Origin = Origin { file: FileId(0), span: Span { start: 0, end: 0 } };
const POSITION: Position = Position { origin: ORIGIN, line: 1, column: 1 };

/// A source without text.
struct Nowhere;

impl Places for Nowhere {
    fn position(&self, _: Origin) -> (u32, u32) {
        (1, 1)
    }

    fn text(&self, _: Origin) -> &str {
        ""
    }
}

fn program(policy: &Policy, passes: Passes) -> Program {
    let mut program = emit(policy, passes, true, &Nowhere).unwrap();
    build_names(&mut program).unwrap();
    automata::build(&mut program, Budget::new(1 << 18, 1 << 25)).unwrap();
    build_late_args(&mut program);
    program
}

/// Emits with and without optimisations and verifies both.
fn check(policy: &Policy) -> [VerifiedProgram; 2] {
    [Passes::default(), Passes::none()].map(|passes| VerifiedProgram::new(program(policy, passes)).unwrap())
}

/// Builds a representation node by node; children first.
struct Builder {
    policy: Policy,
    /// The conditions that have their place, as each has one.
    placed: HashSet<ConditionId>,
}

impl Builder {
    fn new() -> Builder {
        let file = File { id: FileId(0), name: "test.sqrt".to_owned(), preset: None };
        let pattern = Pattern { syntax: PatternSyntax::Regex, text: "a.*".to_owned() };
        let policy = Policy { files: vec![file], patterns: vec![pattern], ..Policy::default() };
        Builder { policy, placed: HashSet::new() }
    }

    fn set(&mut self, kind: SetKind, has_pattern: bool, has_metadata: bool, has_non_strings: bool) -> SetId {
        let expr = SetExpr {
            kind,
            origin: ORIGIN,
            has_pattern,
            holds_pattern: has_pattern,
            has_metadata,
            has_non_strings,
        };
        self.policy.sets.push(expr);
        SetId(self.policy.sets.len() as u32 - 1)
    }

    fn literal(&mut self, elements: Vec<ElementKind>) -> SetId {
        let pattern = elements.iter().any(|kind| matches!(kind, ElementKind::Pattern(_)));
        let number = elements.iter().any(|kind| matches!(kind, ElementKind::Bool(_)));
        let elements = elements.into_iter().map(|kind| Element { kind, origin: ORIGIN }).collect();
        self.policy.literals.push(SetLiteral { elements });
        let id = LiteralId(self.policy.literals.len() as u32 - 1);
        self.set(SetKind::Literal(id), pattern, false, number)
    }

    fn chain(&mut self, op: SetOp, operands: Vec<SetId>) -> SetId {
        let any = |test: fn(&SetExpr) -> bool| operands.iter().any(|id| test(&self.policy.sets[id.index()]));
        let (pattern, metadata) = (any(|set| set.has_pattern), any(|set| set.has_metadata));
        let numbers = any(|set| set.has_non_strings);
        self.set(SetKind::Chain(op, operands), pattern, metadata, numbers)
    }

    fn let_set(&mut self, body: SetId) -> SetId {
        self.policy.set_lets.push(SetLet { declaration: LetId(0), place: Place::Result, body });
        let body = self.policy.sets[body.index()].clone();
        let id = SetLetId(self.policy.set_lets.len() as u32 - 1);
        self.set(SetKind::Let(id), body.has_pattern, body.has_metadata, body.has_non_strings)
    }

    /// The condition itself, or a let that stands for it if it is used elsewhere.
    fn place(&mut self, condition: ConditionId) -> ConditionId {
        if self.placed.insert(condition) {
            return condition;
        }
        let stands_for_it = self.let_condition(condition);
        self.placed.insert(stands_for_it);
        stands_for_it
    }

    fn condition(&mut self, mut kind: ConditionKind) -> ConditionId {
        match &mut kind {
            ConditionKind::And(parts) | ConditionKind::Or(parts) => {
                parts.iter_mut().for_each(|part| *part = self.place(*part));
            }
            ConditionKind::Not(part) => *part = self.place(*part),
            _ => {}
        }
        self.policy.conditions.push(Condition { kind, origin: ORIGIN });
        ConditionId(self.policy.conditions.len() as u32 - 1)
    }

    fn let_condition(&mut self, body: ConditionId) -> ConditionId {
        self.policy.lets.push(Let {
            name: "l".to_owned(),
            origin: ORIGIN,
            kind: LetKind::Predicate,
            description: None,
            uses: 1,
        });
        let declaration = LetId(self.policy.lets.len() as u32 - 1);
        let instance =
            LetInstance { declaration, place: Place::Result, stance: Stance::Deny, negated: false, body };
        self.policy.let_instances.push(instance);
        self.condition(ConditionKind::Let(LetInstanceId(self.policy.let_instances.len() as u32 - 1)))
    }

    fn block(&mut self, condition: ConditionId, result: Vec<Statement>) {
        let condition = self.place(condition);
        let id = RuleId(self.policy.blocks.len() as u32);
        let rule = Rule {
            id,
            enforcement: Enforcement::Must,
            outcome: Outcome::Deny,
            condition: Some(condition),
            position: POSITION,
            description: None,
        };
        self.policy.blocks.push(Block {
            tool: ToolMatcher::Exact("t".to_owned()),
            tool_text: "t".to_owned(),
            priority: Priority::Number(0),
            position: POSITION,
            description: Some("d".to_owned()),
            shorthand: false,
            rules: vec![rule],
            before: Vec::new(),
            result,
            after: Vec::new(),
        });
    }
}

fn tags(source: MetaSource) -> MetaRef {
    MetaRef { source, field: Field::Tags }
}

/// A small deterministic source of choices.
struct Choices(u64);

impl Choices {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % below
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.next(from.len())]
    }
}

const OPS: [SetOp; 4] = [SetOp::Union, SetOp::Intersect, SetOp::Minus, SetOp::Xor];
const READINGS: [Reading; 3] = [Reading::Any, Reading::All, Reading::AnyOrNone];

fn random_sets(builder: &mut Builder, choices: &mut Choices) -> Vec<SetId> {
    let mut sets = Vec::new();
    for _ in 0..12 {
        let set = match choices.next(if sets.is_empty() { 4 } else { 9 }) {
            0 => builder
                .literal(vec![ElementKind::String("a".to_owned()), ElementKind::String("b".to_owned())]),
            1 => builder.literal(vec![ElementKind::Anything]),
            2 => {
                builder.literal(vec![ElementKind::Pattern(PatternId(0)), ElementKind::String("c".to_owned())])
            }
            3 => {
                let source = choices.next(3);
                let source =
                    [MetaSource::Session, MetaSource::ArgsUnion, MetaSource::Argument("x".to_owned())]
                        [source]
                        .clone();
                builder.set(SetKind::Meta(tags(source)), false, true, false)
            }
            4 => {
                let body = choices.pick(&sets);
                builder.let_set(body)
            }
            _ => {
                let operands = (0..2 + choices.next(2)).map(|_| choices.pick(&sets)).collect();
                builder.chain(choices.pick(&OPS), operands)
            }
        };
        sets.push(set);
    }
    sets
}

fn random_policy(seed: u64) -> Policy {
    let mut choices = Choices(seed);
    let mut builder = Builder::new();
    let sets = random_sets(&mut builder, &mut choices);
    let mut conditions = Vec::new();
    for _ in 0..12 {
        let (left, right, reading) =
            (tags(MetaSource::Session), choices.pick(&sets), choices.pick(&READINGS));
        let value = ValueRef::Argument("x".to_owned());
        let kind = match choices.next(if conditions.is_empty() { 10 } else { 15 }) {
            0 => ConditionKind::ValueIn(value, right, reading),
            1 => ConditionKind::Overlaps(left, right, reading),
            2 => ConditionKind::SubsetOf(left, right, reading),
            3 => ConditionKind::SupersetOf(left, right, reading),
            4 => ConditionKind::Equal(left, right, reading),
            5 => ConditionKind::TagIn("a".to_owned(), right, reading),
            6 => ConditionKind::SetIsUniversal(right, reading),
            7 => ConditionKind::LiteralIn(LiteralValue::Bool(true), right, reading),
            8 => ConditionKind::ValuesEqual(value, ValueRef::Session, reading),
            9 => ConditionKind::Constant(choices.next(2) == 0),
            10 => ConditionKind::Not(choices.pick(&conditions)),
            11 => {
                let body = choices.pick(&conditions);
                conditions.push(builder.let_condition(body));
                continue;
            }
            12 => ConditionKind::And((0..3).map(|_| choices.pick(&conditions)).collect()),
            _ => ConditionKind::Or((0..3).map(|_| choices.pick(&conditions)).collect()),
        };
        conditions.push(builder.condition(kind));
    }
    let update =
        |choices: &mut Choices| Update { field: Field::Tags, value: choices.pick(&sets), position: POSITION };
    let when = When {
        as_deny: Some(builder.place(choices.pick(&conditions))),
        as_allow: Some(builder.place(choices.pick(&conditions))),
        updates: vec![(Stance::Deny, update(&mut choices)), (Stance::Allow, update(&mut choices))],
        origin: ORIGIN,
    };
    let statements = vec![Statement::Update(update(&mut choices)), Statement::When(when)];
    builder.block(choices.pick(&conditions), statements);
    builder.policy
}

#[test]
fn what_is_emitted_passes_the_verifier() {
    for seed in 0..3_000 {
        check(&random_policy(seed));
    }
}

/// How much code the policy takes: the procedures that run, or those of explanations, whatever is more.
fn code_len(policy: &Policy) -> usize {
    let len = |verified: &VerifiedProgram, explains: bool| -> u32 {
        let procedures = verified.program().procedures.iter();
        procedures
            .filter(|procedure| procedure.explains == explains)
            .map(|procedure| procedure.code.len)
            .sum()
    };
    let lens = check(policy).map(|verified| len(&verified, false).max(len(&verified, true)));
    lens.into_iter().max().unwrap() as usize
}

#[test]
fn lets_that_double_cost_no_exponential_code() {
    let mut builder = Builder::new();
    let mut set = builder.literal(vec![ElementKind::Pattern(PatternId(0))]);
    let meta = builder.set(SetKind::Meta(tags(MetaSource::Session)), false, true, false);
    set = builder.chain(SetOp::Minus, vec![meta, set]);
    for round in 0..200 {
        let once = builder.let_set(set);
        set = builder.chain(OPS[round % 4], vec![once, once]);
    }
    let value = builder.condition(ConditionKind::ValueIn(ValueRef::Session, set, Reading::All));
    let mut condition =
        builder.condition(ConditionKind::Overlaps(tags(MetaSource::Session), set, Reading::Any));
    condition = builder.condition(ConditionKind::And(vec![value, condition]));
    for _ in 0..200 {
        let once = builder.let_condition(condition);
        condition = builder.condition(ConditionKind::And(vec![once, once]));
    }
    builder.block(condition, Vec::new());
    assert!(code_len(&builder.policy) < 20_000);
}

#[test]
fn deep_and_long_expressions_need_little_stack_and_few_registers() {
    let work = || {
        for op in OPS {
            let mut builder = Builder::new();
            let literal = builder.literal(vec![ElementKind::Pattern(PatternId(0))]);
            let meta = builder.set(SetKind::Meta(tags(MetaSource::Session)), false, true, false);
            let mut set = literal;
            for _ in 0..2_000 {
                set = builder.chain(op, vec![meta, set]);
            }
            let wide = builder.chain(op, vec![set; 10_000]);
            let value = builder.condition(ConditionKind::ValueIn(ValueRef::Session, wide, Reading::All));
            let mut condition =
                builder.condition(ConditionKind::Overlaps(tags(MetaSource::Session), set, Reading::Any));
            condition = builder.condition(ConditionKind::Or(vec![value, condition]));
            for _ in 0..2_000 {
                let inner = builder.condition(ConditionKind::Not(condition));
                condition = builder.condition(ConditionKind::And(vec![inner, value]));
            }
            builder.block(condition, Vec::new());
            assert!(code_len(&builder.policy) < 1_000_000);
        }
    };
    std::thread::Builder::new().stack_size(512 << 10).spawn(work).unwrap().join().unwrap();
}
