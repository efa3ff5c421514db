//! `sqrt eval` on streams: answers come as calls do, memory stays bounded, garbage stops nothing.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use common::{Folder, MAIL, Random, run, run_with, sqrt};

/// A running `sqrt eval` with pipes to talk through.
struct Conversation {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Conversation {
    fn start(policy: &str) -> Self {
        let mut child =
            sqrt().args(["eval", policy]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Conversation { child, stdin, stdout }
    }

    fn say(&mut self, text: &str) {
        self.stdin.write_all(text.as_bytes()).unwrap();
        self.stdin.flush().unwrap();
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    fn end(mut self) -> (i32, String) {
        drop(self.stdin);
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code().unwrap(), rest)
    }
}

#[test]
fn an_answer_comes_before_the_next_call() {
    let folder = Folder::new();
    let mut talk = Conversation::start(&folder.file("mail.sqrt", MAIL));
    for round in 0..3 {
        talk.say(&format!("{{\"session\": \"{round}\", \"tool\": \"x\"}}\n"));
        assert!(talk.hear().starts_with(&format!("{{\"session\": \"{round}\", ")));
    }
    // Two whole lines and a piece of a third: both are answered although the third is still on its way.
    talk.say(
        "{\"session\": \"a\", \"tool\": \"x\"}\n{\"session\": \"b\", \"tool\": \"x\"}\n{\"session\": \"c\", ",
    );
    assert!(talk.hear().starts_with("{\"session\": \"a\", "));
    assert!(talk.hear().starts_with("{\"session\": \"b\", "));
    talk.say("\"tool\": \"x\"}\nnonsense\n");
    assert!(talk.hear().starts_with("{\"session\": \"c\", "));
    assert!(talk.hear().starts_with("{\"error\": "));
    talk.say("{\"session\": \"d\", \"tool\": \"x\"}");
    let (status, rest) = talk.end();
    assert!(rest.starts_with("{\"session\": \"d\", ") && rest.ends_with("}\n"), "{rest}");
    assert_eq!(status, 2);
}

#[test]
fn a_huge_line_is_answered_by_an_error_and_the_next_as_ever() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let mut calls = br#"{"tool": "x", "args": {"a": ""#.to_vec();
    calls.resize(100 << 20, b'a');
    calls.extend_from_slice(b"\"}}\n{\"tool\": \"x\"}\n");
    let run = run_with(["eval", &mail], calls);
    let answers = run.answers();
    assert_eq!((run.status, answers.len()), (2, 2));
    assert_eq!(answers[0]["line"].as_u64(), Some(1));
    assert!(answers[0]["error"].as_str().unwrap().contains("limit"), "{}", answers[0]);
    assert_eq!(answers[1]["decision"], "allow");
}

#[test]
fn a_long_line_within_the_limit_is_a_call() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let long = "a".repeat(5 << 20);
    let run = run_with(["eval", &mail], format!("{{\"tool\": \"x\", \"args\": {{\"a\": \"{long}\"}}}}"));
    assert_eq!((run.status, run.answers()[0]["decision"].as_str()), (0, Some("allow")));
}

#[test]
fn many_calls_are_answered_quickly() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let line = "{\"session\": \"s\", \"tool\": \"send_email\", \"args\": {\"to\": \"a@corp.com\", \"body\": \"hello\"}}\n";
    let calls = folder.file("calls.jsonl", line.repeat(100_000));
    let begin = Instant::now();
    let run = run(["eval", &mail, "--calls", &calls]);
    assert_eq!((run.status, run.stdout.lines().count()), (0, 100_000));
    // A debug build on a busy machine is many times slower than a release build.
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
}

/// The largest resident memory so far of a process, in KiB.
#[cfg(target_os = "linux")]
fn peak_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_bounded_by_the_live_sessions() {
    const SESSIONS: usize = 2_000;
    let folder = Folder::new();
    let policy = folder.file(
        "p.sqrt",
        "tool \"t\" { session before { @tags |= {\"seen\"}; } result { @producers |= {\"t\"}; } }\n",
    );
    let mut talk = Conversation::start(&policy);
    let mut round = |round: usize| {
        for session in 0..SESSIONS {
            // Every call brings a tag and an argument that were never seen before.
            let name = format!("x{round}_{session}");
            talk.say(&format!(
                "{{\"session\": \"s{session}\", \"tool\": \"t\", \"args\": {{\"{name}\": 1}}, \"arg_meta\": {{\"{name}\": {{\"tags\": [\"new_{name}\"]}}}}, \"result\": 1}}\n"
            ));
            assert!(talk.hear().contains("\"seen\""));
        }
        peak_memory(talk.child.id())
    };
    round(0);
    let after_two = round(1);
    let after_all = (2..12).map(&mut round).last().unwrap();
    assert!(
        after_all < after_two + 4 * 1024,
        "{after_two} KiB after two rounds, {after_all} KiB after twelve"
    );
    assert!(after_all < 200 * 1024, "{after_all} KiB for {SESSIONS} sessions");
    assert_eq!(talk.end(), (0, String::new()));
}

#[test]
fn garbage_gets_one_answer_a_line_and_stops_nothing() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let good = r#"{"session": "s", "tool": "send_email", "args": {"to": ["a", {"b": 1.5e3}]}, "arg_meta": {"to": {"tags": ["x"], "consumers": {"except": ["y"]}}}, "session_value": null, "control_meta": {}, "result": true, "result_meta": {}, "combine_meta": "merge"}"#;
    let mut random = Random(0xca11);
    let mut input = Vec::new();
    let mut lines = 0;
    for _ in 0..5_000 {
        let mut line = good.as_bytes().to_vec();
        for _ in 0..random.below(4) {
            let at = random.below(line.len());
            match random.below(4) {
                0 => line.truncate(at.max(1)),
                1 => line[at] = u8::try_from(random.below(256)).unwrap(),
                2 => drop(line.remove(at)),
                _ => line.insert(at, b"{}[]\",:\\0"[random.below(9)]),
            }
            if line.is_empty() {
                line.push(b'x');
            }
        }
        line.retain(|byte| *byte != b'\n');
        lines += usize::from(!line.iter().all(|byte| b" \t\r".contains(byte)));
        input.extend_from_slice(&line);
        input.push(b'\n');
    }
    input.extend_from_slice(b"{\"tool\": \"last\"}\n");
    let run = run_with(["eval", &mail], input);
    assert_eq!((run.status, run.stderr.as_str()), (2, ""));
    let answers = run.answers();
    assert_eq!(answers.len(), lines + 1);
    assert_eq!(answers[lines]["tool"], "last");
    assert!(answers.iter().any(|answer| answer["decision"] == "allow"));
}

#[test]
fn deep_nesting_is_an_answer() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let mut calls = String::new();
    for depth in [50, 100, 101, 127, 128, 129, 200, 100_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            calls.push_str(&format!(
                "{{\"tool\": \"x\", \"args\": {{\"a\": {}1{}}}}}\n",
                open.repeat(depth),
                close.repeat(depth)
            ));
        }
    }
    let run = run_with(["eval", &mail], calls);
    let answers = run.answers();
    assert_eq!((run.status, answers.len()), (2, 16));
    assert!(answers[..2].iter().all(|answer| answer["decision"] == "allow"));
    assert!(answers[14..].iter().all(|answer| answer["error"].is_string()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_once() {
    let folder = Folder::new();
    let policy = folder.file("mail.sqrt", MAIL);
    let calls = folder.file("calls.jsonl", "{\"tool\": \"x\"}\n".repeat(10_000));
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = sqrt().args(["eval", &policy, "--calls", &calls]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told.matches("cannot write to standard output").count(), 1, "{told}");
}
