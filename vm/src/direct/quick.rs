//! Element sets of one part, which most are: tested without asking for the other parts.

use crate::automata::{Dfa, MatcherCache, has_line_end};
use crate::bytecode::automata::{AutomataTables, DfaId, LiteralId, TextSetRecord};
use crate::bytecode::operand::Elements;
use crate::bytecode::program::{ElementSetRecord, List, Program, RangeRecord, StringId};
use crate::number::Number;
use crate::policy::Policy;
use crate::value::Leaf;
use crate::work::of_len;

/// What each element set of a program is.
#[derive(Debug, Default)]
pub(super) struct QuickSets {
    sets: Vec<Quick>,
    /// Ranges of integers, both ends included.
    ints: Vec<(i128, i128)>,
}

/// What an element set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quick {
    /// The string.
    String(StringId),
    /// The strings that begin with the text.
    Prefix(LiteralId),
    /// The strings that end with it.
    Suffix(LiteralId),
    /// The strings that the automaton accepts.
    Dfa(DfaId),
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

    fn set(&mut self, program: &Program, set: usize) -> Option<Quick> {
        let record = program.element_sets.get(set)?;
        let ElementSetRecord { anything, accepts_true, accepts_false, strings, ints, .. } = *record;
        let ElementSetRecord { numbers, floats, dates, sized, patterns, .. } = *record;
        let lengths = [strings, numbers, ints, floats, dates, sized, patterns].map(|list| list.len);
        if anything || accepts_true || accepts_false {
            return None;
        }
        match lengths {
            [1, 0, 0, 0, 0, 0, 0] => strings.of(&program.string_pool)?.first().copied().map(Quick::String),
            [0, 0, 1, 0, 0, 0, 0] => {
                let range = integers(ints.of(&program.number_ranges)?.first()?)?;
                self.ints.push(range);
                u32::try_from(self.ints.len() - 1).ok().map(Quick::Int)
            }
            [0, 0, 0, 0, 0, 0, _] => {
                let texts = program.automata.elements.get(set)?;
                match (texts.plain, texts.line_mode) {
                    (Some(plain), None) => {
                        texts_of(&program.automata, program.automata.text_sets.get(plain.0 as usize)?)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether a leaf is in the set, as [`ElementSet::accepts`] says.
    #[inline]
    pub(super) fn accepts(
        &self,
        policy: &Policy,
        set: Elements,
        leaf: Leaf<'_>,
        lines: bool,
        cache: &mut MatcherCache,
    ) -> Option<bool> {
        let quick = *self.sets.get(set.index())?;
        let program = policy.program();
        Some(match (quick, leaf) {
            (Quick::Other, _) | (Quick::Int(_), Leaf::Number(Number::Float(_))) => {
                policy.elements(set)?.accepts(leaf, lines, cache)
            }
            (Quick::Int(range), Leaf::Number(Number::Int(number))) => {
                let (first, last) = *self.ints.get(range as usize)?;
                first <= number && number <= last
            }
            (Quick::String(id), Leaf::Str(text)) => program.string(id)? == text,
            (Quick::Prefix(id), Leaf::Str(text)) => {
                text.starts_with(program.automata.literal(id)?) && (lines || !has_line_end(text))
            }
            (Quick::Suffix(id), Leaf::Str(text)) => {
                text.ends_with(program.automata.literal(id)?) && (lines || !has_line_end(text))
            }
            (Quick::Dfa(id), Leaf::Str(text)) => {
                let dfa = Dfa::new(&program.automata, id)?;
                cache.check(&dfa, text);
                cache.work.spend(of_len(text.len()));
                dfa.accepts(text) && (lines || !has_line_end(text))
            }
            _ => false,
        })
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
