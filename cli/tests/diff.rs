//! `sqrt diff`: what is shown of a difference, to people, programs and git, and the exit status.

#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod common;

use common::{Folder, MAIL, run, run_with, sqrt};
use serde_json::{Value, json};
use std::process::Command;

const OTHER: &str = "tool \"send_email\" {\n    priority 2;\n    /// Known spam\n    must deny when to.value in {\"spam@evil.com\", \"x@evil.com\"};\n}\n";

#[test]
fn differences_are_shown_with_their_places() {
    let folder = Folder::new();
    let (old, new) = (folder.file("old.sqrt", MAIL), folder.file("new.sqrt", OTHER));
    let shown = run(["diff", &old, &new]);
    let expected = format!(
        "changed tool \"send_email\"  ({old}:1 → {new}:1)\n  changed priority\n      0 → 2\n  changed must deny  ({old}:3 → {new}:4)\n      \
         to.value in {{\"spam@evil.com\"{{+, \"x@evil.com\"+}}}}\n"
    );
    assert_eq!((shown.status, shown.stdout, shown.stderr.as_str()), (1, expected, ""));
    let line: Value =
        serde_json::from_str(&run(["diff", &old, &new, "--format", "json"]).stdout).expect("JSON");
    assert_eq!((&line["equal"], &line["changes"][0]["what"]), (&json!(false), &json!("tool \"send_email\"")));
    assert_eq!(line["changes"][0]["parts"][1]["new"]["line"], json!(4));
    let same = run(["diff", &old, "--against", &folder.file("same.sqrt", format!("// spam\n{MAIL}"))]);
    assert_eq!((same.status, same.stdout.as_str(), same.stderr.as_str()), (0, "", ""));
    assert_eq!(run(["diff", &old, &old, "--format", "json"]).stdout, "{\"equal\": true, \"changes\": []}\n");
}

#[test]
fn policies_may_be_several_files_folders_and_standard_input() {
    let folder = Folder::new();
    let (lets, uses) =
        ("let spam = {\"spam@evil.com\"};\n", "tool \"send\" { must deny when to.value in spam; }\n");
    let whole = folder.file("whole.sqrt", format!("{uses}{lets}"));
    let parts = folder.path("parts");
    std::fs::create_dir_all(format!("{parts}/inner")).expect("a folder");
    for (name, text) in
        [("a.sqrt", uses), ("inner/b.sqrt", lets), (".hidden.sqrt", "tool"), ("notes.txt", "tool")]
    {
        std::fs::write(format!("{parts}/{name}"), text).expect("a file");
    }
    assert_eq!(run(["diff", &whole, &parts]).status, 0);
    let (a, b) = (folder.file("a.sqrt", uses), folder.file("b.sqrt", lets));
    assert_eq!(run(["diff", &a, &b, "--against", &whole]).status, 0);
    assert_eq!(run_with(["diff", "-", &whole], format!("{lets}{uses}")).status, 0);
    let settings = run(["diff", &whole, "--against-default-allow", "false"]);
    assert_eq!((settings.status, settings.stdout.as_str()), (1, "changed default-allow\n    true → false\n"));
}

#[test]
fn what_cannot_be_compared_is_told() {
    let folder = Folder::new();
    let (mail, broken) = (folder.file("mail.sqrt", MAIL), folder.file("broken.sqrt", "tool"));
    let refused = run(["diff", &mail, &broken]);
    assert_eq!((refused.status, refused.stdout.as_str()), (1, ""));
    assert!(refused.stderr.contains("broken.sqrt:1:5"), "{}", refused.stderr);
    let image = folder.path("mail.sqrtc");
    assert_eq!(run(["compile", &mail, "-o", &image]).status, 0);
    for args in [vec!["diff", &mail, &image], vec!["diff", &mail], vec!["diff", &mail, "missing.sqrt"]] {
        assert_eq!(run(&args).status, 2, "{args:?}");
    }
}

/// In a repository, as its users would.
#[test]
fn git_shows_policies_with_it() {
    let folder = Folder::new();
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.args(args).current_dir(folder.path("")).env("GIT_PAGER", "cat").output()
    };
    if git(&["init", "-q"]).is_err() {
        eprintln!("git is not there, so nothing was tried");
        return;
    }
    let config = |key: &str, value: &str| git(&["config", key, value]).expect("git");
    config("user.email", "a@b.c");
    config("user.name", "a");
    config("diff.sqrt.command", &format!("{} diff --git", sqrt().get_program().display()));
    folder.file(".gitattributes", "*.sqrt diff=sqrt\n");
    folder.file("mail.sqrt", MAIL);
    folder.file("part.sqrt", "tool \"t\" { must deny when elsewhere; }\n");
    git(&["add", "."]).expect("git");
    git(&["commit", "-qm", "a"]).expect("git");
    folder.file("mail.sqrt", OTHER);
    folder.file("part.sqrt", "tool \"u\" { must deny when elsewhere; }\n");
    let shown = git(&["diff"]).expect("git");
    let text = String::from_utf8(shown.stdout).expect("text");
    assert!(shown.status.success(), "{text}");
    assert!(text.contains("diff of mail.sqrt\nchanged tool \"send_email\"  (mail.sqrt:1)\n"), "{text}");
    // A file that is no policy by itself is shown line by line.
    assert!(text.contains("-tool \"t\" {") && text.contains("+tool \"u\" {"), "{text}");
}
