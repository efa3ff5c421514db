//! What differs between small policies, and what does not.

use super::*;
use sqrt_compiler::{Options, Source};

fn revision(text: &str) -> Revision {
    let found = Revision::new(&[Source { name: "p", bytes: text.as_bytes() }], &Options::default());
    found.unwrap_or_else(|checked| panic!("{:?}\n{text}", checked.diagnostics))
}

/// The changes, one a line.
fn shown(old: &str, new: &str) -> Vec<String> {
    fn lines(changes: &[Change], indent: usize, out: &mut Vec<String>) {
        for change in changes {
            let text =
                |side: &Option<Side>| side.as_ref().map_or_else(|| "-".to_owned(), |side| side.text.clone());
            let texts = format!("{} => {}", text(&change.old), text(&change.new));
            out.push(format!("{}{} {}: {texts}", "  ".repeat(indent), change.how.name(), change.title));
            lines(&change.parts, indent + 1, out);
        }
    }
    let mut out = Vec::new();
    lines(&compare(&revision(old), &revision(new)).changes, 0, &mut out);
    out
}

const POLICY: &str = r#"
/// Ours.
let ours = {r".*@corp\.com", "ann@x.y"};
let secret = body.tags overlaps {"secret", "internal"};
tool "send" {
    priority 3;
    must deny when secret and not to.value in ours;
    should allow when cc.value in {1, "b"} or to.value == "x";
    should deny always;
    session before { @tags |= {"sent"}; when "a" in @tags { @tags -= {"a"}; } }
}
tool r"get_.*" -> @tags |= {"got"} when url.value in {w"http:*"};
tool "get_it" [2] -> session @producers |= {"it"};
"#;

#[test]
fn what_means_the_same_is_no_change() {
    let same = [
        POLICY.to_owned(),
        POLICY.replace("/// Ours.\n", "// A comment.\n/// Ours.\n").replace(";\n", ";  \n\n"),
        POLICY.replace(r#"r".*@corp\.com", "ann@x.y""#, r#""ann@x.y", r".*@corp\\.com", "ann@x.y""#),
        POLICY.replace("must deny", "hard deny").replace("should", "soft"),
        POLICY.replace("secret and not to.value in ours", "not (to.value in ours) and (secret)"),
        POLICY.replace("{1, \"b\"}", "{\"b\", 1.0}").replace("to.value == \"x\"", "\"x\" == to.value"),
        POLICY.replace("@tags |= {\"sent\"}", "@session.tags = @tags union {\"sent\"}"),
        POLICY.replace(
            "tool \"get_it\" [2] -> session @producers |= {\"it\"};",
            "tool \"get_it\" { priority 2; session after { @producers |= {\"it\"}; } }",
        ),
    ];
    for text in same {
        assert_eq!(shown(POLICY, &text), [""; 0], "{text}");
        assert_eq!(shown(&text, POLICY), [""; 0], "{text}");
    }
    // Lets and blocks that only decide have no order.
    let (a, b) =
        ("let a = {1};\nlet unused = {\"x\", \"y\"};\n", "tool \"t\" { must deny when x.value in a; }\n");
    let c = "tool r\"t.*\" { should allow always; }\n";
    assert_eq!(
        shown(&format!("{a}{b}{c}"), &format!("{c}{b}{}", a.replace("\"x\", \"y\"", "\"y\", \"x\""))),
        [""; 0]
    );
}

#[test]
fn lets_are_renamed_changed_added_and_removed() {
    assert_eq!(shown(POLICY, &POLICY.replace("ours", "trusted")), ["renamed let ours: ours => trusted"]);
    assert_eq!(
        shown(POLICY, &POLICY.replace("\"ann@x.y\"", "\"bob@x.y\"")),
        [r#"changed let ours: {r".*@corp\.com", "ann@x.y"} => {r".*@corp\.com", "bob@x.y"}"#]
    );
    assert_eq!(shown("", "let a = {  1 };"), ["added let a: - => {1}"]);
    assert_eq!(shown("let a = x.value in {1};", ""), ["removed let a: x.value in {1} => -"]);
    // What is written out in place says the same.
    let inlined = POLICY.replace("secret and", "body.tags overlaps {\"internal\", \"secret\"} and");
    let inlined = inlined.replace("let secret = body.tags overlaps {\"secret\", \"internal\"};\n", "");
    assert_eq!(
        shown(POLICY, &inlined),
        [r#"removed let secret: body.tags overlaps {"secret", "internal"} => -"#]
    );
}

#[test]
fn rules_are_changed_added_removed_and_moved() {
    assert_eq!(
        shown(POLICY, &POLICY.replace("cc.value in {1, \"b\"}", "cc.value in { 2 }")),
        [
            "changed tool \"send\":  => ",
            "  changed should allow: cc.value in {1, \"b\"} or to.value == \"x\" => cc.value in {2} or to.value == \"x\""
        ]
    );
    assert_eq!(
        shown(POLICY, &POLICY.replace("must deny when secret", "should deny when secret")),
        [
            "changed tool \"send\":  => ",
            "  changed must deny → should deny: secret and not to.value in ours => secret and not to.value in ours"
        ]
    );
    let allow = "should allow when cc.value in {1, \"b\"} or to.value == \"x\";\n";
    let swapped =
        POLICY.replace(allow, "").replace("should deny always;", &format!("should deny always; {allow}"));
    assert_eq!(
        shown(POLICY, &swapped),
        ["changed tool \"send\":  => ", "  moved should deny: always => always"]
    );
    assert_eq!(
        shown(POLICY, &POLICY.replace("should deny always;", "")),
        ["changed tool \"send\":  => ", "  removed should deny: always => -"]
    );
    // To another block of the tool.
    let split = POLICY.replace("should deny always;", "") + "tool \"send\" { should deny always; }";
    assert_eq!(
        shown(POLICY, &split),
        ["added tool \"send\": - => ", "  moved should deny: always => always"]
    );
}

#[test]
fn updates_and_priorities_are_compared() {
    assert_eq!(
        shown(
            POLICY,
            &POLICY.replace("priority 3", "priority -1").replace("@tags -= {\"a\"}", "@tags -= {\"b\"}")
        ),
        [
            "changed tool \"send\":  => ",
            "  changed priority: 3 => -1",
            "  changed session before: when \"a\" in @tags {@tags -= {\"a\"};} => when \"a\" in @tags {@tags -= {\"b\"};}"
        ]
    );
    assert_eq!(
        shown(POLICY, &POLICY.replace("{w\"http:*\"}", "{w\"https:*\"}")),
        [
            "changed tool r\"get_.*\":  => ",
            "  changed result: @tags |= {\"got\"} when url.value in {w\"http:*\"} => @tags |= {\"got\"} when url.value in {w\"https:*\"}"
        ]
    );
    // Blocks that update are in an order, where they can be about one tool.
    let (a, b, c) = (
        "tool \"a\" -> @tags |= {\"1\"};\n",
        "tool r\"a.*\" -> @tags = {\"2\"};\n",
        "tool \"c\" -> @tags = {};\n",
    );
    assert_eq!(shown(&format!("{a}{b}"), &format!("{b}{a}")).len(), 2);
    assert_eq!(shown(&format!("{a}{c}"), &format!("{c}{a}")), [""; 0]);
}

#[test]
fn a_block_for_another_tool_is_the_same_block() {
    assert_eq!(
        shown(POLICY, &POLICY.replace("tool \"send\"", "tool \"send_mail\"")),
        ["changed tool \"send_mail\":  => ", "  changed tool id: \"send\" => \"send_mail\""]
    );
}

#[test]
fn settings_are_compared() {
    let mut options = Options::default();
    let plain = Revision::new(&[], &options).ok();
    options.settings.default_allow = false;
    options.presets.non_executable_memory = true;
    let other = Revision::new(&[], &options).ok();
    let changes = compare(&plain.unwrap(), &other.unwrap()).changes;
    let titles: Vec<&str> = changes.iter().map(|change| change.title.as_str()).collect();
    assert_eq!(titles, ["default-allow", "enable_non_executable_memory"]);
}

/// Matching is bounded, however many blocks have the same tool, and whatever their order.
#[test]
fn many_blocks_take_little_time() {
    let block = |number: usize, limit: usize| {
        format!(
            "tool \"t\" {{ must deny when x.value in {{{number}, {limit}}}; result {{ @tags |= {{\"{number}\"}}; }} }}\n"
        )
    };
    let old: String = (0..2000).map(|number| block(number, 1)).collect();
    let new: String = (0..2000).rev().map(|number| block(number, 2)).collect();
    assert!(!compare(&revision(&old), &revision(&new)).is_empty());
}
