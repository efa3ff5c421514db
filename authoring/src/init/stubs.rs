//! A policy and its tests for tools that are known: a block for each, in which everything is denied.

use super::Names;
use super::examples::{self, Shown};
use super::literals::{comment, is_name, tool_id, yaml};
use crate::tools::language::Languages;
use crate::tools::{Tool, ToolSet};
use sqrt_vm::visible::quote;

/// The name of a tool that the agent does not have.
const STRANGER: &str = "a_tool_that_nobody_has_thought_of";

/// The policy.
pub(super) fn policy(tools: &ToolSet, names: Names<'_>) -> String {
    let Names { policy: _, tests } = names;
    let tests = comment(tests);
    let mut text = format!(
        "// The policy of an agent with {count}, written by `sqrt init`.
//
// Nothing is allowed yet. Take one tool after the other: uncomment the rule that allows what the
// agent needs, make it as narrow as it can be, say in {tests} what should come of some
// calls, and run `sqrt test`. A block decides by the first of its `should` rules that fires.

// This is about every tool, also about those that come later. Every block with a higher priority,
// which all others have, speaks first.
tool r\"(?s).*\" {{
    priority -1000;
    /// Nothing in the policy allows this tool.
    should deny always;
}}
",
        count = counted(tools.tools().len()),
    );
    let mut languages = Languages::default();
    for tool in tools.tools() {
        text.push('\n');
        stub(tool, &mut languages, &mut text);
    }
    text
}

fn counted(tools: usize) -> String {
    if tools == 1 { "1 tool".to_owned() } else { format!("{tools} tools") }
}

/// The block of a tool.
fn stub(tool: &Tool, languages: &mut Languages, text: &mut String) {
    text.push_str(&format!("tool {} {{\n", tool_id(&tool.name)));
    if let Some(description) = tool.description.as_deref().map(comment).filter(|shown| !shown.is_empty()) {
        text.push_str(&format!("    // What it does: {description}\n    //\n"));
    }
    let shown: Vec<(String, Shown)> = tool
        .arguments
        .listed
        .iter()
        .map(|argument| {
            let shown = examples::of(tool, argument, languages);
            let optional = if argument.required { "" } else { ", optional" };
            let words =
                if shown.words.is_empty() { String::new() } else { format!(": {}", comment(&shown.words)) };
            let name = quote(&argument.name);
            let cannot = if is_name(&argument.name) { "" } else { " (no name that a policy can mention)" };
            let mut lines = format!("    // - {name}{optional}{words}{cannot}\n");
            if let Some(description) = tool.description_of(argument).map(comment).filter(|d| !d.is_empty()) {
                lines.push_str(&format!("    //   what it is: {description}\n"));
            }
            if let Some(condition) = &shown.condition {
                lines.push_str(&format!("    //       {condition}\n"));
            }
            (lines, shown)
        })
        .collect();
    if shown.is_empty() {
        let what =
            if tool.arguments.others { "Its arguments are not known." } else { "It has no arguments." };
        text.push_str(&format!("    // {what}\n"));
    } else {
        text.push_str("    // Its arguments, each with an example of a condition:\n");
    }
    shown.iter().for_each(|(lines, _)| text.push_str(lines));
    text.push_str("    //\n");
    let required = tool.arguments.listed.iter().zip(&shown).filter(|(argument, _)| argument.required);
    let conditions: Vec<&str> = required.filter_map(|(_, (_, shown))| shown.condition.as_deref()).collect();
    match conditions.as_slice() {
        [] => text.push_str("    // should allow always;\n"),
        conditions => {
            text.push_str("    // should allow when\n");
            text.push_str(&format!("    //     {};\n", conditions.join("\n    //     and ")));
        }
    }
    text.push_str("    /// Nothing allows this call yet.\n    should deny always;\n}\n");
}

/// The tests.
pub(super) fn tests(tools: &ToolSet, names: Names<'_>) -> String {
    let mut text = format!(
        "# What {policy} decides about some calls; `sqrt test` runs this.\npolicy: {file}\n\ntests:\n",
        policy = comment(names.policy),
        file = yaml(names.policy),
    );
    if !tools.tools().is_empty() {
        text.push_str(
            "  # A tool that is allowed now goes from this list into a test of its own:\n  #\n  #   - name: mail to colleagues is allowed\n  #     \
             call: {tool: send_email, args: {to: ann@example.com}}\n  #     expect: allow\n  - name: nothing is allowed yet\n    \
             call: {tool: $tool}\n    expect: {decision: deny, basis: should_deny}\n    cases:\n",
        );
        for tool in tools.tools() {
            text.push_str(&format!("      - {{tool: {}}}\n", yaml(&tool.name)));
        }
        text.push('\n');
    }
    let mut stranger = STRANGER.to_owned();
    while tools.get(&stranger).is_some() {
        stranger.push('_');
    }
    text.push_str(&format!(
        "  - name: a tool without a block is denied\n    call: {{tool: {}}}\n    expect: {{decision: deny, basis: should_deny}}\n",
        yaml(&stranger)
    ));
    text
}
