//! The outline of a file: lets, tool blocks and what is in them.

use bumpalo::Bump;
use sqrt_compiler::syntax::OwnedSyntax;
use sqrt_compiler::syntax::ast::{
    Declaration, DeclarationKind, LetValue, Member, MemberKind, ShorthandTarget, Timing, Tool, ToolId,
};
use sqrt_compiler::syntax::token::{Span, TokenId, TokenRange};
use sqrt_vm::visible::visible;

use super::document::Document;

/// The longest name and detail, in characters.
const LONGEST: usize = 80;

/// An entry of the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// What else there is to say, on one line; may be empty.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub span: Span,
    /// What is selected when one goes there; within `span`.
    pub selection: Span,
    /// What is in it.
    pub children: Vec<Symbol>,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// A let that is a condition.
    Condition,
    /// A let that is a set, or has the kind of another let.
    Set,
    /// A tool block.
    Tool,
    /// A shorthand.
    Shorthand,
    /// A check rule.
    Rule,
    /// A result or session block.
    Updates,
}

/// The outline of a file, in source order; what could not be parsed is left out.
pub fn symbols(document: &Document) -> Vec<Symbol> {
    let arena = Bump::new();
    let tree = document.syntax().tree(&arena);
    tree.declarations.iter().filter_map(|found| declaration(document.syntax(), found)).collect()
}

fn declaration(syntax: &OwnedSyntax, found: &Declaration<'_>) -> Option<Symbol> {
    let span = syntax.span(found.range);
    Some(match &found.kind {
        DeclarationKind::Let(declared) => {
            let kind = match declared.value {
                LetValue::Predicate(_) => SymbolKind::Condition,
                _ => SymbolKind::Set,
            };
            let value = TokenRange {
                first: TokenId(declared.name.range.end.0.saturating_add(1)),
                end: found.range.end,
            };
            Symbol {
                name: declared.name.text.to_owned(),
                detail: one_line(text(syntax, syntax.span(value)).trim_end_matches(';')),
                kind,
                span,
                selection: syntax.span(declared.name.range),
                children: Vec::new(),
            }
        }
        DeclarationKind::Tool(tool) => Symbol {
            name: id(syntax, tool.id),
            detail: found.description.map(one_line).unwrap_or_default(),
            kind: SymbolKind::Tool,
            span,
            selection: syntax.span(tool.id.literal.range),
            children: members(syntax, tool),
        },
        DeclarationKind::Shorthand(shorthand) => {
            let target = match shorthand.target {
                ShorthandTarget::Result => "result",
                ShorthandTarget::SessionBefore => "session before",
                ShorthandTarget::SessionAfter => "session after",
            };
            Symbol {
                name: format!("{} -> {target}", id(syntax, shorthand.id)),
                detail: one_line(text(syntax, syntax.span(shorthand.update.range))),
                kind: SymbolKind::Shorthand,
                span,
                selection: syntax.span(shorthand.id.literal.range),
                children: Vec::new(),
            }
        }
        DeclarationKind::Error => return None,
    })
}

fn members(syntax: &OwnedSyntax, tool: &Tool<'_>) -> Vec<Symbol> {
    tool.members.iter().filter_map(|found| member(syntax, found)).collect()
}

fn member(syntax: &OwnedSyntax, found: &Member<'_>) -> Option<Symbol> {
    let (words, kind) = match &found.kind {
        MemberKind::Rule(_) => (2, SymbolKind::Rule),
        MemberKind::Result(_) => (1, SymbolKind::Updates),
        MemberKind::Session(Timing::Before | Timing::After, _) => (2, SymbolKind::Updates),
        MemberKind::Priority(_) | MemberKind::Error => return None,
    };
    let first = found.range.first;
    let head = TokenRange { first, end: TokenId(first.0.saturating_add(words).min(found.range.end.0)) };
    let rest = TokenRange { first: head.end, end: found.range.end };
    let detail = match (kind, found.description) {
        (_, Some(description)) => one_line(description),
        (SymbolKind::Rule, None) => one_line(text(syntax, syntax.span(rest)).trim_end_matches(';')),
        _ => String::new(),
    };
    Some(Symbol {
        name: one_line(text(syntax, syntax.span(head))),
        detail,
        kind,
        span: syntax.span(found.range),
        selection: syntax.span(head),
        children: Vec::new(),
    })
}

fn id(syntax: &OwnedSyntax, id: ToolId<'_>) -> String {
    let literal = one_line(text(syntax, syntax.span(id.literal.range)));
    if literal.is_empty() { "tool".to_owned() } else { literal }
}

fn text(syntax: &OwnedSyntax, span: Span) -> &str {
    syntax.text().get(span.start as usize..span.end as usize).unwrap_or_default()
}

/// A text on one line, with nothing hidden in it, cut if it is long.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&visible(word));
        if line.len() > LONGEST.saturating_mul(4) {
            break;
        }
    }
    let mut shown: String = line.chars().take(LONGEST).collect();
    if shown.len() < line.len() {
        shown.push('…');
    }
    shown
}
