//! The engine of hosts that keep nothing in memory: sessions and pending calls are text between any two steps, each step is
//! taken by another process, and the policy is replaced by another one and put back while a call is pending.
//!
//! There are two policies, one compiled with a file more that no call is about: its ids of tags and arguments are different,
//! and it names tags that the other one does not. Each runs in two processes. Invariant: whatever a text says comes back the
//! same when it is read and written again.

use crate::corpus::{Options, PolicyFile};
use crate::engine::{assert_no_fault, policy, write_decision};
use crate::implementations::USUAL;
use sqrt_vm::call::Returned;
use sqrt_vm::engine::{Decision, FailureKind, PendingCall};
use sqrt_vm::json::{CallLine, Line, read_line, write_branch_answer, write_error};
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::Arena;
use std::collections::BTreeMap;

/// A block that is about no tool of any test, with tags and arguments that calls of the tests have.
const UNUSED: &str = r#"
    tool "a tool of no test" {
        should deny when @args.tags overlaps {"unused", "x", "y", "é", "pii:x", "a", "stored", "internal", "s"};
        session before { when elsewhere.value == body.value or y.value == to.value { @tags |= {"secret", "b"}; } }
        result { when x.value == url.value { @consumers &= {"z", "corp", "c"}; } }
    }
"#;

/// The policy in four processes, and the sessions in a store.
pub struct Moving {
    /// Two processes of one policy, then two of the other.
    processes: [Process; 4],
    sessions: BTreeMap<Option<String>, String>,
    lines: usize,
}

/// A process that serves a policy.
struct Process {
    policy: Policy,
    scratch: Scratch,
}

impl Moving {
    /// Compiles the files as one policy, twice. An error is the first message of the compiler.
    pub fn new(files: &[PolicyFile], options: &Options) -> Result<Moving, String> {
        let unused = PolicyFile { name: "unused.sqrt".to_owned(), bytes: UNUSED.into() };
        let more: Vec<PolicyFile> = [&[unused], files].concat();
        let process = |files: &[PolicyFile], image| {
            let policy = policy(files, options, crate::engine::Setup { image, ..USUAL })?;
            Ok::<_, String>(Process { scratch: Scratch::new(&policy), policy })
        };
        let processes =
            [process(files, false)?, process(files, true)?, process(&more, false)?, process(&more, true)?];
        Ok(Moving { processes, sessions: BTreeMap::new(), lines: 0 })
    }

    /// The line that answers a line.
    pub fn answer(&mut self, line: &str) -> String {
        // Each call is checked by another process than the one before.
        self.processes.rotate_left(1);
        self.lines += 1;
        let (arena, number) = (Arena::new(), self.lines as u64);
        let mut out = String::new();
        let policy = &self.processes[0].policy;
        match read_line(line.as_bytes(), &arena, policy.limits()) {
            Err(error) => write_error(&mut out, &error.to_string(), number),
            Ok(Line::Branch(question)) => {
                let outcome = policy.check_branch(&question.metadata);
                write_branch_answer(&mut out, question.session, outcome.name());
            }
            Ok(Line::Call(call)) => {
                if let Err(message) = self.decide(&call, &mut out) {
                    assert_no_fault(&message);
                    write_error(&mut out, &message, number);
                }
            }
        }
        out.trim_end_matches('\n').to_owned()
    }

    fn decide(&mut self, line: &CallLine<'_>, out: &mut String) -> Result<(), String> {
        let [checker, others @ ..] = &mut self.processes;
        let Process { policy, scratch } = checker;
        let id = line.session.map(str::to_owned);
        let new = || Session::new(policy).named(line.session.unwrap_or("implicit"), policy.limits());
        let stored = match self.sessions.get(&id) {
            Some(stored) => stored.clone(),
            None => new().map_err(|error| error.to_string())?.export(),
        };
        let mut session = rebound(policy, &stored);
        if let Some(value) = line.session_value {
            session.set_value(value, policy.limits()).map_err(|error| error.to_string())?;
            session = imported(policy, &session.export());
        }
        let checked = policy.check(&mut session, &line.call, scratch);
        let decision = checked.decision().clone();
        if let Some(failure) = decision.failure() {
            return Err(failure.to_string());
        }
        let Some(pending) = checked.into_pending() else {
            write_decision(out, line, &decision, &session, (policy, scratch));
            self.sessions.insert(id, session.export());
            return Ok(());
        };
        let pending = pending.export(policy).map_err(|error| error.to_string())?;
        let mut session = session.export();
        match &line.returned {
            None => write_decision(out, line, &decision, &imported(policy, &session), (policy, scratch)),
            Some(returned) => {
                let answered = Answered { line, decision, returned };
                finish_elsewhere(&answered, policy, others, &pending, &mut session, out)?;
            }
        }
        self.sessions.insert(id, session);
        Ok(())
    }
}

/// A call that was allowed and made.
struct Answered<'a> {
    line: &'a CallLine<'a>,
    decision: Decision,
    returned: &'a Returned<'a>,
}

/// Finishes a call in the other process of the policy that allowed it, after the session has been elsewhere.
fn finish_elsewhere(
    call: &Answered<'_>,
    checker: &Policy,
    others: &mut [Process],
    pending: &str,
    session: &mut String,
    out: &mut String,
) -> Result<(), String> {
    for other in others.iter_mut().filter(|other| other.policy.id() != checker.id()) {
        let mut moved = rebound(&other.policy, session);
        let error = PendingCall::import(&other.policy, pending, &Arena::new()).map(drop).unwrap_err();
        assert_eq!(error.policy(), Some(checker.id()));
        assert!(Session::import(&other.policy, session).is_err_and(|error| error.policy().is_some()));
        moved.rebind(checker).unwrap_or_else(|error| panic!("back to where it was: {error}"));
        assert_eq!(moved.export(), *session);
    }
    let finisher = others.iter_mut().find(|other| other.policy.id() == checker.id());
    let Process { policy, scratch } = finisher.unwrap_or_else(|| panic!("each policy has two processes"));
    let arena = Arena::new();
    let mut state = imported(policy, session);
    let waiting = state.pending_calls();
    let call_again = PendingCall::import(policy, pending, &arena).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(call_again.export(policy).as_deref(), Ok(pending));
    let finished = policy.finish(&mut state, call_again.clone(), call.returned, scratch);
    assert_eq!((state.pending_calls(), state.is_blocked()), (waiting - 1, finished.is_err()));
    finished.map_err(|error| error.to_string())?;
    write_decision(out, call.line, &call.decision, &state, (policy, scratch));
    *session = state.export();
    let twice = policy.finish(&mut state, call_again, call.returned, scratch);
    assert!(twice.is_err_and(|error| error.kind() == FailureKind::NotPending));
    assert_eq!(state.export(), *session);
    Ok(())
}

/// A session from its text, which it gives back.
fn imported(policy: &Policy, text: &str) -> Session {
    let session = Session::import(policy, text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(session.export(), text);
    session
}

/// A session from its text under any policy.
fn rebound(policy: &Policy, text: &str) -> Session {
    let session = Session::import_rebound(policy, text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(imported(policy, &session.export()).policy(), policy.id());
    session
}
