//! `--limit` with every verb: what it allows, how what is over a limit is told, and how it is misused.

mod common;

use common::{Folder, MAIL, run, run_with};

const CALL: &str = "{\"tool\": \"send_email\", \"args\": {\"to\": \"x@y.com\"}}\n";

/// What a verb says with a limit exactly met, and missed by one.
fn sides(name: &str, at: usize, mut run: impl FnMut(&str) -> common::Run, refused: i32) -> String {
    let fine = run(&format!("{name}={at}"));
    assert_eq!(fine.status, 0, "{name}: {fine:?}");
    let over = run(&format!("{name}={}", at - 1));
    assert_eq!(over.status, refused, "{name}: {over:?}");
    let told = format!("{}{}", over.stdout, over.stderr);
    assert!(told.contains(name) && told.contains("--limit"), "{name}: {told}");
    told
}

#[test]
fn every_verb_takes_limits() {
    let folder = Folder::new();
    let (mail, calls) = (folder.file("mail.sqrt", MAIL), folder.file("calls.jsonl", CALL));
    let image = folder.path("mail.sqrtc");
    let together = ["check", "--together", &mail];
    for check in [&["check", &mail][..], &["check", "--syntax-only", &mail], &together] {
        let json = [check, &["--format", "json"]].concat();
        sides("source_bytes", MAIL.len(), |limit| run([check, &["--limit", limit]].concat()), 1);
        sides("source_bytes", MAIL.len(), |limit| run([json.as_slice(), &["--limit", limit]].concat()), 1);
    }
    sides("tool_blocks", 1, |limit| run(["compile", &mail, "-o", &image, "--limit", limit]), 1);
    let bytes = std::fs::read(&image).unwrap().len();
    sides("image_bytes", bytes, |limit| run(["compile", &mail, "-o", &image, "--limit", limit]), 1);
    sides("source_bytes", MAIL.len(), |limit| run(["disasm", &mail, "--limit", limit]), 1);
    sides("image_bytes", bytes, |limit| run(["disasm", &image, "--limit", limit]), 2);
    sides("set_elements", 1, |limit| run(["eval", &mail, "--calls", &calls, "--limit", limit]), 1);
    sides("tool_blocks", 1, |limit| run(["eval", &image, "--calls", &calls, "--limit", limit]), 1);
    for (name, at) in [("value_bytes", 39), ("arguments", 1), ("line_bytes", CALL.len() - 1)] {
        let told = sides(name, at, |limit| run(["eval", &mail, "--calls", &calls, "--limit", limit]), 2);
        assert!(told.starts_with("{\"error\": ") && told.ends_with("\"line\": 1}\n"), "{told}");
    }
    let two =
        "{\"session\": \"a\", \"tool\": \"t\"}\n{\"session\": \"b\", \"tool\": \"t\"}\n{\"tool\": \"t\"}\n";
    let told = sides("eval_sessions", 2, |limit| run_with(["eval", &mail, "--limit", limit], two), 2);
    assert_eq!(told.lines().filter(|line| line.starts_with("{\"error\"")).count(), 1, "{told}");
}

#[test]
fn test_files_have_limits() {
    let folder = Folder::new();
    folder.file("mail.sqrt", MAIL);
    let text = "tests: [{name: a, steps: [{call: {tool: send_email}, expect: allow, repeat: 3}]}]\n";
    let tests = folder.file("mail_test.yaml", text);
    sides("test_file_bytes", text.len(), |limit| run(["test", &tests, "--limit", limit]), 2);
    sides("test_calls", 3, |limit| run(["test", &tests, "--limit", limit]), 2);
    sides("source_bytes", MAIL.len(), |limit| run(["test", &tests, "--limit", limit]), 1);
}

#[test]
fn limits_are_shown_as_they_are_set() {
    let shown = run(["limits", "--limit", "value_bytes=1_0MiB", "--limit", "work=7", "--limit", "work=8"]);
    assert_eq!((shown.status, shown.stderr.as_str()), (0, ""));
    let line = |name: &str| {
        shown.stdout.lines().find(|line| line.trim_start().starts_with(name)).unwrap_or_default()
    };
    assert!(line("value_bytes ").contains(" 10,485,760 bytes"), "{}", shown.stdout);
    assert!(line("work ").contains(" 8 steps"), "{}", shown.stdout);
    assert!(line("arguments ").contains(" 10,000 arguments"), "{}", shown.stdout);
}

#[test]
fn limits_are_misused_with_status_2() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let image = folder.path("mail.sqrtc");
    for (limit, told) in [
        ("value_byte=1", "near it is `value_bytes`"),
        ("nonsense=1", "there is no limit `nonsense`"),
        ("value_depth=121", "cannot be above 120 levels"),
        ("nesting=257", "cannot be above 256 levels"),
        ("pattern_bytes=1", "part of the language"),
        ("value_bytes", "NAME=VALUE"),
        ("value_bytes=", "whole number"),
        ("value_bytes=-1", "whole number"),
        ("value_bytes=1MB", "whole number"),
        ("value_bytes=99999999999999999999", "above"),
        ("\u{1b}[2J=1", "there is no limit `\\u{1b}[2J`"),
    ] {
        for verb in [
            &["check", &mail][..],
            &["eval", &mail],
            &["compile", &mail, "-o", &image],
            &["disasm", &mail],
            &["limits"],
        ] {
            let run = run([verb, &["--limit", limit]].concat());
            assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{verb:?} {limit}");
            assert!(
                run.stderr.contains(told) && !run.stderr.contains('\u{1b}'),
                "{verb:?} {limit}: {}",
                run.stderr
            );
        }
    }
    assert!(!std::path::Path::new(&image).exists());
}

#[test]
fn a_byte_order_mark_before_calls_is_named() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let run = run_with(["eval", &mail], format!("\u{feff}{CALL}{CALL}"));
    let answers = run.answers();
    assert_eq!((run.status, answers.len()), (2, 2));
    let error = answers[0]["error"].as_str().unwrap_or_default();
    assert!(error.contains("byte order mark") && error.contains("save"), "{error}");
    assert_eq!(answers[1]["decision"], "allow");
}
