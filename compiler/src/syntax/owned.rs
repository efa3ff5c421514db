//! The owned form of a parsed file, for editors and servers that keep files for long.
//!
//! It holds the text, the tokens and the diagnostics; the tree is built into an arena of the caller's whenever it is
//! asked for. That is sound without self-references and cheap: building a tree from tokens takes a few milliseconds
//! per megabyte, and the ranges in it refer to the tokens that are kept.

use std::sync::Arc;

use bumpalo::Bump;

use super::ast::File;
use super::token::{FileId, Span, TokenRange, TokenTable};
use super::{parse, parser};
use crate::diagnostics::{Diagnostic, Sink};
use crate::limits::Limits;

/// A parsed file that borrows nothing; clones share the text.
#[derive(Debug, Clone)]
pub struct OwnedSyntax {
    id: FileId,
    text: Arc<str>,
    tokens: TokenTable,
    diagnostics: Vec<Diagnostic>,
    limits: Limits,
}

impl OwnedSyntax {
    /// Parses a text and keeps what came of it.
    pub fn new(id: FileId, text: impl Into<Arc<str>>, limits: &Limits) -> Self {
        let text = text.into();
        let arena = Bump::new();
        let parsed = parse(&arena, id, &text, limits);
        let (tokens, diagnostics) = (parsed.tokens, parsed.diagnostics);
        Self { id, text, tokens, diagnostics, limits: *limits }
    }

    /// Builds the tree into an arena; the same tree every time.
    pub fn tree<'a>(&'a self, arena: &'a Bump) -> File<'a> {
        let sink = Sink::new(self.id, 0);
        parser::parse(arena, &self.text, &self.tokens, sink, &self.limits).0
    }

    /// The file's id.
    pub fn id(&self) -> FileId {
        self.id
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tokens and comments.
    pub fn tokens(&self) -> &TokenTable {
        &self.tokens
    }

    /// Everything that is wrong, in source order.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The bytes that tokens cover.
    pub fn span(&self, range: TokenRange) -> Span {
        self.tokens.span(range)
    }
}
