//! Findings as JSON, one line per file; the order of the keys is part of the contract.

use serde::Serialize;
use sqrt_authoring::lint::{Finding, Fix, Report};
use sqrt_compiler::diagnostics::{Label, SourceMap};

use crate::json;
use crate::output::{Output, Stop};

#[derive(Serialize)]
struct FileLine<'r> {
    file: &'r str,
    ok: bool,
    diagnostics: Vec<Item<'r>>,
}

#[derive(Serialize)]
struct Item<'r> {
    severity: &'static str,
    code: &'static str,
    name: String,
    message: &'r str,
    help: Option<&'r str>,
    #[serde(flatten)]
    place: Place,
    fix: Option<FixItem<'r>>,
}

#[derive(Serialize)]
struct FixItem<'r> {
    description: &'r str,
    certain: bool,
    edits: Vec<EditItem<'r>>,
}

#[derive(Serialize)]
struct EditItem<'r> {
    file: &'r str,
    #[serde(flatten)]
    place: Place,
    text: &'r str,
}

#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

/// Writes a line for each file.
pub(super) fn lines(report: &Report, output: &mut Output) -> Result<(), Stop> {
    let sources = report.source_map();
    report.files.iter().try_for_each(|file| {
        let own = || report.findings.iter().filter(|finding| finding.primary.file == file.id);
        let line = FileLine {
            file: &file.name,
            ok: !own().any(Finding::is_error),
            diagnostics: own().map(|finding| item(finding, &sources)).collect(),
        };
        output.write(|stdout| json::write_line(stdout, &line))
    })
}

fn item<'r>(finding: &'r Finding, sources: &SourceMap<'r>) -> Item<'r> {
    Item {
        severity: finding.severity.as_str(),
        code: finding.lint.code(),
        name: finding.lint.name(),
        message: &finding.message,
        help: finding.help.as_deref(),
        place: place(&finding.primary, sources),
        fix: finding.fix.as_ref().map(|fix| fix_item(fix, sources)),
    }
}

fn fix_item<'r>(fix: &'r Fix, sources: &SourceMap<'r>) -> FixItem<'r> {
    let edits = fix.edits.iter().map(|edit| {
        let label = Label { file: edit.file, span: edit.span, text: String::new() };
        EditItem { file: sources.name(edit.file), place: place(&label, sources), text: &edit.text }
    });
    FixItem { description: &fix.description, certain: fix.certain, edits: edits.collect() }
}

fn place(label: &Label, sources: &SourceMap<'_>) -> Place {
    let (start, end) = sources.positions(label);
    Place { line: start.line, column: start.column, end_line: end.line, end_column: end.column }
}
