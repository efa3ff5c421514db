//! Names that there are not: wherever one is typed, the nearest that there is is named.

mod common;

use common::{Folder, run, run_with};

const POLICY: &str = "let blocked = {\"spam@evil.com\"};\ntool \"send_email\" {\n    must deny when to.value in blocked;\n    \
                      must deny when body.tags overlaps {\"confidential\"};\n}\n";
const CALL: &str =
    "{\"session\": \"monday\", \"tool\": \"send_email\", \"args\": {\"to\": \"spam@evil.com\"}}\n";
const TESTS: &str = "policy: mail.sqrt\ntests:\n  - name: an administrator may\n    tags: [smoke]\n    \
                     call: {tool: send_email, args: {to: ann@corp.com}}\n    expect: {decision: allow}\n";

fn folder() -> Folder {
    let folder = Folder::new();
    for (name, text) in [("mail.sqrt", POLICY), ("calls.jsonl", CALL), ("mail_test.yaml", TESTS)] {
        folder.file(name, text);
    }
    folder
}

#[test]
fn the_nearest_name_is_told_wherever_one_is_typed() {
    let folder = folder();
    let path = |name: &str| folder.path(name);
    let (mail, calls, tests) = (path("mail.sqrt"), path("calls.jsonl"), path("mail_test.yaml"));
    let toml = |text: &str| folder.file("other.toml", text);
    let cases: &[(&[&str], &str)] = &[
        (&["evel", &mail], "'eval'"),
        (&["eval", "--explian", &mail], "'--explain'"),
        (&["eval", "--mode", "strickt", &mail], "'strict'"),
        (&["completions", "bsh"], "'bash'"),
        (&["man", "evl"], "is `eval` meant?"),
        (&["limits", "--limit", "value_deph=1"], "near it is `value_depth`"),
        (&["check", &path("mial.sqrt")], "mail.sqrt` meant?"),
        (&["eval", &mail, "--calls", &path("cals.jsonl")], "calls.jsonl` meant?"),
        (&["replay", &path("mial.sqrt")], "mail.sqrt` meant?"),
        (&["test", &path("mail_tst.yaml")], "mail_test.yaml` meant?"),
        (&["lint", "--explain", "unusd-let"], "is `unused-let` meant?"),
        (&["lint", "--deny", "securty", &mail], "is `security` meant?"),
        (&["lint", "--config", &toml("[polcy]\n"), &mail], "is `policy` meant?"),
        (&["explain", &mail, "--calls", &calls, "--session", "munday"], "is `monday` meant?"),
        (&["test", &tests, "--filter", "administratos"], "is `administrator` meant?"),
        (&["test", &tests, "--filter", "an administratr*"], "is `an administrator` meant?"),
        (&["test", &tests, "--tag", "smkoe"], "is `smoke` meant?"),
        (&["test", &tests, "--list", "--tag", "smkoe", "--filter", "my"], "are `may` and `smoke` meant?"),
    ];
    for (args, told) in cases {
        let run = run(*args);
        assert!(run.stderr.contains(told) || run.stdout.contains(told), "{args:?}: {run:?}");
        assert_eq!(run.status, 2, "{args:?}");
    }
}

#[test]
fn what_is_right_or_far_from_everything_is_not_guessed_at() {
    let folder = folder();
    let path = |name: &str| folder.path(name);
    for args in [
        &["man", "something"][..],
        &["check", &path("something-else")],
        &["explain", &path("mail.sqrt"), "--calls", &path("calls.jsonl"), "--session", "friday"],
        &["test", &path("mail_test.yaml"), "--filter", "postage", "--tag", "smoke"],
        &["lint", "--explain", "L9999"],
    ] {
        let run = run(args);
        assert!(!run.stderr.contains("meant") && !run.stdout.contains("meant"), "{args:?}: {run:?}");
    }
}

#[test]
fn keys_and_values_of_an_x_policy_document_are_told() {
    let folder = folder();
    let calls = folder.path("calls.jsonl");
    for (document, told) in [
        ("{\"presets\": {\"default_alow\": false}}", "is `default_allow` meant? here stands"),
        ("{\"mode\": \"strickt\"}", "is `strict` meant? use"),
    ] {
        let run = run_with(["eval", "--x-policy", "-", "--calls", &calls], document);
        assert_eq!(run.status, 1, "{run:?}");
        assert!(run.stderr.contains(told), "{run:?}");
    }
}

/// A call to a tool, with an argument and a tag, that the policy does not know.
const STRANGE: [(&str, &str); 3] = [
    (
        "{\"tool\": \"send_emial\", \"args\": {\"to\": \"x\"}}",
        "no block is about `send_emial`; is `send_email` meant?",
    ),
    (
        "{\"tool\": \"send_email\", \"args\": {\"too\": \"x\"}}",
        "the policy asks for no argument `too`; is `to` meant?",
    ),
    (
        "{\"tool\": \"send_email\", \"args\": {\"body\": \"x\"}, \"arg_meta\": {\"body\": {\"tags\": [\"confidental\"]}}}",
        "nothing in the policy is called `confidental`; is `confidential` meant?",
    ),
];

#[test]
fn names_of_a_call_are_told_by_explain_and_the_dialogue() {
    let folder = folder();
    let mail = folder.path("mail.sqrt");
    for (call, told) in STRANGE {
        for format in ["text", "html"] {
            let run = run_with(["explain", &mail, "--format", format], call);
            assert_eq!(run.status, 0, "{run:?}");
            let text = run.stdout.replace("<code class=\"quoted\">", "`").replace("</code>", "`");
            assert!(text.contains(told), "{text}");
        }
        let run = run_with(["repl", &mail], format!("{call}\n"));
        assert!(run.stdout.contains(told), "{run:?}");
        let run = run_with(["explain", &mail, "--format", "json"], call);
        assert!(
            run.stdout.contains("\"mistyped\": [{\"what\": ") || run.stdout.contains("\"mistyped\":[{"),
            "{run:?}"
        );
    }
    // One that the call has as well is not what another was meant to be, and known names are no matter.
    for call in [
        "{\"tool\": \"send_email\", \"args\": {\"too\": \"x\", \"to\": \"y\"}}",
        "{\"tool\": \"other\", \"args\": {\"subject\": \"x\"}}",
        CALL,
    ] {
        let run = run_with(["explain", &mail], call);
        assert!(!run.stdout.contains("meant"), "{run:?}");
    }
}

#[test]
fn names_of_a_call_are_told_where_a_test_fails() {
    let folder = folder();
    for (call, told) in STRANGE {
        let tests = format!(
            "policy: mail.sqrt\ntests:\n  - name: a\n    call: {call}\n    expect: {{decision: deny}}\n"
        );
        let run = run(["test", &folder.file("strange_test.yaml", &tests)]);
        assert_eq!(run.status, 1, "{run:?}");
        assert!(run.stdout.contains(told), "{run:?}");
    }
}

#[test]
fn the_dialogue_knows_its_commands_tools_and_tags() {
    let folder = folder();
    let mail = folder.path("mail.sqrt");
    for (line, told) in [
        (":rulse", "is `:rules` meant?"),
        (":rules send_emial", "is `send_email` meant?"),
        (":tags +confidental", "is `confidential` meant?"),
        (":tags confidental other", "is `confidential` meant?"),
        ("to.value in bloked", "is `blocked` meant?"),
        ("to.tags overlaps {\"confidental\"}", "is `confidential` meant?"),
    ] {
        let run = run_with(["repl", &mail], format!("send_email(to=\"x\")\n{line}\n"));
        assert!(run.stdout.contains(told) || run.stderr.contains(told), "{line}: {run:?}");
    }
    let run = run_with(
        ["repl", &mail],
        "send_email(to=\"x\")\n:tags +confidential\nto.tags overlaps {\"confidential\"}\n",
    );
    assert!(!run.stdout.contains("meant"), "{run:?}");
}
