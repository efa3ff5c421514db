//! Every case of the comparison with our engine and the bound, for criterion: its statistics, its history of earlier runs.
//! `cargo bench -p sqrt-benches --bench scenarios -- "W1 email"` builds and measures only cases whose names have these words.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use sqrt_benches::harness::assert_answers;
use sqrt_benches::scenarios::{each, nobody};

fn cases(criterion: &mut Criterion) {
    let words: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    each(&words, nobody, |mut case| {
        assert_answers(&case.name, &mut case.competitors, case.expected);
        let mut group = criterion.benchmark_group(&case.name);
        group.sample_size(20);
        for competitor in &mut case.competitors {
            let id = BenchmarkId::new(competitor.name, competitor.input.name());
            group.bench_function(id, |bencher| bencher.iter_custom(|times| competitor.runner.timed(times)));
        }
        group.finish();
    });
}

criterion_group!(benches, cases);
criterion_main!(benches);
