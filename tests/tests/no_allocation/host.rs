//! A host in steady state: one policy, one scratch, sessions that go on, calls that are given over and over.

use crate::count::{allocations, places};
use sqrt_tests::corpus::{Options, PolicyFile};
use sqrt_tests::engine;
use sqrt_tests::implementations::USUAL;
use sqrt_vm::json::{CallLine, JsonLines, Line, read_line};
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::Arena;
use std::collections::BTreeMap;

/// A policy as a single file.
pub(crate) fn file(text: &str) -> Vec<PolicyFile> {
    vec![PolicyFile { name: "policy.sqrt".to_owned(), bytes: text.as_bytes().to_vec() }]
}

/// The policy of some files.
pub(crate) fn policy(files: &[PolicyFile], options: &Options) -> Policy {
    engine::policy(files, options, USUAL).expect("the policy is fine")
}

/// The calls among some lines.
pub(crate) fn calls<'a>(lines: &'a [String], policy: &Policy, arena: &'a Arena) -> Vec<CallLine<'a>> {
    let read = |line: &'a String| match read_line(line.as_bytes(), arena, policy.limits()) {
        Ok(Line::Call(call)) => Some(call),
        Ok(Line::Branch(_)) | Err(_) => None,
    };
    lines.iter().filter_map(read).collect()
}

pub(crate) struct Host<'p, 'a> {
    policy: &'p Policy,
    scratch: Scratch,
    sessions: BTreeMap<Option<&'a str>, Session>,
    two_steps: bool,
    /// How many calls were allowed and had a result.
    finished: usize,
}

impl<'p, 'a> Host<'p, 'a> {
    /// A host with a session for each that is asked for.
    pub(crate) fn new(policy: &'p Policy, lines: &[CallLine<'a>], two_steps: bool) -> Self {
        let sessions = lines.iter().map(|line| (line.session, Session::new(policy))).collect();
        Host { policy, scratch: Scratch::new(policy), sessions, two_steps, finished: 0 }
    }

    /// Decides calls and runs their phases.
    pub(crate) fn run(&mut self, lines: &[CallLine<'a>]) {
        for line in lines {
            self.step(line);
        }
    }

    fn step(&mut self, line: &CallLine<'a>) {
        let Host { policy, scratch, sessions, two_steps, finished } = self;
        let session = sessions.get_mut(&line.session).expect("made before");
        if let Some(value) = line.session_value {
            session.set_value(value, policy.limits()).expect("a small value");
        }
        match &line.returned {
            // What is checked and never finished would stay pending.
            Some(returned) if *two_steps => {
                if let Some(pending) = policy.check(session, &line.call, scratch).into_pending() {
                    policy.finish(session, pending, returned, scratch).expect("within the limits");
                }
            }
            returned => drop(policy.evaluate(session, &line.call, returned.as_ref(), scratch)),
        }
        *finished += usize::from(scratch.result_metadata().is_some());
    }
}

/// How many of the calls are allowed and have a result.
pub(crate) fn finished(policy: &Policy, lines: &[String]) -> usize {
    let arena = Arena::new();
    let calls = calls(lines, policy, &arena);
    let mut host = Host::new(policy, &calls, false);
    host.run(&calls);
    host.finished
}

/// What allocates when calls are given that were given before, in a message.
pub(crate) fn allocating(policy: &Policy, lines: &[String], two_steps: bool) -> Option<String> {
    let arena = Arena::new();
    let calls = calls(lines, policy, &arena);
    let warm_up = calls.repeat(3);
    after_warm_up(|| Host::new(policy, &calls, two_steps), &warm_up, &calls.repeat(2))
}

/// What allocates when calls that are ever new are given, the first half of them as a warm-up.
pub(crate) fn allocating_when_new(policy: &Policy, lines: &[String], two_steps: bool) -> Option<String> {
    let arena = Arena::new();
    let calls = calls(lines, policy, &arena);
    assert_eq!(calls.len(), lines.len(), "every line is a call");
    let (warm_up, measured) = calls.split_at(calls.len() / 2);
    after_warm_up(|| Host::new(policy, &calls, two_steps), warm_up, measured)
}

fn after_warm_up<'p, 'a>(
    host: impl Fn() -> Host<'p, 'a>,
    warm_up: &[CallLine<'a>],
    measured: &[CallLine<'a>],
) -> Option<String> {
    let warm = || {
        let mut host = host();
        host.run(warm_up);
        host
    };
    let mut first = warm();
    let count = allocations(|| first.run(measured));
    // Once more from the start, to see where.
    (count > 0).then(|| {
        let mut second = warm();
        format!("{count} allocations\n{}", places(|| second.run(measured)))
    })
}

/// What allocates when lines are read, decided and answered again, and how many there are: those without escapes, which the
/// reader of JSON puts together in memory of its own, and without errors.
pub(crate) fn allocating_as_lines(policy: &Policy, lines: &[String]) -> (usize, Option<String>) {
    let arena = Arena::new();
    let names = calls(lines, policy, &arena).into_iter().map(|line| line.session.map(str::to_owned));
    let mut sessions: Vec<_> = names.map(|name| (name, Session::new(policy))).collect();
    let mut answering = JsonLines::new(policy);
    let mut out = String::new();
    let mut answer = |line: &String| {
        out.clear();
        let answered = answering.answer(
            policy,
            line.as_bytes(),
            |wanted| {
                let found = sessions.iter_mut().find(|(name, _)| name.as_deref() == wanted);
                found.map(|(_, session)| session).ok_or_else(|| "no session".to_owned())
            },
            &mut out,
        );
        answered.is_ok()
    };
    let lines: Vec<_> = lines.iter().filter(|line| !line.contains('\\') && answer(line)).collect();
    let mut all = || lines.iter().for_each(|line| assert!(answer(line)));
    (0..3).for_each(|_| all());
    let count = allocations(&mut all);
    (lines.len(), (count > 0).then(|| format!("{count} allocations\n{}", places(&mut all))))
}
