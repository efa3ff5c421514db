//! Diagnostics as data: what is wrong, where, and the way out.
//!
//! A [`Diagnostic`] is plain data with a stable [`Code`]; nothing here knows how it will be shown. Each stage has one
//! file of builders beside this one (`syntax.rs` for the grammar), so that every message is worded in one place, and
//! every code is defined once, in the table of `codes.rs`. Text for a terminal comes from [`render`], positions in
//! lines and columns from [`LineIndex`].
//!
//! Wording: messages are one lowercase sentence without a full stop, user text in backticks (through [`quote`], which
//! makes control characters visible and cuts what is long); the way out stands in `help`.

pub(crate) mod blocks;
mod codes;
mod docs;
pub(crate) mod limits;
mod line_index;
pub(crate) mod names;
pub mod render;
pub(crate) mod sets;
mod sink;
mod source_map;
pub(crate) mod syntax;
pub(crate) mod values;

pub use codes::{Code, Group, Severity};
pub use docs::reference_page;
pub use line_index::{LineIndex, Position};
pub(crate) use sink::Sink;
pub use source_map::{Record, SourceMap};

pub use sqrt_vm::visible::quote;

use crate::syntax::token::{FileId, Span};

/// A place in a source file and what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The file.
    pub file: FileId,
    /// The bytes; empty where something is missing.
    pub span: Span,
    /// What to say at this place; may be empty.
    pub text: String,
}

/// One problem of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code; it also fixes the severity.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// Where it is wrong.
    pub primary: Label,
    /// Other places that matter (the first definition of a duplicate, say).
    pub secondary: Vec<Label>,
}

impl Diagnostic {
    /// A diagnostic without help and other places.
    pub fn new(code: Code, file: FileId, span: Span, message: impl Into<String>) -> Self {
        let primary = Label { file, span, text: String::new() };
        Self { code, message: message.into(), help: None, primary, secondary: Vec::new() }
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
    pub fn also(mut self, file: FileId, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { file, span, text: text.into() });
        self
    }

    /// Error or warning.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// Whether it makes the policy unusable.
    pub fn is_error(&self) -> bool {
        self.severity() == Severity::Error
    }
}
