//! `sqrt eval`: answers, their keys and order, options, statuses.

mod common;

use common::{Folder, MAIL, run, run_with};

const SPAM: &str = r#"{"session": "s1", "tool": "send_email", "args": {"to": "spam@evil.com"}}"#;

#[test]
fn an_answer_has_its_keys_in_order() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let run = run_with(["eval", &mail], format!("{SPAM}\n{{\"tool\": \"x\", \"result\": 1}}\n"));
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    let deny = format!(
        r#"{{"session": "s1", "tool": "send_email", "decision": "deny", "basis": "must_deny", "rule": {{"file": {mail:?}, "line": 3, "column": 5, "tool_id": "send_email", "description": "Known spam"}}, "session_meta": {{"tags": [], "producers": [], "consumers": ["*"]}}, "result_meta": null}}"#
    );
    let allow = r#"{"session": null, "tool": "x", "decision": "allow", "basis": "default", "rule": null, "session_meta": {"tags": [], "producers": [], "consumers": ["*"]}, "result_meta": {"tags": [], "producers": [], "consumers": ["*"]}}"#;
    assert_eq!(run.stdout, format!("{deny}\n{allow}\n"));
}

#[test]
fn calls_come_from_a_file_or_standard_input() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let calls = folder.file("calls.jsonl", SPAM);
    let from_file = run(["eval", &mail, "--calls", &calls]);
    let from_stdin = run_with(["eval", &mail], SPAM);
    let explicit = run_with(["eval", &mail, "--calls", "-"], SPAM);
    assert_eq!(from_file.status, 0);
    assert!(from_file.stdout.contains("must_deny"));
    assert_eq!(from_file.stdout, from_stdin.stdout);
    assert_eq!(from_file.stdout, explicit.stdout);
    let policy_from_stdin = run_with(["eval", "-", "--calls", &calls], MAIL);
    assert_eq!(policy_from_stdin.answers()[0]["rule"]["file"], "-");
}

#[test]
fn no_calls_are_fine() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let run = run(["eval", &mail]);
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
}

#[test]
fn bad_lines_are_answered_in_their_place() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let mut calls = Vec::new();
    calls.extend_from_slice(b"\n  \r\n{\"tool\": \"x\"}\r\n{\"tool\": 5}\n\n\xff\xfe\n{\"tool\": \"a\0b\"}\n\0\n{\"tool\": \"x\"}");
    let run = run_with(["eval", &mail], calls);
    assert_eq!(run.status, 2);
    let shown: Vec<(bool, Option<u64>)> =
        run.answers().iter().map(|answer| (answer["error"].is_string(), answer["line"].as_u64())).collect();
    let expected =
        [(false, None), (true, Some(4)), (true, Some(6)), (true, Some(7)), (true, Some(8)), (false, None)];
    assert_eq!(shown, expected, "{}", run.stdout);
    let second = run.stdout.lines().nth(1).unwrap();
    assert!(second.starts_with("{\"error\": \"") && second.ends_with("\", \"line\": 4}"), "{second}");
}

#[test]
fn a_bad_line_changes_no_session() {
    let folder = Folder::new();
    let policy = folder.file("p.sqrt", "tool \"t\" { session before { @tags |= {\"seen\"}; } }\n");
    let calls = "{\"session\": \"s\", \"tool\": \"t\", \"arg_meta\": {\"x\": {}}, \"session_value\": 1}\n{\"session\": \"s\", \"tool\": \"look\"}\n";
    let run = run_with(["eval", &policy], calls);
    assert_eq!(run.status, 2);
    assert_eq!(run.answers()[1]["session_meta"]["tags"], serde_json::json!([]));
}

#[test]
fn sessions_are_apart() {
    let folder = Folder::new();
    let policy = folder.file("p.sqrt", "tool \"t\" -> session before @tags |= {\"seen\"};\n");
    let calls = r#"{"session": "a", "tool": "t"}
{"session": "b", "tool": "look"}
{"tool": "look"}
{"session": null, "tool": "t"}
{"session": "a", "tool": "look"}
{"session": "", "tool": "look"}
{"tool": "look"}
"#;
    let run = run_with(["eval", &policy], calls);
    let seen: Vec<bool> = run
        .answers()
        .iter()
        .map(|answer| answer["session_meta"]["tags"] == serde_json::json!(["seen"]))
        .collect();
    assert_eq!(seen, [true, false, false, true, true, false, true]);
}

#[test]
fn a_policy_that_is_not_fine_answers_nothing() {
    let folder = Folder::new();
    let broken = folder.file("broken.sqrt", "tool \"a\" { must deny always }");
    let run = run_with(["eval", &broken], SPAM);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("broken.sqrt:1:"), "{}", run.stderr);
}

#[test]
fn warnings_are_told_once_and_change_nothing() {
    let folder = Folder::new();
    let file = folder.file("warned.sqrt", "tool \"a\" { must deny when x.value in {\"a\\qb\"}; }\n");
    let run = run_with(["eval", &file], format!("{SPAM}\n{SPAM}\n"));
    assert_eq!((run.status, run.answers().len()), (0, 2));
    assert_eq!(run.stderr.matches("warned.sqrt:1:").count(), 1, "{}", run.stderr);
}

#[test]
fn what_cannot_be_read_is_a_failure() {
    let folder = Folder::new();
    let (mail, missing) = (folder.file("mail.sqrt", MAIL), folder.path("missing"));
    for args in [
        &[&*mail, &missing][..],
        &[&mail, "--calls", &missing],
        &[&mail, "--x-policy", &missing],
        &[&mail, "--calls", &folder.path("")],
    ] {
        let run = run(["eval"].iter().chain(args));
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(run.stderr.contains("cannot read `"), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn several_files_are_one_policy_in_their_order() {
    let folder = Folder::new();
    let lets = folder.file(
        "lets.sqrt",
        "let spam = {\"spam@evil.com\"};\ntool \"send_email\" { should allow when to.value in spam; }\n",
    );
    let mail = folder.file("mail.sqrt", "tool \"send_email\" { should allow when to.value in spam; }\n");
    for (first, second) in [(&lets, &mail), (&mail, &lets)] {
        let run = run_with(["eval", first, second], SPAM);
        assert_eq!(run.answers()[0]["rule"]["file"], first.as_str(), "{}", run.stderr);
    }
}

/// Decision and basis of a call to an unknown tool.
fn default(args: &[&str]) -> (i32, String) {
    let run = run_with(["eval"].iter().chain(args), "{\"tool\": \"unknown\"}");
    let answer = run.answers().first().map_or(String::new(), |answer| {
        format!("{} {}", answer["decision"].as_str().unwrap_or("?"), answer["basis"].as_str().unwrap_or("?"))
    });
    (run.status, answer)
}

#[test]
fn options_set_the_default() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", "tool \"unknown\" { should deny always; }\n");
    for (args, expected) in [
        (&[&*mail][..], "deny should_deny"),
        (&[&mail, "--default-level", "hard"], "allow default"),
        (&[&mail, "--default-allow", "false", "--default-level", "hard"], "deny default"),
        (&[&mail, "--default-level", "soft"], "deny should_deny"),
    ] {
        assert_eq!(default(args), (0, expected.to_owned()), "{args:?}");
    }
}

#[test]
fn options_win_over_the_document() {
    let folder = Folder::new();
    let document = folder.file(
        "x.json",
        r#"{"presets": {"default_allow": false, "default_allow_enforcement_level": "hard"}}"#,
    );
    let codes = folder.file("codes.json", r#"{"codes": "tool \"unknown\" { should allow always; }", "presets": {"default_allow": false, "default_allow_enforcement_level": "hard"}}"#);
    for (args, expected) in [
        (&["--x-policy", &*document][..], "deny default"),
        (&["--x-policy", &document, "--default-allow", "true"], "allow default"),
        (&["--x-policy", &codes], "deny default"),
        (&["--x-policy", &codes, "--default-level", "soft"], "allow should_allow"),
    ] {
        assert_eq!(default(args), (0, expected.to_owned()), "{args:?}");
    }
}

#[test]
fn the_code_of_a_document_comes_after_the_files() {
    let folder = Folder::new();
    let document =
        folder.file("x.json", r#"{"codes": {"code": "\ntool \"send_email\" { must deny always; }"}}"#);
    let mail = folder.file("mail.sqrt", MAIL);
    let alone = run_with(["eval", "--x-policy", &document], SPAM);
    assert_eq!(alone.answers()[0]["rule"]["file"], "x-policy", "{}", alone.stderr);
    assert_eq!(alone.answers()[0]["rule"]["line"], 2);
    let both = run_with(["eval", &mail, "--x-policy", &document], SPAM);
    assert_eq!(both.answers()[0]["rule"]["file"], mail.as_str());
    let from_stdin = run_with(
        ["eval", "--x-policy", "-", "--calls", &folder.file("calls.jsonl", SPAM)],
        std::fs::read(&document).unwrap(),
    );
    assert_eq!(from_stdin.stdout, alone.stdout);
}

#[test]
fn a_document_that_is_not_fine_is_refused_with_the_key() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    for (text, message) in [
        (r#"{"presets": {"default_alow": false}}"#, "`presets.default_alow`: the key is unknown"),
        (r#"{"codes": {"code": "", "language": "cedar"}}"#, "`codes.language`: "),
        ("{", "line 1, column "),
    ] {
        let document = folder.file("x.json", text);
        let run = run_with(["eval", &mail, "--x-policy", &document], SPAM);
        assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{text}");
        assert!(run.stderr.contains(message) && run.stderr.contains("x.json"), "{text}: {}", run.stderr);
    }
    let broken = folder.file("x.json", r#"{"codes": "tool"}"#);
    let run = run_with(["eval", "--x-policy", &broken], SPAM);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("x-policy:1:"), "{}", run.stderr);
}

#[test]
fn modes_decide_what_control_metadata_does() {
    let folder = Folder::new();
    let policy = folder.file("p.sqrt", "tool \"t\" { must deny when @args.tags overlaps {\"secret\"}; }\n");
    let call = r#"{"tool": "t", "args": {"x": 1}, "control_meta": {"tags": ["secret"]}}"#;
    for (mode, decision) in [("standard", "allow"), ("strict", "deny"), ("custom", "allow")] {
        let run = run_with(["eval", &policy, "--mode", mode], call);
        assert_eq!(run.answers()[0]["decision"], decision, "{mode}");
    }
}

#[test]
fn branch_questions_are_answered() {
    let folder = Folder::new();
    let document = folder.file(
        "x.json",
        r#"{"mode": "custom", "presets": {"branching_meta_policy": {"mode": "deny", "tags": ["RACE"]}}}"#,
    );
    let questions = "{\"session\": \"s\", \"branch\": {\"tags\": [\"RACE\"]}}\n{\"branch\": {}}\n";
    let run = run_with(["eval", "--x-policy", &document], questions);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert_eq!(
        run.stdout,
        "{\"session\": \"s\", \"branch\": \"deny\"}\n{\"session\": null, \"branch\": \"allow\"}\n"
    );
}

#[test]
fn the_trace_is_the_last_key_and_changes_nothing_else() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let plain = run_with(["eval", &mail], SPAM);
    let explained = run_with(["eval", &mail, "--explain"], SPAM);
    let start = plain.stdout.trim_end().strip_suffix('}').unwrap();
    assert!(explained.stdout.starts_with(&format!("{start}, \"trace\": ")), "{}", explained.stdout);
    assert_eq!(explained.answers().len(), 1);
}

#[test]
fn an_explanation_has_the_outcome_of_every_condition() {
    let folder = Folder::new();
    let policy = r#"
let inside = to.value in {"a", "b"};
let fine = inside and inside;
tool "send" {
    must deny when not fine
        and (n.value in {1,
            2} or body.tags is empty);
    should allow when fine;
    result { when inside { @tags |= {"x"}; @tags -= {"y"}; } }
}"#;
    let policy = folder.file("p.sqrt", policy);
    let call = r#"{"tool": "send", "args": {"to": "a", "n": "secret"}, "result": 0}"#;
    let explained = run_with(["eval", &policy, "--explain"], call);
    assert!(!explained.stdout.replace(call, "").contains("secret"), "{}", explained.stdout);
    let trace = &explained.answers()[0]["trace"][0];
    let shown = |conditions: &serde_json::Value| -> Vec<String> {
        let item = |item: &serde_json::Value| {
            let indent = " ".repeat(item["depth"].as_u64().unwrap() as usize);
            format!("{indent}{}:{} {} {}", item["line"], item["column"], item["condition"], item["outcome"])
        };
        conditions.as_array().unwrap().iter().map(item).collect()
    };
    assert_eq!(
        shown(&trace["rules"][0]["conditions"]),
        [
            r#"5:20 "and" false"#,
            r#" 5:20 "not" false"#,
            r#"  5:24 "fine" true"#,
            r#"   3:12 "and" true"#,
            r#"    3:12 "inside" true"#,
            r#"     2:14 "to.value in {\"a\", \"b\"}" true"#,
            r#"    3:23 "inside" true"#,
            r#" 6:14 "or" null"#,
            r#"  6:14 "n.value in {1, 2}" null"#,
            r#"  7:19 "body.tags is empty" null"#,
        ]
    );
    // An allow rule reads its condition another way, so the let is another one there (S4.4); the rule did fire.
    assert_eq!(trace["rules"][1]["fired"], true);
    assert_eq!(shown(&trace["rules"][1]["conditions"])[0], r#"8:23 "fine" true"#);
    let updates = trace["updates"].as_array().unwrap();
    assert_eq!(updates.len(), 2);
    for update in updates {
        assert_eq!(update["phase"], "result");
        assert_eq!(shown(&update["conditions"])[0], r#"9:19 "inside" true"#);
    }
}

#[test]
fn what_a_let_stands_for_is_shown_in_every_phase() {
    let folder = Folder::new();
    let policy = r#"
let marked = "y" in @result.tags;
tool "send" {
    should deny when marked and marked;
    result { @tags |= {"y"}; when marked { @tags |= {"z"}; } }
}"#;
    let policy = folder.file("p.sqrt", policy);
    let explained = run_with(["eval", &policy, "--explain"], r#"{"tool": "send", "result": 0}"#);
    let trace = &explained.answers()[0]["trace"][0];
    let outcomes = |conditions: &serde_json::Value| -> Vec<String> {
        let items = conditions.as_array().unwrap().iter();
        items.map(|item| format!("{} {}", item["condition"].as_str().unwrap(), item["outcome"])).collect()
    };
    let test = r#""y" in @result.tags"#;
    let rule = outcomes(&trace["rules"][0]["conditions"]);
    assert_eq!(rule, ["and false", "marked false", &format!("{test} false"), "marked null"]);
    let update = outcomes(&trace["updates"][0]["conditions"]);
    assert_eq!(update, ["marked true", &format!("{test} true")]);
}
