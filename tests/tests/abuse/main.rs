//! What an attacker would try, case by case: each in a process of its own, on a stack of 512 KiB and on the usual one, with
//! a bound on memory and a deadline.
//!
//! `table.rs` has the cases, one file per family has what they do, and `docs/abuse.md` is written from the table (`BLESS=1`). Inputs are
//! generated. Usual runs scale the largest ones down and leave out the usual stack; `SQRT_ABUSE=full` and optimised builds do
//! not. A name, or a part of one, on the command line runs the cases of that name; `--measure` prints what each took, and `--page`
//! looks at the page only.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test may fail by panicking"
)]

mod command;
mod elsewhere;
mod images;
mod json;
mod kit;
mod metadata;
mod names;
mod order;
mod page;
mod patterns;
mod policy_text;
mod process;
mod table;
mod values;

use process::{Stack, Taken};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use table::{Case, FAMILIES};

fn main() -> ExitCode {
    if let Some((case, stack)) = process::asked() {
        process::run(table::find(&case), stack);
        return ExitCode::SUCCESS;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let wanted: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let measure = arguments.iter().any(|argument| argument == "--measure");
    let only_page = arguments.iter().any(|argument| argument == "--page");
    let mut failures = if only_page { Vec::new() } else { run_all(&wanted, measure) };
    if wanted.is_empty() {
        failures.extend(page::problems());
        failures.extend(elsewhere::problems());
    }
    for failure in &failures {
        eprintln!("FAILED {failure}");
    }
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs the cases, some at a time; what went wrong.
fn run_all(wanted: &[&String], measure: bool) -> Vec<String> {
    let is_wanted = |case: &&Case| wanted.is_empty() || wanted.iter().any(|part| case.name.contains(*part));
    let cases: Vec<&Case> = FAMILIES.iter().flat_map(|family| family.cases).filter(is_wanted).collect();
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(failure) = run_case(case, measure) {
                eprintln!("{} failed", case.name);
                failures.lock().unwrap().push(format!("{}: {failure}", case.name));
            }
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from).min(4);
    thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    println!("{} cases of abuse, {}", cases.len(), kit::sizes());
    failures.into_inner().unwrap()
}

/// One case on both stacks.
fn run_case(case: &Case, measure: bool) -> Result<(), String> {
    // What fits a small stack fits the usual one; that both do is shown where all sizes are full.
    let stacks = if kit::is_full() { &[Stack::Small, Stack::Main][..] } else { &[Stack::Small] };
    for &stack in stacks {
        let Taken { input, peak, milliseconds } = process::spawn(case.name, stack)?;
        let allowed = case.memory.bytes(input);
        if measure {
            let (input, shown, time) = (kit::shown(input), kit::shown(peak), milliseconds as f64 / 1e3);
            let allowed = kit::shown(allowed);
            println!(
                "{:40} {stack:5} input {input:>9} peak {shown:>9} of {allowed:>9} {time:6.2} s",
                case.name
            );
        }
        if peak > allowed {
            let (peak, allowed) = (kit::shown(peak), kit::shown(allowed));
            return Err(format!("on the {stack} stack it took {peak}, and {allowed} are allowed"));
        }
    }
    Ok(())
}
