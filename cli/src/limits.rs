//! `sqrt limits`: the table of limits, as text; the page `docs/limits.md` is made from the same rows.

use sqrt_vm::limits::{Group, LimitExceeded, LimitRow, Limits};

use crate::args::{LimitsArgs, ShowLimitsArgs};
use crate::output::{Failure, Output, Stop};

/// The limits that the options ask for.
pub(crate) fn asked(args: &LimitsArgs) -> Result<Limits, Failure> {
    let mut limits = Limits::default();
    for (name, value) in &args.settings {
        limits.set(name, *value).map_err(|error| {
            Failure::new(format!("`--limit`: {error}")).help("`sqrt limits` shows all of them")
        })?;
    }
    Ok(limits)
}

/// How to raise a limit that was passed.
pub(crate) fn raise(limit: &LimitExceeded) -> String {
    format!("raise it with `--limit {}=…`, if the host has the memory and the time", limit.name())
}

/// Reads `NAME=VALUE`: a whole number, with underscores where one likes, and with KiB, MiB or GiB behind it.
pub(crate) fn setting(text: &str) -> Result<(String, usize), String> {
    let (name, value) = text.split_once('=').ok_or("it is NAME=VALUE, such as `value_bytes=1MiB`")?;
    let (digits, unit) = [("KiB", 10), ("MiB", 20), ("GiB", 30)]
        .into_iter()
        .find_map(|(unit, shift)| value.strip_suffix(unit).map(|digits| (digits, 1_u64 << shift)))
        .unwrap_or((value, 1));
    let digits: String = digits.trim_end().chars().filter(|digit| *digit != '_').collect();
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let number = if is_number { digits.parse::<u64>().ok() } else { None };
    if !is_number {
        return Err("the value is a whole number, such as `1_000` or `16MiB`".to_owned());
    }
    let value =
        number.and_then(|number| number.checked_mul(unit)).and_then(|value| usize::try_from(value).ok());
    value.map(|value| (name.to_owned(), value)).ok_or_else(|| format!("the value is above {}", usize::MAX))
}

/// Writes the table.
pub(crate) fn run(args: &ShowLimitsArgs, output: &mut Output) -> Result<(), Stop> {
    let limits = asked(&args.limits)?;
    output.page()?;
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
             A host sets a limit by its name (`Limits::set`), the command line by `--limit NAME=VALUE`. Where there is a highest value,\n\
             which memory and stack depend on, a higher one is refused when it is set. A call over a limit is denied with basis `error`,\n\
             and nothing of it takes effect; in `sqrt eval` it gets the error form.\n",
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
    fn amounts_are_whole_numbers_with_units_of_memory() {
        let read = |value: &str| setting(&format!("value_bytes={value}")).map(|(_, value)| value);
        for (text, value) in [
            ("0", 0),
            ("1_000", 1000),
            ("1KiB", 1024),
            ("16MiB", 16 << 20),
            ("1_0 GiB", 10 << 30),
            ("18446744073709551615", usize::MAX),
        ] {
            assert_eq!(read(text), Ok(value), "{text}");
        }
        for text in [
            "",
            "_",
            "-1",
            "+1",
            "1.5MiB",
            "1MB",
            "MiB",
            "0x10",
            "18446744073709551616",
            "99999999999GiB",
            "1 0",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(setting("value_bytes").is_err());
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(
            ["0", "999", "1,000", "67,108,864"],
            [0, 999, 1_000, 64 << 20].map(grouped).each_ref().map(String::as_str)
        );
    }
}
