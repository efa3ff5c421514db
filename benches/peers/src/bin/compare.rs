//! Measures every competitor in every case, interleaved, and prints tables. `--quick` is for a look; `--save FILE` adds the
//! results to a file; other arguments keep only the cases whose names have them. `sqrt eval` is measured if `SQRT` is its path.

use std::path::PathBuf;

use sqrt_benches::harness::{Effort, assert_answers, measure};
use sqrt_benches::scenarios::{self, Case};
use sqrt_peers::report::{CaseResult, Results, scaling_json};
use sqrt_peers::{eval, threads};

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let mut flag = |name: &str| {
        let before = args.len();
        args.retain(|arg| arg != name);
        args.len() < before
    };
    let effort = if flag("--quick") { Effort::QUICK } else { Effort::FULL };
    let file = args.iter().position(|arg| arg == "--save").map(|place| {
        args.remove(place);
        PathBuf::from(args.remove(place))
    });
    let wanted = |name: &str| args.iter().all(|word| name.contains(word.as_str()));
    let save = |case: &str, result: serde_json::Value| {
        let Some(file) = &file else { return };
        let mut results = Results::read(file);
        results.note_machine("times");
        results.put("times", case, result);
        results.write(file);
    };
    let mut visit = |mut case: Case<'_>| {
        assert_answers(&case.name, &mut case.competitors, case.expected);
        let times = measure(&mut case.competitors, effort);
        let result = CaseResult::new(case.name, case.unit, &case.competitors, times);
        println!("{}", result.table());
        save(&result.name, result.json());
    };
    scenarios::each(&args, sqrt_peers::others, &mut visit);
    if let Some(sqrt) = std::env::var_os("SQRT").filter(|_| wanted("Eval")) {
        eval::with_case(&PathBuf::from(sqrt), visit);
    }
    if wanted("Threads") {
        threads::measure(effort, |name, rows| {
            println!("{name}");
            for row in &rows {
                let [alone, beside] = row.nanoseconds;
                println!(
                    "  {:<24} {alone:>9.1} ns alone {beside:>9.1} ns each of two {:>6.2} x",
                    row.competitor,
                    2.0 * alone / beside
                );
            }
            save(&name, scaling_json(&rows));
        });
    }
}
