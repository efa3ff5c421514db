//! A generated tree, printed with random parentheses, comments and white space, and any text as a policy: what is formatted
//! has the same tree and the same comments, and formatting it again changes nothing.

use crate::generate::{Random, tree};
use crate::tree_text;
use bumpalo::Bump;
use sqrt_compiler::format::{FormatError, format};
use sqrt_compiler::limits::Limits;
use sqrt_compiler::syntax::parse;
use sqrt_compiler::syntax::token::FileId;

pub(super) fn run(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        check(text);
    }
    check(&tree(&mut Random::of_bytes(bytes)).0);
}

/// Formats a text, if it is well-formed, and looks at what came of it; whether it is.
///
/// # Panics
/// If formatting changed anything but the layout, or changes its own output.
pub fn check(text: &str) -> bool {
    let limits = Limits::default();
    let arena = Bump::new();
    let parsed = parse(&arena, FileId(0), text, &limits);
    let formatted = match format(text, &limits) {
        Ok(formatted) => formatted,
        Err(FormatError::Syntax(_)) => {
            assert!(!parsed.is_ok(), "{text}\nis well-formed and not formatted");
            return false;
        }
        Err(FormatError::Changed) => panic!("{text}\nwould be changed"),
    };
    let again = parse(&arena, FileId(0), &formatted, &limits);
    assert!(again.is_ok(), "{text}\nbecame\n{formatted}");
    let trees = [&parsed, &again].map(|parsed| tree_text::file(&parsed.file));
    assert!(trees[0] == trees[1], "{text}\nbecame\n{formatted}");
    let comments = |source: &str, parsed: &sqrt_compiler::syntax::Parsed<'_>| -> Vec<String> {
        let text = |span: sqrt_compiler::syntax::token::Span| {
            source[span.start as usize..span.end as usize].trim_end().to_owned()
        };
        parsed.tokens.comments().iter().map(|comment| text(comment.span)).collect()
    };
    assert_eq!(comments(text, &parsed), comments(&formatted, &again), "{text}\nbecame\n{formatted}");
    let twice = format(&formatted, &limits).expect("what was formatted is well-formed");
    assert!(twice == formatted, "{text}\nbecame\n{formatted}\nand then\n{twice}");
    true
}
