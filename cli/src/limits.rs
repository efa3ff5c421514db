//! `sqrt limits`: the tables of limits of every part, as text; the page `docs/limits.md` is made from the same rows.

use crate::output::{Output, Stop};

/// Sessions that `eval` keeps, the implicit one not counted.
pub(crate) const SESSIONS: usize = 1_000_000;

/// A limit, to show.
struct Row {
    name: &'static str,
    amount: u64,
    unit: &'static str,
    reason: &'static str,
}

/// The parts that have limits, each with its rows.
fn tables() -> [(&'static str, Vec<Row>); 4] {
    let compiler = sqrt_compiler::limits::TABLE.iter();
    let engine = sqrt_vm::limits::Limits::default();
    [
        (
            "compiler",
            compiler
                .map(|row| Row { name: row.name, amount: row.default, unit: row.unit, reason: row.reason })
                .collect(),
        ),
        ("patterns", sqrt_vm::limits::of_patterns().iter().map(engine_row).collect()),
        ("engine", engine.table().map(|row| engine_row(&row)).collect()),
        (
            "command",
            vec![Row {
                name: "eval_sessions",
                amount: SESSIONS as u64,
                unit: "sessions",
                reason: "A session is kept to the end of the input; a call that needs one more gets the error form.",
            }],
        ),
    ]
}

fn engine_row(row: &sqrt_vm::limits::LimitRow) -> Row {
    Row { name: row.name, amount: row.value as u64, unit: row.unit, reason: row.reason }
}

/// Writes the tables.
pub(crate) fn run(output: &mut Output) -> Result<(), Stop> {
    for (number, (part, rows)) in tables().into_iter().enumerate() {
        let gap = if number > 0 { "\n" } else { "" };
        output.text(&format!("{gap}Limits of the {part}\n"))?;
        let width = |cell: fn(&Row) -> usize| rows.iter().map(cell).max().unwrap_or(0);
        let name = width(|row| row.name.chars().count());
        let amount = width(|row| grouped(row.amount).len());
        for row in &rows {
            let (shown, Row { unit, reason, .. }) = (grouped(row.amount), row);
            output.text(&format!("  {:name$}  {shown:>amount$} {unit}\n    {reason}\n", row.name))?;
        }
    }
    Ok(())
}

/// A number with a comma between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole page as Markdown.
    fn page() -> String {
        let mut out = String::from(
            "# Limits\n\n<!-- Generated from the tables of limits in the code; `BLESS=1 cargo test -p sqrt-cli` rewrites it. -->\n\n\
             Every limit has one place in the code, from which this page and `sqrt limits` follow. What is over a limit is refused with a\n\
             message that names the limit; nothing is cut short or left out.\n",
        );
        for (part, rows) in tables() {
            out.push_str(&format!(
                "\n## Limits of the {part}\n\n| what | default | unit | why |\n| --- | ---: | --- | --- |\n"
            ));
            for row in rows {
                let amount = grouped(row.amount);
                out.push_str(&format!("| {} | {amount} | {} | {} |\n", row.name, row.unit, row.reason));
            }
        }
        out
    }

    #[test]
    fn the_committed_page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/limits.md");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(path, page()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == page(), "docs/limits.md is stale; run BLESS=1 cargo test -p sqrt-cli");
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(
            ["0", "999", "1,000", "67,108,864"],
            [0, 999, 1_000, 64 << 20].map(grouped).each_ref().map(String::as_str)
        );
    }
}
