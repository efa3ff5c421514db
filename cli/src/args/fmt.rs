//! The arguments of `sqrt fmt`.

use std::path::PathBuf;

use clap::Args;

use super::LimitsArgs;

/// Format policies in the one canonical style.
///
/// Without files, those that `sqrt.toml` names are formatted.
/// Files are rewritten in place, each as a whole, and only if that changes something; standard input is formatted to standard
/// output. Comments stay where they are, and the meaning stays what it is. A file with errors of syntax stays as it is, and the
/// exit status is 1.
#[derive(Debug, Args)]
#[command(
    before_help = "Example:\n  $ sqrt fmt mail.sqrt\n  $ sqrt fmt --check policies\n  $ cat mail.sqrt | sqrt fmt -"
)]
pub(crate) struct FmtArgs {
    /// Change nothing: name the files that are in another style; the exit status is 1 if there are some.
    #[arg(long)]
    pub(crate) check: bool,

    /// Change nothing: show what would change; the exit status is 1 if something would.
    #[arg(long)]
    pub(crate) diff: bool,

    #[command(flatten)]
    pub(crate) limits: LimitsArgs,

    /// Policy files, or folders of them; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}
