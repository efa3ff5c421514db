//! Sets of texts, as they are built: what any of some patterns matches, in the cheapest forms that mean the same.
//!
//! Literal texts are told apart on the parsed form ([`super::shape`]) and found by search. What is left of a set becomes one
//! automaton, or a few where one would be over the budget; and what has no automaton is simulated.

use super::budget::Budget;
use super::build::{BuildError, Reason, Simulated};
use super::determinise::{NoTable, has_unicode_word_boundary, union};
use super::shape::{Shape, recognise};
use super::table::{Table, TooMany, append, index};
use crate::bytecode::automata::{AutomataTables, LiteralId, TextSetId, TextSetRecord};
use crate::bytecode::program::{List, PatternId};
use crate::pattern::Pattern;
use std::collections::{BTreeSet, HashMap};

/// The text sets of a program under construction.
#[derive(Debug, Default)]
pub(super) struct TextSets {
    pub(super) tables: AutomataTables,
    /// The patterns that are simulated, maybe more than once.
    pub(super) simulated: Vec<Simulated>,
}

/// The parts of a set, collected before they go to the tables.
#[derive(Debug, Default)]
pub(super) struct Parts {
    everything: bool,
    exact: BTreeSet<String>,
    prefixes: BTreeSet<String>,
    suffixes: Vec<String>,
    pairs: BTreeSet<(String, String)>,
    substrings: BTreeSet<String>,
    /// What needs an automaton. Parsed patterns can be large, so they are not kept.
    rest: Vec<Rest>,
    /// What has no table, however large.
    no_table: Vec<PatternId>,
}

/// What a pattern adds to a set.
#[derive(Debug)]
pub(super) enum Part {
    /// Texts that need no automaton.
    Shapes(Vec<Shape>),
    /// It has no table, however large.
    NoTable,
    /// It needs an automaton; its size.
    Rest(u64),
}

impl Part {
    /// What it is of a pattern.
    pub(super) fn of(pattern: &Pattern) -> Part {
        match recognise(pattern.whole()) {
            Some(shapes) => Part::Shapes(shapes),
            None if has_unicode_word_boundary(pattern) => Part::NoTable,
            None => Part::Rest(pattern.size()),
        }
    }
}

/// A pattern that needs an automaton, with its size.
#[derive(Debug, Clone, Copy)]
struct Rest {
    id: PatternId,
    size: u64,
}

/// Parses a pattern of the program.
pub(super) type Parse<'a> = dyn Fn(PatternId) -> Result<Pattern, BuildError> + 'a;

impl Parts {
    /// Adds what a pattern matches.
    pub(super) fn add(&mut self, id: PatternId, part: &Part) {
        match part {
            Part::Shapes(shapes) => shapes.iter().cloned().for_each(|shape| self.add_shape(shape)),
            Part::NoTable => self.no_table.push(id),
            Part::Rest(size) => self.rest.push(Rest { id, size: *size }),
        }
    }

    fn add_shape(&mut self, shape: Shape) {
        match shape {
            Shape::Everything => self.everything = true,
            Shape::Exact(texts) => self.exact.extend(texts),
            Shape::Prefixes(texts) => self.prefixes.extend(texts),
            Shape::Suffixes(texts) => self.suffixes.extend(texts),
            Shape::Pairs(pairs) => self.pairs.extend(pairs),
            Shape::Substrings(texts) => self.substrings.extend(texts),
        }
    }
}

impl TextSets {
    /// Adds the set of what the parts have.
    pub(super) fn add(
        &mut self,
        parts: Parts,
        budget: &mut Budget,
        parse: &Parse<'_>,
    ) -> Result<TextSetId, BuildError> {
        let parts = if parts.everything { Parts { everything: true, ..Parts::default() } } else { parts };
        let first_dfa = index(self.tables.dfas.len())?;
        let mut simulated = Vec::new();
        self.simulate(&parts.no_table, Reason::WordBoundary, &mut simulated);
        self.automata(&parts.rest, budget, parse, &mut simulated)?;
        simulated.sort_unstable();
        let mut literals = Literals::default();
        let tables = &mut self.tables;
        let suffixes = suffix_free(parts.suffixes);
        let pairs = parts
            .pairs
            .iter()
            .map(|(prefix, suffix)| Ok((literals.add(prefix, tables)?, literals.add(suffix, tables)?)));
        let pairs = pairs.collect::<Result<Vec<_>, TooMany>>()?;
        let record = TextSetRecord {
            everything: parts.everything,
            exact: literals.list(&parts.exact, tables)?,
            prefixes: literals.list(&prefix_free(parts.prefixes), tables)?,
            suffixes: literals.list(&suffixes, tables)?,
            pairs: append(&mut tables.literal_pairs, pairs)?,
            substrings: literals.list(&parts.substrings, tables)?,
            dfas: List { start: first_dfa, len: index(tables.dfas.len())?.saturating_sub(first_dfa) },
            simulated: append(&mut tables.simulated, simulated)?,
        };
        let id = TextSetId(index(tables.text_sets.len())?);
        tables.text_sets.push(record);
        Ok(id)
    }

    /// Adds automata of `patterns` to the tables; what has none goes to `simulated`.
    fn automata(
        &mut self,
        patterns: &[Rest],
        budget: &mut Budget,
        parse: &Parse<'_>,
        simulated: &mut Vec<PatternId>,
    ) -> Result<(), BuildError> {
        let mut open = portions(patterns, budget.for_table() as u64);
        open.reverse();
        while let Some(portion) = open.pop() {
            let room = budget.for_table();
            let ids = || portion.iter().map(|rest| rest.id);
            let table = if room == 0 {
                Err(NoTable::TooLarge)
            } else {
                let patterns = ids().map(parse).collect::<Result<Vec<_>, _>>()?;
                union(&patterns.iter().collect::<Vec<_>>(), room)
            };
            budget.spend(table.as_ref().map_or(room, Table::memory_usage));
            match (table, portion.split_at_checked(portion.len() / 2)) {
                (Ok(table), _) => {
                    table.add_to(&mut self.tables)?;
                }
                (Err(_), Some((left, right))) if !left.is_empty() => open.extend([right, left]),
                // As much room as there is for any table was not enough, or there was less.
                (Err(_), _) if room == budget.most() => {
                    self.simulate(&ids().collect::<Vec<_>>(), Reason::TableTooLarge, simulated);
                }
                (Err(_), _) => self.simulate(&ids().collect::<Vec<_>>(), Reason::TablesTooLarge, simulated),
            }
        }
        Ok(())
    }

    fn simulate(&mut self, patterns: &[PatternId], reason: Reason, simulated: &mut Vec<PatternId>) {
        simulated.extend(patterns);
        self.simulated.extend(patterns.iter().map(|&pattern| Simulated { pattern, reason }));
    }
}

/// Splits patterns into portions of at most `most`, which may fit a table; a larger pattern is alone.
fn portions(patterns: &[Rest], most: u64) -> Vec<&[Rest]> {
    let mut portions = Vec::new();
    let (mut start, mut size) = (0, 0_u64);
    for (at, pattern) in patterns.iter().enumerate() {
        size = size.saturating_add(pattern.size);
        if size > most && at > start {
            portions.extend(patterns.get(start..at));
            (start, size) = (at, pattern.size);
        }
    }
    portions.extend(patterns.get(start..).filter(|last| !last.is_empty()));
    portions
}

/// Without texts that begin with another: what begins with them begins with that.
fn prefix_free(sorted: BTreeSet<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for text in sorted {
        if !kept.last().is_some_and(|last| text.starts_with(last.as_str())) {
            kept.push(text);
        }
    }
    kept
}

/// The same for ends, ascending when read backwards.
fn suffix_free(mut texts: Vec<String>) -> Vec<String> {
    texts.sort_by(|a, b| a.bytes().rev().cmp(b.bytes().rev()));
    let mut kept: Vec<String> = Vec::new();
    for text in texts {
        if !kept.last().is_some_and(|last| text.ends_with(last.as_str())) {
            kept.push(text);
        }
    }
    kept
}

/// Literals of one set: equal ones are stored once.
#[derive(Default)]
struct Literals {
    known: HashMap<String, LiteralId>,
}

impl Literals {
    fn add(&mut self, text: &str, tables: &mut AutomataTables) -> Result<LiteralId, TooMany> {
        if let Some(&known) = self.known.get(text) {
            return Ok(known);
        }
        let id = LiteralId(index(tables.literals.len())?);
        tables.literal_text.push_str(text);
        tables.literals.push(index(tables.literal_text.len())?);
        self.known.insert(text.to_owned(), id);
        Ok(id)
    }

    fn list<'t>(
        &mut self,
        texts: impl IntoIterator<Item = &'t String>,
        tables: &mut AutomataTables,
    ) -> Result<List, TooMany> {
        let ids = texts.into_iter().map(|text| self.add(text, tables)).collect::<Result<Vec<_>, _>>()?;
        append(&mut tables.literal_pool, ids)
    }
}
