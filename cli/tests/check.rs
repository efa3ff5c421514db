//! `sqrt check`: which status, which stream, which keys in which order.

mod common;

use common::{Folder, MAIL, Random, run, run_with};

const BROKEN: &str = "tool \"a\" {\n    must deny always\n}\n";

#[test]
fn a_fine_policy_is_told_on_standard_error() {
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    let run = run(["check", &mail]);
    assert_eq!(
        (run.status, run.stdout.as_str(), run.stderr.as_str()),
        (0, "", "1 file checked: no problems\n")
    );
}

#[test]
fn every_problem_is_shown_with_its_place() {
    let folder = Folder::new();
    let broken = folder.file(
        "broken.sqrt",
        "tool \"a\" {\n    must deny always\n}\n\ntool \"b\" {\n    must allow perhaps;\n}\n",
    );
    let run = run(["check", &broken]);
    assert_eq!((run.status, run.stderr.as_str()), (1, "1 file checked: 2 errors\n"));
    assert!(
        run.stdout.contains("broken.sqrt:2:21") && run.stdout.contains("broken.sqrt:6:16"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("must deny always") && run.stdout.contains("help"), "{}", run.stdout);
}

#[test]
fn json_is_one_line_per_file_in_order() {
    let folder = Folder::new();
    let (mail, broken) = (folder.file("mail.sqrt", MAIL), folder.file("broken.sqrt", BROKEN));
    let run = run(["check", "--format", "json", &broken, &mail]);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1], format!("{{\"file\": {mail:?}, \"ok\": true, \"diagnostics\": []}}"));
    let keys = [
        "{\"file\": ",
        ", \"ok\": false, \"diagnostics\": [{\"severity\": \"error\", \"code\": \"E",
        "\", \"message\": \"",
        "\", \"help\": ",
        ", \"line\": 2, \"column\": ",
        ", \"end_line\": 2",
        ", \"end_column\": ",
    ];
    let mut rest = lines[0];
    for key in keys {
        let (_, after) =
            rest.split_once(key).unwrap_or_else(|| panic!("`{key}` is not next in {}", lines[0]));
        rest = after;
    }
    let diagnostic = &run.answers()[0]["diagnostics"][0];
    assert_eq!(diagnostic.as_object().unwrap().len(), 8);
}

#[test]
fn columns_count_unicode_scalar_values() {
    let folder = Folder::new();
    let file = folder.file("wide.sqrt", "let é = {\"😀\"};\nlet b = {\"😀é\"} §;\n".replace('é', "e"));
    let run = run(["check", "--format", "json", &file]);
    let diagnostic = &run.answers()[0]["diagnostics"][0];
    assert_eq!(
        (diagnostic["line"].as_u64(), diagnostic["column"].as_u64()),
        (Some(2), Some(16)),
        "{diagnostic}"
    );
}

#[test]
fn warnings_are_fine() {
    let folder = Folder::new();
    let file = folder.file("warned.sqrt", "tool \"a\" { must deny when x.value in {\"a\\qb\"}; }\n");
    let checked = run(["check", "--format", "json", &file]);
    assert_eq!((checked.status, checked.answers()[0]["ok"].as_bool()), (0, Some(true)));
    assert_eq!(checked.answers()[0]["diagnostics"][0]["severity"], "warning");
    let text = run(["check", &file]);
    assert_eq!((text.status, text.stderr.as_str()), (0, "1 file checked: 1 warning\n"));
}

#[test]
fn files_share_lets_only_together() {
    let folder = Folder::new();
    let lets = folder.file("lets.sqrt", "let spam = {\"spam@evil.com\"};\n");
    let mail = folder.file("mail.sqrt", "tool \"send\" { must deny when to.value in spam; }\n");
    let alone = run(["check", "--format", "json", &lets, &mail]);
    assert_eq!(alone.status, 1);
    assert_eq!(
        alone.answers().iter().map(|line| line["ok"].as_bool().unwrap()).collect::<Vec<_>>(),
        [true, false]
    );
    let together = run(["check", "--together", "--format", "json", &lets, &mail]);
    assert_eq!((together.status, together.answers().len()), (0, 2), "{}", together.stdout);
    let syntax = run(["check", "--syntax-only", "--format", "json", &mail]);
    assert_eq!((syntax.status, syntax.answers().len()), (0, 1), "{}", syntax.stdout);
    let both = run(["check", "--syntax-only", "--together", "--format", "json", &mail, &lets]);
    assert_eq!((both.status, both.answers().len()), (0, 2), "{}", both.stdout);
}

#[test]
fn together_each_problem_is_told_in_the_line_of_its_file() {
    let folder = Folder::new();
    let one = folder.file("one.sqrt", "let a = {\"x\"};\n");
    let two = folder.file("two.sqrt", "let a = {\"y\"};\n");
    let run = run(["check", "--together", "--format", "json", &one, &two]);
    assert_eq!(run.status, 1);
    let answers = run.answers();
    assert_eq!((answers[0]["ok"].as_bool(), answers[1]["ok"].as_bool()), (Some(true), Some(false)));
    assert_eq!(
        (answers[0]["file"].as_str(), answers[1]["file"].as_str()),
        (Some(one.as_str()), Some(two.as_str()))
    );
}

#[test]
fn what_is_not_utf8_is_not_fine() {
    let folder = Folder::new();
    let file = folder.file("latin.sqrt", b"tool \"caf\xe9\" { must deny always; }\n");
    for extra in [None, Some("--syntax-only"), Some("--together")] {
        let checked = run(["check", "--format", "json", &file].into_iter().chain(extra));
        assert_eq!(checked.status, 1);
        let answers = checked.answers();
        assert_eq!(
            (answers[0]["ok"].as_bool(), answers[0]["diagnostics"][0]["code"].as_str()),
            (Some(false), Some("E0101"))
        );
        assert_eq!(answers[0]["diagnostics"][0]["column"].as_u64(), Some(10));
    }
    assert_eq!(run(["check", &file]).status, 1);
}

#[test]
fn an_unreadable_file_stops_no_other() {
    let folder = Folder::new();
    let (mail, missing) = (folder.file("mail.sqrt", MAIL), folder.path("missing.sqrt"));
    let run = run(["check", "--format", "json", &missing, &folder.path("mail.sqrt/below"), &mail]);
    assert_eq!((run.status, run.answers().len()), (2, 1));
    assert_eq!(run.answers()[0]["file"], mail.as_str());
    assert_eq!(run.stderr.matches("error: cannot read `").count(), 2, "{}", run.stderr);
}

#[test]
fn the_closing_line_counts_what_could_not_be_read() {
    let folder = Folder::new();
    let (mail, missing) = (folder.file("mail.sqrt", MAIL), folder.path("missing.sqrt"));
    let last = |run: common::Run| run.stderr.lines().last().map(str::to_owned);
    let some = "1 file checked: no problems; 1 file could not be read";
    assert_eq!(last(run(["check", &missing, &mail])).as_deref(), Some(some));
    assert_eq!(last(run(["check", &missing])).as_deref(), Some("nothing checked: 1 file could not be read"));
}

#[test]
fn together_an_unreadable_file_leaves_nothing_to_say() {
    let folder = Folder::new();
    let (mail, missing) = (folder.file("mail.sqrt", MAIL), folder.path("missing.sqrt"));
    let run = run(["check", "--together", "--format", "json", &mail, &missing]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(
        run.stderr.contains("missing.sqrt") && run.stderr.contains("leave out `--together`"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_dash_is_standard_input() {
    let run = run_with(["check", "--format", "json", "-"], BROKEN);
    assert_eq!(run.status, 1);
    assert_eq!(run.answers()[0]["file"], "-");
    assert_eq!(run_with(["check", "--format", "json", "-"], MAIL).status, 0);
}

#[test]
fn what_is_over_the_limit_of_bytes_is_not_fine() {
    let run = run_with(["check", "--format", "json", "-"], vec![b' '; (64 << 20) + 1]);
    assert_eq!((run.status, run.answers()[0]["diagnostics"][0]["code"].as_str()), (1, Some("E0701")));
}

#[test]
fn any_bytes_get_an_answer() {
    let folder = Folder::new();
    let words = [
        "tool", "\"a\"", "{", "}", "must", "deny", "when", "x.value", "in", "(", ")", "not", ";", "let", "=",
        "\"", "/*", "//", "///", "\0", "\u{feff}", "\u{202e}", "@tags", "|=", "int", "1..", "r\"(\"", "\r",
        "\n", "é",
    ];
    let mut random = Random(0x5eed);
    let files: Vec<String> = (0..200)
        .map(|number| {
            let mut bytes = Vec::new();
            for _ in 0..random.below(60) {
                match random.below(8) {
                    0 => bytes.push(u8::try_from(random.below(256)).unwrap()),
                    _ => bytes.extend_from_slice(words[random.below(words.len())].as_bytes()),
                }
                bytes.push(b' ');
            }
            folder.file(&format!("{number}.sqrt"), bytes)
        })
        .collect();
    for flags in [
        &["--format", "json"][..],
        &["--format", "json", "--syntax-only"],
        &["--format", "json", "--together"],
    ] {
        let run = run(["check"].iter().chain(flags).copied().chain(files.iter().map(String::as_str)));
        assert_eq!((run.status, run.stderr.as_str(), run.answers().len()), (1, "", files.len()), "{flags:?}");
    }
    let text = run(["check"].into_iter().chain(files.iter().map(String::as_str)));
    assert_eq!(text.status, 1);
    assert!(
        !text.stderr.contains("panicked") && text.stderr.starts_with("200 files checked: "),
        "{}",
        text.stderr
    );
}
