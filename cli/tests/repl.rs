//! `sqrt repl` as a script: lines in, output out.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod common;

use std::fs;

use common::{Folder, MAIL, Run, run, run_with};

const POLICY: &str = r#"
let sensitive = {"pii", "secret"};
let to_us = to.value in {str matching r".*@corp\.com"};

/// Mail.
tool "send_email" {
    /// Nothing sensitive leaves.
    must deny when body.tags overlaps sensitive and not to_us;
    session after { @tags |= body.tags; }
}
tool r"read_.*" [5] -> @tags |= {"read"};
"#;

fn repl(lines: &str) -> Run {
    let folder = Folder::new();
    let policy = folder.file("p.sqrt", POLICY);
    run_with(["repl", &policy], lines)
}

#[test]
fn calls_are_decided_and_change_their_sessions() {
    let run = repl(
        "send_email(to=\"a@corp.com\", body=\"x\" #pii) => 1\n:session\nsend_email(to=\"a@b.c\", body=\"x\" #pii) @other\n\
         {\"tool\": \"read_file\", \"result\": 1}\n:session other\n:session -\n",
    );
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    let lines: Vec<&str> =
        run.stdout.lines().filter(|line| line.starts_with(|c: char| c.is_alphabetic())).collect();
    let expected = [
        "allow send_email default",
        "the session without a name:",
        "deny send_email must_deny",
        "allow read_file default",
        "session `other`: no tags, no producers, all consumers",
        "the session without a name:",
    ];
    assert_eq!(lines, expected, "{}", run.stdout);
    assert!(
        run.stdout.contains("pii ← p.sqrt:9 in call 1 ← argument `body` of call 1")
            || run.stdout.contains(":9 in call 1 ← argument `body` of call 1"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("read ← "), "{}", run.stdout);
}

#[test]
fn conditions_are_tested_in_both_readings_beside_the_lets() {
    let run = repl(
        "send_email(to=[\"a@corp.com\", \"b@evil.org\"], body=\"x\")\nto_us\nnot to_us\n:condition cc.value in {\"x\"}\nnot cc.value in {\"x\"}\n\
         :tags t\n\"t\" in @session.tags\n",
    );
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    let answers: Vec<&str> =
        run.stdout.lines().filter(|line| line.starts_with("true") || line.starts_with("false")).collect();
    let both = |holds: &str| format!("{holds}, as in a deny rule and as in an allow rule");
    let expected = [
        "true, as in a deny rule".to_owned(),
        "false, as in an allow rule".to_owned(),
        // All recipients are ours, or some is not: the worst one decides.
        "true, as in a deny rule".to_owned(),
        "false, as in an allow rule".to_owned(),
        both("false"),
        "true, as in a deny rule".to_owned(),
        "false, as in an allow rule".to_owned(),
        both("true"),
    ];
    assert_eq!(answers, expected, "{}", run.stdout);
}

#[test]
fn what_is_wrong_is_told_and_ends_nothing() {
    let wrong = [
        "to_us",
        ":nope",
        ":se",
        "{\"tool\": 5}",
        "t(",
        "t(a=secret)",
        ":set nonsense",
        ":values maybe",
        ":why",
        ":condition",
        ":load no-such-file",
    ];
    let run = repl(&format!(
        "{}\nsend_email()\nto.value in nosuch\nto.value in {{\n@tags overlaps {{}}\n:quit\nnever\n",
        wrong.join("\n")
    ));
    assert_eq!(run.status, 2);
    assert!(
        run.stdout.starts_with("allow send_email default\n") && !run.stdout.contains("never"),
        "{}",
        run.stdout
    );
    assert!(run.stderr.matches("error").count() >= wrong.len() + 3, "{}", run.stderr);
    assert!(
        run.stderr.contains("no let is called `nosuch`") && !run.stderr.contains("secret"),
        "{}",
        run.stderr
    );
}

#[test]
fn values_are_shown_if_they_are_asked_for() {
    let lines = "send_email(to=\"s3cr3t\", body=\"x\" #pii)\nto.value in {\"a\"}\n:why\n";
    let silent = repl(lines);
    assert!(!silent.stdout.contains("s3cr3t"), "{}", silent.stdout);
    let telling = repl(&format!(":values on\n{lines}"));
    assert!(telling.stdout.contains("`to`, \"s3cr3t\", is not in the set"), "{}", telling.stdout);
}

#[test]
fn policies_are_loaded_again_and_sessions_stay() {
    let folder = Folder::new();
    let (first, second) = (folder.file("p.sqrt", POLICY), folder.file("q.sqrt", MAIL));
    let broken = folder.file("broken.sqrt", "tool \"a\" {");
    let lines = format!(
        ":tags kept\n:load {broken}\n:rules\n:load {second}\n:session\nsend_email(to=\"spam@evil.com\")\n:rules\n:reload\n"
    );
    let run = run_with(["repl", &first, "--echo"], lines);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("the policy that was loaded before stays"), "{}", run.stderr);
    assert!(
        run.stdout.contains("> :session\nthe session without a name:\n  tags {\"kept\"}\n"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("deny send_email must_deny") && run.stdout.ends_with("loaded: 1 file, 1 block\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_policy_that_is_not_fine_begins_no_dialogue() {
    let folder = Folder::new();
    let (broken, image) = (folder.file("b.sqrt", "tool \"a\" {"), folder.path("m.sqrtc"));
    let mail = folder.file("m.sqrt", MAIL);
    assert_eq!(run(["repl", &broken]).status, 1);
    assert_eq!(run(["compile", &mail, "-o", &image]).status, 0);
    assert!(run(["repl", &image]).stderr.contains("is a compiled image"));
    assert_eq!(run(["repl", "-"]).status, 2);
}

/// On a terminal there is a prompt, and a history that only the owner can read.
#[cfg(target_os = "linux")]
#[test]
fn a_history_is_for_the_owner_alone() {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;
    use std::process::{Command, Stdio};
    let folder = Folder::new();
    let (policy, states) = (folder.file("m.sqrt", MAIL), folder.path("states"));
    for (flag, kept) in [("--no-history", false), ("", true)] {
        let command = format!("{} repl {flag} {policy}", common::sqrt().get_program().to_str().unwrap());
        let mut script = Command::new("script");
        script
            .args(["-qec", &command, "/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        // Not every machine has this command, which makes a terminal.
        let Ok(mut child) = script.env("TERM", "xterm").env("XDG_STATE_HOME", &states).spawn() else {
            return;
        };
        child.stdin.take().unwrap().write_all(b"send_email(to=\"spam@evil.com\")\r:quit\r").unwrap();
        let output = child.wait_with_output().unwrap();
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && shown.contains("must_deny"), "{shown}");
        let history = format!("{states}/sqrt/repl_history");
        assert_eq!(fs::exists(&history).unwrap(), kept);
        if kept {
            assert!(fs::read_to_string(&history).unwrap().contains("spam@evil.com"));
            assert_eq!(fs::metadata(&history).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}

#[test]
fn what_is_wrong_with_a_condition_is_told_of_the_condition_alone() {
    let run =
        repl("send_email(to=\"a@b.c\")\nto.value in {\"x\"} or cc.value in {x}\nto.value ==\nto.value\n");
    assert_eq!(run.status, 2);
    let told = &run.stderr;
    assert!(told.contains("--> <condition>:1:35\n"), "{told}");
    assert!(told.contains("1 | to.value in {\"x\"} or cc.value in {x}\n"), "{told}");
    assert!(told.contains("--> <condition>:1:12\n") && told.contains("1 | to.value ==\n"), "{told}");
    assert!(told.contains("expected `in` or `==` after `to.value`, and it ends here"), "{told}");
    assert!(!told.contains("should deny"), "{told}");
}

#[test]
fn habits_of_other_dialogues_are_answered_with_the_way_here() {
    for (line, way) in [
        ("help", "`:help`"),
        ("?", "`:help`"),
        ("exit", "`:quit`"),
        ("must deny when to.value == \"a\";", "what stands behind `when`"),
        ("tool \"a\" { must deny always; }", "`:load FILE …`"),
        ("let a = {\"b\"};", "`:load FILE …`"),
        ("send_email to=\"a\"", "`send_email(name=\"value\", …)`"),
    ] {
        let run = repl(line);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{line}");
        assert!(run.stderr.starts_with("error: ") && run.stderr.contains(way), "{line}: {}", run.stderr);
    }
    // Where such a word is the name of a let, it is that.
    let folder = Folder::new();
    let policy = folder.file("p.sqrt", "let help = x.value == \"a\";\ntool \"t\" { must deny when help; }\n");
    let run = run_with(["repl", &policy], "t(x=\"a\")\nhelp\n");
    assert!(
        run.status == 0 && run.stdout.contains("true, as in a deny rule and as in an allow rule"),
        "{run:?}"
    );
}
