//! The engine as a host uses it: policy files are compiled, and lines are answered by the VM.
//!
//! Invariant: everything goes through the public interfaces of compiler and VM, the way `sqrt eval` goes.

use crate::corpus::{Level, Mode, Options, PolicyFile};
use bumpalo::Bump;
use sqrt_compiler::ir::Enforcement;
use sqrt_compiler::presets::Presets;
use sqrt_compiler::x_policy::{self, BranchingMode, XPolicy};
use sqrt_compiler::{Passes, Source, compile};
use sqrt_vm::bytecode::settings::{self, Branching, Settings};
use sqrt_vm::engine::Decision;
use sqrt_vm::json::{
    AnswerParts, CallLine, Line, RuleParts, read_line, write_answer, write_branch_answer, write_error,
};
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::{Policy, RuleInfo};
use sqrt_vm::scratch::Scratch;
use std::collections::BTreeMap;

/// Ways to run the engine.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    /// The optimisations.
    pub passes: Passes,
    /// Whether every rule is tested, also when the outcome is known (S6.9).
    pub every_rule: bool,
    /// Whether a call is checked first and finished later.
    pub two_steps: bool,
    /// Whether the program is written as an image and loaded again.
    pub image: bool,
}

/// A compiled policy with its sessions.
pub struct Engine {
    policy: Policy,
    two_steps: bool,
    scratch: Scratch,
    sessions: BTreeMap<Option<String>, Session>,
    lines: u64,
}

/// Compiles the files as one policy. An error is the first message of the compiler.
pub fn policy(files: &[PolicyFile], options: &Options, setup: Setup) -> Result<Policy, String> {
    let document = options.x_policy.as_ref().map(|document| XPolicy::read(document.to_string().as_bytes()));
    let document = document.transpose().map_err(|error| error.to_string())?;
    let code = document.as_ref().and_then(|document| document.code.as_deref());
    let code = code.map(|code| Source { name: "x-policy", bytes: code.as_bytes() });
    let sources = files.iter().map(|file| Source { name: &file.name, bytes: &file.bytes });
    let sources: Vec<_> = sources.chain(code).collect();
    let presets = document.as_ref().map(presets).unwrap_or_default();
    let mut settings = settings(options, document.as_ref());
    settings.fail_fast &= !setup.every_rule;
    let compiled = compile(
        &sources,
        &sqrt_compiler::Options { presets, passes: setup.passes, settings, ..Default::default() },
    );
    let mut errors = compiled.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    let message = || errors.next().map_or("no program", |error| &error.message).to_owned();
    let program = compiled.program.ok_or_else(message)?;
    let policy = if setup.image {
        Policy::load(&program.to_image(), Limits::default())
    } else {
        Policy::new(program, Limits::default())
    };
    policy.map_err(|error| error.to_string())
}

impl Engine {
    /// Compiles the files as one policy. An error is the first message of the compiler.
    pub fn new(files: &[PolicyFile], options: &Options, setup: Setup) -> Result<Engine, String> {
        let policy = policy(files, options, setup)?;
        Ok(Engine { two_steps: setup.two_steps, ..Engine::of(policy) })
    }

    /// An engine with this policy.
    pub fn of(policy: Policy) -> Engine {
        let scratch = Scratch::new(&policy);
        Engine { policy, two_steps: false, scratch, sessions: BTreeMap::new(), lines: 0 }
    }

    /// The line that answers a line.
    pub fn answer(&mut self, line: &str) -> String {
        self.lines += 1;
        let arena = Bump::new();
        let mut out = String::new();
        match read_line(line.as_bytes(), &arena, self.policy.limits()) {
            Err(error) => write_error(&mut out, &error.to_string(), self.lines),
            Ok(Line::Branch(question)) => {
                let outcome = self.policy.check_branch(&question.metadata);
                write_branch_answer(&mut out, question.session, outcome.name());
            }
            Ok(Line::Call(call)) => {
                if let Err(message) = self.decide(&call, &mut out) {
                    write_error(&mut out, &message, self.lines);
                }
            }
        }
        out.trim_end_matches('\n').to_owned()
    }

    fn decide(&mut self, line: &CallLine<'_>, out: &mut String) -> Result<(), String> {
        let Engine { policy, scratch, sessions, .. } = self;
        let known = sessions.entry(line.session.map(str::to_owned)).or_insert_with(|| Session::new(policy));
        // What fails changes no session (S6.11), so the line works on a copy.
        let mut session = known.clone();
        if let Some(value) = line.session_value {
            session.set_value(value, policy.limits()).map_err(|error| error.to_string())?;
        }
        let returned = line.returned.as_ref();
        let decision = if self.two_steps {
            let checked = policy.check(&mut session, &line.call, scratch);
            let decision = checked.decision().clone();
            if let (Some(pending), Some(returned)) = (checked.into_pending(), returned) {
                policy.finish(&mut session, pending, returned, scratch).map_err(|error| error.to_string())?;
            }
            decision
        } else {
            policy.evaluate(&mut session, &line.call, returned, scratch)
        };
        if let Some(failure) = decision.failure() {
            return Err(failure.to_string());
        }
        *known = session;
        write_decision(out, line, &decision, known, (policy, scratch));
        Ok(())
    }
}

/// Writes the answer to a call whose phases are over: `session` and `scratch` are as they left them.
pub fn write_decision(
    out: &mut String,
    line: &CallLine<'_>,
    decision: &Decision,
    session: &Session,
    (policy, scratch): (&Policy, &Scratch),
) {
    let tags = scratch.tags(policy, session);
    let answer = AnswerParts {
        session: line.session,
        tool: line.call.tool(),
        decision: decision.outcome().name(),
        basis: decision.basis().name(),
        rule: decision.rule().and_then(|rule| policy.rule(rule)).map(rule_parts),
        session_meta: (session.metadata(), tags),
        result_meta: scratch.result_metadata().map(|metadata| (metadata, tags)),
        trace: None,
    };
    write_answer(out, &answer, &mut Vec::new());
}

fn rule_parts(rule: RuleInfo<'_>) -> RuleParts<'_> {
    RuleParts {
        file: rule.file(),
        line: rule.line(),
        column: rule.column(),
        tool_id: rule.tool_id(),
        description: rule.description(),
    }
}

fn presets(document: &XPolicy) -> Presets {
    let presets = &document.presets;
    let level = match presets.llm_blocked_level {
        x_policy::Level::Hard => Enforcement::Must,
        x_policy::Level::Soft => Enforcement::Should,
    };
    Presets {
        non_executable_memory: presets.non_executable_memory,
        llm_blocked_tag: presets.llm_blocked_tag.then_some(level),
    }
}

/// The settings: options, else the document, else the defaults (S8).
fn settings(options: &Options, document: Option<&XPolicy>) -> Settings {
    let mut settings = Settings::default();
    if let Some(document) = document {
        let presets = &document.presets;
        settings.default_allow = presets.default_allow;
        settings.default_level = match presets.default_level {
            x_policy::Level::Hard => settings::Level::Hard,
            x_policy::Level::Soft => settings::Level::Soft,
        };
        settings.mode = match document.mode {
            x_policy::Mode::Standard => settings::Mode::Standard,
            x_policy::Mode::Strict => settings::Mode::Strict,
            x_policy::Mode::Custom => settings::Mode::Custom,
        };
        settings.fail_fast = document.fail_fast;
        settings.branching = Some(Branching {
            deny: presets.branching.mode == BranchingMode::Deny,
            tags: presets.branching.tags.iter().cloned().collect(),
            producers: presets.branching.producers.iter().cloned().collect(),
            consumers: presets.branching.consumers.iter().cloned().collect(),
        });
    }
    if let Some(allow) = options.default_allow {
        settings.default_allow = allow;
    }
    match options.default_level {
        Some(Level::Soft) => settings.default_level = settings::Level::Soft,
        Some(Level::Hard) => settings.default_level = settings::Level::Hard,
        None => {}
    }
    match options.mode {
        Some(Mode::Standard) => settings.mode = settings::Mode::Standard,
        Some(Mode::Strict) => settings.mode = settings::Mode::Strict,
        Some(Mode::Custom) => settings.mode = settings::Mode::Custom,
        None => {}
    }
    settings
}
