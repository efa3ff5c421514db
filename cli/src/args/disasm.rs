//! The arguments of `sqrt disasm`.

use std::path::PathBuf;

use clap::Args;

use super::LimitsArgs;

/// Show the bytecode of a policy or an image, with source lines.
#[derive(Debug, Args)]
#[command(before_help = "Example:\n  $ sqrt disasm mail.sqrt\n  $ sqrt disasm --verify mail.sqrtc")]
pub(crate) struct DisasmArgs {
    /// Build the automata anew from the patterns and compare; the exit status is 1 if they differ.
    #[arg(long)]
    pub(crate) verify: bool,

    /// Show the procedures and conditions that belong to explanations, too.
    #[arg(long)]
    pub(crate) explanations: bool,

    #[command(flatten)]
    pub(crate) limits: LimitsArgs,

    /// The policy file or image; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}
