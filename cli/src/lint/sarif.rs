//! Findings as a SARIF 2.1.0 log, which code scanning services take.
//!
//! Suppressed findings are in it, with the reason. Lines and columns count from 1, columns in Unicode scalar values.

use serde_json::{Value, json};
use sqrt_authoring::lint::{Finding, Fix, Lint, Report, page};
use sqrt_compiler::diagnostics::{Label, Severity, SourceMap};

use crate::json;
use crate::output::{Output, Stop};

/// Where the schema of the format is.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes one log of all reports.
pub(super) fn log(reports: &[Report], output: &mut Output) -> Result<(), Stop> {
    let mut lints: Vec<Lint> = Lint::all().collect();
    let mut results = Vec::new();
    for report in reports {
        let sources = report.source_map();
        for finding in &report.findings {
            results.push(result(finding, None, &mut lints, &sources));
        }
        for suppressed in &report.suppressed {
            let reason = Some(suppressed.reason.as_deref().unwrap_or_default());
            results.push(result(&suppressed.finding, reason, &mut lints, &sources));
        }
    }
    let rules: Vec<Value> = lints.into_iter().map(rule).collect();
    let version = env!("CARGO_PKG_VERSION");
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "sqrt lint", "semanticVersion": version, "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    output.write(|stdout| json::write_line(stdout, &log))
}

/// What is told about a lint.
fn rule(lint: Lint) -> Value {
    let level = if lint.is_error() { "error" } else { level(lint.group().level()) };
    json!({
        "id": lint.code(),
        "name": lint.name(),
        "shortDescription": {"text": lint.title()},
        "fullDescription": {"text": page::plain(lint)},
        "help": {"text": page::plain(lint), "markdown": page::markdown(lint)},
        "defaultConfiguration": {"level": level, "enabled": lint.is_error() || level != "none"},
        "properties": {"tags": [lint.group().name()]},
    })
}

fn level(level: sqrt_authoring::lint::Level) -> &'static str {
    match level {
        sqrt_authoring::lint::Level::Allow => "none",
        sqrt_authoring::lint::Level::Warn => "warning",
        sqrt_authoring::lint::Level::Deny => "error",
    }
}

fn result(
    finding: &Finding,
    suppressed: Option<&str>,
    lints: &mut Vec<Lint>,
    sources: &SourceMap<'_>,
) -> Value {
    let index = lints.iter().position(|lint| *lint == finding.lint).unwrap_or_else(|| {
        lints.push(finding.lint);
        lints.len().saturating_sub(1)
    });
    let text = match &finding.help {
        Some(help) => format!("{}; {help}", finding.message),
        None => finding.message.clone(),
    };
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut result = json!({
        "ruleId": finding.lint.code(),
        "ruleIndex": index,
        "level": level,
        "message": {"text": text},
        "locations": [{"physicalLocation": place(&finding.primary, sources)}],
    });
    let related: Vec<Value> = finding.secondary.iter().map(|label| related(label, sources)).collect();
    if let Some(object) = result.as_object_mut() {
        if !related.is_empty() {
            object.insert("relatedLocations".to_owned(), Value::Array(related));
        }
        if let Some(fix) = &finding.fix {
            object.insert("fixes".to_owned(), json!([changes(fix, sources)]));
        }
        if let Some(reason) = suppressed {
            object.insert("suppressions".to_owned(), json!([{"kind": "inSource", "justification": reason}]));
        }
    }
    result
}

fn related(label: &Label, sources: &SourceMap<'_>) -> Value {
    json!({"physicalLocation": place(label, sources), "message": {"text": label.text}})
}

/// A fix, by the files that it changes.
fn changes(fix: &Fix, sources: &SourceMap<'_>) -> Value {
    let changes: Vec<Value> = fix
        .edits
        .chunk_by(|a, b| a.file == b.file)
        .map(|edits| {
            let name = edits.first().map_or("", |edit| sources.name(edit.file));
            let replacements: Vec<Value> = edits
                .iter()
                .map(|edit| {
                    let label = Label { file: edit.file, span: edit.span, text: String::new() };
                    json!({"deletedRegion": region(&label, sources), "insertedContent": {"text": edit.text}})
                })
                .collect();
            json!({"artifactLocation": {"uri": uri(name)}, "replacements": replacements})
        })
        .collect();
    json!({"description": {"text": fix.description}, "artifactChanges": changes})
}

fn place(label: &Label, sources: &SourceMap<'_>) -> Value {
    json!({"artifactLocation": {"uri": uri(sources.name(label.file))}, "region": region(label, sources)})
}

fn region(label: &Label, sources: &SourceMap<'_>) -> Value {
    let (start, end) = sources.positions(label);
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}

/// A path as a URI reference.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}
