//! The engine as a host uses it: policy files are compiled, and lines are answered by the VM.
//!
//! Invariant: everything goes through the public interfaces of compiler and VM, the way `sqrt eval` goes.

use crate::corpus::{Level, Mode, Options, PolicyFile};
use crate::explained::{evidence_inconsistency, inconsistency, metadata_inconsistency};
use crate::resolved::{Resolved, check_branch_resolved};
use sqrt_compiler::x_policy::XPolicy;
use sqrt_compiler::{Passes, Source, compile};
use sqrt_vm::bytecode::VerifiedProgram;
use sqrt_vm::bytecode::settings::{self, Settings};
use sqrt_vm::engine::Decision;
use sqrt_vm::json::{
    AnswerParts, CallLine, JsonLines, Line, read_line, write_answer, write_branch_answer, write_error,
};
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::Arena;
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
    /// Whether every call is explained, and the explanation looked at.
    pub explained: bool,
    /// Whether the names of a call are resolved before it is checked, in two steps.
    pub handles: bool,
    /// Whether every call is decided by the interpreter, also where it could be told directly what comes of it.
    pub generally: bool,
}

/// A compiled policy with its sessions.
pub struct Engine {
    policy: Policy,
    two_steps: bool,
    explained: bool,
    handles: bool,
    answering: JsonLines,
    sessions: BTreeMap<Option<String>, Session>,
    lines: u64,
}

/// Compiles the files as one program. An error is the first message of the compiler.
pub fn program(files: &[PolicyFile], options: &Options, setup: Setup) -> Result<VerifiedProgram, String> {
    let document = options.x_policy.as_ref().map(|document| XPolicy::read(document.to_string().as_bytes()));
    let document = document.transpose().map_err(|error| error.to_string())?;
    let sources: Vec<_> = files.iter().map(|file| Source { name: &file.name, bytes: &file.bytes }).collect();
    let mut asked = document.as_ref().map(XPolicy::options).unwrap_or_default();
    asked.passes = setup.passes;
    apply(options, &mut asked.settings);
    asked.settings.fail_fast &= !setup.every_rule;
    let compiled = match &document {
        Some(document) => document.compile_with(&sources, &asked),
        None => compile(&sources, &asked),
    };
    let mut errors = compiled.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    let message = || errors.next().map_or("no program", |error| &error.message).to_owned();
    compiled.program.ok_or_else(message)
}

/// Compiles the files as one policy. An error is the first message of the compiler.
pub fn policy(files: &[PolicyFile], options: &Options, setup: Setup) -> Result<Policy, String> {
    let program = program(files, options, setup)?;
    let policy = if setup.image {
        let load = if setup.explained { Policy::load_with_explanations } else { Policy::load };
        load(&program.to_image(), Limits::default())
    } else {
        Policy::new(program, Limits::default())
    };
    policy.map_err(|error| error.to_string())
}

impl Engine {
    /// Compiles the files as one policy. An error is the first message of the compiler.
    pub fn new(files: &[PolicyFile], options: &Options, setup: Setup) -> Result<Engine, String> {
        let policy = policy(files, options, setup)?;
        let Setup { two_steps, explained, handles, .. } = setup;
        let mut engine = Engine { two_steps, explained, handles, ..Engine::of(policy) };
        engine.explain(setup.explained);
        engine.answering.scratch_mut().decide_generally(setup.generally);
        Ok(engine)
    }

    /// An engine with this policy.
    pub fn of(policy: Policy) -> Engine {
        let answering = JsonLines::new(&policy);
        let sessions = BTreeMap::new();
        Engine { policy, two_steps: false, explained: false, handles: false, answering, sessions, lines: 0 }
    }

    /// Switches explaining on or off. It changes no answer; that each is explained is checked if the engine was set up for it.
    pub fn explain(&mut self, on: bool) {
        self.answering.scratch_mut().explain(&self.policy, on);
    }

    /// Whether the last call was decided directly, and whether what came after it was done so.
    pub fn told_directly(&self) -> (bool, bool) {
        self.answering.scratch().told_directly()
    }

    /// Whether what comes after a call was done for the last one.
    pub fn has_result(&self) -> bool {
        self.answering.scratch().result_metadata().is_some()
    }

    /// The line that answers a line.
    pub fn answer(&mut self, line: &str) -> String {
        self.lines += 1;
        let mut out = String::new();
        let answered = if self.two_steps || self.handles {
            self.in_two_steps(line, &mut out)
        } else {
            self.at_once(line, &mut out)
        };
        if let Err(message) = answered {
            assert_no_fault(&message);
            write_error(&mut out, &message, self.lines);
        }
        out.trim_end_matches('\n').to_owned()
    }

    fn at_once(&mut self, line: &str, out: &mut String) -> Result<(), String> {
        let Engine { policy, answering, sessions, explained, .. } = self;
        let name = explained.then(|| session_name(line, policy)).flatten();
        let before =
            name.as_ref().map(|name| sessions.get(name).cloned().unwrap_or_else(|| Session::new(policy)));
        let answered = answering.answer(
            policy,
            line.as_bytes(),
            |name| Ok(sessions.entry(name.map(str::to_owned)).or_insert_with(|| Session::new(policy))),
            out,
        );
        answered.map_err(|error| error.to_string())?;
        let (Some(name), Some(before)) = (name, before) else { return Ok(()) };
        let (scratch, session) = (answering.scratch(), sessions.get(&name).unwrap_or(&before));
        let problem = inconsistency(policy, scratch)
            .or_else(|| metadata_inconsistency(policy, scratch, &before, session))
            .or_else(|| evidence_inconsistency(policy, scratch));
        match problem {
            Some(message) => Err(format!("the explanation does not hang together: {message}")),
            None => Ok(()),
        }
    }

    fn in_two_steps(&mut self, line: &str, out: &mut String) -> Result<(), String> {
        let arena = Arena::new();
        match read_line(line.as_bytes(), &arena, self.policy.limits()).map_err(|error| error.to_string())? {
            Line::Branch(question) => {
                let outcome = if self.handles {
                    check_branch_resolved(&self.policy, &question.metadata)
                } else {
                    self.policy.check_branch(&question.metadata)
                };
                write_branch_answer(out, question.session, outcome.name());
                Ok(())
            }
            Line::Call(call) if self.handles => {
                let resolved = Resolved::new(&self.policy, &call);
                resolved.with(&call, |call| self.decide(call, out))
            }
            Line::Call(call) => self.decide(&call, out),
        }
    }

    fn decide(&mut self, line: &CallLine<'_>, out: &mut String) -> Result<(), String> {
        let Engine { policy, answering, sessions, .. } = self;
        let scratch = answering.scratch_mut();
        let known = sessions.entry(line.session.map(str::to_owned)).or_insert_with(|| Session::new(policy));
        // What fails changes no session (S6.11), so the line works on a copy.
        let mut session = known.clone();
        if let Some(value) = line.session_value {
            session.set_value(value, policy.limits()).map_err(|error| error.to_string())?;
        }
        let checked = policy.check(&mut session, &line.call, scratch);
        let decision = checked.decision().clone();
        if let (Some(pending), Some(returned)) = (checked.into_pending(), &line.returned) {
            policy.finish(&mut session, pending, returned, scratch).map_err(|error| error.to_string())?;
        }
        if let Some(failure) = decision.failure() {
            return Err(failure.to_string());
        }
        *known = session;
        write_decision(out, line, &decision, known, (policy, scratch));
        Ok(())
    }
}

/// The name of the session of a line that is a call.
fn session_name(line: &str, policy: &Policy) -> Option<Option<String>> {
    match read_line(line.as_bytes(), &Arena::new(), policy.limits()) {
        Ok(Line::Call(call)) => Some(call.session.map(str::to_owned)),
        _ => None,
    }
}

/// Whatever the policy and the call, the engine itself is never at fault.
pub fn assert_no_fault(message: &str) {
    assert!(!message.contains("internal error: "), "{message}");
}

/// Writes the answer to a call whose phases are over: `session` and `scratch` are as they left them.
pub fn write_decision(
    out: &mut String,
    line: &CallLine<'_>,
    decision: &Decision,
    session: &Session,
    (policy, scratch): (&Policy, &Scratch),
) {
    let answer = AnswerParts::new(line.session, line.call.tool(), decision, policy, session, scratch);
    write_answer(out, &answer, &mut Vec::new());
}

/// Puts what the options say in the place of what was there (S8).
fn apply(options: &Options, settings: &mut Settings) {
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
}
