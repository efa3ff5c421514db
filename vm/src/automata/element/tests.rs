//! Element sets, kind by kind.

use super::{ElementSet, has_line_end};
use crate::automata::{Automata, Budget, MatcherCache, Room, build};
use crate::bytecode::operand::Elements;
use crate::bytecode::program::{
    ElementSetRecord, List, PatternId, PatternRecord, Program, RangeRecord, SizedTextRecord, StringId,
    TextRecord,
};
use crate::limits::Limits;
use crate::number::Number::{self, Float, Int};
use crate::pattern::PatternSyntax::Regex;
use crate::value::Leaf;
use proptest::prelude::*;

fn all<T>(pool: &[T]) -> List {
    List { start: 0, len: u32::try_from(pool.len()).unwrap() }
}

fn range<T>(lower: Option<(T, bool)>, upper: Option<(T, bool)>) -> RangeRecord<T> {
    RangeRecord { lower, upper }
}

fn add_string(program: &mut Program, text: &str) -> StringId {
    program.text.push_str(text);
    program.strings.push(u32::try_from(program.text.len()).unwrap());
    StringId(u32::try_from(program.strings.len()).unwrap() - 1)
}

fn add_pattern(program: &mut Program, text: &str) -> PatternId {
    let text = add_string(program, text);
    program.patterns.push(PatternRecord { syntax: Regex, text });
    PatternId(u32::try_from(program.patterns.len()).unwrap() - 1)
}

/// A program with an element set of everything that its pools have.
struct Matcher {
    program: Program,
    automata: Automata,
}

fn matcher(program: &Program, record: ElementSetRecord) -> Matcher {
    let mut program = program.clone();
    let record = ElementSetRecord {
        strings: all(&program.string_pool),
        numbers: all(&program.number_pool),
        dates: all(&program.date_ranges),
        sized: all(&program.sized_texts),
        patterns: all(&program.pattern_pool),
        ..record
    };
    let mut strings = program.string_pool.clone();
    strings.sort_by_key(|&id| program.string(id).unwrap().to_owned());
    program.string_pool = strings;
    program.number_pool.sort_by(|a, b| a.partial_cmp(b).unwrap());
    program.element_sets.push(record);
    build(&mut program, Budget::new(1 << 18, 1 << 25)).unwrap();
    let automata = Automata::load(&program, &mut Room::new(&Limits::default())).unwrap();
    Matcher { program, automata }
}

fn accepted(matcher: &Matcher, leaves: &[Leaf<'_>], lines: bool) -> Vec<bool> {
    let set = ElementSet::new(&matcher.program, &matcher.automata, Elements(0)).unwrap();
    let mut cache = MatcherCache::default();
    leaves.iter().map(|leaf| set.accepts(*leaf, lines, &mut cache)).collect()
}

#[test]
fn nothing_anything_and_bools() {
    let leaves = [Leaf::Null, Leaf::Bool(true), Leaf::Bool(false), Leaf::Number(Int(1)), Leaf::Str("*")];
    let of = |record| accepted(&matcher(&Program::default(), record), &leaves, true);
    assert_eq!(of(ElementSetRecord::default()), [false; 5]);
    assert_eq!(of(ElementSetRecord { anything: true, ..Default::default() }), [true; 5]);
    let only_true = of(ElementSetRecord { accepts_true: true, ..Default::default() });
    assert_eq!(only_true, [false, true, false, false, false]);
    let only_false = of(ElementSetRecord { accepts_false: true, ..Default::default() });
    assert_eq!(only_false, [false, false, true, false, false]);
}

#[test]
fn strings_are_equal_byte_for_byte() {
    let mut program = Program::default();
    for text in ["b", "", "*", "5", "é"] {
        let id = add_string(&mut program, text);
        program.string_pool.push(id);
    }
    let leaves = ["b", "", "*", "5", "é", "B", "b ", "e\u{301}", "a"].map(Leaf::Str);
    let expected = [true, true, true, true, true, false, false, false, false];
    assert_eq!(accepted(&matcher(&program, ElementSetRecord::default()), &leaves, false), expected);
    let others = [Leaf::Number(Int(5)), Leaf::Null];
    assert_eq!(accepted(&matcher(&program, ElementSetRecord::default()), &others, true), [false; 2]);
}

#[test]
fn numbers_are_equal_numerically() {
    let numbers = vec![Int(5), Float(-0.5), Float(1e300), Int(1 << 63), Int(0)];
    let program = Program { number_pool: numbers, ..Program::default() };
    let leaves = [
        Int(5),
        Float(5.0),
        Float(-0.5),
        Float(1e300),
        Float(9_223_372_036_854_775_808.0),
        Float(-0.0),
        Float(f64::NAN),
        Int((1 << 63) - 1),
        Float(5.5),
        Int(-1),
    ];
    let expected = [true, true, true, true, true, true, false, false, false, false];
    let leaves = leaves.map(Leaf::Number);
    assert_eq!(accepted(&matcher(&program, ElementSetRecord::default()), &leaves, true), expected);
    let others = [Leaf::Str("5"), Leaf::Bool(true)];
    assert_eq!(accepted(&matcher(&program, ElementSetRecord::default()), &others, true), [false; 2]);
}

#[test]
fn int_and_float_ranges() {
    let leaves =
        [Int(5), Float(5.0), Float(5.5), Int(7), Float(7.0), Float(1e5), Int(4), Float(f64::INFINITY)];
    let leaves = leaves.map(Leaf::Number);
    let of = |range: RangeRecord<Number>, int: bool| {
        let program = Program { number_ranges: vec![range], ..Program::default() };
        let list = all(&program.number_ranges);
        let record = if int {
            ElementSetRecord { ints: list, ..Default::default() }
        } else {
            ElementSetRecord { floats: list, ..Default::default() }
        };
        accepted(&matcher(&program, record), &leaves, true)
    };
    let closed = range(Some((Int(5), true)), Some((Int(7), true)));
    assert_eq!(of(closed, true), [true, true, false, true, true, false, false, false]);
    assert_eq!(of(closed, false), [true, true, true, true, true, false, false, false]);
    let open = range(Some((Int(5), false)), Some((Int(7), false)));
    assert_eq!(of(open, false), [false, false, true, false, false, false, false, false]);
    let above = range(Some((Float(4.5), true)), None);
    assert_eq!(of(above, true), [true, true, false, true, true, true, false, false]);
    let impossible = range(Some((Int(7), true)), Some((Int(5), true)));
    assert_eq!(of(impossible, false), [false; 8]);
    let every = of(range(None, None), false);
    assert_eq!(every, [true; 8]);
    let program = Program { number_ranges: vec![range(None, None)], ..Program::default() };
    let record = ElementSetRecord { floats: all(&program.number_ranges), ..Default::default() };
    assert_eq!(accepted(&matcher(&program, record), &[Leaf::Number(Float(f64::NAN))], true), [false]);
}

#[test]
fn dates_from_strings_and_numbers() {
    let day = 86_400_000_000_000;
    let program = Program {
        date_ranges: vec![range(Some((day, true)), Some((2 * day, false))), range(None, Some((0, false)))],
        ..Program::default()
    };
    let leaves = [
        Leaf::Str("1970-01-02"),
        Leaf::Str("1970-01-02T23:59:59.999999999Z"),
        Leaf::Str("1970-01-03"),
        Leaf::Str("1970-01-01"),
        Leaf::Str("1969-12-31"),
        Leaf::Str("86400"),
        Leaf::Number(Int(86_400)),
        Leaf::Number(Float(86_399.5)),
        Leaf::Number(Float(-1e300)),
        Leaf::Null,
    ];
    let expected = [true, true, false, false, true, false, true, false, true, false];
    assert_eq!(accepted(&matcher(&program, ElementSetRecord::default()), &leaves, true), expected);
}

#[test]
fn texts_with_a_length_count_characters() {
    let mut program = Program::default();
    let exact = add_string(&mut program, "héllo");
    let never = add_string(&mut program, "four");
    let pattern = add_pattern(&mut program, "a.*");
    let five = range(Some((Int(5), true)), Some((Int(5), true)));
    let short = range(None, Some((Float(2.5), true)));
    program.sized_texts = vec![
        SizedTextRecord { text: TextRecord::Exact(exact), length: five },
        SizedTextRecord { text: TextRecord::Exact(never), length: five },
        SizedTextRecord { text: TextRecord::Pattern(pattern), length: short },
    ];
    let leaves = ["héllo", "four", "a", "aé", "aéé", "a\n", "b"].map(Leaf::Str);
    let matcher = matcher(&program, ElementSetRecord::default());
    assert_eq!(accepted(&matcher, &leaves, true), [true, false, true, true, false, true, false]);
    assert_eq!(accepted(&matcher, &leaves, false), [true, false, true, true, false, false, false]);
}

#[test]
fn an_exact_text_with_a_line_end_is_no_pattern() {
    let mut program = Program::default();
    let text = add_string(&mut program, "a\nb");
    program.string_pool = vec![text];
    program.sized_texts = vec![SizedTextRecord { text: TextRecord::Exact(text), length: range(None, None) }];
    let by_string = matcher(&program, ElementSetRecord::default());
    assert_eq!(accepted(&by_string, &[Leaf::Str("a\nb")], false), [true]);
    program.string_pool.clear();
    let by_sized = matcher(&program, ElementSetRecord::default());
    assert_eq!(accepted(&by_sized, &[Leaf::Str("a\nb")], false), [true]);
}

#[test]
fn patterns_and_line_ends() {
    let mut program = Program::default();
    for text in ["p.*", "(?s)q.*"] {
        let id = add_pattern(&mut program, text);
        program.pattern_pool.push(id);
    }
    let leaves = ["p", "p\n", "q", "q\u{2028}", "x", "xp"].map(Leaf::Str);
    let matcher = matcher(&program, ElementSetRecord::default());
    assert_eq!(accepted(&matcher, &leaves, true), [true, true, true, true, false, false]);
    assert_eq!(accepted(&matcher, &leaves, false), [true, false, true, true, false, false]);
}

proptest! {
    #[test]
    fn numbers_by_search_are_numbers_by_comparison(
        pool in prop::collection::vec(prop_oneof![(-4..4i128).prop_map(Int), (-8..8i32).prop_map(|n| Float(f64::from(n) / 2.0))], 0..8),
        number in prop_oneof![(-5..5i128).prop_map(Int), (-10..10i32).prop_map(|n| Float(f64::from(n) / 2.0))],
    ) {
        let expected = pool.contains(&number);
        let program = Program { number_pool: pool, ..Program::default() };
        prop_assert_eq!(accepted(&matcher(&program, ElementSetRecord::default()), &[Leaf::Number(number)], true), [expected]);
    }
}

#[test]
fn line_ends_count_only_where_asked_or_said() {
    let accepts = |text: &str, subject: &str, lines: bool| {
        let mut program = Program::default();
        let id = add_pattern(&mut program, text);
        program.pattern_pool.push(id);
        accepted(&matcher(&program, ElementSetRecord::default()), &[Leaf::Str(subject)], lines) == [true]
    };
    for end in ["\n", "\r", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}"] {
        let subject = format!("é{end}b");
        for text in [".*", "é.b", "(?i).*", "(?s:.*)", "(?i)(?s).*", "(?:(?s).*)", "é(?s).*", &subject] {
            assert!(accepts(text, &subject, true) && !accepts(text, &subject, false), "{text}");
        }
        for text in ["(?s).*", "(?is).*", "(?s)é.b|x", "(?i-s)é[^x]b", "(?s)"] {
            assert_eq!(accepts(text, &subject, true), accepts(text, &subject, false), "{text}");
        }
        assert!(accepts("(?s).*", &subject, false));
    }
    assert!(accepts(".*", "plain \u{84}\u{86}\u{2027}\u{202a}\t text", false) && accepts(".*", "", false));
}

/// Each character at each place of texts around the length of a block, with what may look like an end beside it.
#[test]
fn line_ends_are_found_wherever_they_are() {
    let is_end = |character| matches!(character, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let characters =
        ('\0'..='\u{ff}').chain('\u{2020}'..='\u{2030}').chain(['\u{20a8}', '\u{b85}', '\u{10028}']);
    for character in characters {
        for length in [0, 1, 31, 32, 33, 70] {
            for beside in ["x", "\u{e9}", "\u{2027}"] {
                for at in [0, length / 2, length] {
                    let text = format!("{}{character}{}", beside.repeat(at), beside.repeat(length - at));
                    assert_eq!(has_line_end(&text), is_end(character), "{text:?}");
                }
            }
        }
    }
}
