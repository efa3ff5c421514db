//! Recorded calls decided again: under one policy, under two, or under one and beside the answers that were recorded, and what
//! changes between them.
//!
//! Inputs are cut into blocks of lines (`blocks`), which threads take apart by session (`route`) and handle shard by shard
//! (`schedule`): the calls of a session are decided in their order, by whichever thread. A line is read once, decided by each
//! policy in a session of its own (`shard`), and what differs is counted (`changes`). `report` gives it names.
//!
//! Invariants: the report depends on calls and policies alone, not on threads; memory is bounded by the sessions, by what is
//! told apart, and by a few blocks; nothing of a value is in the report.

mod blocks;
mod changes;
mod pairs;
mod recorded;
mod report;
mod route;
mod schedule;
mod shard;
mod side;

use std::collections::HashMap;
use std::io::Read;
use std::num::NonZero;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};

use sqrt_vm::limits::LimitExceeded;
use sqrt_vm::policy::Policy;

pub use changes::Kind;
pub use pairs::RulePairs;
pub use report::{Change, Decisions, Example, Place, Problem, Report, RuleText, Said, ToolCount};

use blocks::Blocks;
use changes::{At, ByVerdict, Changes, Shown, Verdict, join_shown};
use report::{Names, decisions, rule_texts};
use route::SHARDS;
use shard::{Bench, Old, RecordedRules, Replaying, Shard, TOLD};

/// Calls, one JSON object a line (S9).
pub struct Input {
    /// What places call it by.
    pub name: String,
    /// Its bytes.
    pub bytes: Box<dyn Read + Send>,
}

/// What the decisions of a policy are compared with.
#[derive(Debug, Clone, Copy)]
pub enum Baseline<'p> {
    /// Nothing: the report is a summary.
    Nothing,
    /// The answers that were recorded: each line is `{"call": …, "answer": …}`.
    Recorded,
    /// Those of another policy. The pairs say which of its rules are which of the other's.
    Policy(&'p Policy, &'p RulePairs),
}

/// How to replay.
pub struct Replay<'p> {
    /// What is compared with.
    pub baseline: Baseline<'p>,
    /// The policy, or of two the new one. Its limits hold for both.
    pub policy: &'p Policy,
    /// How many threads work.
    pub threads: NonZero<usize>,
    /// How many examples of each change are kept.
    pub examples: usize,
    /// Is told how many more lines are done, from any thread.
    pub on_lines: &'p (dyn Fn(u64) + Sync),
}

impl Replay<'_> {
    /// Replays the calls of all inputs, which are opened one after another. A reason in the place of an input ends the replay
    /// there, and the report says so.
    ///
    /// # Errors
    /// If there are more sessions than the limit `eval_sessions` allows.
    pub fn run<I>(&self, inputs: I) -> Result<Report, LimitExceeded>
    where
        I: Iterator<Item = Result<Input, String>> + Send,
    {
        let new_rules = rule_texts(self.policy);
        let old = match self.baseline {
            Baseline::Nothing => Old::Nothing,
            Baseline::Recorded => Old::Recorded(recorded_rules(&new_rules)),
            Baseline::Policy(old, pairs) => Old::Policy(old, pairs),
        };
        let changes_sessions = match self.baseline {
            Baseline::Policy(old, _) => changes_sessions(old) || changes_sessions(self.policy),
            _ => changes_sessions(self.policy),
        };
        let replaying = Replaying {
            old,
            changes_sessions,
            new: self.policy,
            examples: self.examples,
            sessions: AtomicUsize::new(0),
            passed: Mutex::new(None),
            on_lines: self.on_lines,
        };
        let blocks = Blocks::new(inputs, self.policy.limits().line_bytes());
        let shards = (0..SHARDS).map(|_| Shard::default()).collect();
        let ended = schedule::run(&replaying, self.threads, blocks, shards, || replaying.bench());
        let Replaying { old, sessions, passed, .. } = replaying;
        if let Some(limit) = passed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(limit);
        }
        let old_rules = match old {
            Old::Nothing => Vec::new(),
            Old::Policy(old, _) => rule_texts(old),
            Old::Recorded(rules) => {
                let (_, others) = rules.others.into_inner().unwrap_or_else(PoisonError::into_inner);
                new_rules.iter().cloned().chain(others.into_iter().map(Arc::new)).collect()
            }
        };
        let (names, stopped) =
            ended.blocks.map_or_else(Default::default, |blocks| (blocks.names, blocks.stopped));
        let names = Names { files: &names, old_rules: &old_rules, new_rules: &new_rules };
        let mut report = self.report(names, ended.shards, ended.benches);
        (report.sessions, report.stopped) = (sessions.into_inner() as u64, stopped);
        Ok(report)
    }

    /// Puts together what shards and threads have counted.
    fn report(&self, names: Names<'_>, shards: Vec<Shard>, benches: Vec<Bench>) -> Report {
        let (mut old_counts, mut new_counts) = (ByVerdict::default(), ByVerdict::default());
        for bench in benches {
            add_counts(&mut old_counts, bench.old_counts);
            add_counts(&mut new_counts, bench.new_counts);
        }
        let mut all = Sum::default();
        shards.into_iter().for_each(|shard| all.add(shard, self.examples));
        let old_rules = match self.baseline {
            Baseline::Policy(old, _) => old.program().rules.len(),
            _ => 0,
        };
        let compares = !matches!(self.baseline, Baseline::Nothing);
        let problem = |(at, message, limit)| {
            let place = names.place(&Shown { at, session: None, details: Vec::new() });
            Problem { place, message, limit }
        };
        let mut tools: Vec<ToolCount> = all
            .tools
            .into_iter()
            .map(|(tool, [allowed, denied])| ToolCount { tool: tool.into(), allowed, denied })
            .collect();
        tools.sort_by(|left, right| left.tool.cmp(&right.tool));
        Report {
            inputs: names.files.len(),
            lines: all.lines,
            calls: all.calls,
            branches: all.branches,
            problems: all.problems,
            first_problems: all.first_problems.into_iter().map(problem).collect(),
            sessions: 0,
            diverged: all.diverged,
            first_diverged: all.first_diverged.into_iter().map(|shown| names.example(shown)).collect(),
            old: compares.then(|| decisions(old_counts, names.old_rules, old_rules)),
            new: decisions(new_counts, names.new_rules, self.policy.program().rules.len()),
            tools,
            changes: names.changes(all.changes),
            stopped: None,
        }
    }
}

/// What all shards have counted.
#[derive(Default)]
struct Sum {
    lines: u64,
    calls: u64,
    branches: u64,
    problems: u64,
    first_problems: Vec<(At, String, Option<LimitExceeded>)>,
    diverged: u64,
    first_diverged: Vec<Shown>,
    tools: HashMap<Box<str>, [u64; 2]>,
    changes: Changes,
}

impl Sum {
    fn add(&mut self, shard: Shard, examples: usize) {
        let tally = shard.tally;
        self.lines = self.lines.saturating_add(tally.lines);
        self.calls = self.calls.saturating_add(tally.calls);
        self.branches = self.branches.saturating_add(tally.branches);
        self.problems = self.problems.saturating_add(tally.problems);
        self.first_problems.extend(tally.first_problems);
        self.first_problems.sort_by_key(|(at, ..)| *at);
        self.first_problems.truncate(TOLD);
        self.diverged = self.diverged.saturating_add(tally.diverged);
        join_shown(&mut self.first_diverged, tally.first_diverged, TOLD);
        for (tool, counts) in tally.tools {
            let sums = self.tools.entry(tool).or_default();
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum = sum.saturating_add(count));
        }
        self.changes.join(tally.changes, examples);
    }
}

fn changes_sessions(policy: &Policy) -> bool {
    policy.program().blocks.iter().any(|block| block.before.is_some() || block.after.is_some())
}

fn add_counts(into: &mut ByVerdict<Verdict, u64>, from: ByVerdict<Verdict, u64>) {
    for (verdict, count) in from {
        let sum = into.entry(verdict).or_default();
        *sum = sum.saturating_add(count);
    }
}

/// The rules of the policy, by what recorded answers know of them.
fn recorded_rules(rules: &[Arc<RuleText>]) -> RecordedRules {
    let of_policy = rules
        .iter()
        .zip(0..)
        .map(|(rule, number)| (recorded::place(&rule.file, rule.line, rule.column), number))
        .collect();
    RecordedRules { of_policy, count: rules.len(), ..RecordedRules::default() }
}
