//! Every promise about dispatch has tables that break just it.

use super::{VerifiedProgram, hostile};
use crate::bytecode::automata::{DfaId, LiteralId};
use crate::bytecode::dispatch::{Find, PairRecord, SubstringRecord, ToolEngine};
use crate::bytecode::program::{List, PatternId, PriorityRecord, Program};
use crate::testing::{Assembler, built};

/// A program with something in every table: two tools, patterns of all kinds.
pub(super) fn sample() -> Program {
    let mut asm = Assembler::new();
    let tools = ["a.*", "ab.*", ".*b", ".*cb", "x.*y", ".*mid.*", ".*out.*", "x[0-9]+", "y[0-9]+", r"\bw"];
    for tool in tools {
        let block = asm.regex(tool);
        asm.block(block);
    }
    for tool in ["one", "two", "one"] {
        let block = asm.exact(tool);
        asm.block(block);
    }
    let high = asm.exact("one").priority(5);
    asm.block(high);
    built(asm.program)
}

#[track_caller]
fn broken(expected: &str, break_it: impl FnOnce(&mut Program)) {
    hostile::broken(sample(), expected, break_it);
}

#[test]
fn the_sample_is_valid_and_has_every_part() {
    let program = sample();
    let tables = &program.dispatch;
    assert_eq!((tables.targets.len(), tables.substrings.len(), tables.automata.len()), (12, 2, 2));
    assert!(
        tables.prefixes.iter().chain(&tables.suffixes).filter(|affix| affix.parent.is_some()).count() > 4
    );
    assert!(tables.automata.iter().any(|row| matches!(row.engine, ToolEngine::Simulated(_))));
    assert!(VerifiedProgram::new(program).is_ok());
}

#[test]
fn blocks_are_in_the_order_of_updates_and_each_once() {
    broken("order of blocks: it does not have every block once", |program| {
        program.dispatch.order.pop();
    });
    broken("order of blocks: a block that does not exist", |program| program.dispatch.order[0] = 99);
    broken("order of blocks: priorities that do not ascend", |program| program.dispatch.order.swap(0, 1));
    broken("order of blocks: priorities that do not ascend", |program| program.dispatch.order[1] = 0);
    broken("order of blocks: priorities that do not ascend", |program| {
        program.blocks[3].priority = PriorityRecord::Preset(1);
    });
}

#[test]
fn a_block_is_found_by_its_tool_and_by_nothing_else() {
    broken("targets: there are fewer than tools", |program| program.dispatch.targets.truncate(1));
    broken("target 0: a list reaches beyond", |program| program.dispatch.targets[0].len = 99);
    broken("target 0: places that do not ascend", |program| program.dispatch.places.swap(0, 1));
    broken("target 0: places that do not ascend", |program| {
        program.dispatch.places[1] = program.dispatch.places[0];
    });
    broken("target 1: place 99 does not exist", |program| program.dispatch.places[3] = 99);
    broken("the lists of the place pool are longer", |program| {
        program.dispatch.targets.push(List { start: 0, len: 1 });
    });
    broken("target 1: the block at place 10 is about other tools", |program| {
        program.dispatch.targets[1] = program.dispatch.targets[0];
    });
    broken("target 2: the block at place 11 is about other tools", |program| {
        program.dispatch.targets[2] = program.dispatch.targets[1];
    });
    broken("target 3: place 0 is in two lists", |program| {
        program.dispatch.targets[3] = program.dispatch.targets[2];
    });
    broken("targets: a block that no tool leads to", |program| program.dispatch.targets[0].len = 2);
}

#[test]
fn what_is_known_of_a_tool_is_all_that_names_it_and_patterns() {
    let known = sample().dispatch.known;
    assert!(known.len() == 2 && known.iter().all(|list| list.len > 0), "{known:?}");
    broken("known tools: there are more or fewer than tools", |program| {
        program.dispatch.known.pop();
    });
    broken("known tools: there are more or fewer than tools", |program| {
        program.dispatch.known.push(List::default());
    });
    broken("known tool 0: a list reaches beyond", |program| program.dispatch.known[0].len = 99);
    broken("known tool 1: the lists of the known place pool are longer", |program| {
        program.dispatch.known[1] = List { start: 0, len: program.dispatch.known_places.len() as u32 };
    });
    broken("known tool 0: places that do not ascend", |program| program.dispatch.known_places.swap(0, 1));
    broken("known tool 0: a block of the tool is missing", |program| program.dispatch.known[0].len -= 1);
    broken("known tool 0: the block at place 99 is about other tools", |program| {
        let last = program.dispatch.known[0].len as usize - 1;
        program.dispatch.known_places[last] = 99;
    });
    broken("is about other tools", |program| program.dispatch.known.swap(0, 1));
}

#[test]
fn texts_are_in_the_order_in_which_they_are_searched() {
    broken("prefix 1: literal 9999", |program| program.dispatch.prefixes[1].text = LiteralId(9999));
    broken("prefix: texts that do not ascend", |program| program.dispatch.prefixes.swap(1, 2));
    broken("prefix: texts that do not ascend", |program| {
        program.dispatch.prefixes[1] = program.dispatch.prefixes[0];
    });
    broken("suffix: texts that do not ascend", |program| program.dispatch.suffixes.swap(1, 2));
    broken("prefix 2: another text is its parent", |program| program.dispatch.prefixes[2].parent = Some(0));
    broken("prefix 2: another text is its parent", |program| program.dispatch.prefixes[2].parent = Some(2));
    broken("suffix 2: another text is its parent", |program| program.dispatch.suffixes[2].parent = None);
    broken("pairs: they do not ascend", |program| program.dispatch.pairs.swap(0, 1));
    broken("pairs: they do not ascend", |program| {
        let pairs = &mut program.dispatch.pairs;
        pairs[1] = PairRecord { finds: List::default(), ..pairs[0] };
    });
    broken("pair 0: prefix 99", |program| program.dispatch.pairs[0].prefix = 99);
    broken("pair 0: suffix 99", |program| program.dispatch.pairs[0].suffix = 99);
    broken("pair 0: a list reaches beyond", |program| program.dispatch.pairs[0].finds.start = 99);
    broken("substrings: texts that do not ascend", |program| program.dispatch.substrings.swap(0, 1));
    broken("substrings: texts that do not ascend", |program| {
        let substrings = &mut program.dispatch.substrings;
        substrings[1] = SubstringRecord { finds: List::default(), ..substrings[0] };
    });
    broken("substring 0: an empty text", |program| {
        program.dispatch.substrings[0].text = program.dispatch.prefixes[0].text;
    });
    broken("substring 1: the lists of the find pool", |program| {
        program.dispatch.substrings[0].finds = List { start: 0, len: 2 };
    });
}

#[test]
fn what_is_found_exists() {
    broken("find 0: target 99", |program| program.dispatch.finds[0] = Find::Target(99));
    broken("find 0: automaton 99", |program| program.dispatch.finds[0] = Find::Automaton(99));
    broken("automaton target 0: target 99", |program| program.dispatch.automaton_targets[0] = 99);
    let simulated = |program: &mut Program, engine| {
        let row =
            program.dispatch.automata.iter().position(|row| matches!(row.engine, ToolEngine::Simulated(_)));
        program.dispatch.automata[row.unwrap()].engine = engine;
    };
    broken("automaton of tools 0: pattern 99", |program| {
        simulated(program, ToolEngine::Simulated(PatternId(99)))
    });
    broken("automaton of tools 0: automaton 99", |program| simulated(program, ToolEngine::Dfa(DfaId(99))));
    broken("automaton of tools 0: 1 targets for 2 patterns", |program| {
        simulated(program, ToolEngine::Dfa(DfaId(0)))
    });
    broken("0 targets for 0 patterns", |program| {
        let dfa = |engine| match engine {
            ToolEngine::Dfa(id) => Some(id.0 as usize),
            ToolEngine::Simulated(_) => None,
        };
        let mut rows = program.dispatch.automata.iter_mut();
        let (row, id) = rows.find_map(|row| dfa(row.engine).map(|id| (row, id))).unwrap();
        row.targets = List::default();
        (program.automata.dfas[id].patterns, program.automata.dfas[id].accepts) = (0, List::default());
    });
    broken("automaton of tools 0: unclosed group", |program| {
        let text = program.patterns[9].text.0 as usize;
        let at = program.strings[text] as usize - 3;
        program.text.replace_range(at..at + 3, "((a");
    });
}
