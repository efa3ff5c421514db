//! Patterns of tools that need an automaton, as few automata of many patterns.
//!
//! An automaton is asked only about names that have the literal text of one of its patterns ([`Guards`]), so patterns with
//! the same text go together, and the kind of text is chosen that fewest patterns share. How many patterns fit an
//! automaton depends on what they are (a dozen of `.*a[0-9].*` take megabytes, thousands of `get_[a-z]+` do not), so it is
//! found by trying: every attempt is within the budget, and the number goes up and down with success.

use super::guard::Guards;
use crate::automata::{Budget, BuildError, NoTable, Reason, Simulated, Table, many, parse};
use crate::bytecode::automata::AutomataTables;
use crate::bytecode::dispatch::ToolEngine;
use crate::bytecode::program::{PatternId, Program};
use std::collections::{BTreeMap, HashMap};

/// The largest automaton of many patterns, in bytes: small enough to stay in a processor's cache, and to fail fast.
const LARGEST_TABLE: usize = 64 * 1024;
/// How many patterns an automaton is tried for: at first, where the patterns have their texts at their ends or not, and at
/// most.
const FIRST_ANCHORED: usize = 64;
const FIRST_FLOATING: usize = 4;
const MOST: usize = 1024;
/// After so many successes in a row, more is tried again.
const PATIENCE: usize = 16;

/// A pattern that is no more than its guards tell.
#[derive(Debug)]
pub(super) struct Rest {
    pub(super) id: PatternId,
    pub(super) target: u32,
    /// The size of the pattern with its repetitions written out.
    pub(super) size: u64,
    /// Whether no table can tell what it matches.
    pub(super) no_table: bool,
    pub(super) guards: Guards,
}

/// An automaton and its patterns by number.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) engine: ToolEngine,
    pub(super) patterns: Vec<Rest>,
}

/// Makes automata of all patterns, each with the one guard that is to be used. A pattern that matches nothing gets none.
pub(super) fn merge(
    program: &Program,
    mut patterns: Vec<Rest>,
    automata: &mut AutomataTables,
    budget: &mut Budget,
    simulated: &mut Vec<Simulated>,
) -> Result<Vec<Merged>, BuildError> {
    patterns.retain(|rest| !rest.guards.pairs.is_empty());
    choose_guards(&mut patterns);
    let (no_table, patterns): (Vec<Rest>, Vec<Rest>) = patterns.into_iter().partition(|rest| rest.no_table);
    let (floating, anchored): (Vec<Rest>, Vec<Rest>) =
        patterns.into_iter().partition(|rest| rest.guards.inner.is_some());
    let mut merging = Merging { program, automata, budget, simulated, merged: Vec::new() };
    merging.simulate(no_table, Reason::WordBoundary);
    merging.run(anchored, FIRST_ANCHORED)?;
    // An automaton has to remember which of these it has found, so many of them take many states: only those that are
    // asked together share one.
    let mut by_text: BTreeMap<Option<String>, Vec<Rest>> = BTreeMap::new();
    for rest in floating {
        by_text.entry(rest.guards.inner.clone()).or_default().push(rest);
    }
    for group in by_text.into_values() {
        merging.run(group, FIRST_FLOATING)?;
    }
    Ok(merging.merged)
}

/// Leaves each pattern the guard that fewest others have: its pairs, or a text anywhere.
fn choose_guards(patterns: &mut [Rest]) {
    let (mut by_pair, mut by_text) = (HashMap::new(), HashMap::new());
    for Rest { guards, .. } in &*patterns {
        for pair in &guards.pairs {
            *by_pair.entry(pair.clone()).or_insert(0_usize) += 1;
        }
        if let Some(text) = &guards.inner {
            *by_text.entry(text.clone()).or_insert(0_usize) += 1;
        }
    }
    for Rest { guards, .. } in patterns {
        let of_pairs = guards.pairs.iter().filter_map(|pair| by_pair.get(pair)).max();
        let of_text = guards.inner.as_ref().and_then(|text| by_text.get(text));
        let always = guards.pairs.iter().any(|(prefix, suffix)| prefix.is_empty() && suffix.is_empty());
        let text_is_better = of_text.zip(of_pairs).is_some_and(|(text, pairs)| always || text < pairs);
        if !text_is_better {
            guards.inner = None;
        }
    }
}

struct Merging<'b> {
    program: &'b Program,
    automata: &'b mut AutomataTables,
    budget: &'b mut Budget,
    simulated: &'b mut Vec<Simulated>,
    merged: Vec<Merged>,
}

impl Merging<'_> {
    /// Makes automata of `patterns`, of `most` at first.
    fn run(&mut self, mut patterns: Vec<Rest>, mut most: usize) -> Result<(), BuildError> {
        patterns.sort_by(|a, b| key(a).cmp(&key(b)));
        // The next is last.
        patterns.reverse();
        let (mut successes, mut patience) = (0, 1);
        while !patterns.is_empty() {
            let room = self.budget.for_table();
            let count = fitting(&patterns, most, room.min(LARGEST_TABLE));
            let room = if count == 1 { room } else { room.min(LARGEST_TABLE) };
            let next = patterns.len() - count;
            let table = self.table(patterns.get(next..).unwrap_or_default(), room)?;
            self.budget.spend(table.as_ref().map_or(room, Table::memory_usage));
            match table {
                Ok(table) => {
                    let engine = ToolEngine::Dfa(table.add_to(self.automata)?);
                    self.merged.push(Merged { engine, patterns: taken(&mut patterns, count) });
                    successes += 1;
                    if table.memory_usage() <= room / 2 && successes >= patience {
                        most = (most * 2).min(MOST);
                    }
                }
                Err(_) if count > 1 => (most, successes, patience) = (count / 2, 0, PATIENCE),
                Err(_) => {
                    let all_there_is = room == self.budget.most();
                    let reason = if all_there_is { Reason::TableTooLarge } else { Reason::TablesTooLarge };
                    self.simulate(taken(&mut patterns, count), reason);
                }
            }
        }
        Ok(())
    }

    /// The automaton of the last patterns, the last first.
    fn table(&self, patterns: &[Rest], room: usize) -> Result<Result<Table, NoTable>, BuildError> {
        if room == 0 {
            return Ok(Err(NoTable::TooLarge));
        }
        let parsed = patterns.iter().rev().map(|rest| parse(self.program, rest.id));
        let parsed = parsed.collect::<Result<Vec<_>, _>>()?;
        Ok(many(&parsed.iter().collect::<Vec<_>>(), room))
    }

    fn simulate(&mut self, patterns: Vec<Rest>, reason: Reason) {
        for rest in patterns {
            self.simulated.push(Simulated { pattern: rest.id, reason });
            self.merged.push(Merged { engine: ToolEngine::Simulated(rest.id), patterns: vec![rest] });
        }
    }
}

/// The last `count`, the last first.
fn taken(patterns: &mut Vec<Rest>, count: usize) -> Vec<Rest> {
    let mut taken = patterns.split_off(patterns.len().saturating_sub(count));
    taken.reverse();
    taken
}

/// Patterns with the same guards stand together.
fn key(rest: &Rest) -> (Option<&String>, &[(String, String)], PatternId) {
    (rest.guards.inner.as_ref(), &rest.guards.pairs, rest.id)
}

/// How many patterns, from the last, may fit a table of `room` bytes: `most`, but one at least.
fn fitting(patterns: &[Rest], most: usize, room: usize) -> usize {
    let mut size = 0_u64;
    let fits = |rest: &&Rest| {
        size = size.saturating_add(rest.size);
        size <= room as u64
    };
    patterns.iter().rev().take(most).take_while(fits).count().max(1)
}
