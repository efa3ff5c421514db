//! The one canonical style of policies: [`format()`] gives a policy in it.
//!
//! The tree says what stands on lines of its own and where long lines may end (`tree`); its tokens and comments are taken in
//! their order (`tokens`) into a document, which is printed (`document`). Nothing is a matter of taste: there are no options.
//!
//! Invariants: what is formatted has the same tokens and the same comments in the same order, and so the same meaning; this is
//! looked at before the text is given away. Formatting it again changes nothing.

mod document;
#[cfg(test)]
mod tests;
mod tokens;
mod tree;

use crate::diagnostics::Diagnostic;
use crate::limits::Limits;
use crate::syntax::parse;
use crate::syntax::token::{FileId, Span, TokenKind, TokenTable};
use bumpalo::Bump;
use std::fmt;

/// Why a text was not formatted.
#[derive(Debug, Clone)]
pub enum FormatError {
    /// It has errors of syntax, which these diagnostics explain.
    Syntax(Vec<Diagnostic>),
    /// Formatting it would have changed more than its layout: a defect of the formatter.
    Changed,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FormatError::Syntax(_) => "the policy has errors of syntax",
            FormatError::Changed => {
                "internal error: formatting would change the policy, so it stays as it is"
            }
        })
    }
}

impl std::error::Error for FormatError {}

/// A policy in the canonical style. Formatting that again changes nothing.
///
/// ```
/// use sqrt_compiler::{format::format, limits::Limits};
///
/// let text = format("tool \"pay\"{must deny when sum.value in{float 100<..};}", &Limits::default());
/// assert_eq!(text.unwrap(), "tool \"pay\" {\n    must deny when sum.value in {float 100<..};\n}\n");
/// ```
///
/// # Errors
/// If the text has errors of syntax; other errors and warnings do not matter.
pub fn format(source: &str, limits: &Limits) -> Result<String, FormatError> {
    let arena = Bump::new();
    let parsed = parse(&arena, FileId(0), source, limits);
    if !parsed.is_ok() {
        return Err(FormatError::Syntax(parsed.diagnostics));
    }
    let mut tokens = tokens::Tokens::new(source, &parsed.tokens);
    tree::file(&mut tokens, &parsed.file);
    let formatted = document::print(&tokens.into_commands());
    let again = parse(&arena, FileId(0), &formatted, limits);
    if again.is_ok() && pieces(source, &parsed.tokens).eq(pieces(&formatted, &again.tokens)) {
        Ok(formatted)
    } else {
        Err(FormatError::Changed)
    }
}

/// A piece of a policy, such as a condition or a set, in the same style on one line, without its comments. What is no piece of
/// a policy comes out all the same, as far as it has tokens.
///
/// ```
/// use sqrt_compiler::format::one_line;
///
/// let text = one_line("to . value in{ \"a\" ,\n\"b\" }// those", &Default::default());
/// assert_eq!(text, r#"to.value in {"a", "b"}"#);
/// ```
pub fn one_line(source: &str, limits: &Limits) -> String {
    let arena = Bump::new();
    tokens::on_one_line(source, &parse(&arena, FileId(0), source, limits).tokens)
}

/// What must not change: tokens and then comments, without what says nothing in them.
fn pieces<'s>(source: &'s str, table: &'s TokenTable) -> impl Iterator<Item = (Option<TokenKind>, &'s str)> {
    let text = |span: Span| source.get(span.start as usize..span.end as usize).unwrap_or_default();
    let tokens = table.tokens().iter().map(move |token| {
        let text = text(token.span);
        let doc = text.strip_prefix("///").filter(|_| token.kind == TokenKind::Doc);
        let text = doc.map_or(text, |doc| {
            let doc = doc.strip_suffix('\r').unwrap_or(doc);
            doc.strip_prefix(' ').unwrap_or(doc)
        });
        (Some(token.kind), text)
    });
    tokens.chain(table.comments().iter().map(move |comment| (None, text(comment.span).trim_end())))
}
