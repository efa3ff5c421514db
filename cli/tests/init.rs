//! `sqrt init`: what is written, where, what is not overwritten, and that it is fine by all other verbs.

mod common;

use common::{Folder, run, run_with};
use std::fs;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../authoring/tests/data/tools");

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// Whether other verbs find nothing to say about a policy and the `sqrt.toml` beside it.
fn assert_is_fine(folder: &Folder) {
    let policy = folder.path("policy.sqrt");
    for verb in [vec!["check", &policy], vec!["lint", &policy], vec!["fmt", "--check", &policy]] {
        let run = run(&verb);
        assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{verb:?}: {}", run.stderr);
    }
    let tested = run(["test", &folder.path("policy_test.yaml")]);
    assert_eq!(tested.status, 0, "{}{}", tested.stdout, tested.stderr);
    // The file of the tools is found by way of `sqrt.toml`, whose files are the policy.
    let configured = run(["lint", "--config", &folder.path("sqrt.toml")]);
    assert_eq!((configured.status, configured.stdout.as_str()), (0, ""), "{}", configured.stderr);
}

#[test]
fn a_policy_for_the_tools_of_every_format_is_fine() {
    for name in ["openai-chat", "openai-responses", "anthropic", "mcp", "hostile"] {
        let folder = Folder::new();
        let tools = folder.file("tools.json", read(&format!("{DATA}/{name}.json")));
        let done = run(["init", "--tools", &tools, &folder.path("")]);
        assert_eq!((done.status, done.stdout.as_str()), (0, ""), "{}", done.stderr);
        assert!(read(&folder.path("sqrt.toml")).contains("\ntools = \"tools.json\"\n"));
        assert_is_fine(&folder);
        // Whatever is called is denied.
        let calls = "{\"tool\": \"send_email\"}\n{\"tool\": \"read_file\"}\n{\"tool\": \"another\"}\n";
        let answers = run_with(["eval", &folder.path("policy.sqrt"), "--calls", "-"], calls).answers();
        assert!(answers.iter().all(|answer| answer["basis"] == "should_deny"), "{answers:?}");
    }
}

#[test]
fn without_tools_there_is_an_example_to_follow() {
    let folder = Folder::new();
    assert_eq!(run(["init", &folder.path("")]).status, 0);
    assert_is_fine(&folder);
    assert!(read(&folder.path("policy_test.yaml")).contains("policy: \"policy.sqrt\""));
}

#[test]
fn what_is_written_is_what_verbs_take_without_files() {
    let folder = Folder::new();
    assert_eq!(run(["init", &folder.path("")]).status, 0);
    let configuration = fs::read_to_string(folder.path("sqrt.toml")).unwrap();
    for verb in ["check", "fmt", "lint"] {
        let run: common::Run = common::sqrt().current_dir(folder.path("")).arg(verb).output().unwrap().into();
        assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{verb}: {}", run.stderr);
        assert!(run.stderr.starts_with("1 file ") && configuration.contains(verb), "{verb}: {}", run.stderr);
    }
}

#[test]
fn nothing_is_overwritten_without_force() {
    let folder = Folder::new();
    let tests = folder.file("policy_test.yaml", "mine");
    let refused = run(["init", &folder.path("")]);
    assert_eq!(refused.status, 2);
    assert_eq!(
        refused.stderr,
        format!("error: `{tests}` is there already\nhelp: `--force` overwrites; nothing was written\n")
    );
    assert_eq!(read(&tests), "mine");
    assert!(!fs::exists(folder.path("policy.sqrt")).unwrap_or(true));
    assert_eq!(run(["init", "--force", &folder.path("")]).status, 0);
    assert_ne!(read(&tests), "mine");
    assert_is_fine(&folder);
}

#[test]
fn the_policy_may_have_another_name_and_the_folder_is_made() {
    let folder = Folder::new();
    let tools = folder.file("tools.json", r#"[{"name": "send", "input_schema": {"properties": {}}}]"#);
    let policy = folder.path("agents/mail.sqrt");
    let done = run(["init", &policy, "--tools", &tools]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert!(read(&policy).contains("mail_test.yaml"));
    assert!(read(&folder.path("agents/mail_test.yaml")).contains("policy: \"mail.sqrt\""));
    let configuration = read(&folder.path("agents/sqrt.toml"));
    assert!(configuration.contains("files = [\"mail.sqrt\"]\n"), "{configuration}");
    assert!(configuration.contains("tools = \"../tools.json\"\n"), "{configuration}");
    assert_eq!(run(["lint", &policy]).stdout, "");
}

#[test]
fn tools_may_come_from_standard_input_and_what_is_wrong_with_them_is_told() {
    let folder = Folder::new();
    let tools = r#"{"tools": [{"name": "t", "inputSchema": {"properties": {}}}]}"#;
    assert_eq!(run_with(["init", "--tools", "-", &folder.path("")], tools).status, 0);
    assert!(read(&folder.path("sqrt.toml")).contains("\n# tools ="), "a stream is no file to name");
    let folder = Folder::new();
    let broken = run_with(["init", "--tools", "-", &folder.path("")], "{\"tools\": 5}");
    assert_eq!((broken.status, broken.stdout.as_str()), (2, ""));
    assert_eq!(broken.stderr, "error: -:1:11: expected a list of tools, found a number (at `/tools`)\n");
    assert!(!fs::exists(folder.path("policy.sqrt")).unwrap_or(true));
    assert_eq!(run(["init", "-"]).status, 2);
    let file = folder.file("file", "");
    let refused = run(["init", &file]);
    assert!(
        refused.status == 2 && refused.stderr.contains("a policy file has `.sqrt` at its end"),
        "{refused:?}"
    );
}
