//! Calls that were allowed and whose results are not there yet.
//!
//! A pending call borrows its call; when it is finished, the call is prepared again. So nothing is copied when a call is
//! checked, and any number of calls of a session may be pending at the same time.

use std::sync::Arc;

use super::Failure;
use super::failure::Cause;
use crate::bytecode::PolicyId;
use crate::call::Call;
use crate::metadata::Session;
use crate::policy::Policy;

/// A call that was allowed and whose result is not there yet. It can be finished once: a clone is the same call.
#[derive(Debug, Clone)]
pub struct PendingCall<'c> {
    pub(crate) call: &'c Call<'c>,
    pub(super) policy: PolicyId,
    pub(super) session: Option<Arc<str>>,
    pub(super) id: u64,
    /// The only block about the tool, where that is known.
    pub(crate) block: Option<u32>,
}

impl<'c> PendingCall<'c> {
    /// The call.
    pub fn call(&self) -> &'c Call<'c> {
        self.call
    }

    /// The policy that allowed it, and under which it is to be finished.
    pub fn policy(&self) -> PolicyId {
        self.policy
    }

    /// The name of its session, if that has one.
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// Its number among the allowed calls of its session, from 0.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The next call of a session that takes effect; `blocks` are those about its tool.
    pub(super) fn open(policy: &Policy, session: &mut Session, call: &'c Call<'c>, blocks: &[u32]) -> Self {
        let id = session.calls_mut().open(policy.limits().pending_calls);
        let block = if let [block] = *blocks { Some(block) } else { None };
        PendingCall { call, policy: policy.id(), session: session.shared_name().cloned(), id, block }
    }

    /// Takes the call off the session's list, if it is to be finished here.
    ///
    /// # Errors
    /// If it belongs to another policy or session, or is not pending. Nothing is changed then, but that a session that may
    /// have forgotten the call is blocked: what came of the call is lost.
    pub(super) fn close(&self, policy: &Policy, session: &mut Session) -> Result<(), Failure> {
        if self.policy != policy.id() {
            return Err(Cause::ForeignPendingCall { belongs_to: self.policy }.into());
        }
        if self.session.as_deref() != session.name() {
            return Err(Cause::OtherSession.into());
        }
        session.close_call(self.id)?;
        Ok(())
    }
}
