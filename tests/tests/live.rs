//! One policy at a time, many threads and sessions, and the policy replaced while calls run. What happened is recorded, and explained
//! by one thread that does the same again, one step after another.

#![allow(clippy::panic, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use sqrt_compiler::{Options, Source, compile};
use sqrt_tests::compare::seeds;
use sqrt_tests::generate::{Case, Random, Style, line};
use sqrt_vm::bytecode::PolicyId;
use sqrt_vm::call::{Call, Returned};
use sqrt_vm::engine::{FailureKind, PendingCall};
use sqrt_vm::json::{CallLine, Line, read_line};
use sqrt_vm::limits::Limits;
use sqrt_vm::live::{LivePolicy, Sessions};
use sqrt_vm::metadata::{Session, write_metadata};
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::{Arena, Value};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::thread;

const THREADS: u64 = 4;
const STEPS: usize = 40;
const NAMES: [&str; 3] = ["s1", "s2", "s3"];

/// What one thread did in one turn.
#[derive(Debug)]
struct Step {
    /// When it was, among all turns.
    ticket: u64,
    name: &'static str,
    line: usize,
    /// The call that was finished; none if one was checked.
    finished: Option<u64>,
    policy: PolicyId,
    /// The replacements that were done before, and those that had begun when it was over.
    replaced: (usize, usize),
    outcome: String,
}

/// Everything that threads share.
struct Scene<'c> {
    sessions: Sessions,
    /// The versions that are put in force.
    images: &'c [Vec<u8>],
    lines: &'c [CallLine<'c>],
    clock: AtomicU64,
    /// Every version that was put in force, in order.
    log: Mutex<Vec<(PolicyId, Weak<Policy>)>>,
    begun: AtomicUsize,
    done: AtomicUsize,
}

fn image(case: &Case) -> Vec<u8> {
    let files = case.files();
    let sources: Vec<_> = files.iter().map(|file| Source { name: &file.name, bytes: &file.bytes }).collect();
    let program = compile(&sources, &Options::default()).program;
    program.unwrap_or_else(|| panic!("refused:\n{case}")).to_image()
}

fn loaded(image: &[u8]) -> Arc<Policy> {
    Arc::new(Policy::load(image, Limits::default()).unwrap_or_else(|error| panic!("{error}")))
}

impl<'c> Scene<'c> {
    fn new(images: &'c [Vec<u8>], lines: &'c [CallLine<'c>]) -> Scene<'c> {
        let first = loaded(&images[0]);
        let log = Mutex::new(vec![(first.id(), Arc::downgrade(&first))]);
        let (begun, done) = (AtomicUsize::new(1), AtomicUsize::new(1));
        let sessions = Sessions::new(LivePolicy::new(first));
        Scene { sessions, images, lines, clock: AtomicU64::new(0), log, begun, done }
    }

    fn replace(&self, image: usize) {
        let next = loaded(&self.images[image]);
        let mut log = self.log.lock().expect("nobody panics");
        log.push((next.id(), Arc::downgrade(&next)));
        self.begun.store(log.len(), Ordering::SeqCst);
        self.sessions.replace(next);
        self.done.store(log.len(), Ordering::SeqCst);
    }

    /// One thread: calls are checked in random sessions, finished in random order, and the policy is replaced now and then.
    fn work(&self, seed: u64) -> Vec<Step> {
        let mut random = Random::new(seed);
        let mut scratch = Scratch::new(&loaded(&self.images[0]));
        let (mut steps, mut waiting) = (Vec::new(), Vec::new());
        for _ in 0..STEPS {
            if random.percent(10) {
                self.replace(random.below(self.images.len()));
            }
            if waiting.len() > 3 || !waiting.is_empty() && random.percent(30) {
                let pending = waiting.swap_remove(random.below(waiting.len()));
                steps.push(self.finish(pending, &mut scratch));
            } else {
                let (name, line) = (NAMES[random.below(NAMES.len())], random.below(self.lines.len()));
                let (step, pending) = self.check(name, line, &mut scratch);
                steps.push(step);
                waiting.extend(pending.map(|pending| (name, line, pending)));
            }
        }
        steps.extend(waiting.into_iter().map(|pending| self.finish(pending, &mut scratch)));
        steps
    }

    fn check(
        &self,
        name: &'static str,
        line: usize,
        scratch: &mut Scratch,
    ) -> (Step, Option<PendingCall<'c>>) {
        let done = self.done.load(Ordering::SeqCst);
        let turn = self.sessions.with(name, scratch, |policy, session, scratch| {
            let ticket = self.clock.fetch_add(1, Ordering::SeqCst);
            let (outcome, pending) = check(policy, session, &self.lines[line], scratch);
            (ticket, policy.id(), outcome, pending)
        });
        let (ticket, policy, outcome, pending) = turn.expect("there is room");
        let replaced = (done, self.begun.load(Ordering::SeqCst));
        (Step { ticket, name, line, finished: None, policy, replaced, outcome }, pending)
    }

    fn finish(
        &self,
        (name, line, pending): (&'static str, usize, PendingCall<'c>),
        scratch: &mut Scratch,
    ) -> Step {
        let (policy, call) = (pending.policy(), pending.id());
        let turn = self.sessions.with_pending(name, (policy, call), scratch, |found, session, scratch| {
            assert_eq!(found.id(), policy);
            let ticket = self.clock.fetch_add(1, Ordering::SeqCst);
            (ticket, finish(found, session, pending, &self.lines[line], scratch))
        });
        let (ticket, outcome) = turn.expect("the version is held");
        Step { ticket, name, line, finished: Some(call), policy, replaced: (0, 0), outcome }
    }
}

fn state(policy: &Policy, session: &Session, scratch: &Scratch) -> String {
    let mut out = session.export();
    if let Some(metadata) = scratch.result_metadata() {
        write_metadata(&mut out, metadata, &scratch.tags(policy, session), &mut Vec::new());
    }
    out
}

fn check<'c>(
    policy: &Policy,
    session: &mut Session,
    line: &'c CallLine<'c>,
    scratch: &mut Scratch,
) -> (String, Option<PendingCall<'c>>) {
    if let Some(value) = line.session_value {
        session.set_value(value, policy.limits()).expect("a small value");
    }
    let checked = policy.check(session, &line.call, scratch);
    let outcome = format!("{:?} {}", checked.decision(), state(policy, session, scratch));
    (outcome, checked.into_pending())
}

fn finish(
    policy: &Policy,
    session: &mut Session,
    pending: PendingCall<'_>,
    line: &CallLine<'_>,
    scratch: &mut Scratch,
) -> String {
    let returned = line.returned.unwrap_or(Returned::new(Value::Null));
    let finished = policy.finish(session, pending, &returned, scratch);
    format!("{finished:?} {}", state(policy, session, scratch))
}

/// Does the steps again, one after another, and expects what they came to.
fn explain(seed: u64, images: &[Vec<u8>], lines: &[CallLine<'_>], steps: &[Step]) {
    let policies: BTreeMap<PolicyId, Arc<Policy>> =
        images.iter().map(|image| loaded(image)).map(|policy| (policy.id(), policy)).collect();
    let mut scratch = Scratch::new(&policies[&steps[0].policy]);
    let mut sessions: BTreeMap<&str, Session> = BTreeMap::new();
    let mut pending: BTreeMap<(&str, u64), PendingCall<'_>> = BTreeMap::new();
    for step in steps {
        let policy = &policies[&step.policy];
        scratch.fit(policy);
        let new = || Session::new(policy).named(step.name, policy.limits()).expect("a short name");
        let session = sessions.entry(step.name).or_insert_with(new);
        session.rebind(policy).expect("it is within limits");
        let outcome = match step.finished {
            None => {
                let (outcome, allowed) = check(policy, session, &lines[step.line], &mut scratch);
                pending.extend(allowed.map(|call| ((step.name, call.id()), call)));
                outcome
            }
            Some(id) => {
                let call = pending.remove(&(step.name, id)).expect("it was allowed");
                finish(policy, session, call, &lines[step.line], &mut scratch)
            }
        };
        assert_eq!(outcome, step.outcome, "seed {seed}: {step:?}");
    }
    assert!(pending.is_empty());
}

/// Each call was decided under a version that was in force while it was asked, and in no session under an older one than the
/// call before.
fn expect_versions_in_order(seed: u64, log: &[PolicyId], steps: &[Step]) {
    let mut latest: BTreeMap<&str, usize> = BTreeMap::new();
    for step in steps.iter().filter(|step| step.finished.is_none()) {
        let (done, begun) = step.replaced;
        let last = latest.entry(step.name).or_default();
        let first = (*last).max(done - 1);
        let found = (first..begun).find(|&index| log[index] == step.policy);
        *last = found.unwrap_or_else(|| panic!("seed {seed}: none of {first}..{begun} is that of {step:?}"));
    }
}

#[test]
fn every_answer_is_that_of_one_version_in_some_order() {
    let (mut replaced, mut under_old) = (0, 0);
    for seed in seeds(100..115) {
        let image = |index| image(&Case::generate(seed * 3 + index, Style::ALL, 0));
        let images: Vec<Vec<u8>> = (0..3).map(image).collect();
        let (arena, limits, mut random) = (Arena::new(), Limits::default(), Random::new(seed));
        let read = |_| match read_line(arena.text(&line(&mut random)).as_bytes(), &arena, &limits) {
            Ok(Line::Call(call)) => Some(call),
            _ => None,
        };
        let lines: Vec<CallLine<'_>> = (0..20).filter_map(read).collect();
        let scene = Scene::new(&images, &lines);
        let mut steps: Vec<Step> = thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|index| {
                    scope.spawn({
                        let scene = &scene;
                        move || scene.work(seed * THREADS + index)
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("no thread fails")).collect()
        });
        steps.sort_by_key(|step| step.ticket);
        explain(seed, &images, &lines, &steps);
        let log = scene.log.into_inner().expect("nobody panics");
        let ids: Vec<PolicyId> = log.iter().map(|(id, _)| *id).collect();
        expect_versions_in_order(seed, &ids, &steps);
        // All calls are finished, so only the last version is there.
        let alive = log.iter().filter(|(_, policy)| policy.upgrade().is_some()).count();
        assert_eq!((alive, scene.sessions.policy().earlier_versions()), (1, 0), "seed {seed}");
        replaced += ids.len() - 1;
        let moved = |pair: &&[Step]| pair[1].finished.is_some() && pair[0].policy != pair[1].policy;
        under_old += steps.windows(2).filter(moved).count();
    }
    assert!(replaced > 50 && under_old > 50, "{replaced} replacements, {under_old} calls finished elsewhere");
}

/// A policy whose calls are remembered by its tags.
fn written(text: &str, limits: Limits) -> Arc<Policy> {
    let compiled = compile(&[Source { name: "policy.sqrt", bytes: text.as_bytes() }], &Options::default());
    let program = compiled.program.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    Arc::new(Policy::new(program, limits).unwrap_or_else(|error| panic!("{error}")))
}

const NULL: Returned<'static> = Returned::new(Value::Null);

/// Two threads have the same pending call: one of them finishes it.
#[test]
fn a_call_is_finished_by_one_of_two_threads() {
    let policy = written(r#"tool "t" -> session @tags |= {"done"};"#, Limits::default());
    let call = Call::new("t", &[]);
    for _ in 0..50 {
        let sessions = Sessions::new(LivePolicy::new(Arc::clone(&policy)));
        let checked = sessions.with("s", &mut Scratch::new(&policy), |policy, session, scratch| {
            policy.check(session, &call, scratch).into_pending()
        });
        let pending = checked.expect("there is room").expect("it is allowed");
        let finish = || {
            let (key, mut scratch) = ((pending.policy(), pending.id()), Scratch::new(&policy));
            let finished = sessions.with_pending("s", key, &mut scratch, |policy, session, scratch| {
                policy.finish(session, pending.clone(), &NULL, scratch)
            });
            finished.expect("the policy is in force").map_err(|failure| failure.kind())
        };
        let mut finished = thread::scope(|scope| {
            let other = scope.spawn(finish);
            [finish(), other.join().expect("no thread fails")]
        });
        finished.sort_by_key(Result::is_err);
        assert_eq!(finished, [Ok(()), Err(FailureKind::NotPending)]);
    }
}

/// A policy that is replaced while it allows a call stays for that call.
#[test]
fn a_call_that_is_allowed_while_its_policy_is_replaced_can_be_finished() {
    let policy = written("", Limits::default());
    let (sessions, call) = (Sessions::new(LivePolicy::new(Arc::clone(&policy))), Call::new("t", &[]));
    let mut scratch = Scratch::new(&policy);
    let checked = sessions.with("s", &mut scratch, |policy, session, scratch| {
        let pending = policy.check(session, &call, scratch).into_pending();
        sessions.policy().replace(written("tool \"t\" { must deny always; }", Limits::default()));
        pending
    });
    let pending = checked.expect("there is room").expect("it is allowed");
    let key = (pending.policy(), pending.id());
    let finished = sessions.with_pending("s", key, &mut scratch, |policy, session, scratch| {
        policy.finish(session, pending, &NULL, scratch)
    });
    assert_eq!(finished, Ok(Ok(())));
    assert_eq!(sessions.policy().earlier_versions(), 0);
}

#[test]
fn a_turn_that_panics_blocks_its_session_and_no_other() {
    let policy = written(r#"tool "t" -> session before @tags |= {"asked"};"#, Limits::default());
    let sessions = Sessions::new(LivePolicy::new(Arc::clone(&policy)));
    let (call, mut scratch) = (Call::new("t", &[]), Scratch::new(&policy));
    let mut check = |name: &str| {
        let turn = sessions.with(name, &mut scratch, |policy, session, scratch| {
            policy.check(session, &call, scratch).decision().failure().map(|failure| failure.kind())
        });
        turn.expect("there is room")
    };
    assert_eq!(check("s1"), None);
    let panics = || {
        let mut scratch = Scratch::new(&policy);
        sessions.with("s1", &mut scratch, |policy, session, scratch| {
            policy.check(session, &call, scratch);
            panic!("a bug of the host")
        })
    };
    let panicked = thread::scope(|scope| scope.spawn(panics).join().map(drop));
    assert!(panicked.is_err());
    assert_eq!((check("s1"), check("s2")), (Some(FailureKind::SessionBlocked), None));
    let (kept, mut scratch) = (Mutex::new(String::new()), Scratch::new(&policy));
    sessions.with("s1", &mut scratch, |_, session, _| session.unblock()).expect("it is there");
    assert_eq!(check("s1"), None);
    // A session that is taken away or moved in that state stays blocked too.
    let panics = || sessions.with("s2", &mut Scratch::new(&policy), |_, _, _| panic!("a bug of the host"));
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    let keep = |session: &Session| {
        *kept.lock().expect("nobody panics") = session.export();
        Ok::<(), ()>(())
    };
    assert_eq!(sessions.close("s2", keep), Ok(true));
    assert!(kept.into_inner().expect("nobody panics").contains("\"blocked\": true"));
    let panics = || sessions.with("s1", &mut Scratch::new(&policy), |_, _, _| panic!("a bug of the host"));
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    sessions.replace(written("", Limits::default()));
    assert_eq!(check("s1"), Some(FailureKind::SessionBlocked));
}

/// A session that is over a limit of the new policy stays where it is, and denies every call until it fits.
#[test]
fn a_session_that_cannot_move_denies() {
    let tight = Limits::default().with("session_value_bytes", 4).expect("it can be set");
    let roomy = written("", Limits::default());
    let tight = written(r#"tool "t" { should allow always; }"#, tight);
    let sessions = Sessions::new(LivePolicy::new(Arc::clone(&roomy)));
    let (call, mut scratch) = (Call::new("t", &[]), Scratch::new(&roomy));
    let long = Value::Str("more than four bytes");
    let set =
        |_: &Arc<Policy>, session: &mut Session, _: &mut Scratch| session.set_value(long, roomy.limits());
    sessions.with("s", &mut scratch, set).expect("there is room").expect("it is a small value");
    let mut check = || {
        sessions.with("s", &mut scratch, |policy, session, scratch| {
            policy.check(session, &call, scratch).into_pending().is_some()
        })
    };
    assert!(check().expect("it is there"));
    sessions.replace(Arc::clone(&tight));
    let failure = check().expect_err("it does not fit");
    assert_eq!(failure.limit().map(|limit| limit.name()), Some("session_value_bytes"));
    sessions.replace(roomy);
    assert!(check().expect("it fits"));
}

/// Sessions go to a store and come back while they are used: no call is lost.
#[test]
fn sessions_come_and_go() {
    let policy = written(r#"tool "t" -> session before @tags |= {"asked"};"#, Limits::default());
    let store: Arc<Mutex<BTreeMap<String, String>>> = Arc::default();
    let open = {
        let store = Arc::clone(&store);
        move |name: &str, policy: &Policy| match store.lock().expect("nobody panics").get(name) {
            Some(text) => Session::import_rebound(policy, text).map_err(|error| error.to_string()),
            None => Session::new(policy).named(name, policy.limits()).map_err(|error| error.to_string()),
        }
    };
    let sessions = Sessions::opened_by(LivePolicy::new(Arc::clone(&policy)), open);
    let call = Call::new("t", &[]);
    let close = |name: &str| {
        sessions.close(name, |session| {
            store.lock().expect("nobody panics").insert(name.to_owned(), session.export());
            Ok::<(), ()>(())
        })
    };
    let closed = AtomicUsize::new(0);
    thread::scope(|scope| {
        for seed in 0..THREADS {
            let (mut random, mut scratch) = (Random::new(seed), Scratch::new(&policy));
            let (sessions, call, close, closed) = (&sessions, &call, &close, &closed);
            scope.spawn(move || {
                for _ in 0..50 {
                    let turn = sessions.with("s", &mut scratch, |policy, session, scratch| {
                        policy.check(session, call, scratch).into_pending().is_some()
                    });
                    assert_eq!(turn, Ok(true));
                    if random.percent(30) && close("s") == Ok(true) {
                        closed.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    let _ = close("s");
    assert!(closed.into_inner() > 20);
    let text = store.lock().expect("nobody panics").remove("s").expect("it was kept");
    assert!(text.contains(&format!("\"next_call\": {}", THREADS * 50)), "{text}");
    // A text that is none is not taken for a new session, and leaves no room taken.
    store.lock().expect("nobody panics").insert("s".to_owned(), text.replace("sqrt_session", "session"));
    let failure = sessions.with("s", &mut Scratch::new(&policy), |_, _, _| ()).expect_err("it is no session");
    assert_eq!((failure.kind(), sessions.names().len()), (FailureKind::SessionNotOpened, 0));
}
