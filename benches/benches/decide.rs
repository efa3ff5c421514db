//! What a decision costs, with ten blocks in the policy or ten thousand.

#![allow(clippy::expect_used, reason = "a benchmark may fail by panicking")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use sqrt_benches::policy_text;
use sqrt_compiler::{Options, Source, compile};
use sqrt_vm::call::{Argument, Call, MetadataInput, Returned};
use sqrt_vm::decision::Outcome;
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::number::Number;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::Value;
use std::hint::black_box;

fn decisions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decide");
    for blocks in [10, 1_000, 10_000] {
        let text = policy_text(blocks);
        let compiled = compile(&[Source { name: "bench.sqrt", bytes: text.as_bytes() }], &Options::default());
        let program = compiled.program.expect("the benchmark's policy is fine");
        let policy = Policy::new(program, Limits::default()).expect("its patterns are within limits");
        let mut scratch = Scratch::new(&policy);
        let mut session = Session::new(&policy);
        let body = MetadataInput::default().with_tags(&["internal_use", "draft"]);
        let args = [
            Argument::new("to", Value::Str("ann@corp.com")),
            Argument::new("body", Value::Str("hello")).with_metadata(body),
            Argument::new("path", Value::Str("/home/ann")),
            Argument::new("count", Value::Number(Number::Int(0))),
        ];
        for (what, tool, outcome) in [
            ("exact", "tool_3", Outcome::Allow),
            ("pattern", "ns9_get_x", Outcome::Allow),
            ("unknown", "no_such_tool", Outcome::Allow),
        ] {
            let call = Call::new(tool, &args);
            let returned = Returned::new(Value::Str("ok"));
            let decision = policy.evaluate(&mut session, &call, Some(&returned), &mut scratch);
            assert_eq!(decision.outcome(), outcome, "{what}");
            group.bench_function(BenchmarkId::new(what, blocks), |bencher| {
                bencher.iter(|| {
                    black_box(policy.evaluate(&mut session, black_box(&call), Some(&returned), &mut scratch))
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, decisions);
criterion_main!(benches);
