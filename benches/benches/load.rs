//! What it takes to have a policy ready: compiling its text against loading its image, step by step.
//!
//! `checksum` is what looking at every byte of the image once costs, and so the least that `load` can cost.

#![allow(clippy::expect_used, reason = "a benchmark may fail by panicking")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sqrt_benches::policy_text;
use sqrt_compiler::{Options, Source, compile};
use sqrt_vm::bytecode::{PolicyId, VerifiedProgram, image};
use sqrt_vm::limits::Limits;
use sqrt_vm::policy::Policy;
use std::hint::black_box;

fn loads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ready");
    group.sample_size(10);
    for blocks in [1_000, 10_000] {
        let text = policy_text(blocks);
        let source = Source { name: "bench.sqrt", bytes: text.as_bytes() };
        let program = || compile(&[source], &Options::default()).program.expect("the policy is fine");
        let made = program().to_image();
        println!("{blocks} tools: {} bytes of text, {} bytes of image", text.len(), made.len());
        group.throughput(Throughput::Bytes(made.len() as u64));
        group.bench_function(BenchmarkId::new("compile", blocks), |bencher| {
            bencher.iter(|| Policy::new(program(), Limits::default()).expect("it runs"));
        });
        group.bench_function(BenchmarkId::new("checksum", blocks), |bencher| {
            let mut image = made.clone();
            bencher.iter(|| image::reseal(black_box(&mut image)));
        });
        group.bench_function(BenchmarkId::new("decode", blocks), |bencher| {
            bencher.iter_with_large_drop(|| image::decode(black_box(&made)).expect("an image"));
        });
        group.bench_function(BenchmarkId::new("verify", blocks), |bencher| {
            bencher.iter_with_large_drop(|| VerifiedProgram::from_image(black_box(&made)).expect("an image"));
        });
        group.bench_function(BenchmarkId::new("load", blocks), |bencher| {
            bencher.iter_with_large_drop(|| {
                Policy::load(black_box(&made), Limits::default()).expect("an image")
            });
        });
        let loaded = VerifiedProgram::from_image(&made).expect("an image");
        group.bench_function(BenchmarkId::new("id", blocks), |bencher| {
            bencher.iter(|| black_box(PolicyId::of(loaded.program())));
        });
    }
    group.finish();
}

criterion_group!(benches, loads);
criterion_main!(benches);
