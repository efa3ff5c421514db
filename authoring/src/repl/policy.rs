//! The policy of the dialogue: ready to run, with the text that conditions are compiled beside.

use std::sync::Arc;

use sqrt_compiler::diagnostics::render::{Style, render};
use sqrt_compiler::syntax::token::Span;
use sqrt_compiler::x_policy::XPolicy;
use sqrt_compiler::{Compiled, Options, Source, analyse, compile};
use sqrt_vm::bytecode::settings::Settings;
use sqrt_vm::limits::Limits;
use sqrt_vm::policy::Policy;

use crate::explain::Statements;

/// The name of the file of a condition that is tried.
pub(super) const CONDITION: &str = "<condition>";

/// What policies are made of.
#[derive(Debug, Default)]
pub struct Sources {
    /// The policy files, by name, in their order.
    pub files: Vec<(String, Vec<u8>)>,
    /// The document that presets and code are taken from.
    pub document: Option<XPolicy>,
    /// The settings to run with.
    pub settings: Settings,
    /// The limits.
    pub limits: Limits,
}

/// A policy that runs, and what it was made of.
#[derive(Debug)]
pub struct Loaded {
    pub(super) policy: Arc<Policy>,
    pub(super) sources: Sources,
    /// The names of its lets, for completion.
    pub(super) lets: Vec<String>,
}

impl Loaded {
    /// Compiles the files; with what is to be told of them, errors or warnings.
    ///
    /// # Errors
    /// If they have an error, or the policy cannot run.
    pub fn new(sources: Sources, style: Style) -> (Result<Loaded, Sources>, String) {
        let compiled = sources.compile(None);
        let mut told = rendered(&compiled, style);
        let Some(program) = compiled.program else { return (Err(sources), told) };
        match Policy::new(program, sources.limits) {
            Ok(policy) => {
                let analysed = sources.analysed();
                let lets = analysed.policy.iter().flat_map(|policy| &policy.lets);
                let lets = lets.map(|declared| declared.name.clone()).collect();
                (Ok(Loaded { policy: Arc::new(policy), sources, lets }), told)
            }
            Err(error) => {
                told.push_str(&format!("error: the policy cannot run: {error}\n"));
                (Err(sources), told)
            }
        }
    }

    /// Whether a line begins with the name of a let.
    pub(super) fn declares(&self, line: &str) -> bool {
        self.lets.iter().any(|name| line.split_whitespace().next() == Some(name))
    }

    /// The names of its files.
    pub fn files(&self) -> Vec<String> {
        self.sources.files.iter().map(|(name, _)| name.clone()).collect()
    }

    /// How its updates are written.
    pub(super) fn statements(&self) -> Statements {
        Statements::new(&self.sources.sources(), self.sources.document.as_ref(), self.sources.limits)
    }

    /// The policy with a block more, which tests a condition on calls to a tool in both readings, and the warnings about it.
    ///
    /// # Errors
    /// What is wrong with the condition, told.
    pub(super) fn with_condition(
        &self,
        tool: &str,
        condition: &str,
        style: Style,
    ) -> Result<(Policy, String), String> {
        let tool = tool.replace('\\', "\\\\").replace('"', "\\\"");
        // What is told of it is told of one rule.
        let before = format!("tool \"{tool}\" {{ should deny when ");
        let mut checked = self.sources.compile(Some(&format!("{before}{condition}\n; }}")));
        alone(&mut checked, condition, before.len());
        let told = rendered_of(&checked, style, |name| name == CONDITION);
        if checked.program.is_none() {
            return Err(told);
        }
        let both =
            format!("tool \"{tool}\" {{ should deny when {condition}\n; should allow when {condition}\n; }}");
        let compiled = self.sources.compile(Some(&both));
        let told_of_both = rendered(&compiled, style);
        let program = compiled.program.ok_or(told_of_both)?;
        let policy = Policy::new(program, self.sources.limits);
        policy.map(|policy| (policy, told)).map_err(|error| format!("error: it cannot run: {error}\n"))
    }
}

impl Sources {
    fn sources(&self) -> Vec<Source<'_>> {
        self.files.iter().map(|(name, bytes)| Source { name, bytes }).collect()
    }

    fn analysed(&self) -> sqrt_compiler::Analysed {
        let mut sources = self.sources();
        sources.extend(self.document.as_ref().and_then(XPolicy::code));
        analyse(&sources, &Options { limits: self.limits, ..Options::default() })
    }

    /// Compiles them, with a condition's block behind them.
    fn compile(&self, condition: Option<&str>) -> Compiled {
        let mut sources = self.sources();
        sources.extend(condition.map(|text| Source { name: CONDITION, bytes: text.as_bytes() }));
        let mut options = self.document.as_ref().map(XPolicy::options).unwrap_or_default();
        (options.settings, options.limits) = (self.settings.clone(), self.limits);
        match &self.document {
            Some(document) => document.compile_with(&sources, &options),
            None => compile(&sources, &options),
        }
    }
}

/// Makes what was found in the block of a condition speak of the condition alone: nobody has typed what is around it.
fn alone(checked: &mut Compiled, condition: &str, before: usize) {
    let Some(file) = checked.files.iter_mut().find(|file| file.name == CONDITION) else { return };
    condition.clone_into(&mut file.text);
    let id = file.id;
    let moved = |at: u32| {
        let at = (at as usize).saturating_sub(before).min(condition.len());
        u32::try_from(at).unwrap_or(u32::MAX)
    };
    for problem in &mut checked.diagnostics {
        if problem.primary.file == id && problem.primary.span.start as usize >= before + condition.len() {
            problem.message = problem.message.replace(", found `;`", ", and it ends here");
        }
        for label in std::iter::once(&mut problem.primary).chain(&mut problem.secondary) {
            if label.file == id {
                label.span = Span { start: moved(label.span.start), end: moved(label.span.end) };
            }
        }
    }
}

fn rendered(compiled: &Compiled, style: Style) -> String {
    rendered_of(compiled, style, |_| true)
}

fn rendered_of(compiled: &Compiled, style: Style, wanted: impl Fn(&str) -> bool) -> String {
    let sources = compiled.source_map();
    let problems = compiled.diagnostics.iter().filter(|problem| wanted(sources.name(problem.primary.file)));
    problems.map(|problem| render(problem, &sources, style) + "\n").collect()
}
