//! What the ways in which something can come in have in common: policies, calls and sessions of a size, and whether they are taken.

use sqrt_compiler::{Compiled, Options, Source, compile};
use sqrt_vm::call::{Argument, Call, Returned};
use sqrt_vm::decision::{Basis, Outcome};
use sqrt_vm::engine::{Decision, PendingCall};
use sqrt_vm::json::JsonLines;
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::{Arena, Value};

/// Moves a session that has grown under the usual limits to a policy with others, both ways: by its text, and itself.
pub(crate) fn moved(
    limits: &Limits,
    source: &str,
    grow: impl Fn(&mut Session, &Policy),
) -> Result<(), String> {
    let (wide, narrow) = (policy(&Limits::default(), source)?, policy(limits, source)?);
    let mut session = Session::new(&wide);
    grow(&mut session, &wide);
    let text = session.export();
    let imported = Session::import(&narrow, &text).map(drop).map_err(|error| error.to_string());
    let rebound = session.rebind(&narrow).map_err(|error| error.to_string());
    assert_eq!(imported.is_ok(), rebound.is_ok(), "{imported:?} {rebound:?}");
    assert_eq!(session.export(), text, "the session stays as it is");
    imported.and(rebound)
}

/// A policy that can read the argument `late` when a call is finished.
pub(crate) const POLICY: &str = r#"tool "t" { must deny when a.value in {"never"}; result { when late.value in {"x"} { @tags |= {"y"}; } } }"#;

pub(crate) fn options(limits: &Limits) -> Options {
    Options { limits: *limits, ..Options::default() }
}

pub(crate) fn rule(condition: &str) -> String {
    format!("tool \"t\" {{ must deny when {condition}; }}")
}

pub(crate) fn errors(compiled: &Compiled) -> Result<(), String> {
    let error = compiled.diagnostics.iter().find(|diagnostic| diagnostic.is_error());
    error.map_or(Ok(()), |error| Err(format!("{} {:?}", error.message, error.help)))
}

pub(crate) fn compiled(limits: &Limits, source: &str) -> Result<(), String> {
    errors(&compile(&[Source { name: "t", bytes: source.as_bytes() }], &options(limits)))
}

/// The note that there are more problems than are told.
pub(crate) fn too_many_problems(limits: &Limits, source: &str) -> Result<(), String> {
    let compiled = compile(&[Source { name: "t", bytes: source.as_bytes() }], &options(limits));
    let note = compiled.diagnostics.iter().find(|diagnostic| diagnostic.code.as_str() == "E0703");
    note.map_or(Ok(()), |note| Err(format!("{} {:?}", note.message, note.help)))
}

pub(crate) fn image(source: &str) -> Vec<u8> {
    let compiled = compile(&[Source { name: "t", bytes: source.as_bytes() }], &Options::default());
    compiled.program.expect("a policy without errors").to_image()
}

pub(crate) fn policy(limits: &Limits, source: &str) -> Result<Policy, String> {
    Policy::load(&image(source), *limits).map_err(|error| error.to_string())
}

pub(crate) fn loaded(limits: &Limits, source: &str) -> Result<(), String> {
    policy(limits, source).map(drop)
}

pub(crate) fn text(bytes: usize) -> String {
    "x".repeat(bytes)
}

pub(crate) fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("t{at}")).collect()
}

/// So many strings, as a set literal lists them.
pub(crate) fn list(count: usize) -> String {
    numbered(count).iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

pub(crate) fn json(strings: &[String]) -> String {
    serde_json::to_string(strings).unwrap()
}

pub(crate) fn brackets(levels: usize) -> String {
    format!("{}1{}", "[".repeat(levels), "]".repeat(levels))
}

pub(crate) fn nested(levels: usize, arena: &Arena) -> Value<'static> {
    let _ = arena;
    (0..levels).fold(Value::Null, |value, _| Value::List(Vec::leak(vec![value])))
}

pub(crate) fn with_args(
    count: usize,
    then: impl Fn(&[Argument<'_>]) -> Result<(), String>,
) -> Result<(), String> {
    let names = numbered(count);
    then(&names.iter().map(|name| Argument::new(name, Value::Null)).collect::<Vec<_>>())
}

/// A failed decision as an error: it is a deny, and no phase has taken effect.
pub(crate) fn decided(decision: &Decision, before: &str, session: &Session) -> Result<(), String> {
    let Some(failure) = decision.failure() else { return Ok(()) };
    assert_eq!((decision.outcome(), decision.basis()), (Outcome::Deny, Basis::Error));
    assert_eq!(session.export(), before, "nothing takes effect");
    assert!(failure.limit().is_some_and(|limit| failure.to_string().contains(limit.name())), "{failure}");
    Err(failure.to_string())
}

pub(crate) fn asked(limits: &Limits, args: &[Argument<'_>]) -> Result<(), String> {
    asked_call(limits, &Call::new("t", args))
}

/// Asks about a call, at once and in two steps, which agree.
pub(crate) fn asked_call(limits: &Limits, call: &Call<'_>) -> Result<(), String> {
    let policy = policy(limits, POLICY)?;
    let (mut session, mut scratch) = (Session::new(&policy), Scratch::new(&policy));
    let before = session.export();
    let evaluated = decided(&policy.evaluate(&mut session, call, None, &mut scratch), &before, &session);
    let checked = decided(policy.check(&mut session, call, &mut scratch).decision(), &before, &session);
    assert_eq!(evaluated, checked);
    checked
}

/// A call that returns something, at once and in two steps, which agree.
pub(crate) fn returned(limits: &Limits, returned: &Returned<'_>) -> Result<(), String> {
    let policy = policy(limits, POLICY)?;
    let (mut session, mut scratch) = (Session::new(&policy), Scratch::new(&policy));
    let (before, call) = (session.export(), Call::new("t", &[]));
    let evaluated =
        decided(&policy.evaluate(&mut session, &call, Some(returned), &mut scratch), &before, &session);
    let pending = policy.check(&mut session, &call, &mut scratch).into_pending().unwrap();
    let finished =
        policy.finish(&mut session, pending, returned, &mut scratch).map_err(|error| error.to_string());
    assert_eq!((&evaluated, session.is_blocked()), (&finished, finished.is_err()));
    finished
}

pub(crate) fn answered(limits: &Limits, line: &str) -> Result<(), String> {
    answered_by(limits, POLICY, line)
}

pub(crate) fn answered_by(limits: &Limits, source: &str, line: &str) -> Result<(), String> {
    let policy = policy(limits, source)?;
    let (mut session, mut out) = (Session::new(&policy), String::new());
    let before = session.export();
    let answer = JsonLines::new(&policy).answer(&policy, line.as_bytes(), |_| Ok(&mut session), &mut out);
    answer.map_err(|error| {
        assert_eq!((session.export(), out.as_str()), (before, ""), "nothing takes effect");
        assert!(error.limit().is_some_and(|limit| error.to_string().contains(limit.name())), "{error}");
        error.to_string()
    })
}

/// A line with this inside, about the tool `t`.
pub(crate) fn worked(limits: &Limits, source: &str, inside: &str) -> Result<(), String> {
    answered_by(limits, source, &format!(r#"{{"tool":"t",{inside}}}"#))
}

/// Takes a pending call over from its text. What is taken can be finished.
pub(crate) fn imported(limits: &Limits, args: &[Argument<'_>]) -> Result<(), String> {
    let (wide, narrow) = (policy(&Limits::default(), POLICY)?, policy(limits, POLICY)?);
    let (mut session, mut scratch) = (Session::new(&wide), Scratch::new(&wide));
    let call = Call::new("t", args);
    let pending = wide.check(&mut session, &call, &mut scratch).into_pending().unwrap();
    let (text, arena) = (pending.export(&wide).unwrap(), Arena::new());
    let pending = PendingCall::import(&narrow, &text, &arena).map_err(|error| error.to_string())?;
    let finished =
        narrow.finish(&mut session, pending, &Returned::new(Value::Null), &mut Scratch::new(&narrow));
    finished.expect("what was taken over can be finished");
    Ok(())
}
