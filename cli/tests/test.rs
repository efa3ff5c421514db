//! `sqrt test`: what is found and run, how it is reported, what is covered, what is watched, and the exit status.

#![allow(clippy::unwrap_used, reason = "tests may panic")]
#![allow(clippy::panic, reason = "a test may fail by panicking")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use common::{Folder, MAIL, Run, run, run_with, sqrt};

const FINE: &str = "tests:\n  - {name: spam, call: {tool: send_email, args: {to: spam@evil.com}}, expect: deny}\n  - {name: ann, tags: [quick], call: {tool: send_email, args: {to: ann@corp.com}}, expect: allow}\n";

fn failing() -> String {
    FINE.replace("expect: deny", "expect: allow")
}

/// Runs the command in the folder.
fn run_in(folder: &Folder, args: &[&str]) -> Run {
    sqrt().current_dir(folder.path("")).args(args).output().unwrap().into()
}

#[test]
fn every_example_passes_and_is_covered() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    for folder in fs::read_dir(&examples).unwrap().map(|entry| entry.unwrap().path()) {
        let has_tests = folder.join("policy_test.yaml").exists();
        assert!(has_tests || !folder.join("policy.sqrt").exists(), "{} has no tests", folder.display());
    }
    let report: Run =
        sqrt().current_dir(&examples).args(["test", "--coverage-min", "98"]).output().unwrap().into();
    assert_eq!(report.status, 0, "{report:?}");
    assert!(report.stdout.lines().filter(|line| line.starts_with("ok ")).count() >= 6, "{report:?}");
}

#[test]
fn the_status_is_that_of_the_worst_file() {
    let folder = Folder::new();
    for name in ["mail.sqrt", "bad.sqrt"] {
        folder.file(name, MAIL);
    }
    let fine = folder.file("mail_test.yaml", FINE);
    let all = run_in(&folder, &["test"]);
    assert_eq!(
        (all.status, all.stdout.as_str(), all.stderr.as_str()),
        (0, "ok      mail_test.yaml  2 tests\n", "2 tests passed\n")
    );
    let bad = folder.file("bad_test.yml", failing());
    assert_eq!(run(["test", &fine, &bad]).status, 1);
    let no_policy = folder
        .file("other_test.json", r#"{"tests": [{"name": "a", "call": {"tool": "t"}, "expect": "allow"}]}"#);
    let refused = run(["test", &no_policy]);
    assert_eq!(refused.status, 2);
    assert!(refused.stdout.contains("other.sqrt") && refused.stdout.contains("policy: FILE"), "{refused:?}");
    folder.file("other.sqrt", "tool \"t\" { must deny }");
    let wrong = run(["test", &no_policy]);
    assert_eq!(wrong.status, 1);
    assert!(
        wrong.stdout.contains("the policy has errors") && wrong.stdout.contains("other.sqrt:1:22"),
        "{wrong:?}"
    );
    folder.file("broken_test.yaml", "test: []\n");
    folder.file("broken.sqrt", MAIL);
    let all = run_in(&folder, &["test"]);
    assert_eq!(all.status, 2);
    let first: Vec<&str> =
        all.stdout.lines().filter(|line| line.contains("_test.") && !line.starts_with(' ')).collect();
    assert_eq!(
        first,
        [
            "FAILED  bad_test.yml  1 of 2 tests",
            "broken  broken_test.yaml  2 problems",
            "ok      mail_test.yaml  2 tests",
            "broken  other_test.json  the policy has errors"
        ]
    );
    assert_eq!(all.stderr, "3 tests passed, 1 failed, 2 files could not be run\n");
    let missing = run(["test", &folder.path("missing_test.yaml")]);
    assert_eq!(missing.status, 2);
    assert!(missing.stdout.contains("cannot read"), "{missing:?}");
    let image = folder.path("mail.sqrtc");
    assert_eq!(run(["compile", &folder.path("mail.sqrt"), "-o", &image]).status, 0);
    let of_image = folder.file("image_test.yaml", format!("policy: mail.sqrtc\n{FINE}"));
    let refused = run(["test", &of_image]);
    assert!(refused.status == 2 && refused.stdout.contains("is a compiled image"), "{refused:?}");
}

#[test]
fn folders_are_searched_and_each_file_runs_once() {
    let folder = Folder::new();
    assert_eq!(run_in(&folder, &["test"]).status, 2, "there is nothing");
    for place in [".", "b", "a", "a/deep", ".hidden", "target", "node_modules"] {
        fs::create_dir_all(folder.path(place)).unwrap();
        folder.file(&format!("{place}/mail.sqrt"), MAIL);
        folder.file(&format!("{place}/mail_test.yaml"), FINE);
    }
    folder.file("notes.yaml", "no tests");
    let names = |args: &[&str]| -> Vec<String> {
        let run = run_in(&folder, args);
        assert_eq!(run.status, 0, "{run:?}");
        run.stdout.lines().map(|line| line.split_whitespace().nth(1).unwrap().to_owned()).collect()
    };
    assert_eq!(
        names(&["test"]),
        ["a/deep/mail_test.yaml", "a/mail_test.yaml", "b/mail_test.yaml", "mail_test.yaml"]
    );
    assert_eq!(
        names(&["test", "b", "a/mail_test.yaml", "a", "./b/mail_test.yaml"]),
        ["b/mail_test.yaml", "a/mail_test.yaml", "a/deep/mail_test.yaml"]
    );
    assert_eq!(names(&["test", "target", ".hidden"]), ["target/mail_test.yaml", ".hidden/mail_test.yaml"]);
}

#[test]
fn tests_are_chosen_by_name_and_tag() {
    let folder = Folder::new();
    folder.file("mail.sqrt", MAIL);
    folder.file("mail_test.yaml", FINE);
    let chosen = |args: &[&str]| run_in(&folder, &[&["test", "--list"], args].concat()).stdout;
    let (spam, ann) = ("mail_test.yaml:2  spam\n", "mail_test.yaml:3  ann\n");
    assert_eq!(chosen(&[]), format!("{spam}{ann}"));
    assert_eq!(chosen(&["--filter", "S*AM"]), spam);
    assert_eq!(chosen(&["--filter", "spam", "--filter", "an"]), format!("{spam}{ann}"));
    assert_eq!(chosen(&["--tag", "quick"]), ann);
    assert_eq!(chosen(&["--tag", "quick", "--filter", "spam"]), "");
    for none in [
        &["test", "--filter", "span"][..],
        &["test", "--tag", "slow"],
        &["test", "--list", "--filter", "span"],
    ] {
        let run = run_in(&folder, none);
        assert_eq!(run.status, 2, "{none:?}");
        assert!(run.stderr.contains("no test is called so"), "{run:?}");
    }
}

#[test]
fn reports_have_formats_and_go_to_files() {
    let folder = Folder::new();
    folder.file("mail.sqrt", MAIL);
    let tests = folder.file("mail_test.yaml", failing());
    let json = run(["test", &tests, "--format", "json"]);
    let lines = json.answers();
    assert_eq!((json.status, lines.len()), (1, 3));
    assert_eq!((&lines[0]["outcome"], &lines[1]["outcome"]), (&"failed".into(), &"passed".into()));
    assert_eq!(lines[0]["failure"]["differences"][0]["key"], "decision");
    assert_eq!(lines[0]["failure"]["rule"]["line"], 3);
    assert_eq!(lines[2], serde_json::json!({"passed": 1, "failed": 1, "skipped": 0, "broken_files": 0}));
    let report = folder.path("report.xml");
    let junit = run(["test", &tests, "--format", "junit", "--output", &report]);
    assert_eq!(
        (junit.status, junit.stdout.as_str(), junit.stderr.as_str()),
        (1, "", "1 test passed, 1 failed\n")
    );
    let xml = fs::read_to_string(&report).unwrap();
    assert!(
        xml.starts_with("<?xml") && xml.contains("failures=\"1\"") && xml.ends_with("</testsuites>\n"),
        "{xml}"
    );
    let unwritable = run(["test", &tests, "--output", &folder.path("none/report.xml")]);
    assert_eq!(unwritable.status, 2);
}

#[test]
fn the_first_failure_can_end_it() {
    let folder = Folder::new();
    folder.file("mail.sqrt", MAIL);
    for name in ["a", "b", "c", "d"] {
        let text = if name == "a" { FINE.to_owned() } else { failing() };
        folder.file(&format!("{name}_test.yaml"), format!("policy: mail.sqrt\n{text}"));
    }
    for _ in 0..5 {
        let run = run_in(&folder, &["test", "--fail-fast"]);
        assert_eq!((run.status, run.stderr.as_str()), (1, "2 tests passed, 1 failed\n"));
        assert!(run.stdout.contains("b_test.yaml") && !run.stdout.contains("c_test.yaml"), "{run:?}");
    }
}

#[test]
fn coverage_is_shown_written_and_asked_for() {
    let folder = Folder::new();
    folder.file("mail.sqrt", MAIL);
    folder.file("mail_test.yaml", FINE.replace("spam@evil.com", "joe@corp.com").replace("deny", "allow"));
    let text = run_in(&folder, &["test", "--coverage"]);
    assert_eq!(text.status, 0);
    assert!(text.stdout.contains("mail.sqrt        0/1          –        1/2   33.3%\n"), "{text:?}");
    assert!(text.stdout.contains("mail.sqrt:3:5  never fired: must deny: Known spam\n"), "{text:?}");
    let enough = run_in(&folder, &["test", "--coverage-min", "33.3"]);
    assert_eq!(enough.status, 0, "{enough:?}");
    let little = run_in(&folder, &["test", "--coverage-min", "33.4%"]);
    assert_eq!(little.status, 1);
    assert!(little.stderr.ends_with("coverage is 33.3%, and at least 33.4% is asked for\n"), "{little:?}");
    for (format, start) in [
        ("lcov", "TN:\nSF:mail.sqrt\n"),
        ("html", "<!DOCTYPE html>\n"),
        ("json", "{\"file\": \"mail.sqrt\", \"percent\": 33.3,"),
    ] {
        let written =
            run_in(&folder, &["test", "--coverage-format", format, "--coverage-output", "coverage.out"]);
        assert_eq!((written.status, written.stdout.as_str()), (0, "ok      mail_test.yaml  2 tests\n"));
        let content = fs::read_to_string(folder.path("coverage.out")).unwrap();
        assert!(content.starts_with(start), "{content}");
        let both = run_in(&folder, &["test", "--coverage-format", format]);
        assert!(both.status == 2 && both.stderr.contains("--coverage-output"), "{both:?}");
        let alone = run_in(&folder, &["test", "--coverage-format", format, "--output", "report.txt"]);
        assert_eq!((alone.status, alone.stdout), (0, content));
    }
    for misuse in [
        &["--coverage-min", "101"][..],
        &["--coverage-min", "much"],
        &["--coverage-format", "xml"],
        &["--list", "--watch"],
    ] {
        assert_eq!(run_in(&folder, &[&["test"], misuse].concat()).status, 2, "{misuse:?}");
    }
}

#[test]
fn a_test_file_may_come_from_standard_input() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let named = run_with(["test", "-"], format!("policy: {mail}\n{FINE}"));
    assert_eq!((named.status, named.stdout.as_str()), (0, "ok      -  2 tests\n"));
    let unnamed = run_with(["test", "-"], FINE);
    assert!(unnamed.status == 2 && unnamed.stdout.contains("say `policy: FILE` in it"), "{unnamed:?}");
    assert_eq!(run_with(["test", "-", "--watch"], FINE).status, 2);
}

#[test]
fn names_and_texts_do_not_play_with_the_terminal() {
    let folder = Folder::new();
    folder.file("mail.sqrt", MAIL);
    let evil = "name: \"\\e[31m\\u202e\", call: {tool: send_email, args: {to: \"\\e]0;x\\a\"}}, expect: {rule: \"\\e[2J\"}";
    let tests = folder.file(
        "mail_test.yaml",
        format!("tests:\n- {{{evil}}}\n- {{name: b, call: {{tool: \"\\e[1m\"}}, expect: deny}}\n"),
    );
    for args in [&["--verbose"][..], &["--list"], &["--format", "json"], &["--format", "junit"]] {
        let run = run([&["test", &tests], args].concat());
        let shown = format!("{}{}", run.stdout, run.stderr);
        assert!(
            shown.chars().all(|c| c == '\n' || !(c.is_control() || c == '\u{202e}')),
            "{args:?}: {shown:?}"
        );
    }
    let broken = folder.file("mail_test.yaml", "\"\\e[31m\": 1\n\u{1b}: 2\n");
    let run = run(["test", &broken]);
    assert!(run.status == 2 && !run.stdout.contains('\u{1b}'), "{run:?}");
}

/// A command that runs on, and its lines as they come.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(folder: &Folder, args: &[&str]) -> Self {
        // One pipe for both streams keeps their lines in order.
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$0\" \"$@\" 2>&1", env!("CARGO_BIN_EXE_sqrt")]).args(args);
        command.current_dir(folder.path("")).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let (sender, lines) = channel();
        thread::spawn(move || {
            BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Watching { child, lines }
    }

    /// Waits for a line with this in it.
    fn wait_for(&self, part: &str) {
        let mut seen = Vec::new();
        loop {
            match self.lines.recv_timeout(Duration::from_secs(30)) {
                Ok(line) if line.contains(part) => return,
                Ok(line) => seen.push(line),
                Err(_) => panic!("`{part}` did not come, but {seen:#?}"),
            }
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn changes_run_the_tests_again() {
    let folder = Folder::new();
    folder.file("mail.sqrt", MAIL);
    folder.file("mail_test.yaml", FINE);
    fs::create_dir(folder.path("sub")).unwrap();
    let watching = Watching::start(&folder, &["test", "--watch"]);
    watching.wait_for("ok      mail_test.yaml  2 tests");
    watching.wait_for("waiting for changes");
    folder.file("mail.sqrt", MAIL.replace("spam@", "span@"));
    watching.wait_for("FAILED  mail_test.yaml  1 of 2 tests");
    watching.wait_for("waiting for changes");
    // As editors do it: another file takes the name.
    folder.file("new", FINE.replace("deny", "allow"));
    fs::rename(folder.path("new"), folder.path("mail_test.yaml")).unwrap();
    watching.wait_for("ok      mail_test.yaml  2 tests");
    watching.wait_for("waiting for changes");
    // A mistake ends nothing, and new files are found.
    folder.file("sub/other.sqrt", "");
    folder
        .file("sub/other_test.yaml", "x_policy: x.json\ntests: [{name: a, call: {tool: t}, expect: allow}]");
    watching.wait_for("broken  sub/other_test.yaml");
    watching.wait_for("waiting for changes");
    folder.file("sub/x.json", "{}");
    folder.file(
        "sub/other_test.yaml",
        "x_policy: x.json\ntests: [{name: a, call: {tool: t}, expect: allow}]\n",
    );
    watching.wait_for("ok      sub/other_test.yaml  1 test");
    watching.wait_for("waiting for changes");
    folder.file("sub/x.json", r#"{"presets": {"default_allow": false}}"#);
    watching.wait_for("FAILED  sub/other_test.yaml  1 of 1 test");
}

#[test]
fn a_policy_in_the_place_of_its_tests_is_told_where_they_are() {
    let folder = Folder::new();
    folder.file("mail.sqrt", MAIL);
    let run = run_in(&folder, &["test", "mail.sqrt"]);
    assert_eq!(run.status, 2);
    assert!(run.stdout.contains("it is a policy, and not a test file"), "{}", run.stdout);
    assert!(run.stdout.contains("its tests are in `mail_test.yaml`"), "{}", run.stdout);
}
