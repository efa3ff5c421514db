//! What each token is, for colours: what the grammar of an editor cannot know, since no word is reserved (S1.4).
//!
//! Invariant: the pieces are in source order, do not overlap, and each lies on one line.

use sqrt_compiler::syntax::token::{Span, TokenId, TokenKind};

use super::document::Document;
use super::index::What;
use super::words::is_keyword;

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// `must`, `when`, `overlaps` and so on.
    Keyword,
    /// The name of a let.
    Let,
    /// The name of a let where it is declared.
    LetDeclaration,
    /// The name of an argument.
    Argument,
    /// `tags`, `producers`, `consumers`, `value`.
    Field,
    /// `@args`, `@result`, `@session`, `@`.
    Place,
    /// The id of a tool block.
    Tool,
    /// A string or a date.
    Text,
    /// A regex or a wildcard pattern.
    Pattern,
    /// A number.
    Number,
    /// An operator or a range.
    Operator,
    /// An ordinary comment.
    Comment,
    /// A doc comment.
    Doc,
    /// Another word, in a place that could not be parsed.
    Word,
}

/// A piece of text with what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Painted {
    /// The piece, on one line.
    pub span: Span,
    /// What it is.
    pub role: Role,
}

/// The pieces of a file that touch a part of it.
pub fn semantic_tokens(document: &Document, part: Span) -> Vec<Painted> {
    let tokens = document.tokens();
    let first = tokens.partition_point(|token| token.span.end < part.start);
    let mut painted = Vec::new();
    for (at, token) in tokens.iter().enumerate().skip(first) {
        if token.span.start > part.end {
            break;
        }
        if let Some(role) = role(document, at, token.kind) {
            push_lines(document, token.span, role, &mut painted);
        }
    }
    let comments = document.syntax().tokens().comments();
    let first = comments.partition_point(|comment| comment.span.end < part.start);
    let near = comments.iter().skip(first).take_while(|comment| comment.span.start <= part.end);
    near.for_each(|comment| push_lines(document, comment.span, Role::Comment, &mut painted));
    painted.sort_by_key(|piece| piece.span.start);
    painted
}

fn role(document: &Document, at: usize, kind: TokenKind) -> Option<Role> {
    Some(match kind {
        TokenKind::Word => return Some(word(document, at)),
        TokenKind::Number | TokenKind::SignedInfinity => Role::Number,
        TokenKind::String | TokenKind::Regex if is_tool_id(document, at) => Role::Tool,
        TokenKind::String | TokenKind::Date => Role::Text,
        TokenKind::Regex | TokenKind::Wildcard => Role::Pattern,
        TokenKind::Doc => Role::Doc,
        TokenKind::At | TokenKind::AtResult | TokenKind::AtSession | TokenKind::AtArgs => Role::Place,
        TokenKind::DotValue => Role::Field,
        TokenKind::Range
        | TokenKind::RangeOpenLeft
        | TokenKind::RangeOpenRight
        | TokenKind::RangeOpen
        | TokenKind::Assign
        | TokenKind::Equal
        | TokenKind::AssignUnion
        | TokenKind::AssignIntersect
        | TokenKind::AssignMinus
        | TokenKind::AssignXor
        | TokenKind::Arrow
        | TokenKind::Pipe
        | TokenKind::Ampersand
        | TokenKind::Minus
        | TokenKind::Caret => Role::Operator,
        _ => return None,
    })
}

fn kind_at(document: &Document, at: Option<usize>) -> Option<TokenKind> {
    Some(document.tokens().get(at?)?.kind)
}

fn is_tool_id(document: &Document, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| document.tokens().get(at));
    before.is_some_and(|token| token.kind == TokenKind::Word && document.slice(token.span) == "tool")
}

fn word(document: &Document, at: usize) -> Role {
    let token = document.token(TokenId(u32::try_from(at).unwrap_or(u32::MAX)));
    if let Some(mention) = document.index().name_from(token.span.start) {
        return match mention.what {
            What::LetName(_) => Role::LetDeclaration,
            What::LetUse(_) => Role::Let,
            _ => Role::Argument,
        };
    }
    let before = kind_at(document, at.checked_sub(1));
    let after = kind_at(document, at.checked_add(1));
    let text = document.slice(token.span);
    if matches!(before, Some(TokenKind::Dot | TokenKind::At)) {
        // `@args.tags.union`
        return if is_keyword(text) { Role::Keyword } else { Role::Field };
    }
    if matches!(after, Some(TokenKind::Dot | TokenKind::DotValue)) {
        return Role::Argument;
    }
    match text {
        "inf" => Role::Number,
        "tags" | "producers" | "consumers" => Role::Field,
        _ if is_keyword(text) => Role::Keyword,
        _ => Role::Word,
    }
}

/// One piece for each line, without the line ends.
fn push_lines(document: &Document, span: Span, role: Role, painted: &mut Vec<Painted>) {
    let mut start = span.start;
    for line in document.slice(span).split_inclusive(['\n', '\r']) {
        let length = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
        let shown = line.trim_end_matches(['\n', '\r']);
        if !shown.is_empty() {
            let span = Span { start, end: start.saturating_add(length(shown)) };
            painted.push(Painted { span, role });
        }
        start = start.saturating_add(length(line));
    }
}
