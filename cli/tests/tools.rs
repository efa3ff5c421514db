//! `--tools`: what `sqrt check` and `sqrt lint` tell of a policy beside the agent's tools, and where the file comes from.

mod common;

use common::{Folder, run, run_with};

const TOOLS: &str = r#"{"tools": [{"name": "send_email", "inputSchema": {"type": "object", "properties": {
    "to": {"type": "string"}, "priority": {"enum": ["low", "high"]}}, "required": ["to", "priority"]}}]}"#;

const POLICY: &str = "tool \"send_email\" {\n    must deny when priority.value == \"hgh\";\n}\n";

#[test]
fn check_tells_it_as_warnings_beside_its_own() {
    let folder = Folder::new();
    let (tools, policy) = (folder.file("tools.json", TOOLS), folder.file("p.sqrt", POLICY));
    assert_eq!(run(["check", &policy]).stdout, "");
    let checked = run(["check", "--tools", &tools, &policy]);
    assert_eq!((checked.status, checked.stderr.as_str()), (0, "1 file checked: 1 warning\n"));
    assert!(
        checked.stdout.starts_with(
            "warning[L0603]: this never holds: `priority` of `send_email` takes `low` or `high`\n"
        )
    );
    let mut json = run(["check", "--format", "json", "--tools", &tools, &policy]).answers();
    let line = json.remove(0);
    assert_eq!((line["ok"].as_bool(), line["diagnostics"][0]["code"].as_str()), (Some(true), Some("L0603")));
    assert_eq!(line["diagnostics"][0]["line"], 2);
    // The grammar knows nothing of tools; a policy with an error is told its errors alone.
    assert_eq!(run(["check", "--syntax-only", "--tools", &tools, &policy]).stdout, "");
    let broken = run_with(["check", "--tools", &tools, "-"], "tool \"send\" { must deny when x; }");
    assert_eq!((broken.status, broken.stderr.as_str()), (1, "1 file checked: 1 error\n"));
}

#[test]
fn lint_tells_it_under_levels_and_comments() {
    let folder = Folder::new();
    let (tools, policy) = (folder.file("tools.json", TOOLS), folder.file("p.sqrt", POLICY));
    let codes = |run: &common::Run| {
        let lines =
            run.stdout.lines().filter(|line| line.starts_with("warning[") || line.starts_with("error["));
        lines.map(|line| line.chars().take_while(|c| *c != ':').collect::<String>()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&run(["lint", "--tools", &tools, &policy])), ["warning[L0603]"]);
    let denied = run(["lint", "--deny", "tools", "--tools", &tools, &policy]);
    assert_eq!((denied.status, codes(&denied)), (1, vec!["error[L0603]".to_owned()]));
    assert!(codes(&run(["lint", "--allow", "never-by-schema", "--tools", &tools, &policy])).is_empty());
    let comment = "// sqrt-lint: allow(never-by-schema) -- the host does not hold calls to the schema\n";
    let quiet = folder.file("quiet.sqrt", POLICY.replace("    must", &format!("    {comment}    must")));
    assert!(codes(&run(["lint", "--tools", &tools, &quiet])).is_empty());
    assert!(codes(&run(["lint", &quiet])).is_empty(), "without tools the comment is not told as unused");
}

#[test]
fn sqrt_toml_names_the_file() {
    let folder = Folder::new();
    folder.file("tools.json", TOOLS);
    folder.file("sqrt.toml", "[policy]\ntools = \"tools.json\"\n\n[lint]\ndeny = [\"tools\"]\n");
    let policy = folder.file("p.sqrt", POLICY);
    for verb in ["check", "lint"] {
        let told = run([verb, &policy]);
        assert!(told.status == 1 && told.stdout.starts_with("error[L0603]"), "{verb}: {told:?}");
        assert_eq!(run([verb, "--no-config", &policy]).stdout, "");
    }
    // A file that is given wins.
    let other = folder.file("other.json", r#"[{"name": "send_email", "input_schema": {}}]"#);
    assert_eq!(run(["check", "--tools", &other, &policy]).status, 0);
    folder.file("sqrt.toml", "[policy]\ntools = \"nowhere.json\"\n");
    let missing = run(["check", &policy]);
    assert!(missing.status == 2 && missing.stderr.contains("nowhere.json"), "{missing:?}");
}

#[test]
fn what_is_wrong_with_the_file_ends_the_command() {
    let folder = Folder::new();
    let policy = folder.file("p.sqrt", POLICY);
    let tools = folder.file("tools.json", "[{\"name\": \"t\u{9b}31m\", \"parameters\": 5}]");
    let told = run(["check", "--tools", &tools, &policy]);
    assert_eq!((told.status, told.stdout.as_str()), (2, ""));
    assert_eq!(
        told.stderr,
        format!(
            "error: {tools}:1:34: the schema of the arguments of `t\\u{{9b}}31m` is an object, not a number (at `/0/parameters`)\n"
        )
    );
    let long = run(["lint", "--limit", "tools_bytes=10", "--tools", &tools, &policy]);
    assert!(long.status == 2 && long.stderr.contains("`tools_bytes`"), "{long:?}");
    let twice = run_with(["check", "--tools", "-", "-"], "");
    assert!(twice.status == 2 && twice.stderr.contains("more than once"), "{twice:?}");
}

#[test]
fn only_a_pattern_is_said_to_be_one() {
    let folder = Folder::new();
    let tools = folder.file("tools.json", r#"[{"name": "send_email", "input_schema": {"type": "object"}}]"#);
    for (tool, is_pattern) in [("\"deploy\"", false), ("r\"deploy.*\"", true)] {
        let policy = folder.file("p.sqrt", format!("tool {tool} {{\n    must deny always;\n}}\n"));
        let run = run(["check", "--tools", &tools, &policy]);
        assert!(run.stdout.contains("no call ever gets to this block"), "{}", run.stdout);
        assert_eq!(run.stdout.contains("has to match the whole name"), is_pattern, "{}", run.stdout);
    }
}
