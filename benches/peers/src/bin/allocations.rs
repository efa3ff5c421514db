//! Counts the allocations of a call, of every case and competitor, once warm, and what a loaded policy holds. `--save FILE`
//! adds the results to a file; other arguments keep only the cases whose names have them. Not part of `compare`: counting
//! costs time.

use std::alloc::System;
use std::path::PathBuf;

use serde_json::{Value, json};
use sqrt_benches::harness::{Competitor, assert_answers};
use sqrt_benches::scenarios::{self, Unit};
use sqrt_peers::report::Results;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Calls over which the count is taken.
const CALLS: u64 = 100;

fn main() {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let file = words.iter().position(|word| word == "--save").map(|place| {
        words.remove(place);
        PathBuf::from(words.remove(place))
    });
    scenarios::each(&words, sqrt_peers::others, |mut case| {
        assert_answers(&case.name, &mut case.competitors, case.expected);
        let rows: Vec<Value> = case
            .competitors
            .iter_mut()
            .map(|it| match case.unit {
                Unit::Load(_) => held(it),
                _ => per_call(it),
            })
            .inspect(|row| println!("{:<32} {row}", case.name))
            .collect();
        if let Some(file) = &file {
            let mut results = Results::read(file);
            results.note_machine("allocations");
            let sizes = match case.unit {
                Unit::Load(sizes) => json!({"text": sizes.text, "image": sizes.image, "runs": sizes.runs}),
                _ => json!({}),
            };
            results.put("allocations", &case.name, json!({"unit": sizes, "rows": rows}));
            results.write(file);
        }
    });
}

fn per_call(competitor: &mut Competitor<'_>) -> Value {
    competitor.runner.run(CALLS);
    let region = Region::new(ALLOCATOR);
    competitor.runner.run(CALLS);
    let change = region.change();
    let per_call = |count: usize| count as f64 / CALLS as f64;
    json!({
        "competitor": competitor.name,
        "input": competitor.input.name(),
        "allocations": per_call(change.allocations + change.reallocations),
        "bytes": per_call(change.bytes_allocated),
    })
}

/// What is allocated and not given back while the loaded thing is there.
fn held(competitor: &mut Competitor<'_>) -> Value {
    let region = Region::new(ALLOCATOR);
    let mut held = 0;
    competitor.runner.while_held(&mut || {
        let change = region.change();
        held = change.bytes_allocated as isize - change.bytes_deallocated as isize;
    });
    json!({"competitor": competitor.name, "input": competitor.input.name(), "held": held})
}
