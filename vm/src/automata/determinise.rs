//! From patterns to a deterministic automaton, within a budget.
//!
//! `regex-automata` determinises; its automaton is walked once, made minimal, and numbered anew by what is reachable in
//! what order. So the tables follow from the patterns alone, and the same patterns give the same bytes.

use super::byte_runs;
use super::minimise::minimise;
use super::table::Table;
use crate::pattern::Pattern;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::Hir;
use std::collections::HashMap;

/// Why patterns have no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoTable {
    /// It would be over the budget.
    TooLarge,
    /// They look at characters on both sides of a place, which no table of bytes can do.
    WordBoundary,
}

/// The automaton of the texts that any of `patterns` matches, if its table takes at most `budget` bytes.
///
/// # Errors
/// If there is no such table; then the patterns have to be simulated, or split into smaller sets.
pub(crate) fn union(patterns: &[&Pattern], budget: usize) -> Result<Table, NoTable> {
    refuse_word_boundaries(patterns)?;
    let whole =
        Hir::alternation(patterns.iter().map(|pattern| byte_runs::rewrite(pattern.whole())).collect());
    build(&[whole], 0, budget)
}

/// The automaton that tells which of `patterns` match a text, if its table takes at most `budget` bytes; the number of a
/// pattern is its place.
///
/// # Errors
/// As [`union`].
pub(crate) fn many(patterns: &[&Pattern], budget: usize) -> Result<Table, NoTable> {
    refuse_word_boundaries(patterns)?;
    let wholes: Vec<Hir> = patterns.iter().map(|pattern| byte_runs::rewrite(pattern.whole())).collect();
    let count = u32::try_from(wholes.len()).map_err(|_| NoTable::TooLarge)?;
    build(&wholes, count, budget)
}

/// Whether a pattern has no table, however large.
pub(crate) fn has_unicode_word_boundary(pattern: &Pattern) -> bool {
    pattern.whole().properties().look_set().contains_word_unicode()
}

fn refuse_word_boundaries(patterns: &[&Pattern]) -> Result<(), NoTable> {
    if patterns.iter().any(|pattern| has_unicode_word_boundary(pattern)) {
        return Err(NoTable::WordBoundary);
    }
    Ok(())
}

/// `patterns` is how many are told apart, 0 for none.
fn build(wholes: &[Hir], patterns: u32, budget: usize) -> Result<Table, NoTable> {
    // While it is built an automaton takes more than the table that comes out: state numbers of twice the width, and
    // states that are found to be equal only afterwards.
    let nfa = nfa(wholes, budget.saturating_mul(16))?;
    let config = dense::Config::new()
        .accelerate(false)
        .start_kind(StartKind::Anchored)
        .match_kind(MatchKind::All)
        .dfa_size_limit(Some(budget.saturating_mul(4)))
        .determinize_size_limit(Some(budget.saturating_mul(8)));
    let dense =
        dense::Builder::new().configure(config).build_from_nfa(&nfa).map_err(|_| NoTable::TooLarge)?;
    let table = minimise(&extract(&dense, patterns)?);
    if table.memory_usage() <= budget { Ok(table) } else { Err(NoTable::TooLarge) }
}

/// The non-deterministic automaton of patterns that match whole texts.
pub(super) fn nfa(wholes: &[Hir], limit: usize) -> Result<NFA, NoTable> {
    // Texts are matched whole, so there is no empty match inside a character to guard against.
    let config =
        thompson::Config::new().which_captures(WhichCaptures::None).utf8(false).nfa_size_limit(Some(limit));
    let built = thompson::Compiler::new().configure(config).build_many_from_hir(wholes);
    built.map_err(|_| NoTable::TooLarge)
}

/// The reachable part of an automaton, in the order of a walk breadth first.
fn extract(dense: &dense::DFA<Vec<u32>>, patterns: u32) -> Result<Table, NoTable> {
    let input = Input::new("").anchored(Anchored::Yes);
    let start = dense.start_state_forward(&input).map_err(|_| NoTable::TooLarge)?;
    let mut classes = [0; 256];
    let mut representatives = Vec::new();
    for (byte, class) in (0..=u8::MAX).zip(&mut classes) {
        let of_dense = dense.byte_classes().get(byte);
        *class = match representatives.iter().position(|&(known, _)| known == of_dense) {
            Some(known) => u8::try_from(known).unwrap_or(u8::MAX),
            None => {
                representatives.push((of_dense, byte));
                u8::try_from(representatives.len() - 1).unwrap_or(u8::MAX)
            }
        };
    }
    let mut walk = Walk::default();
    walk.number(start)?;
    let mut table = Table::new(classes, representatives.len(), patterns);
    while let Some(&state) = walk.found.get(table.states() - 1) {
        let matches = dense.next_eoi_state(state);
        let accepts = (0..if dense.is_match_state(matches) { dense.match_len(matches) } else { 0 })
            .map(|place| dense.match_pattern(matches, place).as_u32());
        let mut accepts: Vec<u32> = accepts.collect();
        accepts.sort_unstable();
        accepts.dedup();
        let mut row = Vec::with_capacity(representatives.len());
        for &(_, byte) in &representatives {
            let next = dense.next_state(state, byte);
            row.push(if dense.is_dead_state(next) || dense.is_quit_state(next) {
                0
            } else {
                walk.number(next)?
            });
        }
        table.push(&row, accepts);
    }
    Ok(table)
}

/// States by the order in which they were found, from 1; 0 is the dead state.
#[derive(Default)]
struct Walk {
    numbers: HashMap<StateID, u16>,
    found: Vec<StateID>,
}

impl Walk {
    fn number(&mut self, state: StateID) -> Result<u16, NoTable> {
        if let Some(&number) = self.numbers.get(&state) {
            return Ok(number);
        }
        let number = u16::try_from(self.found.len() + 1).ok().filter(|&number| number < u16::MAX);
        let number = number.ok_or(NoTable::TooLarge)?;
        self.found.push(state);
        self.numbers.insert(state, number);
        Ok(number)
    }
}
