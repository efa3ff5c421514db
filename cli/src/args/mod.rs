//! What can be asked on the command line, as clap reads it, a file for each verb; the help of every verb shows an example.

mod check;
mod compile;
mod completions;
mod diff;
mod disasm;
mod eval;
mod explain;
mod fmt;
mod init;
mod limits;
mod lint;
mod lsp;
mod man;
mod repl;
mod replay;
mod shared;
mod test;
mod tools;

use std::sync::LazyLock;

use clap::{Parser, Subcommand};

pub(crate) use check::{CheckArgs, Format};
pub(crate) use compile::CompileArgs;
pub(crate) use completions::CompletionsArgs;
pub(crate) use diff::DiffArgs;
pub(crate) use disasm::DisasmArgs;
pub(crate) use eval::EvalArgs;
pub(crate) use explain::{ExplainArgs, ExplainFormat};
pub(crate) use fmt::FmtArgs;
pub(crate) use init::InitArgs;
pub(crate) use limits::ShowLimitsArgs;
pub(crate) use lint::{ConfigArgs, LintArgs, LintFormat};
pub(crate) use lsp::LspArgs;
pub(crate) use man::ManArgs;
pub(crate) use repl::ReplArgs;
pub(crate) use replay::{AgainstArgs, KindArg, ReplayArgs};
pub(crate) use shared::{LevelArg, LimitsArgs, ModeArg, SettingsArgs};
pub(crate) use test::{CoverageArgs, CoverageFormat, ReportFormat, TestArgs};
pub(crate) use tools::ToolsArgs;

use crate::terminal::When;

/// The version of the command and of the format of images that it writes and reads.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let format = sqrt_vm::bytecode::program::FORMAT_VERSION;
    format!("{} (image format {format})", env!("CARGO_PKG_VERSION"))
});

/// Check SQRT policies and decide tool calls with them.
#[derive(Debug, Parser)]
#[command(
    name = "sqrt", version = VERSION.as_str(), max_term_width = 100, before_help = EXAMPLE, after_help = MORE
)]
pub(crate) struct CommandLine {
    /// Whether to use colours; on a terminal by default, and never with `NO_COLOR`.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    #[arg(hide_short_help = true, hide_long_help = true)]
    pub(crate) color: When,

    /// Write long answers to the terminal directly, not through the pager.
    #[arg(long, global = true, hide_short_help = true, hide_long_help = true)]
    pub(crate) no_pager: bool,

    #[command(subcommand)]
    pub(crate) verb: Verb,
}

const EXAMPLE: &str = r#"Example:
  $ echo 'tool "send_email" { must deny when to.value in {"spam@evil.com"}; }' > mail.sqrt
  $ echo '{"tool": "send_email", "args": {"to": "spam@evil.com"}}' | sqrt eval mail.sqrt"#;

const MORE: &str = r#"Options of every verb:
      --color <WHEN>  Whether to use colours: auto, always, never
      --no-pager      Write long answers to the terminal directly, not through the pager

Exit status: 0 done and fine, 1 the policy is not fine, 2 the command could not do its work."#;

/// What the exit status means where a verb says nothing else; as the last line of [`MORE`] has it.
pub(crate) const EXIT_STATUS: &str =
    "0 done and fine, 1 the policy is not fine, 2 the command could not do its work.";

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Init(InitArgs),
    Check(CheckArgs),
    Fmt(FmtArgs),
    Lint(LintArgs),
    Test(TestArgs),
    Eval(EvalArgs),
    Explain(ExplainArgs),
    Repl(ReplArgs),
    Replay(Box<ReplayArgs>),
    Diff(DiffArgs),
    Compile(CompileArgs),
    Disasm(DisasmArgs),
    Limits(ShowLimitsArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
    Lsp(LspArgs),
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
    fn the_exit_status_is_told_alike() {
        assert_eq!(MORE.lines().last(), Some(format!("Exit status: {EXIT_STATUS}").as_str()));
    }

    #[test]
    fn every_help_starts_with_an_example_of_the_verb() {
        let mut command = CommandLine::command();
        let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
        assert!(command.render_help().to_string().starts_with("Example:\n"));
        for verb in verbs {
            let verb_command = command.find_subcommand_mut(&verb).unwrap();
            for help in [verb_command.render_help(), verb_command.render_long_help()] {
                let help = help.to_string();
                let example = help.strip_prefix("Example:\n").unwrap_or_else(|| panic!("{verb}: {help}"));
                let example = example.split("\n\n").next().unwrap();
                assert!(example.contains(&format!("sqrt {verb}")), "{help}");
            }
        }
    }
}
