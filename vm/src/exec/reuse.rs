//! The memory of sets is used again: it grows neither with the length of a chain nor with the tools that were called.

use crate::bytecode::Settings;
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::ProcedureKind;
use crate::call::Call;
use crate::testing::code::*;
use crate::testing::{Assembler, Bench};

/// An assembler with constant sets of one tag, beyond the words that every set has.
fn assembler(sets: usize) -> (Assembler, Vec<ConstSet>) {
    let mut asm = Assembler::new();
    for tag in 0..5000 {
        asm.tag(&format!("filler {tag}"));
    }
    let sets = (0..sets).map(|tag| asm.const_set(false, &[&format!("t{tag}")])).collect();
    (asm, sets)
}

fn load(dst: SetReg, set: ConstSet) -> Op {
    Op::LoadSet { dst, set }
}

fn union(dst: SetReg, left: SetReg, right: SetReg) -> Op {
    Op::Union { dst, left, right }
}

#[test]
fn a_chain_of_operators_needs_one_temporary() {
    let (mut asm, sets) = assembler(1000);
    let mut code = vec![load(S0, sets[0])];
    for &set in &sets {
        code.extend([load(S1, set), union(S0, S0, S1)]);
    }
    code.extend([Op::IsEmpty { dst: B0, set: S0 }, Op::ReturnBool { src: B0 }]);
    let condition = asm.condition(&code);
    let rule = asm.rule(true, true, Some(condition));
    let block = asm.exact("t").rules(vec![rule]);
    asm.block(block);
    let mut bench = Bench::new(asm.program, Settings::default());
    assert_eq!(bench.check(&Call::new("t", &[])).0, "default");
    assert_eq!(bench.scratch.memory.sets_with_memory(), (1, 0));
}

#[test]
fn what_a_register_held_before_a_store_is_not_written_over() {
    let (mut asm, sets) = assembler(4);
    let code = [
        load(S0, sets[0]),
        load(S1, sets[1]),
        union(S0, S0, S1),
        Op::StoreSession { field: FieldImm::Tags, set: S0 },
        load(S1, sets[2]),
        load(S0, sets[3]),
        // A new temporary, as every register but this one is in use; with the right side where it goes, as well.
        union(S2, S0, S0),
        union(S2, S0, S2),
        Op::StoreSession { field: FieldImm::Producers, set: S1 },
        Op::End {},
    ];
    let procedure = asm.procedure(ProcedureKind::SessionUpdate, &code);
    let block = asm.exact("t");
    let block = asm.block(block);
    asm.program.blocks[block].before = Some(procedure);
    let mut bench = Bench::new(asm.program, Settings::default());
    for _ in 0..2 {
        bench.check(&Call::new("t", &[]));
        assert_eq!(
            bench.session_meta(),
            r#"{"tags": ["t0", "t1"], "producers": ["t2"], "consumers": ["*"]}"#
        );
    }
}

#[test]
fn kept_sets_share_their_memory() {
    let (mut asm, sets) = assembler(300);
    for (tool, &set) in sets.iter().enumerate() {
        let made = [load(S0, set), load(S1, sets[0]), union(S0, S0, S1), Op::ReturnSet { src: S0 }];
        let kept = asm.procedure(ProcedureKind::Set, &made);
        asm.memo();
        let call = Op::CallSet { dst: S0, procedure: SetProc(kept) };
        let code = [call, Op::IsEmpty { dst: B0, set: S0 }, Op::ReturnBool { src: B0 }];
        let condition = asm.condition(&code);
        let rule = asm.rule(true, true, Some(condition));
        let block = asm.exact(&format!("tool {tool}")).rules(vec![rule]);
        asm.block(block);
    }
    let mut bench = Bench::new(asm.program, Settings::default());
    for tool in 0..300 {
        assert_eq!(bench.check(&Call::new(&format!("tool {tool}"), &[])).0, "default");
        assert_eq!(bench.scratch.memory.sets_with_memory().1, 1, "after tool {tool}");
    }
}

#[test]
fn registers_of_a_frame_begin_empty_and_apart_from_those_of_its_callers() {
    let (mut asm, sets) = assembler(6);
    let made = |a: usize, b: usize| [load(S0, sets[a]), load(S1, sets[b]), union(S2, S0, S1)];
    // What is called leaves a temporary where a later call has the same register, and the caller's comes to be in its place.
    let answer = |asm: &mut Assembler, a, b| {
        let mut code = made(a, b).to_vec();
        code.extend([Op::IsEmpty { dst: B0, set: S2 }, Op::ReturnBool { src: B0 }]);
        let procedure = asm.condition(&code);
        asm.memo();
        ConditionProc(procedure)
    };
    let (first, second) = (answer(&mut asm, 0, 1), answer(&mut asm, 2, 3));
    // A frame between has registers of its own, too.
    let call = |dst, procedure| Op::CallCondition { dst, procedure };
    let between = [
        Op::LoadBool { dst: B0, value: Flag(true) },
        call(B1, second),
        Op::Differ { dst: B0, left: B0, right: B1 },
        Op::ReturnBool { src: B0 },
    ];
    let between = ConditionProc(asm.condition(&between));
    asm.memo();
    let tag = asm.tag("t4");
    let mut code = vec![Op::LoadBool { dst: B2, value: Flag(true) }, call(B0, first)];
    code.extend(made(4, 5));
    code.extend([call(B1, between), Op::Contains { dst: B0, set: S2, tag }]);
    // All three are true.
    code.extend([B1, B2].map(|right| Op::Differ { dst: B0, left: B0, right }));
    code.push(Op::ReturnBool { src: B0 });
    let condition = asm.condition(&code);
    let rule = asm.rule(true, true, Some(condition));
    let block = asm.exact("t").rules(vec![rule]);
    asm.block(block);
    let mut bench = Bench::new(asm.program, Settings::default());
    for _ in 0..3 {
        assert_eq!(bench.check(&Call::new("t", &[])).0, "must_deny");
        // That of the caller, and one that is free again after each call.
        assert_eq!(bench.scratch.memory.sets_with_memory(), (2, 0));
    }
}
