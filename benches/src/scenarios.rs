//! The decisions that are measured: each case with our engine, the bound, and whoever else can answer it.

use sqrt_vm::bytecode::VerifiedProgram;
use sqrt_vm::limits::Limits;
use sqrt_vm::policy::Policy;

use crate::bound::dispatch::Series;
use crate::bound::updates::Updates;
use crate::engine::WithResult;
use crate::harness::{Competitor, Decider, Input};
use crate::workload::json::JsonCase;
use crate::workload::long::Sought;
use crate::workload::{
    Answer, RawCall, Workload, dispatch, email, json, literals, long, order, plain, updates,
};
use crate::{bound, engine};

/// A workload with what its competitors borrow.
pub struct Scenario {
    workload: Workload,
    policy: Policy,
    /// For random names.
    series: Option<Series>,
    /// For loads.
    image: Vec<u8>,
    /// For JSON.
    lines: Vec<JsonCase>,
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
    /// A long body.
    Long(Sought),
    /// A set of so many strings.
    Literals(usize),
    /// W1 with building the call from borrowed strings.
    BuildEmail,
    /// W2 with the same.
    BuildOrder,
    /// W1 from lines of JSON.
    Json,
    /// Making the policy of W3 with so many tools ready.
    Load(usize),
    /// The same for so many tools of two rules, without patterns.
    LoadPlain(usize),
}

/// What a figure of a case is about, beside the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A decision.
    Decision,
    /// A text of so many bytes, which is read.
    Bytes(usize),
    /// A policy which is made ready.
    Load(Sizes),
    /// So many lines of a file.
    Lines(usize),
}

/// Who decides a call beside our engine and the bound.
pub type Others = for<'a> fn(Kind, &'a RawCall<'a>) -> Vec<Competitor<'a>>;

/// No others.
pub fn nobody<'a>(_: Kind, _: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    Vec::new()
}

/// How large a policy is in its forms, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Its text.
    pub text: usize,
    /// Its image.
    pub image: usize,
    /// The part of the image that runs; the rest is for explanations.
    pub runs: usize,
}

/// Those of the comparison.
pub const KINDS: [Kind; 24] = [
    Kind::Email,
    Kind::Order,
    Kind::Dispatch(100),
    Kind::Dispatch(1_000),
    Kind::Dispatch(10_000),
    Kind::Dispatch(100_000),
    Kind::Updates(3),
    Kind::Updates(100),
    Kind::Updates(10_000),
    Kind::Long(Sought::Words(50)),
    Kind::Long(Sought::Words(10_000)),
    Kind::Long(Sought::Strings(10_000)),
    Kind::Literals(10_000),
    Kind::Literals(1_000_000),
    Kind::BuildEmail,
    Kind::BuildOrder,
    Kind::Json,
    Kind::Load(10),
    Kind::Load(1_000),
    Kind::Load(10_000),
    Kind::Load(100_000),
    Kind::LoadPlain(10),
    Kind::LoadPlain(1_000),
    Kind::LoadPlain(100_000),
];

/// A case of a scenario.
pub struct Case<'a> {
    /// As in reports.
    pub name: String,
    /// What a figure is about.
    pub unit: Unit,
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
        let scenario = Scenario::of(kind, workload);
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
            Kind::Long(sought) => long::workload(sought),
            Kind::Literals(count) => literals::workload(count),
            Kind::BuildEmail => Workload { name: "Build W1".to_owned(), ..email::workload() },
            Kind::BuildOrder => Workload { name: "Build W2".to_owned(), ..order::workload() },
            Kind::Json => Workload { name: "JSON".to_owned(), ..email::workload() },
            Kind::Load(tools) => {
                Workload { name: format!("Load {tools}"), ..loaded(dispatch::workload(tools)) }
            }
            Kind::LoadPlain(tools) => loaded(plain::workload(tools)),
        }
    }

    fn case_names(self, workload: &Workload) -> Vec<String> {
        let of_workload = || workload.cases.iter().map(|case| case.name);
        let names: Vec<&str> = match self {
            Kind::Dispatch(_) => of_workload().chain(["random"]).collect(),
            Kind::Json => json::cases().iter().map(|case| case.name).collect(),
            _ => of_workload().collect(),
        };
        names.into_iter().map(|name| format!("{}, {name}", workload.name)).collect()
    }
}

/// The first case alone, to try what was loaded.
fn loaded(mut workload: Workload) -> Workload {
    workload.cases.truncate(1);
    workload
}

impl Scenario {
    /// With the policy compiled.
    pub fn of(kind: Kind, workload: Workload) -> Self {
        let program = engine::program(&workload);
        let image = match kind {
            Kind::Load(_) | Kind::LoadPlain(_) => program.to_image(),
            _ => Vec::new(),
        };
        let policy = Policy::new(program, Limits::default()).unwrap();
        Scenario { image, ..Scenario::new(policy, workload, kind) }
    }

    fn new(policy: Policy, workload: Workload, kind: Kind) -> Self {
        let series = match kind {
            Kind::Dispatch(tools) => Some(Series::new(tools)),
            _ => None,
        };
        Scenario { policy, workload, series, image: Vec::new(), lines: json::cases(), kind }
    }

    /// The case of this place.
    pub fn case(&self, index: usize, name: String, others: Others) -> Case<'_> {
        let unit = self.unit();
        if self.kind == Kind::Json {
            let case = &self.lines[index];
            return Case { name, unit, expected: case.expected, competitors: self.json(case) };
        }
        match self.workload.cases.get(index) {
            Some(case) => {
                let mut competitors = self.competitors(&case.call);
                competitors.extend(others(self.kind, &case.call));
                Case { name, unit, expected: case.expected, competitors }
            }
            None => Case { name, unit, expected: Series::EXPECTED, competitors: self.random() },
        }
    }

    fn unit(&self) -> Unit {
        let read = VerifiedProgram::from_image_without_explanations;
        match self.kind {
            Kind::Long(_) => Unit::Bytes(long::BODY),
            Kind::Load(_) | Kind::LoadPlain(_) => Unit::Load(Sizes {
                text: self.workload.policy.len(),
                image: self.image.len(),
                runs: read(&self.image).unwrap().to_image().len(),
            }),
            _ => Unit::Decision,
        }
    }

    /// Our engine, then the bound.
    fn competitors<'a>(&'a self, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
        let Scenario { workload, policy, .. } = self;
        let of_engine = || engine::competitors(workload, policy, call);
        let (ours, bound) = match self.kind {
            Kind::Email => (of_engine(), bound::email::competitors(call)),
            Kind::Order => (of_engine(), bound::order::competitors(call)),
            Kind::Dispatch(tools) => (of_engine(), bound::dispatch::competitors(tools, call)),
            Kind::Long(sought) => (of_engine(), bound::long::competitors(sought, call)),
            Kind::Literals(count) => (of_engine(), bound::literals::competitors(count, call)),
            Kind::BuildEmail => {
                (vec![engine::built(workload, policy, call)], vec![bound::email::rebuilt(call)])
            }
            Kind::BuildOrder => {
                (vec![engine::built(workload, policy, call)], vec![bound::order::rebuilt(call)])
            }
            Kind::Load(tools) => {
                (engine::loads(workload, &self.image, call), bound::load::competitors(tools, call))
            }
            Kind::LoadPlain(_) => (engine::loads(workload, &self.image, call), Vec::new()),
            Kind::Updates(_) => (self.updates(call), Vec::new()),
            Kind::Json => (Vec::new(), Vec::new()),
        };
        ours.into_iter().chain(bound).collect()
    }

    fn json<'a>(&'a self, case: &'a JsonCase) -> Vec<Competitor<'a>> {
        let ours = engine::from_json(&self.workload, &self.policy, &case.line);
        std::iter::once(ours).chain(bound::json::competitors(case)).collect()
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
