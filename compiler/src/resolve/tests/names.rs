//! Names, kinds, cycles and places (S3).

use super::{check, check_files, message};

#[test]
fn duplicates_name_both_places() {
    assert_eq!(check("let A = {\"a\"};\nlet A = x.value in {\"b\"};"), "E0301 2:5 <- 1:5");
    assert_eq!(check_files(&["let A = {\"a\"};", "\nlet A = {\"b\"};"]), "E0301 1:2:5 <- 1:5");
    assert_eq!(check("let A = {\"a\"};\nlet B = {\"b\"};"), "");
}

#[test]
fn undefined_names_wherever_they_stand() {
    assert_eq!(
        check(r#"tool "t" { must deny when Nope; result { @tags |= {"a"} - Nil; } }"#),
        "E0302 1:27; E0302 1:59"
    );
    assert_eq!(
        check("let A = {\"a\"} | B;\nlet C = D;\nlet E = not F;"),
        "E0302 1:17; E0302 2:9; E0302 3:13"
    );
    assert_eq!(
        check("let Admin = x.value in {\"a\"};\ntool \"t\" { must deny when admin; }"),
        "E0302 2:27 <- 1:5"
    );
}

#[test]
fn lets_are_shared_by_files_in_any_order() {
    assert_eq!(
        check_files(&[r#"tool "t" { must deny when A; }"#, "let A = B;", "let B = x.value in {\"b\"};"]),
        ""
    );
}

#[test]
fn a_near_name_is_offered() {
    let (text, help) = message(r#"tool "t" { must deny when IsAdmin; }"#);
    assert_eq!(text, "no let is called `IsAdmin`");
    assert!(help.contains("`IsAdmin.value`"), "{help}");
    let (_, help) = message("let IsAdmin = x.value in {\"a\"};\ntool \"t\" { must deny when IsAdmn; }");
    assert_eq!(help, "is `IsAdmin` meant?");
}

#[test]
fn cycles_are_reported_once_with_every_step() {
    assert_eq!(check("let A = A;"), "E0303 1:5 <- 1:9");
    assert_eq!(
        check("let A = B | {\"a\"};\nlet B = C;\nlet C = A;\ntool \"t\" { must deny when x.value in A; }"),
        "E0303 1:5 <- 1:9, 2:9, 3:9"
    );
    assert_eq!(
        check("let A = not B;\nlet B = A or x.value in {\"b\"};\nlet C = A;"),
        "E0303 1:5 <- 1:13, 2:9"
    );
    let (text, _) = message("let B = C;\nlet A = B;\nlet C = A;");
    assert_eq!(text, "this let is defined by itself: `B` → `C` → `A` → `B`");
    // What else is wrong in a cycle is still reported.
    assert_eq!(check("let A = A or x.tags overlaps {5};"), "E0303 1:5 <- 1:9; E0501 1:31");
    assert_eq!(check("let A = A | Nope;"), "E0303 1:5 <- 1:9; E0302 1:13");
}

#[test]
fn the_wrong_kind_names_the_declaration() {
    assert_eq!(check("let A = {\"a\"};\ntool \"t\" { must deny when A; }"), "E0304 2:27 <- 1:5");
    assert_eq!(
        check("let P = x.value in {\"a\"};\ntool \"t\" { must deny when y.value in P; }"),
        "E0304 2:38 <- 1:5"
    );
    assert_eq!(check("let P = x.value in {\"a\"};\nlet S = {\"a\"} | P;"), "E0304 2:17 <- 1:5");
    assert_eq!(check("let D = int 1..5;\nlet P = not D;"), "E0304 2:13 <- 1:5");
}

#[test]
fn a_bare_name_takes_the_kind_of_what_it_names() {
    assert_eq!(
        check("let A = B;\nlet B = C;\nlet C = {\"c\"};\ntool \"t\" { must deny when A; }"),
        "E0304 4:27 <- 1:5"
    );
    assert_eq!(check("let A = (B);\nlet B = x.value in {\"c\"};\ntool \"t\" { must deny when A; }"), "");
    assert_eq!(
        check("let A = Nope;\ntool \"t\" { must deny when A; must deny when x.value in A; }"),
        "E0302 1:9"
    );
}

#[test]
fn context_fields_have_no_meaning_in_rules() {
    assert_eq!(
        check(
            "tool \"t\" {\n must deny when @tags overlaps {\"a\"};\n must deny when x.tags subset of @consumers; }"
        ),
        "E0305 2:17; E0305 3:34"
    );
    let (_, help) = message(r#"tool "t" { must deny when @producers is empty; }"#);
    assert!(help.contains("`@args.producers`") && help.contains("`@session.producers`"), "{help}");
    assert_eq!(check(r#"tool "t" { result { when @tags is empty { @tags = {"a"}; } } }"#), "");
}

#[test]
fn what_has_no_meaning_is_found_through_lets() {
    let lets = "let M = @tags overlaps {\"a\"};\nlet N = x.value in {\"a\"} or M;\nlet O = N;\n";
    assert_eq!(check(&format!("{lets}tool \"t\" {{ must deny when not O; }}")), "E0305 4:31 <- 1:9");
    assert_eq!(check(&format!("{lets}tool \"t\" {{ result {{ when O {{ @tags |= {{\"a\"}}; }} }} }}")), "");
    assert_eq!(
        check("let S = @tags | {\"a\"};\ntool \"t\" { must deny when x.value in S; }"),
        "E0305 2:38 <- 1:9"
    );
    assert_eq!(
        check("let V = @result.value in {\"a\"};\ntool \"t\" { must deny when V; }"),
        "E0306 2:27 <- 1:9"
    );
    assert_eq!(
        check(
            "let R = @result.tags overlaps {\"a\"};\ntool \"t\" { session before { when R { @tags |= {\"a\"}; } } }"
        ),
        "E0307 2:34 <- 1:9"
    );
}

#[test]
fn the_result_in_a_rule() {
    assert_eq!(check(r#"tool "t" { must deny when @result.value in {"a"}; }"#), "E0306 1:27");
    assert_eq!(check(r#"tool "t" { must deny when @result.tags overlaps {"a"}; }"#), "");
    assert_eq!(check(r#"tool "t" { result { when @result.value in {"a"} { @tags = {"b"}; } } }"#), "");
}

#[test]
fn the_result_before_the_call() {
    let policy = "tool \"t\" {\n session before {\n  @tags |= @result.tags;\n  when @result.value in {\"a\"} { @tags |= {\"b\"}; }\n } }\n\
                  tool \"u\" -> session before @tags |= {\"a\"} when @result.tags is empty;";
    assert_eq!(check(policy), "E0307 3:12; E0307 4:8; E0307 6:48");
    assert_eq!(check(r#"tool "u" -> session before @tags |= @result.tags;"#), "E0307 1:37");
    assert_eq!(check(r#"tool "u" -> session @tags |= @result.tags;"#), "");
    assert_eq!(
        check(r#"tool "u" { session before { @tags |= @args.tags | @session.tags | @producers; } }"#),
        ""
    );
}

#[test]
fn a_let_named_like_an_argument() {
    assert_eq!(
        check(
            "let x = {\"a\"};\ntool \"t\" { must deny when x.tags overlaps x; must deny when x.value in x; }"
        ),
        "W0301 2:27 <- 1:5"
    );
    assert_eq!(check("let x = {\"a\"};\nlet y = x.value in x;"), "W0301 2:9 <- 1:5");
    assert_eq!(check("let x = {\"a\"};\ntool \"t\" { must deny when y.tags overlaps x; }"), "");
}

#[test]
fn keywords_are_names_like_others() {
    assert_eq!(
        check("let when = in.value in in;\nlet in = {\"a\"};\ntool \"t\" { must deny when when; }"),
        "W0301 1:12 <- 2:5"
    );
}

#[test]
fn a_place_without_its_at() {
    assert_eq!(
        check(
            "tool \"t\" {\n must deny when session.tags overlaps {\"a\"};\n must deny when x.tags subset of args.tags;\n \
             must deny when result.producers is empty; }"
        ),
        "W0302 2:17; W0302 3:34; W0302 4:17"
    );
    assert_eq!(check("let a = session.tags is empty;"), "W0302 1:9");
    let (text, help) = message(r#"tool "t" { must deny when session.tags is empty; }"#);
    assert_eq!(text, "`session.tags` is about an argument called `session`");
    assert_eq!(help, "for the session write `@session.tags`");
    // Values are no metadata: arguments called `args` and `result` are common enough.
    assert_eq!(check(r#"tool "t" { must deny when args.value in {"a"} or @args.tags is empty; }"#), "");
}
