//! What verbs take as policy files: folders of them, and those of `sqrt.toml` where nothing is named.

#![allow(clippy::expect_used, reason = "a test may fail by panicking")]

mod common;

use std::fs;

use common::{Folder, MAIL, Run, run, run_with, sqrt};

/// A folder with a policy of two files, `policy/lets.sqrt` and `policy/mail.sqrt`, and what is to be left out.
fn project() -> Folder {
    let folder = Folder::new();
    for below in ["policy", "policy/.hidden", "policy/target"] {
        fs::create_dir_all(folder.path(below)).expect("a new folder");
    }
    folder.file("policy/lets.sqrt", "let Spam = {\"spam@evil.com\"};\n");
    folder.file("policy/mail.sqrt", "tool \"send_email\" {\n    must deny when to.value in Spam;\n}\n");
    folder.file("policy/notes.txt", "no policy");
    folder.file("policy/.hidden/broken.sqrt", "no policy");
    folder.file("policy/target/broken.sqrt", "no policy");
    folder
}

/// A run in a folder.
fn run_in(folder: &str, args: &[&str]) -> Run {
    sqrt().current_dir(folder).args(args).output().expect("the command starts").into()
}

#[test]
fn a_folder_stands_for_the_policy_files_below_it() {
    let folder = project();
    let policy = folder.path("policy");
    for (args, told) in [
        (&["check", "--together", &policy][..], "2 files checked: no problems\n"),
        (&["fmt", "--check", &policy], "2 files in style already\n"),
        (&["lint", "--together", &policy], "2 files linted: no problems\n"),
    ] {
        let run = run(args);
        assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "", told), "{args:?}");
    }
    let call = "{\"tool\": \"send_email\", \"args\": {\"to\": \"spam@evil.com\"}}\n";
    let eval = run_with(["eval", &policy], call);
    assert!(eval.status == 0 && eval.stdout.contains("\"must_deny\""), "{eval:?}");
    let explain = run_with(["explain", &policy], call);
    assert!(explain.stdout.starts_with("deny send_email must_deny\n"), "{explain:?}");
    let here = run_in(&policy, &["check", "--format", "json", "."]);
    assert!(here.stdout.starts_with("{\"file\": \"lets.sqrt\", \"ok\": true"), "{here:?}");
}

#[test]
fn a_folder_without_policies_is_refused() {
    let folder = Folder::new();
    let empty = folder.path(".");
    for verb in ["check", "fmt", "lint", "eval"] {
        let run = run([verb, &empty]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{verb}");
        assert!(run.stderr.contains("ends in `.sqrt`"), "{verb}: {}", run.stderr);
    }
}

#[test]
fn without_files_those_of_the_configuration_are_taken() {
    let folder = project();
    folder.file("sqrt.toml", "[policy]\nfiles = [\"policy/lets.sqrt\", \"policy/mail.sqrt\"]\n");
    let root = folder.path(".");
    for (args, told) in [
        (&["check"][..], "2 files checked: no problems\n"),
        (&["fmt", "--check"], "2 files in style already\n"),
        (&["lint"], "2 files linted: no problems\n"),
    ] {
        let run = run_in(&root, args);
        assert_eq!((run.status, run.stderr.as_str()), (0, told), "{args:?}: {}", run.stdout);
    }
    folder.file("sqrt.toml", "[policy]\nfiles = [\"policy/*.sqrt\"]\ntogether = false\n");
    assert_eq!(run_in(&root, &["check"]).status, 1, "each file by itself lacks the lets of the other");
}

#[test]
fn a_let_of_another_file_is_told_with_the_way_to_it() {
    let folder = project();
    let (lets, mail) = (folder.path("policy/lets.sqrt"), folder.path("policy/mail.sqrt"));
    for verb in ["check", "lint"] {
        let apart = run([verb, &lets, &mail]);
        assert!(apart.status == 1 && apart.stderr.contains("`--together`"), "{apart:?}");
        // Of one file that belongs to nothing there is no such thing to say.
        let alone = run([verb, "--no-config", &mail]);
        assert!(alone.status == 1 && !alone.stderr.contains("`--together`"), "{alone:?}");
        let fine = folder.file("fine.sqrt", MAIL);
        let other = run([verb, &lets, &fine]);
        assert!(!other.stderr.contains("`--together`"), "{other:?}");
    }
}
