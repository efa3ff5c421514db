//! The reference page of diagnostics, `docs/diagnostics.md`, as generated from the table of codes.

use std::fmt::Write as _;

use super::Code;

/// The whole page as Markdown.
pub fn reference_page() -> String {
    let mut out = String::from(
        "# Diagnostics\n\n<!-- Generated from compiler/src/diagnostics/codes.rs; `BLESS=1 cargo test -p sqrt-compiler` rewrites it. -->\n\n\
         Every problem that `sqrt check` reports has a code, which stays the same from version to version. Codes that begin with `E` are\n\
         errors, with `W` warnings. Rule numbers (S…) refer to the language definition.\n",
    );
    let mut group = None;
    for &code in Code::ALL {
        if group != Some(code.group()) {
            group = Some(code.group());
            let _ = write!(out, "\n## {}\n", code.group().title());
        }
        let _ = write!(out, "\n### {}: {}\n\n", code.as_str(), code.title());
        out.push_str(&paragraph(code.explanation()));
        if !code.rules().is_empty() {
            let _ = write!(out, "\nRules: {}.\n", code.rules().join(", "));
        }
    }
    out
}

/// The table indents continued lines; the page does not.
fn paragraph(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        out.push_str(line.trim());
        out.push('\n');
    }
    out
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "tests may panic")]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_committed_page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/diagnostics.md");
        let page = reference_page();
        if std::env::var_os("BLESS").is_some() {
            std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs")).unwrap();
            std::fs::write(path, &page).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == page, "docs/diagnostics.md is stale; run BLESS=1 cargo test -p sqrt-compiler");
    }

    #[test]
    fn codes_are_unique_well_formed_and_ascending_within_a_group() {
        let mut seen = BTreeSet::new();
        for &code in Code::ALL {
            let text = code.as_str();
            assert!(seen.insert(text), "{text} twice");
            assert!(text.len() == 5 && matches!(text.as_bytes()[0], b'E' | b'W'), "{text}");
            assert!(text[1..].bytes().all(|b| b.is_ascii_digit()), "{text}");
            assert!(!code.explanation().is_empty() && !code.title().ends_with('.'), "{text}");
        }
        for pair in Code::ALL.windows(2) {
            let digits = |c: Code| c.as_str()[1..].to_owned();
            let same_letter = pair[0].severity() == pair[1].severity();
            if pair[0].group() == pair[1].group() {
                assert_eq!(digits(pair[0])[..2], digits(pair[1])[..2], "{:?}", pair);
                assert!(!same_letter || digits(pair[0]) < digits(pair[1]), "{:?}", pair);
            } else {
                assert!(digits(pair[0])[..2] < digits(pair[1])[..2], "{:?}", pair);
            }
        }
    }
}
