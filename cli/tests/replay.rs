//! `sqrt replay`: what changes between policies is found, counted and placed, whatever the calls are packed in and however many
//! threads decide them; and the exit status is a gate.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod common;

use common::{Folder, MAIL, Random, Run, run, run_with};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::process::Command;

/// Sessions remember; what was read may not go out. The other one forgets a tag, allows one address and denies another.
const OLD: &str = r#"tool "read" { session after { @tags |= {"secret"}; } result { @tags |= {"read"}; } }
tool "send" {
    must deny when "secret" in @session.tags;
    must deny when to.value in {"spam@evil.com"};
    should allow when to.value in {str matching r".*@corp\.com"};
    should deny always;
}
"#;
const NEW: &str = r#"// Another line, so that rules are elsewhere.
tool "read" { session after { @tags |= {"secret"}; } result { @tags |= {"seen"}; } }
tool "peek" { session after { @tags |= {"secret"}; } }
tool "send" {
    must deny when "secret" in @session.tags;
    must deny when to.value in {"ann@corp.com"};
    should allow when to.value in {str matching r".*@corp\.com", "spam@evil.com"};
    should deny always;
}
"#;

fn call(session: &str, tool: &str, to: &str) -> String {
    let result = if tool == "send" { "" } else { ", \"result\": \"…\"" };
    format!("{{\"session\": \"{session}\", \"tool\": \"{tool}\", \"args\": {{\"to\": \"{to}\"}}{result}}}\n")
}

/// Random calls; those of a session are in order.
fn calls(seed: u64, count: usize) -> String {
    let mut random = Random(seed);
    let mut out = String::new();
    for _ in 0..count {
        let session = format!("s{}", random.below(50));
        let tool = ["send", "send", "send", "read", "peek", "other"][random.below(6)];
        let to = ["spam@evil.com", "ann@corp.com", "bob@corp.com", "x@y.z"][random.below(4)];
        out.push_str(&call(&session, tool, to));
        if random.below(40) == 0 {
            out.push_str(["\n", "{\"tool\": 5}\n", "no json\n"][random.below(3)]);
        }
    }
    out
}

fn report(run: &Run) -> Value {
    serde_json::from_str(run.stdout.trim_end()).expect("one line of JSON")
}

/// Without what says where calls stand.
fn without_places(mut report: Value) -> Value {
    for key in ["diverged", "problems"] {
        report[key].as_object_mut().expect("an object").remove("first");
    }
    for change in report["changes"].as_array_mut().expect("changes") {
        change.as_object_mut().expect("a change").remove("examples");
    }
    report.as_object_mut().expect("a report").remove("inputs");
    report
}

#[test]
fn changes_are_found_counted_and_placed() {
    let folder = Folder::new();
    let (old, new) = (folder.file("p.sqrt", OLD), folder.file("q.sqrt", NEW));
    let lines = [
        call("a", "send", "ann@corp.com"),
        call("a", "send", "spam@evil.com"),
        call("b", "peek", ""),
        call("b", "send", "bob@corp.com"),
        call("c", "read", ""),
        call("c", "send", "bob@corp.com"),
        call("d", "send", "x@y.z"),
    ];
    let calls = folder.file("calls.jsonl", lines.concat());
    let run = run(["replay", &old, "--against", &new, "--calls", &calls, "--format", "json"]);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    let report = report(&run);
    assert_eq!(
        report["changed"],
        json!({"newly-allowed": 1, "newly-denied": 2, "other-rule": 0, "result-metadata": 1, "session-metadata": 1})
    );
    let found: Vec<_> = report["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .map(|change| {
            let example = &change["examples"][0];
            let rule = |side: &str| change[side]["rule"]["line"].as_u64();
            let place = (example["line"].as_u64(), example["session"].as_str().unwrap_or(""));
            (
                change["kind"].as_str().unwrap_or(""),
                place,
                rule("old"),
                rule("new"),
                change["after_divergence"].as_u64(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("newly-allowed", (Some(2), "a"), Some(4), Some(7), Some(0)),
            ("newly-denied", (Some(4), "b"), Some(5), Some(5), Some(1)),
            ("newly-denied", (Some(1), "a"), Some(5), Some(6), Some(0)),
            ("result-metadata", (Some(5), "c"), None, None, Some(0)),
            ("session-metadata", (Some(3), "b"), None, None, Some(0)),
        ]
    );
    assert_eq!(report["diverged"]["count"], 1);
    assert_eq!(report["diverged"]["first"][0]["details"], json!(["tags: + {\"secret\"}"]));
    assert_eq!((&report["calls"], &report["sessions"]), (&json!(7), &json!(4)));
    let text = common::run(["replay", &old, "--against", &new, "--calls", &calls]).stdout;
    for line in [
        "Newly denied: 2 calls",
        "  1 × `send` (1 in sessions with other metadata before)",
        &format!("      {calls}:5, session `c`: tags: + {{\"seen\"}} - {{\"read\"}}"),
        "Other metadata at some time: 1 of 4 sessions, first at",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}

#[test]
fn a_policy_that_says_the_same_changes_nothing() {
    let folder = Folder::new();
    let (old, new) = (folder.file("p.sqrt", OLD), folder.file("q.sqrt", format!("\n\n// moved\n{OLD}")));
    let calls = folder.file("calls.jsonl", calls(1, 500).replace("no json", "").replace("{\"tool\": 5}", ""));
    let run = run(["replay", &old, "--against", &new, "--calls", &calls]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    assert!(run.stdout.ends_with("\nNothing changes.\n"), "{}", run.stdout);
}

/// The heart of it: neither threads nor the cutting of input may show.
#[test]
fn threads_pipes_and_files_make_no_difference() {
    let folder = Folder::new();
    let (old, new) = (folder.file("p.sqrt", OLD), folder.file("q.sqrt", NEW));
    // Some blocks of lines.
    let text = calls(7, 12_000);
    let all = folder.file("all.jsonl", &text);
    let with = |calls: &str, threads: &str| {
        run(["replay", &old, "--against", &new, "--calls", calls, "--threads", threads, "--format", "json"])
    };
    let one = with(&all, "1");
    assert_eq!(one.status, 2, "{}", one.stderr);
    let counted = report(&one);
    assert!(
        counted["diverged"]["count"].as_u64() > Some(10) && counted["problems"]["count"].as_u64() > Some(10)
    );
    for threads in ["2", "8", "1"] {
        assert_eq!(with(&all, threads).stdout, one.stdout, "{threads} threads");
    }
    let piped = ["replay", &old, "--against", &new, "--format", "json"];
    let piped = run_with(piped, &text);
    assert_eq!(
        piped.stdout.replace("\"file\": \"-\"", ""),
        one.stdout.replace(&format!("\"file\": \"{all}\""), "")
    );
    // The sessions in files of their own, in a folder of folders.
    let split = folder.path("split");
    for line in text.lines() {
        let session = line.split('"').nth(3).filter(|name| name.starts_with('s') && line.contains("session"));
        let place = format!("{split}/{}", session.and_then(|name| name.get(..2)).unwrap_or("none"));
        fs::create_dir_all(&place).expect("a folder");
        let name = format!("{place}/{}.jsonl", session.unwrap_or("lines"));
        let mut file = fs::OpenOptions::new().append(true).create(true).open(name).expect("a file");
        writeln!(file, "{line}").expect("a line");
    }
    fs::write(format!("{split}/.hidden"), "no json\n").expect("a file");
    assert_eq!(without_places(report(&with(&split, "2"))), without_places(counted));
}

#[test]
fn sessions_count_as_eval_counts_them() {
    let folder = Folder::new();
    let old = folder.file("p.sqrt", OLD);
    let text = calls(3, 2000);
    let calls = folder.file("calls.jsonl", &text);
    let answers = run(["eval", &old, "--calls", &calls]);
    let answers = answers.answers();
    let count = |decision: &str| answers.iter().filter(|answer| answer["decision"] == decision).count();
    let alone = report(&run(["replay", &old, "--calls", &calls, "--format", "json"]));
    assert_eq!(alone["new"]["allowed"], json!(count("allow")));
    assert_eq!(alone["new"]["denied"], json!(count("deny")));
    let by: u64 =
        alone["new"]["by"].as_array().expect("a list").iter().filter_map(|by| by["count"].as_u64()).sum();
    assert_eq!(json!(by), alone["calls"]);
    assert_eq!(
        alone["problems"]["count"],
        json!(answers.iter().filter(|answer| !answer["error"].is_null()).count())
    );
    assert!(alone["tools"].as_array().is_some_and(|tools| tools.len() == 4));
}

#[test]
fn recorded_answers_are_compared_with() {
    let folder = Folder::new();
    let (old, new) = (folder.file("p.sqrt", OLD), folder.file("q.sqrt", NEW));
    let text = calls(5, 3000).replace("no json", "").replace("{\"tool\": 5}", "");
    let calls = folder.file("calls.jsonl", &text);
    let answers = folder.file("answers.jsonl", run(["eval", &old, "--calls", &calls]).stdout);
    let same = run(["replay", &old, "--calls", &calls, "--answers", &answers]);
    assert_eq!((same.status, same.stderr.as_str()), (0, ""), "{}", same.stdout);
    let recorded =
        report(&run(["replay", &new, "--calls", &calls, "--answers", &answers, "--format", "json"]));
    let compared = report(&run(["replay", &old, "--against", &new, "--calls", &calls, "--format", "json"]));
    for kind in ["newly-allowed", "newly-denied", "result-metadata", "session-metadata"] {
        assert_eq!(recorded["changed"][kind], compared["changed"][kind], "{kind}");
    }
    assert_eq!(recorded["diverged"]["count"], compared["diverged"]["count"]);
    // The same, side by side in the lines.
    let said = fs::read_to_string(&answers).expect("answers");
    let pairs = text.lines().filter(|line| !line.is_empty()).zip(said.lines());
    let pairs: String =
        pairs.map(|(call, answer)| format!("{{\"call\": {call}, \"answer\": {answer}}}\n")).collect();
    let pairs = folder.file("pairs.jsonl", pairs);
    let paired = report(&run(["replay", &new, "--calls", &pairs, "--recorded", "--format", "json"]));
    assert_eq!(paired["changed"], recorded["changed"]);
    // An answer too few, and one too many.
    let fewer: String = said.lines().skip(1).map(|line| format!("{line}\n")).collect();
    for (answers, why) in
        [(fewer, "fewer answers than calls"), (format!("{said}{{}}\n"), "more answers than calls")]
    {
        let refused =
            run(["replay", &new, "--calls", &calls, "--answers", &folder.file("other.jsonl", answers)]);
        assert_eq!(refused.status, 2);
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
    }
}

#[test]
fn what_is_packed_is_unpacked() {
    let folder = Folder::new();
    let (old, new) = (folder.file("p.sqrt", OLD), folder.file("q.sqrt", NEW));
    let text = calls(9, 4000);
    let plain = folder.file("calls.jsonl", &text);
    let with =
        |calls: &str| run(["replay", &old, "--against", &new, "--calls", calls, "--format", "json"]).stdout;
    let expected = with(&plain);
    for (packer, name) in [("gzip", "packed"), ("zstd", "other")] {
        let Ok(packed) = Command::new(packer).args(["-q", "-c", &plain]).output() else {
            eprintln!("{packer} is not there, so files that it makes were not tried");
            continue;
        };
        // Of two members, as programs that append make them.
        let twice = [packed.stdout.clone(), packed.stdout.clone()].concat();
        let packed = folder.file(name, packed.stdout);
        assert_eq!(with(&packed), expected.replace(&plain, &packed), "{packer}");
        let double =
            report(&run(["replay", &old, "--calls", &folder.file("twice", twice), "--format", "json"]));
        assert_eq!(
            double["lines"],
            json!(2 * text.lines().filter(|line| !line.is_empty()).count()),
            "{packer}"
        );
        let bytes = fs::read(&packed).expect("the packed file");
        let cut = folder.file("cut", &bytes[..bytes.len() / 2]);
        let stopped = run(["replay", &old, "--calls", &cut]);
        assert_eq!(stopped.status, 2, "{packer}");
        assert!(stopped.stderr.contains("cannot read"), "{}", stopped.stderr);
    }
}

#[test]
fn the_status_is_a_gate() {
    let folder = Folder::new();
    let (old, new) = (folder.file("p.sqrt", OLD), folder.file("q.sqrt", NEW));
    let calls = folder.file("calls.jsonl", call("a", "send", "ann@corp.com"));
    let status = |options: &[&str]| {
        let args = ["replay", &old, "--against", &new, "--calls", &calls];
        run(args.into_iter().chain(options.iter().copied())).status
    };
    assert_eq!(status(&[]), 1);
    assert_eq!(status(&["--fail-on", "newly-allowed"]), 0);
    assert_eq!(status(&["--fail-on", "newly-allowed,newly-denied"]), 1);
    assert_eq!(status(&["--allow-change", "newly-denied"]), 0);
    assert_eq!(status(&["--allow-change", "newly-allowed", "--allow-change", "other-rule"]), 1);
    assert_eq!(status(&["--fail-on", "other"]), 2);
    // One policy has nothing that changes.
    assert_eq!(run(["replay", &old, "--calls", &calls]).status, 0);
    let broken = folder.file("broken.sqrt", "tool");
    assert_eq!(run(["replay", &old, "--against", &broken, "--calls", &calls]).status, 1);
    let missing = run(["replay", &old, "--calls", &folder.path("missing")]);
    assert_eq!(missing.status, 2);
    assert!(missing.stderr.contains("missing"), "{}", missing.stderr);
    assert_eq!(run(["replay", &old, "--against", &new, "--recorded", "--calls", &calls]).status, 2);
}

#[test]
fn settings_can_be_compared_alone() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let line = "{\"tool\": \"other\"}\n";
    let run = run_with(["replay", &mail, "--against-default-allow", "false", "--format", "json"], line);
    assert_eq!((run.status, &report(&run)["changed"]["newly-denied"]), (1, &json!(1)));
    let document = folder.file("x.json", r#"{"presets": {"default_allow": false}}"#);
    let run = run_with(["replay", &mail, "--against-x-policy", &document, "--format", "json"], line);
    assert_eq!(report(&run)["changed"]["newly-denied"], json!(1));
    // What is not said of the second is as in the first.
    let run =
        run_with(["replay", &mail, "--default-allow", "false", "--against", &mail, "--format", "json"], line);
    assert_eq!((run.status, &report(&run)["old"]["denied"]), (0, &json!(1)));
}

#[test]
fn images_are_compared_by_the_looks_of_their_rules() {
    let folder = Folder::new();
    let (old, new) = (folder.file("p.sqrt", OLD), folder.file("q.sqrt", format!("\n{OLD}")));
    let (first, second) = (folder.path("p.sqrtc"), folder.path("q.sqrtc"));
    for (text, image) in [(&old, &first), (&new, &second)] {
        assert_eq!(run(["compile", text, "-o", image]).status, 0);
    }
    let calls = folder.file("calls.jsonl", call("a", "send", "x@y.z").repeat(3));
    let run = run(["replay", &first, "--against", &second, "--calls", &calls]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{}", run.stdout);
}

#[test]
fn values_are_never_shown() {
    let folder = Folder::new();
    let (old, new) = (folder.file("p.sqrt", OLD), folder.file("q.sqrt", NEW));
    let mut lines = calls(11, 300);
    lines.push_str(
        "{\"tool\": \"send\", \"args\": {\"to\": \"spam@evil.com\"}, \"session\": [\"ann@corp.com\"]}\n",
    );
    for format in ["text", "json"] {
        let run =
            run_with(["replay", &old, "--against", &new, "--examples", "1000", "--format", format], &lines);
        for value in ["spam@evil.com", "ann@corp.com", "bob@corp.com", "x@y.z"] {
            assert!(!run.stdout.contains(value) && !run.stderr.contains(value), "{value} in {}", run.stdout);
        }
    }
}

#[test]
fn too_many_sessions_are_a_failure_of_the_whole() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let lines: String = (0..100).map(|session| call(&session.to_string(), "send", "")).collect();
    let run = run_with(["replay", &mail, "--limit", "eval_sessions=99", "--threads", "3"], lines);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("eval_sessions"), "{}", run.stderr);
}

#[test]
fn the_report_can_go_to_a_file() {
    let folder = Folder::new();
    let (mail, out) = (folder.file("mail.sqrt", MAIL), folder.path("report.txt"));
    let run = run_with(["replay", &mail, "-o", &out], call("a", "send", ""));
    assert_eq!((run.status, run.stdout.as_str()), (0, ""));
    assert!(fs::read_to_string(out).expect("the report").starts_with("1 call in 1 session, from 1 input\n"));
}

#[test]
fn without_calls_there_is_no_table_of_tools() {
    let folder = Folder::new();
    let run = run(["replay", &folder.file("p.sqrt", OLD)]);
    assert_eq!((run.status, run.stdout.contains("0 calls in 0 sessions")), (0, true), "{run:?}");
    assert!(!run.stdout.contains("By tool"), "{}", run.stdout);
}
