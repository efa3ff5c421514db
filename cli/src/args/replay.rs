//! The arguments of `sqrt replay`.

use std::num::NonZero;
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::{Format, LevelArg, LimitsArgs, ModeArg, SettingsArgs};

/// Decide recorded calls again and say what changes.
///
/// Under two policies, the one in force and the one `--against` it: what is newly allowed and newly denied, what another rule
/// decides, and where metadata differs. With `--recorded` or `--answers`: the same, of the answers that were recorded and one
/// policy. Under one policy alone: how often what decided.
#[derive(Debug, Args)]
#[command(before_help = REPLAY_HELP)]
pub(crate) struct ReplayArgs {
    /// Policy files or folders of them, or one image: the policy in force.
    #[arg(value_name = "POLICY", required_unless_present = "x_policy")]
    pub(crate) policies: Vec<PathBuf>,

    /// The policy that is to replace it, of one or more files; options without `against` are for both.
    #[arg(long, value_name = "POLICY", num_args = 1..)]
    pub(crate) against: Vec<PathBuf>,

    /// Compare with the answers recorded in the lines: `{"call": …, "answer": …}`.
    #[arg(long, conflicts_with_all = ["against", "answers"])]
    pub(crate) recorded: bool,

    /// Compare with the answers of `sqrt eval` to these calls, in their order.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "against")]
    pub(crate) answers: Vec<PathBuf>,

    /// The calls: files of JSON lines or Parquet, plain, gzip or zstd, or folders of them [default: standard input].
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(crate) calls: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) settings: SettingsArgs,

    #[command(flatten)]
    pub(crate) against_settings: AgainstArgs,

    /// Kinds of changes for which the exit status is 1; all of them, unless this is given.
    #[arg(long, value_name = "KIND", value_enum, value_delimiter = ',')]
    pub(crate) fail_on: Vec<KindArg>,

    /// Kinds of changes that are fine: with no others the exit status is 0.
    #[arg(long, value_name = "KIND", value_enum, value_delimiter = ',', conflicts_with = "fail_on")]
    pub(crate) allow_change: Vec<KindArg>,

    /// How many calls of each change are named.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(..=1000))]
    pub(crate) examples: u16,

    /// How to write the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Write the report to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// How many threads decide calls [default: as many as there are processors].
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(crate) threads: Option<NonZero<usize>>,

    #[command(flatten)]
    pub(crate) limits: LimitsArgs,
}

/// What the second policy is made with, where that is not what the first is made with.
#[derive(Debug, Args)]
pub(crate) struct AgainstArgs {
    /// Another `--default-allow` for the second policy.
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    pub(crate) against_default_allow: Option<bool>,

    /// Another `--default-level` for the second policy.
    #[arg(long, value_name = "LEVEL", value_enum, hide_possible_values = true)]
    pub(crate) against_default_level: Option<LevelArg>,

    /// Another `--mode` for the second policy.
    #[arg(long, value_name = "MODE", value_enum, hide_possible_values = true)]
    pub(crate) against_mode: Option<ModeArg>,

    /// Another `--x-policy` for the second policy.
    #[arg(long, value_name = "FILE")]
    pub(crate) against_x_policy: Option<PathBuf>,
}

impl AgainstArgs {
    /// Whether there is something in which the second policy differs.
    pub(crate) fn is_given(&self) -> bool {
        self.against_default_allow.is_some()
            || self.against_default_level.is_some()
            || self.against_mode.is_some()
            || self.against_x_policy.is_some()
    }

    /// The settings of the second policy: what is not given is as in the first.
    pub(crate) fn over(&self, first: &SettingsArgs) -> SettingsArgs {
        SettingsArgs {
            default_allow: self.against_default_allow.or(first.default_allow),
            default_level: self.against_default_level.or(first.default_level),
            mode: self.against_mode.or(first.mode),
            x_policy: self.against_x_policy.clone().or_else(|| first.x_policy.clone()),
        }
    }
}

/// The kinds of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindArg {
    /// Denied before, allowed now.
    NewlyAllowed,
    /// Allowed before, denied now.
    NewlyDenied,
    /// The same decision, by another rule.
    OtherRule,
    /// A result has other metadata.
    ResultMetadata,
    /// A session has other metadata.
    SessionMetadata,
}

/// So many threads at most.
const MOST_THREADS: usize = 256;

fn threads(text: &str) -> Result<NonZero<usize>, String> {
    let number = text.parse::<NonZero<usize>>().ok().filter(|number| number.get() <= MOST_THREADS);
    number.ok_or_else(|| format!("it is a number from 1 to {MOST_THREADS}"))
}

const REPLAY_HELP: &str = r#"Example:
  $ sqrt replay mail.sqrt --against new.sqrt --calls calls/
  $ zstdcat calls.zst | sqrt replay mail.sqrt --against new.sqrt --fail-on newly-allowed
  $ sqrt replay mail.sqrt --calls calls.jsonl.gz

Exit status: 0 nothing changed, 1 something changed (see `--fail-on`), 2 the command could not do
its work, or some lines are no valid calls."#;
