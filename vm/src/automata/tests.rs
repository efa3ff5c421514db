//! Tables against an independent engine.

use super::Dfa;
use super::determinise::{NoTable, many, union};
use super::table::Table;
use crate::bytecode::automata::AutomataTables;
use crate::pattern::{Pattern, PatternSyntax};
use proptest::prelude::*;
use regex_automata::meta;
use regex_syntax::hir::{Hir, Look};

const BUDGET: usize = 256 * 1024;

pub(super) fn parse(text: &str) -> Pattern {
    Pattern::parse(PatternSyntax::Regex, text).unwrap()
}

/// The whole-string pattern in another engine.
pub(super) fn reference(text: &str) -> meta::Regex {
    let parsed = regex_syntax::ParserBuilder::new().dot_matches_new_line(true).build().parse(text).unwrap();
    let whole = Hir::concat(vec![Hir::look(Look::Start), parsed, Hir::look(Look::End)]);
    meta::Regex::builder().build_from_hir(&whole).unwrap()
}

/// Regexes that parse, over a small alphabet with a line end and characters of two and three bytes.
pub(super) fn regexes() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a",
        "b",
        "é",
        ".",
        "\\n",
        "[ab]",
        "[^a]",
        "[^é]",
        "\\w",
        "\\W",
        "^",
        "$",
        "(?m:^)",
        "(?m:$)",
        "\\b",
        "\\B",
        "(?-u:\\b)",
        "(?i:A)",
        "(?i:k)",
        "(?-s:.)",
        "ab",
        "",
        ".*",
        "[^a]*",
        "[^é]+",
        "(?-s:.)*",
        "[a&&b]",
    ]);
    leaf.prop_map(|leaf| format!("(?:{leaf})")).prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
            (inner, prop::sample::select(vec!["*", "+", "?", "{2}", "{1,2}", "*?", "{2,}"]))
                .prop_map(|(part, times)| format!("(?:{part}){times}")),
        ]
    })
}

pub(super) fn subjects() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[abéAk\u{212a}€\n]{0,6}|[ab]{7,20}", 1..8)
}

fn tables(table: &Table) -> AutomataTables {
    let mut tables = AutomataTables::default();
    // Something before it, so that nothing begins at 0.
    union(&[&parse("x+")], BUDGET).unwrap().add_to(&mut tables).unwrap();
    many(&[&parse("y.*"), &parse("y")], BUDGET).unwrap().add_to(&mut tables).unwrap();
    table.add_to(&mut tables).unwrap();
    tables
}

fn last(tables: &AutomataTables) -> Dfa<'_> {
    let id = u32::try_from(tables.dfas.len()).unwrap() - 1;
    Dfa::new(tables, crate::bytecode::automata::DfaId(id)).unwrap()
}

#[test]
fn tables_are_minimal_and_numbered_in_order() {
    for (text, states, classes) in [
        // Dead, before, and what is left.
        ("a.*", 3, 2),
        // Never left once found.
        (".*ab.*", 4, 3),
        (".*", 2, 1),
        ("[a&&b]", 1, 1),
        ("", 2, 1),
        ("ab|cb", 4, 3),
        ("(?i)ab", 4, 3),
        ("[^@]*@[^@]*", 3, 2),
    ] {
        let table = union(&[&parse(text)], BUDGET).unwrap();
        let tables = tables(&table);
        let record = tables.dfas.last().unwrap();
        assert_eq!((usize::from(record.states), table.width), (states, classes), "{text}");
        assert!(record.first_accepting <= record.first_absorbing && record.first_absorbing <= record.states);
    }
}

#[test]
fn what_no_table_can_tell_is_named() {
    assert_eq!(union(&[&parse(r"a\bb")], BUDGET), Err(NoTable::WordBoundary));
    assert_eq!(union(&[&parse(r"[01]*1[01]{22}")], BUDGET), Err(NoTable::TooLarge));
    assert_eq!(many(&[&parse(r"a"), &parse(r"\w{200}")], 4096), Err(NoTable::TooLarge));
    let table = union(&[&parse("[ab]{9}")], BUDGET).unwrap();
    assert!(union(&[&parse("[ab]{9}")], table.memory_usage()).is_ok());
    assert_eq!(union(&[&parse("[ab]{9}")], table.memory_usage() - 1), Err(NoTable::TooLarge));
}

#[test]
fn an_automaton_of_many_tells_which() {
    let patterns = ["a.*", ".*b", ".*", "ab", "[^a]*", "b{2}"].map(parse);
    let table = many(&patterns.each_ref(), BUDGET).unwrap();
    let tables = tables(&table);
    let dfa = last(&tables);
    for (text, expected) in [
        ("", vec![2, 4]),
        ("a", vec![0, 2]),
        ("ab", vec![0, 1, 2, 3]),
        ("bb", vec![1, 2, 4, 5]),
        ("aé\n", vec![0, 2]),
    ] {
        assert_eq!(dfa.matches(text), expected, "{text:?}");
        assert!(dfa.accepts(text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn tables_agree_with_the_regex_crates(texts in prop::collection::vec(regexes(), 1..4), subjects in subjects()) {
        let patterns: Vec<Pattern> = texts.iter().map(|text| parse(text)).collect();
        let patterns: Vec<&Pattern> = patterns.iter().collect();
        let references: Vec<meta::Regex> = texts.iter().map(|text| reference(text)).collect();
        let Ok(united) = union(&patterns, BUDGET) else { return Ok(()) };
        let united = tables(&united);
        // Which of them match takes more states than whether one does.
        let Ok(each) = many(&patterns, BUDGET) else { return Ok(()) };
        let each = tables(&each);
        for subject in &subjects {
            let expected: Vec<u32> = (0..).zip(&references).filter(|(_, one)| one.is_match(subject.as_str()))
                .map(|(number, _)| number).collect();
            prop_assert_eq!(last(&each).matches(subject), &*expected, "{:?} on {:?}", texts, subject);
            prop_assert_eq!(last(&united).accepts(subject), !expected.is_empty(), "{:?} on {:?}", texts, subject);
        }
    }
}
