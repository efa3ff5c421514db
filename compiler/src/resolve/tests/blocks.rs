//! Blocks: targets, priorities, guarded updates (S3.6, S4.4, S6.10).

use super::{check, message};

#[test]
fn targets_of_other_blocks() {
    assert_eq!(
        check(
            "tool \"t\" { session before { @result.tags |= {\"a\"}; }\nsession after { @result.tags |= {\"a\"}; } }"
        ),
        "E0601 1:29; E0601 2:17"
    );
    assert_eq!(check(r#"tool "t" { result { @session.tags |= {"a"}; } }"#), "E0601 1:21");
    assert_eq!(
        check(
            "tool \"t\" { result { x.tags |= {\"a\"}; }\nsession after { when x.value in {\"a\"} { x.tags |= {\"a\"}; } } }"
        ),
        "E0601 1:21; E0601 2:41"
    );
    assert_eq!(
        check(
            r#"tool "t" { result { @tags |= {"a"}; @result.tags |= {"b"}; } session after { @session.tags |= {"a"}; } }"#
        ),
        ""
    );
    let (text, help) = message(r#"tool "t" { result { @session.tags |= {"a"}; } }"#);
    assert_eq!(text, "a result block updates the result, not the session");
    assert!(help.contains("`session after"), "{help}");
}

#[test]
fn priorities() {
    assert_eq!(check("tool \"t\" {\n priority 1;\n priority 2; }"), "E0602 3:2 <- 2:2");
    assert_eq!(
        check(
            "tool \"t\" { priority 9223372036854775808; }\ntool \"u\" [-9223372036854775809] -> @tags |= {\"a\"};"
        ),
        "E0603 1:21; E0603 2:11"
    );
    assert_eq!(
        check(
            "tool \"t\" { priority 9223372036854775807; }\ntool \"u\" [-9223372036854775808] -> @tags |= {\"a\"};"
        ),
        ""
    );
}

#[test]
fn adding_consumers_restricts_nothing() {
    assert_eq!(
        check(r#"tool "t" -> @consumers |= {"hr"}; tool "u" -> session @consumers = @consumers with "hr";"#),
        "W0602 1:13; W0602 1:55"
    );
    assert_eq!(check(r#"tool "t" { result { @consumers &= {"a"}; @consumers |= {"b"}; } }"#), "");
    assert_eq!(
        check(
            r#"tool "t" { result { @consumers |= {"*"}; @consumers |= @args.consumers; @tags |= {"a"}; } }"#
        ),
        ""
    );
}

#[test]
fn a_label_on_suspicion_that_an_allow_rule_asks_for() {
    let allow = "tool \"send\" { must allow when body.tags overlaps {\"checked\"}; }";
    let read = |when: &str, update: &str| format!("tool \"read\" -> {update} when {when};\n{allow}");
    assert_eq!(check(&read("x.value in {\"ok\"}", "@tags |= {\"checked\"}")), "W0601 1:16 <- 1:42, 2:15");
    // Read as in an allow rule, about another label, or with nothing that a value decides.
    assert_eq!(check(&read("x.value in {\"ok\"}", "@tags = {\"checked\"} | @tags")), "");
    assert_eq!(check(&read("x.value in {\"ok\"}", "@tags |= {\"seen\"}")), "");
    assert_eq!(check(&read("x.tags overlaps {\"ok\"}", "@tags |= {\"checked\"}")), "");
    // Asked for by a deny rule, or under `not`.
    assert_eq!(
        check(
            "tool \"read\" -> @tags |= {\"a\"} when x.value in {\"ok\"};\ntool \"send\" { must deny when x.tags overlaps {\"a\"}; must allow when not x.tags overlaps {\"a\"}; }"
        ),
        ""
    );
    // Through lets.
    assert_eq!(
        check(
            "let L = {\"a\"};\nlet P = x.value in {\"ok\"};\nlet Q = y.tags overlaps L;\ntool \"read\" -> @tags |= L when P;\ntool \"send\" { should allow when Q; }"
        ),
        "W0601 4:16 <- 4:32, 5:15"
    );
}

#[test]
fn a_star_in_the_name_of_a_tool() {
    assert_eq!(
        check("tool \"read_*\" { must deny always; }\ntool \"*\" -> @tags |= {\"a\"};"),
        "W0603 1:6; W0603 2:6"
    );
    assert_eq!(check("tool r\"read_.*\" { must deny always; }\ntool r\"\\*\" { must deny always; }"), "");
    let (text, help) = message(r#"tool "read_*" { must deny always; }"#);
    assert_eq!(text, "a tool id in plain quotes is the whole name of one tool, its `*` too");
    assert_eq!(help, r#"for several tools write a regex: `tool r"read_.*"`"#);
}
