//! The syntax tree of one SQRT source file.
//!
//! Every node lives in a `bumpalo` arena and holds nothing that needs dropping: names and literal contents are slices
//! of the source text, children are references and slices into the arena. A node knows which tokens it covers
//! ([`TokenRange`]), so that comments and exact spelling can always be recovered from the token table.
//!
//! Invariants: the tree is usable when the text has errors (`Error` kinds stand where nothing could be parsed); chains
//! of one operator are flat (`a or b or c` is one node with three children), so depth is bounded by the nesting limit
//! of the parser and not by the length of the text; nothing here is decoded (escapes, numbers, dates and patterns are
//! as written), decoding belongs to resolution.

use super::token::TokenRange;

/// A whole source file: its declarations in source order.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// The declarations in source order.
    pub declarations: &'a [Declaration<'a>],
}

/// `let …`, `tool … { }` or a shorthand, with the doc comment before it.
#[derive(Debug, Clone, Copy)]
pub struct Declaration<'a> {
    /// The description from the doc comments before it (S1.2), if there is one.
    pub description: Option<&'a str>,
    /// What is declared.
    pub kind: DeclarationKind<'a>,
    /// The tokens of the declaration, doc comments not included.
    pub range: TokenRange,
}

/// The kinds of declarations.
#[derive(Debug, Clone, Copy)]
pub enum DeclarationKind<'a> {
    /// `let NAME = …;`
    Let(Let<'a>),
    /// `tool ID { … }`
    Tool(Tool<'a>),
    /// `tool ID [N] -> … ;`
    Shorthand(Shorthand<'a>),
    /// Something that could not be parsed; a diagnostic says why.
    Error,
}

/// A word used as a name: of a let or of an argument.
#[derive(Debug, Clone, Copy)]
pub struct Name<'a> {
    /// The word.
    pub text: &'a str,
    /// Its token.
    pub range: TokenRange,
}

/// `let NAME = VALUE;`
#[derive(Debug, Clone, Copy)]
pub struct Let<'a> {
    /// The name that is declared.
    pub name: Name<'a>,
    /// The right side.
    pub value: LetValue<'a>,
}

/// The right side of a let; which kind it has is known from its shape, except for a bare name.
#[derive(Debug, Clone, Copy)]
pub enum LetValue<'a> {
    /// A bare name, perhaps in parentheses: takes the kind of what it names (S3.1).
    Name(Name<'a>),
    /// A predicate.
    Predicate(&'a Predicate<'a>),
    /// A set expression.
    Set(&'a SetExpr<'a>),
    /// A type domain, which is a one-element set (S3.2).
    Domain(&'a Element<'a>),
    /// Something that could not be parsed.
    Error,
}

/// The text between the quotes of a string literal, undecoded, with its token.
#[derive(Debug, Clone, Copy)]
pub struct Quoted<'a> {
    /// The raw text between the quotes (escapes not decoded).
    pub text: &'a str,
    /// The token, prefix and quotes included.
    pub range: TokenRange,
}

/// `"name"` or `r"pattern"` after `tool`.
#[derive(Debug, Clone, Copy)]
pub struct ToolId<'a> {
    /// Whether it is a regex (`r"…"`).
    pub is_regex: bool,
    /// The literal.
    pub literal: Quoted<'a>,
}

/// `tool ID { members }`
#[derive(Debug, Clone, Copy)]
pub struct Tool<'a> {
    /// Which tools the block is about.
    pub id: ToolId<'a>,
    /// The members in source order.
    pub members: &'a [Member<'a>],
}

/// One member of a tool block.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The description from the doc comments before it.
    pub description: Option<&'a str>,
    /// What it is.
    pub kind: MemberKind<'a>,
    /// Its tokens, doc comments not included. The first token of a check rule is the keyword that names the rule.
    pub range: TokenRange,
}

/// The kinds of members of a tool block.
#[derive(Debug, Clone, Copy)]
pub enum MemberKind<'a> {
    /// `priority N;`
    Priority(Numeral<'a>),
    /// `must deny when …;`
    Rule(Rule<'a>),
    /// `result { … }`
    Result(&'a [Statement<'a>]),
    /// `session before { … }` or `session after { … }`
    Session(Timing, &'a [Statement<'a>]),
    /// Something that could not be parsed.
    Error,
}

/// A number as written: digits with an optional sign and fraction, or `inf`, `-inf`, `+inf`.
#[derive(Debug, Clone, Copy)]
pub struct Numeral<'a> {
    /// The text of the token.
    pub text: &'a str,
    /// Its token.
    pub range: TokenRange,
}

/// When a session block runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Timing {
    /// Before the check.
    Before,
    /// After the call was executed.
    After,
}

/// How binding a rule is: `must`/`hard` or `should`/`soft` (S6.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Enforcement {
    /// `must` or `hard`
    Must,
    /// `should` or `soft`
    Should,
}

/// What a rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// `allow`
    Allow,
    /// `deny`
    Deny,
}

/// A check rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule<'a> {
    /// `must` or `should`.
    pub enforcement: Enforcement,
    /// `allow` or `deny`.
    pub outcome: Outcome,
    /// The condition after `when`; `None` for `always`.
    pub condition: Option<&'a Predicate<'a>>,
}

/// A statement of a result or session block.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'a> {
    /// The description from the doc comments before it.
    pub description: Option<&'a str>,
    /// What it is.
    pub kind: StatementKind<'a>,
    /// Its tokens.
    pub range: TokenRange,
}

/// The kinds of statements.
#[derive(Debug, Clone, Copy)]
pub enum StatementKind<'a> {
    /// `@tags |= …;`
    Update(Update<'a>),
    /// `when P { … }`
    When(&'a Predicate<'a>, &'a [Update<'a>]),
    /// Something that could not be parsed.
    Error,
}

/// An update of a metadata set.
#[derive(Debug, Clone, Copy)]
pub struct Update<'a> {
    /// What is updated.
    pub target: Target<'a>,
    /// `=`, `|=`, …
    pub op: AssignOp,
    /// The right side.
    pub value: &'a SetExpr<'a>,
    /// The tokens from the target to the end of the value.
    pub range: TokenRange,
}

/// The left side of an update.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Whose metadata.
    pub place: TargetPlace<'a>,
    /// Which set of it.
    pub field: Field,
    /// Its tokens.
    pub range: TokenRange,
}

/// Whose metadata an update names; only some are meaningful in a given block (S3.6).
#[derive(Debug, Clone, Copy)]
pub enum TargetPlace<'a> {
    /// `@tags`
    Context,
    /// `@result.tags`
    Result,
    /// `@session.tags`
    Session,
    /// `x.tags`
    Argument(Name<'a>),
}

/// The three sets of metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// `tags`
    Tags,
    /// `producers`
    Producers,
    /// `consumers`
    Consumers,
}

/// The assignment operators (S7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AssignOp {
    /// `=`
    Set,
    /// `|=`
    Union,
    /// `&=`
    Intersect,
    /// `-=`
    Minus,
    /// `^=`
    Xor,
}

/// `tool ID [N] -> TARGET @F OP E when P;`
#[derive(Debug, Clone, Copy)]
pub struct Shorthand<'a> {
    /// Which tools it is about.
    pub id: ToolId<'a>,
    /// The priority in brackets.
    pub priority: Option<Numeral<'a>>,
    /// What is updated and when (S7.4); `result` if nothing is written.
    pub target: ShorthandTarget,
    /// The update; its target place is always [`TargetPlace::Context`].
    pub update: Update<'a>,
    /// The condition after `when`.
    pub condition: Option<&'a Predicate<'a>>,
}

/// The target of a shorthand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShorthandTarget {
    /// `result`, or nothing
    Result,
    /// `session before`
    SessionBefore,
    /// `session` or `session after`
    SessionAfter,
}

/// A predicate.
#[derive(Debug, Clone, Copy)]
pub struct Predicate<'a> {
    /// What it is.
    pub kind: PredicateKind<'a>,
    /// Its tokens, parentheses around it not included.
    pub range: TokenRange,
}

/// The kinds of predicates.
#[derive(Debug, Clone, Copy)]
pub enum PredicateKind<'a> {
    /// `a or b or …`: two or more operands in source order, a parenthesised `or` inside stays a child.
    Or(&'a [Predicate<'a>]),
    /// `a and b and …`
    And(&'a [Predicate<'a>]),
    /// `not a`
    Not(&'a Predicate<'a>),
    /// A let by name.
    Name(Name<'a>),
    /// `v in S`
    In(ValueOperand<'a>, &'a SetExpr<'a>),
    /// `v == w`
    ValueEqual(ValueOperand<'a>, ValueOperand<'a>),
    /// `A overlaps B`, `A subset of B`, `A superset of B`, `A == B`
    Compare(MetaOperand<'a>, SetComparison, &'a SetExpr<'a>),
    /// `A is empty`
    IsEmpty(MetaOperand<'a>),
    /// `A is universal`
    IsUniversal(MetaOperand<'a>),
    /// Something that could not be parsed.
    Error,
}

/// Comparisons of two sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SetComparison {
    /// `overlaps`
    Overlaps,
    /// `subset of`
    SubsetOf,
    /// `superset of`
    SupersetOf,
    /// `==`
    Equal,
}

/// A value that a condition is about.
#[derive(Debug, Clone, Copy)]
pub struct ValueOperand<'a> {
    /// What it is.
    pub kind: ValueOperandKind<'a>,
    /// Its tokens.
    pub range: TokenRange,
}

/// The kinds of value operands.
#[derive(Debug, Clone, Copy)]
pub enum ValueOperandKind<'a> {
    /// `x.value`
    Argument(Name<'a>),
    /// `@result.value`
    Result,
    /// `@session.value`
    Session,
    /// `"text"`
    String(Quoted<'a>),
    /// `d"2025-01-01"`
    Date(Quoted<'a>),
    /// `5`, `1.5`, `inf`
    Number(Numeral<'a>),
    /// `true`, `false`
    Bool(bool),
}

/// A metadata set by name: the left side of set comparisons and an atom of set expressions.
#[derive(Debug, Clone, Copy)]
pub struct MetaOperand<'a> {
    /// Whose metadata.
    pub place: MetaPlace<'a>,
    /// Which set of it.
    pub field: Field,
    /// Its tokens.
    pub range: TokenRange,
}

/// Whose metadata a set expression reads.
#[derive(Debug, Clone, Copy)]
pub enum MetaPlace<'a> {
    /// `x.tags`
    Argument(Name<'a>),
    /// `@result.tags`
    Result,
    /// `@session.tags`
    Session,
    /// `@tags`: the result's or the session's, by where it stands (S3.3)
    Context,
    /// `@args.tags`, `@args.tags.union`, `union of tags from args` (S3.4)
    ArgsUnion,
    /// `@args.tags.intersect`, `intersect of tags from args`
    ArgsIntersect,
}

/// A set expression.
#[derive(Debug, Clone, Copy)]
pub struct SetExpr<'a> {
    /// What it is.
    pub kind: SetExprKind<'a>,
    /// Its tokens, parentheses around it not included.
    pub range: TokenRange,
    /// Whether it stands in parentheses (for the warning of S5.1).
    pub parenthesized: bool,
}

/// The kinds of set expressions.
#[derive(Debug, Clone, Copy)]
pub enum SetExprKind<'a> {
    /// `A | B | …`: two or more operands of one operator, left-associative.
    Chain(SetOp, &'a [SetExpr<'a>]),
    /// `A with e without f …`, left-associative.
    Elements(&'a SetExpr<'a>, &'a [ElementStep<'a>]),
    /// `{ … }`
    Literal(&'a [Element<'a>]),
    /// A metadata set.
    Meta(MetaOperand<'a>),
    /// A let by name.
    Name(Name<'a>),
    /// Something that could not be parsed.
    Error,
}

/// The binary set operators, loosest to tightest (S5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SetOp {
    /// `xor`, `^`
    Xor,
    /// `minus`, `-`
    Minus,
    /// `intersect`, `&`
    Intersect,
    /// `union`, `|`
    Union,
}

/// `with e` or `without e`.
#[derive(Debug, Clone, Copy)]
pub struct ElementStep<'a> {
    /// `with` (true) or `without` (false).
    pub adds: bool,
    /// The element.
    pub element: Element<'a>,
}

/// An element of a set literal, or a type domain.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a> {
    /// What it is.
    pub kind: ElementKind<'a>,
    /// Its tokens.
    pub range: TokenRange,
}

/// The kinds of elements.
#[derive(Debug, Clone, Copy)]
pub enum ElementKind<'a> {
    /// `"text"`
    String(Quoted<'a>),
    /// `r"pattern"`
    Regex(Quoted<'a>),
    /// `w"wild*card"`
    Wildcard(Quoted<'a>),
    /// `5`, `1.5`, `inf`
    Number(Numeral<'a>),
    /// `bool true`
    Bool(bool),
    /// `int R`
    Int(Range<Numeral<'a>>),
    /// `float R`
    Float(Range<Numeral<'a>>),
    /// `str "x"`, `str matching r"…"`, `str like w"…"`, with an optional `length R`
    Str(StrPattern<'a>, Option<Range<Numeral<'a>>>),
    /// `datetime …`
    Datetime(Range<DateLiteral<'a>>),
    /// Something that could not be parsed.
    Error,
}

/// The text part of a `str` domain.
#[derive(Debug, Clone, Copy)]
pub enum StrPattern<'a> {
    /// `"x"`
    Exact(Quoted<'a>),
    /// `matching r"…"`
    Matching(Quoted<'a>),
    /// `like w"…"`
    Like(Quoted<'a>),
}

/// A date in a `datetime` domain.
#[derive(Debug, Clone, Copy)]
pub enum DateLiteral<'a> {
    /// `d"…"` or, as an exact date only, `"…"`
    Text(Quoted<'a>),
    /// Seconds since the epoch, as an exact date only.
    Number(Numeral<'a>),
}

/// A range (S4.2), or one exact value.
#[derive(Debug, Clone, Copy)]
pub enum Range<T> {
    /// One value.
    Exact(T),
    /// `a..b` and its kin; at least one bound is there.
    Between {
        /// The lower bound.
        lower: Option<Bound<T>>,
        /// The upper bound.
        upper: Option<Bound<T>>,
    },
}

/// A bound of a range.
#[derive(Debug, Clone, Copy)]
pub struct Bound<T> {
    /// The bound itself.
    pub value: T,
    /// Whether the bound is part of the range.
    pub inclusive: bool,
}
