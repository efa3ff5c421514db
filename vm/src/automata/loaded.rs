//! What cannot be written out and is made when a policy is loaded: searches for substrings, and simulations.

use super::dfa::Dfa;
use super::simulation::{MatcherCache, Simulation};
use super::substrings::Substrings;
use crate::bytecode::automata::{AutomataTables, DfaId, LiteralId, TextSetId, TextSetRecord};
use crate::bytecode::program::{List, PatternId, Program};
use crate::limits::{LimitExceeded, Limits};
use crate::pattern::{Pattern, PatternError};
use crate::work::{BYTES_COMPARED, Work, of_len};
use std::cmp::Ordering;
use std::fmt;

/// What building a search for many texts takes, for each byte of them, unless they begin alike.
const SEARCH_BYTES: usize = 32;
/// What parsing a pattern takes for each byte of its text, at least.
const PARSING_BYTES: usize = 16;

/// The automata of a program that runs: its tables, and what was made when it was loaded. Immutable.
#[derive(Debug, Clone, Default)]
pub(crate) struct Automata {
    /// For each text set.
    sets: Vec<Made>,
}

/// What was made for a text set.
#[derive(Debug, Clone, Default)]
struct Made {
    substrings: Substrings,
    simulation: Option<Box<Simulation>>,
}

/// Why automata could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoadError(Cause);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    Missing(&'static str, u32),
    Pattern(PatternId, PatternError),
    Search(String),
    Limit(LimitExceeded),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Missing(what, index) => write!(f, "{what} {index} refers to what the tables do not have"),
            Cause::Pattern(id, error) => write!(f, "pattern {}: {error}", id.0),
            Cause::Search(error) => write!(f, "the search for substrings cannot be built: {error}"),
            Cause::Limit(error) => write!(f, "the patterns of the policy are {error}"),
        }
    }
}

impl std::error::Error for LoadError {}

impl LoadError {
    /// The limit that was passed, if that is why.
    pub(crate) fn limit(&self) -> Option<&LimitExceeded> {
        match &self.0 {
            Cause::Limit(limit) => Some(limit),
            Cause::Missing(..) | Cause::Pattern(..) | Cause::Search(_) => None,
        }
    }

    /// A row refers to what the program does not have.
    pub(crate) fn missing(table: &'static str, row: u32) -> LoadError {
        LoadError(Cause::Missing(table, row))
    }

    /// A search for substrings cannot be built.
    pub(crate) fn search(error: impl fmt::Display) -> LoadError {
        LoadError(Cause::Search(error.to_string()))
    }
}

impl Automata {
    /// Makes what `program` needs beside its tables.
    ///
    /// # Errors
    /// If it takes more than the limit `automata_bytes`; or if the program has a pattern that is none, or refers to what it
    /// does not have. The verifier has refused such programs before.
    pub(crate) fn load(program: &Program, room: &mut Room) -> Result<Automata, LoadError> {
        let sets = (0..).map(TextSetId).zip(&program.automata.text_sets);
        let sets = sets.map(|(id, record)| {
            let missing = || LoadError::missing("text set", id.0);
            let made = Made {
                substrings: substrings(&program.automata, record.substrings, room, missing)?,
                simulation: simulation(program, record.simulated, room, missing)?,
            };
            room.take(size_of::<Made>())?;
            Ok(made)
        });
        Ok(Automata { sets: sets.collect::<Result<_, _>>()? })
    }

    /// Whether `text` is in the text set `id`. Does not allocate once the cache has grown to its size.
    pub(crate) fn accepts(
        &self,
        tables: &AutomataTables,
        id: TextSetId,
        text: &str,
        cache: &mut MatcherCache,
    ) -> bool {
        let index = id.0 as usize;
        let (Some(record), Some(made)) = (tables.text_sets.get(index), self.sets.get(index)) else {
            return false;
        };
        if record.everything {
            return true;
        }
        // All that has at most a few steps for each byte.
        let searches = 1 + u64::from(!made.substrings.is_none());
        let steps = of_len(text.len()).saturating_mul(searches + of_len(record.dfas.len as usize));
        cache.work.spend(steps.saturating_add(of_len(record.pairs.len as usize)));
        is_literal(tables, record, text, &mut cache.work) || made.substrings.is_in(tables, text) || {
            let mut dfas = record.dfas.indices().filter_map(|dfa| Dfa::new(tables, DfaId(dfa)));
            dfas.any(|dfa| {
                cache.check(&dfa, text);
                dfa.accepts(text)
            }) || made.simulation.as_ref().is_some_and(|simulation| simulation.accepts(text, cache))
        }
    }
}

/// Whether `text` is an exact text, or has a prefix, a suffix, or both of a pair.
fn is_literal(tables: &AutomataTables, record: &TextSetRecord, text: &str, work: &mut Work) -> bool {
    let pool = |list: List| list.of(&tables.literal_pool).unwrap_or_default();
    let literal = |id: &LiteralId| tables.literal(*id).unwrap_or_default();
    // No prefix begins with another, so the only one that `text` can begin with is the last that is not after it.
    let last = |ids: &[LiteralId], order: &dyn Fn(&str) -> Ordering| match ids {
        [] => None,
        [only] => Some(literal(only)),
        ids => {
            let after = ids.partition_point(|id| order(literal(id)) != Ordering::Greater);
            after.checked_sub(1).and_then(|place| ids.get(place)).map(literal)
        }
    };
    let (exact, prefixes, suffixes) = (pool(record.exact), pool(record.prefixes), pool(record.suffixes));
    let backwards = |other: &str| other.bytes().rev().cmp(text.bytes().rev());
    (!exact.is_empty() && exact.binary_search_by(|id| literal(id).cmp(text)).is_ok())
        || last(prefixes, &|other| other.cmp(text)).is_some_and(|prefix| text.starts_with(prefix))
        || last(suffixes, &backwards).is_some_and(|suffix| text.ends_with(suffix))
        || record.pairs.of(&tables.literal_pairs).unwrap_or_default().iter().any(|(prefix, suffix)| {
            // Pairs are looked at one by one, and may all begin with what the text begins with.
            let (prefix, suffix) = (literal(prefix), literal(suffix));
            work.spend(of_len(prefix.len().saturating_add(suffix.len()).min(text.len())) / BYTES_COMPARED);
            work.is_over() || text.strip_prefix(prefix).is_some_and(|rest| rest.ends_with(suffix))
        })
}

/// Bytes that may still be taken.
#[derive(Debug)]
pub(crate) struct Room {
    limit: usize,
    taken: usize,
}

impl Room {
    /// Room for all that is made when a policy is loaded: the limit `automata_bytes`.
    pub(crate) fn new(limits: &Limits) -> Room {
        Room { limit: limits.automata_bytes, taken: 0 }
    }

    /// Takes some, or refuses.
    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), LoadError> {
        self.taken = self.taken.saturating_add(bytes);
        LimitExceeded::check("automata_bytes", self.taken, self.limit)
            .map_err(|error| LoadError(Cause::Limit(error)))
    }

    /// Refuses if there is not so much left.
    pub(crate) fn check(&self, bytes: usize) -> Result<(), LoadError> {
        LimitExceeded::check("automata_bytes", self.taken.saturating_add(bytes), self.limit)
            .map_err(|error| LoadError(Cause::Limit(error)))
    }

    /// Refuses a search for so many texts before it is built, if there may not be enough left for it. Gives their length.
    pub(crate) fn check_search(&self, texts: &[&str]) -> Result<usize, LoadError> {
        let bytes = texts.iter().map(|text| text.len()).fold(0, usize::saturating_add);
        self.check(bytes.saturating_mul(SEARCH_BYTES))?;
        Ok(bytes)
    }

    /// What is left.
    pub(crate) fn left(&self) -> usize {
        self.limit.saturating_sub(self.taken)
    }
}

fn substrings(
    tables: &AutomataTables,
    list: List,
    room: &mut Room,
    missing: impl Fn() -> LoadError,
) -> Result<Substrings, LoadError> {
    Substrings::new(tables, list.of(&tables.literal_pool).ok_or_else(&missing)?, room, missing)
}

fn simulation(
    program: &Program,
    list: List,
    room: &mut Room,
    missing: impl Fn() -> LoadError,
) -> Result<Option<Box<Simulation>>, LoadError> {
    let ids = list.of(&program.automata.simulated).ok_or_else(&missing)?;
    if ids.is_empty() { Ok(None) } else { simulate(program, ids, room, missing).map(Some) }
}

/// The simulation of some patterns.
pub(crate) fn simulate(
    program: &Program,
    ids: &[PatternId],
    room: &mut Room,
    missing: impl Fn() -> LoadError,
) -> Result<Box<Simulation>, LoadError> {
    let mut parsed = Room { limit: room.left(), taken: 0 };
    let parse = |&id: &PatternId| {
        let record = program.patterns.get(id.0 as usize).ok_or_else(&missing)?;
        let text = program.string(record.text).ok_or_else(&missing)?;
        // Also where little comes of it: the same text may be parsed for many sets.
        room.take(text.len().saturating_mul(PARSING_BYTES))?;
        let pattern =
            Pattern::parse(record.syntax, text).map_err(|error| LoadError(Cause::Pattern(id, error)))?;
        // An automaton takes at least that; so not even the parsed patterns take much more than the limit.
        parsed.take(usize::try_from(pattern.size()).unwrap_or(usize::MAX))?;
        Ok(pattern)
    };
    let patterns = ids.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let patterns: Vec<&Pattern> = patterns.iter().collect();
    let Some(simulation) = Simulation::new(&patterns, room.left()) else {
        return Err(room.take(room.left().saturating_add(1)).err().unwrap_or_else(&missing));
    };
    room.take(simulation.memory_usage())?;
    Ok(Box::new(simulation))
}
