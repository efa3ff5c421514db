//! The arguments of `sqrt lint`.

use std::path::PathBuf;

use clap::Args;

use super::LimitsArgs;

/// Find what is doubtful in policies that compile.
///
/// Each file is looked at by itself. Findings go to standard output; the exit status is 1 if one of them is an error.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  $ sqrt lint mail.sqrt\n  $ sqrt lint --together lets.sqrt mail.sqrt")]
pub(crate) struct LintArgs {
    /// Look at the files as one policy that shares its lets.
    #[arg(long)]
    pub(crate) together: bool,

    #[command(flatten)]
    pub(crate) limits: LimitsArgs,

    /// Policy files; `-` is standard input.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}
