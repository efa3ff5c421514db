//! `sqrt replay`: recorded calls decided again under one policy or two, and a report of what changes.
//!
//! Invariants: the report goes out as a whole, after the last call; the status says whether something changed that should not
//! have; progress is told on standard error, and only to a terminal.

mod answers;
mod decode;
mod inputs;
mod json;
#[cfg(feature = "parquet")]
mod parquet;
mod progress;
mod text;

use std::num::NonZero;
use std::path::PathBuf;

use sqrt_authoring::diff::compare;
use sqrt_authoring::replay::{Baseline, Kind, Replay, Report, RulePairs};
use sqrt_vm::limits::Limits;
use sqrt_vm::policy::Policy;

use crate::args::{Format, KindArg, ReplayArgs, SettingsArgs};
use crate::files::policy_files;
use crate::input;
use crate::limits;
use crate::output::{Failure, Output, Status, Stop, tell_failure};
use crate::program::{PolicyInputs, cannot_run};
use crate::replace::replace_file;
use inputs::Calls;
use progress::Progress;

/// Replays the calls and writes the report.
pub(crate) fn run(args: &ReplayArgs, output: &mut Output) -> Result<(), Stop> {
    let limits = limits::asked(&args.limits)?;
    let stdin = PathBuf::from("-");
    let paths = args.policies.iter().chain(&args.against).chain(&args.settings.x_policy);
    let paths = paths.chain(&args.against_settings.against_x_policy).chain(&args.answers).chain(&args.calls);
    input::stdin_at_most_once(paths.chain(args.calls.is_empty().then_some(&stdin)))?;
    let compares = !args.against.is_empty() || args.against_settings.is_given();
    if compares && (args.recorded || !args.answers.is_empty()) {
        let failure = Failure::new("a second policy and recorded answers are both to be compared with");
        return Err(failure.help("leave out `--against…`, or `--recorded` and `--answers`").into());
    }
    let Some(first) = Chosen::read(&args.policies, &args.settings, limits, output)? else { return Ok(()) };
    let second = if compares {
        let files = if args.against.is_empty() { &args.policies } else { &args.against };
        let settings = args.against_settings.over(&args.settings);
        let Some(second) = Chosen::read(files, &settings, limits, output)? else { return Ok(()) };
        Some(second)
    } else {
        None
    };
    let pairs = second.as_ref().map(|second| first.rule_pairs(second)).unwrap_or_default();
    let (baseline, policy) = match &second {
        Some(second) => (Baseline::Policy(&first.policy, &pairs), &second.policy),
        None if args.recorded || !args.answers.is_empty() => (Baseline::Recorded, &first.policy),
        None => (Baseline::Nothing, &first.policy),
    };
    let report = replay(args, baseline, policy)?;
    finish(args, &report, output)
}

/// A policy that runs, and what it was made of.
struct Chosen {
    policy: Policy,
    inputs: PolicyInputs,
    settings: SettingsArgs,
}

impl Chosen {
    /// Reads a policy; `None`, told, if it is not fine.
    fn read(
        paths: &[PathBuf],
        settings: &SettingsArgs,
        limits: Limits,
        output: &mut Output,
    ) -> Result<Option<Chosen>, Stop> {
        let files = policy_files(paths)?;
        let Some(inputs) = PolicyInputs::read(&files, settings.x_policy.as_deref(), limits, output)? else {
            return Ok(None);
        };
        let Some(program) = inputs.program(settings, false, output)? else { return Ok(None) };
        match Policy::new(program, limits) {
            Ok(policy) => Ok(Some(Chosen { policy, inputs, settings: settings.clone() })),
            Err(error) => {
                tell_failure(&cannot_run(&error));
                output.worsen(Status::NotFine);
                Ok(None)
            }
        }
    }

    /// Which rules of another policy are which of this one: found by a comparison of the texts, if they are there.
    fn rule_pairs(&self, other: &Chosen) -> RulePairs {
        let is_text = |chosen: &Chosen| chosen.inputs.image().is_none();
        let revision = |chosen: &Chosen| chosen.inputs.revision(&chosen.settings).ok();
        if is_text(self)
            && is_text(other)
            && let (Some(old), Some(new)) = (revision(self), revision(other))
        {
            return compare(&old, &new).rule_pairs().completed(&self.policy, &other.policy);
        }
        RulePairs::by_looks(&self.policy, &other.policy)
    }
}

fn replay(args: &ReplayArgs, baseline: Baseline<'_>, policy: &Policy) -> Result<Report, Stop> {
    let calls = Calls::find(&args.calls, &args.answers, policy.limits().line_bytes())?;
    let progress = Progress::new(calls.bytes());
    let processors = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    let replay = Replay {
        baseline,
        policy,
        threads: args.threads.unwrap_or(processors),
        examples: usize::from(args.examples),
        on_lines: &|lines| progress.add_lines(lines),
    };
    let done = replay.run(calls.inputs(&progress));
    progress.end();
    done.map_err(|limit| {
        Failure::new(format!("the calls were not replayed: {limit}")).help(limits::raise(&limit)).into()
    })
}

/// Writes the report, and says by the status what it comes to.
fn finish(args: &ReplayArgs, report: &Report, output: &mut Output) -> Result<(), Stop> {
    let text = match args.format {
        Format::Text => text::report(report),
        Format::Json => json::report(report),
    };
    match &args.output {
        Some(path) if !input::is_stdin(path) => replace_file(path, text.as_bytes())?,
        _ => output.text(&text)?,
    }
    output.flush()?;
    if Kind::ALL.into_iter().any(|kind| counts(args, kind) && report.changed(kind) > 0) {
        output.worsen(Status::NotFine);
    }
    if report.problems > 0 {
        output.worsen(Status::Failed);
    }
    match &report.stopped {
        Some(why) => Err(Failure::new(why.clone()).help("the report is of the lines before that").into()),
        None => Ok(()),
    }
}

/// Whether a change of this kind makes the status 1.
fn counts(args: &ReplayArgs, kind: Kind) -> bool {
    let is = |arg: &KindArg| kind_of(*arg) == kind;
    match args.fail_on.as_slice() {
        [] => !args.allow_change.iter().any(is),
        some => some.iter().any(is),
    }
}

fn kind_of(arg: KindArg) -> Kind {
    match arg {
        KindArg::NewlyAllowed => Kind::NewlyAllowed,
        KindArg::NewlyDenied => Kind::NewlyDenied,
        KindArg::OtherRule => Kind::OtherRule,
        KindArg::ResultMetadata => Kind::ResultMetadata,
        KindArg::SessionMetadata => Kind::SessionMetadata,
    }
}
