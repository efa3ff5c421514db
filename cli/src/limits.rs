//! `sqrt limits`: the table of limits, as text; the page `docs/limits.md` is made from the same rows.

use sqrt_vm::limits::{Group, LimitRow, Limits};

use crate::output::{Output, Stop};

/// Writes the table.
pub(crate) fn run(output: &mut Output) -> Result<(), Stop> {
    let limits = Limits::default();
    for (number, group) in Group::ALL.into_iter().enumerate() {
        let rows: Vec<LimitRow> = limits.table().filter(|row| row.group == group).collect();
        let gap = if number > 0 { "\n" } else { "" };
        output.text(&format!("{gap}Limits of {}\n", group.title()))?;
        let width = |cell: &dyn Fn(&LimitRow) -> usize| rows.iter().map(cell).max().unwrap_or(0);
        let name = width(&|row| row.name.len());
        let amount = width(&|row| grouped(row.value).len());
        for row in &rows {
            let shown = grouped(row.value);
            output.text(&format!(
                "  {:name$}  {shown:>amount$} {}\n    {}\n",
                row.name, row.unit, row.reason
            ))?;
        }
    }
    Ok(())
}

/// A number with a comma between thousands.
fn grouped(number: usize) -> String {
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
            "# Limits\n\n<!-- Generated from the table of limits in the code; `BLESS=1 cargo test -p sqrt-cli` rewrites it. -->\n\n\
             Every limit has one place in the code, from which this page and `sqrt limits` follow. What is over a limit is refused with a\n\
             message that names the limit; nothing is cut short or left out.\n\n\
             Where there is a highest value, a limit cannot be set above it: that is refused when it is set.\n",
        );
        for group in Group::ALL {
            out.push_str(&format!(
                "\n## Limits of {}\n\n| what | default | at most | unit | why |\n| --- | ---: | ---: | --- | --- |\n",
                group.title()
            ));
            for row in Limits::default().table().filter(|row| row.group == group) {
                let ceiling = row.ceiling.map_or_else(String::new, grouped);
                let (name, default) = (row.name, grouped(row.default));
                out.push_str(&format!(
                    "| {name} | {default} | {ceiling} | {} | {} |\n",
                    row.unit, row.reason
                ));
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
