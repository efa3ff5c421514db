//! Formatting keeps the tree and the comments of every well-formed policy there is, and changes nothing the second time.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use sqrt_tests::fuzzing::format::check;
use sqrt_tests::generate::{Random, tree};
use std::path::Path;

/// All programs of `tests/data/syntax` that are well-formed.
#[test]
fn recorded_programs_keep_their_trees() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/syntax");
    let (mut formatted, mut refused) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            let is_formatted = check(case["source"].as_str().unwrap());
            assert_eq!(Some(is_formatted), case["valid"].as_bool(), "{line}");
            *(if is_formatted { &mut formatted } else { &mut refused }) += 1;
        }
    }
    assert!(formatted > 1_000 && refused > 1_000, "{formatted} {refused}");
}

#[test]
fn generated_programs_keep_their_trees() {
    for seed in 0..2_000 {
        assert!(check(&tree(&mut Random::new(seed)).0));
    }
}

/// What is long, deep or strange in its comments.
#[test]
fn strange_layouts_keep_their_trees() {
    let deep = format!("let p = {}a.tags is empty{};", "(".repeat(200), ")".repeat(200));
    let long = format!("let s = {{{}}};", vec!["\"element of a set\""; 20_000].join(","));
    let chain = format!("let p = {};", vec!["not (a.tags is empty or b.value in {5})"; 5_000].join(" and "));
    for text in [&deep, &long, &chain] {
        assert!(check(text));
    }
    for text in [
        "",
        "\u{feff}// only a comment",
        "/* a */ /* b */\n\n\n/* c\n */ // d",
        "let a = {\"x\" // one\n, // two\n\"y\" /* three */} /* four */; // five\n// six",
        "tool \"t\" { // a\n// b\n\n// c\nmust /* d */ deny // e\nwhen // f\nx.value /* g */ in {5}; /* h */ }",
        "tool \"t\" { result { // a\n } /* b */ session before { /* c */ } }",
        "/// a\r\n///  b\n\n/// c \ntool \"t\" {\r\n ///d\r\n must deny always;\r\n}\r\n",
        "let s = {\"two\nlines\", /* two\nlines */ \"x\"};",
        "tool \"t\" [1] -> result @tags |= {\"a\"} // why\nwhen x.value == 5;",
    ] {
        assert!(check(text), "{text}");
    }
}
