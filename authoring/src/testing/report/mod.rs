//! Reports of what running test files gave: text for people and JUnit's XML for CI.
//!
//! Everything of others (names, calls of the test file, lines of policies) passes through what makes it visible, and through what
//! escapes it where it is XML.

mod junit;
mod text;

use std::time::Duration;

use super::file::Case;
use super::run::Outcome;

pub use junit::junit;
pub use text::{file_text, summary};

/// What came of a test file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// The file, as given.
    pub name: String,
    /// What came of its cases, in the order of the file; those that were not chosen are not there.
    pub cases: Vec<CaseReport>,
    /// Why none of them ran; then there are none.
    pub trouble: Option<Trouble>,
}

/// Why the tests of a file did not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// In a sentence.
    pub message: String,
    /// At length, rendered; may be empty.
    pub details: String,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseReport {
    /// The case.
    pub case: Case,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// How many cases came out how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Those that passed.
    pub passed: usize,
    /// Those that failed.
    pub failed: usize,
    /// Those that were skipped.
    pub skipped: usize,
    /// Files whose tests did not run.
    pub troubled: usize,
}

impl Counts {
    /// The counts of some files.
    pub fn of<'r>(reports: impl IntoIterator<Item = &'r FileReport>) -> Counts {
        let mut counts = Counts::default();
        for report in reports {
            counts.troubled += usize::from(report.trouble.is_some());
            for case in &report.cases {
                match case.outcome {
                    Outcome::Passed => counts.passed += 1,
                    Outcome::Failed(_) => counts.failed += 1,
                    Outcome::Skipped(_) => counts.skipped += 1,
                }
            }
        }
        counts
    }

    /// How many cases there are.
    pub fn cases(self) -> usize {
        self.passed + self.failed + self.skipped
    }
}

/// `1 test`, `2 tests`.
fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
