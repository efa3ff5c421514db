//! What an `eval` runs with: the X-Policy document, if there is one, and the options beside it, which win (S8).

use sqrt_compiler::ir::Enforcement;
use sqrt_compiler::presets::Presets;
use sqrt_compiler::x_policy::{self, BranchingMode, BranchingPolicy, XPolicy};
use sqrt_vm::config::{Branching, Config, Level, Mode};

use crate::args::{EvalArgs, LevelArg, ModeArg};

/// The presets to compile in; none without a document.
pub(crate) fn presets(document: Option<&XPolicy>) -> Presets {
    let mut presets = Presets::default();
    if let Some(settings) = document.map(|document| &document.presets) {
        presets.non_executable_memory = settings.non_executable_memory;
        presets.llm_blocked_tag = settings.llm_blocked_tag.then_some(match settings.llm_blocked_level {
            x_policy::Level::Hard => Enforcement::Must,
            x_policy::Level::Soft => Enforcement::Should,
        });
    }
    presets
}

/// The configuration of the engine.
pub(crate) fn config(args: &EvalArgs, document: Option<&XPolicy>) -> Config {
    let mut config = Config::default();
    if let Some(document) = document {
        config.mode = match document.mode {
            x_policy::Mode::Standard => Mode::Standard,
            x_policy::Mode::Strict => Mode::Strict,
            x_policy::Mode::Custom => Mode::Custom,
        };
        config.fail_fast = document.fail_fast;
        config.default_allow = document.presets.default_allow;
        config.default_level = match document.presets.default_level {
            x_policy::Level::Hard => Level::Hard,
            x_policy::Level::Soft => Level::Soft,
        };
        config.branching = Some(branching(&document.presets.branching));
    }
    if let Some(mode) = args.mode {
        config.mode = match mode {
            ModeArg::Standard => Mode::Standard,
            ModeArg::Strict => Mode::Strict,
            ModeArg::Custom => Mode::Custom,
        };
    }
    if let Some(level) = args.default_level {
        config.default_level = match level {
            LevelArg::Hard => Level::Hard,
            LevelArg::Soft => Level::Soft,
        };
    }
    if let Some(allow) = args.default_allow {
        config.default_allow = allow;
    }
    if args.explain {
        // An explanation has the outcome of every rule (S6.9); no decision depends on it.
        config.fail_fast = false;
    }
    config
}

fn branching(policy: &BranchingPolicy) -> Branching {
    Branching {
        deny: policy.mode == BranchingMode::Deny,
        tags: policy.tags.iter().cloned().collect(),
        producers: policy.producers.iter().cloned().collect(),
        consumers: policy.consumers.iter().cloned().collect(),
    }
}
