//! The way to a key of a document, for messages.
//!
//! Invariant: it is put into words only where something is wrong. Keys may be long, and there may be many below one of them, so
//! words for each would take quadratic time.

use std::fmt;

/// Where in a document a value stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path<'p> {
    /// The document itself.
    Whole,
    /// The member of this key.
    Key(&'p Path<'p>, &'p str),
    /// The item at this place of a list, from 0.
    Item(&'p Path<'p>, usize),
}

impl<'p> Path<'p> {
    /// The key that it ends with.
    pub(super) fn key(&self) -> Option<&'p str> {
        match self {
            Path::Key(_, key) => Some(key),
            Path::Whole | Path::Item(..) => None,
        }
    }
}

impl fmt::Display for Path<'_> {
    /// Recurses as deep as the reader lets a document be nested.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Whole => Ok(()),
            Path::Key(Path::Whole, key) => f.write_str(key),
            Path::Key(of, key) => write!(f, "{of}.{key}"),
            Path::Item(of, at) => write!(f, "{of}[{at}]"),
        }
    }
}
