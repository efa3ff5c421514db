//! What each rule of the linter finds and what it leaves alone, on both sides of where it begins.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use sqrt_authoring::lint::{Group, Level, Levels, Options, Selector, fix, lint};
use sqrt_compiler::Source;

fn source(text: &str) -> [Source<'_>; 1] {
    [Source { name: "t", bytes: text.as_bytes() }]
}

/// The names of what is found, in their order; of pedantic rules only if they are asked for.
fn names(text: &str, pedantic: bool) -> Vec<String> {
    let mut levels = Levels::default();
    if pedantic {
        levels
            .add_layer(vec![(Selector::All, Level::Allow), (Selector::Group(Group::Pedantic), Level::Warn)]);
    }
    let report = lint(&source(text), &Options { levels, ..Options::default() });
    report.findings.iter().map(|finding| finding.lint.name()).collect()
}

/// Members of a block, and what is found in it.
fn block(cases: &[(&str, &[&str])]) {
    for (members, expected) in cases {
        assert_eq!(names(&format!("tool \"t\" {{ {members} }}"), false), *expected, "{members}");
    }
}

/// Policies, and what is found in them.
fn policy(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(names(text, false), *expected, "{text}");
    }
}

#[test]
fn denies_of_everything_but_something() {
    let found: &[&str] = &["deny-everything-but"];
    block(&[
        (r#"must deny when x.value in {"*"} - {"a"};"#, found),
        (r#"must deny when x.value in {w"*"} without "a";"#, found),
        (r#"should deny when x.value in {int ..0, int 13..};"#, found),
        (r#"must deny when x.value in {float ..0} | {float 13<..};"#, found),
        (r#"must deny when x.value in {"*"};"#, &[]),
        (r#"must deny when x.value in {w"a*"} - {"ab"};"#, &[]),
        (r#"must deny when x.value in {"*"} - ({"*"} - {r"bad.*"});"#, &[]),
        (r#"must deny when not x.value in {"a"};"#, &[]),
        (r#"must allow when x.value in {"*"} - {"a"};"#, &[]),
        // Another rule stops calls without the argument.
        (r#"must deny when x.value in {"*"} - {"a"}; must deny when not x.value in {"*"};"#, &[]),
        (r#"must deny when x.value in {"*"} - {"a"}; must allow when x.value in {"a", "b"};"#, &[]),
        (r#"must deny when x.value in {"*"} - {"a"}; must deny when not y.value in {"*"};"#, found),
    ]);
}

#[test]
fn patterns_that_let_more_through_than_they_seem_to() {
    block(&[
        (r#"must allow when x.value in {r".*@corp\.com.*"};"#, &["loose-pattern"]),
        (r#"must deny when not x.value in {w"*secret*"};"#, &["loose-pattern"]),
        (r#"must deny when x.value in {"*"} - {w"*ok*"} and not x.value in {"a"};"#, &["loose-pattern"]),
        (r#"must deny when x.value in {w"*evil*", r".*\.evil.com.*"};"#, &[]),
        (r#"must allow when x.value in {r".*"};"#, &[]),
        (r#"must allow when x.value in {"*"} - {w"*evil*"};"#, &[]),
        (r#"must allow when x.value in {r".+@corp.com"};"#, &["unescaped-dot"]),
        (r#"must allow when x.value in {r"(mail|www).corp\.com"};"#, &[]),
        (r#"must allow when x.value in {r"[a-z]+.[a-z]+", r"a.c", r"v1.\d"};"#, &[]),
        (r#"must deny when x.value in {r".*@evil.com"};"#, &[]),
        (r#"must allow when x.value in {r".*corp\.com"};"#, &["suffix-without-boundary"]),
        (r#"must allow when x.value in {w"*corp.com"};"#, &["suffix-without-boundary"]),
        (r#"must allow when x.value in {w"*.corp.com", r".*@corp\.com", w"*.txt", w"*notes.txt"};"#, &[]),
        (r#"must allow when x.value in {w"https://corp.com*"};"#, &["prefix-without-boundary"]),
        (r#"must allow when x.value in {w"https://corp.com/*", r"https://corp\.com(/.*)?"};"#, &[]),
        (r#"must allow when x.value in {r"https://.*\.corp\.com/.*"};"#, &["host-with-any-text"]),
        (r#"must allow when x.value in {r"https://.+\.corp\.com(/.*)?"};"#, &["host-with-any-text"]),
        (r#"must deny when not x.value in {w"https://*.corp.com/*"};"#, &["host-with-any-text"]),
        (r#"must allow when x.value in {w"https://api-*.corp.com:8443/*"};"#, &["host-with-any-text"]),
        (
            r#"must allow when x.value in {w"https://*corp.com"};"#,
            &["suffix-without-boundary", "host-with-any-text"],
        ),
        (
            r#"must allow when x.value in {r"https://[a-z0-9.-]+\.corp\.com/.*", w"https://a.b/*.corp.com/*"};"#,
            &[],
        ),
        (
            r#"must allow when x.value in {w"https://*", w"https://*/api/*", r"https://[^/]*\.corp\.com/.*"};"#,
            &[],
        ),
        (r#"must deny when x.value in {w"https://*.corp.com/*"};"#, &[]),
        (r#"must allow when x.value in {w"/home/*"};"#, &["path-prefix"]),
        (r#"must allow when x.value in {w"/home/*"}; must deny when x.value in {w"*..*"};"#, &[]),
        (
            r#"must allow when x.value in {w"/home/*"}; must deny when y.value in {w"*..*"};"#,
            &["path-prefix"],
        ),
        (r#"must allow when x.value in {w"/home/?", w"https://a.b/*"};"#, &[]),
        // Tags are no values.
        (r#"must allow when x.tags overlaps {w"*a*", w"/home/*"};"#, &[]),
    ]);
}

#[test]
fn metadata_that_is_compared_the_wrong_way_round() {
    block(&[
        (r#"must allow when @args.consumers superset of {"a"};"#, &["consumers-of-any-argument"]),
        (r#"must deny when @args.consumers subset of {"a"};"#, &["consumers-of-any-argument"]),
        (r#"must deny when not "a" in @args.consumers;"#, &["consumers-of-any-argument"]),
        (r#"must deny when @args.consumers overlaps {"a"};"#, &[]),
        (r#"must allow when @args.consumers.union superset of {"a"};"#, &[]),
        (r#"must allow when @args.consumers.intersect superset of {"a"};"#, &[]),
        (r#"must allow when @args.tags superset of {"a"};"#, &[]),
        (r#"must deny when "a" in @args.tags.intersect;"#, &["labels-of-every-argument"]),
        (r#"must allow when @args.tags.intersect subset of {"a"};"#, &["labels-of-every-argument"]),
        (r#"must allow when @args.tags.intersect superset of {"a"};"#, &[]),
        (r#"must deny when x.tags == {"a"};"#, &["deny-exact-labels"]),
        (r#"must deny when x.tags == {} or not x.tags == {"a"} or x.consumers == {"a"};"#, &[]),
        (r#"must allow when x.tags == {"a"};"#, &[]),
        (r#"must deny when x.value in {int 5..};"#, &["int-range-dodged"]),
        (r#"must deny when x.value in {int 5..9, float 5..};"#, &["covered-element"]),
        (r#"must deny when not x.value in {int ..5};"#, &[]),
    ]);
}

#[test]
fn blocks_about_every_tool() {
    policy(&[
        (r#"tool r".*" { should allow when x.value == 1; }"#, &["every-tool-allow-list"]),
        (
            r#"tool r".*" { must allow when x.value == 1; should deny always; }"#,
            &["every-tool-allow-list", "decided-before"],
        ),
        (r#"tool r".*" { should allow when x.value == 1; should deny always; }"#, &[]),
        (r#"tool r".*" { should allow always; must deny when x.value == 1; }"#, &[]),
        (r#"tool r"a.*" { should allow when x.value == 1; }"#, &[]),
    ]);
}

#[test]
fn rules_that_never_decide() {
    let unreachable: &[&str] = &["unreachable-should"];
    block(&[
        (r#"should deny when x.value == "a"; should allow when x.value == "a";"#, unreachable),
        (
            r#"should deny when x.value in {"a", "b"}; should deny when x.value == "a" and y.value == 1;"#,
            unreachable,
        ),
        (r#"should allow always; should deny always;"#, unreachable),
        (r#"should deny when x.value == "a"; should deny when x.value in {"a", "b"};"#, &[]),
        (r#"should allow always; must deny when x.value == "a";"#, &[]),
        (r#"should allow when x.value == "a"; should deny when x.value == "a";"#, &["contradictory-rules"]),
        (r#"must deny when x.value in {r"a.*"}; must allow when x.value == "ab";"#, &["contradictory-rules"]),
        (r#"must deny when x.value == "a"; must allow when x.value in {"a", "b"};"#, &[]),
        (r#"must allow always; should deny when x.value == 1;"#, &["decided-before"]),
        (r#"must allow when x.value == 1; should deny always; should allow when y.value == 1;"#, unreachable),
        (r#"must deny always; should allow always;"#, &["decided-before"]),
        // Another `must deny` can be the one that is named.
        (r#"must deny when x.value == 1; must deny always;"#, &[]),
    ]);
    policy(&[
        (
            r#"tool r"t.*" { must allow when x.value == 1; } tool "tt" { should deny always; }"#,
            &["decided-before"],
        ),
        (r#"tool r"t.*" { must allow when x.value == 1; } tool "u" { should deny always; }"#, &[]),
        (
            r#"tool "t" { must allow when x.value == 1; } tool "t" { must allow when y.value == 1; should allow when y.value == 2; }"#,
            &[],
        ),
        (
            r#"tool "t" { priority 1; should deny always; } tool "t" { should allow always; }"#,
            &["outranked-should"],
        ),
        (r#"tool "t" { priority 1; should deny when x.value == 1; } tool "t" { should allow always; }"#, &[]),
        (r#"tool "t" { should deny always; } tool "t" { should allow always; }"#, &[]),
    ]);
}

#[test]
fn conditions_that_never_or_always_hold() {
    let impossible: &[&str] = &["impossible-condition"];
    block(&[
        (r#"must allow when x.value == "a" and x.value == "b";"#, impossible),
        (r#"must deny when x.value == "a" and x.value == "b";"#, impossible),
        (r#"must allow when x.value in {int 1..5} and x.value in {float 5<..};"#, impossible),
        (r#"must allow when x.value in {int 1..5} and x.value in {float 5..};"#, &[]),
        (r#"must allow when x.value in {w"a*"} and x.value in {w"b*"};"#, impossible),
        (r#"must allow when x.value in {w"a*"} and x.value in {w"*b"};"#, &[]),
        (
            r#"must allow when x.value in {str like w"*" length 3} and x.value in {str like w"*" length 4..};"#,
            impossible,
        ),
        (r#"must deny when x.tags is empty and x.tags overlaps {"a"};"#, impossible),
        (r#"must deny when x.tags overlaps {"a"} and not x.tags overlaps {"a"};"#, impossible),
        (r#"must deny when x.tags overlaps {"a"} and not x.tags overlaps {"b"};"#, &[]),
        (r#"must deny when x.value == "a" and y.value == "b";"#, &[]),
        (r#"must deny when x.value == "a" and not x.value == "b";"#, &[]),
        (
            r#"must deny when x.value == 5 and x.value in {datetime d"2001-01-01"..};"#,
            &["impossible-condition", "date-deny-dodged"],
        ),
        (r#"should deny when x.tags overlaps {"a"} or not x.tags overlaps {"a"};"#, &["always-true"]),
        (r#"should deny when x.tags subset of {"*"};"#, &["always-true"]),
        (r#"should deny when x.tags superset of {"a"};"#, &[]),
        (r#"must deny when x.value in {"a"} & {"b"};"#, &["empty-set"]),
        (r#"must deny when x.value in {"a"} - {"a", "b"};"#, &["empty-set"]),
        (r#"must deny when x.value in {};"#, &["empty-set"]),
        (r#"must deny when x.value in {"a", "b"} & {"b"};"#, &[]),
        (r#"must deny when x.value in {r"a^b"};"#, &["pattern-matches-nothing"]),
        (r#"must deny when x.value in {r"[^\s\S]"};"#, &["pattern-matches-nothing"]),
        (r#"must deny when x.value in {r"(^|a)b", r"a$?"};"#, &[]),
        (r#"must deny when x.value in {str matching r"a{3,5}" length 6..};"#, &["impossible-length"]),
        (r#"must deny when x.value in {str matching r"a{3,}" length 6..};"#, &[]),
        (r#"must deny when x.value in {str "é" length 2};"#, &["impossible-length"]),
        (r#"must deny when x.value == x.value;"#, &["self-comparison"]),
        (r#"must deny when x.tags subset of x.tags;"#, &["self-comparison"]),
        (r#"must deny when x.tags subset of x.producers;"#, &[]),
    ]);
}

#[test]
fn patterns_in_the_wrong_language() {
    policy(&[
        (r#"tool r"read_*" { must deny always; }"#, &["glob-in-regex"]),
        (r#"tool r"read_.*" { must deny always; }"#, &[]),
        (r#"tool r"re(a|b)d*" { must deny always; }"#, &[]),
        (r#"tool "t" { must deny when x.value in {w".*@evil.org"}; }"#, &["regex-in-wildcard"]),
        (r#"tool "t" { must deny when x.value in {w"(a|b)c*"}; }"#, &["regex-in-wildcard"]),
        (r#"tool "t" { must deny when x.value in {w"*[a-z]"}; }"#, &["regex-in-wildcard"]),
        (r#"tool "t" { must deny when x.value in {w"src/**/secret"}; }"#, &["regex-in-wildcard"]),
        (r#"tool "t" { must deny when x.value in {w"*.{jpg,png}"}; }"#, &["regex-in-wildcard"]),
        (r#"tool "t" { must deny when x.value in {w"{a: 1, *}", w"*{}*", w"\*\*\*", w"a\**"}; }"#, &[]),
        (r#"tool "t" { must deny when x.value in {w"notes.*", w"*.t?t", w".*", w"a(b)*"}; }"#, &[]),
    ]);
}

#[test]
fn dates_and_their_last_days() {
    block(&[
        (r#"must allow when x.value in {datetime ..d"2026-12-31"};"#, &["date-excludes-its-last-day"]),
        (
            r#"must allow when x.value in {datetime d"2026-01-01"<..d"20261231"};"#,
            &["date-excludes-its-last-day"],
        ),
        (r#"must allow when x.value in {datetime ..<d"2026-12-31"};"#, &[]),
        (r#"must allow when x.value in {datetime ..d"2026-12-31T23:59:59Z"};"#, &[]),
        (r#"must allow when x.value in {datetime d"2026-12-31".., datetime d"2026-01-01"};"#, &[]),
    ]);
}

#[test]
fn labels_that_nothing_sets() {
    let set = r#"tool "s" -> session @tags |= {"reviewed"};"#;
    let result = r#"tool "s" -> @tags |= {"confidential"};"#;
    let with = |text: &str, rest: &str, expected: &[&str]| {
        assert_eq!(names(&format!("{rest} tool \"t\" {{ {text} }}"), false), expected, "{rest} {text}");
    };
    with(r#"must deny when "reviewed" in @session.tags;"#, set, &[]);
    with(r#"must deny when "review" in @session.tags;"#, set, &["label-never-set"]);
    with(r#"must deny when @session.producers overlaps {"a"};"#, set, &["label-never-set"]);
    with(
        r#"must deny when @session.tags overlaps {"a"};"#,
        r#"tool "s" -> session @tags |= @result.tags;"#,
        &[],
    );
    with(r#"must deny when not @session.consumers overlaps {"a"};"#, set, &[]);
    with(r#"must deny when x.tags overlaps {"confidental"};"#, result, &["misspelt-label"]);
    with(r#"must deny when x.tags overlaps {"confidential", "secret", "confid"};"#, result, &[]);
    with(r#"must deny when "level2" in x.tags;"#, r#"tool "s" -> @tags |= {"level1"};"#, &[]);
}

#[test]
fn updates_without_effect() {
    let updates = |statements: &str| format!("result {{ {statements} }}");
    for (statements, expected) in [
        (r#"@tags |= {"a"}; @tags = {"b"};"#, &["overwritten-update"][..]),
        (r#"@tags |= {"a"}; @tags = @tags | {"b"};"#, &[]),
        (r#"@tags |= {"a"}; when "a" in @tags { @producers |= {"p"}; } @tags = {"b"};"#, &[]),
        (
            r#"@tags |= {"a"}; when "p" in @producers { @producers |= {"q"}; } @tags = {"b"};"#,
            &["overwritten-update"],
        ),
        (r#"@tags |= {"a"}; @producers |= @tags; @tags = {"b"};"#, &[]),
        (r#"@tags |= {"a"}; @producers = {"b"};"#, &[]),
        (r#"@tags |= {"a"}; when x.value == 1 { @tags = {"b"}; }"#, &[]),
        (r#"@tags |= {};"#, &["no-effect-update"]),
        (r#"@tags &= {"*"};"#, &["no-effect-update"]),
        (r#"@tags = @tags;"#, &["no-effect-update"]),
        (r#"@tags &= {};"#, &[]),
        (r#"@tags = {};"#, &[]),
        (r#"when x.value == 1 { }"#, &["empty-block"]),
        ("", &["empty-block"]),
    ] {
        block(&[(&updates(statements), expected)]);
    }
}

#[test]
fn what_could_be_left_out() {
    block(&[
        ("priority 5; must deny always;", &["priority-without-effect"]),
        ("priority 5; should deny always;", &[]),
        (r#"priority 5; must deny always; result { @tags |= {"a"}; }"#, &[]),
        (
            r#"must deny when x.value in {"a", r"a+", "b", 5, float 1..9};"#,
            &["covered-element", "covered-element"],
        ),
        (r#"must deny when x.value in {"a\nb", r"a.*"};"#, &[]),
        (r#"must deny when x.value in {int 5..1, int 0..9};"#, &["impossible-range"]),
        (r#"must deny when x.value in {5, 5.0};"#, &["duplicate-element"]),
        (r#"must deny when x.value in {5, "5"};"#, &[]),
        (
            r#"must deny when x.value == 1 and y.value == 2; must deny when y.value == 2 and x.value == 1;"#,
            &["duplicate-rule"],
        ),
        (r#"must deny when x.value == 1; must deny when x.value == 1 or y.value == 2;"#, &["covered-rule"]),
        (r#"must deny when x.value == 1; should deny when x.value == 1;"#, &[]),
        (r#"must deny when x.value in {r"abc"};"#, &["plain-pattern"]),
        (r#"must deny when x.value in {w"a\*c", w"a?c", r"(?i)abc", str matching r"abc" length ..9};"#, &[]),
        (r#"must deny when not (not x.value == 1 and y.value == 2);"#, &[]),
        (r#"must deny when not (not x.value == 1);"#, &["double-negation"]),
        (r#"must deny when x.value in {r"\Aab+\z"};"#, &["needless-anchor"]),
        (r#"must deny when x.value in {r"ab+$|c", r"a(^b)?"};"#, &[]),
    ]);
    policy(&[
        (r#"let a = {"x"}; let b = a; tool "t" { must deny always; }"#, &["unused-let", "unused-let"]),
        (r#"let _a = {"x"}; let b = {"x"}; tool "t" { must deny when x.value in b; }"#, &[]),
        (r#"let a = {"x"};"#, &[]),
        (r#"tool "t" { }"#, &["empty-block"]),
    ]);
}

#[test]
fn strict_rules_are_asked_for() {
    let dodged = r#"tool "t" { /// why
        must deny when x.value == "a" and y.value == 1; }"#;
    assert_eq!(names(dodged, false), Vec::<String>::new());
    assert_eq!(names(dodged, true), ["dodged-by-absence", "text-dodges-deny"]);
    let fine = r#"tool "t" { /// why
        must deny when x.value == "a" or not x.value in {"*"}; }"#;
    assert_eq!(names(fine, true), Vec::<String>::new());
    let mail = r#"tool "t" { must deny when not to.value in {"a"} or to.value in {"a@corp.com"}; }"#;
    assert_eq!(names(mail, true), ["missing-description", "case-dodges-deny"]);
    let subset = r#"tool "t" { must allow when x.tags subset of {"a"} and x.consumers subset of {"b"}; }"#;
    assert_eq!(names(subset, true), ["vacuous-subset"]);
}

#[test]
fn fixes_keep_what_is_around_them() {
    let fixed = |text: &str| fix(&source(text), &Options::default()).unwrap().texts.concat();
    assert_eq!(
        fixed(
            "tool \"t\" {\n    must deny when x.value in {\n        \"a\",\n        \"a\",\n        \"b\"\n    };\n}\n"
        ),
        "tool \"t\" {\n    must deny when x.value in {\n        \"a\",\n        \"b\"\n    };\n}\n"
    );
    // A comment would be lost.
    let commented = "tool \"t\" {\n    must deny when x.value in {\"a\", /* why */ \"a\"};\n}\n";
    assert_eq!(fixed(commented), commented);
    assert_eq!(
        fixed("tool \"t\" {\n    must deny always;\n    /// Twice.\n    must deny always;\n    // Why.\n}\n"),
        "tool \"t\" {\n    must deny always;\n    // Why.\n}\n"
    );
    assert_eq!(
        fixed("\u{feff}tool r\"t\" { must deny always; }"),
        "\u{feff}tool \"t\" { must deny always; }"
    );
    assert_eq!(
        fixed("let a = str like w\"x\"; tool \"t\" { must deny when x.value in a; }"),
        "let a = str \"x\"; tool \"t\" { must deny when x.value in a; }"
    );
    // Several fixes in one place follow each other.
    let several = "tool \"t\" { must deny when not not not not x.value in {r\"a\", \"a\", \"a\"}; }";
    assert_eq!(fixed(several), "tool \"t\" { must deny when x.value in {\"a\"}; }");
}
