//! `sqrt disasm`: bytecode on standard output, problems on standard error.

mod common;

use common::{Folder, MAIL, run, run_with};
use sqrt_vm::bytecode::image;

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
fn explanations_are_shown_when_asked_for() {
    let plain = run_with(["disasm", "-"], MAIL).stdout;
    let whole = run_with(["disasm", "--explanations", "-"], MAIL).stdout;
    assert!(plain.contains("\nexplanations (") && !plain.contains("of explanations"), "{plain}");
    assert!(whole.contains("of explanations") && whole.contains("record  "), "{whole}");
    assert!(whole.contains("\nconditions\n"), "{whole}");
}

#[test]
fn a_policy_that_is_not_fine_has_no_bytecode() {
    let run = run_with(["disasm", "-"], "tool \"a\" {");
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("-:1:"), "{}", run.stderr);
}

/// What an automaton accepts cannot be seen from its pattern's text: `--verify` finds one that was exchanged.
#[test]
fn automata_that_are_not_those_of_the_patterns_are_found() {
    let folder = Folder::new();
    let policy = "tool \"t\" { must deny when to.value in {str matching r\"[ab]*c\", w\"x*y*z\"}; }\n";
    let policy = folder.file("p.sqrt", policy);
    let image = folder.path("p.sqrtc");
    assert_eq!(run(["compile", &policy, "-o", &image]).status, 0);
    for file in [&policy, &image] {
        let verified = run(["disasm", "--verify", file]);
        assert_eq!((verified.status, verified.stderr.as_str()), (0, ""));
        assert_eq!(verified.stdout, run(["disasm", file]).stdout);
    }
    let (mut program, _) = image::decode(&std::fs::read(&image).unwrap()).unwrap();
    let record = program.automata.dfas.first_mut().unwrap();
    assert!(record.first_accepting < record.states);
    // Where it accepted, it no longer does.
    record.first_accepting = record.states;
    record.first_absorbing = record.states;
    std::fs::write(&image, image::encode(&program)).unwrap();
    assert_eq!(run(["disasm", &image]).status, 0, "the image is a valid one");
    let found = run(["disasm", "--verify", &image]);
    assert_eq!(found.status, 1, "{}", found.stderr);
    assert!(
        found.stderr.contains("table `dfas` is not what the patterns make it, from row 0 on"),
        "{}",
        found.stderr
    );
}

#[test]
fn a_missing_file_is_a_failure() {
    let run = run(["disasm", "/no such file"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("cannot read `/no such file`"), "{}", run.stderr);
}
