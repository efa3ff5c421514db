//! The arguments of `sqrt explain`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{LimitsArgs, SettingsArgs};

/// Show why a call was decided as it was.
///
/// The calls before it are decided first, so that its session is as it was. Values of calls are shown only with `--show-values`.
#[derive(Debug, Args)]
#[command(before_help = EXPLAIN_HELP)]
pub(crate) struct ExplainArgs {
    /// Policy files or folders of them, or one image; `-` is standard input, if the calls come from a file.
    #[arg(value_name = "POLICY", required_unless_present = "x_policy")]
    pub(crate) policies: Vec<PathBuf>,

    /// Read the calls from this file instead of standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) calls: Option<PathBuf>,

    /// Explain the call on this line, from 1.
    #[arg(long, value_name = "LINE", group = "which", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) call: Option<u64>,

    /// Explain the last call; so it is if nothing else is said.
    #[arg(long, group = "which")]
    pub(crate) last: bool,

    /// Explain the last call of this session.
    #[arg(long, value_name = "NAME", group = "which")]
    pub(crate) session: Option<String>,

    /// Show the values of the call, which may be secret.
    #[arg(long)]
    pub(crate) show_values: bool,

    /// Show long sets, values and conditions whole.
    #[arg(long)]
    pub(crate) full: bool,

    /// How to write it: as a tree, as one line of JSON, or as a page that needs nothing beside it.
    #[arg(long, value_enum, default_value_t = ExplainFormat::Text)]
    pub(crate) format: ExplainFormat,

    /// Write to this file instead of standard output; a file that is there is replaced as a whole, or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) settings: SettingsArgs,

    #[command(flatten)]
    pub(crate) limits: LimitsArgs,
}

/// How to write an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// A tree for people.
    Text,
    /// One line of JSON.
    Json,
    /// A page.
    Html,
}

const EXPLAIN_HELP: &str = r#"Example:
  $ sqrt explain mail.sqrt --calls calls.jsonl --call 3
  $ tail -n 1 calls.jsonl | sqrt explain mail.sqrt --show-values
  $ sqrt explain mail.sqrt --calls calls.jsonl --session s1 --format html -o why.html"#;
