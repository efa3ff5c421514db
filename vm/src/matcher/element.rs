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
