//! Texts as pending calls: refused, or a call that is written as it was read, and finished once.
//!
//! The first byte says what the rest is: a text as it stands, or changes to that of a call that waits. The second byte names
//! the policy, the third the call. Limits on metadata are tight, and a text that is over one of them must be refused:
//! once a call was taken in, finishing it must not fail for what its text says, as that blocks the session.

use super::changes;
use super::running::{BASES, expect_no_trap, moved};
use sqrt_vm::call::Returned;
use sqrt_vm::engine::PendingCall;
use sqrt_vm::json::{Line, read_line};
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::{Arena, Value};
use std::sync::LazyLock;

/// The limits that a text can pass by itself.
const OF_THE_TEXT: [(&str, usize); 3] = [("tag_bytes", 16), ("tags_per_set", 6), ("value_depth", 4)];

/// The policies under tight limits.
static POLICIES: LazyLock<Vec<Policy>> = LazyLock::new(|| {
    let mut limits = Limits::default();
    for (name, value) in OF_THE_TEXT {
        limits.set(name, value).unwrap_or_else(|error| panic!("{error}"));
    }
    BASES.iter().map(|base| base.under(limits)).collect()
});

pub(super) fn run(bytes: &[u8]) {
    let [kind, which, call, rest @ ..] = bytes else { return };
    let which = usize::from(*which) % BASES.len();
    let (policy, lines) = (&POLICIES[which], &BASES[which].lines);
    if lines.is_empty() {
        return;
    }
    let line = &lines[usize::from(*call) % lines.len()];
    let arena = Arena::new();
    let Ok(Line::Call(line)) = read_line(line.as_bytes(), &arena, policy.limits()) else { return };
    let (mut session, mut scratch) = (Session::new(policy), Scratch::new(policy));
    let checked = policy.check(&mut session, &line.call, &mut scratch);
    let Some(pending) = checked.into_pending() else { return };
    let text = if kind % 4 == 0 {
        rest.to_vec()
    } else {
        let mut text = pending.export(policy).map_or_else(|error| panic!("{error}"), String::into_bytes);
        changes::apply(&mut text, rest);
        text
    };
    let Ok(text) = String::from_utf8(text) else { return };
    finish(policy, session, &text, &mut scratch);
}

fn finish(policy: &Policy, mut session: Session, text: &str, scratch: &mut Scratch) {
    let arena = Arena::new();
    let Ok(pending) = PendingCall::import(policy, text, &arena) else { return };
    let written = pending.export(policy).unwrap_or_else(|error| panic!("it was read: {error}"));
    let (again, before) = (Arena::new(), session.export());
    let read =
        PendingCall::import(policy, &written, &again).unwrap_or_else(|error| panic!("{error}\n{written}"));
    assert_eq!(read.export(policy).as_deref(), Ok(&*written));
    let twice = pending.clone();
    match policy.finish(&mut session, pending, &Returned::new(Value::Null), scratch) {
        Ok(()) => {
            let after = moved(policy, &session).export();
            assert!(policy.finish(&mut session, twice, &Returned::new(Value::Null), scratch).is_err());
            assert_eq!(session.export(), after, "a call is finished once");
        }
        Err(failure) => {
            expect_no_trap(&failure);
            if session.is_blocked() {
                let limit = failure.limit().map(|limit| limit.name());
                let of_the_text = OF_THE_TEXT.iter().any(|(name, _)| Some(*name) == limit);
                assert!(!of_the_text, "this should have been refused: {failure}\n{text}");
                session.unblock();
            }
            // All that may be gone is that the call waits.
            assert!(session.export() == before || moved(policy, &session).pending_calls() == 0);
        }
    }
}
