//! Measures every competitor in every case, interleaved, and prints a table, or JSON with `--json`. `--quick` is for a look;
//! other arguments keep only the cases whose names have them.

use serde_json::json;
use sqrt_benches::harness::{Competitor, Effort, assert_answers, measure};
use sqrt_benches::scenarios;
use sqrt_peers::report::{CaseResult, Row};

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let mut flag = |name: &str| {
        let before = args.len();
        args.retain(|arg| arg != name);
        args.len() < before
    };
    let effort = if flag("--quick") { Effort::QUICK } else { Effort::FULL };
    let as_json = flag("--json");
    let mut results = Vec::new();
    scenarios::each(&args, sqrt_peers::others, |mut case| {
        assert_answers(&case.name, &mut case.competitors, case.expected);
        let times = measure(&mut case.competitors, effort);
        let row = |(competitor, nanoseconds): (&Competitor<'_>, f64)| Row {
            competitor: competitor.name,
            input: competitor.input,
            nanoseconds,
        };
        let result =
            CaseResult { rows: case.competitors.iter().zip(times).map(row).collect(), name: case.name };
        if !as_json {
            println!("{}", result.table());
        }
        results.push(result.json());
    });
    if as_json {
        println!("{}", json!({"rounds": effort.rounds, "cases": results}));
    }
}
