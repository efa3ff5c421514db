//! A source file as resolution sees it: its tree, and the way from tokens and literals to places in the text.

use super::ResolveInput;
use crate::diagnostics::LineIndex;
use crate::ir::{Origin, Position};
use crate::syntax::Parsed;
use crate::syntax::ast::{File, Quoted};
use crate::syntax::token::{FileId, Span, TokenRange};
use std::ops::Range;

/// A source file.
pub(super) struct Source<'a> {
    pub(super) id: FileId,
    pub(super) file: File<'a>,
    pub(super) preset: Option<u32>,
    text: &'a str,
    parsed: &'a Parsed<'a>,
    lines: LineIndex<'a>,
}

impl<'a> Source<'a> {
    pub(super) fn new(input: &ResolveInput<'a>) -> Self {
        let ResolveInput { id, preset, source: text, parsed, .. } = *input;
        Self { id, file: parsed.file, preset, text, parsed, lines: LineIndex::new(text) }
    }

    /// Where some tokens stand.
    pub(super) fn origin(&self, range: TokenRange) -> Origin {
        Origin { file: self.id, span: self.parsed.span(range) }
    }

    /// Where some tokens stand, with line and column.
    pub(super) fn position(&self, range: TokenRange) -> Position {
        let origin = self.origin(range);
        let position = self.lines.position(origin.span.start);
        Position { origin, line: position.line, column: position.column }
    }

    /// Some tokens as written.
    pub(super) fn text(&self, range: TokenRange) -> &'a str {
        let span = self.parsed.span(range);
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// A part of a literal, by its bytes between the quotes; an empty part is the character that follows, or the closing
    /// quote, so that there is something to show.
    pub(super) fn inside(&self, literal: Quoted<'_>, part: Range<usize>) -> Origin {
        let span = self.parsed.span(literal.range);
        let raw = u32::try_from(literal.text.len()).unwrap_or(u32::MAX);
        let base = span.end.saturating_sub(1).saturating_sub(raw);
        let offset = |at: usize| base.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        let next =
            literal.text.get(part.start..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        let end = if part.is_empty() { part.start.saturating_add(next) } else { part.end };
        Origin { file: self.id, span: Span { start: offset(part.start), end: offset(end).min(span.end) } }
    }
}
