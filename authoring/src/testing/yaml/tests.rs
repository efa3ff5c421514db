//! What is read, what is refused, and where.

use super::{Kind, MAX_DEPTH, Node, read};
use sqrt_compiler::syntax::token::Span;

/// A tree as one line: what it means, without places.
fn shown(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Number(number) => number.clone(),
        Kind::Text(text) => format!("{text:?}"),
        Kind::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" ")),
        Kind::Map(members) => {
            let members = members.iter().map(|(key, node)| format!("{}={}", key.text, shown(node)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(" "))
        }
    }
}

fn tree(text: &str) -> String {
    match read(text) {
        Ok((root, problems)) if problems.is_empty() => root.as_ref().map_or_else(String::new, shown),
        Ok((_, problems)) => format!("{problems:?}"),
        Err(problem) => format!("{problem:?}"),
    }
}

fn at(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or_else(|| panic!("{text:?} has no {span:?}"))
}

/// The first problem, and the text at its place.
fn problem(text: &str) -> (String, &str) {
    let problem = match read(text) {
        Ok((_, problems)) => problems.into_iter().next().unwrap_or_else(|| panic!("{text:?}")),
        Err(problem) => problem,
    };
    let span = problem.span();
    (problem.message().to_owned(), at(text, span))
}

#[test]
fn json_and_blocks_are_read() {
    assert_eq!(
        tree(r#"{"a": [1, -2.5e3, true, null, "x"], "b": {}}"#),
        r#"{a=[1 -2.5e3 true null "x"] b={}}"#
    );
    assert_eq!(tree("a:\n- 1\n- b: c d\n  e:\n"), r#"{a=[1 {b="c d" e=null}]}"#);
    assert_eq!(tree("a: |\n  one\n  two\nb: >-\n  one\n  two\n"), r#"{a="one\ntwo\n" b="one two"}"#);
    assert_eq!(tree("\u{feff}--- # why\r\na: \"x\\u00e9\\n\"\r\n"), r#"{a="xé\n"}"#);
    assert_eq!((tree(""), tree("# nothing\n")), (String::new(), String::new()));
}

#[test]
fn plain_scalars_are_what_json_says_or_text() {
    for text in ["0", "-0", "18446744073709551615", "1.50", "1e-3", "-1E+3"] {
        assert_eq!(tree(text), text);
    }
    for text in
        ["2025-01-02", "12:30:45", "1.2.3", "a@b.c", "$to", "nope", "1 2", "0x", "e5", "+", "..", "1e", "_1"]
    {
        assert_eq!(tree(text), format!("{text:?}"), "{text}");
    }
    for text in [
        "no", "Yes", "ON", "off", "True", "NULL", "012", "+1", "1_000", "0x1F", "0o17", "0b1", ".5", "5.",
        ".inf", "-.INF", ".NaN", "1_0.5",
    ] {
        let (message, place) = problem(text);
        assert!(message.starts_with(&format!("`{text}` is text to some readers")), "{message}");
        assert_eq!(place, text);
        assert_eq!(tree(&format!("'{text}'")), format!("{text:?}"));
    }
}

#[test]
fn what_two_readers_may_read_in_two_ways_is_refused() {
    for (text, message, place) in [
        ("a: 1\nb: 2\na: 3\n", "the key `a` is there twice", "a"),
        ("{x: {a: 1, \"a\": 2}}", "the key `a` is there twice", "\"a\""),
        ("a: &x 1\n", "anchors and aliases are not part of test files", "&x 1"),
        ("a: [*x]\n", "this is no YAML", ""),
        ("a: &x 1\nb: *x\n", "anchors and aliases", "&x 1"),
        ("a: !!str 1\n", "the tag ", "!!str 1"),
        ("a: !x 1\n", "the tag ", "!x 1"),
        ("a: 1\n---\nb: 2\n", "a second document begins here", "---"),
        ("? [a]\n: 1\n", "a list or a mapping cannot be a key", "["),
        (": 1\n", "a key is missing here", ""),
        ("a: [1\n", "this is no YAML", ""),
        ("a: b: c\n", "this is no YAML", ""),
        ("\ta: 1\n", "a line is indented by a tab", "\t"),
        ("a:\n \t- b\n", "a line is indented by a tab", "\t"),
    ] {
        let (found, at) = problem(text);
        assert!(found.starts_with(message), "{text:?}: {found}");
        assert_eq!(at, place, "{text:?}");
    }
}

#[test]
fn places_are_bytes_of_the_text() {
    let text = format!("\u{feff}# {}\nä: [ö, {{ü: 'ß'}}]\nb:\n  c: d\n  e: f\ng: 1\n", "é".repeat(200));
    let (root, problems) = read(&text).expect("YAML");
    assert!(problems.is_empty());
    let root = root.expect("a document");
    let at = |node: &Node| at(&text, node.span);
    let list = root.get("ä").expect("a list");
    assert_eq!(at(list), "[ö, {ü: 'ß'}]");
    assert_eq!(at(root.get("b").and_then(|b| b.get("e")).expect("a text")), "f");
    assert_eq!(at(root.get("b").expect("a mapping")), "c: d\n  e: f");
    let (key, _) = &root.as_map().expect("a mapping")[2];
    assert_eq!(super::tests::at(&text, key.span), "g");
}

#[test]
fn nesting_has_a_limit() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(MAX_DEPTH)).is_ok());
    assert!(problem(&nested(MAX_DEPTH + 1)).0.starts_with("this is nested deeper"));
    assert!(read(&nested(100_000)).is_err());
    assert!(read(&"- ".repeat(100_000)).is_err());
}
