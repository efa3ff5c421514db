//! Sets of patterns, whatever they become, against an independent engine.

use super::tests::{parse, reference, regexes, subjects};
use super::{Automata, Budget, MatcherCache, Reason, Report, Simulation, build};
use crate::automata::Room;
use crate::bytecode::automata::{AutomataTables, TextSetId, TextSetRecord};
use crate::bytecode::program::{ElementSetRecord, PatternId, Program};
use crate::limits::Limits;
use crate::pattern::{MAX_NESTING, Pattern, PatternSyntax};
use crate::testing::{Assembler, append, on_a_small_stack};
use proptest::prelude::*;

const TABLE: usize = 256 * 1024;
const TABLES: usize = 32 * 1024 * 1024;

/// A program with one element set of these regexes.
fn program(texts: &[&str], budget: Budget) -> (Program, Report) {
    let mut asm = Assembler::new();
    let patterns = texts.iter().map(|text| asm.pattern(PatternSyntax::Regex, text)).collect();
    let patterns = append(&mut asm.program.pattern_pool, patterns);
    asm.element_set(ElementSetRecord { patterns, ..ElementSetRecord::default() });
    let mut program = asm.program;
    let report = build(&mut program, budget).unwrap();
    (program, report)
}

/// Whether a text is in the set of all patterns of `program`.
fn accepts(program: &Program, automata: &Automata, text: &str, cache: &mut MatcherCache) -> bool {
    let texts = program.automata.elements[0];
    let sets = [texts.plain, texts.line_mode].into_iter().flatten();
    sets.map(|set| automata.accepts(&program.automata, set, text, cache)).fold(false, |any, one| any | one)
}

fn load(program: &Program) -> Automata {
    Automata::load(program, &mut Room::new(&Limits::default())).unwrap()
}

/// How many entries each part of a set has.
fn parts(set: &TextSetRecord) -> [u32; 7] {
    [set.exact, set.prefixes, set.suffixes, set.pairs, set.substrings, set.dfas, set.simulated]
        .map(|list| list.len)
}

#[track_caller]
fn becomes(texts: &[&str], expected: [u32; 7]) {
    let (program, _) = program(texts, Budget::new(TABLE, TABLES));
    assert_eq!(parts(&program.automata.text_sets[0]), expected, "{texts:?}");
}

#[test]
fn patterns_become_what_is_cheapest() {
    becomes(&["a", "b", "a"], [2, 0, 0, 0, 0, 0, 0]);
    becomes(&["ab.*", "a.*", "b.*", "bc|b.*"], [1, 2, 0, 0, 0, 0, 0]);
    becomes(&[".*ab", ".*b", ".*ba"], [0, 0, 2, 0, 0, 0, 0]);
    becomes(&["a.*b", "(a|b).*c", "a.*b"], [0, 0, 0, 3, 0, 0, 0]);
    becomes(&[".*x.*"], [0, 0, 0, 0, 1, 0, 0]);
    becomes(&[".*x.*", ".*y.*", ".*(x|z).*"], [0, 0, 0, 0, 3, 0, 0]);
    becomes(&["a+", "b+", "(?i)kelvin", "[^@]+@x"], [0, 0, 0, 0, 0, 1, 0]);
    becomes(&["a+", r"\bx.*"], [0, 0, 0, 0, 0, 1, 1]);
    becomes(&["[a&&b]"], [0; 7]);
    let (program, _) = program(&["a+", "x", ".*"], Budget::new(TABLE, TABLES));
    let set = program.automata.text_sets[0];
    assert!(set.everything && parts(&set) == [0; 7] && program.automata.dfas.is_empty());
}

#[test]
fn equal_sets_are_built_once() {
    let mut asm = Assembler::new();
    let ids: Vec<PatternId> =
        ["a+", "b+"].iter().map(|text| asm.pattern(PatternSyntax::Regex, text)).collect();
    for ids in [vec![ids[0], ids[1]], vec![ids[1], ids[0], ids[1]], vec![ids[0]]] {
        let patterns = append(&mut asm.program.pattern_pool, ids);
        asm.element_set(ElementSetRecord { patterns, ..ElementSetRecord::default() });
    }
    build(&mut asm.program, Budget::new(TABLE, TABLES)).unwrap();
    let sets: Vec<_> = asm.program.automata.elements.iter().map(|texts| texts.plain).collect();
    assert_eq!(sets, [0, 0, 1].map(|id| Some(TextSetId(id))));
}

#[test]
fn the_same_patterns_give_the_same_tables() {
    let texts = ["a+b", "(?i)straße", "[^a]*x", "q.*", r"\w{3}", r"\bx"];
    let first = program(&texts, Budget::new(TABLE, TABLES));
    let again = program(&texts, Budget::new(TABLE, TABLES));
    assert_eq!((first.0.automata, first.1), (again.0.automata, again.1));
}

#[test]
fn what_is_over_the_budget_is_split_and_then_simulated() {
    let texts = ["[ab]{9}x", "[cd]{9}y", "[01]*1[01]{12}", "e+"];
    let one = |text: &str| super::union(&[&parse(text)], TABLE).unwrap().memory_usage();
    let largest = one(texts[0]).max(one(texts[1])).max(one(texts[3]));
    let (split, report) = program(&texts, Budget::new(largest, TABLES));
    assert_eq!(parts(&split.automata.text_sets[0])[5..], [3, 1]);
    let simulated: Vec<_> = report.simulated.iter().map(|one| (one.pattern.0, one.reason)).collect();
    assert_eq!(simulated, [(2, Reason::TableTooLarge)]);
    let (none, report) = program(&texts, Budget::new(TABLE, 0));
    assert_eq!(parts(&none.automata.text_sets[0])[5..], [0, 4]);
    assert!(report.simulated.iter().all(|one| one.reason == Reason::TablesTooLarge));
    let (boundary, report) = program(&[r"\bx", "x"], Budget::new(TABLE, TABLES));
    assert_eq!(parts(&boundary.automata.text_sets[0])[5..], [0, 1]);
    assert_eq!(report.simulated[0].reason, Reason::WordBoundary);
    let mut cache = MatcherCache::default();
    for program in [&split, &none] {
        let automata = load(program);
        for (text, expected) in [
            ("ababababax", true),
            ("ababababx", false),
            ("cdcdcdcdcy", true),
            ("01000000000000", true),
            ("00000000000000", false),
            ("eee", true),
            ("", false),
        ] {
            assert_eq!(accepts(program, &automata, text, &mut cache), expected, "{text}");
        }
    }
}

#[test]
fn all_tables_together_stay_within_the_budget() {
    let texts: Vec<String> = (0..40).map(|number| format!("[ab]{{{}}}x{number}+", number % 7 + 1)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let bytes = |tables: &AutomataTables| tables.dfa_transitions.len() * 2 + tables.dfa_classes.len();
    for tables in [0, 3000, TABLES] {
        let (program, report) = program(&texts, Budget::new(2000, tables));
        assert!(bytes(&program.automata) <= tables);
        assert_eq!(report.simulated.is_empty(), tables == TABLES, "{tables}");
    }
}

#[test]
fn what_is_made_when_loading_stays_within_its_limit() {
    let texts = [".*x.*", ".*yy.*", r"\bq.*", r"[01]*1[01]{40}"];
    let (program, _) = program(&texts, Budget::new(4096, TABLES));
    let load = |bytes| {
        Automata::load(&program, &mut Room::new(&Limits { automata_bytes: bytes, ..Limits::default() }))
    };
    let enough = (0..24).map(|power| 1 << power).find(|&bytes| load(bytes).is_ok()).unwrap();
    assert!(enough > 1024);
    let error = load(enough / 4).unwrap_err().to_string();
    assert!(error.contains("over the limit `automata_bytes`"), "{error}");
}

/// However little comes of them: a text can be parsed for any number of sets.
#[test]
fn parsing_counts_when_loading() {
    let text = format!(r"(?x)\bq # {}", "why ".repeat(4000));
    let (program, report) = program(&[&text], Budget::new(TABLE, TABLES));
    assert_eq!(report.simulated.len(), 1);
    let load = |bytes| {
        Automata::load(&program, &mut Room::new(&Limits { automata_bytes: bytes, ..Limits::default() }))
    };
    assert!(load(text.len() * 8).is_err());
    assert!(load(text.len() * 32).is_ok());
}

/// A table of transitions for these texts would take half a KiB for each of their bytes.
#[test]
fn the_search_for_long_texts_takes_memory_in_proportion() {
    let long = |seed: usize| -> String {
        (0..20_000).map(|at| char::from(b'0' + ((at * at + seed * at) % 73 % 70) as u8)).collect()
    };
    let quoted = |seed| format!(".*{}.*", regex_syntax::escape(&long(seed)));
    let texts = [quoted(1), quoted(2), quoted(3)];
    let (program, report) = program(&texts.each_ref().map(String::as_str), Budget::new(TABLE, TABLES));
    assert!(report.simulated.is_empty());
    let bytes = program.automata.literal_text.len();
    assert_eq!(bytes, 60_000);
    let limits = Limits { automata_bytes: bytes * 40, ..Limits::default() };
    let automata = Automata::load(&program, &mut Room::new(&limits)).unwrap();
    let mut cache = MatcherCache::default();
    let id = program.automata.elements[0].plain.unwrap();
    let mut accepts = |text: &str| automata.accepts(&program.automata, id, text, &mut cache);
    assert!(accepts(&format!("x{}y", long(2))) && !accepts(&long(4)));
}

#[test]
fn one_cache_serves_simulations_of_all_sizes() {
    let mut cache = MatcherCache::default();
    let simulations: Vec<Simulation> = ["a", r"\w{50}b?", "x|y", "(ab)*"]
        .iter()
        .map(|text| Simulation::new(&[&parse(text)], usize::MAX).unwrap())
        .collect();
    let many = [parse("a.*"), parse(".*b"), parse("")];
    let many = Simulation::new(&many.each_ref(), usize::MAX).unwrap();
    for _ in 0..3 {
        for (simulation, subject) in simulations.iter().zip(["a", &"w".repeat(50), "y", "abab"]) {
            assert!(simulation.accepts(subject, &mut cache) && !simulation.accepts("?", &mut cache));
        }
        for (subject, expected) in [("ab", vec![0, 1]), ("", vec![2]), ("b", vec![1])] {
            let mut found = Vec::new();
            many.each_match(subject, &mut cache, |pattern| found.push(pattern));
            assert_eq!(found, expected, "{subject:?}");
        }
    }
}

/// The deepest patterns that parse are built on a small stack, in debug builds too.
#[test]
fn the_nesting_limit_fits_a_small_stack() {
    on_a_small_stack(|| {
        for (open, close) in [("(", ")"), ("(?:a|", ")"), ("(?:a", ")*b"), ("[a", "]"), ("(?:[^a]*", ")*b")] {
            let nested = |depth: usize| open.repeat(depth) + "x" + &close.repeat(depth);
            let parses = |text: &String| Pattern::parse(PatternSyntax::Regex, text).is_ok();
            let deepest = (1..=MAX_NESTING as usize + 1).rev().map(nested).find(parses).unwrap();
            assert!(deepest.len() > 60, "{deepest}");
            for budget in [Budget::new(2048, TABLES), Budget::new(2048, 0)] {
                load(&program(&[&deepest, r"\bx"], budget).0);
            }
        }
    });
}

#[test]
fn a_regex_matches_whole_strings() {
    for (text, subject, expected) in [
        ("a|ab", "ab", true),
        ("a|ab", "abc", false),
        ("(?x)a #c", "a", true),
        ("(?x)a #c", "a #c", false),
        (r".*@corp\.com", "x@corp.com", true),
        (r".*@corp\.com", "x@corp.com.evil.org", false),
        (r".*@corp\.com", "x@corp.com\n", false),
        ("a$", "a\n", false),
        (".*", "a\r\n\u{2028}b", true),
        (".", "\n", true),
        ("(?-s).*", "a\nb", false),
        ("(?m)^a$", "a\nb", false),
        ("(?m)^a$.^b$", "a\nb", true),
        ("(?i)straße", "STRAßE", true),
        ("(?i)k", "\u{212a}", true),
        ("(?i).*k.*", "a\u{212a}b", true),
        ("(?i)masse.*", "MAſſE!", true),
        (r"\w+", "naïve", true),
        (r"\d", "٣", true),
        (r".*\bfoo\b.*", "a foo b", true),
        (r".*\bfoo\b.*", "éfooé", false),
        (r".*(?-u:\b)foo(?-u:\b).*", "éfooé", true),
        ("", "", true),
        ("", "a", false),
        ("a{2,3}", "aaaa", false),
        ("[^a]", "é", true),
        (".", "é", true),
        ("..", "é", false),
        ("[^@]{2,}", "é", false),
        ("[^@]{2,}", "éa", true),
        ("(?:)*", "", true),
        ("[a&&b]", "a", false),
        ("aa.*aa", "aaa", false),
        ("aa.*aa", "aaaa", true),
    ] {
        assert_eq!(reference(text).is_match(subject), expected, "{text} on {subject:?}");
        for budget in [Budget::new(TABLE, TABLES), Budget::new(TABLE, 0)] {
            let (program, _) = program(&[text], budget);
            let found = accepts(&program, &load(&program), subject, &mut MatcherCache::default());
            assert_eq!(found, expected, "{text} on {subject:?}");
        }
    }
}

#[test]
fn a_wildcard_matches_whole_strings() {
    for (text, subject, expected) in [
        ("*", "", true),
        ("*", "a\nb", true),
        ("?", "é", true),
        ("?", "", false),
        ("a*c", "abbc", true),
        ("a*c", "abbcd", false),
        ("a**?c", "abc", true),
        ("a**?c", "ac", false),
        (r"a\*c", "a*c", true),
        (r"a\*c", "abc", false),
        (r"a\?\\", r"a?\", true),
        (r#"\""#, "\"", true),
        (r"\d", r"\d", true),
        (r"\d", "5", false),
        (r"a\", r"a\", true),
        ("(a|b)", "(a|b)", true),
        ("*@*.com", "x@y.com", true),
        ("*@*.com", "x.com", false),
        ("", "", true),
    ] {
        assert_eq!(wildcard(text, subject), expected, "{text} on {subject:?}");
    }
}

fn wildcard(text: &str, subject: &str) -> bool {
    let mut asm = Assembler::new();
    let pattern = asm.pattern(PatternSyntax::Wildcard, text);
    let patterns = append(&mut asm.program.pattern_pool, vec![pattern]);
    asm.element_set(ElementSetRecord { patterns, ..ElementSetRecord::default() });
    build(&mut asm.program, Budget::new(TABLE, TABLES)).unwrap();
    accepts(&asm.program, &load(&asm.program), subject, &mut MatcherCache::default())
}

/// Regexes that are literal text and runs, and others.
fn mixed() -> impl Strategy<Value = String> {
    let of = |shape: &str| prop::string::string_regex(&shape.replace('L', "[abéAk]{1,3}")).unwrap();
    prop_oneof![
        of("L"),
        of(r"L\.\*"),
        of(r"\.\*L"),
        of(r"L\.\*L"),
        of(r"\.\*L\.\*"),
        of(r"\((a|b|é)\|L\)(\.\*)?"),
        of(r"\(\?i\)L(\.\*)?"),
        of(r"\(\?s\)\.\*L"),
        regexes(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn sets_agree_with_the_regex_crates(texts in prop::collection::vec(mixed(), 1..6), subjects in subjects()) {
        let references: Vec<_> = texts.iter().map(|text| reference(text)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut cache = MatcherCache::default();
        for budget in [Budget::new(TABLE, TABLES), Budget::new(700, 2000), Budget::new(TABLE, 0)] {
            let (program, _) = program(&texts, budget);
            let automata = load(&program);
            for subject in &subjects {
                let expected = references.iter().any(|one| one.is_match(subject.as_str()));
                let found = accepts(&program, &automata, subject, &mut cache);
                prop_assert_eq!(found, expected, "{:?} on {:?}", texts, subject);
            }
        }
    }

    #[test]
    fn wildcards_agree_with_a_naive_matcher(text in r"[ab*?é]{0,8}", subject in "[abé\n]{0,8}") {
        fn naive(pattern: &[char], subject: &[char]) -> bool {
            match pattern {
                [] => subject.is_empty(),
                ['*', rest @ ..] => (0..=subject.len()).any(|skipped| naive(rest, &subject[skipped..])),
                [head, rest @ ..] => match subject {
                    [first, after @ ..] => (*head == '?' || head == first) && naive(rest, after),
                    [] => false,
                },
            }
        }
        let characters = |text: &str| text.chars().collect::<Vec<char>>();
        prop_assert_eq!(wildcard(&text, &subject), naive(&characters(&text), &characters(&subject)));
    }

    #[test]
    fn simulations_tell_patterns_apart(texts in prop::collection::vec(regexes(), 1..4), subjects in subjects()) {
        let patterns: Vec<Pattern> = texts.iter().map(|text| parse(text)).collect();
        let simulation = Simulation::new(&patterns.iter().collect::<Vec<_>>(), usize::MAX).unwrap();
        let references: Vec<_> = texts.iter().map(|text| reference(text)).collect();
        let mut cache = MatcherCache::default();
        for subject in &subjects {
            let mut found = Vec::new();
            simulation.each_match(subject, &mut cache, |pattern| found.push(pattern));
            let expected: Vec<usize> = (0..).zip(&references).filter(|(_, one)| one.is_match(subject.as_str()))
                .map(|(number, _)| number).collect();
            prop_assert_eq!(found, expected, "{:?} on {:?}", texts, subject);
        }
    }
}
