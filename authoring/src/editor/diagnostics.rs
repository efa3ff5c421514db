//! What is wrong with a policy and what is doubtful, for each of its files: what the compiler says, the linter, and what does not
//! fit the agent's tools.

use sqrt_compiler::Source;
use sqrt_compiler::diagnostics::Severity;
use sqrt_compiler::syntax::token::Span;

use super::document::{Document, Place, Policy};
use super::fixes::{Edit, Fix, fix_of};
use crate::lint::{self, Group, Lint, Options, lint};

/// Something to tell about a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// Error or warning.
    pub severity: Severity,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong, and the way out if there is one.
    pub message: String,
    /// Other places that matter, with what to say of them.
    pub related: Vec<(Place, String)>,
    /// Whether the text has no effect and can be shown faded.
    pub is_unnecessary: bool,
    /// How to mend it.
    pub fix: Option<Fix>,
}

/// All findings, in the order of files and places.
pub fn findings(policy: Policy<'_>, options: &Options) -> Vec<Finding> {
    let sources: Vec<Source<'_>> = policy
        .documents()
        .iter()
        .map(|document| Source { name: document.name(), bytes: document.text().as_bytes() })
        .collect();
    lint(&sources, options).findings.iter().map(|found| finding(policy, found)).collect()
}

fn finding(policy: Policy<'_>, found: &lint::Finding) -> Finding {
    let place = Place { file: found.primary.file.0 as usize, span: found.primary.span };
    let mut message = found.message.clone();
    if let Some(help) = &found.help {
        message.push('\n');
        message.push_str(help);
    }
    let related = found
        .secondary
        .iter()
        .map(|label| (Place { file: label.file.0 as usize, span: label.span }, label.text.clone()));
    let fix = match (&found.fix, found.lint) {
        (Some(fix), _) => Some(fix_of_lint(policy, fix)),
        (None, Lint::Compiler(code)) => fix_of(policy, code, found),
        (None, Lint::Rule(_)) => None,
    };
    Finding {
        place,
        severity: found.severity,
        code: found.lint.code(),
        message,
        related: related.filter(|(_, text)| !text.is_empty()).collect(),
        is_unnecessary: found.lint.group() == Group::Redundant,
        fix,
    }
}

/// The change that a lint offers.
fn fix_of_lint(policy: Policy<'_>, fix: &lint::Fix) -> Fix {
    let mut title = fix.description.clone();
    if let Some(first) = title.get(..1).map(str::to_uppercase) {
        title.replace_range(..1, &first);
    }
    let edits = fix.edits.iter().map(|edit| {
        let file = edit.file.0 as usize;
        let document = policy.document(file).filter(|_| edit.text.is_empty());
        let span = document.map_or(edit.span, |document| with_emptied_line(document, edit.span));
        Edit { place: Place { file, span }, text: edit.text.clone() }
    });
    Fix { title, edits: edits.collect(), is_certain: fix.certain }
}

/// What is taken away, with its whole line where nothing else is on that, and with the white space before it at the end of a line.
fn with_emptied_line(document: &Document, span: Span) -> Span {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\r');
    let length = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
    let (before, after) = (
        document.slice(Span { start: 0, end: span.start }),
        document.slice(Span { start: span.end, end: length(document.text()) }),
    );
    let rest = after.trim_start_matches(blank);
    if !rest.is_empty() && !rest.starts_with('\n') {
        return span;
    }
    let start = length(before.trim_end_matches(blank));
    let end = span.end.saturating_add(length(after)).saturating_sub(length(rest));
    let is_whole_line =
        start == 0 || document.slice(Span { start: start.saturating_sub(1), end: start }) == "\n";
    Span { start, end: if is_whole_line && !rest.is_empty() { end.saturating_add(1) } else { end } }
}
