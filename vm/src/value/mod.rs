//! Values of calls: JSON, borrowed from the caller (S2.1).
//!
//! Nothing here recurses: leaves and equality work with explicit stacks in the caller's `ValueScratch`, so that the
//! depth of a value costs no native stack.

mod arena;
mod check;
mod equality;
mod from;
mod leaves;
mod owned;

pub use arena::Arena;
pub(crate) use check::{NotJson, check_json};
pub(crate) use equality::ValueScratch;
pub(crate) use leaves::{Leaf, LeafStack};
pub(crate) use owned::OwnedValue;

use crate::number::Number;

/// A JSON value, borrowed.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`; never a number (S2.1).
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    Str(&'a str),
    /// A list.
    List(&'a [Value<'a>]),
    /// An object: keys and values in any order, no two keys equal.
    Object(&'a [(&'a str, Value<'a>)]),
}
