//! The automata of a program as flat tables: what its patterns became when it was compiled.
//!
//! All of it follows from the rest of the program (its patterns and element sets), so it can be made anew and compared. The
//! verifier checks that every index is in range; that a table means what its pattern says is for whoever made it.

use super::program::{List, PatternId};

/// A deterministic automaton of [`AutomataTables::dfas`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DfaId(pub u32);

/// A literal text of [`AutomataTables::literals`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LiteralId(pub u32);

/// A text set of [`AutomataTables::text_sets`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TextSetId(pub u32);

/// Calls `$with!` with the automata's tables, in the order in which an image has them: the one list of them.
macro_rules! automata_tables {
    ($with:ident) => {
        $with! {
            AutomataTables {
                dfas,
                dfa_classes,
                dfa_transitions,
                dfa_accepts,
                dfa_accept_pool,
                literal_text,
                literals,
                text_sets,
                literal_pool,
                literal_pairs,
                simulated,
                elements,
                sized,
            }
        }
    };
}

pub(crate) use automata_tables;

/// The automata of a program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AutomataTables {
    /// All deterministic automata.
    pub dfas: Vec<DfaRecord>,
    /// Byte classes: 256 entries for each automaton.
    pub dfa_classes: Vec<u8>,
    /// State numbers, row by row.
    pub dfa_transitions: Vec<u16>,
    /// For each accepting state of an automaton of many patterns: which of them match, in `dfa_accept_pool`.
    pub dfa_accepts: Vec<List>,
    /// Pattern numbers, ascending within a list.
    pub dfa_accept_pool: Vec<u32>,
    /// All literal texts, end to end.
    pub literal_text: String,
    /// Where each literal ends in `literal_text`; the first begins at 0.
    pub literals: Vec<u32>,
    /// Sets of texts.
    pub text_sets: Vec<TextSetRecord>,
    /// Literals of `text_sets`.
    pub literal_pool: Vec<LiteralId>,
    /// Prefix and suffix of `text_sets`: texts that begin with the one and end with the other, without overlap.
    pub literal_pairs: Vec<(LiteralId, LiteralId)>,
    /// The patterns of `text_sets` that are simulated.
    pub simulated: Vec<PatternId>,
    /// For each element set of the program its patterns.
    pub elements: Vec<TextsRecord>,
    /// For each sized text of the program its pattern, if it has one.
    pub sized: Vec<TextsRecord>,
}

/// A deterministic automaton over the bytes of a text. It says which texts match whole.
///
/// State 0 is dead. The other states without a match come next, then those that accept a text which ends there, and last
/// those that accept and are never left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DfaRecord {
    /// Where its 256 byte classes begin in `dfa_classes`; each is below the stride.
    pub classes: u32,
    /// Where its rows begin in `dfa_transitions`.
    pub transitions: u32,
    /// A row has two to the power of this many entries: the stride.
    pub stride_log2: u8,
    /// How many states it has, and so rows.
    pub states: u16,
    /// The state in which a text begins.
    pub start: u16,
    /// States from here on accept.
    pub first_accepting: u16,
    /// States from here on accept and lead only to themselves.
    pub first_absorbing: u16,
    /// How many patterns it is of, if it tells them apart; else 0.
    pub patterns: u32,
    /// If it tells patterns apart: for each accepting state a list of `dfa_accepts`.
    pub accepts: List,
}

/// A set of texts: what any of some patterns matches. The union of all its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TextSetRecord {
    /// All texts.
    pub everything: bool,
    /// Exactly these, in `literal_pool`, ascending.
    pub exact: List,
    /// What begins with one of these, in `literal_pool`, ascending; none begins with another.
    pub prefixes: List,
    /// What ends with one of these, in `literal_pool`, ascending when read backwards; none ends with another.
    pub suffixes: List,
    /// In `literal_pairs`.
    pub pairs: List,
    /// What has one of these in it, in `literal_pool`.
    pub substrings: List,
    /// What one of these automata accepts, in `dfas`.
    pub dfas: List,
    /// What one of these patterns matches, in `simulated`: they are over the budget for tables, or no table can tell.
    pub simulated: List,
}

/// What patterns match, by how they take a text with a line end (S4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TextsRecord {
    /// Those that may be told to leave out texts with a line end.
    pub plain: Option<TextSetId>,
    /// Those that begin with a flag setting that names `s`, and are taken at their word.
    pub line_mode: Option<TextSetId>,
}

impl AutomataTables {
    /// The literal `id`, if there is such a literal.
    pub fn literal(&self, id: LiteralId) -> Option<&str> {
        let index = id.0 as usize;
        let start = match index.checked_sub(1) {
            Some(before) => *self.literals.get(before)?,
            None => 0,
        };
        self.literal_text.get(start as usize..*self.literals.get(index)? as usize)
    }
}
