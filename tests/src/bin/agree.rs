//! A campaign of generated policies and calls that the engine, in each way it can be set up, and the oracle must answer alike.
//!
//! `cargo run --release -p sqrt-tests --bin agree -- --calls 1000000 [--from SEED]` goes on until so many calls have been
//! answered by the oracle, and each by the engine too. The same seeds make the same cases everywhere, so a campaign can
//! be continued from the seed that its last line names. It ends non-zero at the first disagreement, with a small case
//! that shows it.

#![allow(clippy::indexing_slicing, reason = "a test: what is not as expected may fail loudly")]

use sqrt_tests::compare::{answers, disagreement, minimal};
use sqrt_tests::generate::{Case, Style};
use sqrt_tests::implementations::{
    Load, engine, engine_as_explained, engine_from_an_image, engine_in_general, engine_in_two_steps,
    engine_on_the_move, engine_that_explains, engine_that_only_folds, engine_that_only_lowers,
    engine_with_handles, oracle, plain_engine,
};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The ways to set the engine up. Each case is given to the usual one and to one of these in turn.
const OTHERS: &[(&str, Load)] = &[
    ("without optimisations", plain_engine),
    ("from an image", engine_from_an_image),
    ("with folding alone", engine_that_only_folds),
    ("with lowering alone", engine_that_only_lowers),
    ("in two steps", engine_in_two_steps),
    ("on the move", engine_on_the_move),
    ("explaining", engine_that_explains),
    ("explained", engine_as_explained),
    ("with handles", engine_with_handles),
    ("in general", engine_in_general),
];

/// What a campaign has done so far.
#[derive(Default)]
struct Sums {
    cases: u64,
    calls: u64,
    /// Lines that the oracle answered with the error form: they are compared, but no call was decided.
    errors: u64,
    allowed: u64,
}

/// The case of a seed: policies of all styles, some with very many tags, some with one condition a tool.
fn case(seed: u64) -> Case {
    match seed % 16 {
        0 => Case::of_many_tags(seed, Style::ALL, [54, 55, 56, 119, 300, 5000][(seed / 16 % 6) as usize], 40),
        1..4 => Case::of_single_conditions(seed, Style::ALL, 8, 200),
        _ => Case::generate(seed, Style::ALL, 60),
    }
}

/// Compares the implementations on one case.
fn compare(seed: u64, sums: &mut Sums) -> Result<(), String> {
    let case = case(seed);
    let other = OTHERS[(seed % OTHERS.len() as u64) as usize];
    let expected = answers(oracle, &case)?;
    for (name, implementation) in [("as usual", engine as Load), other] {
        if answers(implementation, &case)? != expected {
            let found = minimal(&case, |case| disagreement(oracle, implementation, case));
            let (small, text) =
                found.ok_or("the same case is answered differently when it is tried again")?;
            return Err(format!("seed {seed}, engine {name}:\n{small}{text}"));
        }
    }
    sums.cases += 1;
    for answer in &expected {
        sums.calls += 1;
        sums.errors += u64::from(answer == "error");
        sums.allowed += u64::from(answer["decision"] == "allow");
    }
    Ok(())
}

fn tell(sums: &Sums, next: u64) {
    let Sums { cases, calls, errors, allowed } = sums;
    println!(
        "{calls} calls of {cases} policies answered alike: {allowed} allowed, {errors} not valid; next seed {next}"
    );
}

fn arguments() -> Result<(u64, u64), String> {
    let (mut calls, mut from) = (100_000, 1_000_000);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().and_then(|value| value.replace('_', "").parse().ok());
        match (name.as_str(), value) {
            ("--calls", Some(value)) => calls = value,
            ("--from", Some(value)) => from = value,
            _ => return Err("usage: agree [--calls NUMBER] [--from SEED]".to_owned()),
        }
    }
    Ok((calls, from))
}

fn main() -> ExitCode {
    let (calls, mut seed) = match arguments() {
        Ok(arguments) => arguments,
        Err(usage) => {
            eprintln!("{usage}");
            return ExitCode::from(2);
        }
    };
    let (mut sums, mut told) = (Sums::default(), Instant::now());
    while sums.calls < calls {
        if let Err(problem) = compare(seed, &mut sums) {
            println!("{problem}");
            return ExitCode::FAILURE;
        }
        seed += 1;
        if told.elapsed() > Duration::from_secs(60) {
            tell(&sums, seed);
            told = Instant::now();
        }
    }
    tell(&sums, seed);
    ExitCode::SUCCESS
}
