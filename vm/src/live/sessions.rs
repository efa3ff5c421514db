//! Sessions by name, under the policy in force.
//!
//! Invariants: one thread at a time uses a session, and no call is decided in it under an older version than a call
//! before, as which one is in force is asked when nobody else can use the session. A session is of the policy in force
//! whenever a call is checked. The versions that allowed its pending calls are held as long as one of those calls is pending.

use std::fmt;
use std::sync::Arc;

use super::by_name::{ByName, Taken};
use super::policy::{Hold, LivePolicy};
use crate::bytecode::PolicyId;
use crate::engine::Failure;
use crate::metadata::Session;
use crate::policy::Policy;
use crate::scratch::Scratch;

/// How a session that is asked for and not there begins; an error says why it does not.
type Open = dyn Fn(&str, &Policy) -> Opened + Send + Sync;

/// A session that begins, or why it cannot, in words for the host.
pub type Opened = Result<Session, String>;

/// The sessions of a host by name, under a [`LivePolicy`].
///
/// Everything that is done with a session is done in a *turn*: a closure that has the session for itself, with the
/// policy in force and a scratch for it. Turns in one session come one after another, each in full; those in different
/// sessions do not wait for each other. A turn should be short, so calls are not made in it: it ends with the check, and another
/// one finishes the call. In a turn no other one may begin, nor may [`Sessions::replace`] be called: it would wait for itself.
///
/// It fails closed: if a turn panics, its session is [blocked](Session::is_blocked), as it may be half changed.
pub struct Sessions {
    policy: LivePolicy,
    sessions: ByName<Kept>,
    open: Box<Open>,
}

/// A session with the versions that its pending calls need.
#[derive(Debug)]
struct Kept {
    session: Session,
    held: Vec<Held>,
}

/// A version that allowed the pending calls from the end of the one before to `end`.
#[derive(Debug)]
struct Held {
    policy: PolicyId,
    end: u64,
    _hold: Option<Hold>,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Sessions {
    /// No sessions yet. One that is asked for begins with default metadata, under its name.
    pub fn new(policy: LivePolicy) -> Sessions {
        Sessions::opened_by(policy, |name, policy| {
            Session::new(policy).named(name, policy.limits()).map_err(|error| error.to_string())
        })
    }

    /// No sessions in memory yet: `open` brings one that is asked for, from a store perhaps ([`Session::import_rebound`]).
    /// Only those who ask for that session wait meanwhile.
    pub fn opened_by(
        policy: LivePolicy,
        open: impl Fn(&str, &Policy) -> Opened + Send + Sync + 'static,
    ) -> Sessions {
        Sessions { policy, sessions: ByName::new(), open: Box::new(open) }
    }

    /// The policy in force.
    pub fn policy(&self) -> &LivePolicy {
        &self.policy
    }

    /// The names of the sessions that are there, in order.
    pub fn names(&self) -> Vec<Box<str>> {
        self.sessions.names()
    }

    /// A turn in the session of this name: `turn` gets the policy in force, the session, which belongs to it, and `scratch`,
    /// which is made [to fit](Scratch::fit).
    ///
    /// # Errors
    /// No turn takes place, and a call that was to be checked is denied: if the session is over a limit of the policy in force
    /// and cannot move there (it stays as it is), if there are `live_sessions` already, or the host did not bring this one.
    pub fn with<R>(
        &self,
        name: &str,
        scratch: &mut Scratch,
        turn: impl FnOnce(&Arc<Policy>, &mut Session, &mut Scratch) -> R,
    ) -> Result<R, Failure> {
        self.taken(name, |kept| {
            let policy = self.policy.current();
            kept.session.bind(&policy)?;
            scratch.fit(&policy);
            let result = turn(&policy, &mut kept.session, scratch);
            kept.hold(&self.policy, &policy);
            Ok(result)
        })
    }

    /// A turn to finish the pending call with the id `call`, which `policy` allowed: as [`Sessions::with`], under that
    /// policy. The session moves there and back.
    ///
    /// # Errors
    /// No turn takes place, and the result of the call has to be withheld. If `policy` was given up, the session is blocked, unless the
    /// call is not pending.
    pub fn with_pending<R>(
        &self,
        name: &str,
        (policy, call): (PolicyId, u64),
        scratch: &mut Scratch,
        turn: impl FnOnce(&Arc<Policy>, &mut Session, &mut Scratch) -> R,
    ) -> Result<R, Failure> {
        self.taken(name, |kept| {
            let Some(version) = self.policy.version(policy) else { return Err(kept.give_up(policy, call)) };
            kept.session.bind(&version)?;
            scratch.fit(&version);
            let result = turn(&version, &mut kept.session, scratch);
            kept.hold(&self.policy, &version);
            // If it is over a limit there, the next turn says so.
            let _ = kept.session.bind(&self.policy.current());
            Ok(result)
        })
    }

    /// Puts another policy in force, as [`LivePolicy::replace`] does, and moves all sessions there. Those that are
    /// over a limit of it stay, keep the old program in memory, and deny every call.
    pub fn replace(&self, policy: impl Into<Arc<Policy>>) -> Arc<Policy> {
        let before = self.policy.replace(policy);
        self.sessions.each(|taken| {
            let _ = kept(taken).session.bind(&self.policy.current());
        });
        before
    }

    /// Takes a session out of memory once `keep` has put it elsewhere, and says whether it was there. Who asks
    /// for it meanwhile waits, and then it is opened anew. The versions that its pending calls need are no longer held.
    ///
    /// # Errors
    /// That of `keep`; the session stays then.
    pub fn close<E>(&self, name: &str, keep: impl FnOnce(&Session) -> Result<(), E>) -> Result<bool, E> {
        self.sessions.close(name, |taken| keep(&kept(taken).session))
    }

    fn taken<R>(
        &self,
        name: &str,
        apply: impl FnOnce(&mut Kept) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let current = self.policy.current();
        let make = || {
            let session = (self.open)(name, &current).map_err(Failure::not_opened)?;
            Ok::<Kept, Failure>(Kept { session, held: Vec::new() })
        };
        self.sessions.with(name, current.limits().live_sessions, make, |taken| apply(kept(taken)))?
    }
}

/// A session that is used. One that was left in the middle may have remembered half of what it should.
fn kept(taken: Taken<'_, Kept>) -> &mut Kept {
    let Taken { value, abandoned } = taken;
    if abandoned {
        value.session.block();
    }
    value
}

impl Kept {
    /// Holds `version` for the calls that have become pending under it, and no longer what no pending call needs.
    fn hold(&mut self, policy: &LivePolicy, version: &Arc<Policy>) {
        let Kept { session, held } = self;
        let (calls, id) = (session.calls(), version.id());
        // A host may have put another session here.
        if held.last().is_some_and(|last| last.end > calls.next()) {
            held.clear();
        }
        let mut first = 0;
        held.retain(|held| {
            let needed = calls.has_pending(first..held.end);
            first = held.end;
            needed
        });
        if !calls.has_pending(first..calls.next()) {
            return;
        }
        match held.last_mut() {
            Some(last) if last.policy == id => last.end = calls.next(),
            _ => held.push(Held { policy: id, end: calls.next(), _hold: policy.hold(version) }),
        }
    }

    /// Why a call cannot be finished whose policy was given up. If it was made, what the policy wanted to remember of it is
    /// lost.
    fn give_up(&mut self, policy: PolicyId, call: u64) -> Failure {
        if self.session.is_blocked() {
            return Failure::blocked();
        }
        match self.session.close_call(call) {
            Err(reason) => reason.into(),
            Ok(()) => {
                self.session.block();
                Failure::policy_gone(policy)
            }
        }
    }
}
