//! How long a policy takes to compile, by its size: it must grow in proportion to the text.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sqrt_benches::policy_text;
use sqrt_compiler::limits::Limits;
use sqrt_compiler::{Options, Source, check, check_syntax, compile};
use std::hint::black_box;

fn sizes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("policy");
    group.sample_size(10);
    for blocks in [10, 100, 1_000, 10_000] {
        let text = policy_text(blocks);
        let source = Source { name: "bench.sqrt", bytes: text.as_bytes() };
        let options = Options::default();
        assert!(compile(&[source], &options).program.is_some(), "the benchmark's policy is fine");
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::new("syntax", blocks), &source, |bencher, source| {
            bencher.iter(|| black_box(check_syntax(*source, &Limits::default())));
        });
        group.bench_with_input(BenchmarkId::new("check", blocks), &source, |bencher, source| {
            bencher.iter(|| black_box(check(&[*source], &options)));
        });
        group.bench_with_input(BenchmarkId::new("compile", blocks), &source, |bencher, source| {
            bencher.iter(|| black_box(compile(&[*source], &options)));
        });
    }
    group.finish();
}

criterion_group!(benches, sizes);
criterion_main!(benches);
