//! Decoding of literals: what the characters between the quotes, or the digits, stand for.
//!
//! Pure functions over raw text: they know nothing of files and diagnostics and report places as byte offsets into the
//! raw text. Invariant: every input yields a value to go on with, and what is wrong with it beside.

pub(super) mod number;
pub(super) mod regex;
pub(super) mod string;
pub(super) mod wildcard;

use std::ops::Range;

/// Something about a literal that its author should know, at `range` of the raw text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    /// The bytes of the raw text.
    pub(super) range: Range<usize>,
    /// What it is.
    pub(super) kind: FlawKind,
}

/// What can be said about a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FlawKind {
    /// A malformed `\u{…}` (S1.5).
    Unicode,
    /// A backslash before a character that needs none (S1.5, S1.7).
    UnknownEscape(char),
    /// A doubled backslash that was read as one (S1.6).
    Doubled,
    /// A doubled backslash before a letter or digit (S1.6).
    Ambiguous(char),
}

/// Raw text read from the left, one character or escape at a time.
struct Reader<'a> {
    raw: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(raw: &'a str) -> Self {
        Self { raw, at: 0 }
    }

    fn rest(&self) -> &'a str {
        self.raw.get(self.at..).unwrap_or("")
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at = self.at.saturating_add(c.len_utf8());
        Some(c)
    }

    /// Takes `text` if it comes next.
    fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at = self.at.saturating_add(text.len());
        }
        found
    }
}
