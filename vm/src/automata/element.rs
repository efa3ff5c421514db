//! Element sets: what a leaf of a value, or a string of a metadata set, may be (S4.2).
//!
//! All is read from the program's tables where it is; nothing is copied when a policy is loaded.

use super::loaded::Automata;
use super::simulation::MatcherCache;
use crate::bytecode::automata::TextsRecord;
use crate::bytecode::operand::Elements;
use crate::bytecode::program::{ElementSetRecord, List, Program, RangeRecord, TextRecord};
use crate::datetime::Instant;
use crate::number::Number;
use crate::value::Leaf;
use crate::work::{BYTES_COMPARED, PER_DATE, PER_NUMBER, PER_TEXT, of_len, of_search, of_text};
use memchr::memchr2_iter;
use std::cmp::Ordering;

/// An element set of a program: the union of the parts of its record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ElementSet<'p> {
    program: &'p Program,
    automata: &'p Automata,
    record: &'p ElementSetRecord,
    texts: TextsRecord,
    /// Its place among the sets whose strings have a table.
    large: Option<u32>,
}

impl<'p> ElementSet<'p> {
    /// The element set `id` of a program whose automata are loaded; none if there is no such set.
    pub(crate) fn new(program: &'p Program, automata: &'p Automata, id: Elements) -> Option<ElementSet<'p>> {
        let record = program.element_sets.get(id.index())?;
        let texts = *program.automata.elements.get(id.index())?;
        // Only sets of many strings have one, so it is not looked for in others.
        let large = if record.strings.len > 1 { program.names.large_set(id) } else { None };
        Some(ElementSet { program, automata, record, texts, large })
    }

    /// Whether `leaf` is in the set.
    ///
    /// `lines` says how a pattern takes a text with a line end (S4.5): if false, no pattern matches it, except one that
    /// begins with a flag setting that names `s`.
    pub(crate) fn accepts(&self, leaf: Leaf<'_>, lines: bool, cache: &mut MatcherCache) -> bool {
        self.record.anything
            || match leaf {
                Leaf::Null => false,
                Leaf::Bool(true) => self.record.accepts_true,
                Leaf::Bool(false) => self.record.accepts_false,
                Leaf::Number(number) => self.accepts_number(number, cache),
                Leaf::Str(text) => self.accepts_text(text, lines, cache),
            }
    }

    fn accepts_number(&self, number: Number, cache: &mut MatcherCache) -> bool {
        let ElementSetRecord { numbers, floats, ints, dates, .. } = self.record;
        let ranges = [floats, ints, dates].into_iter().map(|list| of_len(list.len as usize)).sum::<u64>();
        cache.work.spend((ranges + of_search(numbers.len)).saturating_mul(PER_NUMBER));
        let among = |list: List| {
            let ranges = list.of(&self.program.number_ranges).unwrap_or_default();
            ranges.iter().any(|range| contains(range, &number))
        };
        let order = |other: &Number| other.partial_cmp(&number).unwrap_or(Ordering::Less);
        let numbers = self.record.numbers.of(&self.program.number_pool).unwrap_or_default();
        numbers.binary_search_by(order).is_ok()
            || among(self.record.floats)
            || (number.is_integral() && among(self.record.ints))
            || (self.record.dates.len > 0 && self.accepts_instant(Instant::from_number(number)))
    }

    fn accepts_text(&self, text: &str, lines: bool, cache: &mut MatcherCache) -> bool {
        let ElementSetRecord { strings, dates, sized, .. } = self.record;
        // Comparing finds its way among the strings, which may begin alike; the others are looked at one after another.
        let compared = of_text(text, 4 * BYTES_COMPARED) + PER_TEXT;
        cache.work.spend(of_search(strings.len).saturating_mul(compared));
        if dates.len > 0 || sized.len > 0 {
            let looked_at = of_len(dates.len as usize) + of_len(sized.len as usize);
            let read = of_text(text, BYTES_COMPARED) + PER_DATE;
            cache.work.spend(read.saturating_add(looked_at.saturating_mul(PER_NUMBER)));
        }
        let listed = match self.large {
            Some(place) => self.program.is_in_large_set(place, text),
            None => {
                let strings = strings.of(&self.program.string_pool).unwrap_or_default();
                strings.binary_search_by(|&id| self.program.string(id).cmp(&Some(text))).is_ok()
            }
        };
        listed
            || (self.record.dates.len > 0 && self.accepts_instant(Instant::parse(text)))
            || self.matches(self.texts, text, lines, cache)
            || (self.record.sized.len > 0 && self.accepts_sized(text, lines, cache))
    }

    fn accepts_sized(&self, text: &str, lines: bool, cache: &mut MatcherCache) -> bool {
        let length = Number::Int(i128::try_from(text.chars().count()).unwrap_or(i128::MAX));
        let sized = self.record.sized.of(&self.program.sized_texts).unwrap_or_default();
        let texts = self.record.sized.of(&self.program.automata.sized).unwrap_or_default();
        sized.iter().zip(texts).any(|(sized, texts)| {
            contains(&sized.length, &length)
                && match sized.text {
                    TextRecord::Exact(exact) => self.program.string(exact) == Some(text),
                    TextRecord::Pattern(_) => self.matches(*texts, text, lines, cache),
                }
        })
    }

    /// Whether one of the patterns matches `text`, with the rule for line ends (S4.5).
    fn matches(&self, texts: TextsRecord, text: &str, lines: bool, cache: &mut MatcherCache) -> bool {
        let tables = &self.program.automata;
        texts.line_mode.is_some_and(|set| self.automata.accepts(tables, set, text, cache))
            || texts.plain.is_some_and(|set| {
                self.automata.accepts(tables, set, text, cache) && (lines || !has_line_end(text))
            })
    }

    fn accepts_instant(&self, instant: Option<Instant>) -> bool {
        let dates = self.record.dates.of(&self.program.date_ranges).unwrap_or_default();
        instant.is_some_and(|Instant(instant)| dates.iter().any(|range| contains(range, &instant)))
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

/// Whether a text has LF, CR, VT, FF, U+0085, U+2028 or U+2029 (S4.5).
pub(crate) fn has_line_end(text: &str) -> bool {
    may_have_line_end(text.as_bytes()) && finds_line_end(text)
}

/// False only if no byte is LF, VT, FF or CR, nor beyond ASCII: eight bytes at a time.
fn may_have_line_end(bytes: &[u8]) -> bool {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    let may = |word: u64| {
        // The highest bit of each byte: whether its lower bits are from LF on, and from behind CR on.
        let from = |first: u64| (word & (0x7f * EACH)) + (0x80 - first) * EACH;
        let in_range = from(0x0a) & !from(0x0e);
        (in_range | word) & (0x80 * EACH)
    };
    let Some(last) = bytes.last_chunk() else {
        return bytes.iter().any(|&byte| !byte.is_ascii() || (0x0a..=0x0d).contains(&byte));
    };
    let (words, _) = bytes.as_chunks();
    let found = words.iter().fold(0, |found, &word| found | may(u64::from_le_bytes(word)));
    found | may(u64::from_le_bytes(*last)) != 0
}

/// The same for a text that may have one.
#[cold]
fn finds_line_end(text: &str) -> bool {
    let control = |found, &byte: &u8| found | (byte.wrapping_sub(b'\n') <= b'\r' - b'\n');
    // Without an early end inside of a block, so that it is done by vector instructions.
    let (blocks, rest) = text.as_bytes().as_chunks::<32>();
    if rest.iter().fold(false, control) || blocks.iter().any(|block| block.iter().fold(false, control)) {
        return true;
    }
    // The others in UTF-8: C2 85, E2 80 A8 and E2 80 A9.
    !text.is_ascii()
        && memchr2_iter(0xc2, 0xe2, text.as_bytes()).any(|at| {
            let character = text.as_bytes().get(at..).unwrap_or_default();
            matches!(character, [0xc2, 0x85, ..] | [0xe2, 0x80, 0xa8 | 0xa9, ..])
        })
}

#[cfg(test)]
mod tests;
