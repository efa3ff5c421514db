//! Where a stage puts its diagnostics for one file: bounded, and in source order at the end.

use super::{Code, Diagnostic};
use crate::syntax::token::FileId;

/// The diagnostics of one file so far.
#[derive(Debug)]
pub(crate) struct Sink {
    file: FileId,
    limit: usize,
    list: Vec<Diagnostic>,
    dropped: bool,
}

impl Sink {
    /// An empty sink that keeps at most `limit` diagnostics.
    pub(crate) fn new(file: FileId, limit: usize) -> Self {
        Self { file, limit, list: Vec::new(), dropped: false }
    }

    /// The file.
    pub(crate) fn file(&self) -> FileId {
        self.file
    }

    /// Keeps a diagnostic, or notes that there are more than fit.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.push_with(|_| diagnostic);
    }

    /// Like `push`, but makes the diagnostic only if it fits: rubbish of many megabytes costs no messages.
    pub(crate) fn push_with(&mut self, make: impl FnOnce(FileId) -> Diagnostic) {
        if self.list.len() < self.limit {
            self.list.push(make(self.file));
        } else {
            self.dropped = true;
        }
    }

    /// All diagnostics in source order; if some were dropped, the last one says so.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|d| d.primary.span);
        if self.dropped {
            let at = self.list.last().map(|d| d.primary.span).unwrap_or_default();
            let message = format!("more than {} problems; the rest is not listed", self.limit);
            let last = Diagnostic::new(Code::TooManyDiagnostics, self.file, at, message);
            self.list.push(
                last.help(
                    "mend these problems and check again, or raise the limit (`--limit diagnostics=…`)",
                ),
            );
        }
        self.list
    }
}
