//! What it takes to have a policy ready: compiling its text against loading its image, step by step.
//!
//! `checksum` is what looking once at every byte that `load` reads costs, and so the least that `load` can cost: about that
//! many bytes are the part of the image that runs. `decode` and `load_with_explanations` read the whole image, `verify` and
//! `load` the part that runs.

#![allow(clippy::expect_used, reason = "a benchmark may fail by panicking")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use sqrt_benches::{plain_policy_text, policy_text};
use sqrt_compiler::{Options, Source, compile};
use sqrt_vm::bytecode::{PolicyId, VerifiedProgram, image};
use sqrt_vm::limits::Limits;
use sqrt_vm::policy::Policy;
use std::hint::black_box;

fn loads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ready");
    group.sample_size(10);
    let policies = [
        ("1000", policy_text(1_000)),
        ("10000", policy_text(10_000)),
        ("10000_plain", plain_policy_text(10_000)),
    ];
    for (blocks, text) in policies {
        let source = Source { name: "bench.sqrt", bytes: text.as_bytes() };
        let program = || compile(&[source], &Options::default()).program.expect("the policy is fine");
        let made = program().to_image();
        let first = VerifiedProgram::from_image_without_explanations(&made).expect("an image").to_image();
        let runs = first.len();
        println!(
            "{blocks} tools: {} bytes of text, {} bytes of image, {runs} that run",
            text.len(),
            made.len()
        );
        group.bench_function(BenchmarkId::new("compile", blocks), |bencher| {
            bencher.iter(|| Policy::new(program(), Limits::default()).expect("it runs"));
        });
        group.bench_function(BenchmarkId::new("checksum", blocks), |bencher| {
            bencher.iter(|| blake3::hash(black_box(&first)));
        });
        group.bench_function(BenchmarkId::new("decode", blocks), |bencher| {
            bencher.iter_with_large_drop(|| image::decode(black_box(&made)).expect("an image"));
        });
        let read = VerifiedProgram::from_image_without_explanations;
        group.bench_function(BenchmarkId::new("verify", blocks), |bencher| {
            bencher.iter_with_large_drop(|| read(black_box(&made)).expect("an image"));
        });
        group.bench_function(BenchmarkId::new("load", blocks), |bencher| {
            bencher.iter_with_large_drop(|| {
                Policy::load(black_box(&made), Limits::default()).expect("an image")
            });
        });
        group.bench_function(BenchmarkId::new("load_with_explanations", blocks), |bencher| {
            bencher.iter_with_large_drop(|| {
                Policy::load_with_explanations(black_box(&made), Limits::default()).expect("an image")
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
