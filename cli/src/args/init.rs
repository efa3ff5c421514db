//! The arguments of `sqrt init`.

use std::path::PathBuf;

use clap::Args;

use super::LimitsArgs;

/// Write a policy to begin with, its tests and a `sqrt.toml`.
///
/// With `--tools` the policy has a block for each tool, with its arguments named, and denies them all until a rule allows what is
/// needed; without it, it is a worked example. What is there already is not overwritten.
#[derive(Debug, Args)]
#[command(
    before_help = "Example:\n  $ sqrt init\n  $ sqrt init --tools tools.json policies/\n  $ sqrt init --tools tools.json agent/mail.sqrt"
)]
pub(crate) struct InitArgs {
    /// The folder to write `policy.sqrt` into, or the policy file, with `.sqrt` at its end.
    #[arg(value_name = "DIR|FILE", default_value = ".")]
    pub(crate) path: PathBuf,

    /// The definitions of the agent's tools, in the form of OpenAI, Anthropic or MCP `tools/list`; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) tools: Option<PathBuf>,

    /// Overwrite what is there.
    #[arg(long)]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) limits: LimitsArgs,
}
