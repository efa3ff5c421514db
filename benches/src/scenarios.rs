//! The decisions that are measured: each case with our engine, the bound, and whoever else can answer it.

use sqrt_vm::policy::Policy;

use crate::bound::dispatch::Series;
use crate::bound::updates::Updates;
use crate::engine::WithResult;
use crate::harness::{Competitor, Decider, Input};
use crate::workload::{Answer, RawCall, Workload, dispatch, email, order, updates};
use crate::{bound, engine};

/// A workload with what its competitors borrow.
pub struct Scenario {
    workload: Workload,
    policy: Policy,
    /// For random names.
    series: Option<Series>,
    kind: Kind,
}

/// What a scenario is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// W1.
    Email,
    /// W2.
    Order,
    /// W3 with so many tools.
    Dispatch(usize),
    /// Updates with so many tags.
    Updates(usize),
}

/// Who decides a call beside our engine and the bound.
pub type Others = for<'a> fn(Kind, &'a RawCall<'a>) -> Vec<Competitor<'a>>;

/// No others.
pub fn nobody<'a>(_: Kind, _: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    Vec::new()
}

/// Those of the comparison.
pub const KINDS: [Kind; 9] = [
    Kind::Email,
    Kind::Order,
    Kind::Dispatch(100),
    Kind::Dispatch(1_000),
    Kind::Dispatch(10_000),
    Kind::Dispatch(100_000),
    Kind::Updates(3),
    Kind::Updates(100),
    Kind::Updates(10_000),
];

/// A case of a scenario.
pub struct Case<'a> {
    /// As in reports.
    pub name: String,
    /// What all must answer.
    pub expected: Answer,
    /// Who answers. The first is our engine; the bound comes next.
    pub competitors: Vec<Competitor<'a>>,
}

/// Hands each case whose name has all these words to `visit`, one after another, and builds nothing for others.
pub fn each(words: &[String], others: Others, mut visit: impl FnMut(Case<'_>)) {
    let wanted = |name: &str| words.iter().all(|word| name.contains(word.as_str()));
    for kind in KINDS {
        let workload = kind.workload();
        let names = kind.case_names(&workload);
        if !names.iter().any(|name| wanted(name)) {
            continue;
        }
        let scenario = Scenario::new(engine::policy(&workload), workload, kind);
        for (index, name) in names.into_iter().enumerate().filter(|(_, name)| wanted(name)) {
            visit(scenario.case(index, name, others));
        }
    }
}

/// Hands each fixed case of a kind to `visit`, with our engine, under a policy that was made ready, and the bound.
pub fn fixed(kind: Kind, policy: Policy, mut visit: impl FnMut(Case<'_>)) {
    let workload = kind.workload();
    let (names, fixed) = (kind.case_names(&workload), workload.cases.len());
    let scenario = Scenario::new(policy, workload, kind);
    for (index, name) in names.into_iter().enumerate().take(fixed) {
        visit(scenario.case(index, name, nobody));
    }
}

impl Kind {
    /// Its policy and calls.
    pub fn workload(self) -> Workload {
        match self {
            Kind::Email => email::workload(),
            Kind::Order => order::workload(),
            Kind::Dispatch(tools) => dispatch::workload(tools),
            Kind::Updates(tags) => updates::workload(tags),
        }
    }

    fn case_names(self, workload: &Workload) -> Vec<String> {
        let random = matches!(self, Kind::Dispatch(_)).then_some("random");
        let names = workload.cases.iter().map(|case| case.name).chain(random);
        names.map(|name| format!("{}, {name}", workload.name)).collect()
    }
}

impl Scenario {
    fn new(policy: Policy, workload: Workload, kind: Kind) -> Self {
        let series = match kind {
            Kind::Dispatch(tools) => Some(Series::new(tools)),
            _ => None,
        };
        Scenario { policy, workload, series, kind }
    }

    fn case(&self, index: usize, name: String, others: Others) -> Case<'_> {
        let Scenario { workload, policy, .. } = self;
        let Some(case) = workload.cases.get(index) else {
            return Case { name, expected: Series::EXPECTED, competitors: self.random() };
        };
        let call = &case.call;
        let mut competitors = match self.kind {
            Kind::Updates(_) => self.updates(call),
            _ => engine::competitors(workload, policy, call),
        };
        competitors.extend(match self.kind {
            Kind::Email => bound::email::competitors(call),
            Kind::Order => bound::order::competitors(call),
            Kind::Dispatch(tools) => bound::dispatch::competitors(tools, call),
            Kind::Updates(_) => Vec::new(),
        });
        competitors.extend(others(self.kind, call));
        Case { name, expected: case.expected, competitors }
    }

    fn random(&self) -> Vec<Competitor<'_>> {
        let (Some(series), Kind::Dispatch(tools)) = (&self.series, self.kind) else { return Vec::new() };
        let mut competitors = engine::random(&self.workload, &self.policy, series);
        competitors.extend(bound::dispatch::random(tools, series));
        competitors
    }

    /// Each after it was seen to leave the same tags behind.
    fn updates<'a>(&'a self, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
        let expected = updates::expected_tags(call);
        let ways = [("sqrt", false, false), ("sqrt, at once", true, false), ("sqrt", false, true)];
        let ours = ways.map(|(name, at_once, ready)| {
            let (input, args) = engine::input(&self.policy, call, ready);
            let mut ours = WithResult::new(&self.workload, &self.policy, args, at_once);
            ours.decide();
            assert_eq!(ours.tags(), expected, "{name}");
            Competitor::new(name, input, ours)
        });
        let bound = [(Input::Strings, false), (Input::Ready, true)].map(|(input, ready)| {
            let mut bound = Updates::new(call, ready);
            bound.decide();
            assert!(bound.is_restricted());
            assert_eq!(bound.tags(), expected, "bound");
            Competitor::new("bound", input, bound)
        });
        ours.into_iter().chain(bound).collect()
    }
}
