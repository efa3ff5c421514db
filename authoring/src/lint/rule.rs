//! What a rule of the linter is, and what a finding can be named after: a rule, or a code of the compiler.
//!
//! Codes are never reused. The first pair of digits is the group: `L01` security, `L02` correctness, `L03` redundant, `L04` style,
//! `L05` suppression, `L06` tools, `L09` pedantic.

use super::context::{Context, Sink};
use super::rules::RULES;
use sqrt_compiler::diagnostics::{Code, Severity};

/// What is done about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// It is not looked for.
    Allow,
    /// It is told.
    Warn,
    /// It is told as an error: the policy is not fine.
    Deny,
}

impl Level {
    /// `allow`, `warn` or `deny`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

/// What rules are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// The policy protects less than it seems to.
    Security,
    /// What is written has another effect than it says, or none.
    Correctness,
    /// What could be left out.
    Redundant,
    /// What could be written more plainly.
    Style,
    /// Comments that suppress findings.
    Suppression,
    /// What does not fit the agent's tools.
    Tools,
    /// Strict rules that are only looked for where they are asked for.
    Pedantic,
    /// The warnings of the compiler.
    Compiler,
}

impl Group {
    /// All groups in the order of their codes.
    pub const ALL: [Group; 8] = [
        Self::Security,
        Self::Correctness,
        Self::Redundant,
        Self::Style,
        Self::Suppression,
        Self::Tools,
        Self::Pedantic,
        Self::Compiler,
    ];

    /// The name, as levels are set by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Correctness => "correctness",
            Self::Redundant => "redundant",
            Self::Style => "style",
            Self::Suppression => "suppression",
            Self::Tools => "tools",
            Self::Pedantic => "pedantic",
            Self::Compiler => "compiler",
        }
    }

    /// What its rules have in common.
    pub fn about(self) -> &'static str {
        match self {
            Self::Security => "The policy protects less than it seems to.",
            Self::Correctness => "What is written has another effect than it says, or none.",
            Self::Redundant => "What could be left out.",
            Self::Style => "What could be written more plainly.",
            Self::Suppression => "Comments that suppress findings.",
            Self::Tools => "What does not fit the agent's tools.",
            Self::Pedantic => "Strict rules that are only looked for where they are asked for.",
            Self::Compiler => "The warnings of the compiler.",
        }
    }

    /// The level of its rules unless it is set.
    pub fn level(self) -> Level {
        if self == Self::Pedantic { Level::Allow } else { Level::Warn }
    }

    /// The pair of digits that its codes begin with, after the `L`.
    pub fn digits(self) -> &'static str {
        match self {
            Self::Security => "01",
            Self::Correctness => "02",
            Self::Redundant => "03",
            Self::Style => "04",
            Self::Suppression => "05",
            Self::Tools => "06",
            Self::Pedantic => "09",
            Self::Compiler => "",
        }
    }
}

/// A rule of the linter: what is told about it, and the function that looks for it.
#[derive(Debug)]
pub struct Rule {
    /// The stable code: `L0101`.
    pub code: &'static str,
    /// The stable name: `unused-let`.
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// What it finds, as a phrase.
    pub title: &'static str,
    /// What exactly is found, and what is not.
    pub what: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// The rules of the language definition that it rests on.
    pub spec: &'static [&'static str],
    /// A policy in which just this rule finds something.
    pub example: &'static str,
    /// The same policy as it could be; where the rule fixes the example, what comes of that.
    pub better: &'static str,
    /// Whether what it finds in the example can be fixed with certainty.
    pub fixes: bool,
    /// Looks for it.
    pub check: fn(&Context<'_>, &mut Sink),
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Rule {}

/// What a finding is named after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lint {
    /// A rule of the linter.
    Rule(&'static Rule),
    /// An error or a warning of the compiler.
    Compiler(Code),
}

impl Lint {
    /// Everything that has a level: the rules by their codes, then the warnings of the compiler.
    pub fn all() -> impl Iterator<Item = Lint> {
        let warnings = Code::ALL.iter().copied().filter(|code| code.severity() == Severity::Warning);
        RULES.iter().copied().map(Lint::Rule).chain(warnings.map(Lint::Compiler))
    }

    /// The one with this code or name; an error of the compiler is found by its code.
    pub fn find(name: &str) -> Option<Lint> {
        let errors = Code::ALL.iter().copied().filter(|code| code.severity() == Severity::Error);
        let mut all = Self::all().chain(errors.map(Lint::Compiler));
        all.find(|lint| lint.code().eq_ignore_ascii_case(name) || lint.name() == name)
    }

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Rule(rule) => rule.code,
            Self::Compiler(code) => code.as_str(),
        }
    }

    /// The stable name.
    pub fn name(self) -> String {
        match self {
            Self::Rule(rule) => rule.name.to_owned(),
            Self::Compiler(code) => kebab(&format!("{code:?}")),
        }
    }

    /// What it finds, as a phrase.
    pub fn title(self) -> &'static str {
        match self {
            Self::Rule(rule) => rule.title,
            Self::Compiler(code) => code.title(),
        }
    }

    /// What it is about.
    pub fn group(self) -> Group {
        match self {
            Self::Rule(rule) => rule.group,
            Self::Compiler(_) => Group::Compiler,
        }
    }

    /// Whether it is an error of the compiler, which has no level and cannot be suppressed.
    pub fn is_error(self) -> bool {
        matches!(self, Self::Compiler(code) if code.severity() == Severity::Error)
    }
}

/// `DoubledBackslash` as `doubled-backslash`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(c.to_ascii_lowercase());
    }
    kebab
}
