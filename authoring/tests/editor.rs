//! Every editor feature, at any place of any text: nothing panics, and what is told lies within the text.
//!
//! The texts are the recorded programs of the language, well-formed or not, with random edits.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use sqrt_authoring::editor::{
    Document, Policy, Surroundings, completions, definition, findings, fixes, folds, highlights, hints,
    hover, prepare_rename, references, rename, search, selections, semantic_tokens, suppressions, symbols,
    touching,
};
use sqrt_authoring::lint;
use sqrt_authoring::tools::ToolSet;
use sqrt_compiler::limits::Limits;
use sqrt_compiler::syntax::token::Span;

static PROGRAMS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/syntax");
    let mut found = Vec::new();
    for name in ["grammar", "mutants", "surprises", "words"] {
        let lines = fs::read_to_string(folder.join(format!("{name}.jsonl"))).unwrap();
        for line in lines.lines() {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            found.push(record["source"].as_str().unwrap().to_owned());
        }
    }
    found
});

const PIECES: &[&str] = &[
    "",
    "\"",
    "{",
    "}",
    "(",
    "tool \"t\" {",
    "let a = ",
    "must deny when ",
    "x.value in ",
    "@",
    ".",
    ";",
    "🙂",
    "\n",
    "\r\n",
    "/*",
    "//",
    "///",
    "not ",
    "|",
    "->",
    "result {",
    "when ",
    "é",
];

fn around() -> Surroundings {
    let listed = br#"[{"name": "t", "input_schema": {"properties": {"x": {"type": "string"}}}}]"#;
    Surroundings { tools: Some(Arc::new(ToolSet::parse(listed, &Limits::default()).unwrap())) }
}

/// The nearest character boundary at or before a place, as a fraction of the text.
fn place(text: &str, part: u16) -> usize {
    let mut at = text.len() * usize::from(part) / usize::from(u16::MAX);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn assert_within(text: &str, span: Span) {
    let range = span.start as usize..span.end as usize;
    assert!(text.get(range).is_some(), "{span:?} of {text:?}");
}

/// Asks everything about a place of the first of two files that are one policy.
fn ask_everything(text: &str, other: &str, offset: u32) {
    let limits = Limits::default();
    let documents = [Document::new("a", text, &limits), Document::new("b", other, &limits)];
    let documents: Vec<&Document> = documents.iter().collect();
    let policy = Policy::new(&documents);
    let texts = [text, other];
    let whole = Span { start: 0, end: u32::try_from(text.len()).unwrap() };
    let around = around();
    let options = lint::Options { tools: around.tools.clone(), ..lint::Options::default() };
    if let Some(found) = hover(policy, &around, 0, offset) {
        assert_within(text, found.span);
        assert!(!found.markdown.is_empty());
    }
    for found in completions(policy, &around, 0, offset) {
        assert_within(text, found.replaces);
        assert!(found.replaces.start <= offset && offset <= found.replaces.end);
    }
    for found in definition(policy, 0, offset) {
        assert_within(texts[found.file], found.span);
    }
    for found in references(policy, 0, offset, true) {
        assert_within(texts[found.file], found.span);
    }
    assert!(highlights(policy, 0, offset).iter().all(|found| found.place.file == 0));
    if prepare_rename(policy, 0, offset).is_ok() {
        for edit in rename(policy, 0, offset, "fresh_name", &limits).unwrap_or_default() {
            assert_within(texts[edit.place.file], edit.place.span);
        }
    }
    let chain = selections(documents[0], offset);
    assert!(chain.windows(2).all(|pair| pair[1].start <= pair[0].start && pair[0].end <= pair[1].end));
    let found = findings(policy, &options);
    let touched = touching(policy, &found, 0, whole);
    for comment in suppressions(policy, 0, &touched) {
        assert_within(text, comment.edit.place.span);
    }
    for (file, symbol) in search(&documents, "s", 100) {
        assert_within(texts[file], symbol.selection);
    }
    for found in found.into_iter().chain(fixes(policy, touched, &limits)) {
        let edits = found.fix.into_iter().flat_map(|fix| fix.edits);
        for place in edits.map(|edit| edit.place) {
            assert_within(texts[place.file], place.span);
        }
    }
    let painted = semantic_tokens(documents[0], whole);
    assert!(painted.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "{text:?}");
    painted.iter().for_each(|piece| {
        assert_within(text, piece.span);
        assert!(!documents[0].slice(piece.span).contains('\n'));
    });
    symbols(documents[0]).iter().for_each(|symbol| {
        assert_within(text, symbol.span);
        let (span, selection) = (symbol.span, symbol.selection);
        assert!(span.start <= selection.start && selection.end <= span.end, "{symbol:?} of {text:?}");
        for child in &symbol.children {
            assert!(span.start <= child.span.start && child.span.end <= span.end);
            assert!(!child.name.is_empty());
        }
        assert!(!symbol.name.is_empty());
    });
    folds(documents[0]).iter().for_each(|fold| assert_within(text, fold.span));
    hints(policy, 0, whole).iter().for_each(|hint| assert!(hint.offset <= whole.end));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn no_feature_panics_at_any_place_of_any_text(
        first in any::<prop::sample::Index>(),
        second in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<u16>(), 0u16..2000, 0..PIECES.len()), 0..4),
        offset in any::<u16>(),
    ) {
        let mut text = first.get(&PROGRAMS).clone();
        for (at, length, piece) in edits {
            let start = place(&text, at);
            let end = place(&text, at.saturating_add(length));
            text.replace_range(start..end, PIECES[piece]);
        }
        let offset = u32::try_from(place(&text, offset)).unwrap();
        let other: &String = second.get(&PROGRAMS);
        ask_everything(&text, other, offset);
    }

    #[test]
    fn renaming_keeps_what_the_text_says(first in any::<prop::sample::Index>(), at in any::<u16>()) {
        let limits = Limits::default();
        let text = first.get(&PROGRAMS);
        let document = Document::new("a", text, &limits);
        let documents = [&document];
        let policy = Policy::new(&documents);
        let offset = u32::try_from(place(text, at)).unwrap();
        if prepare_rename(policy, 0, offset).is_ok() {
            let edits = rename(policy, 0, offset, "and", &limits).unwrap_or_default();
            let mut renamed = text.clone();
            for edit in edits.iter().rev() {
                renamed.replace_range(edit.place.span.start as usize..edit.place.span.end as usize, &edit.text);
            }
            let after = Document::new("a", &renamed, &limits);
            prop_assert_eq!(symbols(&document).len(), symbols(&after).len());
            prop_assert_eq!(document.syntax().diagnostics().len(), after.syntax().diagnostics().len());
        }
    }
}

#[test]
fn a_long_document_takes_no_more_than_its_length() {
    let block =
        "let a0 = {\"x\"};\ntool \"t\" { must deny when x.value in a0 and x.tags overlaps {\"y\"}; }\n";
    let text = block.repeat(2_000);
    ask_everything(&text, "", 4);
    // Deep nesting, and a chain that goes on for long.
    let deep = format!("let a = {}x{};", "(".repeat(5_000), ")".repeat(5_000));
    ask_everything(&deep, "", 5_000);
    let long = format!("tool \"t\" {{ must deny when x{}; }}", " and x".repeat(20_000));
    ask_everything(&long, "", 200);
    let braces = "{".repeat(20_000);
    ask_everything(&braces, "", 10_000);
    let comments = "// c\n".repeat(20_000);
    ask_everything(&comments, "", 10_000);
}
