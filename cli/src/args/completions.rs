//! The arguments of `sqrt completions`.

use clap::Args;
use clap_complete::Shell;

/// Write the completions of the command for a shell.
///
/// The shell reads them when it starts: `docs/cli.md` says where each looks.
#[derive(Debug, Args)]
#[command(
    before_help = "Example:\n  $ sqrt completions bash > ~/.local/share/bash-completion/completions/sqrt"
)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}
