//! Programs that break one promise each: the verifier refuses them and names it. Where steps check it again, they stop a
//! program that went past the verifier (`exec/checked/tests.rs`).
//!
//! A promise without a program here fails a test.

use super::promises::Promise;
use super::{FrameNeeds, VerifiedProgram};
use crate::bytecode::explanations::ConditionRecord;
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::*;
use crate::number::Number;
use crate::testing::code::*;
use crate::testing::{Assembler, automata_sample, built};
use std::collections::BTreeSet;
use std::sync::Arc;

use super::{dispatch_tests, explanation_tests, tests};

/// The program is refused with this message; the name of the promise is at its end.
#[track_caller]
pub(crate) fn refused(program: Program, expected: &str) {
    let error = VerifiedProgram::new(program).err().map_or_else(String::new, |error| error.to_string());
    assert!(error.contains(expected), "expected `{expected}`, got `{error}`");
}

/// A program that was fine, broken in one way, is refused with this message.
#[track_caller]
pub(crate) fn broken(mut program: Program, expected: &str, break_it: impl FnOnce(&mut Program)) {
    break_it(&mut program);
    refused(program, expected);
}

/// A program that breaks a promise.
pub(crate) struct Hostile {
    pub(crate) promise: Promise,
    /// A part of the message.
    message: &'static str,
    pub(crate) program: Program,
    /// Whether a call of the tool `t` comes upon it.
    pub(crate) runs: bool,
}

/// All of them.
#[derive(Default)]
struct Table {
    rows: Vec<Hostile>,
}

impl Table {
    /// A program that was fine, broken in one way.
    fn broken(
        &mut self,
        promise: Promise,
        message: &'static str,
        mut program: Program,
        break_it: impl FnOnce(&mut Program),
    ) {
        break_it(&mut program);
        self.rows.push(Hostile { promise, message, program, runs: false });
    }

    /// A program that a call comes upon: a rule with this condition, after whatever else the assembler has.
    fn rule(&mut self, promise: Promise, message: &'static str, asm: Assembler, code: &[Op]) {
        self.run(promise, message, with_rule(asm, code), |_| {});
    }

    /// A program that a call comes upon, broken in one way.
    fn run(
        &mut self,
        promise: Promise,
        message: &'static str,
        mut program: Program,
        break_it: impl FnOnce(&mut Program),
    ) {
        break_it(&mut program);
        self.rows.push(Hostile { promise, message, program, runs: true });
    }
}

/// A program with a rule for the tool `t`.
fn with_rule(mut asm: Assembler, code: &[Op]) -> Program {
    let condition = asm.condition(code);
    let rule = asm.rule(true, true, Some(condition));
    let block = asm.exact("t").rules(vec![rule]);
    asm.block(block);
    built(asm.program)
}

/// A program with a pattern that has an automaton, which is asked about an argument.
fn with_pattern() -> Program {
    let mut asm = Assembler::new();
    let (arg, set) = (asm.arg("x"), asm.regex_set("[ab]*c"));
    let code = [
        Op::LoadArg { dst: V0, arg },
        Op::ValueIn { dst: B0, value: V0, reading: ReadingImm::Any, set },
        ANSWER,
    ];
    with_rule(asm, &code)
}

/// A program whose `session after` asks a condition about an argument.
fn with_late_argument() -> Program {
    let mut asm = Assembler::new();
    let (arg, set) = (asm.arg("x"), asm.string_set(&["a"]));
    let value_in = Op::ValueIn { dst: B0, value: V0, reading: ReadingImm::Any, set };
    let code = [Op::LoadArg { dst: V0, arg }, value_in, Op::End {}];
    let after = asm.procedure(ProcedureKind::SessionUpdate, &code);
    let mut block = asm.exact("t");
    block.after = Some(after);
    asm.block(block);
    built(asm.program)
}

fn tables(table: &mut Table) {
    use Promise::*;
    let sample = || tests::sample().program;
    const FAR: List = List { start: 9, len: 9 };
    table.broken(StringsLieInText, "string 1: no text", sample(), |program| program.strings[1] = 0);
    table.broken(TableIdsInRange, "file 0: string 99", sample(), |program| program.files[0] = StringId(99));
    table.broken(ListsLieInPools, "constant set 0: a list reaches beyond", sample(), |program| {
        program.const_sets[0].tail = FAR;
    });
    // An empty list has to lie somewhere, too.
    table.broken(ListsLieInPools, "block 1: its rules reach beyond", dispatch_tests::sample(), |program| {
        program.blocks[1].rules.start = 1;
    });
    table.broken(PoolsAreNotShared, "the lists of the number range pool", sample(), |program| {
        program.element_sets[0].floats = program.element_sets[0].ints;
    });
    table.broken(NamesAreFound, "tag 0: its hash table", sample(), |program| program.names.slots.fill(9));
    let mut star = Assembler::new();
    star.tag("*");
    table.broken(NoTagIsStar, "`*` is no tag", built(star.program), |_| {});
    table.broken(ToolsAreListed, "is not in the list of tools", sample(), |program| {
        program.blocks[0].tool = ToolRecord::Exact(StringId(0));
    });
    table.broken(ConstSetsHaveOneForm, "constant set 0: tag 2 does not exist", sample(), |program| {
        program.const_sets[0].head[0] |= 1 << 2;
    });
    table.broken(SetsAreSorted, "strings that do not ascend", sample(), |program| {
        program.string_pool.swap(0, 1);
    });
    table.broken(NoNumberIsNan, "number pool entry 0: a NaN", sample(), |program| {
        program.number_pool[0] = Number::Float(f64::NAN);
    });
    table.broken(PlacesCountFrom1, "position 0: lines and columns", sample(), |program| {
        program.positions[0].line = 0;
    });
    table.broken(CodePositionsAscend, "code positions: they do not ascend", sample(), |program| {
        program.code_positions[1].0 = 0;
    });
}

fn automata(table: &mut Table) {
    use Promise::*;
    let sample = automata_sample;
    // The automaton of the call's pattern goes where it should not.
    table.run(DfaTablesClosed, "automaton 0: a state that does not exist", with_pattern(), |program| {
        program.automata.dfa_transitions.fill(program.automata.dfas[0].states);
    });
    table.run(DfaFinalStatesStay, "automaton 0: state 0 is left", with_pattern(), |program| {
        let row = 1 << program.automata.dfas[0].stride_log2;
        program.automata.dfa_transitions[..row].fill(1);
    });
    table.broken(DfaAcceptsComplete, "accept list that does not ascend", sample(), |program| {
        program.automata.dfa_accept_pool[..2].reverse();
    });
    table.broken(TextSetsSorted, "text set 0: texts or patterns that do not", sample(), |program| {
        program.automata.simulated.reverse();
    });
    table.broken(EverySetHasTexts, "texts of element sets: 0 of them", sample(), |program| {
        program.automata.elements.clear();
    });
    table.broken(PatternsParse, "simulated pattern 0: unclosed", sample(), |program| {
        let id = program.automata.simulated[0].0 as usize;
        let end = program.strings[program.patterns[id].text.0 as usize] as usize;
        program.text.replace_range(end - 2..end, "(x");
    });
    table.broken(PoolsAreNotShared, "texts that too many sets share", sample(), |program| {
        let longest = program.automata.literal_pool[0];
        program.automata.literal_pool.extend(vec![longest; 1000]);
    });
}

fn dispatch(table: &mut Table) {
    use Promise::*;
    let sample = dispatch_tests::sample;
    table.broken(BlocksInOrder, "priorities that do not ascend", sample(), |program| {
        program.dispatch.order.swap(0, 1);
    });
    table.broken(DispatchComplete, "a block that no tool leads to", sample(), |program| {
        program.dispatch.targets[0].len = 2;
    });
    table.broken(DispatchTextsSorted, "prefix: texts that do not ascend", sample(), |program| {
        program.dispatch.prefixes.swap(1, 2);
    });
    table.broken(AffixParents, "prefix 2: another text is its parent", sample(), |program| {
        program.dispatch.prefixes[2].parent = Some(0);
    });
    table.broken(AutomataHaveTargets, "targets for", sample(), |program| {
        program.dispatch.automata[0].targets.len -= 1;
    });
}

fn procedures(table: &mut Table) {
    use Promise::*;
    let sample = || tests::sample().program;
    let new = Assembler::new;
    table.broken(ProceduresCoverCode, "procedure 1: its code does not begin", sample(), |program| {
        program.procedures[1].code.start += 1;
    });
    table.run(
        RegistersAreFew,
        "more registers than it can use",
        with_rule(new(), &[LOAD, ANSWER]),
        |program| {
            program.procedures[0].values = 3;
        },
    );
    let store = [Op::LoadSessionSet { dst: S0, field: TAGS }, Op::StoreSession { field: TAGS, set: S0 }];
    table.rule(
        InstructionsFitKinds,
        "`store_session` in a condition procedure",
        new(),
        &[&store[..], &[LOAD, ANSWER]].concat(),
    );
    table.run(
        RegistersInRange,
        "bool register 0 does not exist",
        with_rule(new(), &[LOAD, ANSWER]),
        |program| {
            program.procedures[0].bools = 0;
        },
    );
    let scalar = Op::LoadScalar { dst: V0, scalar: Scalar(9) };
    table.rule(OperandsInRange, "scalar 9 does not exist", new(), &[scalar, LOAD, ANSWER]);
    let call = [Op::CallCondition { dst: B0, procedure: ConditionProc(0) }, ANSWER];
    let program = with_rule(new(), &call);
    table.run(CallsGoDown, "procedure 0 is not of lower number", program, |program| {
        program.procedures[0].memo = true;
    });
    let mut asm = new();
    asm.procedure(
        ProcedureKind::Set,
        &[Op::LoadSessionSet { dst: S0, field: TAGS }, Op::ReturnSet { src: S0 }],
    );
    asm.memo();
    table.rule(CalleesFit, "procedure 0 is a set", asm, &call);
    let mut asm = new();
    asm.condition(&[LOAD, ANSWER]);
    table.rule(CalleesKeepAnswers, "procedure 0 is called but does not keep its answer", asm, &call);
}

fn flow(table: &mut Table) {
    use Promise::*;
    let new = Assembler::new;
    let jump = [LOAD, Op::Jump { to: Target(0) }, ANSWER];
    table.rule(JumpsGoForward, "instruction 0 is not further on", new(), &jump);
    // What stands behind it is another procedure.
    let mut falling = with_rule(new(), &[LOAD, LOAD]);
    let mut behind = Assembler::new();
    behind.condition(&[LOAD, ANSWER]);
    let behind = behind.program;
    falling.procedures.push(ProcedureRecord { code: List { start: 2, len: 2 }, ..behind.procedures[0] });
    falling.code.extend(behind.code);
    table.run(ProceduresAreLeft, "does not leave the procedure", falling, |_| {});
    table.rule(RegistersWrittenFirst, "bool register 0 is read but not written", new(), &[ANSWER]);
    let pattern = [Op::LoadPattern { dst: S0 }, Op::IsEmpty { dst: B0, set: S0 }, ANSWER];
    table.rule(PatternSetsConfined, "set register 0 may hold a pattern set", new(), &pattern);
    let load = Op::LoadSessionSet { dst: S0, field: TAGS };
    let store = Op::StoreSession { field: TAGS, set: S0 };
    let mut asm = new();
    let twice = asm.procedure(ProcedureKind::SessionUpdate, &[load, store, store, Op::End {}]);
    let mut block = asm.exact("t");
    block.after = Some(twice);
    asm.block(block);
    table.run(RegistersWrittenFirst, "set register 0 is read but not written", built(asm.program), |_| {});
}

fn links(table: &mut Table) {
    use Promise::*;
    let sample = || tests::sample().program;
    let new = Assembler::new;
    table.broken(RulesBelongToBlocks, "the rules of the blocks are not all", sample(), |program| {
        program.blocks[0].rules.len = 1;
    });
    table.run(EntriesFit, "procedure 0 is a membership", with_rule(new(), &[LOAD, ANSWER]), |program| {
        program.procedures[0].kind = ProcedureKind::Membership;
    });
    let result = [Op::LoadResult { dst: V0 }, LOAD, ANSWER];
    table.rule(ResultNotReadEarly, "procedure 0 reads the value of a result", new(), &result);
    table.run(LateArgsComplete, "late argument 0: its value", with_late_argument(), |program| {
        program.late_args[0] = false;
    });
}

fn explanations(table: &mut Table) {
    use Promise::*;
    let sample = || explanation_tests::sample().program;
    table.broken(ExplanationsComplete, "explained rules: 0 rows", sample(), |program| {
        program.explanations.rules.clear();
    });
    let record = [LOAD, Op::Record { src: B0, slot: Slot(0) }, ANSWER];
    let message = "does not belong to explanations";
    table.rule(ExplanationsApart, message, Assembler::new(), &record);
    table.broken(ConditionPartsDescend, "a part does not come before it", sample(), |program| {
        let ConditionRecord { parts, .. } = program.explanations.conditions[1];
        program.explanations.slots[parts.start as usize] = 1;
    });
    table.broken(ConditionsStandOnce, "a condition that stands elsewhere", sample(), |program| {
        program.explanations.slots[1] = 0;
    });
}

/// Programs that break promises, each of them by some.
pub(crate) fn hostile() -> Vec<Hostile> {
    let mut table = Table::default();
    for part in [tables, automata, dispatch, procedures, flow, links, explanations] {
        part(&mut table);
    }
    table.rows
}

#[cfg(debug_assertions)]
impl VerifiedProgram {
    /// A program that nobody looked at, with room for frames of any kind.
    pub(crate) fn unverified(program: Program) -> VerifiedProgram {
        let needs = FrameNeeds { depth: 99, bools: 999, values: 999, sets: 999 };
        VerifiedProgram { program: Arc::new(program), needs, id: None, unread: None }
    }
}

#[test]
fn every_promise_has_a_program_that_breaks_it_and_is_refused() {
    let mut tested = BTreeSet::new();
    for Hostile { promise, message, program, .. } in hostile() {
        let name = promise.name();
        let Err(error) = VerifiedProgram::new(program) else {
            panic!("{name} is broken, and nobody noticed")
        };
        assert_eq!(error.promise().name(), name, "{error}");
        assert!(error.to_string().contains(message), "{name}: {error}");
        assert!(error.to_string().ends_with(&format!("(`{name}`)")), "{error}");
        tested.insert(promise);
    }
    let missing: Vec<_> = Promise::ALL.iter().filter(|promise| !tested.contains(promise)).collect();
    assert!(missing.is_empty(), "no program breaks {missing:?}");
}

#[test]
fn promises_are_told_apart_and_explained() {
    let names: BTreeSet<_> = Promise::ALL.iter().map(|promise| promise.name()).collect();
    assert_eq!(names.len(), Promise::ALL.len());
    for promise in Promise::ALL {
        assert!(promise.text().ends_with('.') && promise.relied_on_by().ends_with('.'), "{promise:?}");
        assert!(
            !format!("{}{}", promise.text(), promise.relied_on_by()).contains(['|', '\n']),
            "{promise:?}"
        );
    }
}
