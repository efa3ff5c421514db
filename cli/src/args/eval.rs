//! The arguments of `sqrt eval`.

use std::path::PathBuf;

use clap::Args;

use super::{LimitsArgs, SettingsArgs};

/// Decide calls, one JSON object a line, and write one answer a line.
///
/// The policy files are compiled together, in the order given; or the policy is one compiled image. A line that is no valid call
/// is answered by {"error": …, "line": …}, and the exit status is 2 at the end.
#[derive(Debug, Args)]
#[command(before_help = EVAL_EXAMPLE)]
pub(crate) struct EvalArgs {
    /// Policy files or folders of them, or one image; `-` is standard input, if the calls come from a file.
    #[arg(value_name = "POLICY", required_unless_present = "x_policy")]
    pub(crate) policies: Vec<PathBuf>,

    /// Read the calls from this file instead of standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) calls: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) settings: SettingsArgs,

    /// Add the outcome of every matching block, rule and condition to each answer.
    #[arg(long)]
    pub(crate) explain: bool,

    #[command(flatten)]
    pub(crate) limits: LimitsArgs,
}

const EVAL_EXAMPLE: &str = r#"Example:
  $ echo '{"tool": "send_email", "args": {"to": "spam@evil.com"}}' | sqrt eval mail.sqrt
  $ sqrt eval --x-policy document.json --calls calls.jsonl --explain mail.sqrt"#;
