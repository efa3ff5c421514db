//! The parser accepts and rejects exactly what the reference does, the differences of S1.3 apart.
//!
//! Each file of `tests/data/syntax` has one program a line with its recorded label; the labels come from the reference
//! grammar's own parser. `SQRT_SYNTAX_LABELS` names one more file of the same form.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may panic")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use serde::Deserialize;
use sqrt_compiler::limits::Limits;
use sqrt_compiler::syntax::{parse, token::FileId};

#[derive(Deserialize)]
struct Case {
    source: String,
    /// Whether it is well-formed for us.
    valid: bool,
    /// Whether it is for the reference, where that differs.
    reference: Option<bool>,
    /// Which difference of S1.3 that is.
    difference: Option<String>,
    #[serde(default)]
    note: String,
}

fn label_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/syntax");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "jsonl")).collect();
    files.sort();
    files.extend(std::env::var_os("SQRT_SYNTAX_LABELS").map(PathBuf::from));
    files
}

fn cases(path: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{}: {e}: {line}", path.display())))
        .collect()
}

#[test]
fn the_parser_agrees_with_every_recorded_label() {
    let mut count = 0;
    let mut wrong = String::new();
    for path in label_files() {
        for case in cases(&path) {
            count += 1;
            let arena = Bump::new();
            let parsed = parse(&arena, FileId::default(), &case.source, &Limits::default());
            if parsed.is_ok() != case.valid {
                let found: Vec<_> = parsed.diagnostics.iter().map(|d| d.message.as_str()).collect();
                writeln!(
                    wrong,
                    "{:?} ({}): expected valid = {}, found {found:?}",
                    case.source, case.note, case.valid
                )
                .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} programs differ:\n{wrong}", wrong.lines().count());
    assert!(count >= 6_000, "only {count} labelled programs were found");
}

#[test]
fn every_difference_from_the_reference_is_one_of_the_stated_ones() {
    for path in label_files() {
        for case in cases(&path) {
            let differs = case.reference.is_some_and(|reference| reference != case.valid);
            let stated = case.difference.as_deref().is_some_and(|d| matches!(d, "a" | "b" | "c" | "d" | "e"));
            assert_eq!(differs, stated, "{:?} in {}", case.source, path.display());
        }
    }
}
