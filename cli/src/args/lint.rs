//! The arguments of `sqrt lint`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{LimitsArgs, ToolsArgs};

/// Find what is doubtful in policies that compile.
///
/// Each file is looked at by itself, also of a folder, unless they are taken together; without files, those that `sqrt.toml` names are looked at, as one policy unless it says
/// otherwise. Findings go to standard output; the exit status is 1 if one of them is an error.
#[derive(Debug, Args)]
#[command(
    before_help = "Example:\n  $ sqrt lint mail.sqrt\n  $ sqrt lint --fix --deny security policies/*.sqrt\n  $ sqrt lint --explain loose-pattern\n\nA finding is suppressed by a comment before it: // sqrt-lint: allow(NAME) -- REASON"
)]
pub(crate) struct LintArgs {
    /// Put in the fixes that are certain, and show what is left.
    #[arg(long)]
    pub(crate) fix: bool,

    /// Change nothing: show what `--fix` would change; the exit status is 1 if something would.
    #[arg(long, conflicts_with = "fix")]
    pub(crate) diff: bool,

    /// Look at the files as one policy that shares its lets.
    #[arg(long)]
    pub(crate) together: bool,

    /// Show what a lint finds and why, by its code or name.
    #[arg(long, value_name = "LINT", conflicts_with_all = ["files", "fix", "diff", "together"])]
    pub(crate) explain: Option<String>,

    /// Show all lints with their levels.
    #[arg(long, conflicts_with_all = ["files", "fix", "diff", "together", "explain"])]
    pub(crate) list: bool,

    /// Tell what these lints find as errors: codes, names, groups or `all`.
    #[arg(long, value_name = "LINTS", value_delimiter = ',')]
    pub(crate) deny: Vec<String>,

    /// Tell what these lints find.
    #[arg(long, value_name = "LINTS", value_delimiter = ',')]
    pub(crate) warn: Vec<String>,

    /// Do not look for these lints.
    #[arg(long, value_name = "LINTS", value_delimiter = ',')]
    pub(crate) allow: Vec<String>,

    /// Tell everything that is found as an error.
    #[arg(long)]
    pub(crate) deny_warnings: bool,

    /// How to show findings; `json` is one line per file.
    #[arg(long, value_enum, default_value_t = LintFormat::Text)]
    pub(crate) format: LintFormat,

    #[command(flatten)]
    pub(crate) tools: ToolsArgs,

    #[command(flatten)]
    pub(crate) config: ConfigArgs,

    #[command(flatten)]
    pub(crate) limits: LimitsArgs,

    /// Policy files or folders of them; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// Where the configuration comes from.
#[derive(Debug, Default, Args)]
pub(crate) struct ConfigArgs {
    /// Take the configuration from this file, and not from the `sqrt.toml` in the folder of the first file or above it.
    #[arg(long = "config", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    /// Take no configuration.
    #[arg(long = "no-config", conflicts_with = "file")]
    pub(crate) none: bool,
}

/// How `lint` shows findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LintFormat {
    /// For people.
    Text,
    /// One line per file.
    Json,
    /// One SARIF 2.1.0 log.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
}
