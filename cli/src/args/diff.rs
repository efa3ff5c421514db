//! The arguments of `sqrt diff`.

use std::path::PathBuf;

use clap::Args;

use super::{AgainstArgs, Format, LimitsArgs, SettingsArgs};

/// Say what differs between two policies, in the words of the language.
///
/// Rules, lets, updates, priorities and settings are compared, not lines: layout, comments and order without a meaning are no
/// difference.
#[derive(Debug, Args)]
#[command(before_help = DIFF_HELP)]
pub(crate) struct DiffArgs {
    /// Policy files or folders of them; two without `--against` are the old policy and the new one.
    #[arg(value_name = "POLICY", required_unless_present = "x_policy")]
    pub(crate) policies: Vec<PathBuf>,

    /// The new policy, of one or more files; options without `against` are for both.
    #[arg(long, value_name = "POLICY", num_args = 1.., conflicts_with = "git")]
    pub(crate) against: Vec<PathBuf>,

    /// Take the arguments that git gives to a program that shows differences.
    #[arg(long)]
    pub(crate) git: bool,

    /// How to show what differs; `json` is one object on a line.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) settings: SettingsArgs,

    #[command(flatten)]
    pub(crate) against_settings: AgainstArgs,

    #[command(flatten)]
    pub(crate) limits: LimitsArgs,
}

const DIFF_HELP: &str = r#"Example:
  $ sqrt diff mail.sqrt new.sqrt
  $ sqrt diff lets.sqrt mail.sqrt --against new/
  $ git config diff.sqrt.command "sqrt diff --git"

Exit status: 0 nothing differs, 1 something differs or a policy is not fine, 2 the command could not
do its work; 0 with `--git`, also if something differs."#;
