//! Runs every console example of README.md and docs/: in a block fenced as `console`, a line `$ COMMAND` is run by `sh` in
//! the root of the workspace, and the lines up to the next `$` are what it must print (standard output, then standard
//! error). A line of three dots stands for any lines. A block fenced as `console no_run` only shows something.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Example {
    line: usize,
    command: String,
    expected: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the workspace").to_owned()
}

fn examples(text: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut inside = false;
    let mut open = false;
    for (number, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            inside = !inside && line.trim_end() == "```console";
            open = false;
        } else if inside {
            if let Some(command) = line.strip_prefix("$ ") {
                found.push(Example { line: number + 1, command: command.to_owned(), expected: Vec::new() });
                open = true;
            } else if open && let Some(example) = found.last_mut() {
                example.expected.push(line.to_owned());
            }
        }
    }
    found
}

/// Whether the lines are as expected, where `...` stands for any number of lines.
fn matches(expected: &[String], actual: &[&str]) -> bool {
    match expected.split_first() {
        None => actual.is_empty(),
        Some((first, rest)) if first == "..." => {
            (0..=actual.len()).any(|skipped| matches(rest, &actual[skipped..]))
        }
        Some((first, rest)) => {
            actual.split_first().is_some_and(|(line, others)| first == line && matches(rest, others))
        }
    }
}

#[test]
fn console_examples_print_what_they_show() {
    let bin = Path::new(env!("CARGO_BIN_EXE_sqrt")).parent().expect("the binary lies in a folder");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let mut pages = vec![root().join("README.md")];
    let docs = fs::read_dir(root().join("docs")).expect("the docs folder");
    pages.extend(
        docs.map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|e| e == "md")),
    );
    let mut run = 0;
    for page in pages {
        let text = fs::read_to_string(&page).expect("a readable page");
        for mut example in examples(&text) {
            while example.expected.pop_if(|line| line.trim().is_empty()).is_some() {}
            let output = Command::new("sh")
                .args(["-c", &example.command])
                .current_dir(root())
                .env("PATH", &path)
                .env("NO_COLOR", "1")
                .output()
                .expect("a shell");
            let mut printed = String::from_utf8_lossy(&output.stdout).into_owned();
            printed.push_str(&String::from_utf8_lossy(&output.stderr));
            let lines: Vec<&str> = printed.trim_end().lines().map(str::trim_end).collect();
            assert!(
                matches(&example.expected, &lines),
                "{}:{}: `{}` printed\n{printed}\ninstead of\n{}",
                page.display(),
                example.line,
                example.command,
                example.expected.join("\n")
            );
            run += 1;
        }
    }
    assert!(run >= 3, "only {run} console examples found");
}
