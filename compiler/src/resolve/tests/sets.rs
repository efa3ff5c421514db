//! Sets, metadata and patterns in them (S2.3, S4.2, S5).

use super::{check, message};

#[test]
fn what_no_metadata_set_can_have() {
    let policy = "tool \"t\" {\n must deny when x.tags overlaps {5};\n must deny when x.tags subset of {\"a\", int 1..2};\n \
                  must deny when x.tags == {bool true};\n result { @tags |= {datetime d\"2024-01-01\"}; @tags -= {float 1..2}; } }";
    assert_eq!(check(policy), "E0501 2:34; E0501 3:40; E0501 4:28; E0501 5:21; E0501 5:56");
    assert_eq!(
        check(r#"tool "t" -> @tags = {1, "a", 2} & {"b", 3} with 4;"#),
        "E0501 1:22; E0501 1:30; E0501 1:41; E0501 1:49"
    );
    assert_eq!(check(r#"tool "t" { must deny when "a" in x.tags | {5}; }"#), "E0501 1:44");
}

#[test]
fn a_let_may_be_fine_as_values_and_wrong_as_metadata() {
    let policy = "let S = {\"a\", 5};\nlet T = S | {\"b\"};\ntool \"t\" { must deny when x.value in T; must deny when x.tags overlaps T; }";
    assert_eq!(check(policy), "E0501 3:72 <- 1:15");
    assert_eq!(check("let S = {5};\ntool \"t\" { must deny when x.value in S | x.tags; }"), "");
    assert_eq!(check("let D = int 1..5;\ntool \"t\" -> @tags |= {\"a\"} - D;"), "E0501 2:30 <- 1:9");
}

#[test]
fn the_string_star_in_metadata() {
    assert_eq!(check(r#"tool "t" { must deny when x.tags overlaps {str "*"}; }"#), "E0502 1:44");
    assert_eq!(
        check("let S = {str \"*\"};\ntool \"t\" { must deny when x.tags overlaps S; }"),
        "E0502 2:43 <- 1:10"
    );
    assert_eq!(
        check(r#"tool "t" { must deny when x.value in {str "*"} or x.tags overlaps {"*", str "a"}; }"#),
        ""
    );
}

#[test]
fn patterns_are_never_stored() {
    let policy = "let P = {r\"x.*\"};\n\
        tool \"a\" -> @tags |= {r\"x.*\"};\n\
        tool \"b\" -> @tags = {\"a\", w\"x*\"};\n\
        tool \"c\" -> @tags ^= {str \"x\" length 1};\n\
        tool \"d\" -> session @producers = @producers with r\"x.*\";\n\
        tool \"e\" -> @tags = {\"a\"} | P;\n\
        tool \"f\" -> @tags = P & {w\"y*\"};\n\
        tool \"g\" -> @tags = P - {\"x1\"};\n\
        tool \"h\" -> @tags = P without \"x1\";\n\
        tool \"i\" -> @tags = {\"a\"} ^ {str matching r\"b\"};";
    assert_eq!(
        check(policy),
        "E0503 2:22; E0503 3:21; E0503 4:22; E0503 5:50; E0503 6:29 <- 1:10; E0503 7:21 <- 1:10; E0503 8:21 <- 1:10; \
         E0503 9:21 <- 1:10; E0503 10:29"
    );
}

#[test]
fn patterns_may_be_taken_away_and_kept() {
    let policy = "let P = {r\"x.*\"};\ntool \"t\" { result {\n\
        @tags = P & {\"a\"}; @tags = {\"a\"} & P; @tags = {\"a\"} - P; @tags = @tags without r\"x.*\";\n\
        @tags |= {\"x1\", \"y1\"} & (P | {w\"y*\"}); @tags &= P | {\"a\"}; @tags -= P ^ {\"a\"}; } }";
    assert_eq!(check(policy), "");
}

#[test]
fn patterns_are_not_compared() {
    let policy = "let P = {w\"b*\"};\ntool \"t\" {\n must deny when x.tags == {r\"a.*\"};\n\
        must deny when x.tags superset of P;\n\
        must deny when x.tags == {\"a\", \"b\"} - {r\"a.*\"};\n\
        must deny when x.tags superset of @session.tags & {r\"a.*\"};\n\
        must deny when x.tags overlaps P or x.tags subset of P; }";
    assert_eq!(check(policy), "E0504 3:27; E0504 4:35 <- 1:10");
    let (text, _) = message(r#"tool "t" { must deny when x.tags superset of {w"b?"}; }"#);
    assert!(text.starts_with("`superset of` cannot compare with a pattern"), "{text}");
}

#[test]
fn unions_within_intersections() {
    assert_eq!(check(r#"tool "t" -> @tags = {"a"} | {"b"} & {"c"};"#), "W0501 1:21");
    assert_eq!(check(r#"tool "t" -> @tags = {"a"} intersect {"b"} union {"c"};"#), "W0501 1:37");
    assert_eq!(
        check(
            r#"tool "t" -> @tags = {"a"} | ({"b"} & {"c"}); tool "u" -> @tags = ({"a"} | {"b"}) & {"c"} - {"d"};"#
        ),
        ""
    );
    assert_eq!(check(r#"tool "t" -> @tags &= {"a"} | {"b"};"#), "");
}

#[test]
fn patterns_on_consumers() {
    assert_eq!(check(r#"tool "t" -> @consumers -= {r"ext:.*"};"#), "W0502 1:27");
    assert_eq!(check("let P = {w\"in:*\"};\ntool \"t\" -> session @consumers &= P;"), "W0502 2:35 <- 1:10");
    assert_eq!(check(r#"tool "t" -> @consumers = {"a", "ab"} & {w"a*"};"#), "");
    assert_eq!(check(r#"tool "t" -> @tags -= {r"ext:.*"};"#), "");
}

#[test]
fn the_wildcard_star() {
    assert_eq!(check(r#"tool "t" { must deny when x.consumers subset of {w"*"}; }"#), "W0503 1:50");
    assert_eq!(
        check("let S = {\"a\", w\"*\"};\ntool \"t\" { must deny when x.tags overlaps S; }"),
        "W0503 2:43 <- 1:15"
    );
    assert_eq!(
        check(r#"tool "t" { must deny when x.value in {w"*"} or x.tags overlaps {w"*a", "*"}; }"#),
        ""
    );
    assert_eq!(check(r#"tool "t" -> @consumers &= {w"*"};"#), "W0503 1:28");
}
