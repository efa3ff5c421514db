//! `sqrt fmt`: what is rewritten and what is not, what is shown, and the exit status.

mod common;

use common::{Folder, MAIL, run, run_with, sqrt};
use std::fs;

const UGLY: &str = "tool \"t\"{must deny when x.value in{5}; // why\n}";
const PRETTY: &str = "tool \"t\" {\n    must deny when x.value in {5}; // why\n}\n";
const BROKEN: &str = "tool \"a\" {\n    must deny always\n}\n";

#[test]
fn files_are_rewritten_in_place_if_they_are_in_another_style() {
    let folder = Folder::new();
    let (ugly, mail) = (folder.file("ugly.sqrt", UGLY), folder.file("mail.sqrt", MAIL));
    let before = fs::metadata(&mail).and_then(|found| found.modified()).ok();
    let formatted = run(["fmt", &ugly, &mail]);
    assert_eq!(
        (formatted.status, formatted.stdout.as_str(), formatted.stderr.as_str()),
        (0, "", "1 file formatted, 1 file in style already\n")
    );
    assert_eq!(fs::read_to_string(&ugly).ok().as_deref(), Some(PRETTY));
    assert_eq!(fs::metadata(&mail).and_then(|found| found.modified()).ok(), before);
    assert_eq!(run(["fmt", &ugly, &mail]).stderr, "2 files in style already\n");
}

#[test]
fn check_and_diff_change_nothing_and_tell_by_the_status() {
    let folder = Folder::new();
    let (ugly, mail) = (folder.file("ugly.sqrt", UGLY), folder.file("mail.sqrt", MAIL));
    let checked = run(["fmt", "--check", &ugly, &mail]);
    assert_eq!((checked.status, checked.stdout), (1, format!("{ugly}\n")));
    assert_eq!(checked.stderr, "1 file would be formatted, 1 file in style already\n");
    let shown = run(["fmt", "--diff", &ugly, &mail]);
    let expected = format!(
        "--- {ugly}\n+++ {ugly} (formatted)\n@@ -1,2 +1,3 @@\n-tool \"t\"{{must deny when x.value in{{5}}; // why\n-}}\n\\ No newline at end of file\n\
         +tool \"t\" {{\n+    must deny when x.value in {{5}}; // why\n+}}\n"
    );
    assert_eq!((shown.status, shown.stdout), (1, expected));
    assert_eq!(fs::read_to_string(&ugly).ok().as_deref(), Some(UGLY));
    for option in ["--check", "--diff"] {
        let fine = run(["fmt", option, &mail]);
        assert_eq!((fine.status, fine.stdout.as_str()), (0, ""), "{option}");
    }
}

#[test]
fn standard_input_goes_to_standard_output() {
    let formatted = run_with(["fmt", "-"], UGLY);
    assert_eq!((formatted.status, formatted.stdout.as_str(), formatted.stderr.as_str()), (0, PRETTY, ""));
    let checked = run_with(["fmt", "--check", "-"], UGLY);
    assert_eq!((checked.status, checked.stdout.as_str(), checked.stderr.as_str()), (1, "-\n", ""));
    assert_eq!(run_with(["fmt", "--check", "-"], PRETTY).status, 0);
    // Line ends and the mark at the beginning are layout, too.
    let windows = format!("\u{feff}{}", PRETTY.replace('\n', "\r\n"));
    assert_eq!(run_with(["fmt", "-"], windows.as_bytes()).stdout, PRETTY);
    assert_eq!(run_with(["fmt", "--check", "-"], windows.as_bytes()).status, 1);
}

#[test]
fn what_cannot_be_formatted_stays_as_it_is_and_stops_no_other() {
    let folder = Folder::new();
    let (broken, ugly) = (folder.file("broken.sqrt", BROKEN), folder.file("ugly.sqrt", UGLY));
    let formatted = run(["fmt", &broken, &ugly]);
    assert_eq!((formatted.status, formatted.stdout.as_str()), (1, ""));
    assert!(formatted.stderr.contains("broken.sqrt:2:21"), "{}", formatted.stderr);
    assert!(
        formatted.stderr.ends_with("1 file formatted, 1 file with errors of syntax\n"),
        "{}",
        formatted.stderr
    );
    assert_eq!(fs::read_to_string(&broken).ok().as_deref(), Some(BROKEN));
    assert_eq!(fs::read_to_string(&ugly).ok().as_deref(), Some(PRETTY));
    let nothing = run_with(["fmt", "-"], BROKEN);
    assert_eq!((nothing.status, nothing.stdout.as_str()), (1, ""));
    // Errors of meaning are no matter of style.
    let meaning = "tool \"t\" {\n    must deny when nothing;\n}\n";
    assert_eq!(run_with(["fmt", "-"], meaning).stdout, meaning);
    let missing = run(["fmt", &folder.path("missing.sqrt"), &ugly]);
    assert_eq!(missing.status, 2);
    assert!(
        missing.stderr.ends_with("1 file in style already, 1 file that could not be formatted\n"),
        "{}",
        missing.stderr
    );
}

#[test]
fn images_are_not_formatted() {
    let folder = Folder::new();
    let (mail, image) = (folder.file("mail.sqrt", MAIL), folder.path("mail.sqrtc"));
    assert_eq!(run(["compile", &mail, "-o", &image]).status, 0);
    let refused = run(["fmt", &image]);
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("is a compiled image"), "{}", refused.stderr);
}

#[test]
fn the_examples_are_in_style() {
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let folders = fs::read_dir(examples).expect("the examples").map(|entry| entry.expect("a folder").path());
    let policies: Vec<_> =
        folders.map(|folder| folder.join("policy.sqrt")).filter(|policy| policy.exists()).collect();
    assert!(policies.len() > 3);
    let checked = run([std::ffi::OsStr::new("fmt"), "--check".as_ref()]
        .into_iter()
        .chain(policies.iter().map(AsRef::as_ref)));
    assert_eq!((checked.status, checked.stdout.as_str()), (0, ""));
}

#[test]
fn an_answer_that_cannot_be_written_is_told_once() {
    let folder = Folder::new();
    // Each difference is longer than what is buffered.
    let long = "tool \"t\" {must deny always;}\n".repeat(3_000);
    let files: Vec<String> = ["a", "b", "c"].map(|name| folder.file(name, &long)).to_vec();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = sqrt().args(["fmt", "--diff"]).args(files).stdout(full).output().unwrap();
    let run: common::Run = output.into();
    assert_eq!(run.status, 2);
    assert_eq!(run.stderr.matches("cannot write to standard output").count(), 1, "{}", run.stderr);
}
