//! Two sessions whose calls are checked and finished in any order, in one scratch: each fares as it does alone.
//!
//! The first bytes choose the order, the others a policy and calls. Which session a call belongs to is chosen too.

use super::running::{Base, each_call, expect_no_trap, said};
use crate::generate::{Case, Random, Style};
use sqrt_vm::call::Returned;
use sqrt_vm::engine::PendingCall;
use sqrt_vm::json::{CallLine, Line, read_line};
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::{Arena, Value};

/// How many bytes choose the order.
const CHOICES: usize = 16;

/// What is done next.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// The call at this place is checked, for this session.
    Check(usize, usize),
    /// The call at this place is finished, if it was allowed.
    Finish(usize, usize),
}

pub(super) fn run(bytes: &[u8]) {
    let (choices, rest) = bytes.split_at(bytes.len().min(CHOICES));
    let mut case = Case::of_bytes(rest, Style::ALL);
    case.calls.truncate(6);
    let base = Base::of(&case);
    let lines: Vec<_> = base.lines.iter().filter(|line| is_call(&base.policy, line)).cloned().collect();
    let steps = steps(&mut Random::of_bytes(choices), lines.len());
    let together = follow(&base.policy, &lines, &steps);
    for session in 0..2 {
        let own = |step: &&Step| matches!(step, Step::Check(_, of) | Step::Finish(_, of) if *of == session);
        let alone: Vec<_> = steps.iter().filter(own).copied().collect();
        let found: Vec<_> = together.iter().filter(|(of, _)| *of == session).cloned().collect();
        assert_eq!(found, follow(&base.policy, &lines, &alone), "{case}session {session} of {steps:?}");
    }
}

fn is_call(policy: &Policy, line: &str) -> bool {
    let mut is_call = false;
    each_call(policy, &[line.to_owned()], |_| is_call = true);
    is_call
}

/// Every call is checked, and perhaps finished later.
fn steps(random: &mut Random, calls: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    for call in 0..calls {
        let session = random.below(2);
        // Not before what is there already of calls before it.
        steps.push(Step::Check(call, session));
        if random.percent(80) {
            steps.push(Step::Finish(call, session));
        }
    }
    // A finishing step goes some places down.
    for at in (0..steps.len()).rev() {
        if let Step::Finish(..) = steps[at] {
            let to = (at + random.below(4)).min(steps.len() - 1);
            steps[at..=to].rotate_left(1);
        }
    }
    steps
}

/// What came of each step, with the session that it was about.
fn follow(policy: &Policy, lines: &[String], steps: &[Step]) -> Vec<(usize, String)> {
    let arena = Arena::new();
    let mut calls: Vec<CallLine<'_>> = Vec::new();
    for line in lines {
        if let Ok(Line::Call(call)) = read_line(line.as_bytes(), &arena, policy.limits()) {
            calls.push(call);
        }
    }
    let mut sessions = [Session::new(policy), Session::new(policy)];
    let mut pending: Vec<Option<PendingCall<'_>>> = calls.iter().map(|_| None).collect();
    let (mut scratch, mut outcomes) = (Scratch::new(policy), Vec::new());
    for &step in steps {
        let (Step::Check(call, of) | Step::Finish(call, of)) = step;
        let session = &mut sessions[of];
        let mut outcome = match step {
            Step::Check(..) => {
                if let Some(value) = calls[call].session_value {
                    let _ = session.set_value(value, policy.limits());
                }
                let checked = policy.check(session, &calls[call].call, &mut scratch);
                let outcome = said(policy, checked.decision(), session, &scratch);
                pending[call] = checked.into_pending();
                outcome
            }
            Step::Finish(..) => {
                let Some(waiting) = pending[call].take() else { continue };
                let returned = calls[call].returned.unwrap_or(Returned::new(Value::Null));
                let finished = policy.finish(session, waiting, &returned, &mut scratch);
                if let Err(failure) = &finished {
                    expect_no_trap(failure);
                }
                format!("{finished:?}")
            }
        };
        outcome += &session.export();
        outcomes.push((of, outcome));
    }
    outcomes
}
