//! What differs beside the text: defaults, mode, presets and branching (S6.8, S8).

use sqrt_compiler::ir::Enforcement;
use sqrt_vm::bytecode::settings::{Branching, Level, Mode};

use super::{Change, Revision};

/// The settings that differ.
pub(super) fn changes(old: &Revision, new: &Revision) -> Vec<Change> {
    rows(old)
        .into_iter()
        .zip(rows(new))
        .filter_map(|((title, old), (_, new))| Change::of_text(title, old, new))
        .collect()
}

/// The settings by the names that the command line and X-Policy documents give them.
fn rows(revision: &Revision) -> Vec<(&'static str, String)> {
    let (settings, presets) = (&revision.settings, &revision.presets);
    let level = |level| match level {
        Level::Soft => "soft",
        Level::Hard => "hard",
    };
    let blocked = match presets.llm_blocked_tag {
        None => "false",
        Some(Enforcement::Must) => "hard",
        Some(Enforcement::Should) => "soft",
    };
    let mode = match settings.mode {
        Mode::Standard => "standard",
        Mode::Strict => "strict",
        Mode::Custom => "custom",
    };
    let branching = |list: fn(&Branching) -> &[String]| {
        let listed = settings.branching.as_ref().map(list);
        let mut listed = listed.unwrap_or_default().to_vec();
        listed.sort_unstable();
        listed.dedup();
        format!("{listed:?}")
    };
    let denies = settings.branching.as_ref().is_none_or(|branching| branching.deny);
    vec![
        ("default-allow", settings.default_allow.to_string()),
        ("default-level", level(settings.default_level).to_owned()),
        ("mode", mode.to_owned()),
        ("fail_fast", settings.fail_fast.to_string()),
        ("enable_non_executable_memory", presets.non_executable_memory.to_string()),
        ("enable_llm_blocked_tag", blocked.to_owned()),
        ("branching_meta_policy.mode", if denies { "deny" } else { "allow" }.to_owned()),
        ("branching_meta_policy.tags", branching(|branching| &branching.tags)),
        ("branching_meta_policy.producers", branching(|branching| &branching.producers)),
        ("branching_meta_policy.consumers", branching(|branching| &branching.consumers)),
    ]
}
