//! From text to syntax tree: tokens, the tree and the parser. Knows nothing of what a policy means.
//!
//! [`parse`] never fails: it returns a tree with error nodes and the diagnostics that explain them. The tree lives in
//! the caller's arena; [`OwnedSyntax`] is the form for those who keep a file for long.

pub mod ast;
mod lexer;
mod owned;
mod parser;
pub mod source;
pub mod token;

pub use owned::OwnedSyntax;

use bumpalo::Bump;

use crate::diagnostics::{Diagnostic, Sink, syntax as messages};
use crate::limits::Limits;
use token::{FileId, Span, TokenRange, TokenTable};

/// What [`parse`] returns: the tree, its tokens and everything that is wrong with the text.
#[derive(Debug)]
pub struct Parsed<'a> {
    /// The tree; complete if there are no errors among the diagnostics.
    pub file: ast::File<'a>,
    /// The tokens that the ranges of the tree refer to, and the comments.
    pub tokens: TokenTable,
    /// Everything that is wrong, in source order.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed<'_> {
    /// The bytes that tokens cover; an empty range is an empty span where its next token starts.
    pub fn span(&self, range: TokenRange) -> Span {
        self.tokens.span(range)
    }

    /// Whether the text is well-formed.
    pub fn is_ok(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Parses one source file into `arena`; linear in the length of the text.
pub fn parse<'a>(arena: &'a Bump, file: FileId, source: &'a str, limits: &Limits) -> Parsed<'a> {
    let (tokens, sink) = tokenize(file, source, limits);
    let (tree, diagnostics) = parser::parse(arena, source, &tokens, sink, limits);
    Parsed { file: tree, tokens, diagnostics }
}

/// The tokens of a text; those of an empty text if it is over the limit of bytes, or no policy at all.
fn tokenize(file: FileId, source: &str, limits: &Limits) -> (TokenTable, Sink) {
    let flaw = if source.len() > limits.source_bytes() {
        messages::source_too_long(file, source.len(), limits.source_bytes())
    } else if let Some(brace) = json_object(source) {
        messages::json(file, brace)
    } else {
        return lexer::lex(file, source, limits.diagnostics());
    };
    let (tokens, mut sink) = lexer::lex(file, "", limits.diagnostics());
    sink.push(flaw);
    (tokens, sink)
}

/// The `{` of a text that begins like a JSON object, `{"key":`, as no policy does. Calls are often given in the place of
/// the policy, and read as one they would have an error at every colon.
fn json_object(source: &str) -> Option<Span> {
    let text = source.trim_start_matches('\u{feff}').trim_start();
    let start = u32::try_from(source.len().checked_sub(text.len())?).ok()?;
    let (_, rest) = text.strip_prefix('{')?.trim_start().strip_prefix('"')?.split_once('"')?;
    rest.trim_start().starts_with(':').then_some(Span { start, end: start.saturating_add(1) })
}
