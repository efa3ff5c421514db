//! Why a call could not be decided or finished (S6.11).

use std::fmt;

use crate::bytecode::PolicyId;
use crate::exec::Fault;
use crate::limits::LimitExceeded;
use crate::metadata::{NotPending, SessionError};
use crate::value::NotJson;

/// Why something could not be done (S6.11). [`Failure::kind`] says what a host may do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub(super) cause: Cause,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cause {
    Limit(LimitExceeded),
    Session(SessionError),
    Fault(Fault),
    RepeatedArgument,
    ForeignScratch,
    ForeignSession { belongs_to: PolicyId },
    ForeignHandle { belongs_to: PolicyId },
    Blocked,
    ForeignPendingCall { belongs_to: PolicyId },
    OtherSession,
    Finished,
    Forgotten,
    NoMoreCalls,
    NotJson(NotJson),
    PolicyGone { allowed_by: PolicyId },
    NotOpened(String),
}

/// The kinds of failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// Something is over a limit, which [`Failure::limit`] names.
    Limit,
    /// Two arguments of the call have the same name.
    RepeatedArgument,
    /// The scratch was made for another policy.
    ScratchOfOtherPolicy,
    /// The session belongs to another policy, which [`Failure::policy`] names: rebind it.
    SessionOfOtherPolicy,
    /// A tool, an argument or a tag was resolved by another policy, which [`Failure::policy`] names: resolve it by this one.
    HandleOfOtherPolicy,
    /// The session is blocked, since a call of it could not be finished: see `Session::unblock`.
    SessionBlocked,
    /// The call was checked under another policy, which [`Failure::policy`] names: finish it under that one.
    PendingCallOfOtherPolicy,
    /// The call was checked in another session.
    PendingCallOfOtherSession,
    /// The call is finished already, or the session never had it.
    NotPending,
    /// The session has forgotten the call, as more than `pending_calls` were waiting.
    Forgotten,
    /// A value that has to be written has no JSON form.
    NotJson,
    /// The policy that allowed the call, which [`Failure::policy`] names, is neither in force nor held.
    PolicyGone,
    /// The host did not bring the session that was asked for.
    SessionNotOpened,
    /// An error of the engine itself.
    Internal,
}

impl Failure {
    pub(crate) fn repeated_argument() -> Failure {
        Cause::RepeatedArgument.into()
    }

    pub(crate) fn blocked() -> Failure {
        Cause::Blocked.into()
    }

    pub(crate) fn policy_gone(allowed_by: PolicyId) -> Failure {
        Cause::PolicyGone { allowed_by }.into()
    }

    pub(crate) fn not_opened(reason: String) -> Failure {
        Cause::NotOpened(reason).into()
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> FailureKind {
        match &self.cause {
            Cause::Limit(_) => FailureKind::Limit,
            Cause::Session(error) if error.limit().is_some() => FailureKind::Limit,
            Cause::NotJson(NotJson::Depth(_)) => FailureKind::Limit,
            Cause::NotJson(_) => FailureKind::NotJson,
            Cause::Session(_) | Cause::Fault(_) | Cause::NoMoreCalls => FailureKind::Internal,
            Cause::RepeatedArgument => FailureKind::RepeatedArgument,
            Cause::ForeignScratch => FailureKind::ScratchOfOtherPolicy,
            Cause::ForeignSession { .. } => FailureKind::SessionOfOtherPolicy,
            Cause::ForeignHandle { .. } => FailureKind::HandleOfOtherPolicy,
            Cause::Blocked => FailureKind::SessionBlocked,
            Cause::ForeignPendingCall { .. } => FailureKind::PendingCallOfOtherPolicy,
            Cause::OtherSession => FailureKind::PendingCallOfOtherSession,
            Cause::Finished => FailureKind::NotPending,
            Cause::Forgotten => FailureKind::Forgotten,
            Cause::PolicyGone { .. } => FailureKind::PolicyGone,
            Cause::NotOpened(_) => FailureKind::SessionNotOpened,
        }
    }

    /// The limit that was passed, if that is the reason.
    pub fn limit(&self) -> Option<&LimitExceeded> {
        match &self.cause {
            Cause::Limit(limit) | Cause::NotJson(NotJson::Depth(limit)) => Some(limit),
            Cause::Session(error) => error.limit(),
            _ => None,
        }
    }

    /// The policy that the session, the handle or the pending call belongs to, if the reason is that it is not the one asked, or
    /// not there.
    pub fn policy(&self) -> Option<PolicyId> {
        match &self.cause {
            Cause::ForeignSession { belongs_to }
            | Cause::ForeignHandle { belongs_to }
            | Cause::ForeignPendingCall { belongs_to }
            | Cause::PolicyGone { allowed_by: belongs_to } => Some(*belongs_to),
            _ => None,
        }
    }
}

impl From<Cause> for Failure {
    fn from(cause: Cause) -> Failure {
        Failure { cause }
    }
}

impl From<NotPending> for Failure {
    fn from(reason: NotPending) -> Failure {
        match reason {
            NotPending::Finished => Cause::Finished.into(),
            NotPending::Forgotten => Cause::Forgotten.into(),
        }
    }
}

impl From<NotJson> for Failure {
    fn from(error: NotJson) -> Failure {
        Cause::NotJson(error).into()
    }
}

impl From<LimitExceeded> for Failure {
    fn from(limit: LimitExceeded) -> Failure {
        Cause::Limit(limit).into()
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Failure {
        Cause::Session(error).into()
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        Cause::Fault(fault).into()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Limit(limit) => limit.fmt(f),
            Cause::Session(error) => error.fmt(f),
            Cause::Fault(fault) => fault.fmt(f),
            Cause::NotJson(error) => error.fmt(f),
            Cause::RepeatedArgument => f.write_str("two arguments of the call have the same name"),
            Cause::ForeignScratch => f.write_str("the scratch was made for another policy"),
            Cause::ForeignSession { belongs_to } => {
                write!(f, "the session belongs to the policy {belongs_to}, not to this one: rebind it first")
            }
            Cause::ForeignHandle { belongs_to } => {
                write!(f, "a handle of the call belongs to the policy {belongs_to}, not to this one: resolve it again")
            }
            Cause::Blocked => f.write_str(
                "the session is blocked: a call of it was made and could not be finished; the host has to unblock it",
            ),
            Cause::ForeignPendingCall { belongs_to } => {
                write!(f, "the call was checked under the policy {belongs_to}: finish it under that one")
            }
            Cause::OtherSession => f.write_str("the call was checked in a session of another name"),
            Cause::Finished => f.write_str("the call is not pending in this session: it is finished already"),
            Cause::Forgotten => f.write_str(
                "the session has forgotten the call: more calls than `pending_calls` were waiting to be finished",
            ),
            Cause::PolicyGone { allowed_by } => {
                write!(f, "the policy {allowed_by}, which allowed the call, was replaced and is no longer held")
            }
            Cause::NotOpened(reason) => write!(f, "the session could not be opened: {reason}"),
            Cause::NoMoreCalls => f.write_str("the session has no more ids for calls: begin a new one"),
        }
    }
}

impl std::error::Error for Failure {}
