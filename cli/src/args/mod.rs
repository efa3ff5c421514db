//! What can be asked on the command line, as clap reads it, a file for each verb; the help of every verb shows an example.

mod check;
mod compile;
mod diff;
mod disasm;
mod eval;
mod fmt;
mod limits;
mod replay;
mod shared;

use std::sync::LazyLock;

use clap::{Parser, Subcommand};

pub(crate) use check::{CheckArgs, Format};
pub(crate) use compile::CompileArgs;
pub(crate) use diff::DiffArgs;
pub(crate) use disasm::DisasmArgs;
pub(crate) use eval::EvalArgs;
pub(crate) use fmt::FmtArgs;
pub(crate) use limits::ShowLimitsArgs;
pub(crate) use replay::{AgainstArgs, KindArg, ReplayArgs};
pub(crate) use shared::{LevelArg, LimitsArgs, ModeArg, SettingsArgs};

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
    Replay(Box<ReplayArgs>),
    Diff(DiffArgs),
    Compile(CompileArgs),
    Disasm(DisasmArgs),
    Limits(ShowLimitsArgs),
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
