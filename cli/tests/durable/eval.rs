//! `sqrt eval`: an answer that was given is whole and right, and nothing that was given is lost.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::common::{Folder, MAIL, Random, Run, run, sqrt};
use crate::{SMALL_FILES, sqrt_after};

/// Calls whose answers say which they answer, in sessions that remember.
fn calls(count: usize) -> String {
    let call = |number| {
        let to = if number % 3 == 0 { "spam@evil.com" } else { "a@corp.com" };
        format!(
            "{{\"session\": \"s{number}\", \"tool\": \"send_email\", \"args\": {{\"to\": \"{to}\"}}, \"result\": 1}}\n"
        )
    };
    (0..count).map(call).collect()
}

/// A policy, calls in a file, and all the answers to them.
struct Scene {
    folder: Folder,
    policy: String,
    calls: String,
    answers: String,
}

impl Scene {
    fn new(count: usize) -> Scene {
        let folder = Folder::new();
        let (policy, calls) = (folder.file("mail.sqrt", MAIL), folder.file("calls.jsonl", calls(count)));
        let answers = run(["eval", &policy, "--calls", &calls]).stdout;
        assert_eq!(answers.lines().count(), count);
        Scene { folder, policy, calls, answers }
    }

    fn eval(&self) -> Command {
        let mut command = sqrt();
        command.args(["eval", &self.policy]);
        command
    }

    /// What was given is a part of all answers from the start, and the lines that are whole are answers.
    fn assert_given(&self, given: &[u8]) {
        assert!(self.answers.as_bytes().starts_with(given), "{}", String::from_utf8_lossy(given));
    }
}

#[test]
fn a_killed_eval_has_given_whole_answers_and_perhaps_a_part_of_one() {
    let scene = Scene::new(3_000);
    let mut random = Random(0x5eed);
    let mut partly = 0;
    for signal in ["KILL", "TERM", "INT", "KILL", "KILL"] {
        // To a file, and to a pipe that is read slowly.
        let path = scene.folder.path("answers.jsonl");
        let mut child =
            scene.eval().args(["--calls", &scene.calls]).stdout(File::create(&path).unwrap()).spawn();
        end(child.as_mut().unwrap(), signal, random.below(200) as u64);
        scene.assert_given(&fs::read(&path).unwrap());
        let mut child = scene.eval().args(["--calls", &scene.calls]).stdout(Stdio::piped()).spawn().unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let (mut given, lines) = (Vec::new(), random.below(1_500));
        for _ in 0..lines {
            reader.read_until(b'\n', &mut given).unwrap();
        }
        end(&mut child, signal, 0);
        reader.read_to_end(&mut given).unwrap();
        scene.assert_given(&given);
        partly += usize::from(given.len() < scene.answers.len());
    }
    assert_eq!(partly, 5, "a pipe has no room for all answers, so every command was killed midway");
}

fn end(child: &mut Child, signal: &str, after_milliseconds: u64) {
    thread::sleep(Duration::from_millis(after_milliseconds));
    let kill =
        Command::new("kill").args(["-s", signal, &child.id().to_string()]).stderr(Stdio::null()).status();
    kill.unwrap();
    child.wait().unwrap();
}

/// Answers that were asked for one by one are given one by one: after any kill, all that were heard are there.
#[test]
fn answers_are_given_before_the_next_call_is_awaited() {
    let scene = Scene::new(20);
    let mut child = scene.eval().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let calls = fs::read_to_string(&scene.calls).unwrap();
    let calls: Vec<&str> = calls.split_inclusive('\n').collect();
    let mut given = Vec::new();
    for calls in calls.chunks(5) {
        // Five lines at once, and the next one begun: all five have to be answered all the same.
        stdin.write_all(calls.concat().as_bytes()).unwrap();
        stdin.write_all(b" ").unwrap();
        for _ in 0..5 {
            stdout.read_until(b'\n', &mut given).unwrap();
        }
    }
    end(&mut child, "KILL", 0);
    stdout.read_to_end(&mut given).unwrap();
    assert_eq!(String::from_utf8(given).unwrap(), scene.answers);
}

#[test]
fn a_reader_that_goes_away_ends_the_command_quietly() {
    let scene = Scene::new(3_000);
    for lines in [0, 1, 700] {
        let mut child = scene.eval();
        let mut child = child
            .args(["--calls", &scene.calls])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut given = Vec::new();
        for _ in 0..lines {
            reader.read_until(b'\n', &mut given).unwrap();
        }
        drop(reader);
        let run = Run::from(child.wait_with_output().unwrap());
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "after {lines} lines");
        scene.assert_given(&given);
    }
}

/// The reader is a process that is killed.
#[test]
fn a_reader_that_is_killed_ends_the_command_quietly() {
    let scene = Scene::new(3_000);
    let mut reader = Command::new("sleep").arg("100").stdin(Stdio::piped()).spawn().unwrap();
    let pipe: OwnedFd = reader.stdin.take().unwrap().into();
    let mut command = scene.eval();
    command.args(["--calls", &scene.calls]).stdout(pipe).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    // The other end of the pipe stays open in the command alone.
    drop(command);
    thread::sleep(Duration::from_millis(50));
    reader.kill().unwrap();
    reader.wait().unwrap();
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
}

#[test]
fn a_standard_output_that_takes_nothing_is_a_failure() {
    let scene = Scene::new(10);
    let read_only = File::open("/dev/null").unwrap();
    let mut outputs = vec![read_only];
    outputs.extend(OpenOptions::new().write(true).open("/dev/full"));
    for output in outputs {
        let run: Run = scene.eval().args(["--calls", &scene.calls]).stdout(output).output().unwrap().into();
        assert_eq!(run.status, 2);
        assert_eq!(run.stderr.matches("cannot write to standard output").count(), 1, "{}", run.stderr);
    }
}

#[test]
fn a_file_of_answers_that_may_not_grow_has_whole_answers() {
    let scene = Scene::new(3_000);
    let path = scene.folder.path("answers.jsonl");
    let mut command = sqrt_after(SMALL_FILES);
    command.args(["eval", &scene.policy, "--calls", &scene.calls]).stdout(File::create(&path).unwrap());
    let run: Run = command.output().unwrap().into();
    assert_eq!(run.status, 2);
    assert_eq!(run.stderr.matches("cannot write to standard output").count(), 1, "{}", run.stderr);
    let given = fs::read(&path).unwrap();
    assert!(!given.is_empty());
    scene.assert_given(&given);
}

#[test]
fn inputs_that_cannot_be_read_are_told() {
    let scene = Scene::new(1);
    let folder = scene.folder.path("folder");
    fs::create_dir(&folder).unwrap();
    let missing = scene.folder.path("missing");
    let told = |args: [&str; 4], what: &str| {
        let run = run(args);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.starts_with(what), "{}", run.stderr);
    };
    for calls in [folder.as_str(), &missing] {
        told(["eval", &scene.policy, "--calls", calls], "error: cannot read `");
    }
    told(["eval", &missing, "--calls", &scene.calls], "error: cannot read `");
    told(["eval", &folder, "--calls", &scene.calls], "error: no file in `");
    // The first page of a process is nowhere, so reading it is an input/output error.
    #[cfg(target_os = "linux")]
    {
        let run = run(["eval", &scene.policy, "--calls", "/proc/self/mem"]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.contains("Input/output error"), "{}", run.stderr);
    }
}

/// Standard input is a connection, which breaks after some calls and in the middle of another.
#[test]
fn an_input_that_breaks_loses_no_answer() {
    let scene = Scene::new(10);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut ours = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut theirs, _) = listener.accept().unwrap();
    // Closing with something unread breaks the connection.
    theirs.write_all(b"unread").unwrap();
    let mut command = scene.eval();
    command.stdin(OwnedFd::from(theirs)).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(command);
    let calls = fs::read(&scene.calls).unwrap();
    ours.write_all(&calls).unwrap();
    ours.write_all(b"{\"tool\": \"never a who").unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut given = Vec::new();
    for _ in 0..10 {
        stdout.read_until(b'\n', &mut given).unwrap();
    }
    drop(ours);
    stdout.read_to_end(&mut given).unwrap();
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!(String::from_utf8(given).unwrap(), scene.answers, "a part of a call is no call");
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("cannot read standard input"), "{}", run.stderr);
}

/// A file is read to where it ends when that is reached; a line that is still being written is none yet.
#[test]
fn a_file_that_grows_is_answered_line_by_line() {
    let scene = Scene::new(2_000);
    let calls = fs::read(&scene.calls).unwrap();
    let path = scene.folder.path("growing.jsonl");
    let mut growing = File::create(&path).unwrap();
    let (early, late) = calls.split_at(calls.len() / 2);
    growing.write_all(early).unwrap();
    let run = thread::scope(|scope| {
        scope.spawn(|| late.chunks(1_000).for_each(|piece| growing.write_all(piece).unwrap()));
        run(["eval", &scene.policy, "--calls", &path])
    });
    let mut given: Vec<&str> = run.stdout.lines().collect();
    if run.status == 2 {
        let cut = given.pop().unwrap();
        assert!(cut.contains("EOF while parsing"), "{cut}");
    }
    assert!(given.len() >= 999);
    for (given, expected) in given.iter().zip(scene.answers.lines()) {
        assert_eq!(*given, expected);
    }
    // What follows a file as it grows gives lines whole.
    let mut tail = Command::new("sh");
    tail.args(["-c", "head -c 100000 \"$2\" | \"$0\" eval \"$1\""]);
    tail.args([sqrt().get_program(), scene.policy.as_ref(), path.as_ref()]);
    assert!(tail.output().unwrap().stdout.starts_with(&scene.answers.as_bytes()[..1_000]));
}

/// Threads and a pipe of its own for the input: no order of reading and writing makes both sides wait.
#[test]
fn slow_readers_and_writers_lose_nothing() {
    let scene = Scene::new(1_500);
    let mut child = scene.eval().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let calls = fs::read(&scene.calls).unwrap();
    let writer = thread::spawn(move || {
        let mut random = Random(0x10a);
        let mut rest = calls.as_slice();
        while !rest.is_empty() {
            let (piece, later) = rest.split_at((random.below(9_000) + 1).min(rest.len()));
            stdin.write_all(piece).unwrap();
            rest = later;
        }
    });
    let (mut given, mut random) = (Vec::new(), Random(0xbee));
    let mut buffer = vec![0; 20_000];
    loop {
        let size = random.below(buffer.len()) + 1;
        match stdout.read(&mut buffer[..size]).unwrap() {
            0 => break,
            read => given.extend_from_slice(&buffer[..read]),
        }
    }
    writer.join().unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(String::from_utf8(given).unwrap(), scene.answers);
}
