//! What patterns match: their pieces as people read them, and small automata that answer questions about them.
//!
//! Invariant: automata are bounded in size and number, and what would take a larger one has no answer.

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind, nfa::thompson};
use regex_syntax::ParserBuilder;
use regex_syntax::ast::{self, Ast};
use regex_syntax::hir::{Class, Hir, HirKind};
use sqrt_compiler::ir::{Pattern, PatternId, PatternSyntax, Policy};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Any text, `.*` or `.+` in a regex, `*` in a wildcard.
    Any,
    /// This text.
    Text(String),
    /// Something else.
    Other,
}

/// The longest pattern that is looked into.
const LONGEST: usize = 4096;
/// So many automata are made for one policy, each of at most [`AUTOMATON_BYTES`].
const AUTOMATA: usize = 256;
const AUTOMATON_BYTES: usize = 1 << 18;
/// So many pairs of states are looked at for what two patterns have in common, and for all pairs of patterns together.
const PAIRS: usize = 1 << 12;
const ALL_PAIRS: usize = 1 << 16;

/// A pattern as a regex.
fn as_regex(pattern: &Pattern) -> String {
    match pattern.syntax {
        PatternSyntax::Regex => pattern.text.clone(),
        PatternSyntax::Wildcard => {
            let mut regex = String::new();
            let mut characters = pattern.text.chars().peekable();
            while let Some(character) = characters.next() {
                match character {
                    '*' => regex.push_str(".*"),
                    '?' => regex.push('.'),
                    '\\' => {
                        let escaped = characters.next_if(|next| matches!(next, '*' | '?' | '\\' | '"'));
                        regex.push_str(&regex_syntax::escape(&escaped.unwrap_or('\\').to_string()));
                    }
                    other => regex.push_str(&regex_syntax::escape(&other.to_string())),
                }
            }
            regex
        }
    }
}

/// The tree of a pattern as its author wrote it; `None` for a wildcard.
pub fn tree(pattern: &Pattern) -> Option<Ast> {
    if pattern.syntax != PatternSyntax::Regex || pattern.text.len() > LONGEST {
        return None;
    }
    ast::parse::ParserBuilder::new().nest_limit(64).build().parse(&pattern.text).ok()
}

/// The pattern in its normal form.
pub fn hir(pattern: &Pattern) -> Option<Hir> {
    if pattern.text.len() > LONGEST {
        return None;
    }
    ParserBuilder::new().nest_limit(70).dot_matches_new_line(true).build().parse(&as_regex(pattern)).ok()
}

/// The pieces of a pattern from left to right.
pub fn pieces(pattern: &Pattern) -> Option<Vec<Piece>> {
    let hir = hir(pattern)?;
    let mut found: Vec<Piece> = Vec::new();
    let mut left = vec![&hir];
    while let Some(next) = left.pop() {
        let piece = match next.kind() {
            HirKind::Concat(parts) => {
                left.extend(parts.iter().rev());
                continue;
            }
            HirKind::Capture(capture) => {
                left.push(&capture.sub);
                continue;
            }
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => Piece::Text(text.to_owned()),
                Err(_) => Piece::Other,
            },
            HirKind::Repetition(repetition)
                if repetition.max.is_none() && repetition.min <= 1 && is_any(&repetition.sub) =>
            {
                Piece::Any
            }
            HirKind::Empty => continue,
            // Whole strings are matched, so anchors at the ends say nothing; elsewhere they do.
            HirKind::Look(_) if found.is_empty() || left.is_empty() => continue,
            _ => Piece::Other,
        };
        match (found.last_mut(), piece) {
            (Some(Piece::Text(text)), Piece::Text(more)) => text.push_str(&more),
            (_, piece) => found.push(piece),
        }
    }
    Some(found)
}

fn is_any(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges();
            let full = ranges.first().is_some_and(|range| range.start() == '\0' && range.end() == char::MAX);
            // `[^\n]`, which `.` is under `(?-s)`.
            let but_line_feed = ranges.len() == 2
                && ranges.first().is_some_and(|range| range.start() == '\0' && range.end() == '\t')
                && ranges.last().is_some_and(|range| range.start() == '\u{b}' && range.end() == char::MAX);
            full || but_line_feed
        }
        HirKind::Capture(capture) => is_any(&capture.sub),
        _ => false,
    }
}

/// The least and the greatest number of characters that texts of a pattern have; no greatest one if there is no end. `None` if it
/// matches nothing.
pub fn lengths(hir: &Hir) -> Option<(usize, Option<usize>)> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some((0, Some(0))),
        HirKind::Literal(literal) => {
            let count = std::str::from_utf8(&literal.0).ok()?.chars().count();
            Some((count, Some(count)))
        }
        HirKind::Class(_) => Some((1, Some(1))),
        HirKind::Capture(capture) => lengths(&capture.sub),
        HirKind::Repetition(repetition) => {
            let (least, most) = lengths(&repetition.sub)?;
            let times = repetition.max.map(|max| max as usize);
            let most = most.and_then(|most| {
                if most == 0 { Some(0) } else { times.map(|times| most.saturating_mul(times)) }
            });
            Some((least.saturating_mul(repetition.min as usize), most))
        }
        HirKind::Concat(parts) => parts.iter().try_fold((0_usize, Some(0_usize)), |(least, most), part| {
            let (part_least, part_most) = lengths(part)?;
            let most = most.zip(part_most).map(|(most, part)| most.saturating_add(part));
            Some((least.saturating_add(part_least), most))
        }),
        HirKind::Alternation(parts) => {
            let all: Vec<_> = parts.iter().filter_map(lengths).collect();
            let least = all.iter().map(|(least, _)| *least).min()?;
            let most: Option<Vec<usize>> = all.iter().map(|(_, most)| *most).collect();
            Some((least, most.and_then(|most| most.into_iter().max())))
        }
    }
}

type Dfa = dense::DFA<Vec<u32>>;

/// The automata of a policy's patterns, made where they are asked for.
#[derive(Debug)]
pub struct Automata<'p> {
    policy: &'p Policy,
    made: HashMap<PatternId, Option<Rc<Dfa>>>,
    /// How many pairs of states may still be looked at.
    pairs: usize,
}

impl<'p> Automata<'p> {
    /// None is made yet.
    pub fn new(policy: &'p Policy) -> Self {
        Self { policy, made: HashMap::new(), pairs: ALL_PAIRS }
    }

    fn get(&mut self, id: PatternId) -> Option<Rc<Dfa>> {
        if let Some(made) = self.made.get(&id) {
            return made.clone();
        }
        let pattern = self.policy.patterns.get(id.index())?;
        let is_small = self.made.len() < AUTOMATA && pattern.text.len() <= LONGEST;
        let made = if is_small { automaton(&as_regex(pattern)).map(Rc::new) } else { None };
        self.made.insert(id, made.clone());
        made
    }

    /// Whether a pattern matches a whole text.
    pub fn matches(&mut self, pattern: PatternId, text: &str) -> Option<bool> {
        let dfa = self.get(pattern)?;
        let mut state = start(&dfa)?;
        for &byte in text.as_bytes() {
            state = dfa.next_state(state, byte);
            if dfa.is_quit_state(state) {
                return None;
            }
        }
        Some(dfa.is_match_state(dfa.next_eoi_state(state)))
    }

    /// Whether a pattern certainly matches nothing at all.
    pub fn is_empty(&mut self, pattern: PatternId) -> bool {
        self.disjoint(pattern, pattern)
    }

    /// Whether there is certainly no text that both patterns match.
    pub fn disjoint(&mut self, a: PatternId, b: PatternId) -> bool {
        let (Some(a), Some(b)) = (self.get(a), self.get(b)) else { return false };
        let (Some(first), Some(second)) = (start(&a), start(&b)) else { return false };
        let mut seen: HashSet<(StateID, StateID)> = HashSet::from([(first, second)]);
        let mut left = vec![(first, second)];
        while let Some((x, y)) = left.pop() {
            self.pairs = self.pairs.saturating_sub(1);
            if a.is_quit_state(x) || b.is_quit_state(y) || seen.len() > PAIRS || self.pairs == 0 {
                return false;
            }
            if a.is_match_state(a.next_eoi_state(x)) && b.is_match_state(b.next_eoi_state(y)) {
                return false;
            }
            for byte in 0..=u8::MAX {
                let next = (a.next_state(x, byte), b.next_state(y, byte));
                if !a.is_dead_state(next.0) && !b.is_dead_state(next.1) && seen.insert(next) {
                    left.push(next);
                }
            }
        }
        true
    }
}

/// The automaton of a regex, if it is small.
fn automaton(regex: &str) -> Option<Dfa> {
    dense::Builder::new()
        .configure(
            dense::Config::new()
                .match_kind(MatchKind::All)
                .start_kind(StartKind::Anchored)
                .dfa_size_limit(Some(AUTOMATON_BYTES))
                .determinize_size_limit(Some(AUTOMATON_BYTES)),
        )
        .syntax(syntax::Config::new().nest_limit(70).dot_matches_new_line(true))
        .thompson(thompson::Config::new().nfa_size_limit(Some(AUTOMATON_BYTES)))
        .build(regex)
        .ok()
}

fn start(dfa: &Dfa) -> Option<StateID> {
    dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()
}
