//! From the patterns of a program to its automata: what the compiler does once.
//!
//! The tables follow from the patterns and the budget alone: the same program gives the same tables.

use super::budget::Budget;
use super::table::TooMany;
use super::text_set::{Part, Parts, TextSets};
use crate::bytecode::automata::{AutomataTables, TextsRecord};
use crate::bytecode::program::{PatternId, Program, TextRecord};
use crate::dispatch;
use crate::keyed::QuickHash;
use crate::pattern::{Pattern, PatternError};
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

/// What a person should know of the automata of a program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The patterns that are simulated, each once, by number.
    pub simulated: Vec<Simulated>,
}

/// A pattern that has no table, so that it is slower.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Simulated {
    /// Which.
    pub pattern: PatternId,
    /// Why.
    pub reason: Reason,
}

/// Why a pattern has no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It has a word boundary of Unicode, which no table can tell.
    WordBoundary,
    /// Its own table would be over the limit.
    TableTooLarge,
    /// The tables of the whole policy are at their limit.
    TablesTooLarge,
}

/// Why the automata of a program cannot be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError(Cause);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    Missing(&'static str, u32),
    Pattern(PatternId, PatternError),
    TooMany,
}

impl BuildError {
    /// Whether a table would have more entries than its ids can count; else the program is not valid.
    pub fn is_too_large(&self) -> bool {
        self.0 == Cause::TooMany
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Missing(what, index) => write!(f, "{what} {index} does not exist"),
            Cause::Pattern(id, error) => write!(f, "pattern {}: {error}", id.0),
            Cause::TooMany => f.write_str("the automata would have more entries than their ids can count"),
        }
    }
}

impl std::error::Error for BuildError {}

impl From<TooMany> for BuildError {
    fn from(_: TooMany) -> BuildError {
        BuildError(Cause::TooMany)
    }
}

/// Builds the automata of all patterns of `program` and stores them in it.
///
/// Patterns for which the budget has no table are simulated when the policy runs; the report names them.
///
/// # Errors
/// If the program refers to what it does not have, has a pattern that is none, or would be too large.
pub fn build(program: &mut Program, budget: Budget) -> Result<Report, BuildError> {
    build_parsed(program, budget, &[])
}

/// The same as [`build`], if some patterns have been parsed already: `parsed` has them at the numbers of the program's patterns.
///
/// # Errors
/// As [`build`].
pub fn build_parsed(
    program: &mut Program,
    mut budget: Budget,
    parsed: &[Option<Pattern>],
) -> Result<Report, BuildError> {
    let (tables, mut report) = tables(program, &mut budget, parsed)?;
    program.automata = tables;
    dispatch::build(program, &mut budget, &mut report.simulated, parsed)?;
    report.simulated.sort_unstable();
    report.simulated.dedup_by_key(|simulated| simulated.pattern);
    Ok(report)
}

/// The automata of element sets.
fn tables(
    program: &Program,
    budget: &mut Budget,
    parsed: &[Option<Pattern>],
) -> Result<(AutomataTables, Report), BuildError> {
    let mut builder = Builder {
        program,
        parsed,
        sets: TextSets::default(),
        known: HashMap::default(),
        recognised: HashMap::default(),
    };
    for record in &program.element_sets {
        let missing = BuildError(Cause::Missing("the list of patterns at", record.patterns.start));
        let patterns = record.patterns.of(&program.pattern_pool).ok_or(missing)?;
        let texts = if record.anything { TextsRecord::default() } else { builder.texts(patterns, budget)? };
        builder.sets.tables.elements.push(texts);
    }
    for record in &program.sized_texts {
        let texts = match record.text {
            TextRecord::Exact(_) => TextsRecord::default(),
            TextRecord::Pattern(id) => builder.texts(&[id], budget)?,
        };
        builder.sets.tables.sized.push(texts);
    }
    let TextSets { tables, mut simulated } = builder.sets;
    simulated.sort_unstable();
    simulated.dedup_by_key(|simulated| simulated.pattern);
    Ok((tables, Report { simulated }))
}

struct Builder<'p> {
    program: &'p Program,
    parsed: &'p [Option<Pattern>],
    sets: TextSets,
    /// The sets that are there already.
    known: HashMap<Vec<PatternId>, TextsRecord, QuickHash>,
    /// What is known of the patterns so far: parsing one anew for each set that has it would take time.
    recognised: HashMap<PatternId, (bool, Part), QuickHash>,
}

impl Builder<'_> {
    /// The sets of the texts that `patterns` match.
    fn texts(&mut self, patterns: &[PatternId], budget: &mut Budget) -> Result<TextsRecord, BuildError> {
        let mut key = patterns.to_vec();
        key.sort_unstable();
        key.dedup();
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let parse = |id: PatternId| pattern(self.program, id);
        let parsed = self.parsed;
        let (mut plain, mut line_mode) = (None, None);
        for &id in &key {
            let (sets_line_mode, part) = match self.recognised.entry(id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let pattern = known_or(parsed, id, || parse(id))?;
                    new.insert((pattern.sets_line_mode(), Part::of(&pattern)))
                }
            };
            let parts: &mut Option<Parts> = if *sets_line_mode { &mut line_mode } else { &mut plain };
            parts.get_or_insert_default().add(id, part);
        }
        let mut add =
            |parts: Option<Parts>| parts.map(|parts| self.sets.add(parts, budget, &parse)).transpose();
        let record = TextsRecord { plain: add(plain)?, line_mode: add(line_mode)? };
        self.known.insert(key, record);
        Ok(record)
    }
}

/// The pattern of this number, if it is parsed already, or what `parse` gives.
pub(crate) fn known_or(
    parsed: &[Option<Pattern>],
    id: PatternId,
    parse: impl FnOnce() -> Result<Pattern, BuildError>,
) -> Result<Cow<'_, Pattern>, BuildError> {
    match parsed.get(id.0 as usize) {
        Some(Some(known)) => Ok(Cow::Borrowed(known)),
        _ => parse().map(Cow::Owned),
    }
}

/// Parses a pattern of the program.
pub(crate) fn pattern(program: &Program, id: PatternId) -> Result<Pattern, BuildError> {
    let missing = || BuildError(Cause::Missing("pattern", id.0));
    let record = program.patterns.get(id.0 as usize).ok_or_else(missing)?;
    let text = program.string(record.text).ok_or_else(missing)?;
    Pattern::parse(record.syntax, text).map_err(|error| BuildError(Cause::Pattern(id, error)))
}

#[cfg(test)]
mod tests {
    use super::{Budget, build, build_parsed, pattern};
    use crate::bytecode::program::PatternId;
    use crate::testing::Assembler;

    #[test]
    fn patterns_that_are_parsed_already_make_the_same_tables() {
        let assembled = || {
            let mut asm = Assembler::new();
            for text in ["a.*", "x+y", "(?s)a|b.*c"] {
                asm.regex_set(text);
                let block = asm.regex(text);
                asm.block(block);
            }
            asm.program
        };
        let (mut program, mut other) = (assembled(), assembled());
        let all = (0..program.patterns.len() as u32).map(|id| pattern(&program, PatternId(id)).ok());
        // One of them is not there, and the last ones are not either.
        let mut parsed: Vec<_> = all.collect();
        (parsed[1], _) = (None, parsed.pop());
        let budget = || Budget::new(1 << 16, 1 << 20);
        let report = build(&mut program, budget()).unwrap();
        assert_eq!(build_parsed(&mut other, budget(), &parsed).unwrap(), report);
        assert!(!program.automata.dfas.is_empty());
        assert_eq!(format!("{:?}", other.automata), format!("{:?}", program.automata));
        assert_eq!(format!("{:?}", other.dispatch), format!("{:?}", program.dispatch));
    }
}
