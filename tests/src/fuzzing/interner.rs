//! Tags as ids, for as long as a session lasts: calls with ever new tags, under small limits, moved and finished in any order.
//!
//! A model of sets of strings says what the session is; what fails has a limit for its reason and changes nothing; no two tags
//! are ever the same one; and what is held is bounded by what is listed.

mod model;

use crate::generate::Random;
use model::{Ends, Given, Meta, Model, Parts};
use sqrt_compiler::{Options, Source, compile};
use sqrt_vm::call::{Argument, Call, Combine, MetadataInput, Returned, SetInput};
use sqrt_vm::engine::{Decision, FailureKind, PendingCall};
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::{FIELDS, MetaSet, Metadata, Session, Tags};
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::{Arena, Value};
use std::sync::LazyLock;

/// What the tools do; the policies differ in the tags that they name.
const TOOLS: &str = r#"
tool "add" { session before { @tags |= @args.tags; } }
tool "keep" { session before { @tags &= @args.tags; } }
tool "drop" { session before { @tags -= @args.tags; } }
tool "swap" { session before { @tags ^= @args.tags; } }
tool "set" { session before { @tags = @args.tags; @producers = @args.producers; @consumers = @args.consumers.intersect; } }
tool "late" { result { @tags |= @session.tags; } session after { @tags |= @result.tags; @producers = @result.producers; } }
"#;
const NAMED: [&[&str]; 2] = [&["p0", "p1", "shared", "123456789"], &["shared", "n1", "n2", "n3"]];

/// Few of everything.
fn limits() -> Limits {
    let few = [
        ("tags_per_set", 12),
        ("tag_bytes", 8),
        ("tags_per_call", 20),
        ("tags_per_session", 24),
        ("session_tag_bytes", 90),
        ("pending_calls", 3),
    ];
    few.into_iter()
        .fold(Limits::default(), |limits, (name, value)| limits.with(name, value).expect("it can be set"))
}

static POLICIES: LazyLock<[Policy; 2]> = LazyLock::new(|| {
    NAMED.map(|named| {
        let list = named.iter().map(|tag| format!("\"{tag}\"")).collect::<Vec<_>>().join(", ");
        let text = format!("tool \"never\" {{ must deny when x.tags overlaps {{{list}}}; }}{TOOLS}");
        let compiled = compile(&[Source { name: "fuzz.sqrt", bytes: text.as_bytes() }], &Options::default());
        Policy::new(compiled.program.expect("the policy is fine"), limits()).expect("it is small")
    })
});

/// A session, what it should be, and the calls of it that may wait to be finished, as text.
struct Run<'r> {
    random: &'r mut Random,
    policies: &'static [Policy; 2],
    scratches: Vec<Scratch>,
    session: Session,
    model: Model,
    pending: Vec<(String, model::Pending)>,
    /// How many tags were made up.
    made: usize,
}

/// A sequence of steps.
pub(super) fn run(bytes: &[u8]) {
    let policies = &*POLICIES;
    let mut random = Random::of_bytes(bytes);
    let mut run = Run {
        scratches: policies.iter().map(Scratch::new).collect(),
        session: Session::new(&policies[0]),
        model: Model::default(),
        pending: Vec::new(),
        made: 0,
        policies,
        random: &mut random,
    };
    for _ in 0..1 + run.random.below(120) {
        run.step();
        run.check();
    }
}

impl Run<'_> {
    fn step(&mut self) {
        match self.random.below(12) {
            0..6 => self.evaluate(),
            6 => self.open(),
            7 | 8 => self.finish(),
            9 => self.move_out_and_in(),
            10 => self.rebind(),
            _ => {
                self.session = self.session.clone();
                self.scratches = self.policies.iter().map(Scratch::new).collect();
            }
        }
    }

    fn policy(&self) -> &'static Policy {
        &self.policies[self.model.policy]
    }

    fn tag(&mut self) -> String {
        match self.random.below(12) {
            0 => "shared".to_owned(),
            1 => self.random.pick(&["p0", "p1", "n1", "n2", "n3"]).to_owned(),
            2 => self.random.pick(&["*", "", "é", "12345678", "123456789", "éééé", "ééééé"]).to_owned(),
            3..7 => format!("s{}", self.random.below(40)),
            _ => {
                self.made += 1;
                format!("x{}", self.made)
            }
        }
    }

    fn set(&mut self) -> Given {
        let most = [1, 2, 4, 14][self.random.below(4)];
        let tags = (0..self.random.below(most + 1)).map(|_| self.tag()).collect();
        Given { complement: self.random.percent(20), tags }
    }

    fn metadata(&mut self) -> Parts {
        [60, 30, 30].map(|percent| self.random.percent(percent).then(|| self.set()))
    }

    fn args(&mut self) -> Vec<Parts> {
        (0..self.random.below(4)).map(|_| self.metadata()).collect()
    }

    fn evaluate(&mut self) {
        let tool = self.random.pick(&["add", "add", "keep", "drop", "swap", "set", "late", "other"]);
        let (args, returned) = (self.args(), self.metadata());
        let policy = self.policy();
        let scratch = &mut self.scratches[self.model.policy];
        let session = &mut self.session;
        let before = session.export();
        let decision = with_args(&args, |arguments| {
            with_metadata(&returned, |metadata| {
                let returned = Returned::new(Value::Null).with_metadata(metadata, Combine::Merge);
                policy.evaluate(session, &Call::new(tool, arguments), Some(&returned), scratch)
            })
        });
        let result = self.model.evaluate(tool, &args, &returned, policy.limits());
        if !over_a_limit(&decision) {
            let result = result.unwrap_or_else(|over| panic!("{tool} is over {over} and was decided"));
            let metadata = scratch.result_metadata().expect("it has a result");
            same_metadata(metadata, &result, &scratch.tags(policy, session));
            assert!(
                scratch.held_tags() <= policy.limits().tags_per_call() + policy.limits().tags_per_session()
            );
            self.model.commit();
        } else {
            assert!(result.is_err(), "nothing is over a limit: {:?}", self.model);
            assert_eq!(session.export(), before);
        }
    }

    fn open(&mut self) {
        let (args, policy) = (self.args(), self.policy());
        let scratch = &mut self.scratches[self.model.policy];
        let session = &mut self.session;
        let before = session.export();
        let (decision, text) = with_args(&args, |arguments| {
            let call = Call::new("late", arguments);
            let checked = policy.check(session, &call, scratch);
            let decision = checked.decision().clone();
            (
                decision,
                checked.into_pending().map(|pending| pending.export(policy).expect("it can be written")),
            )
        });
        let allowed = self.model.check_call(&args, policy.limits());
        match text {
            Some(text) => {
                allowed.unwrap_or_else(|over| panic!("over {over} and allowed"));
                let pending = self.model.open(args, policy.limits());
                self.pending.push((text, pending));
            }
            None => {
                assert!(over_a_limit(&decision) && allowed.is_err(), "{:?}", self.model);
                assert_eq!(session.export(), before);
            }
        }
    }

    /// Finishes a call, maybe one that is finished or forgotten.
    fn finish(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let at = self.random.below(self.pending.len());
        let (text, call) =
            if self.random.percent(80) { self.pending.remove(at) } else { self.pending[at].clone() };
        let returned = self.metadata();
        let arena = Arena::new();
        let policy = self.policy();
        let imported = PendingCall::import(policy, &text, &arena);
        assert_eq!(imported.is_ok(), call.policy == self.model.policy, "{text}");
        let Ok(pending) = imported else { return };
        let scratch = &mut self.scratches[self.model.policy];
        let session = &mut self.session;
        let finished = with_metadata(&returned, |metadata| {
            let returned = Returned::new(Value::Null).with_metadata(metadata, Combine::Merge);
            policy.finish(session, pending, &returned, scratch)
        });
        let expected = self.model.finish(&call, &returned, policy.limits());
        match (finished.map_err(|failure| failure.kind()), expected) {
            (Ok(()), Ends::Decided(Ok(result))) => {
                let metadata = scratch.result_metadata().expect("it has a result");
                same_metadata(metadata, &result, &scratch.tags(policy, session));
                self.model.commit();
                assert!(!session.is_blocked());
            }
            (Err(FailureKind::NotPending), Ends::NotPending) => assert!(!session.is_blocked()),
            (Err(FailureKind::Forgotten), Ends::Forgotten) => assert!(session.is_blocked()),
            (Err(FailureKind::Limit), Ends::Decided(Err(_))) => {
                assert!(session.is_blocked() && scratch.result_metadata().is_none());
            }
            (found, expected) => panic!("{found:?}, {expected:?}"),
        }
        if session.is_blocked() {
            let call = Call::new("add", &[]);
            let denied = policy.check(session, &call, scratch);
            assert_eq!(
                denied.decision().failure().map(|failure| failure.kind()),
                Some(FailureKind::SessionBlocked)
            );
            session.unblock();
        }
    }

    fn move_out_and_in(&mut self) {
        let text = self.session.export();
        let other = &self.policies[1 - self.model.policy];
        assert!(Session::import(other, &text).is_err());
        self.session =
            Session::import(self.policy(), &text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(self.session.export(), text);
    }

    fn rebind(&mut self) {
        let other = 1 - self.model.policy;
        let before = self.session.export();
        let imported = Session::import_rebound(&self.policies[other], &before);
        let rebound = self.session.rebind(&self.policies[other]);
        assert_eq!(imported.is_ok(), rebound.is_ok(), "{before}");
        assert_eq!(rebound.is_ok(), self.model.rebind(other, &limits()), "{before}");
        match imported {
            Ok(imported) => assert_eq!(imported.export(), self.session.export()),
            Err(_) => assert_eq!(self.session.export(), before),
        }
    }

    /// The session is what the model says, and holds no more than it may.
    fn check(&mut self) {
        let (policy, limits) = (self.policy(), limits());
        let scratch = Scratch::new(policy);
        same_metadata(self.session.metadata(), &self.model.metadata, &scratch.tags(policy, &self.session));
        assert_eq!(self.session.pending_calls(), self.model.pending_len());
        let listed = self.model.metadata.unnamed(self.model.policy).len();
        let (count, bytes) = self.session.held_tags();
        assert!(listed <= count && count <= (2 * listed).max(32), "{count} tags are held, {listed} listed");
        assert!(bytes <= count * limits.tag_bytes(), "{bytes} bytes of {count} tags");
        assert!(listed <= limits.tags_per_session());
    }
}

/// Whether the decision is an error, which then is about a limit.
fn over_a_limit(decision: &Decision) -> bool {
    let kind = decision.failure().map(|failure| failure.kind());
    assert!(kind.is_none_or(|kind| kind == FailureKind::Limit), "{kind:?}");
    kind.is_some()
}

/// Compares by strings; every tag has one id, and every id one tag.
fn same_metadata(found: &Metadata, expected: &Meta, tags: &Tags<'_>) {
    for (field, expected) in FIELDS.into_iter().zip(&expected.0) {
        let set: &MetaSet = found.field(field);
        let names = set.view().listed().map(|id| {
            let name = tags.name(id).expect("every tag has a name");
            name.to_owned()
        });
        let mut names: Vec<String> = names.collect();
        names.sort();
        let wanted: Vec<String> = expected.tags.iter().cloned().collect();
        assert_eq!((!set.view().is_finite(), names), (expected.complement, wanted), "{field:?}");
    }
}

fn with_args<T>(args: &[Parts], run: impl FnOnce(&[Argument<'_>]) -> T) -> T {
    let names: Vec<String> = (0..args.len()).map(|number| format!("a{number}")).collect();
    let lists: Vec<[Vec<&str>; 3]> = args.iter().map(model::lists).collect();
    let arguments: Vec<Argument<'_>> = names
        .iter()
        .zip(args.iter().zip(&lists))
        .map(|(name, (sets, lists))| {
            Argument::new(name.as_str(), Value::Null).with_metadata(input(sets, lists))
        })
        .collect();
    run(&arguments)
}

fn with_metadata<T>(sets: &Parts, run: impl FnOnce(MetadataInput<'_>) -> T) -> T {
    let lists = model::lists(sets);
    run(input(sets, &lists))
}

fn input<'a>(sets: &Parts, lists: &'a [Vec<&'a str>; 3]) -> MetadataInput<'a> {
    let set = |at: usize| {
        sets[at].as_ref().map(|set| {
            let given = SetInput::of(&lists[at]);
            if set.complement { given.complement() } else { given }
        })
    };
    let mut metadata = MetadataInput::default();
    if let Some(tags) = set(0) {
        metadata = metadata.with_tags(tags);
    }
    if let Some(producers) = set(1) {
        metadata = metadata.with_producers(producers);
    }
    if let Some(consumers) = set(2) {
        metadata = metadata.with_consumers(consumers);
    }
    metadata
}
