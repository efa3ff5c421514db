//! Policies with calls to run, and running them as hosts do: whatever comes, nothing traps, and sessions and pending calls
//! go out as text and come in again.

use crate::corpus::{Options, PolicyFile};
use crate::engine::policy;
use crate::generate::{Case, Style};
use crate::implementations::USUAL;
use sqrt_vm::bytecode::image;
use sqrt_vm::call::Returned;
use sqrt_vm::engine::{Decision, Failure, FailureKind, PendingCall};
use sqrt_vm::json::{CallLine, Line, read_line, write_trace};
use sqrt_vm::limits::{Group, Limits};
use sqrt_vm::metadata::{Session, write_metadata};
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::{Arena, Value};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// A policy with call lines.
pub(super) struct Base {
    pub(super) policy: Policy,
    pub(super) image: Vec<u8>,
    pub(super) lines: Vec<String>,
}

impl Base {
    pub(super) fn new(files: &[PolicyFile], options: &Options, lines: Vec<String>) -> Base {
        let policy = policy(files, options, USUAL).unwrap_or_else(|error| panic!("{error}"));
        Base { image: image::encode(policy.program()), policy, lines }
    }

    pub(super) fn of(case: &Case) -> Base {
        Base::new(&case.files(), &case.options, case.calls.clone())
    }

    /// The same policy under other limits.
    pub(super) fn under(&self, limits: Limits) -> Policy {
        Policy::load(&self.image, limits).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Policies of every kind: one that has most of the language, the examples, and a few that are generated.
pub(super) static BASES: LazyLock<Vec<Base>> = LazyLock::new(|| {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![tests.join("data/images/v1")];
    let examples = fs::read_dir(tests.join("../examples")).into_iter().flatten().flatten();
    let mut examples: Vec<_> = examples.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    examples.sort();
    folders.extend(examples);
    let read = |path: &Path, name| fs::read_to_string(path.join(name)).ok();
    let of_folder = |path: &Path| {
        let bytes = read(path, "policy.sqrt").unwrap_or_default().into_bytes();
        let x_policy = read(path, "x-policy.json").and_then(|text| serde_json::from_str(&text).ok());
        let lines = read(path, "calls.jsonl").unwrap_or_default();
        let file = PolicyFile { name: "policy.sqrt".to_owned(), bytes };
        let lines = lines.lines().map(str::to_owned).collect();
        Base::new(&[file], &Options { x_policy, ..Options::default() }, lines)
    };
    let generated = (0..8).map(|seed| Base::of(&Case::generate(seed, Style::ALL, 6)));
    folders.iter().map(|path| of_folder(path)).chain(generated).collect()
});

/// Limits on calls and sessions that are passed all the time, or not at all.
pub(super) fn tight_limits(random: &mut crate::generate::Random) -> Limits {
    let mut limits = Limits::default();
    let names =
        limits.table().filter(|row| row.settable && matches!(row.group, Group::Calls | Group::Sessions));
    for row in names {
        let value = [0, 1, 2, 3, 5, 8, 20, 100][random.below(8)];
        if random.percent(30) {
            limits.set(row.name, value).unwrap_or_else(|error| panic!("{error}"));
        }
    }
    limits
}

/// A failure is one of those that a host is told of, never one of the engine itself.
pub(super) fn expect_no_trap(failure: &Failure) {
    let used_up = failure.to_string().contains("no more ids");
    assert!(failure.kind() != FailureKind::Internal || used_up, "{failure}");
}

/// Gives the call lines of `lines` to `each`, and asks about branches; lines that are not valid are passed over.
pub(super) fn each_call(policy: &Policy, lines: &[String], mut each: impl FnMut(&CallLine<'_>)) {
    for line in lines {
        match read_line(line.as_bytes(), &Arena::new(), policy.limits()) {
            Ok(Line::Call(call)) => each(&call),
            Ok(Line::Branch(question)) => {
                let _ = policy.check_branch(&question.metadata);
            }
            Err(_) => {}
        }
    }
}

/// What came of lines.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Outcomes {
    /// The decision on each call, and the metadata that it left.
    pub(super) decisions: Vec<String>,
    /// The explanations of all calls.
    pub(super) traces: String,
}

/// Runs the lines in one session, with sessions and pending calls as text between any two steps, and says what came of them.
///
/// # Panics
/// If the engine fails by itself, or a text that it wrote is not read as the same.
pub(super) fn exercise(policy: &Policy, lines: &[String], mut session: Session) -> Outcomes {
    let mut scratch = Scratch::new(policy);
    let explained = policy.program().explanations.are_there();
    scratch.explain(policy, explained);
    let mut outcomes = Outcomes::default();
    each_call(policy, lines, |line| {
        if let Some(value) = line.session_value {
            let _ = session.set_value(value, policy.limits());
        }
        let before = session.export();
        let checked = policy.check(&mut session, &line.call, &mut scratch);
        let mut outcome = said(policy, checked.decision(), &session, &scratch);
        if let Some(failure) = checked.decision().failure() {
            expect_no_trap(failure);
            assert_eq!(session.export(), before, "{failure}");
        }
        if explained {
            write_trace(&mut outcomes.traces, policy, &scratch);
        }
        session = moved(policy, &session);
        if let Some(pending) = checked.into_pending() {
            let text = pending.export(policy).unwrap_or_else(|error| panic!("{error}"));
            finish(policy, &mut session, &text, line.returned.as_ref(), &mut scratch, &mut outcome);
            session = moved(policy, &session);
        }
        outcomes.decisions.push(outcome);
    });
    outcomes
}

fn finish(
    policy: &Policy,
    session: &mut Session,
    text: &str,
    returned: Option<&Returned<'_>>,
    scratch: &mut Scratch,
    outcome: &mut String,
) {
    let arena = Arena::new();
    let pending = PendingCall::import(policy, text, &arena).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(pending.export(policy).as_deref(), Ok(text));
    let returned = returned.copied().unwrap_or(Returned::new(Value::Null));
    let finished = policy.finish(session, pending, &returned, scratch);
    if let Err(failure) = &finished {
        expect_no_trap(failure);
    }
    let _ = write!(outcome, "; {finished:?}{}", metadata(policy, session, scratch));
}

/// The session, out and in again.
pub(super) fn moved(policy: &Policy, session: &Session) -> Session {
    let text = session.export();
    let moved = Session::import(policy, &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(moved.export(), text);
    moved
}

/// A decision and the metadata that it left.
pub(super) fn said(policy: &Policy, decision: &Decision, session: &Session, scratch: &Scratch) -> String {
    format!("{decision:?}{}", metadata(policy, session, scratch))
}

fn metadata(policy: &Policy, session: &Session, scratch: &Scratch) -> String {
    let (mut out, tags) = (String::new(), scratch.tags(policy, session));
    for metadata in [Some(session.metadata()), scratch.result_metadata()].into_iter().flatten() {
        out.push_str("; ");
        write_metadata(&mut out, metadata, &tags, &mut Vec::new());
    }
    out
}
