//! Reports and coverage as JSON lines; the order of the keys is part of the contract.

use serde::Serialize;
use sqrt_authoring::testing::report::{Counts, FileReport};
use sqrt_authoring::testing::{Failure, Outcome};

use crate::json::write_line;

#[derive(Serialize)]
struct CaseLine<'r> {
    file: &'r str,
    line: u32,
    test: &'r str,
    outcome: &'static str,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureObject<'r>>,
}

#[derive(Serialize)]
struct FailureObject<'r> {
    line: u32,
    column: u32,
    step: Option<usize>,
    repetition: Option<u32>,
    call: &'r str,
    differences: Vec<DifferenceObject<'r>>,
    rule: Option<RuleObject<'r>>,
}

#[derive(Serialize)]
struct DifferenceObject<'r> {
    key: &'r str,
    expected: &'r str,
    actual: &'r str,
}

#[derive(Serialize)]
struct RuleObject<'r> {
    file: &'r str,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct TroubleLine<'r> {
    file: &'r str,
    outcome: &'static str,
    reason: &'r str,
    details: &'r str,
}

#[derive(Serialize)]
struct SummaryLine {
    passed: usize,
    failed: usize,
    skipped: usize,
    broken_files: usize,
}

/// A line for each case of a file, or one for what is wrong with the file.
pub(crate) fn report_lines(report: &FileReport) -> String {
    let mut out = Vec::new();
    if let Some(trouble) = &report.trouble {
        let (reason, details) = (trouble.message.as_str(), trouble.details.trim());
        put(&mut out, &TroubleLine { file: &report.name, outcome: "broken", reason, details });
    }
    for case in &report.cases {
        let (outcome, reason, failure) = match &case.outcome {
            Outcome::Passed => ("passed", None, None),
            Outcome::Skipped(why) => ("skipped", Some(why.as_str()), None),
            Outcome::Failed(failure) => ("failed", None, Some(failure_object(failure))),
        };
        let (line, test, seconds) = (case.case.line, case.case.name.as_str(), case.took.as_secs_f64());
        put(&mut out, &CaseLine { file: &report.name, line, test, outcome, seconds, reason, failure });
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The last line.
pub(crate) fn summary_line(counts: Counts) -> String {
    let mut out = Vec::new();
    let Counts { passed, failed, skipped, troubled } = counts;
    put(&mut out, &SummaryLine { passed, failed, skipped, broken_files: troubled });
    String::from_utf8_lossy(&out).into_owned()
}

fn failure_object(failure: &Failure) -> FailureObject<'_> {
    let differences = failure.differences.iter().map(|difference| DifferenceObject {
        key: &difference.key,
        expected: &difference.expected,
        actual: &difference.actual,
    });
    let rule = failure.decided.as_ref().and_then(|decided| decided.rule.as_ref());
    FailureObject {
        line: failure.line,
        column: failure.column,
        step: failure.step.map(|(number, _)| number),
        repetition: failure.repetition.map(|(number, _)| number),
        call: &failure.call,
        differences: differences.collect(),
        rule: rule.map(|rule| RuleObject { file: &rule.file, line: rule.line, column: rule.column }),
    }
}

/// Writing to memory does not fail.
pub(super) fn put(out: &mut Vec<u8>, value: &impl Serialize) {
    let _ = write_line(out, value);
}
