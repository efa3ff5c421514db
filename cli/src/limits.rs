//! `sqrt limits`: the tables of limits of every part, as text; the page `docs/limits.md` is made from the same rows.

use sqrt_compiler::limits::LimitRow;

use crate::output::{Output, Stop};

/// The limits of the command itself.
pub(crate) const TABLE: &[LimitRow] = &[LimitRow {
    name: "sessions of eval",
    default: SESSIONS as u64,
    unit: "sessions",
    reason: "each session is kept until the end of the input; a call that needs one more gets the error form",
}];

/// Sessions that `eval` keeps, the implicit one not counted.
pub(crate) const SESSIONS: usize = 1_000_000;

/// The parts that have limits, with their tables.
fn tables() -> [(&'static str, &'static [LimitRow]); 2] {
    [("compiler", sqrt_compiler::limits::TABLE), ("command", TABLE)]
}

/// Writes the tables.
pub(crate) fn run(output: &mut Output) -> Result<(), Stop> {
    output.text(&text())
}

fn text() -> String {
    let mut out = String::new();
    for (part, rows) in tables() {
        let width = |cell: fn(&LimitRow) -> String| {
            rows.iter().map(|row| cell(row).chars().count()).max().unwrap_or(0)
        };
        let (name, amount, unit) = (
            width(|row| row.name.to_owned()),
            width(|row| grouped(row.default)),
            width(|row| row.unit.to_owned()),
        );
        let gap = if out.is_empty() { "" } else { "\n" };
        out.push_str(&format!("{gap}Limits of the {part}\n"));
        for row in rows {
            out.push_str(&format!(
                "  {:name$}  {:>amount$}  {:unit$}  {}\n",
                row.name,
                grouped(row.default),
                row.unit,
                row.reason
            ));
        }
    }
    out
}

/// A number with a comma between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
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
                let amount = grouped(row.default);
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
