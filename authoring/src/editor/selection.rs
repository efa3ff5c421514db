//! What a selection grows to: the token at a place, and everything that it is part of, up to the file.

use bumpalo::Bump;
use sqrt_compiler::syntax::token::{Span, TokenRange};

use super::document::Document;
use super::walk::{Node, walk};

/// The spans around an offset, from the smallest to the whole file; each lies within the next one.
pub fn selections(document: &Document, offset: u32) -> Vec<Span> {
    let arena = Bump::new();
    let syntax = document.syntax();
    let tree = syntax.tree(&arena);
    let end = u32::try_from(document.text().len()).unwrap_or(u32::MAX);
    let mut found = vec![Span { start: 0, end }];
    let mut consider = |span: Span| {
        if span.start <= offset && offset <= span.end {
            found.push(span);
        }
    };
    walk(&tree, &mut |node, _| {
        if let Some(range) = range(node) {
            consider(syntax.span(range));
        }
    });
    document.tokens().iter().for_each(|token| consider(token.span));
    // Of two things that touch, the one that the place is in or before.
    found.sort_by_key(|span| (span.end.saturating_sub(span.start), u32::MAX.saturating_sub(span.start)));
    let mut chain: Vec<Span> = Vec::new();
    for span in found {
        match chain.last() {
            Some(last) if *last == span || span.start > last.start || span.end < last.end => {}
            _ if span.start == span.end => {}
            _ => chain.push(span),
        }
    }
    chain
}

fn range(node: Node<'_>) -> Option<TokenRange> {
    Some(match node {
        Node::Declaration(found) => found.range,
        Node::Member(found) => found.range,
        Node::Statement(found) => found.range,
        Node::Update(found) => found.range,
        Node::Predicate(found) => found.range,
        Node::Value(found) => found.range,
        Node::Meta(found) => found.range,
        Node::Set(found) => found.range,
        Node::Element(found) => found.range,
        Node::ConditionName(_) | Node::SetName(_) | Node::EitherName(_) => return None,
    })
}
