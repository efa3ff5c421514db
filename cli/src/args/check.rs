//! The arguments of `sqrt check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ConfigArgs, LimitsArgs, ToolsArgs};

/// Check policies and show every problem.
///
/// Each file is checked by itself, also of a folder, unless they are taken together; without files, those that `sqrt.toml` names are
/// checked, as one policy unless it says otherwise. Problems go to standard output; the exit status is 1 if there is an error.
#[derive(Debug, Args)]
#[command(
    before_help = "Example:\n  $ sqrt check mail.sqrt\n  $ sqrt check --together --format json lets.sqrt mail.sqrt\n  $ sqrt check --tools tools.json mail.sqrt"
)]
pub(crate) struct CheckArgs {
    /// Check the grammar and nothing else.
    #[arg(long)]
    pub(crate) syntax_only: bool,

    /// Check the files as one policy that shares its lets.
    #[arg(long)]
    pub(crate) together: bool,

    /// How to show problems; `json` is one line per file.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) tools: ToolsArgs,

    #[command(flatten)]
    pub(crate) config: ConfigArgs,

    #[command(flatten)]
    pub(crate) limits: LimitsArgs,

    /// Policy files, or folders of them; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// How `check` shows problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}
