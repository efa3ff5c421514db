//! Every promise has a program that breaks just it.

use super::hostile::{self, refused};
use super::{FrameNeeds, VerifiedProgram};
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::*;
use crate::bytecode::settings::Settings;
use crate::number::Number;
use crate::testing::code::*;
use crate::testing::{Assembler, built};

pub(super) fn load() -> Op {
    Op::LoadBool { dst: B0, value: Flag(true) }
}

pub(super) fn answer() -> Op {
    Op::ReturnBool { src: B0 }
}

/// A program with some of everything; valid.
pub(super) fn sample() -> Assembler {
    let mut asm = Assembler::new();
    let (to, pii) = (asm.arg("to"), asm.tag("pii"));
    asm.tag("other");
    let both = asm.const_set(false, &["pii", "other"]);
    let strings = asm.strings(&["a", "b"]);
    let text = asm.pattern(crate::pattern::PatternSyntax::Regex, "x.*");
    asm.program.pattern_pool.push(text);
    asm.program.number_pool.push(Number::Int(5));
    asm.program.number_ranges.push(RangeRecord { lower: Some((Number::Int(1), true)), upper: None });
    asm.program.date_ranges.push(RangeRecord { lower: None, upper: None });
    asm.program.sized_texts.push(SizedTextRecord {
        text: TextRecord::Pattern(text),
        length: RangeRecord { lower: None, upper: Some((Number::Int(9), false)) },
    });
    let one = List { start: 0, len: 1 };
    let elements = asm.element_set(ElementSetRecord {
        strings,
        numbers: one,
        ints: one,
        dates: one,
        sized: one,
        patterns: one,
        ..ElementSetRecord::default()
    });
    let member = asm.membership(&[Op::SubjectIn { dst: B0, lines: Flag(true), set: elements }, answer()]);
    let scalar = asm.string_scalar("x");
    asm.scalar(ScalarRecord::Number(Number::Float(0.5)));
    let condition = asm.condition(&[
        Op::LoadArg { dst: V0, arg: to },
        Op::ValueMatches { dst: B0, value: V0, reading: ReadingImm::Any, procedure: member },
        Op::JumpIf { cond: B0, to: Target(6) },
        Op::LoadScalar { dst: V0, scalar },
        Op::LoadArgSet { dst: S0, field: TAGS, arg: to },
        Op::Contains { dst: B0, set: S0, tag: pii },
        answer(),
    ]);
    let update = asm.procedure(
        ProcedureKind::SessionUpdate,
        &[Op::LoadSet { dst: S0, set: both }, Op::StoreSession { field: TAGS, set: S0 }, Op::End {}],
    );
    let result = asm.procedure(
        ProcedureKind::ResultUpdate,
        &[Op::LoadResultSet { dst: S0, field: TAGS }, Op::StoreResult { field: TAGS, set: S0 }, Op::End {}],
    );
    asm.program.code_positions.extend([(0, 0), (4, 0)]);
    let rule = asm.rule(true, true, Some(condition));
    let mut block = asm.exact("send").rules(vec![rule, rule]);
    (block.before, block.result, block.after) = (Some(update), Some(result), Some(update));
    asm.block(block);
    asm.program = built(asm.program);
    asm
}

/// The error of a program, or nothing if it is valid.
pub(super) fn error(program: Program) -> String {
    VerifiedProgram::new(program).err().map_or_else(String::new, |error| error.to_string())
}

/// The sample, broken in one way, is refused for just that.
#[track_caller]
fn broken(expected: &str, break_it: impl FnOnce(&mut Program)) {
    hostile::broken(sample().program, expected, break_it);
}

/// A program with just this procedure is refused; calls may go to procedures put there before.
#[track_caller]
pub(super) fn bad_code(kind: ProcedureKind, code: &[Op], expected: &str) {
    let mut asm = Assembler::new();
    asm.procedure(kind, code);
    refused(asm.program, expected);
}

#[test]
fn the_sample_and_the_empty_program_are_valid() {
    assert_eq!(error(sample().program), "");
    assert_eq!(error(Program::default()), "");
}

#[test]
fn strings_lie_in_the_text() {
    broken("string 1: no text", |program| program.strings[1] = 0);
    broken("no text from byte", |program| *program.strings.last_mut().unwrap() += 1);
    broken("string 9: text after the last one", |program| program.text.push('x'));
    let mut program = Program { text: "é".to_owned(), strings: vec![1, 2], ..Program::default() };
    refused(program.clone(), "string 0: no text from byte 0 to byte 1");
    program.strings = vec![2];
    assert_eq!(error(program), "");
}

#[test]
fn names_are_unique_and_no_tag_is_the_star() {
    broken("tag 1: its hash table does not find it, or it is the same as one before", |program| {
        program.tags[1] = program.tags[0]
    });
    broken("tag 1: string 99 does not exist", |program| program.tags[1] = StringId(99));
    broken("block 0: its tool, string 0, is not in the list of tools", |program| {
        program.blocks[0].tool = ToolRecord::Exact(StringId(0));
    });
    broken("tag 0: its hash table", |program| program.names.slots.fill(9));
    broken("tool 0: its hash table", |program| program.names.tools.slots.len = 0);
    broken("tag 0: its hash table", |program| program.names.displacements.clear());
    broken("argument 1: its hash table does not find it", |program| program.args.push(program.args[0]));
    let mut asm = Assembler::new();
    asm.tag("*");
    refused(built(asm.program), "`*` is no tag");
}

#[test]
fn tables_of_large_sets_find_their_strings() {
    let large = |change: fn(&mut Program)| {
        let mut asm = Assembler::new();
        for first in ["a", "b"] {
            let strings: Vec<String> = (0..9).map(|number| format!("{first}{number}")).collect();
            asm.string_set(&strings.iter().map(String::as_str).collect::<Vec<_>>());
        }
        let mut program = built(asm.program);
        assert_eq!(program.names.sets.len(), 2);
        change(&mut program);
        error(program)
    };
    assert_eq!(large(|_| {}), "");
    assert_eq!(large(|program| program.names.sets.truncate(1)), "");
    let refused = |change, expected: &str| {
        let error = large(change);
        assert!(error.contains(expected), "{error}");
    };
    refused(
        |program| program.names.sets[1].set = 2,
        "table of an element set 1: element set 2 does not exist",
    );
    refused(
        |program| program.names.sets[1].set = 0,
        "string of an element set 0: its hash table does not find it",
    );
    refused(
        |program| program.names.sets[1].longest = 1,
        "table of an element set 1: a string is longer than the longest",
    );
    refused(|program| program.names.sets.swap(0, 1), "table of an element set: sets that do not ascend");
    refused(
        |program| program.names.sets[1].index.slots.len = 1,
        "string of an element set 0: its hash table",
    );
}

#[test]
fn indices_of_tables_are_in_range() {
    broken("file 0: string 99", |program| program.files[0] = StringId(99));
    broken("scalar 0: string 99", |program| program.scalars[0] = ScalarRecord::String(StringId(99)));
    broken("pattern 0: string 99", |program| program.patterns[0].text = StringId(99));
    broken("string pool entry 0: string 99", |program| program.string_pool[0] = StringId(99));
    broken("pattern pool entry 0: pattern 9", |program| program.pattern_pool[0] = PatternId(9));
    broken("sized text 0: pattern 9", |program| {
        program.sized_texts[0].text = TextRecord::Pattern(PatternId(9))
    });
    broken("sized text 0: string 99", |program| {
        program.sized_texts[0].text = TextRecord::Exact(StringId(99))
    });
    broken("position 0: file 1", |program| program.positions[0].file = 1);
    broken("position 0: lines and columns", |program| program.positions[0].line = 0);
    broken("position 0: lines and columns", |program| program.positions[0].column = 0);
    broken("code position 1: instruction 99", |program| program.code_positions[1].0 = 99);
    broken("code position 1: position 9", |program| program.code_positions[1].1 = 9);
    broken("code positions: they do not ascend", |program| program.code_positions[1].0 = 0);
    broken("block 0: string 99", |program| program.blocks[0].tool = ToolRecord::Exact(StringId(99)));
    broken("block 0: pattern 9", |program| program.blocks[0].tool = ToolRecord::Pattern(PatternId(9)));
    broken("block 0: string 99", |program| program.blocks[0].tool_text = StringId(99));
    broken("block 0: string 99", |program| program.blocks[0].description = Some(StringId(99)));
    broken("block 0: file 7", |program| program.blocks[0].position.file = 7);
    broken("rule 1: string 99", |program| program.rules[1].description = Some(StringId(99)));
    broken("rule 1: file 7", |program| program.rules[1].position.file = 7);
}

#[test]
fn lists_lie_in_their_pools() {
    const FAR: List = List { start: 9, len: 9 };
    broken("constant set 0: a list reaches beyond the word pool", |program| program.const_sets[0].tail = FAR);
    broken("element set 0: a list reaches beyond the string pool", |program| {
        program.element_sets[0].strings = FAR
    });
    broken("beyond the number pool", |program| program.element_sets[0].numbers = FAR);
    broken("beyond the number range pool", |program| program.element_sets[0].ints = FAR);
    broken("beyond the number range pool", |program| program.element_sets[0].floats = FAR);
    broken("beyond the date range pool", |program| program.element_sets[0].dates = FAR);
    broken("beyond the sized text pool", |program| program.element_sets[0].sized = FAR);
    broken("beyond the pattern pool", |program| program.element_sets[0].patterns = FAR);
    broken("beyond the word pool", |program| {
        program.const_sets[0].tail = List { start: u32::MAX, len: u32::MAX };
    });
    broken("the lists of the number range pool are longer", |program| {
        program.element_sets[0].floats = program.element_sets[0].ints;
    });
}

#[test]
fn sorted_pools_are_sorted() {
    broken("element set 0: strings that do not ascend", |program| program.string_pool.swap(0, 1));
    broken("element set 0: strings that do not ascend", |program| {
        program.string_pool[1] = program.string_pool[0];
    });
    let five = Number::Int(5);
    for number in [five, Number::Float(5.0), Number::Int(4)] {
        broken("element set 0: numbers that do not ascend", |program| {
            program.number_pool = vec![five, number];
            program.element_sets[0].numbers.len = 2;
        });
    }
}

#[test]
fn constant_sets_have_one_form() {
    let word = |index, bits| WordRecord { index, bits };
    let with_words = |words: [WordRecord; 2]| {
        move |program: &mut Program| {
            program.word_pool.extend(words);
            program.const_sets[0].tail = List { start: 0, len: 2 };
        }
    };
    broken("constant set 0: words that do not ascend", with_words([word(8, 1), word(7, 1)]));
    broken("constant set 0: words that do not ascend", with_words([word(8, 1), word(8, 2)]));
    broken("constant set 0: a word of the head in the word pool", with_words([word(3, 1), word(8, 1)]));
    broken("constant set 0: a word without tags in the word pool", with_words([word(7, 1), word(8, 0)]));
    broken("constant set 0: tag 449 does not exist", with_words([word(7, 3), word(8, 1)]));
    broken(
        "constant set 0: tag 4294967295 does not exist",
        with_words([word(1 << 30, 1), word(u32::MAX, 1)]),
    );
    broken("constant set 0: tag 2 does not exist", |program| program.const_sets[0].head[0] |= 1 << 2);
    broken("constant set 0: tag 192 does not exist", |program| program.const_sets[0].head[3] |= 1);
}

#[test]
fn no_number_is_a_nan() {
    let nan = Number::Float(f64::NAN);
    broken("scalar 1: a NaN", |program| program.scalars[1] = ScalarRecord::Number(nan));
    broken("number pool entry 0: a NaN", |program| program.number_pool[0] = nan);
    broken("number range 0: a NaN", |program| program.number_ranges[0].upper = Some((nan, true)));
    broken("sized text 0: a NaN", |program| program.sized_texts[0].length.lower = Some((nan, true)));
}

#[test]
fn procedures_cover_the_code() {
    broken("procedure 1: its code does not begin", |program| program.procedures[1].code.start += 1);
    broken("procedure 1: it has no code", |program| program.procedures[1].code.len = 0);
    broken("procedure 3: its code reaches beyond", |program| program.procedures[3].code.len += 1);
    broken("code: instructions after the last procedure", |program| program.code.push(Op::End {}));
}

#[test]
fn registers_are_counted() {
    broken("procedure 0: it has more registers", |program| program.procedures[0].bools = 3);
    broken("procedure 0: it has more registers", |program| program.procedures[0].values = 3);
    broken("procedure 0: it has more registers", |program| program.procedures[0].sets = 3);
    broken("procedure 1, instruction 3: operand `dst`: bool register 0", |program| {
        program.procedures[1].bools = 0
    });
    broken("operand `dst`: value register 0", |program| program.procedures[1].values = 0);
    broken("operand `dst`: set register 0", |program| program.procedures[1].sets = 0);
    let mut asm = Assembler::new();
    let mut code = vec![load(); 300];
    code.push(answer());
    asm.condition(&code);
    asm.program.procedures[0].bools = 257;
    refused(asm.program, "more registers");
}

#[test]
fn operands_of_instructions_exist() {
    let bad = |op: Op, expected: &str| bad_code(ProcedureKind::Condition, &[op, load(), answer()], expected);
    bad(Op::LoadArg { dst: V0, arg: Arg(0) }, "operand `arg`: argument 0 does not exist (of 0)");
    bad(Op::LoadScalar { dst: V0, scalar: Scalar(0) }, "scalar 0 does not exist");
    bad(Op::LoadSet { dst: S0, set: ConstSet(0) }, "constant set 0 does not exist");
    let set = Elements(0);
    bad(Op::ValueIn { dst: B0, value: V0, reading: ReadingImm::Any, set }, "element set 0 does not exist");
    bad(Op::Contains { dst: B0, set: S0, tag: Tag(0) }, "tag 0 does not exist");
    bad(Op::CallCondition { dst: B0, procedure: ConditionProc(0) }, "procedure 0 is not of lower number");
    bad(Op::CallSet { dst: S0, procedure: SetProc(7) }, "procedure 7 is not of lower number");
}

#[test]
fn calls_go_to_the_right_kind_that_keeps_its_answer() {
    let program = |memo: bool, op: Op| {
        let mut asm = Assembler::new();
        asm.condition(&[load(), answer()]);
        asm.program.procedures[0].memo = memo;
        asm.condition(&[op, load(), answer()]);
        asm.program
    };
    let call = Op::CallCondition { dst: B0, procedure: ConditionProc(0) };
    assert_eq!(error(program(true, call)), "");
    refused(program(false, call), "procedure 0 is called but does not keep its answer");
    refused(program(true, Op::CallSet { dst: S0, procedure: SetProc(0) }), "procedure 0 is a condition");
    let matches =
        Op::ValueMatches { dst: B0, value: V0, reading: ReadingImm::Any, procedure: MembershipProc(0) };
    refused(program(true, matches), "procedure 0 is a condition");
    broken("procedure 2: an update keeps no answer", |program| program.procedures[2].memo = true);
}

#[test]
fn sets_and_memberships_that_are_called_keep_their_answers() {
    let mut set = Assembler::new();
    let load_set = Op::LoadSessionSet { dst: S0, field: TAGS };
    set.procedure(ProcedureKind::Set, &[load_set, Op::ReturnSet { src: S0 }]);
    set.condition(&[Op::CallSet { dst: S0, procedure: SetProc(0) }, load(), answer()]);
    let mut member = Assembler::new();
    member.membership(&[load(), answer()]);
    member.membership(&[Op::CallMembership { dst: B0, procedure: MembershipProc(0) }, answer()]);
    for Assembler { mut program, .. } in [set, member] {
        refused(program.clone(), "procedure 0 is called but does not keep its answer");
        program.procedures[0].memo = true;
        assert_eq!(error(program), "");
    }
}

#[test]
fn a_block_without_rules_begins_anywhere() {
    let mut asm = Assembler::new();
    let rule = asm.rule(true, true, None);
    let (first, last) = (asm.exact("a").rules(vec![rule]), asm.exact("b"));
    asm.block(first);
    asm.block(last);
    let mut program = built(asm.program);
    assert_eq!(error(program.clone()), "");
    program.blocks[1].rules.start = 0;
    assert_eq!(error(program), "");
}

#[test]
fn an_error_tells_what_is_wrong_and_where() {
    let mut program = sample().program;
    program.strings[1] = 0;
    let error = VerifiedProgram::new(program).unwrap_err();
    assert_eq!((error.place().as_str(), error.message()), ("string 1", "no text from byte 9 to byte 0"));
}

/// The id is that of the whole image, explanations included, with whatever settings.
#[test]
fn a_program_read_without_explanations_has_the_same_id() {
    let program = super::explanation_tests::sample().program;
    let image = VerifiedProgram::new(program).unwrap().to_image();
    let whole = VerifiedProgram::from_image(&image).unwrap();
    let without = VerifiedProgram::from_image_without_explanations(&image).unwrap();
    assert!(whole.program().explanations.are_there() && !without.program().explanations.are_there());
    let id = whole.id();
    assert_eq!(id, without.id());
    let other = Settings { fail_fast: !whole.program().settings.fail_fast, ..Settings::default() };
    let (whole, without) = (whole.with_settings(other.clone()), without.with_settings(other));
    assert!(whole.id() == without.id() && whole.id() != id);
}

#[test]
fn instructions_stand_where_they_may() {
    use ProcedureKind::*;
    bad_code(Condition, &[Op::End {}], "`end` in a condition procedure");
    bad_code(Condition, &[Op::ReturnSet { src: S0 }], "`return_set` in a condition procedure");
    bad_code(Set, &[answer()], "`return_bool` in a set procedure");
    bad_code(ResultUpdate, &[answer()], "`return_bool` in a result update procedure");
    bad_code(
        ResultUpdate,
        &[Op::StoreSession { field: TAGS, set: S0 }],
        "`store_session` in a result update",
    );
    bad_code(
        SessionUpdate,
        &[Op::StoreResult { field: TAGS, set: S0 }],
        "`store_result` in a session update",
    );
    bad_code(Condition, &[Op::StoreSession { field: TAGS, set: S0 }], "`store_session` in a condition");
    bad_code(Condition, &[Op::SubjectInSet { dst: B0, set: S0 }], "`subject_in_set` in a condition");
    let set = Elements(0);
    bad_code(Condition, &[Op::SubjectIn { dst: B0, lines: Flag(true), set }], "`subject_in` in a condition");
    let member = MembershipProc(0);
    bad_code(Set, &[Op::CallMembership { dst: B0, procedure: member }], "`call_membership` in a set");
    bad_code(
        Membership,
        &[Op::AnyMatches { dst: B0, set: S0, procedure: member }],
        "`any_matches` in a membership",
    );
    bad_code(Membership, &[Op::LoadArg { dst: V0, arg: Arg(0) }], "`load_arg` in a membership");
}

#[test]
fn blocks_link_to_procedures_of_the_right_kinds() {
    broken("block 0: procedure 1 is a condition, not a session update", |program| {
        program.blocks[0].before = Some(1)
    });
    broken("block 0: procedure 2 is a session update, not a result", |program| {
        program.blocks[0].result = Some(2)
    });
    broken("block 0: procedure 9 does not exist", |program| program.blocks[0].after = Some(9));
    broken("rule 0: procedure 0 is a membership, not a condition", |program| {
        program.rules[0].condition = Some(0)
    });
    broken("rules: the rules of the blocks are not all", |program| program.blocks[0].rules.len = 1);
    broken("block 0: its rules do not follow", |program| {
        program.blocks[0].rules = List { start: 1, len: 1 };
    });
    broken("block 0: its rules reach beyond", |program| program.blocks[0].rules.start = 1);
}

#[test]
fn nothing_reads_the_result_too_early() {
    let program = |load: Op, early: bool| {
        let mut asm = Assembler::new();
        asm.condition(&[load, self::load(), answer()]);
        asm.memo();
        let call = Op::CallCondition { dst: B0, procedure: ConditionProc(0) };
        let condition = asm.condition(&[call, answer()]);
        let update = asm.procedure(ProcedureKind::SessionUpdate, &[call, Op::End {}]);
        let rule = asm.rule(true, true, Some(condition));
        let mut block = asm.exact("t");
        if early {
            block.before = Some(update);
        } else {
            block = block.rules(vec![rule]);
        }
        asm.block(block);
        built(asm.program)
    };
    let value = Op::LoadResult { dst: V0 };
    let set = Op::LoadResultSet { dst: S0, field: TAGS };
    refused(program(value, false), "rule 0: procedure 1 reads the value of a result");
    assert_eq!(error(program(set, false)), "");
    refused(program(value, true), "block 0: procedure 2 reads the result before there is one");
    refused(program(set, true), "block 0: procedure 2 reads the result before there is one");
}

#[test]
fn frame_needs_are_those_of_the_deepest_calls() {
    let mut asm = Assembler::new();
    asm.condition(&[load(), answer()]);
    asm.memo();
    for callee in 0..99_999 {
        asm.condition(&[Op::CallCondition { dst: B1, procedure: ConditionProc(callee) }, load(), answer()]);
        asm.memo();
    }
    let verified = VerifiedProgram::new(built(asm.program)).unwrap();
    let expected = FrameNeeds { depth: 100_000, bools: 199_999, values: 0, sets: 0 };
    assert_eq!(verified.frame_needs(), expected);
}
