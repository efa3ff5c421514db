//! Nothing that a file, a name or a call has in it reaches a terminal as anything but visible text: whatever a verb writes to
//! either stream has line feeds and no other control character, and nothing that hides or reorders text.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod common;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::process::{Output, Stdio};

use common::{Folder, MAIL, Random, sqrt};
use sqrt_vm::visible::is_hidden;

/// What terminals obey and editors hide.
const HOSTILE: &[&str] = &[
    "\u{1b}[31m",
    "\u{1b}]0;title\u{7}",
    "\u{7}",
    "\u{8}",
    "\r",
    "\u{b}",
    "\u{c}",
    "\t",
    "\0",
    "\u{7f}",
    "\u{80}",
    "\u{85}",
    "\u{9b}31m",
    "\u{9d}0;title\u{9c}",
    "\u{ad}",
    "\u{61c}",
    "\u{200b}",
    "\u{200d}",
    "\u{200e}",
    "\u{200f}",
    "\u{2028}",
    "\u{2029}",
    "\u{202a}",
    "\u{202e}",
    "\u{2066}",
    "\u{2069}",
    "\u{2060}",
    "\u{3164}",
    "\u{fe0f}",
    "\u{feff}",
    "\u{e0041}",
    "\u{e000}",
    "\u{f0000}",
    "\n",
];

/// Names of files and arguments with all of it, some at a time, and one that is not UTF-8.
fn hostile_names() -> Vec<Vec<u8>> {
    let possible: Vec<&str> = HOSTILE.iter().filter(|text| !text.contains('\0')).copied().collect();
    let mut names: Vec<_> = possible.chunks(7).map(|some| some.concat().into_bytes()).collect();
    names.push(b"\xff\xfe\x9b".to_vec());
    names
}

/// Whether a stream has nothing but visible text and line feeds.
fn assert_visible(what: &str, stream: &[u8]) {
    let text = std::str::from_utf8(stream).unwrap_or_else(|error| panic_about(what, &error.to_string()));
    if let Some(c) = text.chars().find(|&c| c != '\n' && is_hidden(c)) {
        panic_about(what, &format!("{c:?} in {text:?}"));
    }
}

#[allow(clippy::panic, reason = "a test may fail by panicking")]
#[track_caller]
fn panic_about(what: &str, why: &str) -> ! {
    panic!("{what}: {why}")
}

/// Runs the command; neither of its streams may hold anything hidden.
fn run(args: &[&OsStr], input: &[u8]) -> Output {
    let mut command = sqrt();
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(std::io::Write::write_all(&mut stdin, &input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.code().is_some_and(|code| code <= 2), "{args:?}: {:?}", output.status);
    assert_visible(&format!("standard output of {args:?}"), &output.stdout);
    assert_visible(&format!("standard error of {args:?}"), &output.stderr);
    output
}

/// Runs every verb that reads a policy on this one, and the image made from it.
fn every_verb(folder: &Folder, policy: &OsStr, calls: &[u8]) -> usize {
    let (image, calls_path) = (folder.path("policy.sqrtc"), folder.file("calls.jsonl", calls));
    let _ = fs::remove_file(&image);
    let (image, calls_path) = (OsStr::new(&image), OsStr::new(&calls_path));
    let args: &[&[&str]] = &[
        &["check"],
        &["check", "--syntax-only"],
        &["check", "--format", "json"],
        &["disasm", "--explanations"],
    ];
    for verb in args {
        let args: Vec<&OsStr> = verb.iter().map(OsStr::new).chain([policy]).collect();
        run(&args, b"");
    }
    run(&["compile".as_ref(), policy, "-o".as_ref(), image], b"");
    let mut answers = 0;
    for policy in [policy, image] {
        let given =
            run(&["eval".as_ref(), "--explain".as_ref(), policy, "--calls".as_ref(), calls_path], b"");
        answers += given.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
        for line in given.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let _: serde_json::Value = serde_json::from_slice(line).unwrap();
        }
    }
    run(&["disasm".as_ref(), "--verify".as_ref(), "--explanations".as_ref(), image], b"");
    for format in ["text", "json", "html"] {
        for call in ["1", "2"] {
            let args = ["explain", "--show-values", "--format", format, "--call", call, "--calls"];
            let args: Vec<&OsStr> = args.iter().map(OsStr::new).chain([calls_path, policy]).collect();
            answers += usize::from(!run(&args, b"").stdout.is_empty());
        }
    }
    let lines = [calls, b"\n:why full\n:rules\n:session\n:nope ", calls, b"\n", calls].concat();
    run(&["repl".as_ref(), "--echo".as_ref(), "--show-values".as_ref(), policy], &lines);
    answers
}

/// A valid policy whose every text has `hostile` in it, and calls in which every text has it.
fn hostile_scene(hostile: &str) -> (String, String) {
    let comment = hostile.replace(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'], " ");
    let policy = format!(
        "/// doc {comment}\ntool \"t{hostile}\" {{\n    // comment {comment}\n    /// why {comment}\n    must deny when not to.value in {{\"v{hostile}\", \
         r\"p{hostile}.*\", w\"w{hostile}*\"}} and to.tags overlaps {{\"tag{hostile}\"}};\n    session before {{ @tags |= {{\"s{hostile}\"}}; }}\n\
         }}\ntool r\"t.*\" {{ should allow when \"x{hostile}\" in to.tags; result {{ @producers |= {{\"p{hostile}\"}}; }} }}\n"
    );
    let text = |prefix: &str| serde_json::Value::from(format!("{prefix}{hostile}"));
    let call = |tool: &str| {
        serde_json::json!({
            "session": text("s"), "tool": text(tool), "args": {"to": text("v"), format!("a{hostile}"): text("")},
            "arg_meta": {"to": {"tags": [text("tag"), text("x")]}}, "result": text("r"),
            "result_meta": {"consumers": [text("c")]}
        })
    };
    let wrong = serde_json::json!({"tool": text("t"), "arg_meta": {format!("a{hostile}"): {}}});
    let unknown = serde_json::json!({format!("k{hostile}"): text("")});
    let misplaced = serde_json::json!({"tool": text("t"), "args": text("")});
    let combine = serde_json::json!({"tool": "t", "result": 1, "combine_meta": text("")});
    // As it is, too: not all of it may stand in JSON.
    let raw = format!("{{\"tool\": \"t{}\", \"t{0}\": 1}}", hostile.replace('\n', ""));
    let lines = [call("t"), call("x"), wrong, unknown, misplaced, combine].map(|line| line.to_string());
    (policy, format!("{}\n{raw}\n{}\n", lines.join("\n"), hostile.replace('\n', "")))
}

#[test]
fn policies_and_calls_full_of_hidden_characters_are_shown_visibly() {
    let folder = Folder::new();
    for hostile in HOSTILE {
        let (policy, calls) = hostile_scene(hostile);
        let path = folder.file("policy.sqrt", policy);
        every_verb(&folder, path.as_ref(), calls.as_bytes());
    }
    // All that may be in a policy, at once, so that there are answers.
    let fine: String = HOSTILE.iter().filter(|text| text.chars().all(char::is_control)).copied().collect();
    let (policy, calls) = hostile_scene(&fine.replace(['\n', '\r', '\0', '[', ']'], ""));
    let path = folder.file("policy.sqrt", policy);
    assert!(every_verb(&folder, path.as_ref(), calls.as_bytes()) > 15);
}

#[test]
fn names_of_files_are_shown_visibly() {
    let folder = Folder::new();
    for hostile in hostile_names() {
        let name = |end: &str| -> OsString {
            let mut path = OsString::from(folder.path("")).into_vec();
            path.extend_from_slice(b"x");
            path.extend_from_slice(&hostile);
            path.extend_from_slice(end.as_bytes());
            OsString::from_vec(path)
        };
        let (mail, wrong, lint, image) = (name(".sqrt"), name("w.sqrt"), name("l.sqrt"), name(".sqrtc"));
        fs::write(&mail, MAIL).unwrap();
        fs::write(&wrong, "tool \"a\" {").unwrap();
        fs::write(&lint, "let unused = {\"a\\.b\"};\ntool r\"a\\\\.b\" { must deny always; }").unwrap();
        let call = br#"{"tool": "send_email", "args": {"to": "spam@evil.com"}}"#;
        for path in [&mail, &wrong, &lint] {
            every_verb(&folder, path, call);
        }
        let (eval, missing) = (OsStr::new("eval"), name("missing"));
        let denied = run(&[eval, &mail], call);
        assert!(String::from_utf8(denied.stdout).unwrap().contains("must_deny"));
        for args in [
            vec![eval, &missing],
            vec![eval, &mail, OsStr::new("--calls"), &missing],
            vec![eval, &mail, OsStr::new("--x-policy"), &mail],
            vec![OsStr::new("check"), &missing, &mail, OsStr::new("--together")],
            vec![OsStr::new("disasm"), &missing],
            vec![OsStr::new("compile"), &mail, OsStr::new("-o"), &mail],
            vec![OsStr::new("compile"), &mail, OsStr::new("-o"), &name("/no/such")],
        ] {
            assert_ne!(run(&args, call).status.code(), Some(0), "{args:?}");
        }
        assert_eq!(
            run(&[OsStr::new("compile"), &mail, OsStr::new("-o"), &image], b"").status.code(),
            Some(0)
        );
        assert_eq!(
            run(&[OsStr::new("compile"), &image, OsStr::new("-o"), &name("2")], b"").status.code(),
            Some(2)
        );
        let mut damaged = fs::read(&image).unwrap();
        damaged.pop();
        fs::write(&image, damaged).unwrap();
        assert_eq!(run(&[eval, &image], call).status.code(), Some(2));
    }
}

#[test]
fn arguments_are_shown_visibly() {
    for hostile in hostile_names() {
        let arg = |start: &str| OsString::from_vec([start.as_bytes(), &hostile].concat());
        let (bare, option, value, joined) = (arg("x"), arg("--x"), arg(""), arg("--mode="));
        for args in [
            vec![bare.as_os_str()],
            vec![OsStr::new("check"), &option],
            vec![OsStr::new("eval"), OsStr::new("--mode"), &value, &bare],
            vec![OsStr::new("eval"), &joined, &bare],
            vec![OsStr::new("check"), OsStr::new("--format"), &value, &bare],
            vec![OsStr::new("eval"), OsStr::new("--limit"), &arg("a="), &bare],
            vec![OsStr::new("limits"), &bare],
        ] {
            assert_eq!(run(&args, b"").status.code(), Some(2), "{args:?}");
        }
    }
}

/// Documents, whose keys and values are repeated by messages, and images that were tampered with.
#[test]
fn documents_and_images_are_shown_visibly() {
    let folder = Folder::new();
    for hostile in HOSTILE {
        let text = |prefix: &str| format!("{prefix}{hostile}");
        for document in [
            serde_json::json!({text("key"): 1}),
            serde_json::json!({"mode": text("mode")}),
            serde_json::json!({"presets": {text("key"): 1}}),
            serde_json::json!({"codes": {"code": "", "language": text("l")}}),
            serde_json::json!({"codes": text("tool {")}),
        ] {
            for document in [document.to_string(), document.to_string().replace("\\u001b", "\u{1b}")] {
                let path = folder.file("x.json", document);
                let output = run(&["eval".as_ref(), "--x-policy".as_ref(), path.as_ref()], b"");
                assert_ne!(output.status.code(), Some(0));
            }
        }
    }
    let long = "y".repeat(8);
    let policy = folder
        .file("m.sqrt", format!("tool r\"(a|{long})+b\" {{ must deny when to.value in {{\"{long}\"}}; }}"));
    let image = folder.path("m.sqrtc");
    run(&["compile".as_ref(), policy.as_ref(), "-o".as_ref(), image.as_ref()], b"");
    let whole = fs::read(&image).unwrap();
    for hostile in ["\u{1b}[31mred", "\u{9b}31mred", "\u{202e}\u{7}\u{7f}\r\n"] {
        let mut bytes = whole.clone();
        let places: Vec<usize> =
            (0..bytes.len() - 8).filter(|&at| &bytes[at..at + 8] == long.as_bytes()).collect();
        assert!(!places.is_empty());
        for at in places {
            bytes[at..at + hostile.len().min(8)].copy_from_slice(&hostile.as_bytes()[..hostile.len().min(8)]);
        }
        sqrt_vm::bytecode::image::reseal(&mut bytes);
        let path = folder.file("altered.sqrtc", bytes);
        let path = OsStr::new(&path);
        run(&["disasm".as_ref(), "--verify".as_ref(), "--explanations".as_ref(), path], b"");
        run(&["eval".as_ref(), "--explain".as_ref(), path], br#"{"tool": "ab", "args": {"to": "x"}}"#);
    }
}

/// Generated texts: policies, calls and names of files that are a mixture of everything.
#[test]
fn generated_texts_are_shown_visibly() {
    let folder = Folder::new();
    let mut random = Random(0x7e57);
    let words = [
        "tool",
        "must",
        "deny",
        "when",
        "\"",
        "r\"",
        "w\"",
        "{",
        "}",
        ";",
        "let",
        "a",
        "=",
        ".value",
        "in",
        "always",
        " ",
        "\n",
        "//",
        "///",
        "session",
        "@tags",
        "|=",
        "(",
        ")",
        "é",
        "漢",
        "\u{1f680}",
        "\\",
        "\\u{1b}",
        "x",
    ];
    for round in 0..60 {
        let mut text = |most: usize| -> Vec<u8> {
            let mut text = Vec::new();
            for _ in 0..random.below(most) + 1 {
                match random.below(10) {
                    0..4 => text.extend_from_slice(HOSTILE[random.below(HOSTILE.len())].as_bytes()),
                    4 if round % 3 == 0 => text.push(u8::try_from(random.below(256)).unwrap()),
                    _ => text.extend_from_slice(words[random.below(words.len())].as_bytes()),
                }
            }
            text
        };
        let (policy, calls) = (text(60), text(40));
        let mut name = text(6);
        name.retain(|byte| !b"\0/".contains(byte));
        let mut path = folder.path("n").into_bytes();
        path.extend_from_slice(&name);
        let path = OsStr::from_bytes(&path);
        fs::write(path, policy).unwrap();
        every_verb(&folder, path, &calls);
        fs::remove_file(path).unwrap();
        let mail = folder.file("mail.sqrt", MAIL);
        let lines = [&b"send_email()\n"[..], &calls, b"\n:", &calls, b"\nt(", &calls].concat();
        run(&["repl".as_ref(), "--echo".as_ref(), mail.as_ref()], &lines);
    }
}

/// On a terminal there are our own colours, and still nothing of what was read.
#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_the_only_controls_are_our_colours() {
    let folder = Folder::new();
    let policy = folder.file("a.sqrt", "let a = \u{1b}]0;title\u{7}\u{9b}31m\u{202e};\n");
    let missing = folder.path("mis\u{1b}[2Jsing");
    let binary = sqrt().get_program().to_str().unwrap().to_owned();
    for command in [
        format!("{binary} check '{policy}'"),
        format!("{binary} check '{missing}'"),
        format!("{binary} '\u{1b}[2J'"),
    ] {
        let mut script = std::process::Command::new("script");
        script
            .args(["-qec", &command, "/dev/null"])
            .stdin(Stdio::null())
            .env("TERM", "xterm")
            .env_remove("NO_COLOR");
        // Not every machine has this command, which makes a terminal.
        let Ok(output) = script.output() else { return };
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(shown.contains("\u{1b}["), "colours: {shown:?}");
        let plain = without_colours(&shown.replace("\r\n", "\n"));
        assert_visible(&command, plain.as_bytes());
        assert!(plain.contains("\\u{1b}"), "{plain:?}");
    }
}

/// The text without sequences that set colours, `ESC [ … m`, of which only those that we write are taken away.
fn without_colours(text: &str) -> String {
    let mut out = String::new();
    let mut pieces = text.split("\u{1b}[");
    out.push_str(pieces.next().unwrap());
    for piece in pieces {
        let digits = piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        match digits.strip_prefix('m') {
            Some(rest) => out.push_str(rest),
            None => out.push_str(&format!("\u{1b}[{piece}")),
        }
    }
    out
}
