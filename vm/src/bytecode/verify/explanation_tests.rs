//! Every promise about explanations has a program that breaks just it.

use super::{VerifiedProgram, hostile};
use crate::bytecode::explanations::*;
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::*;
use crate::testing::code::*;
use crate::testing::{Assembler, built};

const ONE: LineColumn = LineColumn { line: 1, column: 1 };

fn test(kind: ConditionKindRecord, parts: List) -> ConditionRecord {
    ConditionRecord { kind, parts, text: None, file: 0, start: ONE, end: ONE }
}

/// A block with a rule `not (false)` and an update before it, plain and explained.
pub(crate) fn sample() -> Assembler {
    let mut asm = Assembler::new();
    let tags = asm.const_set(false, &["a"]);
    let (load, not) = (Op::LoadBool { dst: B0, value: Flag(false) }, Op::Not { dst: B0, src: B0 });
    let answer = Op::ReturnBool { src: B0 };
    let record = |slot| Op::Record { src: B0, slot: Slot(slot) };
    let store = |end: &[Op]| {
        let field = FieldImm::Tags;
        [&[Op::LoadSet { dst: S0, set: tags }, Op::StoreSession { field, set: S0 }], end].concat()
    };
    let plain = asm.condition(&[load, not, answer]);
    let update = asm.procedure(ProcedureKind::SessionUpdate, &store(&[Op::End {}]));
    let explained = asm.condition(&[load, record(0), not, record(1), answer]);
    let explained_update =
        asm.procedure(ProcedureKind::SessionUpdate, &store(&[load, record(2), Op::End {}]));
    for procedure in [explained, explained_update] {
        asm.program.procedures[procedure as usize].explains = true;
    }
    let rule = asm.rule(true, true, Some(plain));
    let mut block = asm.exact("t").rules(vec![rule]);
    block.before = Some(update);
    asm.block(block);
    let first = List { start: 0, len: 1 };
    let updates =
        ExplainedUpdates { procedure: Some(explained_update), conditions: List { start: 1, len: 1 } };
    asm.program.explanations = ExplanationTables {
        text: String::new(),
        strings: Vec::new(),
        conditions: vec![
            test(ConditionKindRecord::Test, List::default()),
            test(ConditionKindRecord::Not, first),
            test(ConditionKindRecord::Test, List::default()),
        ],
        slots: vec![0, 2],
        rules: vec![Some(ExplainedRule { procedure: explained, slot: 1 })],
        blocks: vec![ExplainedBlock { before: updates, ..ExplainedBlock::default() }],
    };
    asm.program = built(asm.program);
    asm
}

#[track_caller]
fn broken(expected: &str, break_it: impl FnOnce(&mut Program)) {
    hostile::broken(sample().program, expected, break_it);
}

#[test]
fn a_program_with_explanations_and_one_without_pass() {
    assert!(VerifiedProgram::new(sample().program).is_ok());
    let mut without = sample().program;
    without.explanations = ExplanationTables::default();
    without.procedures.truncate(2);
    without.code.truncate(6);
    assert!(VerifiedProgram::new(without).is_ok());
}

#[test]
fn a_rule_without_a_condition_has_none_that_is_explained() {
    let mut program = sample().program;
    (program.rules[0].condition, program.explanations.rules[0]) = (None, None);
    assert!(VerifiedProgram::new(program).is_ok());
}

#[test]
fn the_tables_hang_together() {
    broken("explained rules: 0 rows, and not 1", |program| program.explanations.rules.clear());
    broken("explained blocks: 0 rows, and not 1", |program| program.explanations.blocks.clear());
    broken("explained rule 0: it has a condition just where", |program| program.explanations.rules[0] = None);
    broken("explained rule 0: condition 3 does not exist", |program| {
        program.explanations.rules[0] =
            program.explanations.rules[0].map(|rule| ExplainedRule { slot: 3, ..rule });
    });
    broken("explained block 0: it has updates just where", |program| {
        program.explanations.blocks[0].before.procedure = None;
    });
    broken("explained block 0: it has updates just where", |program| {
        program.explanations.blocks[0].after.procedure = Some(3);
    });
    broken("explained block 0: a list reaches beyond the slot pool", |program| {
        program.explanations.blocks[0].before.conditions = List { start: 2, len: 1 };
    });
    broken("explained block 0: condition 9 does not exist", |program| {
        program.explanations.slots[1] = 9;
    });
}

#[test]
fn conditions_are_made_of_what_comes_before() {
    broken("condition 1: a list reaches beyond the slot pool", |program| {
        program.explanations.conditions[1].parts = List { start: 0, len: 3 };
    });
    broken("condition 1: a part does not come before it", |program| program.explanations.slots[0] = 1);
    // Else a few long lists for many conditions would take quadratic time.
    broken("the lists of the slot pool are longer than the pool", |program| {
        program.explanations.slots.pop();
        program.explanations.blocks[0].before.conditions.start = 0;
    });
    broken("condition 1: 0 parts", |program| program.explanations.conditions[1].parts = List::default());
    broken("condition 1: 1 parts", |program| {
        program.explanations.conditions[1].kind = ConditionKindRecord::Test;
    });
    broken("condition 0: text 99 does not exist", |program| {
        program.explanations.conditions[0].text = Some(ConditionTextId(99));
    });
    broken("condition 0: file 9", |program| program.explanations.conditions[0].file = 9);
    broken("condition 0: lines and columns", |program| program.explanations.conditions[0].end.column = 0);
}

/// A chain of conditions, each of which is the one before, twice, is exponentially long written out.
#[test]
fn conditions_stand_in_one_place() {
    broken("condition 1: a condition that stands elsewhere, too", |program| {
        program.explanations.conditions[1].kind = ConditionKindRecord::And;
        program.explanations.conditions[1].parts.len = 2;
        program.explanations.slots = vec![0, 0, 2];
        program.explanations.blocks[0].before.conditions.start = 2;
    });
    broken("condition 2: a condition that stands elsewhere, too", |program| {
        program.explanations.conditions[2] = program.explanations.conditions[1];
        program.explanations.conditions[2].parts.start = 1;
        program.explanations.slots = vec![0, 0, 2];
        program.explanations.blocks[0].before.conditions.start = 2;
    });
    broken("explained rule 0: a condition that stands elsewhere, too", |program| {
        program.explanations.rules[0] =
            program.explanations.rules[0].map(|rule| ExplainedRule { slot: 0, ..rule });
    });
    broken("explained block 0: a condition that stands elsewhere, too", |program| {
        program.explanations.slots[1] = 0;
    });
    let mut lets = sample().program;
    lets.explanations.conditions[1].kind = ConditionKindRecord::Let;
    lets.explanations.conditions[2] = lets.explanations.conditions[1];
    lets.explanations.conditions[2].parts.start = 1;
    lets.explanations.slots = vec![0, 0, 2];
    lets.explanations.blocks[0].before.conditions.start = 2;
    assert!(VerifiedProgram::new(lets).is_ok(), "lets stand for the same");
}

#[test]
fn only_procedures_of_explanations_record_and_only_they_call_each_other() {
    broken("the procedure does not belong to explanations", |program| program.procedures[2].explains = false);
    broken("procedure 1 belongs to explanations", |program| {
        program.procedures.iter_mut().for_each(|procedure| procedure.explains = true);
    });
    // What belongs to explanations comes last, so nothing else can call it.
    broken("procedure 1: it follows one of explanations", |program| program.procedures[0].explains = true);
    broken("procedure 0 does not belong to explanations", |program| {
        program.explanations.rules[0] = Some(ExplainedRule { procedure: 0, slot: 0 });
    });
    broken("procedure 1 does not belong to explanations", |program| {
        program.explanations.blocks[0].before.procedure = Some(1);
    });
    broken("procedure 3 is a session update, not a condition", |program| {
        program.explanations.rules[0] = Some(ExplainedRule { procedure: 3, slot: 0 });
    });
    broken("operand `slot`: condition 1 does not exist (of 1)", |program| {
        program.explanations.conditions.truncate(1);
        program.explanations.rules[0] = Some(ExplainedRule { procedure: 2, slot: 0 });
    });
}
