//! For hosts that run: a policy that is replaced while calls are decided, and the sessions that live under it.
//!
//! [`LivePolicy`] is the policy in force. [`Sessions`] keeps sessions by name, and lets one thread at a time use each of them,
//! with the policy that is in force at that moment. What is shared and changes is in `versions.rs` and `by_name.rs`;
//! a model checker goes through the interleavings of both (`model.rs`).

mod by_name;
mod policy;
mod sessions;
mod versions;

pub use policy::{Hold, LivePolicy};
pub use sessions::{Opened, Sessions};

/// What the shared parts are made of; the model checker puts its own in their place.
mod sync {
    pub(super) use std::sync::{Arc, Mutex, RwLock};
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
