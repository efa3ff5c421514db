//! A compiled policy as flat tables: what the compiler emits, the verifier checks and an image will hold.
//!
//! Nothing here is trusted: a [`Program`] becomes runnable only through the verifier. Records refer to each other by
//! index; lists are ranges of pools ([`List`]), so that there is no object per block or rule and the tables can be written
//! out as they are.

use super::automata::AutomataTables;
use super::dispatch::DispatchTables;
use super::explanations::ExplanationTables;
use super::instruction::Op;
use super::names::NameTables;
use super::settings::Settings;
use crate::number::Number;
use crate::pattern::PatternSyntax;

/// The version of the program format: instruction set and tables. Once it was released, it changes with every change of
/// either.
pub const FORMAT_VERSION: u32 = 1;

/// The last version of the program format of which there was a release, so that images of it are in use; 0 before the first
/// release. While [`FORMAT_VERSION`] is above it, the format may change under the same version.
pub const RELEASED_FORMAT_VERSION: u32 = 0;

/// A string of [`Program::strings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StringId(pub u32);

/// A pattern of [`Program::patterns`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PatternId(pub u32);

/// A range of a pool: `start..start + len`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct List {
    /// The first index.
    pub start: u32,
    /// How many.
    pub len: u32,
}

impl List {
    /// The part of `pool` that the list names, if it is within.
    pub fn of<T>(self, pool: &[T]) -> Option<&[T]> {
        let start = self.start as usize;
        pool.get(start..start.checked_add(self.len as usize)?)
    }

    /// The indices that the list names.
    pub fn indices(self) -> std::ops::Range<u32> {
        self.start..self.start.saturating_add(self.len)
    }
}

/// A compiled policy, not yet verified.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// All strings, end to end.
    pub text: String,
    /// Where each string ends in `text` (byte offset); the first begins at 0.
    pub strings: Vec<u32>,
    /// The universe of tags that the policy names: dense ids for metadata sets of all fields. No two are equal, none is `*`.
    pub tags: Vec<StringId>,
    /// The argument names that the policy mentions. No two are equal.
    pub args: Vec<StringId>,
    /// For each argument name whether its value can be read once a call is allowed (S7.3), by what runs or by its
    /// explanations: what a pending call has to take along. True of more is safe.
    pub late_args: Vec<bool>,
    /// The tools that blocks name exactly, in the order in which they are first named. No two are equal.
    pub tools: Vec<StringId>,
    /// The hash tables of `tags`, `args` and `tools`.
    pub names: NameTables,
    /// Scalars for `load_scalar`.
    pub scalars: Vec<ScalarRecord>,
    /// Constant metadata sets.
    pub const_sets: Vec<ConstSetRecord>,
    /// Words of `const_sets` beyond their heads.
    pub word_pool: Vec<WordRecord>,
    /// Element sets for `value_in` and `subject_in`.
    pub element_sets: Vec<ElementSetRecord>,
    /// Strings of `element_sets`; within a set sorted by content, no two equal.
    pub string_pool: Vec<StringId>,
    /// Numbers of `element_sets`.
    pub number_pool: Vec<Number>,
    /// Number ranges of `element_sets`.
    pub number_ranges: Vec<RangeRecord<Number>>,
    /// Date ranges of `element_sets`, in nanoseconds since the epoch.
    pub date_ranges: Vec<RangeRecord<i128>>,
    /// Texts with a length of `element_sets`.
    pub sized_texts: Vec<SizedTextRecord>,
    /// Pattern lists of `element_sets`.
    pub pattern_pool: Vec<PatternId>,
    /// All patterns.
    pub patterns: Vec<PatternRecord>,
    /// What the patterns became.
    pub automata: AutomataTables,
    /// All procedures, those of explanations last; their code does not overlap, and a call goes to a procedure of lower number
    /// only.
    pub procedures: Vec<ProcedureRecord>,
    /// The code of all procedures, end to end.
    pub code: Vec<Op>,
    /// For each instruction the index of its source line in `positions`, run-length: (first instruction, position).
    pub code_positions: Vec<(u32, u32)>,
    /// Source positions.
    pub positions: Vec<PositionRecord>,
    /// File names.
    pub files: Vec<StringId>,
    /// Tool blocks in source order, presets last.
    pub blocks: Vec<BlockRecord>,
    /// The way from the names of tools to blocks.
    pub dispatch: DispatchTables,
    /// Check rules of all blocks; a block's rules are in source order.
    pub rules: Vec<RuleRecord>,
    /// What explains decisions to people.
    pub explanations: ExplanationTables,
    /// What is decided beside the text.
    pub settings: Settings,
}

impl Program {
    /// The string `id`, if there is such a string.
    pub fn string(&self, id: StringId) -> Option<&str> {
        string(&self.text, &self.strings, id.0)
    }

    /// The source position of the instruction at `index` of the code, if it is known.
    pub fn code_position(&self, index: u32) -> Option<PositionRecord> {
        let after = self.code_positions.partition_point(|&(first, _)| first <= index);
        let &(_, position) = self.code_positions.get(after.checked_sub(1)?)?;
        self.positions.get(position as usize).copied()
    }
}

/// The string `index` of those that `ends` divides a text into.
pub(super) fn string<'t>(text: &'t str, ends: &[u32], index: u32) -> Option<&'t str> {
    let index = index as usize;
    let start = match index.checked_sub(1) {
        Some(before) => *ends.get(before)?,
        None => 0,
    };
    let end = *ends.get(index)?;
    text.get(start as usize..end as usize)
}

/// A scalar constant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScalarRecord {
    /// A string.
    String(StringId),
    /// A number.
    Number(Number),
    /// A bool.
    Bool(bool),
}

/// How many words of every metadata set are always there, for the tags of the lowest ids: all tags of most policies.
pub const HEAD_WORDS: usize = 4;

/// Tags of a metadata set: bit `b` of the word `index` is the tag `64 * index + b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct WordRecord {
    /// Which word.
    pub index: u32,
    /// Its bits.
    pub bits: u64,
}

/// A constant metadata set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConstSetRecord {
    /// Whether the set is everything but its tags.
    pub complement: bool,
    /// The first words.
    pub head: [u64; HEAD_WORDS],
    /// The other words that have a bit, in `word_pool`: their indices ascend.
    pub tail: List,
}

/// What a value or a string may be (S4.2): the union of all its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ElementSetRecord {
    /// `"*"`: anything present.
    pub anything: bool,
    /// `bool true`
    pub accepts_true: bool,
    /// `bool false`
    pub accepts_false: bool,
    /// Exact strings, in `string_pool`.
    pub strings: List,
    /// Exact numbers, in `number_pool`.
    pub numbers: List,
    /// `int R`, in `number_ranges`: numbers without a fractional part.
    pub ints: List,
    /// `float R`, in `number_ranges`.
    pub floats: List,
    /// `datetime …`, in `date_ranges`.
    pub dates: List,
    /// `str … length R`, in `sized_texts`.
    pub sized: List,
    /// Patterns, in `pattern_pool`.
    pub patterns: List,
}

/// A range; a bound is a value and whether it is part of the range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RangeRecord<T> {
    /// The lower bound.
    pub lower: Option<(T, bool)>,
    /// The upper bound.
    pub upper: Option<(T, bool)>,
}

/// A text with a length in Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SizedTextRecord {
    /// The text: a string, or what a pattern matches.
    pub text: TextRecord,
    /// The length.
    pub length: RangeRecord<Number>,
}

/// A string or a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRecord {
    /// Exactly this string; no pattern (S4.5).
    Exact(StringId),
    /// What the pattern matches.
    Pattern(PatternId),
}

/// A pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatternRecord {
    /// How to read the text.
    pub syntax: PatternSyntax,
    /// The decoded text.
    pub text: StringId,
}

/// What a procedure is for, and so which instructions it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProcedureKind {
    /// Answers true or false about the call.
    Condition,
    /// Answers true or false about a subject.
    Membership,
    /// Answers a metadata set (never a pattern set).
    Set,
    /// Answers a set that may be a pattern set.
    PatternSet,
    /// Updates the result.
    ResultUpdate,
    /// Updates the session.
    SessionUpdate,
}

impl ProcedureKind {
    /// The name in the disassembly and in errors.
    pub fn name(self) -> &'static str {
        match self {
            ProcedureKind::Condition => "condition",
            ProcedureKind::Membership => "membership",
            ProcedureKind::Set => "set",
            ProcedureKind::PatternSet => "pattern set",
            ProcedureKind::ResultUpdate => "result update",
            ProcedureKind::SessionUpdate => "session update",
        }
    }
}

/// A procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcedureRecord {
    /// What it is for.
    pub kind: ProcedureKind,
    /// Its code.
    pub code: List,
    /// How many bool registers it uses.
    pub bools: u16,
    /// How many value registers it uses.
    pub values: u16,
    /// How many set registers it uses.
    pub sets: u16,
    /// Whether its answer is kept for further calls (lets).
    pub memo: bool,
    /// Whether it belongs to explanations: it may record outcomes, and only its like calls it.
    pub explains: bool,
}

/// A place in a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PositionRecord {
    /// Index of `files`.
    pub file: u32,
    /// From 1.
    pub line: u32,
    /// From 1, in Unicode scalar values.
    pub column: u32,
}

/// Which tools a block is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ToolRecord {
    /// Exactly this name.
    Exact(StringId),
    /// What the pattern matches whole.
    Pattern(PatternId),
}

/// The order of blocks: by number, presets above every number, the preset of rank 0 highest (S6.10, S8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PriorityRecord {
    /// A number.
    Number(i64),
    /// A preset and its rank.
    Preset(u32),
}

impl PriorityRecord {
    /// What orders priorities: presets above every number, the preset of rank 0 highest (S8).
    pub fn ascending_key(self) -> impl Ord {
        match self {
            PriorityRecord::Number(number) => (false, number),
            PriorityRecord::Preset(rank) => (true, -i64::from(rank)),
        }
    }
}

/// A tool block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockRecord {
    /// Which tools.
    pub tool: ToolRecord,
    /// The tool id as answers show it.
    pub tool_text: StringId,
    /// The priority.
    pub priority: PriorityRecord,
    /// Where it begins.
    pub position: PositionRecord,
    /// Its description.
    pub description: Option<StringId>,
    /// Its rules, in `rules`.
    pub rules: List,
    /// The procedure (session update) of `session before`.
    pub before: Option<u32>,
    /// The procedure (result update) of `result`.
    pub result: Option<u32>,
    /// The procedure (session update) of `session after`.
    pub after: Option<u32>,
}

/// A check rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleRecord {
    /// Whether it is hard (`must`).
    pub must: bool,
    /// Whether it denies.
    pub deny: bool,
    /// The condition procedure; `None` for `always`.
    pub condition: Option<u32>,
    /// Of its first keyword.
    pub position: PositionRecord,
    /// Its description.
    pub description: Option<StringId>,
}
