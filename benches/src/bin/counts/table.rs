//! The counts as a table: its text, and what is worse than in another one.

use std::fmt::Write as _;

/// How many percent more instructions are no regression.
const TOLERANCE: u64 = 3;

/// The counts of all cases.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    /// What they depend on beside the code.
    pub(crate) environment: String,
    pub(crate) lines: Vec<Line>,
}

/// What a call costs a competitor.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) case: String,
    pub(crate) competitor: String,
    pub(crate) input: String,
    pub(crate) instructions: u64,
    pub(crate) allocations: u64,
}

/// What came of a comparison.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// For people.
    pub(crate) text: String,
    /// What is worse. Empty if all is well.
    pub(crate) complaints: Vec<String>,
}

const HEADER: &str = "# Instructions and allocations per call, counted and checked by scripts/counts.sh (BLESS=1 rewrites this file).
# With: ";

impl Table {
    /// The table as it is kept.
    pub(crate) fn to_text(&self) -> String {
        let mut text = format!("{HEADER}{}\n", self.environment);
        for Line { case, competitor, input, instructions, allocations } in &self.lines {
            let _ =
                writeln!(text, "{case:<28}| {competitor:<16}| {input:<8}| {instructions:>7} | {allocations}");
        }
        text
    }

    /// Reads a table; an empty text is an empty table.
    pub(crate) fn from_text(text: &str) -> Table {
        let mut table = Table::default();
        for line in text.lines() {
            if let Some(comment) = line.strip_prefix("# ") {
                if let Some(environment) = comment.strip_prefix("With: ") {
                    table.environment = environment.to_owned();
                }
                continue;
            }
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [case, competitor, input, instructions, allocations] = cells.as_slice() else {
                panic!("no line of counts: {line:?}");
            };
            table.lines.push(Line {
                case: (*case).to_owned(),
                competitor: (*competitor).to_owned(),
                input: (*input).to_owned(),
                instructions: instructions.parse().expect("a number of instructions"),
                allocations: allocations.parse().expect("a number of allocations"),
            });
        }
        table
    }

    /// The line of the same competitor in the same case.
    fn line(&self, like: &Line) -> Option<&Line> {
        self.lines.iter().find(|it| it.key() == like.key())
    }

    /// What the bound takes for the same.
    fn bound(&self, of: &Line) -> Option<u64> {
        let is_bound = |it: &&Line| it.case == of.case && it.input == of.input && !it.is_ours();
        self.lines.iter().find(is_bound).map(|bound| bound.instructions)
    }
}

impl Line {
    fn key(&self) -> [&str; 3] {
        [&self.case, &self.competitor, &self.input]
    }

    /// Whether it is our engine, and not what stands beside it.
    fn is_ours(&self) -> bool {
        self.competitor.starts_with("sqrt")
    }
}

/// Holds the second table against the first. Instructions are compared only if both were counted with the same.
pub(crate) fn compare(before: &Table, now: &Table) -> Comparison {
    let comparable = before.environment == now.environment;
    let mut text = format!(
        "{:<28} {:<15} {:<8} {:>12} {:>8} {:>8} {:>12}\n",
        "case", "", "input", "instructions", "change", "x bound", "allocations"
    );
    let mut complaints = Vec::new();
    for line in &now.lines {
        let what = line.key().join(", ");
        let earlier = before.line(line);
        let change = earlier.map(|it| 100.0 * (line.instructions as f64 / it.instructions as f64 - 1.0));
        let ratio = now.bound(line).map(|bound| line.instructions as f64 / bound as f64);
        let _ = writeln!(
            text,
            "{:<28} {:<15} {:<8} {:>12} {:>8} {:>8} {:>12}",
            line.case,
            line.competitor,
            line.input,
            line.instructions,
            change.map_or("new".to_owned(), |change| format!("{change:+.1} %")),
            ratio.filter(|_| line.is_ours()).map_or(String::new(), |ratio| format!("{ratio:.2}")),
            line.allocations,
        );
        if !line.is_ours() {
            continue;
        }
        if line.allocations > 0 {
            complaints.push(format!("{what}: {} allocations in a call, must be none", line.allocations));
        }
        let is_worse = |it: &Line| line.instructions * 100 > it.instructions * (100 + TOLERANCE);
        match change {
            Some(change) if comparable && earlier.is_some_and(is_worse) => {
                complaints.push(format!("{what}: {change:.1} % more instructions, may be {TOLERANCE} %"));
            }
            None => complaints.push(format!("{what}: is not in the file")),
            Some(_) => {}
        }
    }
    let gone = before.lines.iter().filter(|line| now.line(line).is_none());
    complaints
        .extend(gone.map(|line| format!("{}: is in the file, and nothing counts it", line.key().join(", "))));
    Comparison { text, complaints }
}

#[cfg(test)]
mod tests {
    use super::{Line, Table, compare};

    fn table(environment: &str, counts: &[(&str, u64, u64)]) -> Table {
        let lines = counts.iter().map(|(competitor, instructions, allocations)| Line {
            case: "W1 email, allowed".to_owned(),
            competitor: (*competitor).to_owned(),
            input: "ready".to_owned(),
            instructions: *instructions,
            allocations: *allocations,
        });
        Table { environment: environment.to_owned(), lines: lines.collect() }
    }

    #[test]
    fn text_comes_back() {
        let table = table("rustc 1, valgrind 2", &[("sqrt", 1000, 0), ("bound, DFA", 100, 2)]);
        assert_eq!(Table::from_text(&table.to_text()), table);
    }

    #[test]
    fn complains_of_more_than_the_tolerance_only() {
        let before = table("a", &[("sqrt", 1000, 0), ("bound", 100, 0)]);
        let complaints = |now: &Table| compare(&before, now).complaints;
        for fine in [1030, 1000, 10] {
            assert_eq!(complaints(&table("a", &[("sqrt", fine, 0), ("bound", 900, 9)])), [""; 0]);
        }
        assert_eq!(
            complaints(&table("a", &[("sqrt", 1031, 0), ("bound", 100, 0)])),
            ["W1 email, allowed, sqrt, ready: 3.1 % more instructions, may be 3 %"]
        );
        assert_eq!(complaints(&table("b", &[("sqrt", 2000, 0), ("bound", 100, 0)])), [""; 0]);
        assert_eq!(
            complaints(&table("b", &[("sqrt", 1000, 1), ("bound", 100, 0)])),
            ["W1 email, allowed, sqrt, ready: 1 allocations in a call, must be none"]
        );
    }

    #[test]
    fn complains_of_lines_that_come_or_go() {
        let (one, two) =
            (table("a", &[("sqrt", 10, 0)]), table("a", &[("sqrt", 10, 0), ("sqrt, at once", 9, 0)]));
        assert_eq!(
            compare(&one, &two).complaints,
            ["W1 email, allowed, sqrt, at once, ready: is not in the file"]
        );
        assert_eq!(
            compare(&two, &one).complaints,
            ["W1 email, allowed, sqrt, at once, ready: is in the file, and nothing counts it"]
        );
    }
}
