//! Help, version, misuse: exit statuses and streams of the command as a whole.

mod common;

use std::process::Stdio;

use common::{Folder, MAIL, run, run_with, sqrt};

#[test]
fn version_names_the_image_format() {
    for flag in ["--version", "-V"] {
        let run = run([flag]);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""));
        let expected = format!(
            "sqrt {} (image format {})\n",
            env!("CARGO_PKG_VERSION"),
            sqrt_vm::bytecode::program::FORMAT_VERSION
        );
        assert_eq!(run.stdout, expected);
    }
}

#[test]
fn help_is_an_answer_and_shows_an_example() {
    for args in [
        &["--help"][..],
        &["check", "--help"],
        &["eval", "--help"],
        &["compile", "--help"],
        &["disasm", "--help"],
        &["limits", "--help"],
    ] {
        let run = run(args);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{args:?}");
        assert!(run.stdout.contains("Example:\n  $ "), "{args:?}: {}", run.stdout);
        assert!(run.stdout.ends_with('\n') && !run.stdout.contains('\x1b'), "{args:?}");
    }
}

#[test]
fn misuse_goes_to_standard_error_with_status_2() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    for args in [
        &[][..],
        &["chek"],
        &["check"],
        &["check", "--formt", "json", &mail],
        &["check", "--format", "xml", &mail],
        &["eval"],
        &["eval", "--default-allow", "yes", &mail],
        &["eval", "--default-allow", &mail],
        &["eval", "--default-level", "must", &mail],
        &["eval", "--mode", "lenient", &mail],
        &["eval", "--mode", "strict", "--mode", "strict", &mail],
        &["compile"],
        &["compile", &mail],
        &["compile", "-o", "x.sqrtc"],
        &["compile", &mail, "-o"],
        &["compile", &mail, "--explain", "-o", "x.sqrtc"],
        &["disasm"],
        &["disasm", &mail, &mail],
        &["limits", "all"],
    ] {
        let run = run(args);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(!run.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn standard_input_can_be_read_once() {
    for args in [
        &["check", "-", "-"][..],
        &["eval", "-"],
        &["eval", "--x-policy", "-"],
        &["eval", "--calls", "-", "-"],
    ] {
        let run = run_with(args, MAIL);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(
            run.stderr.contains("standard input (`-`) is given more than once"),
            "{args:?}: {}",
            run.stderr
        );
    }
}

#[test]
fn limits_are_listed() {
    let run = run(["limits"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    for part in ["policy text", "patterns", "images and loading", "calls", "sessions", "the command"] {
        assert!(run.stdout.contains(&format!("Limits of {part}\n")), "{}", run.stdout);
    }
    assert!(run.stdout.contains("67,108,864"));
}

#[test]
fn nothing_is_coloured_off_a_terminal() {
    let folder = Folder::new();
    let broken = folder.file("broken.sqrt", "tool {");
    for name in ["CLICOLOR_FORCE", "FORCE_COLOR"] {
        for args in
            [&["check", &broken][..], &["eval", &broken], &["--help"], &["chek"], &["check", "/no such file"]]
        {
            let output = sqrt().args(args).env(name, "1").output().unwrap();
            let escape = |bytes: &[u8]| bytes.contains(&0x1b);
            assert!(!escape(&output.stdout) && !escape(&output.stderr), "{name} {args:?}");
        }
    }
}

#[test]
fn a_name_of_a_file_does_not_play_with_the_terminal() {
    let run = run(["check", "no such\x1b[2J\nfile"]);
    assert!(run.stderr.starts_with("error: cannot read `no such\\u{1b}[2J\\u{a}file`: "), "{}", run.stderr);
}

#[test]
fn a_closed_standard_output_ends_quietly() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let calls = folder.file("calls.jsonl", "{\"tool\": \"x\"}\n".repeat(20_000));
    for args in [
        &["eval", "--calls", &calls, &mail][..],
        &["limits"],
        &["--help"],
        &["disasm", &mail],
        &["check", "--format", "json", &mail],
    ] {
        let mut child = sqrt().args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    for args in [&["limits"][..], &["--help"], &["disasm", &mail], &["check", "--format", "json", &mail]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = sqrt().args(args).stdout(full).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("cannot write to standard output"),
            "{args:?}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_standard_error_is_no_panic() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = sqrt().args(["check", "/no such file"]).stderr(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
