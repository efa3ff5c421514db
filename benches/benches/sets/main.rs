//! What the operations on metadata sets cost by how a set is held, over small and large universes, and what the engine's
//! own sets cost in the same run. Times are the best of many batches, in nanoseconds; all candidates must agree.
//!
//! `cargo bench -p sqrt-benches --bench sets`

#![allow(clippy::indexing_slicing, clippy::panic, reason = "a benchmark may fail by panicking")]

mod candidates;

use candidates::*;
use std::hint::black_box;
use std::time::Instant;

/// The sides of an operation.
struct Case {
    universe: u32,
    left: Vec<u32>,
    right: Vec<u32>,
    /// Has all of `left`.
    above: Vec<u32>,
}

/// `count` ids: spread over the universe, or the last ones of it. Those of different `phase` are disjoint.
fn ids(universe: u32, count: u32, spread: bool, phase: u32) -> Vec<u32> {
    let step = if spread { universe / count } else { 2 };
    let base = if spread { 0 } else { universe - 2 * count };
    (0..count).map(|index| base + index * step + phase).collect()
}

impl Case {
    fn new(universe: u32, left: u32, right: u32, spread: bool) -> Option<Case> {
        (2 * left.max(right) <= universe).then(|| {
            let (left, right) = (ids(universe, left, spread, 0), ids(universe, right, spread, 1));
            let mut above = [left.as_slice(), &right].concat();
            above.sort_unstable();
            Case { universe, left, right, above }
        })
    }
}

/// The best time of one run of `operation`.
fn time(mut operation: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    let mut runs = 1_u32;
    let begun = Instant::now();
    while begun.elapsed().as_millis() < 20 {
        let batch = Instant::now();
        (0..runs).for_each(|_| operation());
        let taken = batch.elapsed().as_nanos() as f64;
        if taken < 20_000.0 && runs < 1 << 16 {
            runs *= 2;
        } else {
            best = best.min(taken / f64::from(runs));
        }
    }
    best
}

const OPERATIONS: [&str; 5] = ["overlaps", "subset", "contains", "union", "assign"];

fn measure<C: Candidate>(case: &Case) -> [f64; 5] {
    let (left, right, above) = (C::of(&case.left), C::of(&case.right), C::of(&case.above));
    assert!(!left.overlaps(&right) && left.overlaps(&above) && right.overlaps(&above), "{}", C::NAME);
    assert!(left.is_subset(&above) && !above.is_subset(&left), "{}", C::NAME);
    let mut union = C::default();
    union.assign(&left);
    union.union(&right);
    assert_eq!(union.len(), case.above.len(), "{}", C::NAME);
    assert!(above.is_subset(&union), "{}", C::NAME);
    let probe = [case.left[0], case.right[0], case.left[case.left.len() / 2], case.universe - 1];
    let mut made = C::default();
    [
        time(|| {
            black_box(black_box(&left).overlaps(black_box(&right)));
        }),
        time(|| {
            black_box(black_box(&left).is_subset(black_box(&above)));
        }),
        time(|| {
            for id in probe {
                black_box(black_box(&right).contains(black_box(id)));
            }
        }) / 4.0,
        time(|| {
            made.assign(black_box(&left));
            made.union(black_box(&right));
            black_box(&made);
        }),
        time(|| {
            made.assign(black_box(&right));
            black_box(&made);
        }),
    ]
}

const SIZES: [(u32, u32); 8] = [
    (3, 3),
    (3, 100),
    (100, 100),
    (3, 10_000),
    (100, 10_000),
    (10_000, 10_000),
    (3, 100_000),
    (100_000, 100_000),
];

fn main() {
    // A test run of all targets passes this.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    for spread in [true, false] {
        for universe in [64, 1_000, 10_000, 100_000, 1_000_000] {
            for (left, right) in SIZES {
                let Some(case) = Case::new(universe, left, right, spread) else { continue };
                let layout = if spread { "spread" } else { "clustered" };
                println!("universe {universe}, {left} and {right} tags, {layout}");
                let columns = [
                    (Engine::NAME, measure::<Engine>(&case)),
                    (Words::NAME, measure::<Words>(&case)),
                    (Window::NAME, measure::<Window>(&case)),
                    (Sparse::NAME, measure::<Sparse>(&case)),
                    (Ids::NAME, measure::<Ids>(&case)),
                    (Roaring::NAME, measure::<Roaring>(&case)),
                ];
                print!("  {:<10}", "");
                columns.iter().for_each(|(name, _)| print!("{name:>10}"));
                println!();
                for (row, operation) in OPERATIONS.iter().enumerate() {
                    print!("  {operation:<10}");
                    columns.iter().for_each(|(_, times)| print!("{:>10.1}", times[row]));
                    println!();
                }
            }
        }
    }
}
