//! Element sets of one part, which most are: tested without asking for the other parts.

use crate::automata::{Dfa, MatcherCache, has_line_end};
use crate::bytecode::automata::{AutomataTables, DfaId, LiteralId, TextSetId, TextSetRecord};
use crate::bytecode::operand::Elements;
use crate::bytecode::program::{ElementSetRecord, List, Program, RangeRecord};
use crate::number::Number;
use crate::policy::Policy;
use crate::value::{Leaf, Value};
use crate::work::{BYTES_COMPARED, of_len, of_text};

/// What each element set of a program is.
#[derive(Debug, Default)]
pub(super) struct QuickSets {
    sets: Vec<Quick>,
    /// Ranges of integers, both ends included.
    ints: Vec<(i128, i128)>,
}

/// So many strings are compared one by one.
const FEW: u32 = 8;

/// What an element set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quick {
    /// Few strings, in the program's pool of them: so many from this one on.
    Few { first: u32, len: u16 },
    /// The strings that begin with the text.
    Prefix(LiteralId),
    /// The strings that end with it.
    Suffix(LiteralId),
    /// The strings that the automaton accepts.
    Dfa(DfaId),
    /// The strings of the text set.
    Texts(TextSetId),
    /// `int …` of the range with this number.
    Int(u32),
    /// Something else.
    Other,
}

impl QuickSets {
    pub(super) fn new(program: &Program) -> QuickSets {
        let mut quick = QuickSets { sets: Vec::with_capacity(program.element_sets.len()), ints: Vec::new() };
        for set in 0..program.element_sets.len() {
            let set = quick.set(program, set).unwrap_or(Quick::Other);
            quick.sets.push(set);
        }
        quick
    }

    /// The name of what a set is.
    #[cfg(test)]
    pub(super) fn kind(&self, set: Elements) -> &'static str {
        match self.sets[set.index()] {
            Quick::Few { .. } => "few",
            Quick::Prefix(_) => "prefix",
            Quick::Suffix(_) => "suffix",
            Quick::Dfa(_) => "dfa",
            Quick::Texts(_) => "texts",
            Quick::Int(_) => "int",
            Quick::Other => "other",
        }
    }

    fn set(&mut self, program: &Program, set: usize) -> Option<Quick> {
        let record = program.element_sets.get(set)?;
        let ElementSetRecord { anything, accepts_true, accepts_false, strings, ints, .. } = *record;
        let ElementSetRecord { numbers, floats, dates, sized, patterns, .. } = *record;
        let lengths = [strings, numbers, ints, floats, dates, sized, patterns].map(|list| list.len);
        if anything || accepts_true || accepts_false {
            return None;
        }
        match lengths {
            [len @ 1..=FEW, 0, 0, 0, 0, 0, 0] => {
                Some(Quick::Few { first: strings.start, len: u16::try_from(len).ok()? })
            }
            [0, 0, 1, 0, 0, 0, 0] => {
                let range = integers(ints.of(&program.number_ranges)?.first()?)?;
                self.ints.push(range);
                u32::try_from(self.ints.len() - 1).ok().map(Quick::Int)
            }
            [0, 0, 0, 0, 0, 0, _] => {
                let texts = program.automata.elements.get(set)?;
                match (texts.plain, texts.line_mode) {
                    (Some(plain), None) => {
                        let record = program.automata.text_sets.get(plain.0 as usize)?;
                        Some(texts_of(&program.automata, record).unwrap_or(Quick::Texts(plain)))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether a scalar is in the set, as [`ElementSet::accepts`] says; nothing of another value.
    ///
    /// [`ElementSet::accepts`]: crate::automata::ElementSet::accepts
    #[inline]
    pub(super) fn accepts(
        &self,
        policy: &Policy,
        set: Elements,
        value: &Value<'_>,
        lines: bool,
        cache: &mut MatcherCache,
    ) -> Option<bool> {
        match (self.sets.get(set.index())?, value) {
            (Quick::Int(range), Value::Number(Number::Int(number))) => {
                let (first, last) = self.ints.get(*range as usize)?;
                Some(first <= number && number <= last)
            }
            (Quick::Other, _) | (Quick::Int(_), Value::Number(_)) => {
                let leaf = Leaf::of_scalar(*value)?;
                Some(policy.elements(set)?.accepts(leaf, lines, cache))
            }
            (quick, Value::Str(text)) => quick.accepts_text(policy, text, lines, cache),
            (_, Value::Null | Value::Bool(_) | Value::Number(_)) => Some(false),
            (_, Value::List(_) | Value::Object(_)) => None,
        }
    }
}

impl Quick {
    fn accepts_text(
        self,
        policy: &Policy,
        text: &str,
        lines: bool,
        cache: &mut MatcherCache,
    ) -> Option<bool> {
        let tables = &policy.program().automata;
        let found = match self {
            Quick::Few { first, len } => {
                cache.work.spend(u64::from(len).saturating_mul(of_text(text, BYTES_COMPARED)));
                let strings = List { start: first, len: u32::from(len) }.of(&policy.program().string_pool)?;
                return Some(strings.iter().any(|&id| policy.program().string(id) == Some(text)));
            }
            Quick::Int(_) | Quick::Other => return Some(false),
            Quick::Prefix(id) => text.starts_with(tables.literal(id)?),
            Quick::Suffix(id) => text.ends_with(tables.literal(id)?),
            Quick::Dfa(id) => {
                let dfa = Dfa::new(tables, id)?;
                cache.check(&dfa, text);
                cache.work.spend(of_len(text.len()));
                dfa.accepts(text)
            }
            Quick::Texts(set) => policy.automata().accepts(tables, set, text, cache),
        };
        if found && !lines {
            cache.work.spend(of_text(text, BYTES_COMPARED));
        }
        Some(found && (lines || !has_line_end(text)))
    }
}

/// The integers in a range of numbers, both ends included, if it has no end that is a float.
fn integers(range: &RangeRecord<Number>) -> Option<(i128, i128)> {
    let end = |bound: Option<(Number, bool)>, open: i128, inwards: i128| match bound {
        None => Some(open),
        Some((Number::Int(end), true)) => Some(end),
        Some((Number::Int(end), false)) => end.checked_add(inwards),
        Some((Number::Float(_), _)) => None,
    };
    Some((end(range.lower, i128::MIN, 1)?, end(range.upper, i128::MAX, -1)?))
}

/// What the texts are, if they are of one part.
fn texts_of(tables: &AutomataTables, record: &TextSetRecord) -> Option<Quick> {
    let TextSetRecord { everything, exact, prefixes, suffixes, pairs, substrings, dfas, simulated } = *record;
    let lengths = [exact, prefixes, suffixes, pairs, substrings, dfas, simulated].map(|list| list.len);
    let literal = |list: List| list.of(&tables.literal_pool)?.first().copied();
    match lengths {
        _ if everything => None,
        [0, 1, 0, 0, 0, 0, 0] => literal(prefixes).map(Quick::Prefix),
        [0, 0, 1, 0, 0, 0, 0] => literal(suffixes).map(Quick::Suffix),
        [0, 0, 0, 0, 0, 1, 0] => dfas.indices().next().map(|dfa| Quick::Dfa(DfaId(dfa))),
        _ => None,
    }
}
