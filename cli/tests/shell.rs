//! What the command gives shells and terminals: completions, manual pages, colours, a pager.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod common;

use std::fs::{self, File};
use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;

use common::{Folder, MAIL, run, sqrt};
use nix::pty::openpty;

/// The verbs, as the help lists them.
fn verbs() -> Vec<String> {
    let help = run(["--help"]).stdout;
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap().to_owned();
    let verbs = list.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned);
    let verbs: Vec<String> = verbs.filter(|verb| verb != "help").collect();
    assert!(verbs.len() > 5, "{verbs:?}");
    verbs
}

#[test]
fn bash_completes_verbs_options_and_values() {
    let folder = Folder::new();
    let script = folder.file("sqrt.bash", run(["completions", "bash"]).stdout);
    let completed = |words: &str, last: &str| {
        let count = words.split(' ').count();
        let line = format!(
            "source '{script}'; COMP_WORDS=({words} '{last}'); COMP_CWORD={count}; \
             _sqrt sqrt '{last}' \"${{COMP_WORDS[COMP_CWORD-1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let output = Command::new("bash").args(["--norc", "-c", &line]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(completed("sqrt", "chec"), ["check"]);
    assert_eq!(completed("sqrt check", "--syn"), ["--syntax-only"]);
    assert_eq!(completed("sqrt check --format", "j"), ["json"]);
    let all = completed("sqrt", "");
    for verb in verbs() {
        assert!(all.contains(&verb), "{verb}: {all:?}");
    }
}

#[test]
fn every_shell_gets_the_verbs() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = run(["completions", shell]);
        assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{shell}");
        for verb in verbs() {
            assert!(run.stdout.contains(&verb), "{shell}: {verb}");
        }
    }
    assert_eq!(run(["completions", "tcsh"]).status, 2);
}

#[test]
fn every_verb_has_a_manual_page() {
    let folder = Folder::new();
    let pages = folder.path("man/man1");
    let written = run(["man", "--output", &pages]);
    assert_eq!((written.status, written.stdout.as_str(), written.stderr.as_str()), (0, "", ""));
    for verb in verbs() {
        let page = fs::read_to_string(format!("{pages}/sqrt-{verb}.1")).unwrap();
        assert!(page.contains(&format!(".TH sqrt-{verb} 1")), "{page}");
        assert!(page.contains(&format!("sqrt {verb}")), "{page}");
        // What the help says before and after its list of options.
        let example = page.split(".SH EXAMPLES\n").nth(1).expect("examples");
        assert!(example.starts_with(".nf\n  $ ") && example.contains(&format!("sqrt {verb}")), "{page}");
        assert!(page.contains(".SH \"EXIT STATUS\"\n0 "), "{page}");
        assert!(page.contains("Whether to use colours") && page.contains("not through the pager"), "{page}");
        assert_eq!(run(["man", &verb]).stdout, page);
    }
    let whole = run(["man"]).stdout;
    assert_eq!(whole, fs::read_to_string(format!("{pages}/sqrt.1")).unwrap());
    let unknown = run(["man", "evil"]);
    assert_eq!(unknown.status, 2);
    assert!(
        unknown.stderr.contains("no verb `evil`") && unknown.stderr.contains("eval"),
        "{}",
        unknown.stderr
    );
}

/// What a terminal shows that the command runs on.
fn on_a_terminal(command: &mut Command) -> String {
    let terminal = openpty(None, None).unwrap();
    let stream = || Stdio::from(terminal.slave.try_clone().unwrap());
    command.env("TERM", "xterm").stdin(stream()).stdout(stream()).stderr(stream());
    let mut child = command.spawn().unwrap();
    // The terminal is read as long as somebody has it.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    drop(terminal.slave);
    let mut master = File::from(terminal.master);
    let reader = thread::spawn(move || {
        let (mut shown, mut some) = (Vec::new(), [0; 4096]);
        while let Ok(count @ 1..) = master.read(&mut some) {
            shown.extend_from_slice(&some[..count]);
        }
        String::from_utf8(shown).unwrap()
    });
    child.wait().unwrap();
    reader.join().unwrap()
}

#[test]
fn colours_are_for_terminals_unless_they_are_asked_for() {
    let folder = Folder::new();
    let broken = folder.file("broken.sqrt", "tool");
    let piped = |args: &[&str]| run([&["check", &broken], args].concat()).stdout.contains('\x1b');
    assert_eq!([piped(&[]), piped(&["--color=auto"]), piped(&["--color", "never"])], [false; 3]);
    assert!(piped(&["--color=always"]));
    let shown = |args: &[&str], no_color: &str| {
        let mut command = sqrt();
        command.args(["check", &broken]).args(args).env("NO_COLOR", no_color);
        on_a_terminal(&mut command).contains('\x1b')
    };
    assert_eq!([shown(&[], ""), shown(&["--color=always"], "")], [true; 2]);
    assert_eq!([shown(&["--color=never"], ""), shown(&[], "1"), shown(&["--color=always"], "1")], [false; 3]);
    // Also where the command line is not understood.
    assert!(!run(["chek", "--color=never"]).stderr.contains('\x1b'));
    assert!(run(["chek", "--color=always"]).stderr.contains('\x1b'));
}

#[test]
fn long_answers_go_through_the_pager() {
    let paged = |args: &[&str], variables: &[(&str, &str)]| {
        let mut command = sqrt();
        command.args(args).env_remove("PAGER").env_remove("SQRT_PAGER").envs(variables.iter().copied());
        on_a_terminal(&mut command).contains("paged: ")
    };
    const SED: &str = "sed 's/^/paged: /'";
    assert!(paged(&["limits"], &[("PAGER", SED)]));
    assert!(paged(&["--help"], &[("PAGER", SED)]));
    assert!(paged(&["limits"], &[("PAGER", "cat"), ("SQRT_PAGER", SED)]));
    assert!(!paged(&["limits", "--no-pager"], &[("PAGER", SED)]));
    assert!(!paged(&["limits"], &[("PAGER", SED), ("SQRT_PAGER", "")]));
    // Answers that scripts read line by line do not.
    let folder = Folder::new();
    let mail = folder.file("mail.sqrt", MAIL);
    assert!(!paged(&["check", &mail], &[("PAGER", SED)]));
    // What is no terminal has no pager.
    let output = sqrt().arg("limits").env("PAGER", SED).output().unwrap();
    assert!(!String::from_utf8(output.stdout).unwrap().contains("paged: "));
}

#[test]
fn a_pager_that_is_left_early_ends_the_command_in_peace() {
    let mut command = sqrt();
    command.arg("limits").env("SQRT_PAGER", "head -n 1");
    let shown = on_a_terminal(&mut command);
    assert_eq!(shown.lines().count(), 1, "{shown}");
    let mut command = sqrt();
    command.arg("limits").env("SQRT_PAGER", "no-such-pager-at-all");
    assert!(on_a_terminal(&mut command).contains("not found"));
}
