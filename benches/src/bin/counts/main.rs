//! Counts the instructions and the allocations of a call in the main cases, and holds them against `benches/counts.txt`:
//! the check that `scripts/counts.sh` makes. Instructions are counted by callgrind, in which this program runs itself.
//!
//! `counts` checks, `counts --write FILE` writes what it counted to a file, `counts --against FILE` checks against that file.
//! It ends with 1 when something costs more, and with 3 when the file is of another compiler or machine, so that its
//! instructions say nothing. `SPREAD=1` shows what each process counted.
//!
//! Invariant: what is counted runs in [`Runner::run`](sqrt_benches::harness::Runner::run) and nothing else does: callgrind
//! counts there only, and writes a file whenever it is left.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark may fail by panicking"
)]

mod measure;
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use table::Table;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Where the counts are kept.
fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("counts.txt")
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["in-callgrind", images, process] => {
            measure::run_all(Path::new(images), process.parse().expect("the number of a process"));
            ExitCode::SUCCESS
        }
        ["--write", file] => {
            std::fs::write(file, measure::count().to_text()).expect("the file can be written");
            ExitCode::SUCCESS
        }
        ["--against", file] => check(Path::new(file)),
        [] => check(&kept()),
        _ => panic!("counts [--write FILE | --against FILE]"),
    }
}

fn check(file: &Path) -> ExitCode {
    let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
    let before = Table::from_text(&std::fs::read_to_string(file).unwrap_or_default());
    let now = measure::count();
    let comparison = table::compare(&before, &now);
    println!("{}", comparison.text);
    if bless {
        std::fs::write(kept(), now.to_text()).expect("the file can be written");
        println!("benches/counts.txt has these counts now");
        return ExitCode::SUCCESS;
    }
    comparison.complaints.iter().for_each(|complaint| println!("{complaint}"));
    if !comparison.complaints.is_empty() {
        println!("If that is on purpose: BLESS=1 scripts/counts.sh, and say why in the commit.");
        return ExitCode::from(1);
    }
    if before.environment != now.environment {
        println!("counted with {}\nthe file is of {}", now.environment, before.environment);
        return ExitCode::from(3);
    }
    ExitCode::SUCCESS
}
