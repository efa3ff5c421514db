//! The options that say what a policy is made with beside its text. They win over an X-Policy document (S8) and over the
//! settings of an image.

use sqrt_vm::bytecode::settings::{Level, Mode, Settings};

use crate::args::{LevelArg, ModeArg, SettingsArgs};

/// Puts what the options say in the place of what was there.
pub(crate) fn apply(args: &SettingsArgs, settings: &mut Settings) {
    if let Some(mode) = args.mode {
        settings.mode = match mode {
            ModeArg::Standard => Mode::Standard,
            ModeArg::Strict => Mode::Strict,
            ModeArg::Custom => Mode::Custom,
        };
    }
    if let Some(level) = args.default_level {
        settings.default_level = match level {
            LevelArg::Hard => Level::Hard,
            LevelArg::Soft => Level::Soft,
        };
    }
    if let Some(allow) = args.default_allow {
        settings.default_allow = allow;
    }
}
