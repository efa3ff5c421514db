//! Values of calls: JSON, borrowed from the caller (S2.1).
//!
//! Only measuring recurses, as deep as the limit of depth allows: leaves and equality work with explicit stacks in the caller's `ValueScratch`, so that the
//! depth of a value costs no native stack.

mod arena;
mod check;
mod equality;
mod from;
mod leaves;
mod measure;
mod owned;
mod place;

pub use arena::Arena;
pub(crate) use check::{NotJson, check_json};
pub(crate) use equality::ValueScratch;
pub(crate) use leaves::{Leaf, LeafStack};
pub(crate) use measure::{check_size, longest_text, measure};
pub(crate) use owned::OwnedValue;
pub use place::LeafPlace;

use crate::number::Number;
use std::fmt;

/// A JSON value, borrowed.
///
/// Its `Debug` tells kind and size and nothing of the content, so that a call that a host logs shows no secrets; who wants
/// the content says so, with [`write_value`](crate::json::write_value).
#[derive(Clone, Copy)]
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

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("Null"),
            Value::Bool(_) => f.write_str("Bool"),
            Value::Number(_) => f.write_str("Number"),
            Value::Str(text) => write!(f, "Str({} bytes)", text.len()),
            Value::List(items) => write!(f, "List({} items)", items.len()),
            Value::Object(members) => write!(f, "Object({} members)", members.len()),
        }
    }
}
