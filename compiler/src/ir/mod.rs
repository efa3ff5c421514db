//! The typed intermediate representation of a policy, between the syntax tree and bytecode.
//!
//! Owned, readable and complete: names are resolved, escapes, numbers, dates and patterns decoded, every condition has
//! an id, a source range and its reading (S4.4). The emitter, the linter, the schema check, explain and exact analysis
//! all work on this.
//!
//! Invariants: ids index the tables of [`Policy`]; a node refers only to nodes of lower id, so every pass can walk the
//! tables in order without recursion and there are no cycles; a let is present once per place and stance
//! ([`LetInstance`], [`SetLet`]) however often it is used (S3.2); nothing here is optimised, passes are separate.

mod condition;
mod dump;
mod element;
mod set;

pub use condition::*;
pub use element::*;
pub use set::*;

pub use crate::syntax::ast::{Enforcement, Field, Outcome, Timing};
use crate::syntax::token::FileId;
use crate::syntax::token::Span;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
        impl $name {
            /// The id as an index of its table.
            pub fn index(self) -> usize { self.0 as usize }
        }
    )*};
}

ids! {
    /// A condition in [`Policy::conditions`].
    ConditionId,
    /// A let as a condition, for one place and stance, in [`Policy::let_instances`].
    LetInstanceId,
    /// A set expression in [`Policy::sets`].
    SetId,
    /// A let as a set, for one place, in [`Policy::set_lets`].
    SetLetId,
    /// A set literal in [`Policy::literals`].
    LiteralId,
    /// A pattern in [`Policy::patterns`].
    PatternId,
    /// A tool block in [`Policy::blocks`]; source order over all files.
    BlockId,
    /// A check rule; numbered over the whole policy in source order.
    RuleId,
    /// A let declaration in [`Policy::lets`].
    LetId,
}

/// A whole policy: all files together, plus presets.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The files in source order; presets come last and are marked.
    pub files: Vec<File>,
    /// The lets of all files, in source order (with their use counts, for the linter).
    pub lets: Vec<Let>,
    /// The tool blocks and shorthands in source order; preset blocks last.
    pub blocks: Vec<Block>,
    /// All conditions; children before parents.
    pub conditions: Vec<Condition>,
    /// All lets used as conditions, per place and stance.
    pub let_instances: Vec<LetInstance>,
    /// All set expressions; children before parents.
    pub sets: Vec<SetExpr>,
    /// All lets used as sets, per place.
    pub set_lets: Vec<SetLet>,
    /// All set literals.
    pub literals: Vec<SetLiteral>,
    /// All patterns, equal ones once.
    pub patterns: Vec<Pattern>,
    /// What parsing each of them gave, where it takes little memory to keep.
    pub parsed: Vec<Option<sqrt_vm::pattern::Pattern>>,
}

impl Policy {
    /// For each pattern the first place at which it stands: an element, or a tool block.
    pub fn pattern_origins(&self) -> Vec<Option<Origin>> {
        let mut origins = vec![None; self.patterns.len()];
        let mut stands = |pattern: PatternId, origin: Origin| {
            if let Some(place) = origins.get_mut(pattern.index()) {
                let first: &mut Origin = place.get_or_insert(origin);
                if (origin.file, origin.span) < (first.file, first.span) {
                    *first = origin;
                }
            }
        };
        for element in self.literals.iter().flat_map(|literal| &literal.elements) {
            if let ElementKind::Pattern(pattern) | ElementKind::Sized(SizedText::Pattern(pattern), _) =
                element.kind
            {
                stands(pattern, element.origin);
            }
        }
        for block in &self.blocks {
            if let ToolMatcher::Pattern(pattern) = block.tool {
                stands(pattern, block.position.origin);
            }
        }
        origins
    }
}

/// A source file of the policy.
#[derive(Debug, Clone)]
pub struct File {
    /// Its id in diagnostics.
    pub id: FileId,
    /// The path as given, or `preset:NAME`.
    pub name: String,
    /// `Some(rank)` for a preset: its blocks have a priority above every number (S8), rank 0 highest.
    pub preset: Option<u32>,
}

/// A place in the source: file and byte range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The file.
    pub file: FileId,
    /// The bytes.
    pub span: Span,
}

/// A place of the source with the line and column (from 1, in Unicode scalar values) of its first character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// Where.
    pub origin: Origin,
    /// The line of the first character.
    pub line: u32,
    /// The column of the first character.
    pub column: u32,
}

/// A let declaration.
#[derive(Debug, Clone)]
pub struct Let {
    /// Its name.
    pub name: String,
    /// Its name in the source.
    pub origin: Origin,
    /// What it is.
    pub kind: LetKind,
    /// The description from its doc comment.
    pub description: Option<String>,
    /// How often it is mentioned.
    pub uses: u32,
}

/// What a let is (S3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LetKind {
    /// A predicate.
    Predicate,
    /// A set, or a type domain (a one-element set, S3.2).
    Set,
}

/// The order of blocks (S6.10, S8): presets above every number, the first preset (rank 0) highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Priority {
    /// A number; 0 where none is written.
    Number(i64),
    /// A preset and its rank.
    Preset(u32),
}

/// Which tools a block is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ToolMatcher {
    /// Exactly this name.
    Exact(String),
    /// Every name that the pattern matches whole (S4.3; line ends are crossed, S4.5).
    Pattern(PatternId),
}

/// A tool block or a shorthand (S7.4: a block with one update).
#[derive(Debug, Clone)]
pub struct Block {
    /// Which tools.
    pub tool: ToolMatcher,
    /// The tool id as answers show it (S9): the name, or the regex literal as written.
    pub tool_text: String,
    /// The priority.
    pub priority: Priority,
    /// Where the block begins.
    pub position: Position,
    /// From its doc comment.
    pub description: Option<String>,
    /// Whether it is a shorthand.
    pub shorthand: bool,
    /// The check rules in source order.
    pub rules: Vec<Rule>,
    /// The statements of all `session before` blocks, in source order.
    pub before: Vec<Statement>,
    /// The statements of all `result` blocks.
    pub result: Vec<Statement>,
    /// The statements of all `session after` blocks.
    pub after: Vec<Statement>,
}

/// A check rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its number.
    pub id: RuleId,
    /// `must` or `should`.
    pub enforcement: Enforcement,
    /// `allow` or `deny`.
    pub outcome: Outcome,
    /// The condition; `None` for `always`.
    pub condition: Option<ConditionId>,
    /// Of its first keyword.
    pub position: Position,
    /// From its doc comment.
    pub description: Option<String>,
}

/// A statement of an update block, in the place it stands in.
#[derive(Debug, Clone)]
pub enum Statement {
    /// An unconditional update.
    Update(Update),
    /// Updates under a condition, which is tested once, before the first of them, in each reading that is needed (S4.4).
    When(When),
}

/// `when P { … }`, or the `when` of a shorthand.
#[derive(Debug, Clone)]
pub struct When {
    /// P read as in a deny rule, if some statement needs it so.
    pub as_deny: Option<ConditionId>,
    /// P read as in an allow rule, if some statement needs it so.
    pub as_allow: Option<ConditionId>,
    /// The updates with the reading that guards each.
    pub updates: Vec<(Stance, Update)>,
    /// The condition's place.
    pub origin: Origin,
}

/// An update: target field := value. Whether the target is the result or the session is known from the block (S3.6).
#[derive(Debug, Clone)]
pub struct Update {
    /// The set that is assigned.
    pub field: Field,
    /// The new value; `F |= E` is already `F | (E)` (S7.2).
    pub value: SetId,
    /// Of the target.
    pub position: Position,
}
