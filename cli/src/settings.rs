//! What a policy is made with beside its text: the X-Policy document, if there is one, and the options beside it, which
//! win (S8); they win over the settings of an image too.

use sqrt_compiler::ir::Enforcement;
use sqrt_compiler::presets::Presets;
use sqrt_compiler::x_policy::{self, BranchingMode, BranchingPolicy, XPolicy};
use sqrt_vm::bytecode::settings::{Branching, Level, Mode, Settings};

use crate::args::{LevelArg, ModeArg, SettingsArgs};

/// The presets to compile in; none without a document.
pub(crate) fn presets(document: Option<&XPolicy>) -> Presets {
    let mut presets = Presets::default();
    if let Some(chosen) = document.map(|document| &document.presets) {
        presets.non_executable_memory = chosen.non_executable_memory;
        presets.llm_blocked_tag = chosen.llm_blocked_tag.then_some(match chosen.llm_blocked_level {
            x_policy::Level::Hard => Enforcement::Must,
            x_policy::Level::Soft => Enforcement::Should,
        });
    }
    presets
}

/// The settings that a document asks for; the defaults without one.
pub(crate) fn of_document(document: Option<&XPolicy>) -> Settings {
    let mut settings = Settings::default();
    if let Some(document) = document {
        settings.mode = match document.mode {
            x_policy::Mode::Standard => Mode::Standard,
            x_policy::Mode::Strict => Mode::Strict,
            x_policy::Mode::Custom => Mode::Custom,
        };
        settings.fail_fast = document.fail_fast;
        settings.default_allow = document.presets.default_allow;
        settings.default_level = match document.presets.default_level {
            x_policy::Level::Hard => Level::Hard,
            x_policy::Level::Soft => Level::Soft,
        };
        settings.branching = Some(branching(&document.presets.branching));
    }
    settings
}

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

fn branching(policy: &BranchingPolicy) -> Branching {
    Branching {
        deny: policy.mode == BranchingMode::Deny,
        tags: policy.tags.iter().cloned().collect(),
        producers: policy.producers.iter().cloned().collect(),
        consumers: policy.consumers.iter().cloned().collect(),
    }
}
