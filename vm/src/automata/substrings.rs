//! Searching a text for any of some substrings.
//!
//! Of many substrings, those of ordinary text look like none nearly everywhere. So [`Sampled`] looks at a few bytes, a
//! gram, at every n-th place only, where n is such that each substring has one of its first grams there wherever it
//! stands; and tries the substrings where a table says that the gram may be one of theirs.
//!
//! Text that is full of near misses would make that slow. So what is tried is counted, and if it is too much for the
//! bytes that were passed, an automaton does the rest of the text, which takes the same time for each byte whatever it
//! is.
//!
//! Invariant: a text takes time in proportion to its length, whatever the substrings.

use super::loaded::{LoadError, Room};
use crate::bytecode::automata::{AutomataTables, LiteralId};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use memchr::memmem::Finder;

/// Texts of so many bytes together may be searched for by a table of transitions, which is quicker and much larger.
const LONGEST_IN_TABLE: usize = 4096;

/// Some substrings, ready to be searched for.
#[derive(Debug, Clone, Default)]
pub(super) enum Substrings {
    /// There is none.
    #[default]
    None,
    /// There is one.
    One(Box<Finder<'static>>),
    /// There are more.
    Many(Box<Many>),
}

/// Many substrings.
#[derive(Debug, Clone)]
pub(super) struct Many {
    sampled: Option<Sampled>,
    automaton: AhoCorasick,
}

impl Substrings {
    /// The search for these literals of `tables`; `missing` is the error that one is not there.
    pub(super) fn new(
        tables: &AutomataTables,
        ids: &[LiteralId],
        room: &mut Room,
        missing: impl Fn() -> LoadError,
    ) -> Result<Substrings, LoadError> {
        let texts = ids.iter().map(|&id| tables.literal(id).ok_or_else(&missing));
        let texts = texts.collect::<Result<Vec<&str>, _>>()?;
        Ok(match texts.as_slice() {
            [] => Substrings::None,
            [text] => {
                room.take(text.len() + size_of::<Finder<'static>>())?;
                Substrings::One(Box::new(Finder::new(text.as_bytes()).into_owned()))
            }
            texts => {
                let bytes = room.check_search(texts)?;
                let sampled = Sampled::new(tables, ids);
                // A table of transitions takes up to 1 KiB for each byte of the texts. What is for ordinary text would make
                // the rest slower, once that was left to the automaton.
                let kind = (bytes > LONGEST_IN_TABLE).then_some(AhoCorasickKind::ContiguousNFA);
                let mut builder = AhoCorasick::builder();
                let builder = builder.kind(kind).prefilter(sampled.is_none());
                let automaton = builder.build(texts).map_err(LoadError::search)?;
                room.take(automaton.memory_usage() + sampled.as_ref().map_or(0, Sampled::memory_usage))?;
                Substrings::Many(Box::new(Many { sampled, automaton }))
            }
        })
    }

    /// Whether there are none.
    pub(super) fn is_none(&self) -> bool {
        matches!(self, Substrings::None)
    }

    /// Whether one of them is in `text`; `tables` are those that they were made of.
    pub(super) fn is_in(&self, tables: &AutomataTables, text: &str) -> bool {
        match self {
            Substrings::None => false,
            Substrings::One(finder) => finder.find(text.as_bytes()).is_some(),
            Substrings::Many(many) => many.is_in(tables, text.as_bytes()),
        }
    }
}

impl Many {
    fn is_in(&self, tables: &AutomataTables, text: &[u8]) -> bool {
        let left = match &self.sampled {
            Some(sampled) if text.len() >= WORTH_SAMPLING => sampled.search(tables, text),
            _ => Some(0),
        };
        left.is_none_or(|start| self.automaton.is_match(text.get(start..).unwrap_or_default()))
    }
}

/// Shorter texts are for the automaton.
const WORTH_SAMPLING: usize = 64;
/// The bytes of a word, of which a gram is the first.
const WORD: usize = size_of::<u64>();
/// There are so many offsets in a byte of the table.
const OFFSETS: usize = u8::BITS as usize;
/// More substrings would fill the table.
const MOST: usize = 1 << 16;
/// The length of tables: the short one fits the first cache, the long one the second.
const SHORT: usize = 1 << 13;
const LONG: usize = 1 << 18;
/// So many entries of the short table for each gram, at least.
const SPARSE: usize = 16;
/// So much may be tried before a text has shown that it is ordinary, in bytes.
const AT_FIRST: usize = 4096;
/// What trying a place counts, in bytes that are passed in the meantime, unless a substring begins nearly so.
const EACH_TRY: usize = 16;
/// And so many bytes are compared in the time of passing one.
const COMPARED: usize = 16;
/// An odd constant that nobody chose: fractional digits of π.
const SPREAD: u64 = 0x243f_6a88_85a3_08d3;

/// Substrings by their first grams.
#[derive(Debug, Clone)]
struct Sampled {
    /// The substrings, ascending; none begins with another.
    texts: Vec<Text>,
    /// For each hash of a gram at which offsets a substring may have it: bits. It is short or long.
    table: Vec<u8>,
    /// The bits of a word that are a gram's.
    mask: u64,
    /// Every so many bytes a gram is looked at.
    stride: usize,
    /// What looking for a text in full counts, in bytes.
    each_search: usize,
}

/// A substring with its first word.
#[derive(Debug, Clone, Copy)]
struct Text {
    /// The first eight bytes, with zeros for what is missing; the first byte is the highest, so that the order is that of texts.
    head: u64,
    /// Which of these are there.
    mask: u64,
    id: LiteralId,
}

impl Text {
    fn new(text: &str, id: LiteralId) -> Text {
        let missing = WORD.saturating_sub(text.len());
        let mask = u64::MAX.checked_shl(u8::BITS * u32::try_from(missing).unwrap_or(0)).unwrap_or(0);
        Text { head: head(text.as_bytes()), mask, id }
    }
}

/// What a search has tried so far.
struct Tried {
    bytes: usize,
}

impl Sampled {
    /// For these literals, all of which are there; none if this would not serve them.
    fn new(tables: &AutomataTables, ids: &[LiteralId]) -> Option<Sampled> {
        let mut all: Vec<(&str, LiteralId)> =
            ids.iter().map(|&id| Some((tables.literal(id)?, id))).collect::<Option<_>>()?;
        all.sort_unstable_by_key(|(text, _)| *text);
        // What has one that begins with another has that one.
        all.dedup_by(|(text, _), (kept, _)| text.starts_with(*kept));
        let shortest = all.iter().map(|(text, _)| text.len()).min()?;
        let longest = all.iter().map(|(text, _)| text.len()).max()?;
        if shortest == 0 || all.len() > MOST {
            return None;
        }
        // Longer grams are rarer, shorter ones leave more places out.
        let gram = (shortest / 2 + 1).max(3).min(shortest).min(WORD);
        let stride = (shortest - gram + 1).min(OFFSETS);
        let is_short = (all.len() * stride).saturating_mul(SPARSE) <= SHORT;
        let steps = all.len().next_power_of_two().trailing_zeros() as usize + 1;
        let mut sampled = Sampled {
            texts: all.iter().map(|(text, id)| Text::new(text, *id)).collect(),
            table: vec![0; if is_short { SHORT } else { LONG }],
            mask: u64::MAX >> (u64::BITS as usize - u8::BITS as usize * gram),
            stride,
            each_search: steps.saturating_mul(EACH_TRY + longest / COMPARED),
        };
        for (text, _) in &all {
            for offset in 0..stride {
                let word = word_at(text.as_bytes(), offset);
                let places =
                    if is_short { sampled.places::<SHORT>(word) } else { sampled.places::<LONG>(word) };
                for place in places {
                    *sampled.table.get_mut(place)? |= 1 << offset;
                }
            }
        }
        Some(sampled)
    }

    fn memory_usage(&self) -> usize {
        size_of::<Many>() + self.table.len() + self.texts.len() * size_of::<Text>()
    }

    /// Searches a text: nothing if a substring was found, else from where on there may be one that was not.
    fn search(&self, tables: &AutomataTables, text: &[u8]) -> Option<usize> {
        match (self.table.first_chunk::<SHORT>(), self.table.first_chunk::<LONG>()) {
            (_, Some(table)) => self.search_by(table, tables, text),
            (Some(table), None) => self.search_by(table, tables, text),
            (None, None) => Some(0),
        }
    }

    fn search_by<const LEN: usize>(
        &self,
        table: &[u8; LEN],
        tables: &AutomataTables,
        text: &[u8],
    ) -> Option<usize> {
        let (mut at, mut tried) = (0_usize, Tried { bytes: 0 });
        while let Some(word) = text.get(at..).and_then(<[u8]>::first_chunk::<WORD>) {
            let [first, second] = self.places::<LEN>(u64::from_le_bytes(*word));
            let offsets = table.get(first).copied().unwrap_or(0);
            if offsets != 0 {
                let offsets = offsets & table.get(second).copied().unwrap_or(0);
                if offsets != 0 && self.is_around(tables, text, at, offsets, &mut tried) {
                    return None;
                }
                if tried.bytes > at + AT_FIRST {
                    return Some(at + 1);
                }
            }
            at += self.stride;
        }
        // Less than a word is left. What begins at the last place, or before, was tried.
        Some((at + 1).saturating_sub(self.stride))
    }

    /// Whether a substring begins at one of these offsets before a place.
    fn is_around(
        &self,
        tables: &AutomataTables,
        text: &[u8],
        at: usize,
        mut offsets: u8,
        tried: &mut Tried,
    ) -> bool {
        while offsets != 0 {
            let offset = offsets.trailing_zeros() as usize;
            offsets &= offsets - 1;
            let rest = at.checked_sub(offset).and_then(|start| text.get(start..));
            if rest.is_some_and(|rest| self.begins(tables, rest, tried)) {
                return true;
            }
        }
        false
    }

    /// Whether a text begins with a substring.
    fn begins(&self, tables: &AutomataTables, text: &[u8], tried: &mut Tried) -> bool {
        tried.bytes = tried.bytes.saturating_add(EACH_TRY);
        // None begins with another, so the only one that `text` can begin with is the last that is not after it.
        let head = head(text);
        let after = self.texts.partition_point(|text| text.head <= head);
        let Some(last) = after.checked_sub(1).and_then(|place| self.texts.get(place)) else { return false };
        if last.head & last.mask != head & last.mask {
            return false;
        }
        tried.bytes = tried.bytes.saturating_add(self.each_search);
        let literal = |text: &Text| tables.literal(text.id).unwrap_or_default().as_bytes();
        let after = self.texts.partition_point(|other| literal(other) <= text);
        let last = after.checked_sub(1).and_then(|place| self.texts.get(place));
        last.is_some_and(|last| text.starts_with(literal(last)))
    }

    /// The two places in a table of this length for the gram that a word begins with.
    #[inline]
    fn places<const LEN: usize>(&self, word: u64) -> [usize; 2] {
        let hash = (word & self.mask).wrapping_mul(SPREAD);
        let bits = LEN.trailing_zeros();
        [(hash >> (u64::BITS - bits)) as usize, (hash << bits >> (u64::BITS - bits)) as usize]
    }
}

/// The first word of a text, in the order of texts.
#[inline]
fn head(text: &[u8]) -> u64 {
    match text.first_chunk::<WORD>() {
        Some(word) => u64::from_be_bytes(*word),
        None => word_at(text, 0).swap_bytes(),
    }
}

/// The word that begins at a place of a text, with zeros for what is missing.
fn word_at(text: &[u8], at: usize) -> u64 {
    let mut word = [0; WORD];
    word.iter_mut().zip(text.iter().skip(at)).for_each(|(to, from)| *to = *from);
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests;
