//! Findings as data: what was found, where, and how it could be changed.

use super::rule::{Lint, Rule};
use sqrt_compiler::diagnostics::render::Shown;
use sqrt_compiler::diagnostics::{Diagnostic, Label, Severity};
use sqrt_compiler::ir::Origin;
use sqrt_compiler::syntax::token::{FileId, Span};

/// Something that was found in a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What found it.
    pub lint: Lint,
    /// How serious it is, by the level that is set.
    pub severity: Severity,
    /// What is found.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// Where it is.
    pub primary: Label,
    /// Other places that matter.
    pub secondary: Vec<Label>,
    /// A change of the text that is a way out.
    pub fix: Option<Fix>,
}

/// A finding that a comment suppresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// What was found.
    pub finding: Finding,
    /// Why it is fine, by the comment.
    pub reason: Option<String>,
}

/// A change of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative: `remove the second rule`.
    pub description: String,
    /// The changes, which do not overlap.
    pub edits: Vec<Edit>,
    /// Whether the policy certainly means the same afterwards, so that nobody has to look first.
    pub certain: bool,
}

/// A change of one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file.
    pub file: FileId,
    /// What is replaced; where it is empty, something is put in.
    pub span: Span,
    /// What is there afterwards.
    pub text: String,
}

impl Finding {
    /// A finding of a rule, without help, other places and fix.
    pub fn new(rule: &'static Rule, at: Origin, message: impl Into<String>) -> Self {
        let primary = Label { file: at.file, span: at.span, text: String::new() };
        let (lint, severity) = (Lint::Rule(rule), Severity::Warning);
        Self {
            lint,
            severity,
            message: message.into(),
            help: None,
            primary,
            secondary: Vec::new(),
            fix: None,
        }
    }

    /// Adds the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets the text at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Names another place.
    #[must_use]
    pub fn also(mut self, at: Origin, text: impl Into<String>) -> Self {
        self.secondary.push(Label { file: at.file, span: at.span, text: text.into() });
        self
    }

    /// Adds a change after which the policy certainly means the same.
    #[must_use]
    pub fn fix(mut self, description: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { description: description.into(), edits, certain: true });
        self
    }

    /// Adds a change that somebody has to look at.
    #[must_use]
    pub fn suggest(mut self, description: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { description: description.into(), edits, certain: false });
        self
    }

    /// Whether the policy is not fine with it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl From<Diagnostic> for Finding {
    fn from(diagnostic: Diagnostic) -> Self {
        let severity = diagnostic.severity();
        let Diagnostic { code, message, help, primary, secondary } = diagnostic;
        Self { lint: Lint::Compiler(code), severity, message, help, primary, secondary, fix: None }
    }
}

impl<'d> From<&'d Finding> for Shown<'d> {
    fn from(finding: &'d Finding) -> Self {
        let Finding { lint, severity, message, help, primary, secondary, .. } = finding;
        Self { severity: *severity, code: lint.code(), message, help: help.as_deref(), primary, secondary }
    }
}

impl Edit {
    /// Puts `text` in the place of what is there.
    pub fn replace(at: Origin, text: impl Into<String>) -> Self {
        Self { file: at.file, span: at.span, text: text.into() }
    }

    /// Takes away what is there.
    pub fn remove(at: Origin) -> Self {
        Self::replace(at, "")
    }
}
