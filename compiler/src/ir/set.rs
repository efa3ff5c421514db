//! Set expressions: over metadata, over literals, or both (in value conditions).

use super::{Field, LetId, LiteralId, Origin, Place, SetId, SetLetId};

/// A metadata set by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MetaRef {
    /// Whose metadata.
    pub source: MetaSource,
    /// Which set of it.
    pub field: Field,
}

/// Whose metadata.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MetaSource {
    /// Of the argument of this name; the default if the call has none (S3.7).
    Argument(String),
    /// Of the result; in check rules the initial metadata (S3.5).
    Result,
    /// Of the session.
    Session,
    /// Union over all arguments; the field's default if there are none (S3.4).
    ArgsUnion,
    /// Intersection over all arguments; the field's default if there are none (S3.4).
    ArgsIntersect,
}

/// A let used as a set in one kind of place.
#[derive(Debug, Clone)]
pub struct SetLet {
    /// The declaration.
    pub declaration: LetId,
    /// The kind of place it is read in.
    pub place: Place,
    /// What it means there. Sets of a let refer only to set lets of lower id.
    pub body: SetId,
}

/// A set expression.
#[derive(Debug, Clone)]
pub struct SetExpr {
    /// What it is.
    pub kind: SetKind,
    /// Its place in the source.
    pub origin: Origin,
    /// Whether a pattern occurs anywhere in it, lets included.
    pub has_pattern: bool,
    /// Whether it *holds a pattern* in the sense of S5.3, lets included.
    pub holds_pattern: bool,
    /// Whether it mentions metadata, lets included.
    pub has_metadata: bool,
    /// Whether it contains what no metadata set can have: numbers, bools, dates (S5.3), lets included.
    pub has_non_strings: bool,
}

/// The kinds of set expressions. `A with e` is `A | {e}`, `A without e` is `A - {e}`.
#[derive(Debug, Clone)]
pub enum SetKind {
    /// `{ … }`, a type domain, or one element.
    Literal(LiteralId),
    /// A metadata set.
    Meta(MetaRef),
    /// A let.
    Let(SetLetId),
    /// Two or more operands, left-associative.
    Chain(SetOp, Vec<SetId>),
}

pub use crate::syntax::ast::SetOp;
