//! Reports in the XML that JUnit began and every CI reads: a suite for each file, a case for each case.

use std::fmt::Write;
use std::time::Duration;

use sqrt_vm::visible::{is_hidden, push_visible};

use super::{CaseReport, Counts, FileReport, Trouble, text::failure_text};
use crate::testing::file::Case;
use crate::testing::run::{Failure, Outcome};

/// The reports as one XML document.
pub fn junit(reports: &[FileReport]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string cannot fail.
    let _ = write_suites(&mut out, reports);
    out
}

fn write_suites(out: &mut String, reports: &[FileReport]) -> std::fmt::Result {
    let counts = Counts::of(reports);
    let took = reports.iter().map(took).sum();
    writeln!(
        out,
        "<testsuites name=\"sqrt test\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\">",
        counts.cases() + counts.troubled,
        counts.failed,
        counts.troubled,
        counts.skipped,
        seconds(took)
    )?;
    reports.iter().try_for_each(|report| write_suite(out, report))?;
    out.push_str("</testsuites>\n");
    Ok(())
}

fn write_suite(out: &mut String, report: &FileReport) -> std::fmt::Result {
    let (counts, name) = (Counts::of([report]), escaped(&report.name));
    writeln!(
        out,
        "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\">",
        counts.cases() + counts.troubled,
        counts.failed,
        counts.troubled,
        counts.skipped,
        seconds(took(report))
    )?;
    if let Some(trouble) = &report.trouble {
        write_trouble(out, &name, trouble)?;
    }
    for case in &report.cases {
        let CaseReport { case, outcome, took } = case;
        write!(
            out,
            "    <testcase classname=\"{name}\" name=\"{}\" file=\"{name}\" line=\"{}\" time=\"{}\"",
            escaped(&case.name),
            case.line,
            seconds(*took)
        )?;
        match outcome {
            Outcome::Passed => out.push_str("/>\n"),
            Outcome::Skipped(why) => writeln!(out, "><skipped message=\"{}\"/></testcase>", escaped(why))?,
            Outcome::Failed(failure) => write_failure(out, report, failure, case)?,
        }
    }
    out.push_str("  </testsuite>\n");
    Ok(())
}

/// A file whose tests did not run is a case that has an error.
fn write_trouble(out: &mut String, name: &str, trouble: &Trouble) -> std::fmt::Result {
    writeln!(out, "    <testcase classname=\"{name}\" name=\"(the file)\" file=\"{name}\" time=\"0.000\">")?;
    let (message, details) = (escaped(&trouble.message), escaped_lines(&trouble.details));
    writeln!(out, "      <error message=\"{message}\">{details}</error>\n    </testcase>")
}

fn write_failure(out: &mut String, report: &FileReport, failure: &Failure, case: &Case) -> std::fmt::Result {
    let said: Vec<String> = failure
        .differences
        .iter()
        .map(|difference| {
            format!("{}: expected {}, got {}", difference.key, difference.expected, difference.actual)
        })
        .collect();
    let text = failure_text(&report.name, case, failure);
    writeln!(
        out,
        ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>",
        escaped(&said.join("; ")),
        escaped_lines(&text)
    )
}

fn took(report: &FileReport) -> Duration {
    report.cases.iter().map(|case| case.took).sum()
}

fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}

/// Text for an attribute, on one line.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    text.chars().for_each(|c| push_escaped(&mut out, c));
    out
}

/// Text between tags, whose lines stay.
fn escaped_lines(text: &str) -> String {
    text.trim_matches('\n').lines().map(escaped).collect::<Vec<_>>().join("\n")
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&apos;"),
        // XML cannot have these two, nor some of what is hidden.
        '\u{fffe}' | '\u{ffff}' => out.extend(c.escape_unicode()),
        c if is_hidden(c) => push_visible(out, c),
        c => out.push(c),
    }
}
