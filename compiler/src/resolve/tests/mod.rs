//! Policies as text in, diagnostics or the representation as text out.

mod blocks;
mod golden;
mod names;
mod sets;
mod stress;
mod values;

use super::{ResolveInput, resolve};
use crate::diagnostics::{Diagnostic, LineIndex};
use crate::ir::Policy;
use crate::limits::Limits;
use crate::syntax::parse;
use crate::syntax::token::FileId;
use bumpalo::Bump;

/// Resolves files together; they have to be well-formed.
fn resolved(files: &[(&str, &str, Option<u32>)]) -> (Policy, Vec<Diagnostic>) {
    let arena = Bump::new();
    let id = |at: usize| FileId(at as u32);
    let limits = Limits::default();
    let parsed: Vec<_> =
        files.iter().enumerate().map(|(at, (_, text, _))| parse(&arena, id(at), text, &limits)).collect();
    let mut inputs = Vec::new();
    for (at, (&(name, source, preset), parsed)) in files.iter().zip(&parsed).enumerate() {
        assert!(parsed.is_ok(), "{source}\n{:?}", parsed.diagnostics);
        inputs.push(ResolveInput { id: id(at), name, preset, source, parsed });
    }
    resolve(&inputs, &limits)
}

/// The diagnostics of one policy, one a line: code, line and column, and `<- line:column` for the second places.
fn check(policy: &str) -> String {
    check_files(&[policy])
}

/// The diagnostics of several files that are resolved together; places in other files than the first are `FILE:LINE:COLUMN`.
fn check_files(texts: &[&str]) -> String {
    let files: Vec<(&str, &str, Option<u32>)> = texts.iter().map(|&text| ("file", text, None)).collect();
    let (_, diagnostics) = resolved(&files);
    let place = |file: FileId, at: u32| {
        let position = LineIndex::new(texts[file.0 as usize]).position(at);
        let name = if file.0 == 0 { String::new() } else { format!("{}:", file.0) };
        format!("{name}{}:{}", position.line, position.column)
    };
    let line = |diagnostic: &Diagnostic| {
        assert!(diagnostic.help.is_some(), "no way out: {diagnostic:?}");
        let primary = place(diagnostic.primary.file, diagnostic.primary.span.start);
        let second: Vec<String> =
            diagnostic.secondary.iter().map(|label| place(label.file, label.span.start)).collect();
        let arrow = if second.is_empty() { "" } else { " <- " };
        format!("{} {primary}{arrow}{}", diagnostic.code.as_str(), second.join(", "))
    };
    diagnostics.iter().map(line).collect::<Vec<_>>().join("; ")
}

/// The message and help of the only diagnostic.
fn message(policy: &str) -> (String, String) {
    let (_, diagnostics) = resolved(&[("file", policy, None)]);
    assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
    (diagnostics[0].message.clone(), diagnostics[0].help.clone().unwrap_or_default())
}
