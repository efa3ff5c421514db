//! A generated tree, printed with random parentheses, comments and white space: it is parsed to the same tree.

use crate::generate::{Random, tree};
use crate::tree_text;
use bumpalo::Bump;
use sqrt_compiler::limits::Limits;
use sqrt_compiler::syntax::parse;
use sqrt_compiler::syntax::token::FileId;

pub(super) fn run(bytes: &[u8]) {
    let (text, expected) = tree(&mut Random::of_bytes(bytes));
    let arena = Bump::new();
    let parsed = parse(&arena, FileId(0), &text, &Limits::default());
    assert!(parsed.is_ok(), "{text}\nis refused: {:?}", parsed.diagnostics);
    let found = tree_text::file(&parsed.file);
    assert!(found == expected, "{text}\nexpected {expected}\nfound    {found}");
}
