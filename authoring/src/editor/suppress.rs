//! Suppressing what a lint finds by a comment, with a placeholder for the reason.

use bumpalo::Bump;
use sqrt_compiler::syntax::token::Span;

use super::diagnostics::Finding;
use super::document::{Place, Policy};
use super::fixes::Edit;
use crate::lint::{Group, Lint, suppressing};

/// A comment that suppresses findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// What it does, for a menu.
    pub title: String,
    /// The comment.
    pub edit: Edit,
    /// What it suppresses of what was asked about.
    pub findings: Vec<Finding>,
}

/// A comment for each lint and place of these findings of a file, in their order. What cannot be suppressed has none: errors of
/// the compiler, and what is wrong with such comments.
pub fn suppressions(policy: Policy<'_>, file: usize, findings: &[Finding]) -> Vec<Suppression> {
    let Some(document) = policy.document(file) else { return Vec::new() };
    let (arena, syntax) = (Bump::new(), document.syntax());
    let tree = syntax.tree(&arena);
    let mut found: Vec<Suppression> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.place.file == file) {
        let Some(lint) = Lint::find(finding.code) else { continue };
        if lint.is_error() || lint.group() == Group::Suppression {
            continue;
        }
        let name = lint.name();
        let comment =
            suppressing::comment(document.text(), syntax.tokens(), &tree, finding.place.span, &name);
        let where_ = if comment.is_about_file { "in this file" } else { "here" };
        let place = Place { file, span: Span { start: comment.at, end: comment.at } };
        let edit = Edit { place, text: comment.text };
        // Findings come in the order of places, so those that share a comment are near one another.
        match found.iter_mut().rev().take(NEAR).find(|other| other.edit == edit) {
            Some(same) => same.findings.push(finding.clone()),
            None => found.push(Suppression {
                title: format!("Suppress `{name}` {where_} with a comment"),
                edit,
                findings: vec![finding.clone()],
            }),
        }
    }
    found
}

/// So many comments are looked back at for the same one: no more lints find something in one place.
const NEAR: usize = 16;
