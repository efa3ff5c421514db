//! Edits that take something away with what belongs to it, where no comment would be lost.

use crate::lint::{Context, Edit};
use sqrt_compiler::ir::Origin;
use sqrt_compiler::syntax::token::{Span, TokenId, TokenKind};

/// Takes a rule away, with the doc comments before it.
pub(in crate::lint::rules) fn remove_member(context: &Context<'_>, member: Origin) -> Option<Vec<Edit>> {
    let file = context.file(member.file)?;
    let tokens = &file.parsed.tokens;
    let mut first = tokens.at_offset(member.span.start)?;
    let before = |id: TokenId| id.0.checked_sub(1).map(TokenId);
    while let Some(doc) = before(first).filter(|id| tokens.get(*id).kind == TokenKind::Doc) {
        first = doc;
    }
    let span = Span { start: tokens.get(first).span.start, end: member.span.end };
    let is_plain = !tokens
        .comments()
        .iter()
        .any(|comment| span.start <= comment.span.start && comment.span.end <= span.end);
    is_plain.then(|| vec![Edit::remove(Origin { span, ..member })])
}

/// Takes an element of a set away, with the comma that belongs to it.
pub(in crate::lint::rules) fn remove_element(context: &Context<'_>, element: Origin) -> Option<Vec<Edit>> {
    let file = context.file(element.file)?;
    let tokens = &file.parsed.tokens;
    let first = tokens.at_offset(element.span.start)?;
    let last = tokens.at_offset(element.span.end.checked_sub(1)?)?;
    let next = TokenId(last.0.checked_add(1)?);
    let before = TokenId(first.0.checked_sub(1)?);
    let span = if tokens.get(next).kind == TokenKind::Comma {
        let after = TokenId(next.0.checked_add(1)?);
        let comma_end = tokens.get(next).span.end;
        let rest = Span { start: comma_end, end: tokens.get(after).span.start };
        let on_one_line = !file.text(rest).contains('\n');
        let end = if on_one_line { rest.end } else { comma_end };
        Span { start: element.span.start, end }
    } else if tokens.get(before).kind == TokenKind::Comma {
        Span { start: tokens.get(before).span.start, end: element.span.end }
    } else {
        return None;
    };
    let first_after = tokens.comments().partition_point(|comment| comment.span.start < span.start);
    let is_plain = tokens.comments().get(first_after).is_none_or(|comment| comment.span.start >= span.end);
    is_plain.then(|| vec![Edit::remove(Origin { span, ..element })])
}
