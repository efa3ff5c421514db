//! Competitors and the interleaved measuring of them.
//!
//! Invariants: a competitor is measured only after it gave the expected answer; competitors of one case take turns in small
//! batches, so that noise of the machine meets all of them alike; a figure is the median over all rounds of the time that the
//! processor gave to this thread.

use std::hint::black_box;
use std::time::Duration;

use crate::clock::processor_time;
use crate::workload::Answer;

/// What answers one call, or a fixed series of calls in turn.
pub trait Decider {
    /// What it gives for a call: everything that an [`Answer`] needs, in its own terms.
    type Output;

    /// Decides the next call. This is what is measured.
    fn decide(&mut self) -> Self::Output;

    /// The output in common terms.
    fn answer(&self, output: Self::Output) -> Answer;
}

/// A decider, whatever its output.
pub trait Runner {
    /// Decides so many calls.
    fn run(&mut self, times: u64);

    /// Decides one call and tells the answer.
    fn answer_once(&mut self) -> Answer;

    /// Decides so many calls and tells how long that took.
    fn timed(&mut self, times: u64) -> Duration {
        let start = processor_time();
        self.run(times);
        processor_time() - start
    }

    /// Looks while what it makes is there, if it is a [`Load`].
    fn while_held(&mut self, _look: &mut dyn FnMut()) {}
}

/// Makes something anew each time, such as a policy from its text. Letting go of it is not measured.
pub struct Load<M, J> {
    make: M,
    judge: J,
}

impl<P, M: FnMut() -> P, J: Fn(P) -> Answer> Runner for Load<M, J> {
    fn run(&mut self, times: u64) {
        for _ in 0..times {
            black_box((self.make)());
        }
    }

    fn answer_once(&mut self) -> Answer {
        (self.judge)((self.make)())
    }

    fn timed(&mut self, times: u64) -> Duration {
        let timed = |_| {
            let start = processor_time();
            let made = black_box((self.make)());
            let took = processor_time() - start;
            drop(made);
            took
        };
        (0..times).map(timed).sum()
    }

    fn while_held(&mut self, look: &mut dyn FnMut()) {
        let made = black_box((self.make)());
        look();
        drop(made);
    }
}

impl<D: Decider> Runner for D {
    #[inline(never)]
    fn run(&mut self, times: u64) {
        for _ in 0..times {
            black_box(black_box(&mut *self).decide());
        }
    }

    fn answer_once(&mut self) -> Answer {
        let output = self.decide();
        self.answer(output)
    }
}

/// What a competitor is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Names and tags are strings, as a host has them.
    Strings,
    /// Names and tags were resolved, or the competitor's own form of the call was made, before measuring.
    Ready,
}

impl Input {
    /// As in reports.
    pub fn name(self) -> &'static str {
        match self {
            Input::Strings => "strings",
            Input::Ready => "ready",
        }
    }
}

/// Someone who answers a case.
pub struct Competitor<'a> {
    /// As in reports.
    pub name: &'static str,
    /// What it is given.
    pub input: Input,
    /// Does it.
    pub runner: Box<dyn Runner + 'a>,
}

impl<'a> Competitor<'a> {
    /// A competitor.
    pub fn new(name: &'static str, input: Input, decider: impl Decider + 'a) -> Self {
        Competitor { name, input, runner: Box::new(decider) }
    }

    /// One that makes something anew each time; `judge` tells what that answers.
    pub fn loads<P: 'a>(
        name: &'static str,
        make: impl FnMut() -> P + 'a,
        judge: impl Fn(P) -> Answer + 'a,
    ) -> Self {
        Competitor { name, input: Input::Strings, runner: Box::new(Load { make, judge }) }
    }

    /// One that is a runner by itself.
    pub fn running(name: &'static str, runner: impl Runner + 'a) -> Self {
        Competitor { name, input: Input::Strings, runner: Box::new(runner) }
    }
}

/// How long to measure.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// How often each competitor has its turn, at most.
    pub rounds: usize,
    /// How long a turn is, about, where a call is shorter.
    pub batch: Duration,
    /// How long all rounds of a competitor may be, about; there are [`Effort::LEAST`] in any case.
    pub most: Duration,
}

impl Effort {
    /// For figures to be published.
    pub const FULL: Effort =
        Effort { rounds: 201, batch: Duration::from_micros(500), most: Duration::from_secs(2) };
    /// For a look.
    pub const QUICK: Effort =
        Effort { rounds: 31, batch: Duration::from_micros(200), most: Duration::from_millis(200) };
    /// The least rounds.
    pub const LEAST: usize = 3;
}

/// Asserts that each gives the expected answer, more than once.
///
/// # Panics
/// If one does not.
pub fn assert_answers(place: &str, competitors: &mut [Competitor<'_>], expected: Answer) {
    for competitor in competitors {
        for _ in 0..3 {
            let answer = competitor.runner.answer_once();
            assert_eq!(answer, expected, "{place}: {} ({})", competitor.name, competitor.input.name());
        }
    }
}

/// Measures all of them in turns: for each the median time of a call in nanoseconds.
pub fn measure(competitors: &mut [Competitor<'_>], effort: Effort) -> Vec<f64> {
    let plans: Vec<(u64, usize)> =
        competitors.iter_mut().map(|it| calibrate(it.runner.as_mut(), effort)).collect();
    let mut samples = vec![Vec::with_capacity(effort.rounds); competitors.len()];
    for round in 0..effort.rounds {
        for turn in 0..competitors.len() {
            // Nobody always follows the same neighbour's cache.
            let index = if round % 2 == 0 { turn } else { competitors.len() - 1 - turn };
            let (batch, rounds) = plans[index];
            if round >= rounds {
                continue;
            }
            let runner = competitors[index].runner.as_mut();
            runner.run(batch / 8);
            samples[index].push(runner.timed(batch).as_secs_f64() * 1e9 / batch as f64);
        }
    }
    samples.into_iter().map(median).collect()
}

/// How many calls take about as long as a batch, and how many batches there is time for.
fn calibrate(runner: &mut dyn Runner, effort: Effort) -> (u64, usize) {
    let mut calls = 1;
    loop {
        let elapsed = runner.timed(calls);
        if elapsed * 2 >= effort.batch {
            let wanted = effort.batch.as_secs_f64() / elapsed.as_secs_f64() * calls as f64;
            let batch = (wanted as u64).max(1);
            let turn = elapsed.as_secs_f64() / calls as f64 * batch as f64;
            let rounds = (effort.most.as_secs_f64() / turn) as usize;
            return (batch, rounds.clamp(Effort::LEAST, effort.rounds));
        }
        calls *= 2;
    }
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}
