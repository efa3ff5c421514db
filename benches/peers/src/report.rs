//! The results: a table for people, and a file that results are added to, from which the tables of the documents are made.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value, json};
use sqrt_benches::harness::{Competitor, Input};
use sqrt_benches::scenarios::Unit;

use crate::threads::Scaling;

/// What was measured of one case.
pub struct CaseResult {
    /// The case.
    pub name: String,
    /// What a figure of it is about.
    pub unit: Unit,
    /// In the order of the competitors.
    pub rows: Vec<Row>,
}

/// What was measured of one competitor.
pub struct Row {
    /// Who.
    pub competitor: &'static str,
    /// Given what.
    pub input: Input,
    /// The median, per call, or per load, or per file.
    pub nanoseconds: f64,
}

impl CaseResult {
    /// The competitors with their times.
    pub fn new(name: String, unit: Unit, competitors: &[Competitor<'_>], times: Vec<f64>) -> Self {
        let rows = competitors.iter().zip(times).map(|(competitor, nanoseconds)| Row {
            competitor: competitor.name,
            input: competitor.input,
            nanoseconds,
        });
        CaseResult { rows: rows.collect(), name, unit }
    }

    /// The first row of the bound, with the same input if there is one.
    fn bound(&self, input: Input) -> Option<f64> {
        let bounds = || self.rows.iter().filter(|row| row.competitor.starts_with("bound"));
        bounds().find(|row| row.input == input).or(bounds().next()).map(|row| row.nanoseconds)
    }

    /// The rows of a table: the figure, times the bound of the same input, times our engine.
    pub fn table(&self) -> String {
        let ours = self.rows.first().map_or(f64::NAN, |row| row.nanoseconds);
        let mut text = format!("{}\n", self.name);
        for row in &self.rows {
            let per_bound = self
                .bound(row.input)
                .map_or("–".to_owned(), |bound| format!("{:.2}", row.nanoseconds / bound));
            let _ = writeln!(
                text,
                "  {:<24} {:<8} {:>20} {:>10} x bound {:>12} x sqrt",
                row.competitor,
                row.input.name(),
                in_unit(row.nanoseconds, &unit_json(self.unit)),
                per_bound,
                figure(row.nanoseconds / ours),
            );
        }
        text
    }

    /// The same as JSON.
    pub fn json(&self) -> Value {
        let row = |row: &Row| json!({"competitor": row.competitor, "input": row.input.name(), "ns": row.nanoseconds});
        json!({"unit": unit_json(self.unit), "rows": self.rows.iter().map(row).collect::<Vec<_>>()})
    }
}

/// What two threads cost each other, as JSON.
pub fn scaling_json(rows: &[Scaling]) -> Value {
    let row = |it: &Scaling| json!({"competitor": it.competitor, "ns": it.nanoseconds});
    json!({"unit": {"threads": 2}, "rows": rows.iter().map(row).collect::<Vec<_>>()})
}

fn unit_json(unit: Unit) -> Value {
    match unit {
        Unit::Decision => json!({"decision": 1}),
        Unit::Bytes(bytes) => json!({"bytes": bytes}),
        Unit::Lines(lines) => json!({"lines": lines}),
        Unit::Load(sizes) => json!({"text": sizes.text, "image": sizes.image, "runs": sizes.runs}),
    }
}

/// A time as a figure with its unit.
pub(crate) fn in_unit(nanoseconds: f64, unit: &Value) -> String {
    let amount = |name: &str| unit.get(name).and_then(Value::as_f64);
    if let Some(bytes) = amount("bytes") {
        return format!("{} GB/s", figure(bytes / nanoseconds));
    }
    if let Some(lines) = amount("lines") {
        return format!("{} M lines/s", figure(lines / nanoseconds * 1e3));
    }
    if amount("text").is_some() {
        return format!("{} ms", figure(nanoseconds / 1e6));
    }
    format!("{} ns", figure(nanoseconds))
}

/// Three significant digits, or all of the integer part, with separators.
pub(crate) fn figure(number: f64) -> String {
    match number {
        number if number < 1.0 => format!("{number:.3}"),
        number if number < 10.0 => format!("{number:.2}"),
        number if number < 100.0 => format!("{number:.1}"),
        number => separated(number.round() as u64),
    }
}

/// A number with a comma before every three digits.
pub(crate) fn separated(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// All results so far, by kind (`times`, `allocations`) and case, in the order in which they first came.
pub struct Results(Map<String, Value>);

impl Results {
    /// Those of a file; none if there is no such file.
    pub fn read(file: &Path) -> Results {
        let text = std::fs::read_to_string(file).unwrap_or_else(|_| "{}".to_owned());
        Results(serde_json::from_str(&text).expect("a file of results"))
    }

    /// Puts the result of a case there, in the place of an earlier one.
    pub fn put(&mut self, kind: &str, case: &str, result: Value) {
        let cases = self.0.entry(kind).or_insert_with(|| json!([]));
        let cases = cases.as_array_mut().expect("a list of cases");
        let entry = json!({"case": case, "result": result});
        match cases.iter_mut().find(|it| it["case"] == case) {
            Some(place) => *place = entry,
            None => cases.push(entry),
        }
    }

    /// Notes where and when the results of this kind were measured.
    pub fn note_machine(&mut self, kind: &str) {
        self.0.insert(format!("machine of {kind}"), Value::String(machine()));
    }

    /// Where and when the results of this kind were measured.
    pub fn machine(&self, kind: &str) -> &str {
        self.0.get(&format!("machine of {kind}")).and_then(Value::as_str).unwrap_or("unknown")
    }

    /// The cases of a kind.
    pub fn cases(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        let cases = self.0.get(kind).and_then(Value::as_array).into_iter().flatten();
        cases.filter_map(|it| Some((it["case"].as_str()?, &it["result"])))
    }

    /// Writes the file.
    pub fn write(&self, file: &Path) {
        let text = serde_json::to_string_pretty(&self.0).expect("JSON can be written");
        std::fs::write(file, text + "\n").expect("the file can be written");
    }
}

/// The day, the processor, the compiler, and how busy the machine was.
fn machine() -> String {
    let output = |program: &str, args: &[&str]| {
        let output = Command::new(program).args(args).output().ok();
        output.map_or(String::new(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let models = info.lines().filter_map(|line| line.strip_prefix("model name"));
    let models: Vec<&str> = models.map(|line| line.trim_start_matches([' ', '\t', ':'])).collect();
    let load = read("/proc/loadavg");
    format!(
        "{}, {} × {}, {}, load average {}",
        output("date", &["-u", "+%Y-%m-%d"]),
        models.len(),
        models.first().unwrap_or(&"?"),
        output("rustc", &["-V"]),
        load.split(' ').next().unwrap_or("?"),
    )
}
