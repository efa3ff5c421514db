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
