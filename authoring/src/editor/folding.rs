//! What can be folded: everything in braces over several lines, and comments.
//!
//! It works on tokens, so a broken file folds, too.

use sqrt_compiler::syntax::token::{Span, TokenKind};

use super::document::Document;

/// A part of the text that can be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// From the first to the last character; what of its last line follows is not folded.
    pub span: Span,
    /// What it is.
    pub kind: FoldKind,
}

/// What is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoldKind {
    /// What stands in braces; they stay visible.
    Block,
    /// A comment, or several lines of them.
    Comment,
}

/// The folds of a file, in the order of their beginnings.
pub fn folds(document: &Document) -> Vec<Fold> {
    let mut found = blocks(document);
    found.extend(comments(document));
    found.sort_by_key(|fold| (fold.span.start, fold.span.end));
    found
}

fn spans_lines(document: &Document, span: Span) -> bool {
    document.slice(span).contains('\n')
}

fn blocks(document: &Document) -> Vec<Fold> {
    let mut open = Vec::new();
    let mut found = Vec::new();
    for token in document.tokens() {
        match token.kind {
            TokenKind::LeftBrace => open.push(token.span.start),
            TokenKind::RightBrace => {
                let Some(start) = open.pop() else { continue };
                let span = Span { start, end: token.span.end };
                if spans_lines(document, span) {
                    found.push(Fold { span, kind: FoldKind::Block });
                }
            }
            _ => {}
        }
    }
    found
}

/// Comments, those of lines that follow each other with nothing between them as one.
fn comments(document: &Document) -> Vec<Fold> {
    let docs = document.tokens().iter().filter(|token| token.kind == TokenKind::Doc);
    let docs = docs.map(|token| (true, token.span));
    let plain = document.syntax().tokens().comments().iter().map(|comment| (false, comment.span));
    let mut all: Vec<(bool, Span)> = docs.chain(plain).collect();
    all.sort_by_key(|(_, span)| span.start);
    let mut runs: Vec<(bool, Span)> = Vec::new();
    for (is_doc, span) in all {
        let follows = |last: &(bool, Span)| {
            let between = document.slice(Span { start: last.1.end, end: span.start });
            last.0 == is_doc && between.trim().is_empty() && between.matches('\n').count() == 1
        };
        match runs.last_mut() {
            Some(last) if follows(last) => last.1.end = span.end,
            _ => runs.push((is_doc, span)),
        }
    }
    let long = runs.into_iter().filter(|(_, span)| spans_lines(document, *span));
    long.map(|(_, span)| Fold { span, kind: FoldKind::Comment }).collect()
}
