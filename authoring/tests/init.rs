//! Policies to begin with: whatever the tools are, what is written compiles, is in style and without findings, denies everything, and
//! its examples are conditions.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use sqrt_authoring::init::{Names, Start, for_tools, template};
use sqrt_authoring::lint::{Options, lint};
use sqrt_authoring::tools::ToolSet;
use sqrt_compiler::Source;
use sqrt_compiler::format::format;
use sqrt_vm::limits::Limits;
use std::sync::Arc;

const NAMES: Names<'_> = Names { policy: "policy.sqrt", tests: "policy_test.yaml" };

const TOOLS: [&str; 5] = [
    include_str!("data/tools/openai-chat.json"),
    include_str!("data/tools/openai-responses.json"),
    include_str!("data/tools/anthropic.json"),
    include_str!("data/tools/mcp.json"),
    include_str!("data/tools/hostile.json"),
];

fn findings(policy: &str, tools: Option<&ToolSet>) -> Vec<String> {
    let options = Options { tools: tools.cloned().map(Arc::new), ..Options::default() };
    let report = lint(&[Source { name: "policy.sqrt", bytes: policy.as_bytes() }], &options);
    report.findings.iter().map(|finding| format!("{}: {}", finding.lint.code(), finding.message)).collect()
}

fn assert_is_fine(start: &Start, tools: Option<&ToolSet>) {
    let found = findings(&start.policy, tools);
    assert!(found.is_empty(), "{found:#?}\n{}", start.policy);
    assert_eq!(format(&start.policy, &Limits::default()).unwrap(), start.policy);
    for text in [&start.policy, &start.tests] {
        assert!(!text.chars().any(|c| c != '\n' && sqrt_vm::visible::is_hidden(c)), "{text}");
    }
}

#[test]
fn a_block_for_each_tool_without_findings() {
    for text in TOOLS {
        let tools = ToolSet::parse(text.as_bytes(), &Limits::default()).unwrap();
        let start = for_tools(&tools, NAMES);
        assert_is_fine(&start, Some(&tools));
        let blocks = start.policy.lines().filter(|line| line.starts_with("tool ")).count();
        assert_eq!(blocks, tools.tools().len() + 1);
    }
    let none = ToolSet::parse(b"[]", &Limits::default()).unwrap();
    assert_is_fine(&for_tools(&none, NAMES), Some(&none));
}

#[test]
fn the_template_is_without_findings() {
    assert_is_fine(&template(NAMES), None);
}

/// The suggested rules and the examples of conditions are taken out of their comments.
#[test]
fn what_is_suggested_compiles() {
    for text in TOOLS {
        let tools = ToolSet::parse(text.as_bytes(), &Limits::default()).unwrap();
        let Start { policy, .. } = for_tools(&tools, NAMES);
        let mut allowing = String::new();
        let mut in_rule = false;
        let mut examples = 0;
        for line in policy.lines() {
            let comment = line.trim().strip_prefix("//").map(str::trim);
            in_rule |= comment.is_some_and(|comment| comment.starts_with("should allow"));
            match comment {
                Some(code) if in_rule => {
                    allowing.push_str(code);
                    in_rule = !code.ends_with(';');
                }
                _ if line.starts_with("    //       ") => {
                    examples += 1;
                    let rule = format!("tool \"t\" {{ should allow when {}; }}", comment.unwrap());
                    assert!(findings(&rule, None).iter().all(|finding| !finding.starts_with('E')), "{rule}");
                }
                _ => allowing.push_str(line),
            }
            allowing.push('\n');
        }
        let found = findings(&allowing, Some(&tools));
        assert!(found.iter().all(|finding| !finding.starts_with('E')), "{found:#?}\n{allowing}");
        assert!(allowing.matches("should allow").count() >= tools.tools().len(), "{allowing}");
        assert!(examples > 0);
    }
}

/// An example that allows whatever bears no tag would allow any command.
#[test]
fn what_a_tool_carries_out_is_allowed_by_its_text() {
    let text = r#"[{"name": "run", "input_schema": {"type": "object", "required": ["command", "sql", "host"], "properties":
        {"command": {"type": "string"}, "sql": {"type": "string"}, "host": {"type": "string", "format": "hostname"}}}}]"#;
    let tools = ToolSet::parse(text.as_bytes(), &Limits::default()).unwrap();
    let start = for_tools(&tools, NAMES);
    assert_is_fine(&start, Some(&tools));
    for argument in ["command", "sql", "host"] {
        assert!(start.policy.contains(&format!("{argument}.value in {{\"")), "{}", start.policy);
    }
    assert!(!start.policy.contains(".tags overlaps"), "{}", start.policy);
}
