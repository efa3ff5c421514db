//! Updates that run directly against the same ones in the interpreter: random procedures and calls, sessions that go on, limits
//! on both sides, calls that are finished late; and what the general way is left.

use super::translate::{MADE_SETS, Translator};
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::{ProcedureKind, Program};
use crate::bytecode::settings::{Mode, Settings};
use crate::call::{Argument, Call, Combine, MetadataInput, Returned, SetInput};
use crate::engine::{Decision, PendingCall};
use crate::limits::Limits;
use crate::metadata::FIELDS;
use crate::scratch::Scratch;
use crate::testing::code::*;
use crate::testing::{Assembler, Bench, limited_policy, policy};
use crate::value::Value;
use proptest::prelude::*;

const NAMED: [&str; 4] = ["a", "b", "c", "d"];
const OPERATORS: [OperatorImm; 4] = OperatorImm::ALL;

/// Bits that choices are made of, the same for every build.
struct Choices(u64);

impl Choices {
    fn below(&mut self, count: usize) -> usize {
        // A generator of Marsaglia's.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % count
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }
}

/// What loads a set into a register, with what may be read in the phase.
fn load(asm: &mut Assembler, choices: &mut Choices, dst: SetReg, has_result: bool) -> Op {
    let field = choices.of(&FIELDS);
    match choices.below(if has_result { 8 } else { 6 }) {
        0 => Op::LoadSessionSet { dst, field },
        1 => Op::LoadArgSet { dst, field, arg: asm.arg(["x", "y"][choices.below(2)]) },
        2 => Op::LoadArgsUnion { dst, field },
        3 => Op::LoadArgsIntersect { dst, field },
        4 | 5 => Op::LoadSet { dst, set: constant(asm, choices) },
        _ => Op::LoadResultSet { dst, field },
    }
}

fn constant(asm: &mut Assembler, choices: &mut Choices) -> ConstSet {
    let tags: Vec<&str> = NAMED.into_iter().filter(|_| choices.percent(40)).collect();
    asm.const_set(choices.percent(25), &tags)
}

/// A condition on sets, its outcome in B0.
fn test(asm: &mut Assembler, choices: &mut Choices, has_result: bool) -> Vec<Op> {
    let (dst, set, left, right) = (B0, S0, S0, S1);
    let mut code = vec![load(asm, choices, S0, has_result), load(asm, choices, S1, has_result)];
    code.push(match choices.below(6) {
        0 => Op::Overlaps { dst, left, right },
        1 => Op::Subset { dst, left, right },
        2 => Op::Equal { dst, left, right },
        3 => Op::IsEmpty { dst, set },
        4 => Op::IsUniversal { dst, set },
        _ => Op::Contains { dst, set, tag: asm.tag(NAMED[0]) },
    });
    code
}

/// An update procedure of a few statements, some with a condition, which may be that of a value or a let.
fn update(asm: &mut Assembler, choices: &mut Choices, kind: ProcedureKind, has_result: bool) -> u32 {
    let of_result = kind == ProcedureKind::ResultUpdate;
    let let_condition = {
        let mut code = test(asm, choices, has_result);
        code.push(ANSWER);
        let procedure = asm.condition(&code);
        asm.memo();
        ConditionProc(procedure)
    };
    let mut code = Vec::new();
    for _ in 0..1 + choices.below(4) {
        let mut jump = None;
        match choices.below(5) {
            0 => {
                code.extend(test(asm, choices, has_result));
                code.push(Op::LoadBool { dst: B1, value: Flag(choices.percent(50)) });
                code.push(Op::Differ { dst: B0, left: B0, right: B1 });
                jump = Some(code.len());
            }
            1 => {
                code.push(Op::CallCondition { dst: B0, procedure: let_condition });
                code.push(Op::Not { dst: B0, src: B0 });
                jump = Some(code.len());
            }
            2 => {
                let arg = asm.arg(["x", "y"][choices.below(2)]);
                let set = asm.string_set(&["v"]);
                let reading = choices.of(&ReadingImm::ALL);
                code.push(Op::LoadArg { dst: V0, arg });
                code.push(Op::ValueIn { dst: B0, value: V0, reading, set });
                jump = Some(code.len());
            }
            _ => {}
        }
        if jump.is_some() {
            code.push(Op::End {});
        }
        let (field, operator) = (choices.of(&FIELDS), choices.of(&OPERATORS));
        match choices.below(4) {
            0 | 1 => {
                let set = constant(asm, choices);
                code.push(match of_result {
                    true => Op::ChangeResultBy { field, operator, set },
                    false => Op::ChangeSessionBy { field, operator, set },
                });
            }
            2 => {
                code.push(load(asm, choices, S0, has_result));
                code.push(match of_result {
                    true => Op::ChangeResult { field, operator, set: S0 },
                    false => Op::ChangeSession { field, operator, set: S0 },
                });
            }
            _ => {
                let [left, right, dst] =
                    choices.of(&[[S0, S1, S0], [S1, S0, S0], [S0, S1, S2], [S0, S0, S0]]);
                code.extend([load(asm, choices, S0, has_result), load(asm, choices, S1, has_result)]);
                code.push(Op::Union { dst, left, right });
                code.push(match operator {
                    OperatorImm::Minus => Op::Minus { dst, left: dst, right: S1 },
                    OperatorImm::Xor => Op::Xor { dst, left: S1, right: dst },
                    _ => Op::Intersect { dst, left: dst, right: dst },
                });
                code.push(match of_result {
                    true => Op::StoreResult { field, set: dst },
                    false => Op::StoreSession { field, set: dst },
                });
            }
        }
        if let Some(jump) = jump {
            code[jump] = Op::JumpUnless { cond: B0, to: Target(code.len() as u32) };
        }
    }
    code.push(Op::End {});
    asm.procedure(kind, &code)
}

/// Blocks with phases and a rule, some about the same tools.
fn program(bits: u64) -> Program {
    let mut choices = Choices(bits | 1);
    let mut asm = Assembler::new();
    for tag in NAMED {
        asm.tag(tag);
    }
    let (before, after) = (ProcedureKind::SessionUpdate, ProcedureKind::SessionUpdate);
    for number in 0..4 {
        let mut block = if number == 3 { asm.regex("t.*") } else { asm.exact(["t0", "t1", "t2"][number]) };
        block = block.priority(choices.below(3) as i64);
        if choices.percent(60) {
            block.before = Some(update(&mut asm, &mut choices, before, false));
        }
        if choices.percent(70) {
            block.result = Some(update(&mut asm, &mut choices, ProcedureKind::ResultUpdate, true));
        }
        if choices.percent(70) {
            block.after = Some(update(&mut asm, &mut choices, after, true));
        }
        if choices.percent(50) {
            let set = constant(&mut asm, &mut choices);
            let condition = [
                Op::LoadSessionSet { dst: S0, field: choices.of(&FIELDS) },
                Op::LoadSet { dst: S1, set },
                Op::Equal { dst: B0, left: S0, right: S1 },
                ANSWER,
            ];
            let condition = asm.condition(&condition);
            let rule = asm.rule(true, true, Some(condition));
            block = block.rules(vec![rule]);
        }
        asm.block(block);
    }
    asm.program
}

/// Tags of a set of a call, and whether it is a complement.
type Listed = (Vec<&'static str>, bool);

/// What a call is made of: for each argument its value and sets, then those of the result.
struct Made {
    tool: &'static str,
    args: Vec<(&'static str, &'static str, [Option<Listed>; 3])>,
    result: [Option<Listed>; 3],
    combine: Combine,
    control: [Option<Listed>; 3],
}

impl Made {
    fn new(choices: &mut Choices) -> Made {
        const TAGS: [&str; 10] =
            ["a", "b", "c", "unknown", "another unknown tag", "u1", "u2", "u3", "*", "unknown"];
        let set = |choices: &mut Choices| {
            let count = if choices.percent(90) { 8 } else { TAGS.len() };
            let tags = TAGS[..count].iter().copied().filter(|_| choices.percent(30)).collect();
            choices.percent(60).then(|| (tags, choices.percent(20)))
        };
        let sets = |choices: &mut Choices| [set(choices), set(choices), set(choices)];
        let names = ["x", "y", "z", "w"].into_iter().filter(|_| choices.percent(50)).collect::<Vec<_>>();
        let repeated = if choices.percent(3) { names.first().copied() } else { None };
        Made {
            tool: choices.of(&["t0", "t1", "t2", "t3", "none"]),
            args: names
                .into_iter()
                .chain(repeated)
                .map(|name| (name, choices.of(&["v", "other"]), sets(choices)))
                .collect(),
            result: sets(choices),
            combine: choices.of(&[Combine::Merge, Combine::Replace, Combine::Ignore]),
            control: sets(choices),
        }
    }
}

impl Made {
    fn args(&self) -> Vec<Argument<'_>> {
        let args = self.args.iter();
        args.map(|(name, value, sets)| Argument::new(*name, Value::Str(value)).with_metadata(input(sets)))
            .collect()
    }
}

fn input(sets: &[Option<Listed>; 3]) -> MetadataInput<'_> {
    let [tags, producers, consumers] = sets.each_ref().map(|set| {
        let (tags, complement) = set.as_ref()?;
        Some(if *complement { SetInput::except(tags) } else { SetInput::of(tags) })
    });
    MetadataInput { tags, producers, consumers }
}

fn told(decision: &Decision) -> String {
    format!("{:?} {:?} {:?} {:?}", decision.outcome(), decision.basis(), decision.rule(), decision.failure())
}

/// A bench, and the calls of it that are pending.
struct Side<'c> {
    bench: Bench,
    pending: Vec<(PendingCall<'c>, &'c Made)>,
}

impl<'c> Side<'c> {
    fn new(program: &Program, limits: Limits, generally: bool) -> Side<'c> {
        let mut bench = Bench::of(limited_policy(program.clone(), limits));
        bench.scratch.decide_generally(generally);
        Side { bench, pending: Vec::new() }
    }

    fn state(&self) -> String {
        let Bench { session, scratch, policy } = &self.bench;
        let trace: Vec<_> =
            scratch.trace(policy).map(|block| block.block().map(|info| info.line())).collect();
        format!("{}\n{}\n{trace:?}", session.export(), self.bench.result_meta())
    }

    fn evaluate(&mut self, call: &Call<'_>, made: &Made) -> String {
        let returned = Returned::new(Value::Null).with_metadata(input(&made.result), made.combine);
        let decision = self.bench.evaluate(call, Some(&returned));
        format!("{}\n{}", told(&decision), self.state())
    }

    fn check(&mut self, call: &'c Call<'c>, made: &'c Made) -> String {
        let Bench { policy, session, scratch } = &mut self.bench;
        let checked = policy.check(session, call, scratch);
        let answer = told(checked.decision());
        self.pending.extend(checked.into_pending().map(|pending| (pending, made)));
        format!("{answer}\n{}", self.state())
    }

    fn finish(&mut self, at: usize) -> String {
        if self.pending.is_empty() {
            return String::new();
        }
        let (pending, made) = self.pending.remove(at % self.pending.len());
        let returned = Returned::new(Value::Null).with_metadata(input(&made.result), made.combine);
        let Bench { policy, session, scratch } = &mut self.bench;
        let finished = policy.finish(session, pending, &returned, scratch);
        let text = format!("{finished:?}\n{}", self.state());
        self.bench.session.unblock();
        text
    }
}

/// Compares both ways in a series of calls, and says how many phases after calls ran directly, of how many.
fn compare(bits: u64, limits: Limits, mode: Mode) -> Result<(usize, usize), TestCaseError> {
    let program = Program { settings: Settings { mode, ..Settings::default() }, ..program(bits) };
    let mut choices = Choices(bits.rotate_left(17) | 1);
    let made: Vec<Made> = (0..12).map(|_| Made::new(&mut choices)).collect();
    let args: Vec<Vec<Argument<'_>>> = made.iter().map(Made::args).collect();
    let calls: Vec<Call<'_>> = made
        .iter()
        .zip(&args)
        .map(|(made, args)| Call::new(made.tool, args).with_control(input(&made.control)))
        .collect();
    let (mut direct, mut general) = (Side::new(&program, limits, false), Side::new(&program, limits, true));
    let (mut directly, mut all) = (0, 0);
    for (call, made) in calls.iter().zip(&made) {
        let answers = match choices.below(4) {
            0 => [direct.evaluate(call, made), general.evaluate(call, made)],
            1 | 2 => [direct.check(call, made), general.check(call, made)],
            _ => {
                let at = choices.below(4);
                [direct.finish(at), general.finish(at)]
            }
        };
        prop_assert_eq!(&answers[0], &answers[1]);
        all += usize::from(direct.bench.scratch.result_metadata().is_some());
        directly += usize::from(direct.bench.scratch.told_directly().1);
    }
    Ok((directly, all))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn both_ways_agree(bits: u64) {
        compare(bits, Limits::default(), Mode::Standard)?;
    }

    #[test]
    fn both_ways_agree_within_limits_and_over_them(bits: u64, most in 0..6usize, which in 0..6) {
        let limits = Limits::default();
        let limits = match which {
            0 => Limits { tags_per_session: most, ..limits },
            1 => Limits { tags_per_call: most, ..limits },
            2 => Limits { tags_per_set: most, ..limits },
            3 => Limits { tag_bytes: 2 * most, ..limits },
            4 => Limits { session_tag_bytes: 8 * most, ..limits },
            _ => Limits { arguments: most, ..limits },
        };
        compare(bits, limits, Mode::Standard)?;
    }

    #[test]
    fn both_ways_agree_where_control_flow_counts(bits: u64) {
        compare(bits, Limits::default(), Mode::Strict)?;
    }
}

#[test]
fn most_calls_whose_metadata_changes_take_the_short_way() {
    let sums = (1..60_u64).map(|seed| {
        compare(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), Limits::default(), Mode::Standard).unwrap()
    });
    let (directly, all) = sums.fold((0, 0), |sum, each| (sum.0 + each.0, sum.1 + each.1));
    assert!(all > 100 && directly * 10 > all * 9, "{directly} of {all}");
}

/// A block about the tool `t` with this as its `session after`, or as its `session before`.
fn with_update(mut asm: Assembler, code: &[Op], is_before: bool) -> Bench {
    let update = asm.procedure(ProcedureKind::SessionUpdate, code);
    let mut block = asm.exact("t");
    let place = if is_before { &mut block.before } else { &mut block.after };
    *place = Some(update);
    asm.block(block);
    Bench::of(policy(asm.program, Settings::default()))
}

fn tagged<'a>(tags: &'a [&'a str]) -> [Argument<'a>; 1] {
    [Argument::new("x", Value::Null).with_metadata(MetadataInput::default().with_tags(tags))]
}

#[test]
fn a_session_that_stays_as_it_is_is_not_copied() {
    let mut asm = Assembler::new();
    let set = asm.const_set(false, &["a"]);
    let add = [Op::ChangeSessionBy { field: TAGS, operator: OperatorImm::Union, set }, Op::End {}];
    let mut bench = with_update(asm, &add, true);
    let mut copied = || {
        assert_eq!(bench.check(&Call::new("t", &[])), ("default", None));
        assert!(bench.scratch.told_directly().0);
        bench.scratch.state.session().is_some()
    };
    assert_eq!([copied(), copied(), copied()], [true, false, false]);
    assert_eq!(bench.session_meta(), "{\"tags\": [\"a\"], \"producers\": [], \"consumers\": [\"*\"]}");
}

#[test]
fn tags_of_a_result_can_be_read_whatever_becomes_of_the_session() {
    let keep = [Op::LoadResultSet { dst: S0, field: TAGS }, Op::StoreSession { field: TAGS, set: S0 }];
    let mut bench = with_update(Assembler::new(), &[keep[0], keep[1], Op::End {}], false);
    let many: Vec<String> = (0..300).map(|number| format!("tag number {number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let returned = Returned::new(Value::Null);
    for _ in 0..3 {
        let args = tagged(&many);
        bench.evaluate(&Call::new("t", &args), Some(&returned));
        assert!(bench.scratch.told_directly().1);
        let before = bench.result_meta();
        assert!(before.contains("\"tag number 299\""));
        // Another scratch, and a call that leaves one tag of them all.
        let mut other = Scratch::new(&bench.policy);
        let few = tagged(&["tag number 7"]);
        bench.policy.evaluate(&mut bench.session, &Call::new("t", &few), Some(&returned), &mut other);
        assert_eq!(bench.session.held_tags().0, 1);
        assert_eq!(bench.result_meta(), before);
    }
}

/// Whether an update procedure has statements.
fn has_statements(asm: &Assembler, procedure: u32) -> bool {
    Translator::new(&asm.program).update(procedure).is_some()
}

#[test]
fn what_is_no_statement_is_left_to_the_interpreter() {
    let with = |code: &[Op]| {
        let mut asm = Assembler::new();
        asm.const_set(false, &["a"]);
        let procedure = asm.procedure(ProcedureKind::SessionUpdate, code);
        has_statements(&asm, procedure)
    };
    let store = Op::StoreSession { field: TAGS, set: S0 };
    let load = Op::LoadSet { dst: S0, set: ConstSet(0) };
    assert!(with(&[load, store, Op::End {}]));
    assert!(!with(&[Op::LoadPattern { dst: S0 }, store, Op::End {}]));
    assert!(!with(&[Op::LoadSet { dst: S0, set: ConstSet(1) }, store, Op::End {}]));
    assert!(!with(&[Op::LoadSession { dst: V0 }, load, store, Op::End {}]));
    // A register that holds one set or another, by the way that was taken.
    let branch = |other: ConstSet| {
        [
            LOAD,
            Op::LoadSet { dst: S0, set: ConstSet(0) },
            Op::JumpIf { cond: B0, to: Target(4) },
            Op::LoadSet { dst: S0, set: other },
            store,
            Op::End {},
        ]
    };
    assert!(with(&branch(ConstSet(0))));
    let mut asm = Assembler::new();
    asm.const_set(false, &["a"]);
    let other = asm.const_set(false, &["b"]);
    let procedure = asm.procedure(ProcedureKind::SessionUpdate, &branch(other));
    assert!(!has_statements(&asm, procedure));
}

#[test]
fn what_is_large_is_left_to_the_interpreter() {
    let chain = |made: usize| {
        let mut asm = Assembler::new();
        let set = asm.const_set(false, &["a"]);
        let mut code = vec![Op::LoadSet { dst: S0, set }, Op::LoadSet { dst: S1, set }];
        // Each in a place of its own, as the side that it is made of is not written over.
        code.extend((0..made).map(|_| Op::Union { dst: S2, left: S0, right: S1 }));
        code.extend([Op::StoreSession { field: TAGS, set: S2 }, Op::End {}]);
        let procedure = asm.procedure(ProcedureKind::SessionUpdate, &code);
        has_statements(&asm, procedure)
    };
    assert_eq!([chain(MADE_SETS), chain(MADE_SETS + 1)], [true, false]);
    let mut asm = Assembler::new();
    let set = asm.const_set(false, &["a"]);
    let change = Op::ChangeSessionBy { field: TAGS, operator: OperatorImm::Xor, set };
    for (count, expected) in [(1023, true), (1024, false)] {
        let code = [vec![change; count], vec![Op::End {}]].concat();
        let procedure = asm.procedure(ProcedureKind::SessionUpdate, &code);
        assert_eq!(has_statements(&asm, procedure), expected, "{count}");
    }
    // Lets of lets.
    let mut condition = asm.condition(&[LOAD, ANSWER]);
    let mut known = Vec::new();
    for _ in 0..40 {
        let call = Op::CallCondition { dst: B0, procedure: ConditionProc(condition) };
        let procedure = asm.procedure(ProcedureKind::SessionUpdate, &[call, Op::End {}]);
        known.push(has_statements(&asm, procedure));
        condition = asm.condition(&[call, ANSWER]);
    }
    assert!(known[0] && !known[39] && known.is_sorted_by(|a, b| a >= b));
}

#[test]
fn statements_of_procedures_that_share_others_are_bounded_together() {
    let mut asm = Assembler::new();
    let shared = ConditionProc(asm.condition(&[&[LOAD; 100][..], &[ANSWER]].concat()));
    let call = [Op::CallCondition { dst: B0, procedure: shared }, Op::End {}];
    let callers: Vec<u32> = (0..1000).map(|_| asm.procedure(ProcedureKind::SessionUpdate, &call)).collect();
    let mut translator = Translator::new(&asm.program);
    let translated = callers.iter().filter(|&&caller| translator.update(caller).is_some()).count();
    assert!((100..200).contains(&translated), "{translated}");
    assert!(translator.statements.len() <= 9 * asm.program.code.len());
}

#[test]
fn conditions_on_lists_are_left_to_the_interpreter() {
    let mut asm = Assembler::new();
    let (arg, set) = (asm.arg("x"), asm.string_set(&["v"]));
    let kept = asm.const_set(false, &["a"]);
    let code = [
        Op::LoadArg { dst: V0, arg },
        Op::ValueIn { dst: B0, value: V0, reading: ReadingImm::Any, set },
        Op::JumpUnless { cond: B0, to: Target(4) },
        Op::ChangeSessionBy { field: TAGS, operator: OperatorImm::Union, set: kept },
        Op::End {},
    ];
    let mut bench = with_update(asm, &code, false);
    let list = [Value::Str("u"), Value::Str("v")];
    for (value, is_direct) in [(Value::Str("v"), true), (Value::List(&list), false)] {
        let args = [Argument::new("x", value)];
        bench.session = crate::metadata::Session::new(&bench.policy);
        bench.evaluate(&Call::new("t", &args), Some(&Returned::new(Value::Null)));
        assert_eq!(bench.scratch.told_directly().1, is_direct);
        assert!(bench.session_meta().starts_with("{\"tags\": [\"a\"]"));
    }
}
