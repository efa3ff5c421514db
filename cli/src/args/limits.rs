//! The arguments of `sqrt limits`.

use clap::Args;

use super::LimitsArgs;

/// Show the limits that are in force.
#[derive(Debug, Args)]
#[command(before_help = "Example:\n  $ sqrt limits\n  $ sqrt limits --limit value_bytes=64MiB")]
pub(crate) struct ShowLimitsArgs {
    #[command(flatten)]
    pub(crate) limits: LimitsArgs,
}
