//! The policy that tests are about: compiled with what the test file asks for, with its text at hand.

use sqrt_compiler::x_policy::{CODE_NAME, XPolicy, XPolicyError};
use sqrt_compiler::{Analysed, Compiled, Options, Source, analyse};
use sqrt_vm::limits::Limits;
use sqrt_vm::policy::{Policy, PolicyError};

use crate::testing::coverage::Coverage;
use crate::testing::file::TestFile;

/// A policy that tests run under.
#[derive(Debug)]
pub struct Subject {
    policy: Policy,
    rules: Vec<RuleEntry>,
    coverage: Coverage,
}

/// Why tests cannot run.
#[derive(Debug)]
pub enum SubjectError {
    /// The X-Policy document is none.
    Document(XPolicyError),
    /// The policy has errors.
    Errors(Box<Compiled>),
    /// The policy cannot run.
    CannotRun(PolicyError),
}

/// A rule of the policy, for expectations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleEntry {
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) tool_id: String,
    pub(crate) description: Option<String>,
    /// As it is written.
    pub(crate) text: String,
}

impl Subject {
    /// Compiles the policy of a test file: its sources, and the document if it names one.
    ///
    /// # Errors
    /// If the policy cannot run.
    pub fn new(
        file: &TestFile,
        sources: &[Source<'_>],
        document: Option<&[u8]>,
        limits: Limits,
    ) -> Result<Subject, SubjectError> {
        let document = document.map(XPolicy::read).transpose().map_err(SubjectError::Document)?;
        let mut options = document.as_ref().map(XPolicy::options).unwrap_or_default();
        file.apply(&mut options.settings);
        options.limits = limits;
        let compiled = match &document {
            Some(document) => document.compile_with(sources, &options),
            None => sqrt_compiler::compile(sources, &options),
        };
        let Some(program) = compiled.program else { return Err(SubjectError::Errors(Box::new(compiled))) };
        let policy = Policy::new(program, limits).map_err(SubjectError::CannotRun)?;
        let Analysed { policy: ir, checked } = analyse_all(sources, document.as_ref(), &options);
        let ir = ir.unwrap_or_default();
        let (rules, coverage) = (rules(&ir, &checked), Coverage::of(&ir, &checked));
        Ok(Subject { policy, rules, coverage })
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn rules(&self) -> &[RuleEntry] {
        &self.rules
    }

    /// What there is to cover, none of it covered.
    pub fn coverage(&self) -> Coverage {
        self.coverage.clone()
    }
}

/// The representation of all that is compiled, presets and the document's code too.
fn analyse_all(sources: &[Source<'_>], document: Option<&XPolicy>, options: &Options) -> Analysed {
    let code = document.and_then(|document| document.code.as_deref());
    let code = code.map(|code| Source { name: CODE_NAME, bytes: code.as_bytes() });
    let presets = options.presets.sources();
    let presets = presets.iter().map(|preset| Source { name: preset.name, bytes: preset.text.as_bytes() });
    let all: Vec<Source<'_>> = sources.iter().copied().chain(code).chain(presets).collect();
    analyse(&all, options)
}

fn rules(ir: &sqrt_compiler::ir::Policy, checked: &Compiled) -> Vec<RuleEntry> {
    let blocks = ir.blocks.iter().flat_map(|block| block.rules.iter().map(move |rule| (block, rule)));
    let entry = |(block, rule): (&sqrt_compiler::ir::Block, &sqrt_compiler::ir::Rule)| {
        let file = checked.files.get(rule.position.origin.file.0 as usize)?;
        let span = rule.position.origin.span;
        Some(RuleEntry {
            file: file.name.clone(),
            line: rule.position.line,
            column: rule.position.column,
            tool_id: block.tool_text.clone(),
            description: rule.description.clone(),
            text: file.text.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned(),
        })
    };
    blocks.filter_map(entry).collect()
}
