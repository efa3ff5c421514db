//! The arguments of verbs that hold a policy against the agent's tools.

use std::path::PathBuf;

use clap::Args;

/// What the agent has.
#[derive(Debug, Args)]
pub(crate) struct ToolsArgs {
    /// Tell also what does not fit the tools that are defined in this file, in the form of OpenAI, Anthropic or MCP `tools/list`;
    /// without it, in the file that `sqrt.toml` names as `tools`.
    #[arg(long, value_name = "FILE")]
    pub(crate) tools: Option<PathBuf>,
}
