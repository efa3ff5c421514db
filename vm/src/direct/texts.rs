//! Element sets of one part, which most are: tested without asking for the other parts.
//!
//! Invariant: comparing a text with a string or an affix of at most 16 bytes takes constant time and counts as no work of its own; only
//! longer ones are compared byte by byte, and counted.

use super::Direct;
use super::layout::from;
use crate::automata::{Dfa, MatcherCache, has_line_end};
use crate::bytecode::automata::{AutomataTables, DfaId, LiteralId, TextSetId};
use crate::bytecode::names::{NameWords, NamedId};
use crate::bytecode::operand::Elements;
use crate::bytecode::program::{ElementSetRecord, List, Program, RangeRecord, StringId};
use crate::number::Number;
use crate::policy::Policy;
use crate::work::{BYTES_COMPARED, Work, of_len, of_text};

/// So many strings, beginnings or ends are compared one by one.
pub(super) const FEW: usize = 8;

/// Texts that a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Texts {
    /// A few strings, in `Direct::strings`.
    Few(List),
    /// The strings of a set that has a table of them, by its place among such sets.
    Many(u32),
    /// Those that begin with one of a few literals, in `Direct::affixes`.
    Begin(List),
    /// Those that end with one of them.
    End(List),
    /// Those that the automaton accepts.
    Dfa(DfaId),
    /// Those of the text set.
    Set(TextSetId),
}

/// What texts may begin or end with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Affix {
    /// The eight bytes at its end and the next ones, as they are in a text: a shorter one has zeros for the rest.
    words: [u64; 2],
    /// Where it is in the text of literals.
    start: u32,
    end: u32,
}

/// The lists of an element set.
struct Parts {
    strings: List,
    ints: List,
    patterns: List,
}

/// The strings, integers and patterns of an element set that has parts of one of these kinds only.
fn parts(program: &Program, set: Elements) -> Option<Parts> {
    let record = program.element_sets.get(set.index())?;
    let ElementSetRecord { anything, accepts_true, accepts_false, strings, ints, .. } = *record;
    let ElementSetRecord { numbers, floats, dates, sized, patterns, .. } = *record;
    let others = numbers.len | floats.len | dates.len | sized.len != 0;
    let kinds = u8::from(strings.len > 0) + u8::from(ints.len > 0) + u8::from(patterns.len > 0);
    let one = kinds == 1 && !(others | anything | accepts_true | accepts_false);
    one.then_some(Parts { strings, ints, patterns })
}

/// The integers of an element set that has nothing else than a range of them, both ends included. Those at the ends of what
/// a word holds stand for all beyond.
pub(super) fn integers(program: &Program, set: Elements) -> Option<(i64, i64)> {
    if program.element_sets.get(set.index())?.ints.len != 1 {
        return None;
    }
    let parts = parts(program, set)?;
    let &[RangeRecord { lower, upper }] = parts.ints.of(&program.number_ranges)? else { return None };
    let end = |bound: Option<(Number, bool)>, open: i64, inwards: i128| match bound {
        None => Some(open),
        Some((Number::Int(end), inclusive)) => {
            let end = if inclusive { end } else { end.checked_add(inwards)? };
            i64::try_from(end).ok().filter(|end| *end != i64::MIN && *end != i64::MAX)
        }
        Some((Number::Float(_), _)) => None,
    };
    Some((end(lower, i64::MIN, 1)?, end(upper, i64::MAX, -1)?))
}

impl Texts {
    /// The texts of an element set that has nothing else; what they are compared with is added to the lists of it.
    pub(super) fn of(
        program: &Program,
        set: Elements,
        strings: &mut Vec<NamedId>,
        affixes: &mut Vec<Affix>,
    ) -> Option<Texts> {
        let parts = parts(program, set)?;
        if parts.patterns.len > 0 {
            let texts = program.automata.elements.get(set.index())?;
            return match (texts.plain, texts.line_mode) {
                (Some(plain), None) => Some(of_set(program, plain, affixes).unwrap_or(Texts::Set(plain))),
                _ => None,
            };
        }
        let few = parts.strings.of(&program.string_pool)?;
        if few.is_empty() {
            return None;
        }
        if few.len() > FEW {
            return program.names.large_set(set).map(Texts::Many);
        }
        let start = strings.len();
        for &id in few {
            strings.push(NamedId::new(NameWords::of(program.string(id)?), id.0));
        }
        from(start, strings).map(Texts::Few)
    }

    /// Whether a text is one of them, as [`ElementSet::accepts`] says.
    ///
    /// [`ElementSet::accepts`]: crate::automata::ElementSet::accepts
    #[inline]
    pub(super) fn accept(
        self,
        policy: &Policy,
        text: &str,
        lines: bool,
        cache: &mut MatcherCache,
    ) -> Option<bool> {
        let (direct, program) = (policy.direct(), policy.program());
        let tables = &program.automata;
        let found = match self {
            Texts::Few(list) => return Some(direct.is_among(program, list, text, &mut cache.work)),
            Texts::Many(place) => {
                cache.work.spend(of_text(text, BYTES_COMPARED));
                return Some(program.is_in_large_set(place, text));
            }
            Texts::Begin(list) => {
                list.of(&direct.affixes)?.iter().any(|affix| affix.begins(text, tables, &mut cache.work))
            }
            Texts::End(list) => {
                list.of(&direct.affixes)?.iter().any(|affix| affix.ends(text, tables, &mut cache.work))
            }
            Texts::Dfa(id) => {
                let dfa = Dfa::new(tables, id)?;
                cache.check(&dfa, text);
                cache.work.spend(of_len(text.len()));
                dfa.accepts(text)
            }
            Texts::Set(set) => policy.automata().accepts(tables, set, text, cache),
        };
        Some(found && (lines || has_no_line_end(text, &mut cache.work)))
    }

    /// The name of what they are.
    #[cfg(test)]
    pub(super) fn kind(self) -> &'static str {
        match self {
            Texts::Few(_) => "few",
            Texts::Many(_) => "many",
            Texts::Begin(_) => "begin",
            Texts::End(_) => "end",
            Texts::Dfa(_) => "dfa",
            Texts::Set(_) => "texts",
        }
    }
}

impl Direct {
    /// Whether a text is one of a list of strings.
    #[inline]
    fn is_among(&self, program: &Program, list: List, text: &str, work: &mut Work) -> bool {
        let words = NameWords::of(text);
        let is = |string: &NamedId| is_string(string, program, text, words, work);
        list.of(&self.strings).unwrap_or_default().iter().any(is)
    }
}

/// Whether a text is a string.
#[inline]
pub(super) fn is_string(
    string: &NamedId,
    program: &Program,
    text: &str,
    words: NameWords,
    work: &mut Work,
) -> bool {
    string.has(words) && (words.are_all() || is_long(string, program, text, work))
}

/// The same where the words do not tell.
#[inline(never)]
fn is_long(string: &NamedId, program: &Program, text: &str, work: &mut Work) -> bool {
    work.spend(of_text(text, BYTES_COMPARED));
    program.string(StringId(string.id)) == Some(text)
}

/// Whether a text has no line end, with which patterns match less (S4.5).
#[inline]
pub(super) fn has_no_line_end(text: &str, work: &mut Work) -> bool {
    work.spend(of_text(text, BYTES_COMPARED));
    !has_line_end(text)
}

impl Affix {
    /// The literal, with its words.
    fn new(tables: &AutomataTables, id: LiteralId, words: fn(&[u8]) -> [u64; 2]) -> Option<Affix> {
        let text = tables.literal(id)?;
        let end = *tables.literals.get(id.0 as usize)?;
        Some(Affix { words: words(text.as_bytes()), start: end - u32::try_from(text.len()).ok()?, end })
    }

    #[inline]
    fn len(&self) -> u32 {
        self.end.wrapping_sub(self.start)
    }

    /// Whether a text begins with it.
    #[inline]
    pub(super) fn begins(&self, text: &str, tables: &AutomataTables, work: &mut Work) -> bool {
        let bytes = text.as_bytes();
        let eight = |at: usize| bytes.get(at..).and_then(|bytes| bytes.first_chunk()).copied();
        let compare = |text: &[u8], literal: &[u8]| text.starts_with(literal);
        match (eight(0), eight(8)) {
            (Some(near), _) if self.differs(near, 0, u64::checked_shl) => false,
            (_, Some(far)) if self.differs(far, 1, u64::checked_shl) => false,
            (_, Some(_)) if self.len() <= WIDE => true,
            _ => self.is_compared(text, tables, work, compare),
        }
    }

    /// Whether a text ends with it.
    #[inline]
    pub(super) fn ends(&self, text: &str, tables: &AutomataTables, work: &mut Work) -> bool {
        let bytes = text.as_bytes();
        let eight = |beyond: usize| {
            let end = bytes.len().checked_sub(beyond)?;
            bytes.get(..end).and_then(|bytes| bytes.last_chunk()).copied()
        };
        let compare = |text: &[u8], literal: &[u8]| text.ends_with(literal);
        match (eight(0), eight(8)) {
            (Some(near), _) if self.differs(near, 0, u64::checked_shr) => false,
            (_, Some(far)) if self.differs(far, 1, u64::checked_shr) => false,
            (_, Some(_)) if self.len() <= WIDE => true,
            _ => self.is_compared(text, tables, work, compare),
        }
    }

    /// Whether eight bytes of a text, so many times eight from the end at which it is, are not those that this has there, if it
    /// has any. `shifted` drops what it has not.
    #[inline(always)]
    fn differs(&self, bytes: [u8; 8], at: usize, shifted: impl Fn(u64, u32) -> Option<u64>) -> bool {
        let own = self.words.get(at).copied().unwrap_or(0);
        let missing = (at as u32 * 8 + 8).saturating_sub(self.len()) * 8;
        shifted(u64::from_le_bytes(bytes) ^ own, missing).is_some_and(|rest| rest != 0)
    }

    /// Compares a text whose sixteen bytes do not tell, as it or the literal has more or less of them: any number of rules may
    /// share a long one.
    #[inline(never)]
    fn is_compared(
        &self,
        text: &str,
        tables: &AutomataTables,
        work: &mut Work,
        compare: fn(&[u8], &[u8]) -> bool,
    ) -> bool {
        if text.len() < self.len() as usize {
            return false;
        }
        work.spend(u64::from(self.len()) / BYTES_COMPARED);
        let literal = tables.literal_text.as_bytes().get(self.start as usize..self.end as usize);
        literal.is_some_and(|literal| compare(text.as_bytes(), literal))
    }
}

/// So many bytes of a text are compared at once.
const WIDE: u32 = 16;

/// The first eight bytes of a literal and the next ones, with zeros behind a shorter one.
fn first_words(bytes: &[u8]) -> [u64; 2] {
    let words = bytes.iter().take(WIDE as usize).rev().fold(0, |words, &byte| words << 8 | u128::from(byte));
    [words as u64, (words >> 64) as u64]
}

/// The last eight bytes of a literal and those before, with zeros before a shorter one.
fn last_words(bytes: &[u8]) -> [u64; 2] {
    let words = bytes.iter().fold(0, |words, &byte| words >> 8 | u128::from(byte) << 120);
    [(words >> 64) as u64, words as u64]
}

/// What a text set is, if it is of one part.
fn of_set(program: &Program, set: TextSetId, affixes: &mut Vec<Affix>) -> Option<Texts> {
    let tables = &program.automata;
    let record = *tables.text_sets.get(set.0 as usize)?;
    let lists = [record.exact, record.pairs, record.substrings, record.simulated];
    if record.everything || lists.iter().any(|list| list.len > 0) {
        return None;
    }
    let mut few = |list: List, words: fn(&[u8]) -> [u64; 2]| {
        let literals = list.of(&tables.literal_pool).filter(|literals| literals.len() <= FEW)?;
        let start = affixes.len();
        for &id in literals {
            affixes.push(Affix::new(tables, id, words)?);
        }
        from(start, affixes)
    };
    match [record.prefixes, record.suffixes, record.dfas].map(|list| list.len) {
        [1..=u32::MAX, 0, 0] => few(record.prefixes, first_words).map(Texts::Begin),
        [0, 1..=u32::MAX, 0] => few(record.suffixes, last_words).map(Texts::End),
        [0, 0, 1] => record.dfas.indices().next().map(|dfa| Texts::Dfa(DfaId(dfa))),
        _ => None,
    }
}
