//! Calls that are all checked before the first of them is finished, the last one first: with pending calls and sessions in
//! memory, and with both as text that another process reads; and calls that are checked and finished in random order, with both moved as
//! text at random points. The outcomes are the same.

#![allow(clippy::panic, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use sqrt_tests::compare::seeds;
use sqrt_tests::corpus::{self, Expectation, Options, PolicyFile};
use sqrt_tests::engine::{self, Setup};
use sqrt_tests::generate::{Case, Random, Style};
use sqrt_tests::implementations::USUAL;
use sqrt_vm::call::Returned;
use sqrt_vm::engine::PendingCall;
use sqrt_vm::json::{CallLine, Line, read_line};
use sqrt_vm::metadata::{Session, write_metadata};
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::{Arena, Value};
use std::collections::BTreeMap;
use std::path::Path;

/// What became of each check, then of each call that was finished.
type Outcomes = Vec<String>;

fn metadata(policy: &Policy, session: &Session, scratch: &Scratch) -> String {
    let (mut out, tags) = (String::new(), scratch.tags(policy, session));
    for metadata in [Some(session.metadata()), scratch.result_metadata()].into_iter().flatten() {
        write_metadata(&mut out, metadata, &tags, &mut Vec::new());
    }
    out
}

fn check<'c>(
    policy: &Policy,
    session: &mut Session,
    line: &'c CallLine<'_>,
    scratch: &mut Scratch,
    outcomes: &mut Outcomes,
) -> Option<PendingCall<'c>> {
    if let Some(value) = line.session_value {
        session.set_value(value, policy.limits()).expect("a small value");
    }
    let checked = policy.check(session, &line.call, scratch);
    outcomes.push(format!("{:?} {}", checked.decision(), metadata(policy, session, scratch)));
    checked.into_pending()
}

fn finish(
    policy: &Policy,
    session: &mut Session,
    pending: PendingCall<'_>,
    line: &CallLine<'_>,
    scratch: &mut Scratch,
    outcomes: &mut Outcomes,
) {
    let returned = line.returned.unwrap_or(Returned::new(Value::Null));
    let finished = policy.finish(session, pending, &returned, scratch);
    outcomes.push(format!("{finished:?} {}", metadata(policy, session, scratch)));
}

/// Everything stays in memory.
fn in_memory(policy: &Policy, lines: &[CallLine<'_>]) -> Outcomes {
    let (mut scratch, mut outcomes) = (Scratch::new(policy), Vec::new());
    let mut sessions: BTreeMap<_, _> =
        lines.iter().map(|line| (line.session, Session::new(policy))).collect();
    let mut waiting = Vec::new();
    for line in lines {
        let session = sessions.get_mut(&line.session).expect("made before");
        let pending = check(policy, session, line, &mut scratch, &mut outcomes);
        waiting.extend(pending.map(|pending| (line, pending)));
    }
    for (line, pending) in waiting.into_iter().rev() {
        let session = sessions.get_mut(&line.session).expect("made before");
        finish(policy, session, pending, line, &mut scratch, &mut outcomes);
    }
    outcomes
}

/// Everything is text between two steps, and another process finishes the calls.
fn as_text(policy: &Policy, other: &Policy, lines: &[CallLine<'_>]) -> Outcomes {
    let (mut scratch, mut outcomes) = (Scratch::new(policy), Vec::new());
    let new = |line: &CallLine<'_>| (line.session.map(str::to_owned), Session::new(policy).export());
    let mut sessions: BTreeMap<_, _> = lines.iter().map(new).collect();
    let mut waiting = Vec::new();
    for line in lines {
        let text = sessions.get_mut(&line.session.map(str::to_owned)).expect("made before");
        let mut session = Session::import(policy, text).expect("it was exported");
        let pending = check(policy, &mut session, line, &mut scratch, &mut outcomes);
        waiting.extend(pending.map(|pending| (line, pending.export(policy).expect("it is JSON"))));
        *text = session.export();
    }
    let mut scratch = Scratch::new(other);
    for (line, pending) in waiting.iter().rev() {
        let text = sessions.get_mut(&line.session.map(str::to_owned)).expect("made before");
        let (mut session, arena) = (Session::import(other, text).expect("it was exported"), Arena::new());
        let pending = PendingCall::import(other, pending, &arena).expect("it was exported");
        finish(other, &mut session, pending, line, &mut scratch, &mut outcomes);
        *text = session.export();
    }
    outcomes
}

/// A pending call in memory, or as text.
enum Waiting<'c> {
    Here(PendingCall<'c>),
    Text(String),
}

/// Exports the session and imports it in a process, if the time has come.
fn travel(session: &mut Session, policy: &Policy, times: &mut Option<Random>) -> bool {
    let now = times.as_mut().is_some_and(|times| times.percent(40));
    if now {
        let text = session.export();
        *session = Session::import(policy, &text).expect("it was exported");
        assert_eq!(session.export(), text);
    }
    now
}

/// Calls are checked and finished in random order, in one process and another by turns. If there are `times`, sessions and pending calls
/// travel as text at some of them.
fn in_random_order(
    processes: [&Policy; 2],
    lines: &[CallLine<'_>],
    mut times: Option<Random>,
    order: &mut Random,
) -> Outcomes {
    let (mut scratches, mut outcomes) = (processes.map(Scratch::new), Vec::new());
    let mut sessions: BTreeMap<_, _> =
        lines.iter().map(|line| (line.session, Session::new(processes[0]))).collect();
    let (mut waiting, mut next) = (Vec::new(), lines.iter().peekable());
    while next.peek().is_some() || !waiting.is_empty() {
        let here = order.below(2);
        let (policy, scratch) = (processes[here], &mut scratches[here]);
        if waiting.is_empty() || next.peek().is_some() && order.percent(60) {
            let Some(line) = next.next() else { continue };
            let session = sessions.get_mut(&line.session).expect("made before");
            travel(session, policy, &mut times);
            let pending = check(policy, session, line, scratch, &mut outcomes);
            waiting.extend(pending.map(|pending| match travel(session, policy, &mut times) {
                true => (line, Waiting::Text(pending.export(policy).expect("it is JSON"))),
                false => (line, Waiting::Here(pending)),
            }));
            continue;
        }
        let (line, pending) = waiting.swap_remove(order.below(waiting.len()));
        let (session, arena) = (sessions.get_mut(&line.session).expect("made before"), Arena::new());
        travel(session, policy, &mut times);
        let pending = match &pending {
            Waiting::Here(pending) => pending.clone(),
            Waiting::Text(text) => PendingCall::import(policy, text, &arena).expect("it was exported"),
        };
        finish(policy, session, pending, line, scratch, &mut outcomes);
        travel(session, policy, &mut times);
    }
    outcomes
}

/// Runs all of them, and says how many calls were allowed.
fn compare(name: &str, files: &[PolicyFile], options: &Options, lines: &[String]) -> usize {
    let policy = |image| engine::policy(files, options, Setup { image, ..USUAL });
    let Ok(here) = policy(false) else { return 0 };
    let there = policy(true).unwrap_or_else(|error| panic!("{name}: {error}"));
    let arena = Arena::new();
    let read = |line: &String| match read_line(arena.text(line).as_bytes(), &arena, here.limits()) {
        Ok(Line::Call(call)) => Some(call),
        _ => None,
    };
    let calls: Vec<_> = lines.iter().filter_map(read).collect();
    let expected = in_memory(&here, &calls);
    assert_eq!(as_text(&here, &there, &calls), expected, "{name}");
    let random = || Random::new(calls.len() as u64);
    let moving = in_random_order([&here, &there], &calls, Some(random()), &mut random());
    assert_eq!(moving, in_random_order([&here, &here], &calls, None, &mut random()), "{name}");
    expected.len() - calls.len()
}

#[test]
fn every_case_of_the_corpus() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut allowed = 0;
    for case in corpus::load(&directory).unwrap_or_else(|error| panic!("{error}")) {
        if let Expectation::Answers(exchanges) = &case.expectation {
            let lines: Vec<String> = exchanges.iter().map(|exchange| exchange.call.clone()).collect();
            allowed += compare(&case.name, &case.files, &case.options, &lines);
        }
    }
    assert!(allowed > 200, "only {allowed} calls were allowed");
}

#[test]
fn every_example() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let entries = std::fs::read_dir(directory).expect("the examples are there").flatten();
    let mut allowed = 0;
    for path in entries.map(|entry| entry.path()).filter(|path| path.is_dir()) {
        let read = |name| std::fs::read_to_string(path.join(name)).ok();
        let bytes = read("policy.sqrt").expect("a policy").into_bytes();
        let document = read("x-policy.json").map(|text| serde_json::from_str(&text).expect("it is JSON"));
        let lines: Vec<String> = read("calls.jsonl").expect("calls").lines().map(str::to_owned).collect();
        let file = PolicyFile { name: "policy.sqrt".to_owned(), bytes };
        let options = Options { x_policy: document, ..Options::default() };
        allowed += compare(&path.display().to_string(), &[file], &options, &lines);
    }
    assert!(allowed > 10, "only {allowed} calls were allowed");
}

#[test]
fn generated_policies() {
    let mut allowed = 0;
    for seed in seeds(80_000..80_040) {
        let case = Case::generate(seed, Style::ALL, 20);
        allowed += compare(&format!("seed {seed}"), &case.files(), &case.options, &case.calls);
    }
    assert!(allowed > 0, "no call was allowed");
}
