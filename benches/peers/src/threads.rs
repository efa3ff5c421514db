//! Two threads on one policy: what a call costs each of them, beside what it costs a thread alone.
//!
//! A thread's time on a processor is counted, so that whoever else runs does not count, but what threads do to each other does:
//! lines of cache that go to and fro, one memory, an allocator with locks.

use std::sync::Barrier;
use std::time::Instant;

use sqrt_benches::clock::processor_time;
use sqrt_benches::harness::{Effort, Input, assert_answers};
use sqrt_benches::scenarios::{Kind, Scenario};

use crate::others;

/// What was measured of one competitor.
pub struct Scaling {
    /// Who.
    pub competitor: &'static str,
    /// Nanoseconds of a call, alone and with another thread.
    pub nanoseconds: [f64; 2],
}

/// What is measured: of each the kind and the place of the case.
const CASES: [(Kind, usize); 3] = [(Kind::Email, 1), (Kind::Order, 1), (Kind::Dispatch(1_000), 0)];

/// Who cannot be told apart by the processor's time alone, or has no policy to share.
const LEFT_OUT: [&str; 3] = ["bound, suffix", "bound, prefix hash", "wirefilter"];

/// Measures all of them; our engine shares one policy, others have one for each thread.
pub fn measure(effort: Effort, mut visit: impl FnMut(String, Vec<Scaling>)) {
    for (kind, index) in CASES {
        let workload = kind.workload();
        let name = format!("Threads: {}, {}", workload.name, workload.cases[index].name);
        let scenario = Scenario::of(kind, workload);
        // With names as strings where there is that.
        let wanted: Vec<(&'static str, Input)> = {
            let case = scenario.case(index, name.clone(), others);
            let mut all: Vec<_> = case.competitors.iter().map(|it| (it.name, it.input)).collect();
            all.sort_by_key(|(_, input)| *input == Input::Ready);
            let mut seen = Vec::new();
            all.retain(|(name, _)| {
                !LEFT_OUT.contains(name) && !seen.contains(name) && {
                    seen.push(*name);
                    true
                }
            });
            all
        };
        let rows = wanted
            .into_iter()
            .map(|who| Scaling { competitor: who.0, nanoseconds: both(&scenario, index, who, effort) });
        visit(name, rows.collect());
    }
}

fn both(scenario: &Scenario, index: usize, who: (&str, Input), effort: Effort) -> [f64; 2] {
    let rounds = (effort.rounds / 20).max(3);
    let mut samples = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (threads, samples) in (1..).zip(&mut samples) {
            samples.push(with_threads(scenario, index, who, threads, effort));
        }
    }
    samples.map(|mut samples| {
        samples.sort_by(f64::total_cmp);
        samples[samples.len() / 2]
    })
}

/// Nanoseconds of a call when so many threads make calls, as the mean of the threads.
fn with_threads(
    scenario: &Scenario,
    index: usize,
    who: (&str, Input),
    threads: usize,
    effort: Effort,
) -> f64 {
    let barrier = &Barrier::new(threads);
    let one = move || {
        let mut case = scenario.case(index, String::new(), others);
        case.competitors.retain(|it| (it.name, it.input) == who);
        assert_answers("threads", &mut case.competitors, case.expected);
        let runner = case.competitors[0].runner.as_mut();
        runner.run(1_000);
        barrier.wait();
        let (began, start) = (Instant::now(), processor_time());
        let mut calls = 0;
        while began.elapsed() < effort.batch * 100 {
            runner.run(200);
            calls += 200;
        }
        (processor_time() - start).as_secs_f64() * 1e9 / f64::from(calls)
    };
    let each: Vec<f64> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    each.iter().sum::<f64>() / each.len() as f64
}
