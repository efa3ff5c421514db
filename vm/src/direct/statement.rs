//! Statements: what an update procedure does, with its registers resolved. [`translate`](super::translate) makes them when a
//! policy is loaded, [`update`](super::update) does them.

use super::formula::{Comparison, Joined};
use crate::bytecode::operand::{Arg, ConstSet, Elements, FieldImm, OperatorImm, ReadingImm, Tag};
use crate::metadata::HeadWord;

/// A set that a statement reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    Constant(ConstSet),
    Result(FieldImm),
    Session(FieldImm),
    Arg(FieldImm, Arg),
    /// Of all arguments together (S3.4).
    Args(FieldImm, Joined),
    /// One that an operator made, by its place.
    Made(u8),
}

/// Whose metadata an update changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Result,
    Session,
}

/// A value that a statement reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueOf {
    Arg(Arg),
    Result,
}

/// A bool, by its place.
pub(super) type Bool = u8;

/// What is done in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Statement {
    Jump(u32),
    JumpWhere {
        cond: Bool,
        is: bool,
        to: u32,
    },
    Load {
        dst: Bool,
        value: bool,
    },
    /// `dst` becomes whether the bools are not the same.
    Differ {
        dst: Bool,
        left: Bool,
        right: Bool,
    },
    /// `dst` becomes `src`, or not `src`.
    Copy {
        dst: Bool,
        src: Bool,
        negated: bool,
    },
    Compare {
        dst: Bool,
        comparison: Comparison,
        left: Set,
        right: Set,
    },
    /// Whether `left` has an element of `right`.
    Overlaps {
        dst: Bool,
        left: Set,
        right: HeadWord,
    },
    /// Whether `left` has all elements of `right`.
    Has {
        dst: Bool,
        left: Set,
        right: HeadWord,
    },
    Empty {
        dst: Bool,
        set: Set,
    },
    Universal {
        dst: Bool,
        set: Set,
    },
    Contains {
        dst: Bool,
        set: Set,
        tag: Tag,
    },
    /// Of a scalar or absent value.
    ValueIn {
        dst: Bool,
        value: ValueOf,
        reading: ReadingImm,
        set: Elements,
    },
    /// Makes a set, which `left` may be and `right` is not.
    Make {
        place: u8,
        operator: OperatorImm,
        left: Set,
        right: Set,
    },
    /// Counts so much for each word that a made set has beyond its head.
    Charge {
        place: u8,
        each: u8,
    },
    /// A field becomes itself after an operator with a set, which is not the field.
    Change {
        target: Target,
        field: FieldImm,
        operator: OperatorImm,
        by: Set,
    },
    /// A field becomes itself after an operator with a set.
    ChangeBy {
        target: Target,
        field: FieldImm,
        operator: OperatorImm,
        by: HeadWord,
    },
    /// A field becomes a set, which is not the field.
    Store {
        target: Target,
        field: FieldImm,
        set: Set,
    },
    /// A field becomes empty: it without itself.
    Clear {
        target: Target,
        field: FieldImm,
    },
    End,
}

impl Target {
    /// The set that a field of it is.
    pub(super) fn set(self, field: FieldImm) -> Set {
        match self {
            Target::Result => Set::Result(field),
            Target::Session => Set::Session(field),
        }
    }
}
