//! Element sets of one part, which most are: tested without asking for the other parts.

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
#[derive(Debug, Clone, Copy)]
pub(super) struct Affix {
    /// Its first eight bytes, or its last ones: what there is of them where a text has it, and which bits these are.
    word: u64,
    mask: u64,
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
                let (word, bytes) = (first_word(text), text.as_bytes());
                let begins = |affix: &Affix| {
                    affix.may_be(word, text) && bytes.starts_with(affix.compared(tables, &mut cache.work))
                };
                list.of(&direct.affixes)?.iter().any(begins)
            }
            Texts::End(list) => {
                let (word, bytes) = (last_word(text), text.as_bytes());
                let ends = |affix: &Affix| {
                    affix.may_be(word, text) && bytes.ends_with(affix.compared(tables, &mut cache.work))
                };
                list.of(&direct.affixes)?.iter().any(ends)
            }
            Texts::Dfa(id) => {
                let dfa = Dfa::new(tables, id)?;
                cache.check(&dfa, text);
                cache.work.spend(of_len(text.len()));
                dfa.accepts(text)
            }
            Texts::Set(set) => policy.automata().accepts(tables, set, text, cache),
        };
        if !found || lines {
            return Some(found);
        }
        cache.work.spend(of_text(text, BYTES_COMPARED));
        Some(!has_line_end(text))
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
        let is = |string: &NamedId| {
            string.has(words)
                && (words.are_all() || {
                    work.spend(of_text(text, BYTES_COMPARED));
                    program.string(StringId(string.id)) == Some(text)
                })
        };
        list.of(&self.strings).unwrap_or_default().iter().any(is)
    }
}

impl Affix {
    /// The literal, as the words of texts from one end are.
    fn new(
        tables: &AutomataTables,
        id: LiteralId,
        word: fn(&str) -> u64,
        shifted: fn(u64, u32) -> u64,
    ) -> Option<Affix> {
        let text = tables.literal(id)?;
        let end = *tables.literals.get(id.0 as usize)?;
        let beyond = 8_u32.saturating_sub(u32::try_from(text.len()).ok()?) * 8;
        // Shifted out where a short literal has no bytes.
        let mask = if beyond < u64::BITS { shifted(u64::MAX, beyond) } else { 0 };
        Some(Affix { word: word(text), mask, start: end - u32::try_from(text.len()).ok()?, end })
    }

    /// Whether a text with this word may have it: false only if it does not.
    #[inline]
    fn may_be(&self, word: u64, text: &str) -> bool {
        (word ^ self.word) & self.mask == 0 && text.len() >= (self.end - self.start) as usize
    }

    /// The literal, to be compared: any number of rules may share a long one.
    #[inline]
    fn compared<'t>(&self, tables: &'t AutomataTables, work: &mut Work) -> &'t [u8] {
        work.spend(u64::from(self.end - self.start) / BYTES_COMPARED);
        tables.literal_text.as_bytes().get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// The first eight bytes of a text, with zeros behind a shorter one.
#[inline]
fn first_word(text: &str) -> u64 {
    match text.as_bytes().first_chunk() {
        Some(first) => u64::from_le_bytes(*first),
        None => text.bytes().rev().fold(0, |word, byte| word << 8 | u64::from(byte)),
    }
}

/// The last eight bytes of a text, with zeros before a shorter one.
#[inline]
fn last_word(text: &str) -> u64 {
    match text.as_bytes().last_chunk() {
        Some(last) => u64::from_le_bytes(*last),
        None => text.bytes().fold(0, |word, byte| word >> 8 | u64::from(byte) << 56),
    }
}

/// What a text set is, if it is of one part.
fn of_set(program: &Program, set: TextSetId, affixes: &mut Vec<Affix>) -> Option<Texts> {
    let tables = &program.automata;
    let record = *tables.text_sets.get(set.0 as usize)?;
    let lists = [record.exact, record.pairs, record.substrings, record.simulated];
    if record.everything || lists.iter().any(|list| list.len > 0) {
        return None;
    }
    let mut few = |list: List, word: fn(&str) -> u64, shifted: fn(u64, u32) -> u64| {
        let literals = list.of(&tables.literal_pool).filter(|literals| literals.len() <= FEW)?;
        let start = affixes.len();
        for &id in literals {
            affixes.push(Affix::new(tables, id, word, shifted)?);
        }
        from(start, affixes)
    };
    match [record.prefixes, record.suffixes, record.dfas].map(|list| list.len) {
        [1..=u32::MAX, 0, 0] => {
            few(record.prefixes, first_word, |all, beyond| all >> beyond).map(Texts::Begin)
        }
        [0, 1..=u32::MAX, 0] => few(record.suffixes, last_word, |all, beyond| all << beyond).map(Texts::End),
        [0, 0, 1] => record.dfas.indices().next().map(|dfa| Texts::Dfa(DfaId(dfa))),
        _ => None,
    }
}
