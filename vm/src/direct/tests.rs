//! What has a formula, what a plan answers, and which calls are decided by one.

use super::formula::{Comparison, Follower, Joined, Next, Source, Step, Test};
use crate::bytecode::Settings;
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::ElementSetRecord;
use crate::call::{Argument, Call, MetadataInput};
use crate::limits::Limits;
use crate::pattern::PatternSyntax;
use crate::testing::code::*;
use crate::testing::{Assembler, Bench, append, limited_policy};
use crate::value::Value;

/// The formula of a condition, as its first step and all steps.
fn formula(asm: &Assembler, condition: u32) -> Option<(Next, Vec<Step>)> {
    let mut follower = Follower::new(&asm.program);
    let start = follower.formula(condition)?;
    Some((start, follower.steps))
}

fn value_in(arg: Arg, set: Elements) -> [Op; 2] {
    [Op::LoadArg { dst: V0, arg }, Op::ValueIn { dst: B0, value: V0, reading: ReadingImm::Any, set }]
}

#[test]
fn a_condition_becomes_its_tests_in_order() {
    let mut asm = Assembler::new();
    let (arg, set) = (asm.arg("x"), asm.element_set(ElementSetRecord::default()));
    let right = asm.const_set(false, &["a"]);
    let [load, test] = value_in(arg, set);
    // x.tags overlaps {"a"} and not x.value in …
    let inner = asm.condition(&[load, test, Op::Not { dst: B0, src: B0 }, ANSWER]);
    let overlaps = [
        Op::LoadArgSet { dst: S0, field: TAGS, arg },
        Op::LoadSet { dst: S1, set: right },
        Op::Overlaps { dst: B0, left: S0, right: S1 },
        Op::JumpUnless { cond: B0, to: Target(5) },
        Op::CallCondition { dst: B0, procedure: ConditionProc(inner) },
        ANSWER,
    ];
    let condition = asm.condition(&overlaps);
    let (start, steps) = formula(&asm, condition).unwrap();
    let [value, tags] = steps[..] else { panic!("{steps:?}") };
    let (yes, no) = (Next::answer(true), Next::answer(false));
    assert_eq!(value.test, Test::Value { arg, reading: ReadingImm::Any, set });
    assert_eq!((value.if_true, value.if_false), (no, yes));
    let left = Source::Arg(TAGS, arg);
    assert_eq!(tags.test, Test::Set { left, comparison: Comparison::Overlaps, right });
    assert_eq!((tags.if_true.next(), tags.if_false), (Ok(0), no));
    assert_eq!(start.next(), Ok(1));
}

#[test]
fn conditions_of_many_ways_and_of_other_instructions_have_no_formula() {
    let differ = |count: usize| {
        let mut asm = Assembler::new();
        let set = asm.element_set(ElementSetRecord::default());
        let mut code = vec![Op::LoadBool { dst: B1, value: Flag(false) }];
        for number in 0..count {
            code.extend(value_in(asm.arg(&number.to_string()), set));
            code.push(Op::Differ { dst: B1, left: B0, right: B1 });
        }
        code.push(Op::ReturnBool { src: B1 });
        let condition = asm.condition(&code);
        formula(&asm, condition).map(|(_, steps)| steps.len())
    };
    // Two for each test but the first: whether the number so far is even makes a difference.
    assert_eq!(differ(4), Some(7));
    assert_eq!(differ(12), None);
    let mut asm = Assembler::new();
    let condition = asm.condition(&[Op::LoadResultSet { dst: S0, field: TAGS }, LOAD, ANSWER]);
    assert!(formula(&asm, condition).is_none());
    // A chain of calls that is too deep to follow.
    let mut called = asm.condition(&[LOAD, ANSWER]);
    let mut known = Vec::new();
    for _ in 0..40 {
        known.push(formula(&asm, called).is_some());
        called = asm.condition(&[Op::CallCondition { dst: B0, procedure: ConditionProc(called) }, ANSWER]);
    }
    assert!(known[0] && !known[39] && known.is_sorted_by(|a, b| a >= b));
}

#[test]
fn every_test_of_a_set_that_is_there_has_a_formula() {
    let mut asm = Assembler::new();
    let (arg, tag) = (asm.arg("x"), asm.tag("a"));
    let constant = asm.const_set(false, &["a"]);
    let (of_arg, of_session) = (Source::Arg(TAGS, arg), Source::Session(TAGS));
    let (dst, set, left, right) = (B0, S0, S0, S1);
    let compared = |comparison| Test::Set { left: of_arg, comparison, right: constant };
    let load = |dst| Op::LoadArgSet { dst, field: TAGS, arg };
    let constant_to = |dst| Op::LoadSet { dst, set: constant };
    let session = Op::LoadSessionSet { dst: S0, field: TAGS };
    let union = Op::LoadArgsUnion { dst: S0, field: TAGS };
    let intersection = Op::LoadArgsIntersect { dst: S0, field: TAGS };
    let cases = [
        ([load(S0), constant_to(S1), Op::Overlaps { dst, left, right }], compared(Comparison::Overlaps)),
        ([load(S1), constant_to(S0), Op::Overlaps { dst, left, right }], compared(Comparison::Overlaps)),
        ([load(S0), constant_to(S1), Op::Subset { dst, left, right }], compared(Comparison::Subset)),
        ([load(S1), constant_to(S0), Op::Subset { dst, left, right }], compared(Comparison::Superset)),
        ([load(S0), constant_to(S1), Op::Equal { dst, left, right }], compared(Comparison::Equal)),
        ([load(S0), LOAD, Op::IsEmpty { dst, set }], Test::Empty(of_arg)),
        ([load(S0), LOAD, Op::IsUniversal { dst, set }], Test::Universal(of_arg)),
        ([session, LOAD, Op::Contains { dst, set, tag }], Test::Contains(of_session, tag)),
        ([union, LOAD, Op::IsEmpty { dst, set }], Test::Empty(Source::Args(TAGS, Joined::Union))),
        (
            [intersection, LOAD, Op::IsEmpty { dst, set }],
            Test::Empty(Source::Args(TAGS, Joined::Intersection)),
        ),
    ];
    for (code, test) in cases {
        let condition = asm.condition(&[&code[..], &[ANSWER]].concat());
        let (_, steps) = formula(&asm, condition).unwrap();
        let asked = Step { test, if_true: Next::answer(true), if_false: Next::answer(false) };
        assert_eq!(steps, [asked]);
    }
}

#[test]
fn long_chains_of_tests_have_no_formula() {
    let chain = |count: u32| {
        let mut asm = Assembler::new();
        let set = asm.element_set(ElementSetRecord::default());
        let mut code = Vec::new();
        for number in 0..count {
            code.extend(value_in(asm.arg(&number.to_string()), set));
            code.push(Op::JumpIf { cond: B0, to: Target(3 * count) });
        }
        code.push(ANSWER);
        let condition = asm.condition(&code);
        formula(&asm, condition).map(|(_, steps)| steps.len())
    };
    assert_eq!([chain(31), chain(32), chain(40)], [Some(31), None, None]);
}

#[test]
fn formulas_of_procedures_that_share_others_are_bounded_together() {
    let mut asm = Assembler::new();
    let (set, mut code) = (asm.element_set(ElementSetRecord::default()), Vec::new());
    for number in 0..20u32 {
        code.extend(value_in(asm.arg(&number.to_string()), set));
        code.push(Op::JumpIf { cond: B0, to: Target(60) });
    }
    code.push(ANSWER);
    // Many tests, and many instructions without a test.
    for shared in [code, [&[LOAD; 100][..], &[ANSWER]].concat()] {
        let shared = ConditionProc(asm.condition(&shared));
        let call = [Op::CallCondition { dst: B0, procedure: shared }, ANSWER];
        let callers: Vec<u32> = (0..1000).map(|_| asm.condition(&call)).collect();
        let mut follower = Follower::new(&asm.program);
        let with = callers.iter().filter(|&&caller| follower.formula(caller).is_some()).count();
        assert!((50..400).contains(&with) && follower.steps.len() <= asm.program.code.len(), "{with}");
        // Also where they are forgotten from time to time.
        let mut follower = Follower::new(&asm.program);
        let forgetting = |&&caller: &&u32| {
            follower.forget_formulas();
            follower.formula(caller).is_some()
        };
        assert_eq!(callers.iter().filter(forgetting).count(), with);
    }
}

/// Denies if the tags of `x` overlap {"a"}; another tool has an update before, and one asks for a value of its own.
fn bench() -> Bench {
    let mut asm = Assembler::new();
    let arg = asm.arg("x");
    let set = asm.const_set(false, &["a"]);
    let load = [Op::LoadArgSet { dst: S0, field: TAGS, arg }, Op::LoadSet { dst: S1, set }];
    let test = Op::Overlaps { dst: B0, left: S0, right: S1 };
    let condition = asm.condition(&[load[0], load[1], test, ANSWER]);
    let rule = asm.rule(true, true, Some(condition));
    let block = asm.exact("t").rules(vec![rule]);
    asm.block(block);
    Bench::new(asm.program, Settings::default())
}

/// What the direct way says of a call.
fn directly(bench: &mut Bench, call: &Call<'_>) -> Option<&'static str> {
    bench.scratch.forget();
    let verdict = bench.policy.decide_directly(&bench.session, call, &mut bench.scratch);
    verdict.map(|verdict| verdict.basis.name())
}

#[test]
fn only_small_and_plain_calls_are_decided_directly() {
    let mut bench = bench();
    let tags = |tags: &'static [&'static str]| MetadataInput::default().with_tags(tags);
    let x = |metadata| Argument::new("x", Value::Null).with_metadata(metadata);
    let other = Argument::new("other", Value::Null);
    let plain = [x(tags(&["a", "b"])), other];
    assert_eq!(directly(&mut bench, &Call::new("t", &plain)), Some("must_deny"));
    assert_eq!(directly(&mut bench, &Call::new("t", &[x(tags(&["b"]))])), Some("default"));
    assert_eq!(directly(&mut bench, &Call::new("t", &[])), Some("default"));
    assert_eq!(directly(&mut bench, &Call::new("unknown", &plain)), Some("default"));
    let text = [Argument::new("y", Value::Str("text")).with_metadata(tags(&["a"]))];
    assert_eq!(directly(&mut bench, &Call::new("t", &text)), Some("default"));
    let names: Vec<String> = (0..65).map(|number| number.to_string()).collect();
    let many: Vec<Argument<'_>> = names.iter().map(|name| Argument::new(name, Value::Null)).collect();
    assert_eq!(directly(&mut bench, &Call::new("t", &many[..64])), Some("default"));
    assert_eq!(directly(&mut bench, &Call::new("t", &many)), None);
    let mut twice = many[..40].to_vec();
    twice[39] = twice[3];
    assert_eq!(directly(&mut bench, &Call::new("t", &twice)), None);
    let list = [Argument::new("y", Value::List(&[]))];
    for args in [&[plain[0], plain[0]][..], &[other, other], &list] {
        assert_eq!(directly(&mut bench, &Call::new("t", args)), None);
    }
    assert_eq!(directly(&mut bench, &Call::new("t", &plain).with_context(tags(&["b"]))), None);
    bench.scratch.explain(&bench.policy, true);
    assert_eq!(directly(&mut bench, &Call::new("t", &plain)), None);
}

#[test]
fn tools_whose_blocks_ask_about_many_arguments_are_not_decided_directly() {
    let basis = |blocks: u32| {
        let mut asm = Assembler::new();
        let set = asm.element_set(ElementSetRecord::default());
        for block in 0..blocks {
            let args = (0..16).map(|number| asm.arg(&format!("{block} {number}"))).collect::<Vec<_>>();
            let mut code: Vec<Op> = args.into_iter().flat_map(|arg| value_in(arg, set)).collect();
            code.push(ANSWER);
            // Each test counts, also where only the last one decides.
            let jumps = code.chunks(2).flat_map(|test| {
                let jump = Op::JumpIf { cond: B0, to: Target(48) };
                test.iter().copied().chain((test.len() == 2).then_some(jump))
            });
            let condition = asm.condition(&jumps.collect::<Vec<_>>());
            let rule = asm.rule(false, true, Some(condition));
            let block = asm.exact("t").rules(vec![rule]);
            asm.block(block);
        }
        directly(&mut Bench::new(asm.program, Settings::default()), &Call::new("t", &[]))
    };
    assert_eq!([basis(1), basis(2)], [Some("default"), None]);
}

#[test]
fn handles_mean_the_same_as_names() {
    let mut bench = bench();
    let (tool, a, b) = (bench.policy.tool("t"), bench.policy.tag("a"), bench.policy.tag("b"));
    let (x, y) = (bench.policy.arg("x"), bench.policy.arg("y"));
    for (arg, tag, basis) in [(&x, &a, "must_deny"), (&x, &b, "default"), (&y, &a, "default")] {
        let tags = [tag];
        let args = [Argument::new(arg, Value::Null).with_metadata(MetadataInput::default().with_tags(&tags))];
        assert_eq!(directly(&mut bench, &Call::new(&tool, &args)), Some(basis));
    }
}

#[test]
fn handles_of_another_policy_are_not_decided_directly() {
    let (mut bench, mut asm) = (bench(), Assembler::new());
    asm.arg("x");
    let other = Bench::new(asm.program, Settings::default()).policy;
    let (tool, x, a) = (other.tool("t"), other.arg("x"), other.tag("a"));
    let tags = [&a];
    let metadata = MetadataInput::default().with_tags(&tags);
    let (x, a) = (Argument::new(&x, Value::Null), Argument::new("y", Value::Null).with_metadata(metadata));
    // Whether blocks are about the tool or not.
    for name in ["t", "unknown"] {
        for args in [[x], [a]] {
            assert_eq!(directly(&mut bench, &Call::new(name, &args)), None, "{name}");
        }
        assert_eq!(directly(&mut bench, &Call::new(name, &[]).with_control(metadata)), None);
    }
    assert_eq!(directly(&mut bench, &Call::new(&tool, &[])), None);
}

#[test]
fn calls_over_a_limit_are_not_decided_directly() {
    let program = bench().policy.program().clone();
    let basis = |limits: Limits, tags: &[&str], value: Value<'_>| {
        let mut bench = Bench::of(limited_policy(program.clone(), limits));
        let args = [Argument::new("x", value).with_metadata(MetadataInput::default().with_tags(tags))];
        (directly(&mut bench, &Call::new("t", &args)), bench.check(&Call::new("t", &args)).0)
    };
    let limits = Limits::default();
    let most =
        Limits { tags_per_set: 2, tags_per_call: 2, tag_bytes: 2, value_bytes: 35, arguments: 1, ..limits };
    let (long, longer) = (Value::Str("abc"), Value::Str("abcd"));
    assert_eq!(basis(most, &["bb", "cc"], long), (Some("default"), "default"));
    assert_eq!(basis(Limits { arguments: 0, ..most }, &["b"], long), (None, "error"));
    assert_eq!(basis(most, &["b", "c", "d"], long), (None, "error"));
    assert_eq!(basis(most, &["b"; 5], long), (None, "error"));
    assert_eq!(basis(Limits { tags_per_call: 1, ..most }, &["b", "c"], long), (None, "error"));
    assert_eq!(basis(most, &["bbb"], long), (None, "error"));
    assert_eq!(basis(most, &["b"], longer), (None, "error"));
    assert_eq!(basis(Limits { value_bytes: 31, ..most }, &["b"], Value::Null), (None, "error"));
    assert_eq!(basis(Limits { work: 0, ..most }, &["b"], long), (None, "error"));
}

#[test]
fn looking_for_line_ends_costs_what_it_takes() {
    let spent = |reading, text: &str| {
        let mut asm = Assembler::new();
        let pattern = asm.pattern(PatternSyntax::Regex, "a.*");
        let patterns = append(&mut asm.program.pattern_pool, vec![pattern]);
        let set = asm.element_set(ElementSetRecord { patterns, ..ElementSetRecord::default() });
        let load = Op::LoadArg { dst: V0, arg: asm.arg("x") };
        let condition = asm.condition(&[load, Op::ValueIn { dst: B0, value: V0, reading, set }, ANSWER]);
        let rule = asm.rule(false, true, Some(condition));
        let block = asm.exact("t").rules(vec![rule]);
        asm.block(block);
        let mut bench = Bench::new(asm.program, Settings::default());
        assert!(directly(&mut bench, &Call::new("t", &[Argument::new("x", Value::Str(text))])).is_some());
        bench.scratch.memory.work().exceeded().actual()
    };
    let (text, other) = ("a".repeat(800), "b".repeat(800));
    let costs =
        [ReadingImm::Any, ReadingImm::All].map(|reading| [&text, &other].map(|text| spent(reading, text)));
    assert_eq!(costs, [[1, 1], [101, 1]]);
}

#[test]
fn each_field_of_each_argument_is_a_set_of_its_own() {
    let mut asm = Assembler::new();
    let set = asm.const_set(false, &["a"]);
    let mut rules = Vec::new();
    let fields = [FieldImm::Tags, FieldImm::Producers, FieldImm::Consumers];
    for name in ["x", "y"] {
        for field in fields {
            let load = [Op::LoadArgSet { dst: S0, field, arg: asm.arg(name) }, Op::LoadSet { dst: S1, set }];
            let test = Op::Equal { dst: B0, left: S0, right: S1 };
            let condition = asm.condition(&[load[0], load[1], test, ANSWER]);
            rules.push(asm.rule(false, true, Some(condition)));
        }
    }
    let block = asm.exact("t").rules(rules);
    asm.block(block);
    let mut bench = Bench::new(asm.program, Settings::default());
    for (number, (place, field)) in (0..2).flat_map(|place| fields.map(|field| (place, field))).enumerate() {
        let only = MetadataInput::default();
        let only = match field {
            FieldImm::Tags => only.with_tags(&["a"]),
            FieldImm::Producers => only.with_producers(&["a"]),
            FieldImm::Consumers => only.with_consumers(&["a"]),
        };
        let mut args = ["x", "y"].map(|name| Argument::new(name, Value::Null));
        args[place] = args[place].with_metadata(only);
        assert_eq!(directly(&mut bench, &Call::new("t", &args)), Some("should_deny"));
        let order = bench.policy.rule_order();
        let fired: Vec<bool> = (0..6).filter_map(|rule| bench.scratch.rules.find(rule, order)).collect();
        assert_eq!((fired.len(), fired.last()), (number + 1, Some(&true)), "{place} {field:?}");
    }
}

#[test]
fn nothing_of_an_earlier_call_counts() {
    let mut bench = bench();
    let tags = MetadataInput::default().with_tags(&["a"]);
    let with = [Argument::new("x", Value::Null).with_metadata(tags)];
    let without = [Argument::new("x", Value::Null)];
    for (args, basis) in [(&with[..], "must_deny"), (&[], "default"), (&without, "default")].repeat(2) {
        assert_eq!(directly(&mut bench, &Call::new("t", args)), Some(basis));
    }
}
