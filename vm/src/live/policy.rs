//! The policy in force.

use std::sync::Arc;

use super::versions::{self, Version, Versions};
use crate::bytecode::PolicyId;
use crate::policy::Policy;

/// The policy in force, for any number of threads. It can be replaced at any time: calls that are being decided go on with
/// the version that they began with, which is freed with the last of them. A clone is the same one.
///
/// Calls that were allowed are finished under the version that allowed them. Whoever has such a call holds that version
/// ([`LivePolicy::hold`]); [`Sessions`](super::Sessions) does so for its calls. A version that is replaced stays to be
/// [found](LivePolicy::version) as long as it is held. At most `earlier_policies` of them do, a limit of the policy in force:
/// with one more the oldest is given up, and what waits for it cannot be finished.
#[derive(Debug, Clone)]
pub struct LivePolicy {
    versions: Arc<Versions<Policy>>,
}

/// Keeps a version of a [`LivePolicy`] to be found until it is dropped.
#[derive(Debug)]
pub struct Hold {
    _hold: versions::Hold<Policy>,
}

impl Version for Policy {
    type Id = PolicyId;

    fn id(&self) -> PolicyId {
        self.id()
    }
}

impl LivePolicy {
    /// Puts a first policy in force.
    pub fn new(policy: impl Into<Arc<Policy>>) -> LivePolicy {
        let policy = policy.into();
        let most = policy.limits().earlier_policies;
        LivePolicy { versions: Arc::new(Versions::new(policy, most)) }
    }

    /// The policy in force. It stays as it is, also while another one is put in force; ask again for each call.
    pub fn current(&self) -> Arc<Policy> {
        self.versions.current()
    }

    /// The policy of this id, if it is in force or held.
    pub fn version(&self, id: PolicyId) -> Option<Arc<Policy>> {
        self.versions.get(id)
    }

    /// How many earlier versions are held.
    pub fn earlier_versions(&self) -> usize {
        self.versions.earlier()
    }

    /// Puts another policy in force, for every call that begins from now on, and gives the one that was. Nobody waits for
    /// the loading of a policy, which was done before, and nobody for the freeing of the old one. [`Sessions::replace`] moves
    /// sessions too.
    ///
    /// [`Sessions::replace`]: super::Sessions::replace
    pub fn replace(&self, policy: impl Into<Arc<Policy>>) -> Arc<Policy> {
        let policy = policy.into();
        let most = policy.limits().earlier_policies;
        self.versions.replace(policy, most)
    }

    /// Holds a policy that is or was in force, to be [found](LivePolicy::version) until the hold is dropped. None if
    /// `earlier_policies` is 0 and it has been replaced.
    pub fn hold(&self, policy: &Arc<Policy>) -> Option<Hold> {
        Versions::hold(&self.versions, policy).map(|hold| Hold { _hold: hold })
    }
}
