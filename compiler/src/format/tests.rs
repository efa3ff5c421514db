//! The style, by example. That formatting keeps trees and comments is for recorded and generated programs to show.

use super::{FormatError, format};
use crate::limits::Limits;

#[track_caller]
fn check(source: &str, expected: &str) {
    let expected = expected.trim_start_matches('\n');
    let formatted = format(source, &Limits::default()).unwrap();
    assert_eq!(formatted, expected, "\n{formatted}");
    assert_eq!(format(expected, &Limits::default()).unwrap(), expected);
}

#[test]
fn members_and_statements_stand_on_lines_of_their_own() {
    check(
        "tool \"t\"{priority 5;must deny always;result{@tags|={\"a\"};when @tags is empty{@producers=@tags;@tags-={\"b\"};}}session before{}}",
        r#"
tool "t" {
    priority 5;
    must deny always;
    result {
        @tags |= {"a"};
        when @tags is empty {
            @producers = @tags;
            @tags -= {"b"};
        }
    }
    session before {}
}
"#,
    );
}

#[test]
fn blocks_have_blank_lines_around_them_and_others_keep_one_at_most() {
    check(
        "let a={\"x\"};\nlet b={\"y\"};\n\n\n\nlet c={\"z\"};\ntool \"t\"{}\ntool \"u\"[3]->@tags|=a;\ntool \"v\"->session @tags|=b;\ntool \"w\"{\n\n\nmust deny always;\n\n\nshould allow always;\n\n}",
        r#"
let a = {"x"};
let b = {"y"};

let c = {"z"};

tool "t" {}

tool "u" [3] -> @tags |= a;
tool "v" -> session @tags |= b;

tool "w" {
    must deny always;

    should allow always;
}
"#,
    );
}

#[test]
fn long_conditions_are_broken_before_their_words() {
    check(
        "tool \"t\" { must deny when first.tags overlaps {\"internal\"} and (second.value in {\"a\", \"b\"} or not third.value in {5}) and fourth.tags is universal; }",
        r#"
tool "t" {
    must deny when
        first.tags overlaps {"internal"}
        and (second.value in {"a", "b"} or not third.value in {5})
        and fourth.tags is universal;
}
"#,
    );
    let long = "x_______________________________________________________________.tags is empty";
    check(
        &format!("let p=({long} or {long}) and {long};"),
        &format!("let p =\n    (\n        {long}\n        or {long}\n    )\n    and {long};\n"),
    );
}

#[test]
fn long_sets_have_an_element_a_line() {
    check(
        "tool \"t\" { must deny when to.value in {\"first.person@example.com\", \"second.person@example.com\", \"third@example.com\"}; }",
        r#"
tool "t" {
    must deny when to.value in {
        "first.person@example.com",
        "second.person@example.com",
        "third@example.com"
    };
}
"#,
    );
    check(
        "let all = {\"first.person@example.com\"} | {\"second.person@example.com\"} - {\"third.person@example.com\"} with \"x\";",
        r#"
let all = {"first.person@example.com"}
    | {"second.person@example.com"}
    - {"third.person@example.com"}
        with "x";
"#,
    );
}

#[test]
fn elements_are_spaced_in_one_way() {
    check(
        "let a={ 5,-1.5 , inf,int  1 .. 5,int ..<3,float -inf<..,str  \"x\"  length 1..,str matching r\"a\",datetime d\"2024-01-01\"..<d\"2025-01-01\",bool true};",
        "let a = {\n    5,\n    -1.5,\n    inf,\n    int 1..5,\n    int ..<3,\n    float -inf<..,\n    str \"x\" length 1..,\n    str matching r\"a\",\n    datetime d\"2024-01-01\"..<d\"2025-01-01\",\n    bool true\n};\n",
    );
    check(
        "let a=x . tags with\"a\"without \"b\";let b=@args.tags . union|union  of tags from args&@session . tags;",
        "let a = x.tags with \"a\" without \"b\";\nlet b = @args.tags.union | union of tags from args & @session.tags;\n",
    );
}

#[test]
fn comments_stay_where_they_are() {
    check(
        "// top\n\n\n/* a\n   b */\n///doc\n///  more\ntool \"t\" { // behind\n  // before\n\n  /// why\n  must deny when x.value in {5, // five\n  6}; /* six */ // end\n  // last\n}\n// bottom",
        r#"
// top

/* a
   b */
/// doc
///  more
tool "t" { // behind
    // before

    /// why
    must deny when x.value in {
        5, // five
        6
    }; /* six */ // end
    // last
}
// bottom
"#,
    );
}

#[test]
fn texts_with_errors_of_syntax_are_not_formatted() {
    let refused = |text| match format(text, &Limits::default()) {
        Err(FormatError::Syntax(diagnostics)) => !diagnostics.is_empty(),
        _ => false,
    };
    assert!(refused("tool \"t\" { must deny always }") && refused("\"") && refused("let a = {\"x\",};"));
    // Errors of meaning are no matter of style.
    check("let a=nothing;", "let a = nothing;\n");
    check("", "");
    check(" \n\n ", "");
}
