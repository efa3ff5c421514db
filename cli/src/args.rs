//! What can be asked on the command line, as clap reads it; the help of every verb shows an example.

use std::path::PathBuf;
use std::sync::LazyLock;

use crate::limits::setting;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

/// The version of the command and of the format of images that it writes and reads.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let format = sqrt_vm::bytecode::program::FORMAT_VERSION;
    format!("{} (image format {format})", env!("CARGO_PKG_VERSION"))
});

/// Check SQRT policies and decide tool calls with them.
#[derive(Debug, Parser)]
#[command(name = "sqrt", version = VERSION.as_str(), max_term_width = 100, after_help = HELP)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

const HELP: &str = r#"Example:
  $ echo 'tool "send_email" { must deny when to.value in {"spam@evil.com"}; }' > mail.sqrt
  $ echo '{"tool": "send_email", "args": {"to": "spam@evil.com"}}' | sqrt eval mail.sqrt

Exit status: 0 done and fine, 1 the policy is not fine, 2 the command could not do its work."#;

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Check(CheckArgs),
    Fmt(FmtArgs),
    Eval(EvalArgs),
    Compile(CompileArgs),
    Disasm(DisasmArgs),
    Limits(ShowLimitsArgs),
}

/// Check policies and show every problem.
///
/// Each file is checked by itself. Problems go to standard output; the exit status is 1 if there is an error.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  $ sqrt check mail.sqrt\n  $ sqrt check --together --format json lets.sqrt mail.sqrt"
)]
pub(crate) struct CheckArgs {
    /// Check the grammar and nothing else.
    #[arg(long)]
    pub(crate) syntax_only: bool,

    /// Check the files as one policy that shares its lets.
    #[arg(long)]
    pub(crate) together: bool,

    /// How to show problems; `json` is one line per file.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) limits: LimitsArgs,

    /// Policy files; `-` is standard input.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}

/// How `check` shows problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

/// Format policies in the one canonical style.
///
/// Files are rewritten in place, each as a whole, and only if that changes something; standard input is formatted to standard
/// output. Comments stay where they are, and the meaning stays what it is. A file with errors of syntax stays as it is, and the
/// exit status is 1.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  $ sqrt fmt mail.sqrt\n  $ sqrt fmt --check policies/*.sqrt\n  $ cat mail.sqrt | sqrt fmt -"
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

    /// Policy files; `-` is standard input.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}

/// Decide calls, one JSON object a line, and write one answer a line.
///
/// The policy files are compiled together, in the order given; or the policy is one compiled image.
#[derive(Debug, Args)]
#[command(after_help = EVAL_HELP)]
pub(crate) struct EvalArgs {
    /// Policy files, or one image; `-` is standard input, if the calls come from a file.
    #[arg(value_name = "POLICY", required_unless_present = "x_policy")]
    pub(crate) policies: Vec<PathBuf>,

    /// Read the calls from this file instead of standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) calls: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) settings: SettingsArgs,

    /// Add the outcome of every matching block, rule and condition to each answer.
    #[arg(long)]
    pub(crate) explain: bool,

    #[command(flatten)]
    pub(crate) limits: LimitsArgs,
}

/// What is allowed.
#[derive(Debug, Args)]
pub(crate) struct LimitsArgs {
    /// Set a limit, such as `value_bytes=1MiB`; `sqrt limits` lists them. May be given several times.
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = setting)]
    pub(crate) settings: Vec<(String, usize)>,
}

/// What a policy is made with beside its text.
#[derive(Debug, Args)]
pub(crate) struct SettingsArgs {
    /// Whether a call that no rule decides is allowed [default: true].
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    pub(crate) default_allow: Option<bool>,

    /// Whether that default gives way to should rules [default: soft].
    #[arg(long, value_name = "LEVEL", value_enum)]
    pub(crate) default_level: Option<LevelArg>,

    /// How control flow counts [default: standard].
    #[arg(long, value_enum)]
    pub(crate) mode: Option<ModeArg>,

    /// Take presets, mode, defaults and code from this X-Policy document; options given beside it win.
    #[arg(long, value_name = "FILE")]
    pub(crate) x_policy: Option<PathBuf>,
}

const EVAL_HELP: &str = r#"Example:
  $ echo '{"tool": "send_email", "args": {"to": "spam@evil.com"}}' | sqrt eval mail.sqrt
  $ sqrt eval --x-policy document.json --calls calls.jsonl --explain mail.sqrt

A line that is no valid call is answered by {"error": …, "line": …}, and the exit status is 2 at the end."#;

/// The level of the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LevelArg {
    /// Should rules override it.
    Soft,
    /// Only must rules override it.
    Hard,
}

/// The modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ModeArg {
    /// Calls are judged by their arguments.
    Standard,
    /// The metadata of the control flow is joined into the arguments.
    Strict,
    /// Branches are judged by the branching policy of the X-Policy document.
    Custom,
}

/// Compile a policy into an image, which runs and loads at once.
///
/// The policy files are compiled together, in the order given; presets and settings become part of the image.
#[derive(Debug, Args)]
#[command(after_help = COMPILE_HELP)]
pub(crate) struct CompileArgs {
    /// Policy files; `-` is standard input.
    #[arg(value_name = "POLICY", required_unless_present = "x_policy")]
    pub(crate) policies: Vec<PathBuf>,

    /// Where to write the image; a file that is there is replaced as a whole, or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,

    /// Leave explanations out: the image is about half as large, and `sqrt eval --explain` stops at its rules.
    #[arg(long)]
    pub(crate) no_explanations: bool,

    #[command(flatten)]
    pub(crate) settings: SettingsArgs,

    #[command(flatten)]
    pub(crate) limits: LimitsArgs,
}

const COMPILE_HELP: &str = r#"Example:
  $ sqrt compile mail.sqrt -o mail.sqrtc
  $ sqrt eval mail.sqrtc --calls calls.jsonl"#;

/// Show the bytecode of a policy or an image, with source lines.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  $ sqrt disasm mail.sqrt\n  $ sqrt disasm --verify mail.sqrtc")]
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

/// Show the limits that are in force.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  $ sqrt limits\n  $ sqrt limits --limit value_bytes=64MiB")]
pub(crate) struct ShowLimitsArgs {
    #[command(flatten)]
    pub(crate) limits: LimitsArgs,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn every_help_shows_an_example() {
        let mut command = CommandLine::command();
        let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
        assert!(command.render_help().to_string().contains("Example:"));
        for verb in verbs {
            let help = command.find_subcommand_mut(&verb).unwrap().render_long_help().to_string();
            assert!(
                help.contains(&format!("  $ sqrt {verb}")) || help.contains(&format!("| sqrt {verb}")),
                "{help}"
            );
        }
    }
}
