//! The tables of the documents, made from a file of results. A table stands between two comments that name it:
//! `<!-- figures: NAME -->` and `<!-- end of figures -->`.

use std::path::Path;

use serde_json::Value;

use crate::report::{Results, figure, in_unit, separated};
use crate::targets::targets;

/// The cases of a table, by what their names begin with, and the input that is shown where there are both.
struct Table {
    name: &'static str,
    cases: &'static [(&'static str, &'static str)],
}

const TABLES: &[Table] = &[
    Table {
        name: "short",
        cases: &[
            ("W1 email, allowed", "ready"),
            ("W2 order, last", "ready"),
            ("W3 dispatch 10000, exact", "strings"),
            ("W3 dispatch 10000, pattern", "strings"),
        ],
    },
    Table { name: "ready", cases: &[("W1", "ready"), ("W2", "ready")] },
    Table { name: "strings", cases: &[("W1", "strings"), ("W2", "strings"), ("Build", "strings")] },
    Table { name: "dispatch", cases: &[("W3", "strings")] },
    Table { name: "updates", cases: &[("Updates", "strings")] },
    Table { name: "updates, ready", cases: &[("Updates", "ready")] },
    Table { name: "long values", cases: &[("Long", "strings")] },
    Table { name: "large sets", cases: &[("Literals", "strings")] },
    Table { name: "from text", cases: &[("JSON", "strings"), ("Eval", "strings")] },
    Table { name: "ready to decide", cases: &[("Load", "strings")] },
];

/// What stands before other columns.
const ORDER: [&str; 8] = ["sqrt", "bound", "scan", "plain Rust", "wirefilter", "cel", "regorus", "cedar"];

/// Puts the tables of the results where the document names them.
///
/// # Panics
/// If the document names a table that there is not.
pub fn renew(document: &Path, results: &Results) {
    let text = std::fs::read_to_string(document).expect("the document is there");
    let mut new = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("<!-- figures: ") {
        let (name, after) = after.split_once(" -->").expect("the comment ends");
        let (_, after) = after.split_once("<!-- end of figures -->").expect("the table ends");
        let table = render(name, results);
        new.push_str(&format!("{before}<!-- figures: {name} -->\n{table}<!-- end of figures -->"));
        rest = after;
    }
    std::fs::write(document, new + rest).expect("the document can be written");
}

fn render(name: &str, results: &Results) -> String {
    match name {
        "machine" => format!("{}.\n", results.machine("times")),
        "targets" => targets(results),
        "threads" => threads(results),
        "memory" => memory(results),
        "allocations" => allocations(results),
        _ => {
            let table = TABLES.iter().find(|table| table.name == name);
            times(table.unwrap_or_else(|| panic!("no table {name:?}")), results)
        }
    }
}

/// A column: our engine and its variants, the bound and its variants, then the others.
fn rank(column: &str) -> (usize, String) {
    let place = ORDER.iter().position(|it| column.starts_with(it)).unwrap_or(ORDER.len());
    (place, column.to_owned())
}

/// The name of the column of a competitor: variants of the bound that are the same idea share one.
fn column(competitor: &str) -> &str {
    match competitor {
        "bound, DFA" | "bound, trie" | "bound, serde" => "bound",
        other => other,
    }
}

struct Line {
    case: String,
    unit: Value,
    /// By column.
    cells: Vec<(String, f64)>,
}

impl Line {
    fn get(&self, column: &str) -> Option<f64> {
        self.cells.iter().find(|(name, _)| name == column).map(|(_, nanoseconds)| *nanoseconds)
    }
}

fn lines(table: &Table, results: &Results) -> Vec<Line> {
    let mut lines = Vec::new();
    for (prefix, input) in table.cases {
        for (case, result) in results.cases("times").filter(|(case, _)| case.starts_with(prefix)) {
            let mut cells: Vec<(String, f64)> = Vec::new();
            let rows = || result["rows"].as_array().into_iter().flatten();
            // Rows with the wanted input first: the first of a column stays.
            let wanted = |row: &&Value| row["input"] == *input;
            for row in rows().filter(wanted).chain(rows().filter(|row| !wanted(row))) {
                let (Some(competitor), Some(ns)) = (row["competitor"].as_str(), row["ns"].as_f64()) else {
                    continue;
                };
                // Loading with a trie and with a library's automaton are two bounds.
                let load = case.starts_with("Load");
                let name = if load { competitor } else { column(competitor) };
                if !cells.iter().any(|(it, _)| it == name) {
                    cells.push((name.to_owned(), ns));
                }
            }
            lines.push(Line { case: case.to_owned(), unit: result["unit"].clone(), cells });
        }
    }
    lines
}

fn times(table: &Table, results: &Results) -> String {
    let lines = lines(table, results);
    let mut columns: Vec<String> = Vec::new();
    for (name, _) in lines.iter().flat_map(|line| &line.cells) {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    columns.sort_by_key(|name| rank(name));
    if table.name == "short" {
        columns.retain(|name| !name.starts_with("bound, "));
    }
    let ours = |line: &Line| line.get("sqrt").or_else(|| line.get("sqrt, text"));
    let bound = |line: &Line| {
        line.get("bound").or_else(|| line.get("bound, DFA")).or_else(|| line.get("bound, trie"))
    };
    let mut rows = vec![head(&columns, "sqrt : bound")];
    for line in &lines {
        let cell = |name: &String| line.get(name).map_or("–".to_owned(), |ns| in_unit(ns, &line.unit));
        let ratio =
            ours(line).zip(bound(line)).map_or("–".to_owned(), |(ours, bound)| figure(ours / bound));
        let cells: Vec<String> = columns.iter().map(cell).collect();
        rows.push(format!("| {} | {} | {ratio} |", line.case, cells.join(" | ")));
    }
    rows.join("\n") + "\n"
}

fn head(columns: &[String], last: &str) -> String {
    format!("| | {} | {last} |\n| --- |{} ---: |", columns.join(" | "), " ---: |".repeat(columns.len()))
}

fn threads(results: &Results) -> String {
    let mut text =
        "| | | calls/s, one thread | calls/s, two threads | times |\n| --- | --- | ---: | ---: | ---: |\n"
            .to_owned();
    for (case, result) in results.cases("times").filter(|(case, _)| case.starts_with("Threads")) {
        for row in result["rows"].as_array().into_iter().flatten() {
            let ns = |place: usize| row["ns"][place].as_f64().unwrap_or(f64::NAN);
            text.push_str(&format!(
                "| {} | {} | {} | {} | {:.2} |\n",
                case.trim_start_matches("Threads: "),
                row["competitor"].as_str().unwrap_or("?"),
                separated((1e9 / ns(0)) as u64),
                separated((2e9 / ns(1)) as u64),
                2.0 * ns(0) / ns(1),
            ));
        }
    }
    text
}

fn memory(results: &Results) -> String {
    let mut text = "| | | text | image | what of it runs | memory | memory : image |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |\n".to_owned();
    for (case, result) in results.cases("allocations").filter(|(case, _)| case.starts_with("Load")) {
        let size = |name: &str| result["unit"][name].as_f64().unwrap_or(f64::NAN);
        for row in result["rows"].as_array().into_iter().flatten() {
            let (who, held) =
                (row["competitor"].as_str().unwrap_or("?"), row["held"].as_f64().unwrap_or(f64::NAN));
            let kb = |bytes: f64| format!("{} kB", figure(bytes / 1e3));
            let ours = who.starts_with("sqrt");
            let of_ours = |cell: String| if ours { cell } else { "–".to_owned() };
            text.push_str(&format!(
                "| {case} | {who} | {} | {} | {} | {} | {} |\n",
                of_ours(kb(size("text"))),
                of_ours(kb(size("image"))),
                of_ours(kb(size("runs"))),
                kb(held),
                of_ours(figure(held / size("image"))),
            ));
        }
    }
    text
}

fn allocations(results: &Results) -> String {
    let mut text = "| | | input | allocations | bytes |\n| --- | --- | --- | ---: | ---: |\n".to_owned();
    for (case, result) in results.cases("allocations").filter(|(case, _)| !case.starts_with("Load")) {
        for row in result["rows"].as_array().into_iter().flatten() {
            let (who, number) = (row["competitor"].as_str().unwrap_or("?"), |name: &str| {
                row[name].as_f64().unwrap_or(f64::NAN)
            });
            // The bound and plain code allocate nothing; it would be most of the table.
            if number("allocations") == 0.0 && !who.starts_with("sqrt") {
                continue;
            }
            let input = row["input"].as_str().unwrap_or("?");
            text.push_str(&format!(
                "| {case} | {who} | {input} | {} | {} |\n",
                number("allocations"),
                figure(number("bytes"))
            ));
        }
    }
    text
}
