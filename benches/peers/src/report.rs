//! The results as a table for people and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use sqrt_benches::harness::Input;

/// What was measured of one case.
pub struct CaseResult {
    /// The case.
    pub name: String,
    /// In the order of the competitors.
    pub rows: Vec<Row>,
}

/// What was measured of one competitor.
pub struct Row {
    /// Who.
    pub competitor: &'static str,
    /// Given what.
    pub input: Input,
    /// The median, per call.
    pub nanoseconds: f64,
}

impl CaseResult {
    /// The first row of the bound, with the same input if there is one.
    fn bound(&self, input: Input) -> Option<f64> {
        let bounds = || self.rows.iter().filter(|row| row.competitor.starts_with("bound"));
        bounds().find(|row| row.input == input).or(bounds().next()).map(|row| row.nanoseconds)
    }

    /// The rows of a table: time, times the bound of the same input, times our engine.
    pub fn table(&self) -> String {
        let ours = self.rows.first().map_or(f64::NAN, |row| row.nanoseconds);
        let mut text = format!("{}\n", self.name);
        for row in &self.rows {
            let per_bound = self
                .bound(row.input)
                .map_or("–".to_owned(), |bound| format!("{:.2}", row.nanoseconds / bound));
            let _ = writeln!(
                text,
                "  {:<24} {:<8} {:>12} ns {:>10} x bound {:>12} x sqrt",
                row.competitor,
                row.input.name(),
                figure(row.nanoseconds),
                per_bound,
                figure(row.nanoseconds / ours),
            );
        }
        text
    }

    /// The same as JSON.
    pub fn json(&self) -> Value {
        let ours = self.rows.first().map_or(f64::NAN, |row| row.nanoseconds);
        let row = |row: &Row| {
            json!({
                "competitor": row.competitor,
                "input": row.input.name(),
                "ns": row.nanoseconds,
                "per_bound": self.bound(row.input).map(|bound| row.nanoseconds / bound),
                "per_sqrt": row.nanoseconds / ours,
            })
        };
        json!({"case": self.name, "rows": self.rows.iter().map(row).collect::<Vec<_>>()})
    }
}

/// Three significant digits, or all of the integer part.
fn figure(number: f64) -> String {
    match number {
        number if number < 1.0 => format!("{number:.3}"),
        number if number < 10.0 => format!("{number:.2}"),
        number if number < 100.0 => format!("{number:.1}"),
        number => format!("{number:.0}"),
    }
}
