//! From features to what the protocol calls them.

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Diagnostic, DiagnosticRelatedInformation,
    DiagnosticSeverity, DiagnosticTag, DocumentSymbol, Documentation, FoldingRange, FoldingRangeKind,
    InsertTextFormat, Location, MarkupContent, MarkupKind, NumberOrString, SemanticToken,
    SemanticTokenModifier, SemanticTokenType, SymbolInformation, SymbolKind as LspSymbolKind, TextEdit, Uri,
};
use sqrt_authoring::editor::{
    Completion, CompletionKind, Edit, Finding, Fold, FoldKind, Painted, Place, Role, Symbol, SymbolKind,
};
use sqrt_compiler::diagnostics::Severity;
use std::collections::HashMap;

use super::text::{Encoding, Text};
use super::workspace::Together;

pub(super) fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}

pub(super) fn location(together: &Together, place: Place, encoding: Encoding) -> Option<Location> {
    let file = together.files.get(place.file)?;
    Some(Location { uri: file.uri.clone(), range: file.text.range(place.span, encoding) })
}

pub(super) fn diagnostic(together: &Together, found: &Finding, encoding: Encoding) -> Option<Diagnostic> {
    let file = together.files.get(found.place.file)?;
    let related = found.related.iter().filter_map(|(place, message)| {
        let location = location(together, *place, encoding)?;
        Some(DiagnosticRelatedInformation { location, message: message.clone() })
    });
    let related: Vec<_> = related.collect();
    Some(Diagnostic {
        range: file.text.range(found.place.span, encoding),
        severity: Some(match found.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(found.code.to_owned())),
        source: Some("sqrt".to_owned()),
        message: found.message.clone(),
        related_information: (!related.is_empty()).then_some(related),
        tags: found.is_unnecessary.then(|| vec![DiagnosticTag::UNNECESSARY]),
        ..Diagnostic::default()
    })
}

// A URI is only ever hashed by its text, which nothing changes.
#[allow(clippy::mutable_key_type, reason = "the protocol's type for edits has URIs as keys")]
pub(super) fn edits(together: &Together, edits: &[Edit], encoding: Encoding) -> HashMap<Uri, Vec<TextEdit>> {
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for edit in edits {
        if let Some(file) = together.files.get(edit.place.file) {
            let range = file.text.range(edit.place.span, encoding);
            changes.entry(file.uri.clone()).or_default().push(TextEdit::new(range, edit.text.clone()));
        }
    }
    changes
}

pub(super) fn completion(
    text: &Text,
    found: Completion,
    number: usize,
    snippets: bool,
    encoding: Encoding,
) -> CompletionItem {
    let snippet = found.snippet.filter(|_| snippets);
    let new_text = snippet.clone().unwrap_or_else(|| found.label.clone());
    CompletionItem {
        kind: Some(match found.kind {
            CompletionKind::Keyword if snippet.is_some() => CompletionItemKind::SNIPPET,
            CompletionKind::Keyword => CompletionItemKind::KEYWORD,
            CompletionKind::Condition => CompletionItemKind::FUNCTION,
            CompletionKind::Set => CompletionItemKind::VARIABLE,
            CompletionKind::Argument => CompletionItemKind::PROPERTY,
            CompletionKind::Field => CompletionItemKind::FIELD,
            CompletionKind::Tool => CompletionItemKind::CLASS,
            CompletionKind::Text => CompletionItemKind::VALUE,
        }),
        detail: (!found.detail.is_empty()).then_some(found.detail),
        documentation: (!found.documentation.is_empty())
            .then(|| Documentation::MarkupContent(markdown(found.documentation))),
        // The order is ours.
        sort_text: Some(format!("{number:04}")),
        insert_text_format: Some(match snippet {
            Some(_) => InsertTextFormat::SNIPPET,
            None => InsertTextFormat::PLAIN_TEXT,
        }),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range: text.range(found.replaces, encoding),
            new_text,
        })),
        label: found.label,
        ..CompletionItem::default()
    }
}

pub(super) fn symbol(text: &Text, found: Symbol, encoding: Encoding) -> DocumentSymbol {
    let children: Vec<_> = found.children.into_iter().map(|child| symbol(text, child, encoding)).collect();
    #[allow(deprecated, reason = "the field has to be given")]
    DocumentSymbol {
        name: found.name,
        detail: (!found.detail.is_empty()).then_some(found.detail),
        kind: symbol_kind(found.kind),
        tags: None,
        deprecated: None,
        range: text.range(found.span, encoding),
        selection_range: text.range(found.selection, encoding),
        children: (!children.is_empty()).then_some(children),
    }
}

/// A symbol as it is told beside those of other files.
pub(super) fn named(uri: &Uri, text: &Text, found: Symbol, encoding: Encoding) -> SymbolInformation {
    let location = Location { uri: uri.clone(), range: text.range(found.selection, encoding) };
    #[allow(deprecated, reason = "the field has to be given")]
    SymbolInformation {
        name: found.name,
        kind: symbol_kind(found.kind),
        tags: None,
        deprecated: None,
        location,
        container_name: None,
    }
}

fn symbol_kind(kind: SymbolKind) -> LspSymbolKind {
    match kind {
        SymbolKind::Condition => LspSymbolKind::BOOLEAN,
        SymbolKind::Set => LspSymbolKind::VARIABLE,
        SymbolKind::Tool | SymbolKind::Shorthand => LspSymbolKind::CLASS,
        SymbolKind::Rule => LspSymbolKind::METHOD,
        SymbolKind::Updates => LspSymbolKind::EVENT,
    }
}

pub(super) fn fold(text: &Text, found: Fold, encoding: Encoding) -> FoldingRange {
    let range = text.range(found.span, encoding);
    // The line with the `}` stays visible.
    let end_line = match found.kind {
        FoldKind::Block => range.end.line.saturating_sub(1).max(range.start.line),
        FoldKind::Comment => range.end.line,
    };
    FoldingRange {
        start_line: range.start.line,
        end_line,
        kind: (found.kind == FoldKind::Comment).then_some(FoldingRangeKind::Comment),
        ..FoldingRange::default()
    }
}

/// The types of semantic tokens that are used; a token tells one by its number here.
pub(super) const TOKEN_TYPES: &[SemanticTokenType] = &[
    SemanticTokenType::KEYWORD,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::PARAMETER,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::MACRO,
    SemanticTokenType::CLASS,
    SemanticTokenType::STRING,
    SemanticTokenType::REGEXP,
    SemanticTokenType::NUMBER,
    SemanticTokenType::OPERATOR,
    SemanticTokenType::COMMENT,
];

/// Their modifiers; a token has a bit for each.
pub(super) const TOKEN_MODIFIERS: &[SemanticTokenModifier] =
    &[SemanticTokenModifier::DECLARATION, SemanticTokenModifier::DOCUMENTATION];

fn token_type(role: Role) -> Option<(SemanticTokenType, u32)> {
    Some(match role {
        Role::Keyword => (SemanticTokenType::KEYWORD, 0),
        Role::Let => (SemanticTokenType::VARIABLE, 0),
        Role::LetDeclaration => (SemanticTokenType::VARIABLE, 1),
        Role::Argument => (SemanticTokenType::PARAMETER, 0),
        Role::Field => (SemanticTokenType::PROPERTY, 0),
        Role::Place => (SemanticTokenType::MACRO, 0),
        Role::Tool => (SemanticTokenType::CLASS, 0),
        Role::Text => (SemanticTokenType::STRING, 0),
        Role::Pattern => (SemanticTokenType::REGEXP, 0),
        Role::Number => (SemanticTokenType::NUMBER, 0),
        Role::Operator => (SemanticTokenType::OPERATOR, 0),
        Role::Comment => (SemanticTokenType::COMMENT, 0),
        Role::Doc => (SemanticTokenType::COMMENT, 2),
        Role::Word => return None,
    })
}

/// Each token by its distance from the one before it, as the protocol wants them.
pub(super) fn semantic_tokens(text: &Text, painted: &[Painted], encoding: Encoding) -> Vec<SemanticToken> {
    let (mut line, mut character) = (0u32, 0u32);
    let mut tokens = Vec::with_capacity(painted.len());
    for piece in painted {
        let Some((kind, modifiers)) = token_type(piece.role) else { continue };
        let Some(number) = TOKEN_TYPES.iter().position(|known| *known == kind) else { continue };
        let range = text.range(piece.span, encoding);
        let delta_line = range.start.line.saturating_sub(line);
        let from = if delta_line == 0 { character } else { 0 };
        tokens.push(SemanticToken {
            delta_line,
            delta_start: range.start.character.saturating_sub(from),
            length: range.end.character.saturating_sub(range.start.character),
            token_type: u32::try_from(number).unwrap_or(0),
            token_modifiers_bitset: modifiers,
        });
        (line, character) = (range.start.line, range.start.character);
    }
    tokens
}
