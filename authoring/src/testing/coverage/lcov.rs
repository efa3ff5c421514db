//! Coverage in the format of lcov, which `genhtml`, editors and services that show coverage read.
//!
//! A tool block is a function, a rule or an update is a line, hit as often as it fired or ran, and a condition is a branch with two
//! sides. Only files are in it: the code of an X-Policy document has no file of its own.

use std::collections::BTreeMap;
use std::fmt::Write;

use sqrt_compiler::x_policy::CODE_NAME;

use super::{Coverage, FileCoverage, Kind, Point};

/// The coverage of all files that are files.
pub fn lcov(coverage: &Coverage) -> String {
    let mut out = String::new();
    for (number, file) in coverage.files() {
        if file.name != CODE_NAME {
            // Writing to a string cannot fail.
            let _ = write_file(&mut out, file, &coverage.points(number));
        }
    }
    out
}

fn write_file(out: &mut String, file: &FileCoverage, points: &[&Point]) -> std::fmt::Result {
    writeln!(out, "TN:\nSF:{}", on_one_line(&file.name))?;
    let of = |kind| points.iter().filter(move |point| point.kind == kind);
    for block in of(Kind::Block) {
        writeln!(out, "FN:{},{}", block.line, function(block))?;
    }
    for block in of(Kind::Block) {
        writeln!(out, "FNDA:{},{}", block.yes, function(block))?;
    }
    let hit = of(Kind::Block).filter(|block| block.yes > 0).count();
    writeln!(out, "FNF:{}\nFNH:{hit}", of(Kind::Block).count())?;

    let mut sides = [0_usize; 2];
    let mut in_line: BTreeMap<u32, u32> = BTreeMap::new();
    for point in of(Kind::Condition) {
        let number = in_line.entry(point.line).or_default();
        let tested = point.yes > 0 || point.no > 0;
        for (side, count) in [(0, point.yes), (1, point.no)] {
            let count = if tested { count.to_string() } else { "-".to_owned() };
            writeln!(out, "BRDA:{},{number},{side},{count}", point.line)?;
        }
        sides = [sides[0] + 2, sides[1] + usize::from(point.yes > 0) + usize::from(point.no > 0)];
        *number += 1;
    }
    writeln!(out, "BRF:{}\nBRH:{}", sides[0], sides[1])?;

    let lines = lines(points);
    for (line, count) in &lines {
        writeln!(out, "DA:{line},{count}")?;
    }
    let hit = lines.values().filter(|count| **count > 0).count();
    writeln!(out, "LF:{}\nLH:{hit}\nend_of_record", lines.len())
}

/// How often each line was hit: that of several rules as often as the one that was hit least, and one with nothing but
/// conditions as often as they were tested.
fn lines(points: &[&Point]) -> BTreeMap<u32, u64> {
    let mut lines: BTreeMap<u32, u64> = BTreeMap::new();
    for point in points.iter().filter(|point| matches!(point.kind, Kind::Rule | Kind::Update)) {
        let count = lines.entry(point.line).or_insert(point.yes);
        *count = (*count).min(point.yes);
    }
    let mut tested: BTreeMap<u32, u64> = BTreeMap::new();
    for point in points.iter().filter(|point| point.kind == Kind::Condition) {
        let count = tested.entry(point.line).or_default();
        *count = (*count).max(point.yes.saturating_add(point.no));
    }
    for (line, count) in tested {
        lines.entry(line).or_insert(count);
    }
    lines
}

/// A name that no other block of the file has.
fn function(block: &Point) -> String {
    let label: String = block.label.chars().map(|c| if c == ',' { ';' } else { c }).collect();
    format!("{} ({}:{})", on_one_line(&label), block.line, block.column)
}

fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c == '\n' || c == '\r' { ' ' } else { c }).collect()
}
