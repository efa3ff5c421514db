//! Literals, ranges and value conditions (S1.5–S1.7, S4).

use super::{check, message};

/// Diagnostics of a rule that tests a value against a set; columns count from the set's first element.
fn elements(elements: &str) -> String {
    check(&format!("tool \"t\" {{ must deny when x.value in {{\n{elements}}}; }}"))
}

#[test]
fn malformed_unicode_escapes() {
    assert_eq!(
        elements(r#""a\u{zz}", "b\u{110000}", "c\u12", "d\u{D800}""#),
        "E0401 2:3; E0401 2:14; E0401 2:29; E0401 2:38"
    );
    assert_eq!(elements(r#""\u{e9}\n\"\\""#), "");
    assert_eq!(check(r#"tool "a\u{}" { must deny always; }"#), "E0401 1:8");
}

#[test]
fn unknown_escapes() {
    assert_eq!(elements(r#""a\qb", w"a\d", w"\*\?\\\"""#), "W0401 2:3; W0401 2:12");
    let (text, _) = message(r#"tool "a\d" { must deny always; }"#);
    assert_eq!(text, "`\\d` is no escape in a string; both characters stay");
}

#[test]
fn doubled_backslashes_in_regexes() {
    assert_eq!(elements(r#"r"a\\.b\\.c""#), "W0402 2:4");
    let (text, _) = message(r#"tool r"a\\.b" { must deny always; }"#);
    assert_eq!(text, r#"a doubled backslash in a regex is read as one: `r"a\.b"`"#);
    assert_eq!(elements(r#"r"C:\\temp", r"\\d", r"\\1""#), "E0402 2:5; E0402 2:16; E0402 2:24");
    let (_, help) = message(r#"tool r"\\d" { must deny always; }"#);
    assert!(help.starts_with(r"write `\d` for the escape of the regex syntax, or `\\\\d`"), "{help}");
    assert_eq!(elements(r#"r"a\.b", r"\\\\x", r"\d""#), "");
}

#[test]
fn patterns_are_refused_where_they_are_wrong() {
    assert_eq!(
        elements(r#"r"a(?=b)", r"(a)\1", r"a)|(b", r"a[b", r"c(d""#),
        "E0403 2:4; E0403 2:17; E0403 2:25; E0403 2:35; E0403 2:43"
    );
    assert_eq!(check(r#"tool r"a(?!b)" { must deny always; }"#), "E0403 1:9");
    // The place is in the literal as written, not in the decoded pattern.
    assert_eq!(elements(r#"r"é\"\.\\\\[b""#), "E0403 2:12");
    assert_eq!(elements(r#"str matching r"(?x)a #c", str like w"[", r"a|b""#), "");
}

#[test]
fn what_is_underlined_are_whole_characters() {
    for pattern in ["(é", "é{2,1}é", "[é-a]", "a{é", "(?é)", "é**é(?<é>", "\\\\\\é)", "x{1,é", "\\x{é}"]
    {
        let policy = format!("tool r\"{pattern}\" {{ must deny always; }}");
        let (_, diagnostics) = super::resolved(&[("file", &policy, None)]);
        for diagnostic in diagnostics {
            let span = diagnostic.primary.span;
            let underlined = policy.get(span.start as usize..span.end as usize);
            assert!(underlined.is_some_and(|text| !text.is_empty()), "{pattern}: {diagnostic:?}");
        }
    }
}

#[test]
fn numbers_beyond_the_floats() {
    let nines = "9".repeat(400);
    assert_eq!(
        elements(&format!("{nines}, int 1..{nines}, -{nines}.5")),
        "E0404 2:1; E0404 2:410; E0404 2:812"
    );
    assert_eq!(elements("18446744073709551616, -9223372036854775809, inf, float ..inf"), "");
}

#[test]
fn dates() {
    assert_eq!(
        elements(r#"datetime d"tomorrow", datetime d"2024-01-01"..d"2024-02-30", datetime "2024-1-1""#),
        "E0405 2:10; E0405 2:47; E0405 2:71"
    );
    assert_eq!(elements(r#"datetime inf, datetime -inf"#), "E0406 2:10; E0406 2:24");
    assert_eq!(
        check(r#"tool "t" { must allow when x.value == d"2024-13-01" or d"x" in {"a"}; }"#),
        "E0405 1:39; E0405 1:56; W0404 1:56"
    );
    assert_eq!(
        check(
            r#"tool "t" { must allow when x.value in {datetime d"20240101T10:00Z"..<d"2025-01-01", datetime 1.5, datetime "2024-01-01"}; }"#
        ),
        ""
    );
}

#[test]
fn impossible_ranges() {
    assert_eq!(
        elements("int 5..1, int 1<..<2, int 1.5, float 2<..2, int inf.., float ..-inf"),
        "W0403 2:1; W0403 2:11; W0403 2:23; W0403 2:32; W0403 2:45; W0403 2:56"
    );
    assert_eq!(
        elements(r#"str "a" length ..<0, str like w"a*" length 3..2, str "b" length 0.5"#),
        "W0403 2:1; W0403 2:22; W0403 2:50"
    );
    assert_eq!(
        check(r#"tool "t" { must allow when x.value in {datetime d"2024-02-01"..d"2024-01-01"}; }"#),
        "W0403 1:40"
    );
    assert_eq!(
        elements(
            r#"int 1..5, int 5, int ..5, int 1<..<3, int 0.5..1, float 1<..<2, int 5.., float ..inf, int -inf..inf, str "a" length 0..0"#
        ),
        ""
    );
}

#[test]
fn conditions_between_literals() {
    assert_eq!(check(r#"tool "t" { must deny when "a" in {"a"} or not 5 == 6; }"#), "W0404 1:27; W0404 1:47");
    assert_eq!(check("let S = {5};\ntool \"t\" { must deny when true in S; }"), "W0404 2:27");
    assert_eq!(
        check(r#"tool "t" { must deny when "a" in x.tags or "*" in @session.tags or 5 == x.value; }"#),
        ""
    );
}

#[test]
fn literals_that_are_no_tags() {
    assert_eq!(
        check(
            "tool \"t\" {\n must deny when 5 in x.tags;\n must deny when true in @session.tags;\n must deny when d\"2024-01-01\" in @args.consumers; }"
        ),
        "E0501 2:17 <- 2:22; E0501 3:17 <- 3:25; E0501 4:17 <- 4:34"
    );
    assert_eq!(check("let S = x.tags;\ntool \"t\" { must deny when 5 in S; }"), "E0501 2:27 <- 1:9");
}

#[test]
fn a_deny_on_a_date_is_dodged() {
    let date = r#"{datetime d"2024-01-01".., "never"}"#;
    assert_eq!(check(&format!("tool \"t\" {{ must deny when x.value in {date}; }}")), "W0405 1:39 <- 1:12");
    assert_eq!(
        check(&format!("let D = {date};\nlet L = x.value in D;\ntool \"t\" {{ must deny when L; }}")),
        "W0405 1:10 <- 3:12"
    );
    assert_eq!(check("tool \"t\" { must deny when x.value == d\"2024-01-01\"; }"), "W0405 1:38 <- 1:12");
    // Not where what is no date is denied, too, and not in allow rules.
    assert_eq!(
        check(&format!(
            "tool \"t\" {{ must deny when not x.value in {date}; must allow when x.value in {date}; }}"
        )),
        ""
    );
    assert_eq!(
        check(&format!(
            "tool \"t\" {{ must deny when x.value in {date} or not x.value in {{datetime d\"0001-01-01\"..}}; }}"
        )),
        ""
    );
    assert_eq!(check(&format!("tool \"t\" {{ must deny when x.value in {{\"*\"}} - {date}; }}")), "");
}

#[test]
fn a_star_in_a_plain_string() {
    assert_eq!(elements(r#""*@corp.com", "a", "*", str "a*", w"a*", r"a.*""#), "W0406 2:1");
    let (text, help) = message(r#"tool "t" { must deny when x.tags overlaps {"pii:*"}; }"#);
    assert_eq!(text, "a plain string is compared character by character, its `*` too");
    assert_eq!(help, r#"for a wildcard write `w"pii:*"`; if this very string is meant, `str "pii:*"`"#);
    let (_, help) = message(r#"tool "t" { must deny when x.value in {".*@corp.com"}; }"#);
    assert!(help.starts_with(r#"for a regex write `r".*@corp.com"`;"#), "{help}");
}

#[test]
fn a_literal_in_an_undefined_name_is_not_constant() {
    assert_eq!(check(r#"tool "t" { must deny when "a" in x; }"#), "E0302 1:34");
}
