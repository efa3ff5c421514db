//! The arguments of `sqrt repl`.

use std::path::PathBuf;

use clap::Args;

use super::{LimitsArgs, SettingsArgs};

/// Try calls and conditions against a policy.
///
/// On a terminal it is a dialogue, with history and completion (Tab); from a pipe or a file it does one line after another and
/// stops for none. `:help` shows what can be entered.
#[derive(Debug, Args)]
#[command(before_help = REPL_HELP)]
pub(crate) struct ReplArgs {
    /// Policy files or folders of them.
    #[arg(value_name = "POLICY", required_unless_present = "x_policy")]
    pub(crate) policies: Vec<PathBuf>,

    /// Show the values of calls in explanations, which may be secret.
    #[arg(long)]
    pub(crate) show_values: bool,

    /// Keep no history; otherwise it is in the folder of states, for the owner alone.
    #[arg(long)]
    pub(crate) no_history: bool,

    /// Repeat each line before what comes of it, if the lines are not typed.
    #[arg(long)]
    pub(crate) echo: bool,

    #[command(flatten)]
    pub(crate) settings: SettingsArgs,

    #[command(flatten)]
    pub(crate) limits: LimitsArgs,
}

const REPL_HELP: &str = r#"Example:
  $ sqrt repl mail.sqrt
  $ echo 'send_email(to="spam@evil.com")' | sqrt repl mail.sqrt

From a pipe or a file, the exit status is 2 at the end if a line could not be understood or done."#;
