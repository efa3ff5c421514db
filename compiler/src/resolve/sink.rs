//! The diagnostics of a resolution: each problem of a place once, bounded per file.

use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::syntax::token::{FileId, Span};
use std::collections::{HashMap, HashSet};

/// The diagnostics so far.
///
/// A let is read in several kinds of places, and in each of them its problems come up again; what is already known about a
/// place is not said twice.
pub(super) struct Sink {
    limit: usize,
    known: HashSet<(Code, FileId, Span)>,
    counts: HashMap<FileId, usize>,
    list: Vec<Diagnostic>,
    /// Where the first error of a file was dropped.
    dropped: HashMap<FileId, Span>,
}

impl Sink {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            known: HashSet::new(),
            counts: HashMap::new(),
            list: Vec::new(),
            dropped: HashMap::new(),
        }
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        let file = diagnostic.primary.file;
        let key = (diagnostic.code, file, diagnostic.primary.span);
        let count = self.counts.entry(file).or_insert(0);
        if *count >= self.limit {
            // A dropped error still makes the policy unusable, so the note in its place is an error; dropped warnings
            // must not make it so.
            if diagnostic.severity() == Severity::Error {
                self.dropped.entry(file).or_insert(diagnostic.primary.span);
            }
            return;
        }
        if self.known.insert(key) {
            *count = count.saturating_add(1);
            self.list.push(diagnostic);
        }
    }

    /// All diagnostics by place, in the order of `files`.
    pub(super) fn finish(mut self, files: &[FileId]) -> Vec<Diagnostic> {
        for (&file, &span) in &self.dropped {
            let message = format!("more than {} problems; not all are listed", self.limit);
            let note = Diagnostic::new(Code::TooManyDiagnostics, file, span, message);
            self.list.push(
                note.help(
                    "mend these problems and check again, or raise the limit (`--limit diagnostics=…`)",
                ),
            );
        }
        let order: HashMap<FileId, usize> = files.iter().enumerate().map(|(at, &file)| (file, at)).collect();
        let rank = |file: FileId| order.get(&file).copied().unwrap_or(usize::MAX);
        self.list.sort_by_key(|d| (rank(d.primary.file), d.primary.span, d.code));
        self.list
    }
}
