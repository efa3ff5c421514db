//! The arguments of `sqrt lsp`.

use clap::Args;

use super::LimitsArgs;

/// Serve an editor: the language server, over standard input and output.
///
/// Editors start it; it speaks the Language Server Protocol and ends when the editor says so. Each file is a policy by itself,
/// as for `sqrt check`, unless its folder is one policy.
#[derive(Debug, Args)]
#[command(before_help = "Example:\n  $ sqrt lsp\n  $ sqrt lsp --together")]
pub(crate) struct LspArgs {
    /// Take the policy files of each folder as one policy that shares its lets.
    #[arg(long)]
    pub(crate) together: bool,

    /// Accepted and ignored, as many editors give it: standard input and output are what is used.
    #[arg(long, hide = true)]
    pub(crate) stdio: bool,

    #[command(flatten)]
    pub(crate) limits: LimitsArgs,
}
