//! Coverage as text: how much of each file, and a line for each thing that is missing.

use std::fmt::Write;

use sqrt_vm::visible::visible;

use super::{Coverage, Kind, Point, Tallies, Tally};

/// The coverage of all files.
pub fn text(coverage: &Coverage) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut out, coverage);
    out
}

fn write(out: &mut String, coverage: &Coverage) -> std::fmt::Result {
    let files = coverage.files();
    let width = files.iter().map(|(_, file)| visible(&file.name).chars().count()).max().unwrap_or(0).max(5);
    writeln!(out, "{:width$}  {:>9}  {:>9}  {:>9}  {:>6}", "coverage", "rules", "updates", "sides", "all")?;
    for (number, file) in &files {
        line(out, &visible(&file.name), coverage.of_file(*number), width)?;
    }
    if files.len() > 1 {
        line(out, "all", coverage.of_all(), width)?;
    }
    for (number, file) in files {
        for point in coverage.points(number) {
            if let Some(what) = missing(point) {
                writeln!(
                    out,
                    "{}:{}:{}  {what}: {}",
                    visible(&file.name),
                    point.line,
                    point.column,
                    visible(&point.label)
                )?;
            }
        }
    }
    Ok(())
}

fn line(out: &mut String, name: &str, tallies: Tallies, width: usize) -> std::fmt::Result {
    let shown = |tally: Tally| match tally.all {
        0 => "–".to_owned(),
        all => format!("{}/{all}", tally.covered),
    };
    let Tallies { rules, updates, sides } = tallies;
    let all = tallies.all().percent();
    writeln!(
        out,
        "{name:width$}  {:>9}  {:>9}  {:>9}  {all:>5.1}%",
        shown(rules),
        shown(updates),
        shown(sides)
    )
}

/// What no test has shown of a point; nothing if all was.
pub(super) fn missing(point: &Point) -> Option<&'static str> {
    match (point.kind, point.yes, point.no) {
        (Kind::Block, 0, _) => Some("no call was about"),
        (Kind::Rule, 0, 0) => Some("never asked"),
        (Kind::Rule, 0, _) => Some("never fired"),
        (Kind::Update, 0, 0) => Some("never reached"),
        (Kind::Update, 0, _) => Some("never ran"),
        (Kind::Condition, 0, 0) => Some("never tested"),
        (Kind::Condition, 0, _) => Some("never true"),
        (Kind::Condition, _, 0) => Some("never false"),
        _ => None,
    }
}
