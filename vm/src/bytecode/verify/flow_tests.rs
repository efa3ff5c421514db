//! Promises about the paths of a procedure: where control goes, and what is in registers.

use super::hostile::refused;
use super::tests::{answer, bad_code, error, load};
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::*;
use crate::testing::code::*;
use crate::testing::{Assembler, built};

#[track_caller]
fn good_code(kind: ProcedureKind, code: &[Op]) {
    let mut asm = Assembler::new();
    asm.procedure(kind, code);
    assert_eq!(error(asm.program), "");
}

#[test]
fn jumps_go_forward_inside_the_procedure() {
    let jump = |to: u32| [Op::Jump { to: Target(to) }, load(), answer()];
    bad_code(ProcedureKind::Condition, &jump(0), "instruction 0 is not further on in the procedure");
    bad_code(ProcedureKind::Condition, &jump(3), "instruction 3 is not further on in the procedure");
    good_code(ProcedureKind::Condition, &[load(), Op::Jump { to: Target(3) }, load(), answer()]);
    let mut asm = Assembler::new();
    asm.condition(&[load(), Op::JumpIf { cond: B0, to: Target(4) }, answer()]);
    asm.condition(&[load(), load(), answer()]);
    refused(asm.program, "procedure 0, instruction 1: operand `to`: instruction 4 is not further on");
}

#[test]
fn every_path_leaves_the_procedure() {
    bad_code(
        ProcedureKind::Condition,
        &[load(), answer(), load()],
        "instruction 2: the last instruction does not leave",
    );
    bad_code(ProcedureKind::Condition, &[load()], "the last instruction does not leave");
    bad_code(ProcedureKind::ResultUpdate, &[Op::LoadSessionSet { dst: S0, field: TAGS }], "does not leave");
}

#[test]
fn registers_are_written_before_they_are_read() {
    use ProcedureKind::{Condition, Set};
    bad_code(Condition, &[answer()], "bool register 0 is read but not written on every path");
    let on_one_path = [load(), Op::JumpIf { cond: B0, to: Target(3) }, Op::Not { dst: B1, src: B0 }];
    let read = Op::ReturnBool { src: B1 };
    bad_code(Condition, &[&on_one_path[..], &[read]].concat(), "instruction 3: bool register 1 is read");
    let on_both = [
        load(),
        Op::JumpIf { cond: B0, to: Target(4) },
        Op::Not { dst: B1, src: B0 },
        Op::Jump { to: Target(5) },
        Op::Not { dst: B1, src: B0 },
        read,
    ];
    good_code(Condition, &on_both);
    let reading = WideReading(ReadingImm::Any);
    bad_code(
        Condition,
        &[Op::ValuesEqual { dst: B0, left: V0, right: V0, reading }, answer()],
        "value register 0",
    );
    bad_code(Condition, &[Op::IsEmpty { dst: B0, set: S0 }, answer()], "set register 0");
    bad_code(Set, &[Op::ReturnSet { src: S0 }], "set register 0 is read");
}

#[test]
fn a_store_forgets_set_registers() {
    let load = Op::LoadSessionSet { dst: S0, field: TAGS };
    let store = Op::StoreSession { field: TAGS, set: S0 };
    good_code(ProcedureKind::SessionUpdate, &[load, store, load, store, Op::End {}]);
    bad_code(
        ProcedureKind::SessionUpdate,
        &[load, store, store, Op::End {}],
        "instruction 2: set register 0 is read",
    );
    let (field, operator, set) = (TAGS, OperatorImm::Union, ConstSet(0));
    for change in
        [Op::ChangeSession { field, operator, set: S0 }, Op::ChangeSessionBy { field, operator, set }]
    {
        let mut asm = Assembler::new();
        asm.const_set(false, &["a"]);
        asm.procedure(ProcedureKind::SessionUpdate, &[load, change, store, Op::End {}]);
        assert!(error(built(asm.program)).contains("set register 0 is read"));
    }
}

#[test]
fn pattern_sets_go_only_where_they_may() {
    use ProcedureKind::{Condition, PatternSet, ResultUpdate, Set};
    let pattern = Op::LoadPattern { dst: S0 };
    let exact = Op::LoadSessionSet { dst: S1, field: TAGS };
    let reading = WideReading(ReadingImm::Any);
    let bad = |op: Op| {
        bad_code(Condition, &[pattern, exact, op, answer()], "set register 0 may hold a pattern set")
    };
    bad(Op::Overlaps { dst: B0, left: S1, right: S0 });
    bad(Op::Subset { dst: B0, left: S0, right: S1 });
    bad(Op::Equal { dst: B0, left: S1, right: S0 });
    bad(Op::IsEmpty { dst: B0, set: S0 });
    bad(Op::IsUniversal { dst: B0, set: S0 });
    bad(Op::OverlapsPattern { dst: B0, left: S0, right: S1, reading });
    for op in [
        Op::Union { dst: S1, left: S1, right: S0 },
        Op::Intersect { dst: S1, left: S0, right: S1 },
        Op::Minus { dst: S1, left: S1, right: S0 },
        Op::Xor { dst: S1, left: S1, right: S0 },
    ] {
        bad(op);
    }
    good_code(
        Condition,
        &[pattern, exact, Op::SubsetPattern { dst: B0, left: S1, right: S0, reading }, answer()],
    );
    good_code(Condition, &[pattern, Op::IsUniversalPattern { dst: B0, set: S0, reading }, answer()]);
    bad_code(Set, &[pattern, Op::ReturnSet { src: S0 }], "may hold a pattern set");
    good_code(PatternSet, &[pattern, Op::ReturnSet { src: S0 }]);
    good_code(ResultUpdate, &[pattern, Op::StoreResult { field: TAGS, set: S0 }, Op::End {}]);
    let change = Op::ChangeResult { field: TAGS, operator: OperatorImm::Union, set: S0 };
    bad_code(ResultUpdate, &[pattern, change, Op::End {}], "may hold a pattern set");
    // What is finite is no pattern set.
    let unless = Op::JumpUnlessFinite { set: S0, to: Target(3) };
    let test = Op::IsEmpty { dst: B0, set: S0 };
    bad_code(
        Condition,
        &[pattern, unless, test, load(), test, answer()],
        "instruction 4: set register 0 may hold",
    );
    good_code(Condition, &[pattern, unless, test, load(), answer()]);
}

#[test]
fn a_pattern_set_of_either_path_stays_one() {
    let (pattern, exact) = (Op::LoadPattern { dst: S0 }, Op::LoadSessionSet { dst: S0, field: TAGS });
    let code = |first, second| {
        let (condition, end) = (Op::JumpIf { cond: B0, to: Target(4) }, Op::Jump { to: Target(5) });
        [load(), condition, first, end, second, Op::IsEmpty { dst: B0, set: S0 }, answer()]
    };
    for (first, second) in [(pattern, pattern), (pattern, exact), (exact, pattern)] {
        let expected = "set register 0 may hold a pattern set";
        bad_code(ProcedureKind::Condition, &code(first, second), expected);
    }
    good_code(ProcedureKind::Condition, &code(exact, exact));
}

#[test]
fn a_called_set_procedure_says_whether_it_may_be_a_pattern_set() {
    let program = |kind: ProcedureKind| {
        let mut asm = Assembler::new();
        asm.procedure(kind, &[Op::LoadSessionSet { dst: S0, field: TAGS }, Op::ReturnSet { src: S0 }]);
        asm.memo();
        asm.condition(&[
            Op::CallSet { dst: S0, procedure: SetProc(0) },
            Op::IsEmpty { dst: B0, set: S0 },
            answer(),
        ]);
        asm.program
    };
    assert_eq!(error(program(ProcedureKind::Set)), "");
    refused(program(ProcedureKind::PatternSet), "set register 0 may hold a pattern set");
}
