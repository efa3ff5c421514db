//! Names and texts of the files that diagnostics refer to, and diagnostics as plain records with lines and columns.

use super::{Diagnostic, Label, LineIndex, Position};
use crate::syntax::token::FileId;

/// The files of a compilation by id.
#[derive(Debug, Default)]
pub struct SourceMap<'a> {
    files: Vec<(FileId, &'a str, LineIndex<'a>)>,
}

/// A diagnostic with its primary place as people count, ready to be written in any format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'d> {
    /// `error` or `warning`.
    pub severity: &'static str,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong.
    pub message: &'d str,
    /// The way out.
    pub help: Option<&'d str>,
    /// Where the place begins.
    pub start: Position,
    /// One past its last character.
    pub end: Position,
}

impl<'a> SourceMap<'a> {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file under its id; the text must be the one that was parsed.
    pub fn add(&mut self, id: FileId, name: &'a str, text: &'a str) {
        self.files.push((id, name, LineIndex::new(text)));
    }

    /// The name of a file; empty if it is not there.
    pub fn name(&self, id: FileId) -> &'a str {
        self.find(id).map_or("", |&(_, name, _)| name)
    }

    /// The line index of a file.
    pub fn index(&self, id: FileId) -> Option<&LineIndex<'a>> {
        self.find(id).map(|(_, _, index)| index)
    }

    /// Where a label begins and ends.
    pub fn positions(&self, label: &Label) -> (Position, Position) {
        let start = Position { line: 1, column: 1 };
        self.index(label.file).map_or((start, start), |index| {
            (index.position(label.span.start), index.position(label.span.end.max(label.span.start)))
        })
    }

    /// A diagnostic as a record.
    pub fn record<'d>(&self, diagnostic: &'d Diagnostic) -> Record<'d> {
        let (start, end) = self.positions(&diagnostic.primary);
        Record {
            severity: diagnostic.severity().as_str(),
            code: diagnostic.code.as_str(),
            message: &diagnostic.message,
            help: diagnostic.help.as_deref(),
            start,
            end,
        }
    }

    fn find(&self, id: FileId) -> Option<&(FileId, &'a str, LineIndex<'a>)> {
        self.files.iter().find(|(file, _, _)| *file == id)
    }
}
