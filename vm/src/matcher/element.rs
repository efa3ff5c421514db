//! Element sets in the form that runs: what a leaf of a value, or a string of a metadata set, may be (S4.2).

use super::{Matcher, MatcherCache, Matchers, has_line_end};
use crate::bytecode::program::{
    ElementSetRecord, List, PatternId, Program, RangeRecord, SizedTextRecord, StringId, TextRecord,
};
use crate::datetime::Instant;
use crate::number::Number;
use crate::value::Leaf;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// The runtime form of an [`ElementSetRecord`]: the union of its parts.
#[derive(Debug, Clone)]
pub struct ElementMatcher {
    anything: bool,
    accepts_true: bool,
    accepts_false: bool,
    /// Sorted, no two equal.
    strings: Box<[Box<str>]>,
    /// Sorted, no NaN.
    numbers: Box<[Number]>,
    ints: Box<[RangeRecord<Number>]>,
    floats: Box<[RangeRecord<Number>]>,
    dates: Box<[RangeRecord<i128>]>,
    sized: Box<[Sized]>,
    patterns: Box<[Arc<Matcher>]>,
}

/// A text with a length.
#[derive(Debug, Clone)]
struct Sized {
    text: Text,
    length: RangeRecord<Number>,
}

#[derive(Debug, Clone)]
enum Text {
    Exact(Box<str>),
    Pattern(Arc<Matcher>),
}

/// A record refers to something that the program does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidElements(());

impl fmt::Display for InvalidElements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an element set refers to an entry that its table does not have")
    }
}

impl std::error::Error for InvalidElements {}

impl ElementMatcher {
    /// Builds the set of a record; `matchers` holds the program's patterns, in their order.
    ///
    /// # Errors
    /// If the record refers to what the program does not have. The verifier has refused such programs before.
    pub fn new(
        program: &Program,
        record: &ElementSetRecord,
        matchers: &Matchers,
    ) -> Result<ElementMatcher, InvalidElements> {
        let matcher = |id: &PatternId| matchers.get(*id).cloned().ok_or(InvalidElements(()));
        let string = |id: &StringId| program.string(*id).map(Box::from).ok_or(InvalidElements(()));
        let sized = |record: &SizedTextRecord| {
            let text = match &record.text {
                TextRecord::Exact(id) => Text::Exact(string(id)?),
                TextRecord::Pattern(id) => Text::Pattern(matcher(id)?),
            };
            Ok(Sized { text, length: record.length })
        };
        let mut strings: Vec<Box<str>> =
            slice(&program.string_pool, record.strings)?.iter().map(string).collect::<Result<_, _>>()?;
        strings.sort_unstable();
        strings.dedup();
        let mut numbers = slice(&program.number_pool, record.numbers)?.to_vec();
        numbers.retain(|number| number.partial_cmp(number).is_some());
        numbers.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
        Ok(ElementMatcher {
            anything: record.anything,
            accepts_true: record.accepts_true,
            accepts_false: record.accepts_false,
            strings: strings.into(),
            numbers: numbers.into(),
            ints: slice(&program.number_ranges, record.ints)?.into(),
            floats: slice(&program.number_ranges, record.floats)?.into(),
            dates: slice(&program.date_ranges, record.dates)?.into(),
            sized: slice(&program.sized_texts, record.sized)?.iter().map(sized).collect::<Result<_, _>>()?,
            patterns: slice(&program.pattern_pool, record.patterns)?
                .iter()
                .map(matcher)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Whether `leaf` is in the set.
    ///
    /// `lines` says how a pattern takes a text with a line end (S4.5): if false, no pattern matches it, except one that
    /// begins with a flag setting that names `s`.
    pub fn accepts(&self, leaf: Leaf<'_>, lines: bool, cache: &mut MatcherCache) -> bool {
        self.anything
            || match leaf {
                Leaf::Null => false,
                Leaf::Bool(true) => self.accepts_true,
                Leaf::Bool(false) => self.accepts_false,
                Leaf::Number(number) => self.accepts_number(number),
                Leaf::Str(text) => self.accepts_text(text, lines, cache),
            }
    }

    fn accepts_number(&self, number: Number) -> bool {
        let among = |ranges: &[RangeRecord<Number>]| ranges.iter().any(|range| contains(range, &number));
        let order = |other: &Number| other.partial_cmp(&number).unwrap_or(Ordering::Less);
        self.numbers.binary_search_by(order).is_ok()
            || among(&self.floats)
            || (number.is_integral() && among(&self.ints))
            || (!self.dates.is_empty() && self.accepts_instant(Instant::from_number(number)))
    }

    fn accepts_text(&self, text: &str, lines: bool, cache: &mut MatcherCache) -> bool {
        if self.strings.binary_search_by(|string| (**string).cmp(text)).is_ok()
            || (!self.dates.is_empty() && self.accepts_instant(Instant::parse(text)))
        {
            return true;
        }
        if self.patterns.is_empty() && self.sized.is_empty() {
            return false;
        }
        let has_line_end = has_line_end(text);
        self.patterns.iter().any(|pattern| pattern.accepts(text, has_line_end, lines, cache))
            || self.accepts_sized(text, has_line_end, lines, cache)
    }

    fn accepts_sized(&self, text: &str, has_line_end: bool, lines: bool, cache: &mut MatcherCache) -> bool {
        if self.sized.is_empty() {
            return false;
        }
        let length = Number::Int(i128::try_from(text.chars().count()).unwrap_or(i128::MAX));
        self.sized.iter().any(|sized| {
            contains(&sized.length, &length)
                && match &sized.text {
                    Text::Exact(exact) => **exact == *text,
                    Text::Pattern(pattern) => pattern.accepts(text, has_line_end, lines, cache),
                }
        })
    }

    fn accepts_instant(&self, instant: Option<Instant>) -> bool {
        instant.is_some_and(|Instant(instant)| self.dates.iter().any(|range| contains(range, &instant)))
    }
}

/// Whether `value` is in `range`; what has no order (NaN) is in none, not even in one without bounds.
fn contains<T: PartialOrd>(range: &RangeRecord<T>, value: &T) -> bool {
    let above = |(bound, inclusive): &(T, bool)| if *inclusive { value >= bound } else { value > bound };
    let below = |(bound, inclusive): &(T, bool)| if *inclusive { value <= bound } else { value < bound };
    value.partial_cmp(value).is_some()
        && range.lower.as_ref().is_none_or(above)
        && range.upper.as_ref().is_none_or(below)
}

fn slice<T>(pool: &[T], list: List) -> Result<&[T], InvalidElements> {
    let start = list.start as usize;
    let end = start.checked_add(list.len as usize).ok_or(InvalidElements(()))?;
    pool.get(start..end).ok_or(InvalidElements(()))
}

#[cfg(test)]
mod tests {
    use super::ElementMatcher;
    use crate::bytecode::program::{
        ElementSetRecord, List, PatternId, PatternRecord, Program, RangeRecord, SizedTextRecord, StringId,
        TextRecord,
    };
    use crate::limits::Limits;
    use crate::matcher::{MatcherCache, Matchers};
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

    /// A matcher of everything that the pools of `program` have.
    fn matcher(program: &Program, record: ElementSetRecord) -> ElementMatcher {
        let record = ElementSetRecord {
            strings: all(&program.string_pool),
            numbers: all(&program.number_pool),
            dates: all(&program.date_ranges),
            sized: all(&program.sized_texts),
            patterns: all(&program.pattern_pool),
            ..record
        };
        let matchers = Matchers::new(program, &Limits::default()).unwrap();
        ElementMatcher::new(program, &record, &matchers).unwrap()
    }

    fn accepted(matcher: &ElementMatcher, leaves: &[Leaf<'_>], lines: bool) -> Vec<bool> {
        let mut cache = MatcherCache::default();
        leaves.iter().map(|leaf| matcher.accepts(*leaf, lines, &mut cache)).collect()
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
        let numbers = vec![Float(f64::NAN), Int(5), Float(-0.5), Float(1e300), Int(1 << 63), Int(0)];
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
            date_ranges: vec![
                range(Some((day, true)), Some((2 * day, false))),
                range(None, Some((0, false))),
            ],
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
        program.sized_texts =
            vec![SizedTextRecord { text: TextRecord::Exact(text), length: range(None, None) }];
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

    #[test]
    fn records_out_of_range_are_refused() {
        let program = Program::default();
        let matchers = Matchers::new(&program, &Limits::default()).unwrap();
        let one = List { start: 0, len: 1 };
        let huge = List { start: u32::MAX, len: u32::MAX };
        for list in [one, huge] {
            for record in [
                ElementSetRecord { strings: list, ..Default::default() },
                ElementSetRecord { numbers: list, ..Default::default() },
                ElementSetRecord { ints: list, ..Default::default() },
                ElementSetRecord { floats: list, ..Default::default() },
                ElementSetRecord { dates: list, ..Default::default() },
                ElementSetRecord { sized: list, ..Default::default() },
                ElementSetRecord { patterns: list, ..Default::default() },
            ] {
                assert!(ElementMatcher::new(&program, &record, &matchers).is_err());
            }
        }
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
}
