//! Direct updates of large calls: what is over a limit is refused before it takes time or memory, and what takes time counts.

use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::ProcedureKind;
use crate::call::{Argument, Call, MetadataInput, Returned};
use crate::limits::Limits;
use crate::testing::code::*;
use crate::testing::{Assembler, Bench, limited_policy};
use crate::value::Value;

/// A block about the tool `t` with this as its `session before` or its `session after`.
fn bench(mut asm: Assembler, code: &[Op], is_before: bool, limits: Limits) -> Bench {
    let update = asm.procedure(ProcedureKind::SessionUpdate, code);
    let mut block = asm.exact("t");
    let place = if is_before { &mut block.before } else { &mut block.after };
    *place = Some(update);
    asm.block(block);
    Bench::of(limited_policy(asm.program, limits))
}

/// What the call cost so far, in whichever way it was begun last.
fn spent(bench: &mut Bench) -> usize {
    bench.scratch.memory.work().exceeded().actual()
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{number:04}")).collect()
}

#[test]
fn calls_of_too_many_arguments_are_refused_before_their_metadata_is_read() {
    let code = [
        Op::LoadArgsUnion { dst: S0, field: TAGS },
        Op::ChangeSession { field: TAGS, operator: OperatorImm::Union, set: S0 },
        Op::End {},
    ];
    let limits = Limits { arguments: 3, ..Limits::default() };
    let mut bench = bench(Assembler::new(), &code, true, limits);
    let names = names(4);
    let metadata = MetadataInput::default().with_tags(&["a", "b"]);
    let args: Vec<_> =
        names.iter().map(|name| Argument::new(name, Value::Null).with_metadata(metadata)).collect();
    for (count, is_within) in [(3, true), (4, false)] {
        let call = Call::new("t", &args[..count]);
        let checked = bench.policy.check(&mut bench.session, &call, &mut bench.scratch);
        let limit = checked.decision().failure().and_then(|failure| failure.limit());
        assert_eq!(limit.map(|limit| limit.name()), (!is_within).then_some("arguments"));
        assert_eq!(spent(&mut bench) > 0, is_within);
    }
}

/// Arguments are looked for by name, which in the interpreter takes no time.
#[test]
fn looking_for_arguments_counts_as_work() {
    const CONDITIONS: usize = 100;
    let mut asm = Assembler::new();
    let (arg, set) = (asm.arg(&"x".repeat(80)), asm.string_set(&["v"]));
    let test =
        [Op::LoadArg { dst: V0, arg }, Op::ValueIn { dst: B0, value: V0, reading: ReadingImm::Any, set }];
    let code = [test.repeat(CONDITIONS), vec![Op::End {}]].concat();
    let mut bench = bench(asm, &code, false, Limits::default());
    let names = names(1000);
    let args: Vec<_> = names.iter().map(|name| Argument::new(name, Value::Null)).collect();
    let mut cost = |args: &[Argument<'_>]| {
        let call = Call::new("t", args);
        let checked = bench.policy.check(&mut bench.session, &call, &mut bench.scratch);
        let pending = checked.into_pending().expect("it is allowed");
        let returned = Returned::new(Value::Null);
        bench.policy.finish(&mut bench.session, pending, &returned, &mut bench.scratch).expect("it is done");
        assert!(bench.scratch.told_directly().1);
        spent(&mut bench)
    };
    // As much for each as comparing the names may take.
    assert_eq!(cost(&args) - cost(&[]), CONDITIONS * args.len() * (1 + 80 / 8));
}

/// What finishing a call costs, directly or generally.
fn cost_of_finishing(bench: &mut Bench, args: &[Argument<'_>], generally: bool) -> usize {
    bench.scratch.decide_generally(generally);
    let call = Call::new("t", args);
    let checked = bench.policy.check(&mut bench.session, &call, &mut bench.scratch);
    let pending = checked.into_pending().expect("it is allowed");
    let returned = Returned::new(Value::Null);
    bench.policy.finish(&mut bench.session, pending, &returned, &mut bench.scratch).expect("it is done");
    assert_eq!(bench.scratch.told_directly().1, !generally);
    spent(bench)
}

/// Else a call over the limit would be finished directly and refused in general.
#[test]
fn direct_updates_cost_no_less_than_the_same_in_the_interpreter() {
    let names = names(640);
    let tags: Vec<&str> = names.iter().map(String::as_str).collect();
    let given = MetadataInput::default().with_tags(tags.as_slice());
    let args: Vec<_> = (0..8)
        .map(|place| {
            let argument = Argument::new(&names[place], Value::Null);
            if place == 0 { argument.with_metadata(given) } else { argument }
        })
        .collect();
    let union = |asm: &mut Assembler| {
        let load = Op::LoadSet { dst: S1, set: asm.const_set(false, &["x"]) };
        [Op::LoadArgsUnion { dst: S0, field: TAGS }, load, Op::Union { dst: S2, left: S0, right: S1 }]
    };
    let change = |set| Op::ChangeSession { field: TAGS, operator: OperatorImm::Union, set };
    let initial =
        |_: &mut Assembler| vec![Op::LoadResultSet { dst: S0, field: TAGS }, change(S0), Op::End {}];
    let made = |asm: &mut Assembler| [union(asm).to_vec(), vec![change(S2), Op::End {}]].concat();
    let of_let = |asm: &mut Assembler| {
        let code = [union(asm).to_vec(), vec![Op::ReturnSet { src: S2 }]].concat();
        let procedure = SetProc(asm.procedure(ProcedureKind::Set, &code));
        asm.memo();
        vec![Op::CallSet { dst: S0, procedure }, change(S0), Op::End {}]
    };
    let over_many = |asm: &mut Assembler| {
        // Each in the place of the large one.
        let small = Op::Intersect { dst: S2, left: S1, right: S1 };
        let [args, constant, _] = union(asm);
        let again = [Op::Union { dst: S2, left: S1, right: S0 }, small].repeat(4);
        [vec![args, constant], again, vec![change(S2), Op::End {}]].concat()
    };
    type Code<'c> = &'c dyn Fn(&mut Assembler) -> Vec<Op>;
    let codes: [Code<'_>; 4] = [&initial, &made, &of_let, &over_many];
    for (number, code) in codes.into_iter().enumerate() {
        let mut asm = Assembler::new();
        let code = code(&mut asm);
        let mut bench = bench(asm, &code, false, Limits::default());
        // Once before, so that the session has the tags.
        cost_of_finishing(&mut bench, &args, true);
        let [direct, general] = [false, true].map(|way| cost_of_finishing(&mut bench, &args, way));
        assert!(direct >= general, "{number}: {direct} < {general}");
        assert!(direct < 2 * general, "{number}: {direct}, {general}");
    }
}

#[test]
fn tags_count_for_rules_that_are_asked_directly() {
    let mut asm = Assembler::new();
    let (arg, tag) = (asm.arg("a"), asm.tag("x"));
    let condition =
        [Op::LoadArgSet { dst: S0, field: TAGS, arg }, Op::Contains { dst: B0, set: S0, tag }, ANSWER];
    let condition = asm.condition(&condition);
    let rule = asm.rule(true, true, Some(condition));
    let block = asm.exact("t").rules(vec![rule]);
    asm.block(block);
    let mut bench = Bench::of(limited_policy(asm.program, Limits { work: 500, ..Limits::default() }));
    let names = names(10);
    let tags: Vec<&str> = names.iter().map(String::as_str).collect();
    for generally in [false, true] {
        bench.scratch.decide_generally(generally);
        for (count, is_within) in [(3, true), (10, false)] {
            let metadata = MetadataInput::default().with_tags(&tags[..count]);
            let args = [Argument::new("a", Value::Str("v")).with_metadata(metadata)];
            let decision = bench.evaluate(&Call::new("t", &args), None);
            let limit = decision.failure().and_then(|failure| failure.limit());
            assert_eq!(
                limit.map(|limit| limit.name()),
                (!is_within).then_some("work"),
                "{generally} {count}"
            );
        }
    }
}
