//! What is wrong with a test file, and where: data that the compiler's renderer shows like its own diagnostics.
//!
//! Invariant: text of the file stands in messages only through [`quote`].

use sqrt_compiler::diagnostics::render::{Shown, Style, render};
use sqrt_compiler::diagnostics::{Label, LineIndex, Position, Severity, SourceMap};
use sqrt_compiler::resolve::nearest;
use sqrt_compiler::syntax::token::{FileId, Span};
use sqrt_vm::visible::quote;

/// The code by which a problem of a test file is shown: there is one, as each is told in full.
const CODE: &str = "test-file";

/// One problem of a test file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    message: String,
    help: Option<String>,
    primary: Label,
    secondary: Vec<Label>,
}

impl Problem {
    /// A problem at a place, without help.
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Problem {
        Problem { message: message.into(), help: None, primary: label(span, ""), secondary: Vec::new() }
    }

    /// Adds the way out.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }

    /// Names another place.
    #[must_use]
    pub(crate) fn also(mut self, span: Span, text: &str) -> Problem {
        self.secondary.push(label(span, text));
        self
    }

    /// A name where only some are known: the nearest of them is the way out, or all of them.
    pub(crate) fn unknown(span: Span, what: &str, name: &str, known: &[&str]) -> Problem {
        let problem = Problem::new(span, format!("{what} {} is not known here", quote(name)));
        match nearest(name, known.iter().copied()) {
            Some(near) => problem.help(format!("is {} meant?", quote(near))),
            None => problem.help(format!("here may be {}", listed(known))),
        }
    }

    /// What is wrong, on one line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The way out.
    pub fn way_out(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Where it is wrong.
    pub fn span(&self) -> Span {
        self.primary.span
    }

    /// The line and the column of its place in the text of the file.
    pub fn position(&self, index: &LineIndex<'_>) -> Position {
        index.position(self.primary.span.start)
    }

    /// The problem as text, with the lines that it is about.
    pub fn rendered(&self, name: &str, text: &str, style: Style) -> String {
        let mut sources = SourceMap::new();
        sources.add(FileId(0), name, text);
        render(self, &sources, style)
    }
}

impl<'p> From<&'p Problem> for Shown<'p> {
    fn from(problem: &'p Problem) -> Shown<'p> {
        let Problem { message, help, primary, secondary } = problem;
        Shown { severity: Severity::Error, code: CODE, message, help: help.as_deref(), primary, secondary }
    }
}

fn label(span: Span, text: &str) -> Label {
    Label { file: FileId(0), span, text: text.to_owned() }
}

/// Names one after another, in backticks.
pub(crate) fn listed(names: &[&str]) -> String {
    let (last, others) = match names.split_last() {
        Some((last, others)) if !others.is_empty() => (quote(last), others),
        Some((only, _)) => return quote(only),
        None => return "nothing".to_owned(),
    };
    let others: Vec<String> = others.iter().map(|name| quote(name)).collect();
    format!("{} and {last}", others.join(", "))
}
