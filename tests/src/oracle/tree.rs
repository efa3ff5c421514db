//! A policy as the oracle sees it: the syntax tree, owned, with literals read.
//!
//! Names stay names: what a let means is looked up where it is used (S3.2).

use super::date::Instant;
use super::number::Number;
use super::pattern::Pattern;
use sqrt_compiler::syntax::ast::{Enforcement, Field, Outcome, SetComparison, SetOp};
use std::collections::{BTreeMap, BTreeSet};

/// A whole policy.
#[derive(Debug, Default)]
pub(super) struct Policy {
    /// The lets of all files (S3.1).
    pub(super) lets: BTreeMap<String, Let>,
    /// The lets that are mentioned anywhere.
    pub(super) mentioned: BTreeSet<String>,
    /// The blocks of all files in source order, presets last.
    pub(super) blocks: Vec<Block>,
}

/// The right side of a let.
#[derive(Debug)]
pub(super) enum Let {
    /// A bare name: means whatever that means.
    Name(String),
    Predicate(Predicate),
    Set(SetExpr),
}

/// Which tools a block is about.
#[derive(Debug)]
pub(super) enum ToolId {
    Exact(String),
    Pattern(Pattern),
}

/// A place in a file, as answers show it.
#[derive(Debug, Clone)]
pub(super) struct Position {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// The order of blocks (S6.10, S8): every preset above every number, presets of lower rank above others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Priority {
    Number(i64),
    Preset(std::cmp::Reverse<usize>),
}

/// A tool block or a shorthand (S7.4).
#[derive(Debug)]
pub(super) struct Block {
    pub(super) tool: ToolId,
    /// The tool id as answers show it (S9).
    pub(super) tool_text: String,
    pub(super) priority: Priority,
    pub(super) rules: Vec<Rule>,
    pub(super) before: Vec<Statement>,
    pub(super) result: Vec<Statement>,
    pub(super) after: Vec<Statement>,
}

/// A check rule.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) enforcement: Enforcement,
    pub(super) outcome: Outcome,
    /// `None` for `always`.
    pub(super) condition: Option<Predicate>,
    pub(super) position: Position,
    pub(super) description: Option<String>,
}

/// A statement: updates under an optional condition.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) condition: Option<Predicate>,
    pub(super) updates: Vec<Update>,
}

/// `TARGET = VALUE`; `F |= E` is `F = F | (E)` (S7.2).
#[derive(Debug)]
pub(super) struct Update {
    pub(super) target: MetaOperand,
    pub(super) value: SetExpr,
}

#[derive(Debug)]
pub(super) enum Predicate {
    Or(Vec<Predicate>),
    And(Vec<Predicate>),
    Not(Box<Predicate>),
    Name(String),
    In(Operand, SetExpr),
    Equal(Operand, Operand),
    Compare(MetaOperand, SetComparison, SetExpr),
    IsEmpty(MetaOperand),
    IsUniversal(MetaOperand),
}

/// What a value condition is about.
#[derive(Debug)]
pub(super) enum Operand {
    Argument(String),
    Result,
    Session,
    String(String),
    Date(String),
    Number(Number),
    Bool(bool),
}

/// A metadata set by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MetaOperand {
    pub(super) owner: Owner,
    pub(super) field: Field,
}

/// Whose metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Owner {
    Argument(String),
    Result,
    Session,
    /// `@tags`: by the place (S3.3).
    Context,
    ArgsUnion,
    ArgsIntersect,
}

#[derive(Debug)]
pub(super) enum SetExpr {
    /// Left-associative.
    Chain(SetOp, Vec<SetExpr>),
    /// `A with e` (true) or `A without e` (false).
    Step(Box<SetExpr>, bool, Element),
    Literal(Vec<Element>),
    Meta(MetaOperand),
    Name(String),
}

#[derive(Debug)]
pub(super) enum Element {
    /// `"*"`
    Anything,
    /// `"x"`, `str "x"`
    String(String),
    /// `r"…"`, `w"…"`, `str matching r"…"`, `str like w"…"`
    Pattern(Pattern),
    /// `str … length R`
    Sized(Box<Element>, Range<Number>),
    Number(Number),
    Bool(bool),
    Int(Range<Number>),
    Float(Range<Number>),
    Datetime(Range<Instant>),
}

/// A bound and whether it belongs to the range, on either side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range<T> {
    pub(super) lower: Option<(T, bool)>,
    pub(super) upper: Option<(T, bool)>,
}
