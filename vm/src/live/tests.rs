//! What is kept in memory, and what may go to another thread. `tests/tests/live.rs` has the behaviour.

use std::sync::Arc;

use super::{Hold, LivePolicy, Sessions};
use crate::bytecode::settings::Settings;
use crate::call::{Call, Returned};
use crate::engine::{Decision, FailureKind, PendingCall};
use crate::limits::Limits;
use crate::metadata::Session;
use crate::policy::Policy;
use crate::scratch::Scratch;
use crate::testing::{Assembler, limited_policy, policy};
use crate::value::Value;

/// A policy that allows everything; the name makes it another one.
fn version(name: &str) -> Policy {
    let mut asm = Assembler::new();
    asm.tag(name);
    policy(asm.program, Settings::default())
}

#[test]
fn what_threads_share_and_send() {
    fn shared<T: Send + Sync>() {}
    shared::<Policy>();
    shared::<LivePolicy>();
    shared::<Hold>();
    shared::<Sessions>();
    shared::<Session>();
    shared::<Call<'static>>();
    shared::<Returned<'static>>();
    shared::<PendingCall<'static>>();
    shared::<Decision>();
    fn sent<T: Send>() {}
    sent::<Scratch>();
}

#[test]
fn no_session_keeps_the_program_of_a_replaced_policy() {
    let (first, again) = (version("one"), version("one"));
    let programs = [&first, &again].map(|policy| Arc::downgrade(policy.verified_program()));
    let (sessions, mut scratch) = (Sessions::new(LivePolicy::new(first)), Scratch::new(&again));
    sessions.with("s", &mut scratch, |policy, _, scratch| assert!(scratch.belongs_to(policy))).unwrap();
    // One of the same id is the same policy, and another program in memory.
    drop(sessions.replace(again));
    assert_eq!(programs.each_ref().map(|program| program.upgrade().is_some()), [false, true]);
    drop(sessions.replace(version("two")));
    assert_eq!(programs.each_ref().map(|program| program.upgrade().is_some()), [false, false]);
}

#[test]
fn a_scratch_fits_the_policy_it_is_given() {
    let (one, other) = (version("one"), version("one"));
    let mut scratch = Scratch::new(&one);
    scratch.explain(&one, true);
    scratch.fit(&other);
    assert_eq!((scratch.belongs_to(&one), scratch.belongs_to(&other), scratch.explains), (false, true, true));
    let call = Call::new("t", &[]);
    let mut session = Session::new(&one);
    let refused = one.check(&mut session, &call, &mut scratch);
    assert_eq!(
        refused.decision().failure().map(|failure| failure.kind()),
        Some(FailureKind::ScratchOfOtherPolicy)
    );
    assert!(other.check(&mut session, &call, &mut scratch).into_pending().is_some());
}

/// Opens a session with a call that is pending, under a policy that is then replaced so many times, each time with another call
/// pending; says whether its call can be finished.
fn finished_after(replacements: usize, earlier_policies: usize) -> Option<FailureKind> {
    let limited = |index: usize| {
        let mut asm = Assembler::new();
        asm.tag(&index.to_string());
        limited_policy(asm.program, Limits { earlier_policies, ..Limits::default() })
    };
    let first = limited(0);
    let mut scratch = Scratch::new(&first);
    let sessions = Sessions::new(LivePolicy::new(first));
    let call = Call::new("t", &[]);
    let mut check = |name: &str| {
        let checked = sessions.with(name, &mut scratch, |policy, session, scratch| {
            policy.check(session, &call, scratch).into_pending()
        });
        checked.unwrap().unwrap()
    };
    let pending = check("s");
    for index in 1..=replacements {
        check(&index.to_string());
        sessions.replace(limited(index));
        assert!(sessions.policy().earlier_versions() <= earlier_policies);
    }
    let key = (pending.policy(), pending.id());
    let mut finish = || {
        sessions.with_pending("s", key, &mut scratch, |policy, session, scratch| {
            policy.finish(session, pending.clone(), &Returned::new(Value::Null), scratch)
        })
    };
    let failure = finish().and_then(|finished| finished).err();
    let again = finish().and_then(|finished| finished).unwrap_err();
    let blocked = sessions.with("s", &mut scratch, |_, session, _| {
        let blocked = session.is_blocked();
        session.unblock();
        blocked
    });
    let blocked = blocked.unwrap();
    assert_eq!(blocked, failure.is_some());
    let expected = if blocked { FailureKind::SessionBlocked } else { FailureKind::NotPending };
    assert_eq!(again.kind(), expected);
    if let Some(failure) = &failure {
        assert_eq!(failure.policy(), Some(key.0));
        let unblocked = sessions.with_pending("s", key, &mut scratch, |_, _, _| ()).unwrap_err();
        assert_eq!(unblocked.kind(), FailureKind::NotPending);
    }
    failure.map(|failure| failure.kind())
}

#[test]
fn as_many_replaced_policies_are_held_as_the_limit_says() {
    assert_eq!(finished_after(1, 0), Some(FailureKind::PolicyGone));
    assert_eq!((finished_after(1, 1), finished_after(2, 1)), (None, Some(FailureKind::PolicyGone)));
    assert_eq!((finished_after(3, 3), finished_after(4, 3)), (None, Some(FailureKind::PolicyGone)));
}

#[test]
fn as_many_sessions_are_there_as_the_limit_says() {
    let limits = Limits { live_sessions: 2, session_name_bytes: 3, ..Limits::default() };
    let policy = limited_policy(Assembler::new().program, limits);
    let mut scratch = Scratch::new(&policy);
    let sessions = Sessions::new(LivePolicy::new(policy));
    let mut turn =
        |name: &str| sessions.with(name, &mut scratch, |_, _, _| ()).map_err(|failure| failure.kind());
    assert_eq!(turn("long"), Err(FailureKind::SessionNotOpened));
    assert_eq!(
        (turn("a"), turn("b"), turn("c"), turn("a")),
        (Ok(()), Ok(()), Err(FailureKind::Limit), Ok(()))
    );
    assert_eq!(sessions.close("a", |_| Err("no room")), Err("no room"));
    assert_eq!(turn("c"), Err(FailureKind::Limit));
    assert_eq!(sessions.close("a", |_| Ok::<(), ()>(())), Ok(true));
    assert_eq!(sessions.close("a", |_| Ok::<(), ()>(())), Ok(false));
    assert_eq!((turn("c"), sessions.names()), (Ok(()), vec!["b".into(), "c".into()]));
}
