//! Findings as workflow commands of GitHub Actions, which show them at their lines.

use sqrt_authoring::lint::{Finding, Report};
use sqrt_compiler::diagnostics::SourceMap;
use sqrt_vm::visible::visible;

use crate::output::{Output, Stop};

/// Writes a line for each finding.
pub(super) fn annotations(report: &Report, output: &mut Output) -> Result<(), Stop> {
    let sources = report.source_map();
    report.findings.iter().try_for_each(|finding| output.text(&annotation(finding, &sources)))
}

fn annotation(finding: &Finding, sources: &SourceMap<'_>) -> String {
    let (start, end) = sources.positions(&finding.primary);
    let name = property(sources.name(finding.primary.file));
    let mut place = format!("file={name},line={},endLine={}", start.line, end.line);
    // Columns are taken only where a place does not span lines.
    if start.line == end.line {
        place.push_str(&format!(",col={},endColumn={}", start.column, end.column));
    }
    let title = property(&format!("{} {}", finding.lint.code(), finding.lint.name()));
    let help = finding.help.as_ref().map_or(String::new(), |help| format!("\nhelp: {help}"));
    let message = data(&format!("{}{help}", finding.message));
    format!("::{} {place},title={title}::{message}\n", finding.severity.as_str())
}

/// The text of a command: what would end it is escaped.
fn data(text: &str) -> String {
    let lines = text.split('\n').map(|line| visible(line).replace('%', "%25"));
    lines.collect::<Vec<_>>().join("%0A")
}

/// A property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
