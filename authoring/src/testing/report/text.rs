//! Reports as text: a line for a file that is fine, and for every failure what was expected, what there was, and why.

use std::fmt::Write;

use sqrt_vm::visible::visible;

use super::{Counts, FileReport, counted};
use crate::testing::file::Case;
use crate::testing::run::{Decided, Failure, Outcome, TraceKind, TraceLine};

/// A call is shown to so many characters.
const CALL: usize = 1000;

/// The escape sequences of a text, none without colours.
struct Paint {
    green: &'static str,
    red: &'static str,
    yellow: &'static str,
    dim: &'static str,
    bold: &'static str,
    plain: &'static str,
}

const COLOURS: Paint = Paint {
    green: "\x1b[32m",
    red: "\x1b[31m",
    yellow: "\x1b[33m",
    dim: "\x1b[2m",
    bold: "\x1b[1m",
    plain: "\x1b[0m",
};

const NO_COLOURS: Paint = Paint { green: "", red: "", yellow: "", dim: "", bold: "", plain: "" };

/// What came of a file. `verbose` names every case.
pub fn file_text(report: &FileReport, verbose: bool, coloured: bool) -> String {
    let paint = if coloured { COLOURS } else { NO_COLOURS };
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_file(&mut out, report, verbose, &paint);
    out
}

fn write_file(out: &mut String, report: &FileReport, verbose: bool, paint: &Paint) -> std::fmt::Result {
    let name = visible(&report.name);
    let Paint { green, red, yellow, plain, .. } = paint;
    if let Some(trouble) = &report.trouble {
        writeln!(out, "{red}broken{plain}  {name}  {}", visible(&trouble.message))?;
        out.push_str(&trouble.details);
        return Ok(());
    }
    let counts = Counts::of([report]);
    let skipped = match counts.skipped {
        0 => String::new(),
        skipped => format!(", {yellow}{skipped} skipped{plain}"),
    };
    match counts.failed {
        0 => writeln!(out, "{green}ok{plain}      {name}  {}{skipped}", counted(counts.cases(), "test"))?,
        failed => {
            let all = counted(counts.cases(), "test");
            writeln!(out, "{red}FAILED{plain}  {name}  {failed} of {all}{skipped}")?;
        }
    }
    for case in report.cases.iter().filter(|_| verbose) {
        let name = visible(&case.case.name);
        match &case.outcome {
            Outcome::Passed => writeln!(out, "  {green}ok{plain}      {name}")?,
            Outcome::Skipped(why) => writeln!(out, "  {yellow}skipped{plain} {name}  ({})", visible(why))?,
            Outcome::Failed(_) => writeln!(out, "  {red}FAILED{plain}  {name}")?,
        }
    }
    for case in &report.cases {
        if let Outcome::Failed(failure) = &case.outcome {
            out.push('\n');
            write_failure(out, &report.name, &case.case, failure, paint)?;
        }
    }
    if counts.failed > 0 {
        out.push('\n');
    }
    Ok(())
}

/// A failure alone, without colours.
pub(super) fn failure_text(file: &str, case: &Case, failure: &Failure) -> String {
    let mut out = String::new();
    let _ = write_failure(&mut out, file, case, failure, &NO_COLOURS);
    out
}

fn write_failure(
    out: &mut String,
    file: &str,
    case: &Case,
    failure: &Failure,
    paint: &Paint,
) -> std::fmt::Result {
    let Paint { green, red, dim, bold, plain, .. } = paint;
    let place = format!("{}:{}:{}", visible(file), failure.line, failure.column);
    writeln!(out, "  {red}FAILED{plain}  {bold}{}{plain}", visible(&case.name))?;
    for line in case.description.iter().flat_map(|text| text.lines()) {
        writeln!(out, "    {dim}{}{plain}", visible(line))?;
    }
    writeln!(out, "    at {place}{}", which(failure))?;
    if !failure.call.is_empty() {
        writeln!(out, "    {dim}{}{plain}", cut(&failure.call))?;
    }
    writeln!(out, "    {dim}- expected  + actual{plain}")?;
    for difference in &failure.differences {
        let (key, expected, actual) =
            (visible(&difference.key), visible(&difference.expected), visible(&difference.actual));
        writeln!(out, "    {green}- {key}: {expected}{plain}")?;
        writeln!(out, "    {red}+ {key}: {actual}{plain}")?;
    }
    if let Some(decided) = &failure.decided {
        write_decided(out, decided, paint)?;
    }
    for mistyped in &failure.mistyped {
        writeln!(out, "    {bold}{}{plain}", mistyped.sentence())?;
    }
    write_trace(out, &failure.trace, paint)
}

/// Which of several calls it was.
fn which(failure: &Failure) -> String {
    let step = failure.step.map(|(number, of)| format!("step {number} of {of}"));
    let repetition = failure.repetition.map(|(number, of)| format!("the call {number} of {of}"));
    let said: Vec<String> = [step, repetition].into_iter().flatten().collect();
    if said.is_empty() { String::new() } else { format!(", {}", said.join(", ")) }
}

fn cut(call: &str) -> String {
    let mut shown: String = call.chars().take(CALL).collect();
    if shown.len() < call.len() {
        shown.push('…');
    }
    visible(&shown).into_owned()
}

fn write_decided(out: &mut String, decided: &Decided, paint: &Paint) -> std::fmt::Result {
    let Paint { dim, plain, .. } = paint;
    let Some(rule) = &decided.rule else {
        return writeln!(out, "    {} by no rule ({})", visible(&decided.decision), visible(&decided.basis));
    };
    let (file, line, column) = (visible(&rule.file), rule.line, rule.column);
    writeln!(
        out,
        "    {} ({}) by {file}:{line}:{column}",
        visible(&decided.decision),
        visible(&decided.basis)
    )?;
    let width = (line as usize + rule.lines.len()).to_string().len();
    for (number, text) in (line..).zip(&rule.lines) {
        writeln!(out, "      {dim}{number:>width$} |{plain} {}", visible(text))?;
    }
    Ok(())
}

/// The trace as a tree; what came of each stands before it.
fn write_trace(out: &mut String, trace: &[TraceLine], paint: &Paint) -> std::fmt::Result {
    let Paint { green, red, dim, plain, .. } = paint;
    for line in trace {
        let text = visible(&line.text);
        let (colour, outcome) = match (line.kind, line.outcome) {
            (TraceKind::Block, _) => {
                writeln!(out, "    {dim}{text}  {}:{}{plain}", visible(&line.file), line.line)?;
                continue;
            }
            (TraceKind::Rule, Some(true)) => (green, "fired"),
            (TraceKind::Rule, Some(false)) => (red, "not fired"),
            (TraceKind::Rule, None) => (dim, "not asked"),
            (TraceKind::When | TraceKind::Condition, Some(true)) => (green, "true"),
            (TraceKind::When | TraceKind::Condition, Some(false)) => (red, "false"),
            (TraceKind::When | TraceKind::Condition, None) => (dim, "not tested"),
        };
        let indent = "  ".repeat(line.depth);
        writeln!(out, "    {colour}{outcome:<10}{plain}{indent}{text}  {dim}:{}{plain}", line.line)?;
    }
    Ok(())
}

/// The closing line.
pub fn summary(counts: Counts) -> String {
    let mut parts = vec![counted(counts.passed, "test") + " passed"];
    if counts.failed > 0 {
        parts.push(format!("{} failed", counts.failed));
    }
    if counts.skipped > 0 {
        parts.push(format!("{} skipped", counts.skipped));
    }
    if counts.troubled > 0 {
        parts.push(format!("{} could not be run", counted(counts.troubled, "file")));
    }
    format!("{}\n", parts.join(", "))
}
