//! The comment that suppresses a finding: where it goes and what it says, in the form that `suppression.rs` reads.
//!
//! Invariant: with the comment put in, the finding is suppressed, and of its lint nothing outside of what the comment is about. It
//! is about as little as a comment can be: the update, statement, rule or declaration, if that begins its line, else the line.

use super::suppression::in_declaration_at;
use sqrt_compiler::syntax::ast::{Declaration, File};
use sqrt_compiler::syntax::token::{Span, TokenKind, TokenRange, TokenTable};

/// What stands for the reason until somebody writes it; the linter takes it for none.
pub const PLACEHOLDER: &str = "REASON";

/// A comment to put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Where, as a byte of the text.
    pub at: u32,
    /// What is put in there, with the line end or white space that belongs to it.
    pub text: String,
    /// Whether it is about the whole file, as nothing smaller has the finding.
    pub is_about_file: bool,
}

/// The comment that suppresses what the lint of this name finds at a place of a file.
pub fn comment(text: &str, tokens: &TokenTable, tree: &File<'_>, found: Span, name: &str) -> Comment {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let says = |verb: &str| format!("sqrt-lint: {verb}({name}) -- {PLACEHOLDER}");
    // What is found at the start of the text and has no extent is about the file, and what a comment before it moves.
    let is_about_file = found == Span { start: 0, end: 0 };
    let items = if is_about_file { Vec::new() } else { around(tokens, tree.declarations, found.start) };
    let before_item = |item: &TokenRange| {
        let at = tokens.span(*item).start;
        let indent = slice(text, line_start(text, at), at);
        indent.trim_start_matches('\u{feff}').chars().all(|c| matches!(c, ' ' | '\t')).then(|| Comment {
            at,
            text: format!("// {}{line_end}{}", says("allow"), indent.trim_start_matches('\u{feff}')),
            is_about_file: false,
        })
    };
    let innermost = items.last().and_then(before_item);
    let behind_line =
        || if items.is_empty() { None } else { behind(text, tokens, found.start, &says("allow")) };
    let outer = || items.iter().rev().find_map(before_item);
    innermost.or_else(behind_line).or_else(outer).unwrap_or_else(|| Comment {
        at: if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() as u32 } else { 0 },
        text: format!("// {}{line_end}", says("allow-file")),
        is_about_file: true,
    })
}

/// The declaration, member, statement and update around a place, the outermost first.
fn around(tokens: &TokenTable, declarations: &[Declaration<'_>], at: u32) -> Vec<TokenRange> {
    let after = declarations.partition_point(|found| tokens.span(found.range).start <= at);
    let declaration = after.checked_sub(1).and_then(|before| declarations.get(before));
    let declaration = declaration.filter(|found| at < tokens.span(found.range).end);
    declaration.map_or_else(Vec::new, |found| in_declaration_at(tokens, found, at))
}

/// A comment behind what stands on the line of a place; `None` if a token or a comment goes on over its end.
fn behind(text: &str, tokens: &TokenTable, at: u32, says: &str) -> Option<Comment> {
    let start = line_start(text, at);
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let line = slice(text, at, length).lines().next().unwrap_or_default();
    let end = at.saturating_add(u32::try_from(line.len()).unwrap_or(u32::MAX));
    let before_end = tokens.tokens().partition_point(|token| token.span.start < end);
    let last = tokens.tokens().get(before_end.checked_sub(1)?)?;
    let comments = tokens.comments();
    let comment = comments.partition_point(|comment| comment.span.start < end);
    let comment =
        comment.checked_sub(1).and_then(|at| comments.get(at)).filter(|found| found.span.end > last.span.end);
    // A doc comment takes the rest of its line.
    let is_doc = last.kind == TokenKind::Doc;
    if is_doc || last.span.end > end || last.span.end <= start || last.span.end <= at {
        return None;
    }
    let text = match comment {
        None => format!(" // {says}"),
        Some(_) => format!(" /* {says} */"),
    };
    Some(Comment { at: last.span.end, text, is_about_file: false })
}

fn line_start(text: &str, at: u32) -> u32 {
    let start = slice(text, 0, at).rfind('\n').map_or(0, |found| found.saturating_add(1));
    u32::try_from(start).unwrap_or(u32::MAX)
}

fn slice(text: &str, start: u32, end: u32) -> &str {
    text.get(start as usize..end as usize).unwrap_or_default()
}
