//! `sqrt disasm`: bytecode on standard output, problems on standard error.

mod common;

use common::{Folder, MAIL, run, run_with};

#[test]
fn bytecode_is_shown_with_source_lines() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let from_file = run(["disasm", &mail]);
    assert_eq!((from_file.status, from_file.stderr.as_str()), (0, ""));
    assert!(
        from_file.stdout.contains("send_email") && from_file.stdout.contains("spam@evil.com"),
        "{}",
        from_file.stdout
    );
    assert!(from_file.stdout.contains("3:"), "{}", from_file.stdout);
    let from_stdin = run_with(["disasm", "-"], MAIL);
    assert_eq!(from_stdin.stdout, from_file.stdout.replace(&mail, "-"));
}

#[test]
fn a_policy_that_is_not_fine_has_no_bytecode() {
    let run = run_with(["disasm", "-"], "tool \"a\" {");
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("-:1:"), "{}", run.stderr);
}

#[test]
fn a_missing_file_is_a_failure() {
    let run = run(["disasm", "/no such file"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("cannot read `/no such file`"), "{}", run.stderr);
}
