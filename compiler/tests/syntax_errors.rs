//! What is said about programs that are not well-formed: places, codes, messages and help.
//!
//! The cases are in `data/syntax_errors.txt`: a program, `-----`, and one diagnostic a line; `\r`, `\\` and `\u{…}` in a
//! program stand for those characters. `BLESS=1` rewrites the expectations; read the difference before you commit it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests may panic")]

use std::fmt::Write as _;

use bumpalo::Bump;
use sqrt_compiler::diagnostics::{SourceMap, render};
use sqrt_compiler::limits::Limits;
use sqrt_compiler::syntax::{parse, token::FileId};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/syntax_errors.txt");

fn unescape(text: &str) -> String {
    let text = text.replace("\\r", "\r").replace("\\u{202e}", "\u{202e}").replace("\\u{2066}", "\u{2066}");
    let text =
        text.replace("\\u{200b}", "\u{200b}").replace("\\u{2028}", "\u{2028}").replace("\\u{1b}", "\u{1b}");
    text.replace("\\\\", "\\")
}

/// The diagnostics of a program, one a line, with help on the next.
fn diagnose(source: &str) -> String {
    let arena = Bump::new();
    let file = FileId::default();
    let parsed = parse(&arena, file, source, &Limits::default());
    let mut sources = SourceMap::new();
    sources.add(file, "test", source);
    let mut out = String::new();
    for diagnostic in &parsed.diagnostics {
        let record = sources.record(diagnostic);
        let (start, end) = (record.start, record.end);
        writeln!(
            out,
            "{}:{}-{}:{} {} {}",
            start.line, start.column, end.line, end.column, record.code, record.message
        )
        .unwrap();
        for label in &diagnostic.secondary {
            let at = sources.positions(label).0;
            writeln!(out, "    at {}:{} {}", at.line, at.column, label.text).unwrap();
        }
        if let Some(help) = record.help {
            writeln!(out, "    help: {help}").unwrap();
        }
        assert!(!render::render(diagnostic, &sources, render::Style::Plain).is_empty());
    }
    out
}

#[test]
fn every_error_has_its_message() {
    let text = std::fs::read_to_string(PATH).unwrap();
    let mut parts = text.split("=====\n");
    let mut found = parts.next().unwrap().to_owned();
    for case in parts {
        let (source, _) = case.split_once("\n-----\n").expect("a case has `-----` after its program");
        write!(found, "=====\n{source}\n-----\n{}", diagnose(&unescape(source))).unwrap();
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(PATH, &found).unwrap();
    }
    let text = std::fs::read_to_string(PATH).unwrap();
    for (expected, found) in text.split("=====\n").zip(found.split("=====\n")) {
        assert_eq!(found, expected);
    }
}

#[test]
fn diagnostics_come_in_source_order_and_their_number_is_limited() {
    let arena = Bump::new();
    let limits = Limits::default().with("diagnostics", 5).unwrap();
    let source = "\u{202e}\nlet a = ;\n\u{202e}".repeat(10);
    let diagnostics = parse(&arena, FileId::default(), &source, &limits).diagnostics;
    assert_eq!(diagnostics.len(), 6);
    assert!(diagnostics.is_sorted_by_key(|d| d.primary.span));
    assert_eq!(diagnostics.last().unwrap().code.as_str(), "E0703");
    let few = parse(&arena, FileId::default(), "let a = ;", &limits).diagnostics;
    assert_eq!(few.len(), 1);
}
