//! Showing what tests have covered, and the gate that asks for enough of it.

use serde::Serialize;
use sqrt_authoring::testing::coverage::{Coverage, Kind, Point, Tallies, Tally, html, lcov, text};

use super::json::put;
use crate::args::{CoverageArgs, CoverageFormat};
use crate::output::{Output, Status, Stop, tell};
use crate::replace::replace_file;

/// Shows coverage as it is asked for.
pub(crate) fn show(args: &CoverageArgs, coverage: &Coverage, output: &mut Output) -> Result<(), Stop> {
    let shown = match args.coverage_format.unwrap_or(CoverageFormat::Text) {
        CoverageFormat::Text => text(coverage),
        CoverageFormat::Lcov => lcov(coverage),
        CoverageFormat::Html => html(coverage),
        CoverageFormat::Json => json(coverage),
    };
    match &args.coverage_output {
        Some(path) => Ok(replace_file(path, shown.as_bytes())?),
        None => output.text(&shown),
    }
}

/// Says so if less is covered than is asked for.
pub(crate) fn ask_for_enough(args: &CoverageArgs, coverage: &Coverage, output: &mut Output) {
    let percent = coverage.of_all().all().percent();
    if let Some(least) = args.coverage_min.filter(|least| percent < *least) {
        output.worsen(Status::NotFine);
        tell(format_args!("coverage is {percent:.1}%, and at least {least}% is asked for\n"));
    }
}

#[derive(Serialize)]
struct FileLine<'c> {
    file: &'c str,
    percent: f64,
    rules: TallyObject,
    updates: TallyObject,
    sides: TallyObject,
    points: Vec<PointObject<'c>>,
}

#[derive(Serialize)]
struct TallyObject {
    covered: usize,
    all: usize,
}

#[derive(Serialize)]
struct PointObject<'c> {
    kind: &'static str,
    line: u32,
    column: u32,
    text: &'c str,
    yes: u64,
    no: u64,
}

/// A line for each file.
fn json(coverage: &Coverage) -> String {
    let mut out = Vec::new();
    for (number, file) in coverage.files() {
        let tallies = coverage.of_file(number);
        let Tallies { rules, updates, sides } = tallies;
        let [rules, updates, sides] =
            [rules, updates, sides].map(|Tally { covered, all }| TallyObject { covered, all });
        let points = coverage.points(number).into_iter().map(point).collect();
        let percent = tallies.all().percent();
        put(&mut out, &FileLine { file: &file.name, percent, rules, updates, sides, points });
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn point(point: &Point) -> PointObject<'_> {
    let kind = match point.kind {
        Kind::Block => "block",
        Kind::Rule => "rule",
        Kind::Update => "update",
        Kind::Condition => "condition",
    };
    let Point { line, column, yes, no, .. } = *point;
    PointObject { kind, line, column, text: &point.label, yes, no }
}
