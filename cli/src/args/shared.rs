//! Arguments that several verbs take: limits, and the settings that a policy is made with.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use crate::limits::setting;

/// What is allowed.
#[derive(Debug, Args)]
pub(crate) struct LimitsArgs {
    /// Set a limit, such as `value_bytes=1MiB`; `sqrt limits` lists them. May be given several times.
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = setting)]
    pub(crate) settings: Vec<(String, usize)>,
}

/// What a policy is made with beside its text.
#[derive(Debug, Clone, Args)]
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
