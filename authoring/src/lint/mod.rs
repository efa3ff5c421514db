//! Linting: what is doubtful in a policy that compiles, with why, and often with a change that is the way out.
//!
//! Each rule stands in a file of its own in `rules/` with everything that is told about it; the table is [`RULES`]. The warnings of
//! the compiler are part of what is found, under their own codes. What is found can be suppressed by a comment with a reason
//! (`suppression`), and has a level (`levels`).
//!
//! Invariants: a policy with errors has these and no other findings; findings are in the order of files and places, and the same
//! input gives the same findings.

pub mod analysis;
mod context;
mod finding;
mod fixing;
mod levels;
pub mod page;
mod rule;
pub mod rules;
pub mod suppressing;
mod suppression;

pub use context::{Context, File, Sink};
pub use finding::{Edit, Finding, Fix, Suppressed};
pub use fixing::{BrokenFix, Fixed, apply, fix};
pub use levels::{Levels, Selector};
pub use rule::{Group, Level, Lint, Rule};
pub use rules::RULES;

use crate::tools::{ToolSet, fit};
use bumpalo::Bump;
use sqrt_compiler::diagnostics::{Severity, SourceMap};
use sqrt_compiler::limits::Limits;
use sqrt_compiler::syntax::source::SourceFile;
use sqrt_compiler::{Source, analyse, syntax};
use std::sync::Arc;
use suppression::Suppressions;

/// How to lint.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The limits.
    pub limits: Limits,
    /// Which findings are told, and which as errors.
    pub levels: Levels,
    /// The agent's tools, if they are known: what the policy says is then looked at beside them.
    pub tools: Option<Arc<ToolSet>>,
}

impl Options {
    /// Whether a lint is looked for: what is about the agent's tools only where these are known.
    fn looks_for(&self, lint: Lint) -> bool {
        let can = lint.group() != Group::Tools || self.tools.is_some();
        can && self.levels.level(lint) != Level::Allow
    }
}

/// What was found.
#[derive(Debug)]
pub struct Report {
    /// The findings, in the order of files and places.
    pub findings: Vec<Finding>,
    /// What comments suppress, in the same order.
    pub suppressed: Vec<Suppressed>,
    /// The files, for showing findings; the index is the [`FileId`](syntax::token::FileId).
    pub files: Vec<SourceFile>,
}

impl Report {
    /// Whether the policy is not fine.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }

    /// The files by id, for rendering and for lines and columns.
    pub fn source_map(&self) -> SourceMap<'_> {
        let mut map = SourceMap::new();
        for file in &self.files {
            map.add(file.id, &file.name, &file.text);
        }
        map
    }
}

/// Looks through the files, in the order given, as one policy.
///
/// # Examples
///
/// ```
/// use sqrt_authoring::lint::{Options, lint};
/// use sqrt_compiler::Source;
///
/// let source = Source { name: "mail.sqrt", bytes: br#"let spam = {"x"}; tool "send" { must deny always; }"# };
/// let report = lint(&[source], &Options::default());
/// assert_eq!(report.findings[0].lint.name(), "unused-let");
/// ```
pub fn lint(sources: &[Source<'_>], options: &Options) -> Report {
    let compiler = sqrt_compiler::Options { limits: options.limits, ..sqrt_compiler::Options::default() };
    let analysed = analyse(sources, &compiler);
    let files = analysed.checked.files;
    let mut sink = Sink { findings: analysed.checked.diagnostics.into_iter().map(Finding::from).collect() };
    let arena = Bump::new();
    let parse =
        |source| File { source, parsed: syntax::parse(&arena, source.id, &source.text, &options.limits) };
    let trees: Vec<File<'_>> = files.iter().map(parse).collect();
    if let Some(policy) = &analysed.policy {
        let problems = options.tools.as_deref().map(|tools| fit::check(policy, tools)).unwrap_or_default();
        let context = Context::new(policy, &trees, &problems);
        RULES
            .iter()
            .filter(|&&rule| options.looks_for(Lint::Rule(rule)))
            .for_each(|rule| (rule.check)(&context, &mut sink));
    }
    let mut findings = sink.findings;
    findings.retain_mut(|finding| set_level(finding, &options.levels));
    sort(&mut findings);
    let mut suppressions = Suppressions::read(&trees);
    let suppressed = suppressions.apply(&mut findings);
    if analysed.policy.is_some() {
        let about_comments = suppressions.into_findings(|lint| options.looks_for(lint)).into_iter();
        findings.extend(
            about_comments
                .filter_map(|mut finding| set_level(&mut finding, &options.levels).then_some(finding)),
        );
        sort(&mut findings);
    }
    Report { findings, suppressed, files }
}

fn sort(findings: &mut [Finding]) {
    findings.sort_by_key(|finding| (finding.primary.file, finding.primary.span, finding.lint.code()));
}

/// Gives a finding the severity of its level; whether it is told at all.
fn set_level(finding: &mut Finding, levels: &Levels) -> bool {
    if finding.lint.is_error() {
        return true;
    }
    let level = levels.level(finding.lint);
    finding.severity = if level == Level::Deny { Severity::Error } else { Severity::Warning };
    level != Level::Allow
}
