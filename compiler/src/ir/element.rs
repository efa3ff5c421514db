//! Elements of set literals, decoded (S4.2), and patterns.

use super::{Origin, PatternId};
use sqrt_vm::datetime::Instant;
use sqrt_vm::number::Number;
pub use sqrt_vm::pattern::PatternSyntax;

/// A set literal.
#[derive(Debug, Clone, Default)]
pub struct SetLiteral {
    /// The elements in source order.
    pub elements: Vec<Element>,
}

/// An element.
#[derive(Debug, Clone)]
pub struct Element {
    /// What it is.
    pub kind: ElementKind,
    /// Its place in the source.
    pub origin: Origin,
}

/// The kinds of elements.
#[derive(Debug, Clone, PartialEq)]
pub enum ElementKind {
    /// `"*"`: anything present in value conditions, the universal set in metadata (S2.3, S4.2).
    Anything,
    /// A string, byte for byte; also `str "x"` (where `"*"` is just a string) and the string of `v == "x"` (S4.6).
    String(String),
    /// `r"…"`, `w"…"`, `str matching r"…"`, `str like w"…"`.
    Pattern(PatternId),
    /// `str … length R`: the text part with a length in Unicode scalar values.
    Sized(SizedText, Range<Number>),
    /// A number, numerically.
    Number(Number),
    /// `bool b`
    Bool(bool),
    /// `int R`: numbers without a fractional part.
    Int(Range<Number>),
    /// `float R`: any number.
    Float(Range<Number>),
    /// `datetime …`
    Datetime(Range<Instant>),
}

/// The text part of a `str` domain with a length.
#[derive(Debug, Clone, PartialEq)]
pub enum SizedText {
    /// Exactly this string (no pattern, S4.5).
    Exact(String),
    /// What the pattern matches.
    Pattern(PatternId),
}

/// A range; an exact value is a range with twice the same inclusive bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range<T> {
    /// The lower bound, if any.
    pub lower: Option<Bound<T>>,
    /// The upper bound, if any.
    pub upper: Option<Bound<T>>,
}

/// A bound of a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound<T> {
    /// The bound.
    pub value: T,
    /// Whether it is part of the range.
    pub inclusive: bool,
}

/// A pattern, decoded from its literal and accepted by the pattern parser (S4.3).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// How the text is to be read.
    pub syntax: PatternSyntax,
    /// The decoded text (S1.6, S1.7).
    pub text: String,
}
