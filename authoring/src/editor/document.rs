//! A policy file that is being edited, and the files that are one policy with it.
//!
//! Invariants: a [`Document`] never changes, an edit makes a new one; it is there for any text, however broken; its mentions are
//! in source order and lie within the text.

use bumpalo::Bump;
use sqrt_compiler::limits::Limits;
use sqrt_compiler::syntax::OwnedSyntax;
use sqrt_compiler::syntax::token::{FileId, Span, Token, TokenId};

use super::index::{Index, LetDeclaration, Mention};

/// One file: its text, its tokens and what its names refer to.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    syntax: OwnedSyntax,
    index: Index,
}

impl Document {
    /// Reads a text.
    pub fn new(name: impl Into<String>, text: &str, limits: &Limits) -> Self {
        let syntax = OwnedSyntax::new(FileId(0), text, limits);
        let arena = Bump::new();
        let index = Index::new(&syntax, &syntax.tree(&arena));
        Self { name: name.into(), syntax, index }
    }

    /// What messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.syntax.text()
    }

    /// Text, tokens and what is wrong with them; the tree on demand.
    pub fn syntax(&self) -> &OwnedSyntax {
        &self.syntax
    }

    /// The text of a span; empty for one that is none of this text.
    pub fn slice(&self, span: Span) -> &str {
        self.text().get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// All tokens; the last is the end of the text.
    pub(super) fn tokens(&self) -> &[Token] {
        self.syntax.tokens().tokens()
    }

    pub(super) fn token(&self, id: TokenId) -> Token {
        self.syntax.tokens().get(id)
    }

    pub(super) fn index(&self) -> &Index {
        &self.index
    }

    /// The mention at an offset; where two touch, the one that begins there, unless `wants` refuses it.
    pub(super) fn mention_at(&self, offset: u32, wants: impl Fn(&Mention) -> bool) -> Option<&Mention> {
        let mentions = &self.index.mentions;
        let after = mentions.partition_point(|mention| mention.span.start <= offset);
        let touches = |mention: &&Mention| mention.span.end >= offset && wants(mention);
        // The innermost one begins last; those that contain it begin close before.
        mentions.get(..after)?.iter().rev().take(8).find(touches)
    }

    /// Whether an offset lies in a comment; its end belongs to a line comment.
    pub(super) fn is_in_comment(&self, offset: u32) -> bool {
        let comments = self.syntax.tokens().comments();
        let after = comments.partition_point(|comment| comment.span.start < offset);
        let before = after.checked_sub(1).and_then(|at| comments.get(at));
        before.is_some_and(|c| if c.is_block { offset < c.span.end } else { offset <= c.span.end })
    }
}

/// A place in a file of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file, as an index of [`Policy::documents`].
    pub file: usize,
    /// Its bytes.
    pub span: Span,
}

/// The files that are one policy and so share their lets (S3.1), in the order of the policy.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'d> {
    documents: &'d [&'d Document],
}

impl<'d> Policy<'d> {
    /// These files, in this order.
    pub fn new(documents: &'d [&'d Document]) -> Self {
        Self { documents }
    }

    /// The files.
    pub fn documents(&self) -> &'d [&'d Document] {
        self.documents
    }

    /// A file.
    pub fn document(&self, file: usize) -> Option<&'d Document> {
        self.documents.get(file).copied()
    }

    /// All lets, with their files.
    pub(super) fn lets(self) -> impl Iterator<Item = (usize, &'d LetDeclaration)> {
        let documents = self.documents.iter().enumerate();
        documents.flat_map(|(file, document)| document.index().lets.iter().map(move |found| (file, found)))
    }

    /// The lets of a name: one, or several by mistake.
    pub(super) fn lets_called(self, name: &str) -> impl Iterator<Item = (usize, &'d LetDeclaration)> {
        self.lets().filter(move |(_, found)| found.name == name)
    }

    /// All mentions, with their files.
    pub(super) fn mentions(self) -> impl Iterator<Item = (usize, &'d Document, &'d Mention)> {
        let documents = self.documents.iter().enumerate();
        documents.flat_map(|(file, document)| {
            document.index().mentions.iter().map(move |mention| (file, *document, mention))
        })
    }
}
