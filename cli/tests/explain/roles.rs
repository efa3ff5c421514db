//! What part each rule had, by the chapter of decisions: why one decides and why the others did not.

use super::common::{Folder, run_with};
use serde_json::Value as Json;

/// The parts that the rules had, by their lines, and the states of the questions.
fn parts(policy: &str, options: &[&str], call: &str) -> (String, Vec<(u64, String)>, Vec<String>) {
    let folder = Folder::new();
    let policy = folder.file("p.sqrt", policy);
    let run = run_with([&["explain", &policy, "--format", "json"], options].concat(), call);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let told: Json = serde_json::from_str(&run.stdout).unwrap();
    let steps = told["steps"].as_array().unwrap();
    let mut parts = Vec::new();
    for rule in steps.iter().flat_map(|step| step["rules"].as_array().unwrap()) {
        parts.push((rule["line"].as_u64().unwrap(), rule["because"].as_str().unwrap().to_owned()));
    }
    let states = steps.iter().map(|step| step["state"].as_str().unwrap().to_owned()).collect();
    (told["basis"].as_str().unwrap().to_owned(), parts, states)
}

fn expect(policy: &str, options: &[&str], basis: &str, expected: &[(u64, &str)]) {
    let (given, parts, states) = parts(policy, options, r#"{"tool": "t", "args": {"yes": 1}}"#);
    let expected: Vec<_> = expected.iter().map(|(line, part)| (*line, (*part).to_owned())).collect();
    assert_eq!((given.as_str(), &parts), (basis, &expected), "{policy}");
    let decided = states.iter().position(|state| state == "decided").unwrap();
    assert_eq!(states.iter().filter(|state| *state == "decided").count(), 1, "{states:?}");
    assert!(
        states[decided + 1..].iter().all(|state| state == "not_reached" || state == "nothing"),
        "{states:?}"
    );
    assert!(states[..decided].iter().all(|state| state == "passed" || state == "nothing"), "{states:?}");
}

const YES: &str = "yes.value in {1}";
const NO: &str = "no.value in {1}";

#[test]
fn hard_rules_decide_before_soft_ones() {
    expect(
        &format!(
            "tool \"t\" {{ should allow always;\nmust deny when {NO};\nmust deny when {YES};\nmust deny always;\nmust allow always; }}"
        ),
        &[],
        "must_deny",
        &[
            (2, "did not fire"),
            (3, "decides"),
            (4, "fired too, after the one that decides"),
            (5, "its condition holds, but the outcome was known before it"),
            (1, "its condition holds, but the outcome was known before it"),
        ],
    );
    // The block of higher priority is asked first, whatever the order of the text.
    expect(
        "tool \"t\" { must deny always; }\ntool r\"t|u\" { priority 5;\nmust deny always; }",
        &[],
        "must_deny",
        &[(3, "decides"), (1, "fired too, after the one that decides")],
    );
}

#[test]
fn a_block_that_needs_a_rule_denies() {
    expect(
        &format!(
            "tool \"t\" {{ must allow when {NO};\nmust allow when {NO}; }}\ntool \"t\" {{ must allow always;\nshould allow always; }}"
        ),
        &[],
        "must_allow_unmet",
        &[
            (
                1,
                "decides: it is the first of a block that needs one of its `must allow` rules to fire, and none did",
            ),
            (2, "did not fire"),
            (1, "not asked: the outcome was known before it"),
            (2, "not asked: the outcome was known before it"),
            (3, "its condition holds, but the outcome was known before it"),
            (4, "its condition holds, but the outcome was known before it"),
        ],
    );
    expect(
        &format!("tool \"t\" {{ must allow when {NO};\nmust allow when {YES}; }}"),
        &[],
        "must_allow",
        &[(1, "did not fire"), (2, "fired"), (1, "did not fire"), (2, "decides")],
    );
}

#[test]
fn soft_rules_speak_by_block_and_priority() {
    expect(
        &format!(
            "tool \"t\" {{ should deny when {NO};\nshould allow always;\nshould deny always; }}\ntool \"t\" {{ should deny when {YES};\nshould allow always; }}\n\
             tool \"t\" {{ should deny always; }}\ntool \"t\" {{ priority 1;\nshould allow when {NO}; }}\ntool \"t\" {{ priority -1;\nshould allow always; }}"
        ),
        &[],
        "should_deny",
        &[
            (8, "did not fire"),
            (1, "did not fire"),
            (2, "spoke for its block, but at one priority a deny beats an allow"),
            (3, "not asked: the `should allow` at line 2 had spoken for its block"),
            (4, "decides"),
            (5, "not asked: the `should deny` at line 4 had spoken for its block"),
            (6, "spoke for the same outcome, later in source order"),
            (10, "not asked: a higher priority had decided"),
        ],
    );
}

#[test]
fn lists_and_defaults_decide_where_nothing_speaks() {
    expect(&format!("tool \"t\" {{ should allow when {NO}; }}"), &[], "allow_list", &[(1, "did not fire")]);
    expect(&format!("tool \"t\" {{ should deny when {NO}; }}"), &[], "default", &[(1, "did not fire")]);
    expect("tool \"u\" { must deny always; }", &["--default-allow", "false"], "default", &[]);
    expect(
        "tool \"t\" { should deny always; }",
        &["--default-level", "hard"],
        "default",
        &[(1, "its condition holds, but the outcome was known before it")],
    );
}
