//! Runs every console example of README.md and docs/: in a block fenced as `console`, a line `$ COMMAND` is run by `sh` in
//! the root of the workspace, and the lines up to the next `$` are what it must print (standard output, then standard
//! error). A line of three dots stands for any lines. A block fenced as `console no_run` only shows something.
//!
//! A page that leads through something has a scratch folder, empty at first: `console scratch` runs in it, and a block of
//! any kind with `scratch=NAME` behind the kind is written there as the file NAME. Blocks take effect in their order.
//!
//! `console scratch full` is about a million calls, which a test has no time for: the number [`FULL`] in its commands is
//! [`FEWER`] here, and counts in what they print may differ in that proportion. All else must be the same.
//!
//! `BLESS=1` rewrites what is printed, in blocks without three dots, and `BLESS=full` does so with the million calls.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a page says, in order.
enum Step {
    /// A file for the scratch folder.
    File { name: String, text: String },
    /// A command, and what it must print.
    Example(Example),
}

struct Example {
    /// The line of the command, from 0.
    line: usize,
    command: String,
    expected: Vec<String>,
    scratch: bool,
    /// Whether this is about a million calls.
    full: bool,
}

/// How many calls pages speak of, and with how many their examples are tested.
const FULL: u32 = 1_000_000;
const FEWER: u32 = 20_000;

/// What is done about output that is not as the page has it.
#[derive(Clone, Copy, PartialEq)]
enum Bless {
    Nothing,
    All,
    /// As well what a million calls print, which are made for that.
    Full,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the workspace").to_owned()
}

fn steps(lines: &[&str]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut fence: Option<&str> = None;
    for (number, &line) in lines.iter().enumerate() {
        if let Some(info) = line.strip_prefix("```") {
            // A fence that lacks its other end would turn the rest of the page inside out, and examples would not be run.
            assert_eq!(
                fence.is_none(),
                !info.trim().is_empty(),
                "line {}: a fence too many or too few",
                number + 1
            );
            fence = if fence.is_some() { None } else { Some(info.trim_end()) };
            if let Some((_, name)) = fence.and_then(|info| info.split_once(" scratch=")) {
                steps.push(Step::File { name: name.to_owned(), text: String::new() });
            }
            continue;
        }
        let Some(info) = fence else { continue };
        let is_file = info.contains(" scratch=");
        let is_console = ["console", "console scratch", "console scratch full"].contains(&info);
        if is_console && let Some(command) = line.strip_prefix("$ ") {
            let (command, scratch, full) =
                (command.to_owned(), info != "console", info == "console scratch full");
            steps.push(Step::Example(Example { line: number, command, expected: Vec::new(), scratch, full }));
            continue;
        }
        match steps.last_mut() {
            Some(Step::File { text, .. }) if is_file => {
                text.push_str(line);
                text.push('\n');
            }
            Some(Step::Example(example)) if is_console => example.expected.push(line.to_owned()),
            _ => assert!(!is_console, "line {}: a block of kind `console` begins with a command", number + 1),
        }
    }
    for step in &mut steps {
        if let Step::Example(example) = step {
            while example.expected.pop_if(|line| line.trim().is_empty()).is_some() {}
        }
    }
    steps
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

/// Whether the lines are as expected, where the counts of `FULL` calls are those of `FEWER`.
fn matches_in_proportion(expected: &[String], actual: &[&str]) -> bool {
    let in_proportion = |full: &str, fewer: &str| {
        let is_beside_number = |c: char| c == '(' || c == ')';
        let count = |word: &str| word.trim_matches(is_beside_number).replace(',', "").parse::<f64>().ok();
        let scale = f64::from(FULL / FEWER);
        // A tenth more or less, and what chance makes of small counts.
        let is_near = |full: f64, fewer: f64| (fewer * scale - full).abs() <= full / 10.0 + 10.0 * scale;
        count(full).zip(count(fewer)).is_some_and(|(full, fewer)| is_near(full, fewer))
    };
    let same_line = |(expected, actual): (&String, &&str)| {
        let (expected, actual): (Vec<_>, Vec<_>) =
            (expected.split_whitespace().collect(), actual.split_whitespace().collect());
        expected.len() == actual.len()
            && expected.iter().zip(&actual).all(|(full, fewer)| full == fewer || in_proportion(full, fewer))
    };
    expected.len() == actual.len() && expected.iter().zip(actual).all(same_line)
}

/// What the command prints, standard error behind standard output, without white space at the ends of lines.
fn printed(example: &Example, scratch: &Path, path: &str, bless: Bless) -> String {
    let folder = if example.scratch { scratch.to_owned() } else { root() };
    let mut text = example.command.clone();
    if example.full && bless != Bless::Full {
        text = text.replace(&FULL.to_string(), &FEWER.to_string());
    }
    let mut command = Command::new("sh");
    command.args(["-c", &text]).current_dir(folder).env("PATH", path).env("NO_COLOR", "1");
    command.env("HOME", scratch).env_remove("XDG_STATE_HOME").env_remove("XDG_CONFIG_HOME");
    let output = command.output().expect("a shell");
    let mut printed = String::from_utf8_lossy(&output.stdout).into_owned();
    printed.push_str(&String::from_utf8_lossy(&output.stderr));
    let lines: Vec<&str> = printed.trim_end().lines().map(str::trim_end).collect();
    lines.join("\n")
}

/// README.md and the pages below docs/.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    let mut open = vec![root().join("docs")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder of pages") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

/// Runs the examples of a page and says how many there were.
fn run(page: &Path, path: &str, bless: Bless) -> usize {
    let text = fs::read_to_string(page).expect("a readable page");
    let lines: Vec<&str> = text.lines().collect();
    let scratch = std::env::temp_dir().join(format!("sqrt-console-examples-{}", std::process::id()));
    let _ = fs::remove_dir_all(&scratch);
    fs::create_dir_all(&scratch).expect("a scratch folder");
    let (mut count, mut blessed, mut copied) = (0, String::new(), 0);
    for step in steps(&lines) {
        let example = match step {
            Step::File { name, text } => {
                let file = scratch.join(name);
                fs::create_dir_all(file.parent().expect("a folder")).expect("a folder of the scratch folder");
                fs::write(file, text).expect("a file of the scratch folder");
                continue;
            }
            Step::Example(example) => example,
        };
        count += 1;
        let printed = printed(&example, &scratch, path, bless);
        let (lines_printed, in_proportion) =
            (printed.lines().collect::<Vec<_>>(), example.full && bless != Bless::Full);
        if matches(&example.expected, &lines_printed)
            || in_proportion && matches_in_proportion(&example.expected, &lines_printed)
        {
            continue;
        }
        let may_bless = bless != Bless::Nothing && !in_proportion;
        assert!(
            may_bless && !example.expected.iter().any(|line| line == "..."),
            "{}:{}: `{}` printed\n{printed}\ninstead of\n{}",
            page.display(),
            example.line + 1,
            example.command,
            example.expected.join("\n")
        );
        for line in &lines[copied..=example.line] {
            blessed.push_str(line);
            blessed.push('\n');
        }
        copied = example.line + 1 + example.expected.len();
        blessed.push_str(&printed);
        blessed.push_str(if printed.is_empty() { "" } else { "\n" });
    }
    if copied > 0 {
        for line in &lines[copied..] {
            blessed.push_str(line);
            blessed.push('\n');
        }
        fs::write(page, blessed).expect("the page can be written");
    }
    let _ = fs::remove_dir_all(&scratch);
    count
}

#[test]
fn console_examples_print_what_they_show() {
    let bin = Path::new(env!("CARGO_BIN_EXE_sqrt")).parent().expect("the binary lies in a folder");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let bless = match std::env::var("BLESS").as_deref() {
        Err(_) => Bless::Nothing,
        Ok("full") => Bless::Full,
        Ok(_) => Bless::All,
    };
    let count: usize = pages().iter().map(|page| run(page, &path, bless)).sum();
    assert!(count >= 20, "only {count} console examples found");
}
