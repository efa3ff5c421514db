//! The dispatch of a program as flat tables: the way from the name of a tool to its blocks, made when it is compiled.
//!
//! A *target* is a tool name or a tool pattern, with the blocks that have it for their id: first the names of
//! `Program::tools`, in their order, then the patterns. A name is found by its hash table. Most patterns are found by
//! literal text that the names they match have: a beginning and an end (a *pair*), or a text anywhere. Where finding such
//! text is all, the pattern is the target; else what is found is an automaton, which tells the targets of its patterns.
//! What of all this is found for the tools that blocks name is written out as well: what is *known* of a tool.
//!
//! All of it follows from the blocks, patterns and strings of the program, so it can be made anew and compared.

use super::automata::{AutomataTables, DfaId, LiteralId};
use super::program::{List, PatternId};

/// Calls `$with!` with the tables of dispatch, in the order in which an image has them: the one list of them.
macro_rules! dispatch_tables {
    ($with:ident) => {
        $with! {
            DispatchTables {
                order,
                targets,
                places,
                prefixes,
                suffixes,
                pairs,
                substrings,
                finds,
                automata,
                automaton_targets,
                known,
                known_places,
            }
        }
    };
}

pub(crate) use dispatch_tables;

/// The tables of dispatch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DispatchTables {
    /// All blocks in the order of their updates: by ascending priority, then in source order (S7.1). The index of a block
    /// here is its *place*.
    pub order: Vec<u32>,
    /// The targets: lists of `places`. Every block is of one target, unless its pattern matches nothing.
    pub targets: Vec<List>,
    /// Places of blocks, ascending within a list.
    pub places: Vec<u32>,
    /// What names may begin with, ascending.
    pub prefixes: Vec<AffixRecord>,
    /// What names may end with, ascending when read backwards.
    pub suffixes: Vec<AffixRecord>,
    /// Prefixes with the suffixes that belong to them: by prefix, then suffix, then how they fit.
    pub pairs: Vec<PairRecord>,
    /// What names may have in them.
    pub substrings: Vec<SubstringRecord>,
    /// What finding a text leads to: lists of `pairs` and `substrings`.
    pub finds: Vec<Find>,
    /// What tells whether patterns match.
    pub automata: Vec<ToolAutomatonRecord>,
    /// The targets of `automata`.
    pub automaton_targets: Vec<u32>,
    /// For each tool that blocks name exactly, in `known_places`, all blocks that are about it, those with patterns too; an
    /// empty list of a tool for which they have to be searched. Without patterns there are no lists, as targets tell all.
    pub known: Vec<List>,
    /// Places of blocks, ascending within a list.
    pub known_places: Vec<u32>,
}

/// A text at one end of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AffixRecord {
    /// The text; empty for what is at that end of every name.
    pub text: LiteralId,
    /// The longest other text of the table that this one begins with (of suffixes: ends with). It stands before it.
    pub parent: Option<u32>,
}

/// A beginning and an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PairRecord {
    /// In `prefixes`.
    pub prefix: u32,
    /// In `suffixes`.
    pub suffix: u32,
    /// How the two lie in a name.
    pub fit: Fit,
    /// What they lead to, in `finds`.
    pub finds: List,
}

/// How a prefix and a suffix lie in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fit {
    /// They may have a part of the name in common.
    Overlapping,
    /// They do not overlap.
    Apart,
    /// They do not overlap, and there is nothing between them.
    Whole,
}

/// A text anywhere in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SubstringRecord {
    /// The text, which is not empty.
    pub text: LiteralId,
    /// What it leads to, in `finds`.
    pub finds: List,
}

/// What finding a text leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Find {
    /// A target.
    Target(u32),
    /// An automaton that has to be asked.
    Automaton(u32),
}

/// An automaton of tool patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ToolAutomatonRecord {
    /// What runs.
    pub engine: ToolEngine,
    /// The targets of its patterns by their number, in `automaton_targets`.
    pub targets: List,
}

/// What tells whether tool patterns match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ToolEngine {
    /// A table that tells its patterns apart.
    Dfa(DfaId),
    /// One pattern, which is simulated.
    Simulated(PatternId),
}

impl DispatchTables {
    /// The parents that the affixes have to have; `ends` tells whether a text, the first, ends or begins with another.
    /// Takes time linear in the texts.
    pub fn parents(
        affixes: &[AffixRecord],
        literals: &AutomataTables,
        ends: impl Fn(&str, &str) -> bool,
    ) -> Vec<Option<u32>> {
        let text = |index: u32| {
            affixes.get(index as usize).and_then(|affix| literals.literal(affix.text)).unwrap_or_default()
        };
        // The texts that the last one begins with, shortest first.
        let mut open: Vec<u32> = Vec::new();
        let parent = |index: u32| {
            while open.last().is_some_and(|&last| !ends(text(index), text(last))) {
                open.pop();
            }
            let parent = open.last().copied();
            open.push(index);
            parent
        };
        (0..).zip(affixes).map(|(index, _)| index).map(parent).collect()
    }
}
