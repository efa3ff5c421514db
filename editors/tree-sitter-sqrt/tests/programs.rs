//! Every well-formed program that is recorded parses without an error, and so do the examples. The queries fit the grammar.

use std::fs;
use std::path::{Path, PathBuf};

use tree_sitter::{Node, Parser, Query, QueryCursor, StreamingIterator, Tree};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn parse(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_sqrt::LANGUAGE.into()).unwrap();
    parser.parse(text, None).unwrap()
}

/// The programs that the reference parser of the language takes, but for the few with a NUL in them, which tree-sitter takes for
/// the end of the text. What is beside them in these files is not well-formed.
fn well_formed() -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join("tests/data/syntax")).unwrap() {
        for line in fs::read_to_string(entry.unwrap().path()).unwrap().lines() {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let source = record["source"].as_str().unwrap();
            if record["valid"] == true && !source.contains('\0') {
                found.push(source.to_owned());
            }
        }
    }
    found
}

fn policies(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            policies(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "sqrt") {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_well_formed_program_parses() {
    let programs = well_formed();
    assert!(programs.len() > 2000, "{}", programs.len());
    let wrong: Vec<&String> = programs.iter().filter(|text| parse(text).root_node().has_error()).collect();
    let shown: Vec<_> =
        wrong.iter().take(20).map(|text| format!("{text:?}\n{}", parse(text).root_node())).collect();
    assert!(wrong.is_empty(), "{} of {} programs:\n{}", wrong.len(), programs.len(), shown.join("\n"));
}

#[test]
fn the_examples_parse() {
    let mut found = Vec::new();
    policies(&root().join("examples"), &mut found);
    assert!(found.len() >= 5);
    for text in found {
        assert!(!parse(&text).root_node().has_error(), "{text}");
    }
}

#[test]
fn most_of_what_is_not_well_formed_has_an_error() {
    // A grammar for colours may take more than the language does, but not anything.
    for text in [
        "tool",
        "tool \"t\" { must }",
        "let a;",
        "tool \"t\" { must deny always }",
        "let a = {,};",
        "}",
        "must deny always;",
    ] {
        assert!(parse(text).root_node().has_error(), "{text}");
    }
}

#[test]
fn every_query_fits_the_grammar() {
    let language = tree_sitter_sqrt::LANGUAGE.into();
    for (name, text) in [
        ("highlights", tree_sitter_sqrt::HIGHLIGHTS_QUERY),
        ("injections", tree_sitter_sqrt::INJECTIONS_QUERY),
        ("locals", tree_sitter_sqrt::LOCALS_QUERY),
        ("folds", tree_sitter_sqrt::FOLDS_QUERY),
        ("indents", tree_sitter_sqrt::INDENTS_QUERY),
    ] {
        if let Err(error) = Query::new(&language, text) {
            panic!("{name}: {error}");
        }
    }
}

/// What the query for colours says of each token of a text that it paints.
fn painted(text: &str) -> Vec<(String, String)> {
    let query = Query::new(&tree_sitter_sqrt::LANGUAGE.into(), tree_sitter_sqrt::HIGHLIGHTS_QUERY).unwrap();
    let tree = parse(text);
    let mut cursor = QueryCursor::new();
    let mut captures = cursor.captures(&query, tree.root_node(), text.as_bytes());
    let mut found = Vec::new();
    while let Some((matched, at)) = captures.next() {
        let capture = matched.captures()[*at];
        let name = query.capture_names()[capture.index as usize].to_owned();
        found.push((capture.node.utf8_text(text.as_bytes()).unwrap().to_owned(), name));
    }
    found
}

#[test]
fn colours_know_words_from_names() {
    let found =
        painted("let in = {\"a\", 5}; tool r\"t.*\" { must deny when in.value in in and not x; } // ok");
    let expected = [
        ("let", "keyword"),
        ("in", "constant"),
        ("=", "operator"),
        ("{", "punctuation.bracket"),
        ("\"a\"", "string"),
        (",", "punctuation.delimiter"),
        ("5", "number"),
        ("}", "punctuation.bracket"),
        (";", "punctuation.delimiter"),
        ("tool", "keyword"),
        ("r\"t.*\"", "string.regexp"),
        ("{", "punctuation.bracket"),
        ("must", "keyword"),
        ("deny", "keyword"),
        ("when", "keyword"),
        ("in", "variable.parameter"),
        (".value", "property"),
        ("in", "keyword.operator"),
        ("in", "variable"),
        ("and", "keyword.operator"),
        ("not", "keyword.operator"),
        ("x", "variable"),
        (";", "punctuation.delimiter"),
        ("}", "punctuation.bracket"),
        ("// ok", "comment"),
    ];
    let expected: Vec<_> =
        expected.iter().map(|(text, name)| ((*text).to_owned(), (*name).to_owned())).collect();
    assert_eq!(found, expected);
}

fn leaves(node: Node<'_>, found: &mut Vec<(usize, usize, bool)>) {
    if node.child_count() == 0 {
        found.push((node.start_byte(), node.end_byte(), node.is_named()));
    }
    let mut cursor = node.walk();
    node.children(&mut cursor).for_each(|child| leaves(child, found));
}

#[test]
fn every_word_and_symbol_of_a_program_has_one_colour() {
    let mut texts = Vec::new();
    policies(&root().join("examples"), &mut texts);
    texts.extend(well_formed().into_iter().step_by(10));
    let query = Query::new(&tree_sitter_sqrt::LANGUAGE.into(), tree_sitter_sqrt::HIGHLIGHTS_QUERY).unwrap();
    for text in texts {
        let tree = parse(&text);
        let mut spans = Vec::new();
        let mut cursor = QueryCursor::new();
        let mut captures = cursor.captures(&query, tree.root_node(), text.as_bytes());
        while let Some((matched, at)) = captures.next() {
            let node = matched.captures()[*at].node;
            assert!(
                !spans.contains(&(node.id(), node.byte_range())),
                "{text}: two colours of {:?}",
                node.utf8_text(text.as_bytes())
            );
            spans.push((node.id(), node.byte_range()));
        }
        let mut found = Vec::new();
        leaves(tree.root_node(), &mut found);
        for (start, end, _) in found.into_iter().filter(|(start, end, _)| start < end) {
            let is_painted = spans.iter().any(|(_, span)| span.start <= start && end <= span.end);
            assert!(is_painted, "{text}: no colour of {:?}", text.get(start..end));
        }
    }
}
