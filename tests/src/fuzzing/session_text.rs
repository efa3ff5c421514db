//! Texts as sessions: refused, or a session that is written as it was read, serves calls, and moves to another policy and back.
//!
//! The first byte says what the rest is: a text as it stands, or changes to that of a session that some calls have been in.
//! The second byte names the policy, the third how many calls.

use super::changes;
use super::running::{BASES, exercise, expect_no_trap, moved};
use sqrt_vm::json::{Line, read_line};
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::Arena;

pub(super) fn run(bytes: &[u8]) {
    let [kind, which, calls, rest @ ..] = bytes else { return };
    let which = usize::from(*which) % BASES.len();
    let base = &BASES[which];
    let calls = usize::from(*calls) % (base.lines.len() + 1);
    let text = if kind % 4 == 0 {
        rest.to_vec()
    } else {
        let mut text = used(&base.policy, &base.lines[..calls]).export().into_bytes();
        changes::apply(&mut text, rest);
        text
    };
    let Ok(text) = String::from_utf8(text) else { return };
    let other = &BASES[(which + 1) % BASES.len()].policy;
    if let Ok(session) = Session::import_rebound(other, &text) {
        moved(other, &session);
    }
    let Ok(session) = Session::import(&base.policy, &text) else { return };
    moved(&base.policy, &session);
    let mut elsewhere = session.clone();
    elsewhere.rebind(other).unwrap_or_else(|error| panic!("the limits are the same: {error}"));
    moved(other, &elsewhere);
    elsewhere.rebind(&base.policy).unwrap_or_else(|error| panic!("the limits are the same: {error}"));
    assert_eq!(elsewhere.export(), session.export(), "there and back");
    exercise(&base.policy, &base.lines, session);
}

/// A session that some calls have been in; not all of them are finished.
fn used(policy: &Policy, lines: &[String]) -> Session {
    let named = Session::new(policy).named("s", policy.limits());
    let (mut session, mut scratch) = (named.unwrap_or_else(|error| panic!("{error}")), Scratch::new(policy));
    for (index, line) in lines.iter().enumerate() {
        let arena = Arena::new();
        let Ok(Line::Call(call)) = read_line(line.as_bytes(), &arena, policy.limits()) else { continue };
        if let Some(value) = call.session_value {
            let _ = session.set_value(value, policy.limits());
        }
        let checked = policy.check(&mut session, &call.call, &mut scratch);
        if let (Some(pending), Some(returned), 0..2) = (checked.into_pending(), &call.returned, index % 3)
            && let Err(failure) = policy.finish(&mut session, pending, returned, &mut scratch)
        {
            expect_no_trap(&failure);
        }
    }
    session
}
