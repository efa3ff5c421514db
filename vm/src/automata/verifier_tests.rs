//! Every promise of the verifier about automata has tables that break just it.

use super::{Budget, build, many};
use crate::bytecode::VerifiedProgram;
use crate::bytecode::automata::{LiteralId, TextSetId};
use crate::bytecode::program::{ElementSetRecord, List, PatternId, Program, StringId};
use crate::bytecode::verify::hostile;
use crate::pattern::{Pattern, PatternSyntax::Regex};
use crate::testing::{Assembler, append};

/// A program with a text set of every part, and an automaton of many patterns.
pub(crate) fn sample() -> Program {
    let mut asm = Assembler::new();
    let texts = [
        "exact",
        "other",
        "pre.*",
        "qre.*",
        ".*fix",
        ".*gix",
        "a.*b",
        "c.*d",
        ".*in.*",
        ".*out.*",
        "[xy]+z",
        r"\bword.*",
        r"[01]*1[01]{22}",
    ];
    let patterns = texts.iter().map(|text| asm.pattern(Regex, text)).collect();
    let patterns = append(&mut asm.program.pattern_pool, patterns);
    asm.element_set(ElementSetRecord { patterns, ..ElementSetRecord::default() });
    let mut program = asm.program;
    build(&mut program, Budget::new(1 << 12, 1 << 20)).unwrap();
    let parsed = ["[ab]*c", "[ab]+c", "c+"].map(|text| Pattern::parse(Regex, text).unwrap());
    many(&parsed.each_ref(), 1 << 16).unwrap().add_to(&mut program.automata).unwrap();
    program
}

#[track_caller]
fn broken(expected: &str, break_it: impl FnOnce(&mut Program)) {
    hostile::broken(sample(), expected, break_it);
}

#[test]
fn the_sample_is_valid_and_has_every_part() {
    let program = sample();
    let set = program.automata.text_sets[0];
    let lists = [set.exact, set.prefixes, set.suffixes, set.pairs, set.substrings, set.simulated];
    assert_eq!(lists.map(|list| list.len), [2; 6]);
    assert_eq!((set.dfas.len, program.automata.dfas.len()), (1, 2));
    assert!(VerifiedProgram::new(program).is_ok());
}

#[test]
fn automata_stay_within_their_tables() {
    broken("automaton 1: it reaches beyond its pool", |program| program.automata.dfas[1].classes += 1);
    broken("automaton 1: it reaches beyond its pool", |program| program.automata.dfas[1].transitions += 1);
    broken("automaton 1: it shares its part", |program| program.automata.dfas[1].states += 1);
    broken("automaton 1: it shares its part", |program| {
        program.automata.dfa_classes.pop();
    });
    broken("automaton 0: rows are longer", |program| program.automata.dfas[0].stride_log2 = 9);
    broken("automaton 0: a byte class beyond", |program| program.automata.dfa_classes[7] = 200);
    broken("automaton 0: a byte class beyond", |program| {
        program.automata.dfa_classes[7] = 1 << program.automata.dfas[0].stride_log2;
    });
    broken("automaton 0: a state that does not exist", |program| {
        let place = 1 << program.automata.dfas[0].stride_log2;
        program.automata.dfa_transitions[place] = program.automata.dfas[0].states;
    });
    broken("automaton 0: a state that does not exist", |program| {
        program.automata.dfas[0].start = program.automata.dfas[0].states;
    });
}

#[test]
fn states_are_in_order_and_final_ones_are_not_left() {
    broken("automaton 0: states that are not in order", |program| {
        program.automata.dfas[0].first_accepting = 0
    });
    broken("automaton 0: states that are not in order", |program| {
        program.automata.dfas[0].first_absorbing = program.automata.dfas[0].first_accepting - 1;
    });
    broken("automaton 0: states that are not in order", |program| {
        program.automata.dfas[0].first_absorbing = program.automata.dfas[0].states + 1;
    });
    broken("automaton 0: state 0 is left", |program| program.automata.dfa_transitions[0] = 1);
    broken("is left, and should not be", |program| {
        program.automata.dfas[1].first_absorbing = program.automata.dfas[1].first_accepting;
    });
}

#[test]
fn accept_lists_are_lists_of_patterns() {
    broken("automaton 1: 0 accept lists", |program| program.automata.dfas[1].accepts = List::default());
    broken("automaton 0: 0 accept lists", |program| program.automata.dfas[0].patterns = 1);
    broken("automaton 1: pattern", |program| program.automata.dfas[1].patterns = 1);
    broken("an accept list that does not ascend", |program| program.automata.dfa_accept_pool[..2].reverse());
    broken("an accept list that does not ascend", |program| {
        program.automata.dfa_accept_pool[1] = program.automata.dfa_accept_pool[0];
    });
    broken("an accept list that does not ascend", |program| program.automata.dfa_accepts[0].len = 0);
    broken("the accept pool", |program| program.automata.dfa_accepts[0].start = 99);
}

#[test]
fn texts_are_as_they_are_searched() {
    let swap = |list: List, program: &mut Program| {
        let start = list.start as usize;
        program.automata.literal_pool.swap(start, start + 1);
    };
    broken("text set 0: texts or patterns that do not", |program| {
        swap(program.automata.text_sets[0].exact, program)
    });
    broken("text set 0: texts or patterns that do not", |program| {
        swap(program.automata.text_sets[0].prefixes, program)
    });
    broken("text set 0: texts or patterns that do not", |program| {
        swap(program.automata.text_sets[0].suffixes, program)
    });
    broken("text set 0: texts or patterns that do not", |program| program.automata.simulated.reverse());
    // Twice the same.
    broken("text set 0: texts or patterns that do not", |program| {
        let start = program.automata.text_sets[0].exact.start as usize;
        program.automata.literal_pool[start + 1] = program.automata.literal_pool[start];
    });
    broken("text set 0: texts or patterns that do not", |program| {
        program.automata.simulated[1] = program.automata.simulated[0];
    });
    // `pr` and `pre`
    broken("text set 0: texts or patterns that do not", |program| {
        let automata = &mut program.automata;
        let first = automata.literal_pool[automata.text_sets[0].prefixes.start as usize].0 as usize;
        automata.literals.insert(first, automata.literals[first] - 1);
        let pool = automata.literal_pool.iter_mut();
        pool.filter(|id| id.0 as usize > first).for_each(|id| id.0 += 1);
        let start = automata.text_sets[0].prefixes.start as usize;
        let long = automata.literals.len() as u32;
        automata.literal_text.push_str("prx");
        automata.literals.push(automata.literal_text.len() as u32);
        automata.literal_pool[start + 1] = LiteralId(long);
    });
    broken("literal 0: no text", |program| program.automata.literals[0] = 99_999);
    broken("text after the last one", |program| program.automata.literal_text.push('x'));
    broken("literal pool entry 0: literal 999", |program| program.automata.literal_pool[0] = LiteralId(999));
    broken("literal pair 1: literal 999", |program| program.automata.literal_pairs[1].1 = LiteralId(999));
    broken("texts that too many sets share", |program| {
        let longest = program.automata.literal_pool[0];
        program.automata.literal_pool.extend(vec![longest; 1000]);
    });
}

#[test]
fn sets_lie_within_their_pools_and_share_nothing() {
    broken("a list reaches beyond the literal pool", |program| {
        program.automata.text_sets[0].substrings.len += 99
    });
    broken("the lists of the literal pair pool are longer", |program| {
        let set = program.automata.text_sets[0];
        program.automata.text_sets.push(set);
        program.automata.literal_pool.extend_from_within(..);
        program.automata.text_sets[1].simulated.len = 0;
    });
    broken("a list reaches beyond the automaton pool", |program| {
        program.automata.text_sets[0].dfas.start = 2
    });
    broken("text set 7 does not exist", |program| {
        program.automata.elements[0].line_mode = Some(TextSetId(7))
    });
    broken("texts of element sets: 2 of them, where 1", |program| {
        let texts = program.automata.elements[0];
        program.automata.elements.push(texts);
    });
    broken("texts of sized texts: 1 of them, where 0", |program| {
        program.automata.sized.push(Default::default())
    });
}

#[test]
fn simulated_patterns_are_patterns() {
    broken("simulated pattern 1: pattern 99", |program| program.automata.simulated[1] = PatternId(99));
    broken("simulated pattern 0: unclosed", |program| {
        program.text.push_str("(x");
        program.strings.push(u32::try_from(program.text.len()).unwrap());
        let text = StringId(u32::try_from(program.strings.len()).unwrap() - 1);
        let id = program.automata.simulated[0].0 as usize;
        program.patterns[id].text = text;
    });
}
