//! Findings for people: as the compiler shows its problems, with the change that would fix them, and a closing line.

use std::convert::Infallible;

use sqrt_authoring::lint::{Finding, Report};
use sqrt_compiler::diagnostics::render::{Style, render};
use sqrt_compiler::diagnostics::{Code, Severity, SourceMap};
use sqrt_vm::visible::visible;

use crate::output::{Output, Stop, tell};
use crate::policy::{Problems, counted};
use crate::terminal::{stderr_is_coloured, stdout_is_coloured};

/// Shows all findings on standard output.
pub(super) fn show(report: &Report, output: &mut Output) -> Result<(), Stop> {
    each(report, stdout_is_coloured(), |text| output.text(text))
}

/// Shows all findings on standard error.
pub(super) fn tell_findings(report: &Report) {
    let told: Result<(), Infallible> = each(report, stderr_is_coloured(), |text| {
        tell(text);
        Ok(())
    });
    let Ok(()) = told;
}

fn each<E>(report: &Report, coloured: bool, mut each: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    let sources = report.source_map();
    let style = if coloured { Style::Colour } else { Style::Plain };
    report.findings.iter().try_for_each(|finding| each(&shown(finding, &sources, style)))
}

/// A finding with an empty line behind it.
fn shown(finding: &Finding, sources: &SourceMap<'_>, style: Style) -> String {
    let mut text = render(finding, sources, style);
    if let Some(fix) = &finding.fix {
        let how = if fix.certain { "`--fix` can" } else { "perhaps" };
        // Below the `= help`, which is indented by the width of the line numbers.
        let labels = std::iter::once(&finding.primary).chain(&finding.secondary);
        let last = labels.map(|label| sources.positions(label).0.line).max().unwrap_or(1);
        let indent = " ".repeat(last.to_string().len() + 1);
        text.push_str(&format!("{indent}= fix: {how} {}\n", visible(&fix.description)));
    }
    text.push('\n');
    text
}

/// What came of all files.
#[derive(Debug, Default)]
pub(super) struct Summary {
    files: usize,
    pub(super) unread: usize,
    pub(super) fixed: usize,
    suppressed: usize,
    fixable: usize,
    /// A name is not declared.
    pub(super) lacks_let: bool,
    problems: Problems,
}

impl Summary {
    pub(super) fn add(&mut self, report: &Report) {
        self.files += report.files.len();
        self.suppressed += report.suppressed.len();
        for finding in &report.findings {
            self.lacks_let |= finding.lint.code() == Code::UndefinedName.as_str();
            match finding.severity {
                Severity::Error => self.problems.errors += 1,
                Severity::Warning => self.problems.warnings += 1,
            }
            self.fixable += usize::from(finding.fix.as_ref().is_some_and(|fix| fix.certain));
        }
    }

    /// The closing line.
    pub(super) fn shown(&self, only_looked: bool) -> String {
        let mut line = format!("{} linted: {}", counted(self.files, "file"), self.problems.shown());
        let mut add = |count: usize, what: String| {
            if count > 0 {
                line.push_str(&format!("; {what}"));
            }
        };
        add(self.suppressed, format!("{} suppressed", self.suppressed));
        add(self.fixed, format!("{} {}", self.fixed, if only_looked { "would be fixed" } else { "fixed" }));
        add(self.fixable, format!("{} can be fixed by `--fix`", self.fixable));
        add(self.unread, format!("{} could not be read", counted(self.unread, "file")));
        line.push('\n');
        line
    }
}
