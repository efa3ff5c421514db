//! For a profiler: `once run CASE COMPETITOR INPUT TIMES` lets one competitor decide one case so many times; `once list WORD…`
//! lists what there is, of the cases whose names have the words.

use sqrt_benches::harness::assert_answers;
use sqrt_benches::scenarios;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.split_first() {
        Some((verb, words)) if verb == "list" => list(words),
        Some((verb, [case, competitor, input, times])) if verb == "run" => {
            run([case, competitor, input], times.parse().expect("a number of calls"));
        }
        _ => panic!("once list WORD…, or once run CASE COMPETITOR INPUT TIMES"),
    }
}

fn list(words: &[String]) {
    scenarios::each(words, sqrt_peers::others, |case| {
        for competitor in &case.competitors {
            println!("{}\t{}\t{}", case.name, competitor.name, competitor.input.name());
        }
    });
}

fn run(wanted: [&str; 3], times: u64) {
    scenarios::each(&[wanted[0].to_owned()], sqrt_peers::others, |mut case| {
        case.competitors.retain(|it| wanted == [case.name.as_str(), it.name, it.input.name()]);
        assert_answers(&case.name, &mut case.competitors, case.expected);
        case.competitors.iter_mut().for_each(|it| it.runner.run(times));
    });
}
