//! Counts the allocations of a call, of every case and competitor, once warm. Arguments keep only the cases whose names have
//! them. Not part of `compare`: counting costs time.

use std::alloc::System;

use sqrt_benches::harness::assert_answers;
use sqrt_benches::scenarios;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Calls over which the count is taken.
const CALLS: u64 = 100;

fn main() {
    println!("{:<28} {:<26} {:<8} {:>12} {:>12}", "case", "competitor", "input", "allocations", "bytes");
    let words: Vec<String> = std::env::args().skip(1).collect();
    scenarios::each(&words, sqrt_peers::others, |mut case| {
        assert_answers(&case.name, &mut case.competitors, case.expected);
        for competitor in &mut case.competitors {
            competitor.runner.run(CALLS);
            let region = Region::new(ALLOCATOR);
            competitor.runner.run(CALLS);
            let change = region.change();
            let per_call = |count: usize| count as f64 / CALLS as f64;
            println!(
                "{:<28} {:<26} {:<8} {:>12} {:>12}",
                case.name,
                competitor.name,
                competitor.input.name(),
                per_call(change.allocations + change.reallocations),
                per_call(change.bytes_allocated),
            );
        }
    });
}
