//! `sqrt compile`, and what the other verbs do with an image.

#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod common;

use std::fs;
use std::path::Path;

use common::{Folder, MAIL, Run, run, run_with};
use sqrt_vm::bytecode::image;

const CALLS: &str =
    "{\"tool\": \"send_email\", \"args\": {\"to\": \"spam@evil.com\"}}\n{\"tool\": \"send_email\"}\n";

/// Compiles, and expects that to be fine and silent; the path of the image.
fn compiled(folder: &Folder, args: &[&str]) -> String {
    let image = folder.path("policy.sqrtc");
    let run = run([&["compile"], args, &["-o", &image]].concat());
    assert_eq!((run.status, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""), "{args:?}");
    image
}

fn refused(run: Run, status: i32, message: &str) {
    assert_eq!((run.status, run.stdout.as_str()), (status, ""), "{message}");
    assert!(run.stderr.contains(message), "{message}: {}", run.stderr);
}

fn files(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.path("")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn an_image_answers_and_disassembles_like_its_policy() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let image = compiled(&folder, &[&mail]);
    let expected = run_with(["eval", &mail], CALLS);
    assert_eq!(expected.status, 0);
    assert_eq!(expected.answers()[0]["decision"], "deny");
    assert_eq!(run_with(["eval", &image], CALLS).stdout, expected.stdout);
    assert_eq!(
        run_with(["eval", &image, "--explain"], CALLS).stdout,
        run_with(["eval", &mail, "--explain"], CALLS).stdout
    );
    let calls = folder.file("calls.jsonl", CALLS);
    let from_stdin = run_with(["eval", "-", "--calls", &calls], fs::read(&image).unwrap());
    assert_eq!(from_stdin.stdout, expected.stdout);
    assert_eq!(run(["disasm", &image]).stdout, run(["disasm", &mail]).stdout);
    assert_eq!(files(&folder), ["calls.jsonl", "mail.sqrt", "policy.sqrtc"], "nothing else is left");
}

#[test]
fn the_same_policy_gives_the_same_image() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let first = fs::read(compiled(&folder, &[&mail])).unwrap();
    assert_eq!(fs::read(compiled(&folder, &[&mail])).unwrap(), first);
    assert_ne!(fs::read(compiled(&folder, &[&mail, "--mode", "strict"])).unwrap(), first);
}

#[test]
fn presets_settings_and_code_of_a_document_are_compiled_in() {
    let folder = Folder::new();
    let document = folder.file(
        "x.json",
        r#"{"mode": "custom", "codes": "tool \"late\" { must deny always; }", "presets": {"default_allow": false,
            "branching_meta_policy": {"mode": "deny", "tags": ["RACE"]}}}"#,
    );
    let mail = folder.file("mail.sqrt", MAIL);
    let image = compiled(&folder, &[&mail, "--x-policy", &document]);
    let calls = format!(
        "{CALLS}{}",
        "{\"tool\": \"late\"}\n{\"branch\": {\"tags\": [\"RACE\"]}}\n\
         {\"tool\": \"send_email\", \"args\": {\"to\": 1}, \"arg_meta\": {\"to\": {\"tags\": [\"__non_executable\"]}}}\n"
    );
    let expected = run_with(["eval", &mail, "--x-policy", &document], &calls);
    assert_eq!(expected.status, 0, "{}", expected.stderr);
    assert_eq!(run_with(["eval", &image], &calls).stdout, expected.stdout);
    assert_eq!(expected.answers()[1]["decision"], "deny", "the default of the document");
    assert_eq!(expected.answers()[3]["branch"], "deny");
}

#[test]
fn options_win_over_the_settings_of_an_image() {
    let folder = Folder::new();
    let policy = folder.file("p.sqrt", "tool \"t\" { should allow always; }\n");
    let image = compiled(&folder, &[&policy, "--default-allow", "false", "--default-level", "hard"]);
    for (args, decision) in [
        (&[][..], "deny"),
        (&["--default-level", "soft"], "allow"),
        (&["--default-allow", "true"], "allow"),
        (&["--default-allow", "false"], "deny"),
    ] {
        let run = run_with([&["eval", &image], args].concat(), "{\"tool\": \"t\"}");
        assert_eq!(run.answers()[0]["decision"], decision, "{args:?}");
    }
}

#[test]
fn nothing_can_be_added_to_an_image() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let image = compiled(&folder, &[&mail]);
    let document = folder.file("x.json", "{}");
    refused(run_with(["eval", &image, "--x-policy", &document], CALLS), 2, "presets are compiled in");
    for policies in [[&image, &mail], [&mail, &image], [&image, &image]] {
        refused(
            run_with([&["eval"], &policies.map(String::as_str)[..]].concat(), CALLS),
            2,
            "other policies",
        );
    }
    let other = folder.path("other.sqrtc");
    refused(run(["compile", &image, "-o", &other]), 2, "is a compiled image already");
    assert!(!Path::new(&other).exists());
}

#[test]
fn a_damaged_image_is_refused_by_every_verb() {
    let folder = Folder::new();
    let image = fs::read(compiled(&folder, &[&folder.file("mail.sqrt", MAIL)])).unwrap();
    let mut altered = image.clone();
    altered[image::HEADER_SIZE] ^= 1;
    let mut other_version = image.clone();
    other_version[8] += 1;
    let mut other_magic = image.clone();
    other_magic[0] ^= 0x80;
    for (bytes, message) in [
        (&image[..image.len() - 1], "the image is cut short"),
        (&image[..40], "the image is cut short"),
        (&image[..1], "the image is cut short"),
        (&altered, "the image was altered"),
        (&other_version, "compile the policy again"),
        (&other_magic, "it does not begin as an image does"),
        (&[image.as_slice(), b"\n"].concat(), "bytes follow the end of the image: 1"),
    ] {
        let path = folder.file("damaged.sqrtc", bytes);
        refused(run_with(["eval", &path], CALLS), 2, message);
        refused(run(["disasm", &path]), 2, message);
    }
    // The explanations, which nobody reads but who asks for them.
    let mut explanations = image.clone();
    *explanations.last_mut().unwrap() ^= 1;
    let path = folder.file("damaged.sqrtc", &explanations);
    assert_eq!(run_with(["eval", &path], CALLS).status, 0);
    refused(run_with(["eval", "--explain", &path], CALLS), 2, "the image was altered");
    refused(run(["disasm", &path]), 2, "the image was altered");
    let mut unsound = image;
    // No UTF-8, under a right checksum.
    let at = unsound.windows(4).position(|bytes| bytes == b"spam").unwrap();
    unsound[at] = 255;
    image::reseal(&mut unsound);
    refused(run(["disasm", &folder.file("damaged.sqrtc", &unsound)]), 2, "the image is not valid");
}

#[test]
fn a_policy_that_is_not_fine_leaves_the_old_image() {
    let folder = Folder::new();
    let image = compiled(&folder, &[&folder.file("mail.sqrt", MAIL)]);
    let old = fs::read(&image).unwrap();
    let broken = folder.file("broken.sqrt", "tool \"a\" {");
    refused(run(["compile", &broken, "-o", &image]), 1, "broken.sqrt:1:");
    let missing = folder.path("missing.sqrt");
    refused(run(["compile", &missing, "-o", &image]), 2, "cannot read");
    assert_eq!(fs::read(&image).unwrap(), old);
    assert_eq!(files(&folder), ["broken.sqrt", "mail.sqrt", "policy.sqrtc"]);
}

#[test]
fn a_source_is_not_replaced() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let document = folder.file("x.json", "{}");
    let dotted = folder.path("./mail.sqrt");
    refused(run(["compile", &mail, "-o", &mail]), 2, "would replace its source");
    refused(run(["compile", &mail, "-o", &dotted]), 2, "would replace its source");
    refused(run(["compile", &mail, "--x-policy", &document, "-o", &document]), 2, "would replace its source");
    refused(run(["compile", &mail, "-o", "-"]), 2, "`-` is standard input");
    assert_eq!(fs::read_to_string(&mail).unwrap(), MAIL);
}

#[test]
fn what_cannot_be_written_is_told() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    refused(run(["compile", &mail, "-o", &folder.path("no such folder/a.sqrtc")]), 2, "cannot write");
    refused(run(["compile", &mail, "-o", &folder.path("")]), 2, "it is no file");
    #[cfg(unix)]
    refused(run(["compile", &mail, "-o", "/dev/null"]), 2, "it is no file");
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_permissions_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let real = folder.file("real.sqrtc", "old");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, folder.path("policy.sqrtc")).unwrap();
    let image = compiled(&folder, &[&mail]);
    assert!(fs::symlink_metadata(&image).unwrap().is_symlink());
    assert!(image::is_image(&fs::read(&real).unwrap()));
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

/// Whoever reads the file while it is written finds a whole image.
#[test]
fn readers_never_see_a_part() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let other = folder.file("other.sqrt", MAIL.repeat(300));
    let image = compiled(&folder, &[&mail]);
    let small = fs::read(&image).unwrap();
    compiled(&folder, &[&other]);
    let large = fs::read(&image).unwrap();
    let reader = {
        let image = image.clone();
        std::thread::spawn(move || {
            let mut seen = [false; 2];
            for _ in 0..100_000 {
                let bytes = fs::read(&image).unwrap();
                assert!(bytes == small || bytes == large, "a part: {} bytes", bytes.len());
                seen[usize::from(bytes == large)] = true;
                if seen == [true; 2] {
                    break;
                }
            }
            seen
        })
    };
    for _ in 0..20 {
        compiled(&folder, &[&mail]);
        compiled(&folder, &[&other]);
        if reader.is_finished() {
            break;
        }
    }
    assert_eq!(reader.join().unwrap(), [true; 2]);
}

#[test]
fn an_image_may_go_without_explanations() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let answers = |args: &[&str]| {
        let image = compiled(&folder, args);
        let size = fs::metadata(&image).unwrap().len();
        let (plain, explained) =
            (run_with(["eval", &image], CALLS), run_with(["eval", &image, "--explain"], CALLS));
        (plain.stdout, explained.stdout, size)
    };
    let (plain, explained, size) = answers(&[&mail]);
    let (same, without, smaller) = answers(&[&mail, "--no-explanations"]);
    assert_eq!(same, plain);
    assert!(smaller < size, "{smaller} of {size} bytes");
    assert!(explained.contains(r#""conditions": [{"depth": 0"#), "{explained}");
    assert!(without.contains(r#""fired": true"#) && without.contains(r#""conditions": []"#), "{without}");
}
