//! Warnings that need the whole policy. They walk the tables of the representation, not the tree.

use super::sink::Sink;
use crate::ir::Policy;

/// Runs all of them.
pub(super) fn run(policy: &Policy, sink: &mut Sink) {
    let _ = (policy, sink);
}
