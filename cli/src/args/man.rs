//! The arguments of `sqrt man`.

use std::path::PathBuf;

use clap::Args;

/// Write the manual page of the command, or of a verb.
#[derive(Debug, Args)]
#[command(
    before_help = "Example:\n  $ sqrt man eval | man -l -\n  $ sqrt man --output ~/.local/share/man/man1"
)]
pub(crate) struct ManArgs {
    /// The verb; the command as a whole by default.
    #[arg(value_name = "VERB", conflicts_with = "output")]
    pub(crate) page: Option<String>,

    /// Write all pages into this folder, which is made if it is not there.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
}
