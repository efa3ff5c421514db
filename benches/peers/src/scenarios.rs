//! The cases of the comparison, each with everyone who can answer it.

use sqrt_benches::workload::{Answer, RawCall, Workload, email, order};
use sqrt_vm::policy::Policy;

use crate::harness::Competitor;
use crate::{bound, engine, plain};

/// A workload with our policy for it, so that competitors may borrow both.
pub struct Scenario {
    workload: Workload,
    policy: Policy,
    others: for<'a> fn(&'a RawCall<'a>) -> Vec<Competitor<'a>>,
}

/// A case of a scenario.
pub struct ScenarioCase<'a> {
    /// As in reports.
    pub name: String,
    /// What all must answer.
    pub expected: Answer,
    /// Who answers. The first is our engine; the bound comes next.
    pub competitors: Vec<Competitor<'a>>,
}

impl Scenario {
    fn new(workload: Workload, others: for<'a> fn(&'a RawCall<'a>) -> Vec<Competitor<'a>>) -> Self {
        Scenario { policy: engine::policy(&workload), workload, others }
    }

    /// Its cases.
    pub fn cases(&self) -> impl Iterator<Item = ScenarioCase<'_>> {
        self.workload.cases.iter().map(|case| {
            let mut competitors = engine::competitors(&self.workload, &self.policy, &case.call);
            competitors.extend((self.others)(&case.call));
            ScenarioCase {
                name: format!("{}, {}", self.workload.name, case.name),
                expected: case.expected,
                competitors,
            }
        })
    }
}

/// All of them.
pub fn all() -> Vec<Scenario> {
    vec![
        Scenario::new(email::workload(), |call| {
            let mut all = bound::email::competitors(call);
            all.extend(plain::email::competitors(call));
            all
        }),
        Scenario::new(order::workload(), |call| {
            let mut all = bound::order::competitors(call);
            all.extend(plain::order::competitors(call));
            all
        }),
    ]
}
