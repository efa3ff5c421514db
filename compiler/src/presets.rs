//! Presets: policies that a host switches on instead of writing them (S8). They are SQRT source like any other.
//!
//! Invariants: a preset is compiled as a file of its own, named `preset:NAME`, whose blocks have a priority above every
//! number; what a preset does is in its text and nowhere else.

use crate::ir::Enforcement;

/// Which presets are compiled in; none by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Presets {
    /// S8.1: every tool result gets the tag `__non_executable`.
    pub non_executable_memory: bool,
    /// S8.2: `parse_with_ai` is denied, at this level, if an argument has the tag `__llm_blocked`.
    pub llm_blocked_tag: Option<Enforcement>,
}

/// The source of one preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresetSource {
    /// The name of the file: `preset:NAME`.
    pub name: &'static str,
    /// Its order among the presets, 0 highest; it is the same whichever presets are on.
    pub rank: u32,
    /// The policy.
    pub text: &'static str,
}

impl Presets {
    /// The sources of the presets that are on, highest first.
    pub fn sources(&self) -> Vec<PresetSource> {
        let memory = self.non_executable_memory.then_some(NON_EXECUTABLE_MEMORY);
        let blocked = self.llm_blocked_tag.map(|level| PresetSource {
            name: "preset:enable_llm_blocked_tag",
            rank: 1,
            text: match level {
                Enforcement::Must => LLM_BLOCKED_HARD,
                Enforcement::Should => LLM_BLOCKED_SOFT,
            },
        });
        memory.into_iter().chain(blocked).collect()
    }
}

const NON_EXECUTABLE_MEMORY: PresetSource = PresetSource {
    name: "preset:enable_non_executable_memory",
    rank: 0,
    text: r#"/// What tools return is data: nothing in it is run as an instruction.
tool r"(?s).*" -> @tags |= {"__non_executable"};
"#,
};

const LLM_BLOCKED_HARD: &str = r#"/// Data that is marked as blocked for language models does not reach one.
tool "parse_with_ai" {
    /// An argument has the tag `__llm_blocked`.
    must deny when @args.tags overlaps {"__llm_blocked"};
}
"#;

const LLM_BLOCKED_SOFT: &str = r#"/// Data that is marked as blocked for language models does not reach one.
tool "parse_with_ai" {
    /// An argument has the tag `__llm_blocked`.
    should deny when @args.tags overlaps {"__llm_blocked"};
}
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sources_are_those_of_the_presets_that_are_on() {
        let names = |presets: Presets| presets.sources().iter().map(|s| (s.name, s.rank)).collect::<Vec<_>>();
        assert_eq!(names(Presets::default()), []);
        let blocked = Presets { llm_blocked_tag: Some(Enforcement::Must), ..Presets::default() };
        assert_eq!(names(blocked), [("preset:enable_llm_blocked_tag", 1)]);
        let both = Presets { non_executable_memory: true, ..blocked };
        assert_eq!(names(both)[0], ("preset:enable_non_executable_memory", 0));
        let text = |level| Presets { llm_blocked_tag: Some(level), ..Presets::default() }.sources()[0].text;
        assert!(
            text(Enforcement::Must).contains("must deny")
                && text(Enforcement::Should).contains("should deny")
        );
    }
}
