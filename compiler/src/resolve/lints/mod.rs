//! Warnings that need the whole policy. They walk the tables of the representation in the order of ids, not the tree, so
//! they take linear time and no native stack.

mod date_deny;
mod guarded_label;
mod reach;

use super::sink::Sink;
use crate::ir::Policy;

/// Runs all of them.
pub(super) fn run(policy: &Policy, sink: &mut Sink) {
    date_deny::run(policy, sink);
    guarded_label::run(policy, sink);
}
