//! What was found in each policy, so that it is looked through once for each version of its texts: diagnostics, fixes and
//! suppressions of all its documents come of the same findings.

use std::collections::HashMap;
use std::rc::Rc;

use sqrt_authoring::editor::{Finding, findings};

use super::workspace::Together;

/// The findings of policies, by what these are made of.
#[derive(Debug, Default)]
pub(super) struct Checked {
    of: HashMap<Vec<u64>, Rc<Vec<Finding>>>,
}

impl Checked {
    /// All that is found in a policy.
    pub(super) fn findings(&mut self, together: &Together) -> Rc<Vec<Finding>> {
        let found = self
            .of
            .entry(together.stamps())
            .or_insert_with(|| Rc::new(together.with(|policy| findings(policy, &together.project.options))));
        found.clone()
    }

    /// Forgets all but the policies that are made of these.
    pub(super) fn keep(&mut self, current: &[Vec<u64>]) {
        self.of.retain(|stamps, _| current.contains(stamps));
    }
}
