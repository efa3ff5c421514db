//! A policy to begin with: small, commented, tested, and denying whatever nobody has thought about yet.
//!
//! With the agent's tools known it has a block for each, with the arguments by name, type and an example of a condition; without
//! them it is a worked example to follow.
//!
//! Invariants: what is written compiles without warnings, has no findings beside the same tools, is in the canonical style, and its
//! tests pass, whatever names and texts the tools bring along.

mod examples;
mod literals;
mod stubs;
mod template;

use crate::tools::ToolSet;
use sqrt_compiler::format::format;
use sqrt_vm::json::write_string;
use sqrt_vm::limits::Limits;

/// The texts of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The policy.
    pub policy: String,
    /// Its tests, in the form of `sqrt test`.
    pub tests: String,
}

/// The names of files that the texts mention, each as the others see it.
#[derive(Debug, Clone, Copy)]
pub struct Names<'n> {
    /// The policy.
    pub policy: &'n str,
    /// Its tests.
    pub tests: &'n str,
}

/// A policy with a block for each tool, which denies all of them until somebody allows what is needed.
pub fn for_tools(tools: &ToolSet, names: Names<'_>) -> Start {
    Start { policy: in_style(stubs::policy(tools, names)), tests: stubs::tests(tools, names) }
}

/// A worked example for an author who fills in the tools.
pub fn template(names: Names<'_>) -> Start {
    Start { policy: in_style(template::policy(names)), tests: template::tests(names) }
}

/// The `sqrt.toml` of a policy, with the file of the tools if there is one.
pub fn configuration(policy: &str, tools: Option<&str>) -> String {
    // TOML reads strings that are written as JSON writes them.
    let quoted = |text: &str| {
        let mut quoted = String::new();
        write_string(&mut quoted, text);
        quoted
    };
    let tools = match tools {
        Some(tools) => format!("# What the policy is held against: blocks and arguments that no tool has are told.\ntools = {}\n", quoted(tools)),
        None => "# The definitions of the agent's tools, if there is a file of them (OpenAI, Anthropic or MCP `tools/list`).\n# tools = \"tools.json\"\n".to_owned(),
    };
    format!(
        "[policy]\n# What `sqrt check`, `fmt` and `lint` look at where they are given no files; paths begin in this folder.\nfiles = [{}]\n{tools}\n[lint]\n# deny = [\"security\"]\n",
        quoted(policy)
    )
}

/// A policy in the canonical style.
fn in_style(text: String) -> String {
    format(&text, &Limits::default()).unwrap_or(text)
}
