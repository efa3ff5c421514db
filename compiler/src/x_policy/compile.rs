//! From a document to a program: what it asks for as options of the compiler, and its code as one more file (S8).

use super::{BranchingMode, BranchingPolicy, Level, Mode, XPolicy};
use crate::compile::{Compiled, Options, Source, compile};
use crate::ir::Enforcement;
use crate::presets::Presets;
use sqrt_vm::bytecode::settings::{self, Branching, Settings};

/// The name by which answers and diagnostics call the code of a document.
pub const CODE_NAME: &str = "x-policy";

impl XPolicy {
    /// Compiles `sources`, in the order given, and the code of the document after them (under the name [`CODE_NAME`]) as one
    /// policy, with the document's presets and settings.
    ///
    /// # Examples
    ///
    /// ```
    /// use sqrt_compiler::Source;
    /// use sqrt_compiler::x_policy::XPolicy;
    ///
    /// let document = XPolicy::read(br#"{"mode": "strict", "codes": {"code": "tool \"t\" { must deny always; }", "language": "sqrt"}}"#)?;
    /// let compiled = document.compile(&[Source { name: "mail.sqrt", bytes: b"" }]);
    /// let program = compiled.program.expect("no errors");
    /// assert_eq!(program.program().settings, document.options().settings);
    /// # Ok::<(), sqrt_compiler::x_policy::XPolicyError>(())
    /// ```
    pub fn compile(&self, sources: &[Source<'_>]) -> Compiled {
        self.compile_with(sources, &self.options())
    }

    /// As [`XPolicy::compile`], with other options: those of [`XPolicy::options`], changed where the host knows better.
    pub fn compile_with(&self, sources: &[Source<'_>], options: &Options) -> Compiled {
        let sources: Vec<Source<'_>> = sources.iter().copied().chain(self.code()).collect();
        compile(&sources, options)
    }

    /// The code of the document as a policy file, if it has some.
    pub fn code(&self) -> Option<Source<'_>> {
        self.code.as_deref().map(|code| Source { name: CODE_NAME, bytes: code.as_bytes() })
    }

    /// The options that the document asks for: presets and settings; the others have their defaults.
    pub fn options(&self) -> Options {
        Options { presets: self.chosen_presets(), settings: self.settings(), ..Options::default() }
    }

    fn chosen_presets(&self) -> Presets {
        let presets = &self.presets;
        let level = match presets.llm_blocked_level {
            Level::Hard => Enforcement::Must,
            Level::Soft => Enforcement::Should,
        };
        Presets {
            non_executable_memory: presets.non_executable_memory,
            llm_blocked_tag: presets.llm_blocked_tag.then_some(level),
        }
    }

    fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        settings.default_allow = self.presets.default_allow;
        settings.default_level = match self.presets.default_level {
            Level::Hard => settings::Level::Hard,
            Level::Soft => settings::Level::Soft,
        };
        settings.mode = match self.mode {
            Mode::Standard => settings::Mode::Standard,
            Mode::Strict => settings::Mode::Strict,
            Mode::Custom => settings::Mode::Custom,
        };
        settings.fail_fast = self.fail_fast;
        settings.branching = Some(branching(&self.presets.branching));
        settings
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
