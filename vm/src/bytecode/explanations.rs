//! Explanations: what a program has beside its fast procedures so that people can see which conditions held.
//!
//! Procedures that belong to explanations do the same as the others, without any optimisation: every condition of the source
//! is tested as it is written, and its outcome is recorded in its slot. They have entry points of their own, so explaining
//! costs nothing where nobody asks. A program may go without; all tables are empty then.
//!
//! Invariant: the parts of a condition have lower slots than the condition, so a walk over parts ends.

use super::program::{List, string};

/// The tables of explanations.
#[derive(Debug, Clone, Default)]
pub struct ExplanationTables {
    /// The texts of conditions, end to end.
    pub text: String,
    /// Where each text ends in `text` (byte offset); the first begins at 0.
    pub strings: Vec<u32>,
    /// The conditions of the source, by slot.
    pub conditions: Vec<ConditionRecord>,
    /// Slots, for the parts of conditions and the conditions of updates.
    pub slots: Vec<u32>,
    /// For each rule its explained condition; empty in a program without explanations.
    pub rules: Vec<Option<ExplainedRule>>,
    /// For each block its explained updates; empty in a program without explanations.
    pub blocks: Vec<ExplainedBlock>,
}

impl ExplanationTables {
    /// Whether there are explanations.
    pub fn are_there(&self) -> bool {
        !self.conditions.is_empty() || !self.rules.is_empty() || !self.blocks.is_empty()
    }

    /// The text `id`, if there is such a text.
    pub fn string(&self, id: ConditionTextId) -> Option<&str> {
        string(&self.text, &self.strings, id.0)
    }
}

/// A text of [`ExplanationTables::strings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConditionTextId(pub u32);

/// A condition of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConditionRecord {
    /// What it is made of.
    pub kind: ConditionKindRecord,
    /// Its parts, in `slots`: of `and`, `or` and `not` what they join, of a let what it stands for, of a test none.
    pub parts: List,
    /// A test as it is written, the name of a let; nothing for `and`, `or` and `not`.
    pub text: Option<ConditionTextId>,
    /// The file, an index of `Program::files`.
    pub file: u32,
    /// Where it begins.
    pub start: LineColumn,
    /// Where it ends: the first character that is not part of it.
    pub end: LineColumn,
}

/// A line and a column, both from 1, the column in Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineColumn {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// What a condition is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConditionKindRecord {
    /// All parts hold.
    And,
    /// Some part holds.
    Or,
    /// The part does not hold.
    Not,
    /// A let; its part is what it stands for there.
    Let,
    /// A single test.
    Test,
}

/// The explained condition of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExplainedRule {
    /// The condition procedure.
    pub procedure: u32,
    /// The slot of the whole condition.
    pub slot: u32,
}

/// The explained updates of a block: the procedures that stand for those of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExplainedBlock {
    /// `session before`
    pub before: ExplainedUpdates,
    /// `result`
    pub result: ExplainedUpdates,
    /// `session after`
    pub after: ExplainedUpdates,
}

/// The explained updates of one phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExplainedUpdates {
    /// The procedure; there is one where the block's record has one.
    pub procedure: Option<u32>,
    /// The conditions of its `when`s in source order, in `slots`. A condition that is read in two ways (S4.4) is there twice.
    pub conditions: List,
}
