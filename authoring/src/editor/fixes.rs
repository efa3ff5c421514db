//! Mending what is found: what a lint offers, and what the compiler complains about where it is certain what is meant.
//!
//! Invariant: a fix of an error was tried: with it the file has fewer errors of syntax, or the name is one that there is. A fix of
//! a warning says the same in the way that the warning asks for.

use sqrt_compiler::check_syntax;
use sqrt_compiler::diagnostics::Code;
use sqrt_compiler::limits::Limits;
use sqrt_compiler::syntax::token::Span;
use sqrt_compiler::{Compiled, Source};

use super::diagnostics::Finding;
use super::document::{Document, Place, Policy};
use crate::lint;

/// Longer texts get no fixes that have to be tried: each trial reads the whole text.
const LONGEST_TRIED: usize = 1 << 20;

/// A text in the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty where something is inserted.
    pub place: Place,
    /// What comes there.
    pub text: String,
}

/// A way to mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, for a menu.
    pub title: String,
    /// What it changes; the edits do not overlap.
    pub edits: Vec<Edit>,
    /// Whether it can be put in without anyone looking.
    pub is_certain: bool,
}

/// Those of the findings of a policy that touch a part of a file.
pub fn touching(policy: Policy<'_>, findings: &[Finding], file: usize, range: Span) -> Vec<Finding> {
    let touches = |found: &&Finding| {
        let span = found.place.span;
        let start = match policy.document(file) {
            Some(document) if span.start == span.end => before(document, span.start),
            _ => span.start,
        };
        found.place.file == file && start <= range.end && range.start <= span.end
    };
    findings.iter().filter(touches).cloned().collect()
}

/// Those of findings that have a fix, without what does not help.
pub fn fixes(policy: Policy<'_>, mut found: Vec<Finding>, limits: &Limits) -> Vec<Finding> {
    for finding in &mut found {
        finding.fix = finding.fix.take().filter(|fix| helps(policy, finding.code, fix, limits));
    }
    found.retain(|found| found.fix.is_some());
    found
}

/// The start of the character before a place in its line: where something is missing at the end of a line, a cursor that stands
/// on characters and not between them can come no nearer.
fn before(document: &Document, offset: u32) -> u32 {
    let end = offset as usize;
    let last = document.text().get(..end).and_then(|text| text.chars().next_back());
    let length = last.filter(|c| *c != '\n').map_or(0, char::len_utf8);
    u32::try_from(end - length).unwrap_or(offset)
}

/// The fix that a diagnostic asks for, not yet tried.
pub(super) fn fix_of(policy: Policy<'_>, code: Code, found: &lint::Finding) -> Option<Fix> {
    let place = Place { file: found.primary.file.0 as usize, span: found.primary.span };
    let old = policy.document(place.file)?.slice(place.span);
    let replace = |text: String| {
        let title = if old.is_empty() { format!("Insert `{text}`") } else { format!("Write `{text}`") };
        Some(Fix { title, edits: vec![Edit { place, text }], is_certain: true })
    };
    match code {
        Code::MissingSemicolon => replace(";".to_owned()),
        Code::MisplacedDoc | Code::TrailingDoc => {
            let rest = old.strip_prefix("///")?;
            let edits = vec![Edit { place, text: format!("//{rest}") }];
            Some(Fix { title: "Make it an ordinary comment, `//`".to_owned(), edits, is_certain: true })
        }
        Code::UnknownEscape if old.starts_with('\\') => replace(format!("\\{old}")),
        Code::DoubledBackslash if old == r"\\" => replace(r"\".to_owned()),
        Code::ForeignSyntax if own_form(old).is_some() => replace(own_form(old)?),
        Code::WildcardForUniversal => replace("\"*\"".to_owned()),
        _ if found.lint.is_error() => replace(meant(found.help.as_deref()?)?.to_owned()),
        _ => None,
    }
}

/// How SQRT writes an operator or a form of another language.
fn own_form(foreign: &str) -> Option<String> {
    let operators =
        [("&&", "and"), ("||", "or"), ("===", "=="), ("!", "not "), ("=>", "->"), ("+=", "|="), (":=", "=")];
    if let Some((_, own)) = operators.iter().find(|(other, _)| *other == foreign) {
        return Some((*own).to_owned());
    }
    if let Some(comment) = foreign.strip_prefix('#') {
        return Some(format!("//{comment}"));
    }
    let text = foreign.strip_prefix('\'')?.strip_suffix('\'')?;
    (!text.contains(['"', '\\'])).then(|| format!("\"{text}\""))
}

/// What a help text says to write in the place of what is wrong, if that is all it says.
fn meant(help: &str) -> Option<&str> {
    let forms = [("write `", "`"), ("did you mean `", "`?"), ("is `", "` meant?")];
    let found = forms.iter().find_map(|(start, end)| help.strip_prefix(start)?.strip_suffix(end))?;
    (!found.contains(['…', '`'])).then_some(found)
}

/// Whether a fix of an error leaves fewer of them.
fn helps(policy: Policy<'_>, code: &str, fix: &Fix, limits: &Limits) -> bool {
    if !code.starts_with('E') || code == Code::UndefinedName.as_str() {
        return true;
    }
    let Some(document) = fix.edits.first().and_then(|edit| policy.document(edit.place.file)) else {
        return false;
    };
    document.text().len() <= LONGEST_TRIED
        && errors(&with_edits(document, &fix.edits), limits) < errors(document.text(), limits)
}

fn errors(text: &str, limits: &Limits) -> usize {
    let Compiled { diagnostics, .. } = check_syntax(Source { name: "", bytes: text.as_bytes() }, limits);
    diagnostics.iter().filter(|found| found.is_error()).count()
}

/// The text of a file after edits of it, which are in order.
pub(super) fn with_edits(document: &Document, edits: &[Edit]) -> String {
    let mut text = String::with_capacity(document.text().len());
    let mut done = 0;
    for edit in edits {
        text.push_str(document.slice(Span { start: done, end: edit.place.span.start }));
        text.push_str(&edit.text);
        done = edit.place.span.end;
    }
    let end = u32::try_from(document.text().len()).unwrap_or(u32::MAX);
    text.push_str(document.slice(Span { start: done, end }));
    text
}
