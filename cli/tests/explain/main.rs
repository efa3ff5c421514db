//! `sqrt explain`, by files in and output out: what the examples look like, which call is meant, what is shown of values.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test may fail by panicking"
)]

#[path = "../common/mod.rs"]
mod common;
mod html;
mod origins;
mod roles;
mod size;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Folder, MAIL, run, run_with, sqrt};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Runs the command in the root of the workspace, so that the paths of examples are the same everywhere.
fn explain(args: &[&str]) -> common::Run {
    sqrt().arg("explain").args(args).current_dir(root()).output().unwrap().into()
}

fn compare(name: &str, given: &str) {
    let path = root().join("cli/tests/explain/examples").join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, given).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        given == expected,
        "{name} is another; run BLESS=1 cargo test -p sqrt-cli --test explain\n{given}"
    );
}

/// Every call of every example, in every form. The last one is compared with what was committed.
#[test]
fn examples_are_explained_as_they_were() {
    let mut explained = 0;
    for entry in fs::read_dir(root().join("examples")).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let (policy, calls) =
            (format!("examples/{name}/policy.sqrt"), format!("examples/{name}/calls.jsonl"));
        let document = format!("examples/{name}/x-policy.json");
        let mut base = vec![policy.as_str(), "--calls", calls.as_str()];
        if root().join(&document).exists() {
            base.extend(["--x-policy", &document]);
        }
        let lines = fs::read_to_string(root().join(&calls)).unwrap();
        let answers = fs::read_to_string(folder.join("answers.jsonl")).unwrap();
        for (number, (line, answer)) in lines.lines().zip(answers.lines()).enumerate() {
            if line.contains("\"branch\"") {
                continue;
            }
            let number = (number + 1).to_string();
            let of = |more: &[&str]| explain(&[&base[..], &["--call", &number], more].concat());
            let (json, page) = (of(&["--format", "json", "--full"]), of(&["--format", "html"]));
            assert_eq!((json.status, page.status), (0, 0), "{} {}", json.stderr, page.stderr);
            html::assert_well_formed(&page.stdout);
            let told: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
            let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
            assert_eq!(
                (&told["decision"], &told["basis"]),
                (&answer["decision"], &answer["basis"]),
                "{line}"
            );
            explained += 1;
        }
        let last = explain(&base);
        assert_eq!(last.status, 0, "{}", last.stderr);
        compare(&format!("{name}.txt"), &last.stdout);
        compare(&format!("{name}.json"), &explain(&[&base[..], &["--format", "json"]].concat()).stdout);
    }
    assert!(explained > 20, "{explained}");
    let page = explain(&[
        "examples/complete/policy.sqrt",
        "--calls",
        "examples/complete/calls.jsonl",
        "--call",
        "5",
        "--format",
        "html",
    ]);
    compare("complete.html", &page.stdout);
}

const CALLS: &str = concat!(
    "{\"session\": \"a\", \"tool\": \"send_email\", \"args\": {\"to\": \"spam@evil.com\"}}\n",
    "\n",
    "{\"tool\": 5}\n",
    "{\"branch\": {}}\n",
    "{\"session\": \"b\", \"tool\": \"send_email\", \"args\": {\"to\": [\"x\", {\"k\": \"spam@evil.com\"}]}}\n",
    "{\"session\": \"a\", \"tool\": \"other\"}\n",
);

#[test]
fn the_call_that_is_meant_is_explained() {
    let folder = Folder::new();
    let (policy, calls) = (folder.file("mail.sqrt", MAIL), folder.file("calls.jsonl", CALLS));
    let of = |args: &[&str]| run([&["explain", &policy, "--calls", &calls], args].concat());
    let first = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    let one = of(&["--call", "1"]);
    assert_eq!(
        (one.status, first(&one.stdout)),
        (0, "deny send_email must_deny".to_owned()),
        "{}",
        one.stderr
    );
    // A line before it that is no call is told, and makes the status 2.
    let last = of(&[]);
    assert_eq!((last.status, first(&last.stdout)), (2, "allow other default".to_owned()));
    assert!(
        last.stderr.starts_with("error: line 3 is passed over: invalid type: integer"),
        "{}",
        last.stderr
    );
    assert!(last.stdout.contains("The call on line 6 of session `a`, after 1 call\n"), "{}", last.stdout);
    assert_eq!(of(&["--last"]).stdout, last.stdout);
    let of_session = of(&["--session", "b"]);
    assert!(
        of_session.stdout.contains("`to`[1]{member 1}, a string of 13 characters, is in the set"),
        "{}",
        of_session.stdout
    );
    for (args, message) in [
        (["--call", "3"], "line 3 cannot be explained: invalid type: integer"),
        (["--call", "4"], "line 4 cannot be explained: it asks about a branch, which no rule decides"),
        (["--call", "9"], "there is no call on line 9: there are 6 lines"),
        (["--session", "c"], "there is no call of session `c`"),
    ] {
        let run = of(&args);
        assert!(
            run.status == 2 && run.stdout.is_empty() && run.stderr.contains(message),
            "{args:?}: {}",
            run.stderr
        );
    }
    assert_eq!(of(&["--call", "0"]).status, 2);
    assert_eq!(of(&["--call", "1", "--last"]).status, 2);
    let none = run_with(["explain", &policy], "");
    assert!(none.status == 2 && none.stderr.contains("there is no call to explain"), "{}", none.stderr);
    assert_eq!(run_with(["explain", "-"], MAIL).status, 2);
}

#[test]
fn values_are_shown_only_if_they_are_asked_for() {
    let folder = Folder::new();
    let policy = folder.file(
        "p.sqrt",
        "tool \"t\" { must deny when a.value in {\"s3cr3t-1\", 73205} or a.value == b.value or @session.value in {str matching r\".*\"}; \
         result { when @result.value in {r\".*x\"} { @tags |= {\"x\"}; } } }",
    );
    let calls = folder.file(
        "c.jsonl",
        "{\"tool\": \"t\", \"args\": {\"a\": [{\"s3cr3t-key\": \"s3cr3t-1\"}, 73205], \"b\": \"s3cr3t-2\"}, \"session_value\": \"s3cr3t-3\", \
         \"result\": \"s3cr3t-4\"}\n",
    );
    for format in ["text", "json", "html"] {
        let of = |more: &[&str]| {
            run([&["explain", &policy, "--calls", &calls, "--format", format], more].concat())
        };
        let (silent, telling) = (of(&["--full"]), of(&["--show-values"]));
        // The policy's own text is shown.
        let policy_text = silent
            .stdout
            .replace("a.value in {\"s3cr3t-1\", 73205}", "")
            .replace("a.value in {\\\"s3cr3t-1\\\", 73205}", "");
        let policy_text = policy_text.replace("a.value in {&quot;s3cr3t-1&quot;, 73205}", "");
        assert!(
            !policy_text.contains("s3cr3t") && !policy_text.contains("73205"),
            "{format}: {}",
            silent.stdout
        );
        for value in ["s3cr3t-key", "s3cr3t-1", "s3cr3t-2", "s3cr3t-3"] {
            assert!(telling.stdout.contains(value), "{format}: {value} in {}", telling.stdout);
        }
        assert_eq!((silent.status, telling.status), (0, 0));
    }
}

#[test]
fn pages_are_whole_whatever_is_in_them() {
    let folder = Folder::new();
    let hostile = "</code><script>alert(1)</script>&amp;'`\\\"";
    let policy = folder.file(
        "p.sqrt",
        format!("/// <b>doc</b> & \" '\ntool \"<i>t\" {{ must deny when \"{hostile}\" in a.tags; session before {{ @tags |= {{\"{hostile}\"}}; }} }}"),
    );
    let call = serde_json::json!({"session": "<s>", "tool": "<i>t", "args": {"a": "</td><img src=x>", "</title>": 1},
        "arg_meta": {"a": {"tags": ["</code><script>alert(1)</script>&amp;'`\""]}}});
    let page = run_with(["explain", &policy, "--format", "html", "--show-values"], call.to_string());
    assert_eq!(page.status, 0, "{}", page.stderr);
    html::assert_well_formed(&page.stdout);
    assert!(page.stdout.contains("&lt;script&gt;") && page.stdout.contains("&lt;/td&gt;"), "{}", page.stdout);
}

#[test]
fn an_explanation_is_written_to_a_file_whole() {
    let folder = Folder::new();
    let (policy, target) = (folder.file("mail.sqrt", MAIL), folder.path("why.html"));
    let call = "{\"tool\": \"send_email\", \"args\": {\"to\": \"spam@evil.com\"}}";
    let written = run_with(["explain", &policy, "--format", "html", "-o", &target], call);
    assert_eq!((written.status, written.stdout.as_str()), (0, ""), "{}", written.stderr);
    let page = fs::read_to_string(&target).unwrap();
    assert_eq!(page, run_with(["explain", &policy, "--format", "html"], call).stdout);
    let refused = run_with(["explain", &policy, "-o", &policy], call);
    assert!(refused.status == 2 && refused.stderr.contains("would replace"), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(&policy).unwrap(), MAIL);
}

/// An image explains the same, but for the text of updates and where tags came from beyond them.
#[test]
fn an_image_is_explained_too() {
    let folder = Folder::new();
    let image = folder.path("mail.sqrtc");
    let (policy, calls) = ("examples/complete/policy.sqrt", "examples/complete/calls.jsonl");
    let compiled = sqrt().args(["compile", policy, "-o", &image]).current_dir(root()).output().unwrap();
    assert!(compiled.status.success());
    let (text, of_image) = (
        explain(&[policy, "--calls", calls, "--call", "2"]),
        explain(&[&image, "--calls", calls, "--call", "2"]),
    );
    assert_eq!((text.stdout, of_image.status), (of_image.stdout, 0));
    let bare = folder.path("bare.sqrtc");
    let compiled =
        sqrt().args(["compile", "--no-explanations", policy, "-o", &bare]).current_dir(root()).output();
    assert!(compiled.unwrap().status.success());
    let refused = explain(&[&bare, "--calls", calls]);
    assert!(refused.status == 2 && refused.stderr.contains("without explanations"), "{}", refused.stderr);
    let with_updates = explain(&[&image, "--calls", calls, "--call", "6"]);
    assert!(with_updates.stdout.contains("28: an update of result.tags\n"), "{}", with_updates.stdout);
}
