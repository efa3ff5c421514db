//! The arguments of `sqrt compile`.

use std::path::PathBuf;

use clap::Args;

use super::{LimitsArgs, SettingsArgs};

/// Compile a policy into an image, which runs and loads at once.
///
/// The policy files are compiled together, in the order given; presets and settings become part of the image.
#[derive(Debug, Args)]
#[command(before_help = COMPILE_EXAMPLE)]
pub(crate) struct CompileArgs {
    /// Policy files or folders of them; `-` is standard input.
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

const COMPILE_EXAMPLE: &str = r#"Example:
  $ sqrt compile mail.sqrt -o mail.sqrtc
  $ sqrt eval mail.sqrtc --calls calls.jsonl"#;
