//! What a step of the limit `work` takes at worst: calls that are as expensive as they can be, each in another way, and for
//! each the steps it is charged, the time a step took, and how long a call could run until the default ends it.
//!
//! The steps of a call are the least limit under which it is decided. A way to be expensive that is charged too little shows
//! as a step of many nanoseconds.

#![allow(clippy::expect_used, clippy::panic, reason = "a benchmark may fail by panicking")]

use sqrt_compiler::{Options, Source, compile};
use sqrt_vm::call::{Argument, Call, MetadataInput, Returned};
use sqrt_vm::decision::Basis;
use sqrt_vm::limits::Limits;
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;
use sqrt_vm::scratch::Scratch;
use sqrt_vm::value::{Arena, Value};
use std::time::{Duration, Instant};

/// A call that costs much.
struct Costly {
    name: &'static str,
    policy: String,
    tool: String,
    /// The arguments `a` and `b`, as JSON.
    args: [String; 2],
    /// How many tags `a` has that the policy does not name.
    tags: usize,
}

fn main() {
    let default = Limits::default().work();
    println!("{:<44} {:>13} {:>9} {:>22}", "", "steps", "ns/step", "at the default limit");
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    for costly in workloads() {
        if !wanted.is_empty() && !wanted.iter().any(|part| costly.name.contains(part.as_str())) {
            continue;
        }
        let steps = steps(&costly, default);
        let took = decide(&costly, default, u32::MAX).1;
        let each = took.as_secs_f64() * 1e9 / steps as f64;
        println!("{:<44} {steps:>13} {each:>9.2} {:>20.1} s", costly.name, each * default as f64 / 1e9);
    }
}

/// The least limit under which the call is decided.
fn steps(costly: &Costly, most: usize) -> usize {
    assert!(decide(costly, most, 1).0, "{}: within the default limit", costly.name);
    let (mut short, mut enough) = (0, most);
    while enough - short > 1 + enough / 200 {
        let middle = short + (enough - short) / 2;
        *(if decide(costly, middle, 1).0 { &mut enough } else { &mut short }) = middle;
    }
    enough
}

/// Whether the call is decided under this limit, and how long that took, over so many runs or half a second.
fn decide(costly: &Costly, work: usize, most: u32) -> (bool, Duration) {
    let limits = Limits::default().with("work", work).expect("any number is a limit");
    let source = Source { name: "costly.sqrt", bytes: costly.policy.as_bytes() };
    let compiled = compile(&[source], &Options::default());
    let program = compiled.program.unwrap_or_else(|| panic!("{}: {:?}", costly.name, compiled.diagnostics));
    let policy = Policy::new(program, limits).expect("it is within the limits");
    let names: Vec<String> = (0..costly.tags).map(|number| format!("tag {number}")).collect();
    let tags: Vec<&str> = names.iter().map(String::as_str).collect();
    let arena = Arena::new();
    let [a, b] = costly.args.each_ref().map(|text| arena.parse(text, policy.limits()).expect("JSON"));
    let args = [
        Argument::new("a", a).with_metadata(MetadataInput::default().with_tags(tags.as_slice())),
        Argument::new("b", b),
    ];
    let call = Call::new(costly.tool.as_str(), &args);
    let returned = Returned::new(Value::Null);
    let (mut session, mut scratch) = (Session::new(&policy), Scratch::new(&policy));
    let (began, at_first) = (Instant::now(), processor_time());
    let mut runs = 0;
    let mut decided = true;
    // The system tells the time in ticks of some milliseconds.
    while decided && (runs == 0 || (runs < most && began.elapsed() < Duration::from_millis(500))) {
        let decision = policy.evaluate(&mut session, &call, Some(&returned), &mut scratch);
        decided = decision.basis() != Basis::Error;
        runs += 1;
    }
    let took =
        processor_time().zip(at_first).map_or_else(|| began.elapsed(), |(now, at_first)| now - at_first);
    (decided, took / runs)
}

/// What this thread has had of a processor, where the system tells it: others may have the rest.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

fn workloads() -> Vec<Costly> {
    let rule = |condition: &str| format!("tool \"t\" {{ must deny when {condition}; }}");
    let quoted = |text: String| format!("\"{text}\"");
    let list = |count: usize, item: &dyn Fn(usize) -> String| {
        format!("[{}]", (0..count).map(item).collect::<Vec<_>>().join(","))
    };
    let set = |count: usize, item: &dyn Fn(usize) -> String| {
        format!("{{{}}}", (0..count).map(item).collect::<Vec<_>>().join(", "))
    };
    let null = || String::from("null");
    let costly = |name, policy: String, a: String, b: String, tags| Costly {
        name,
        policy,
        tool: String::from("t"),
        args: [a, b],
        tags,
    };
    let numbers = list(200_000, &|number| number.to_string());
    let texts = list(100_000, &|number| format!("\"text number {number}\""));
    let words = |bytes: usize| quoted("many words and none ".repeat(bytes / 20));
    let nested = list(20_000, &|number| format!("{{\"k\":[{number},\"{}\"]}}", "x".repeat(100)));
    vec![
        costly("a table, one long text", rule("a.value in {r\"[a-z ]+!\"}"), words(8 << 20), null(), 0),
        costly(
            "a substring, one long text",
            rule("a.value in {w\"*b*c\"}"),
            quoted("ab".repeat(4 << 20)),
            null(),
            0,
        ),
        costly(
            "50 patterns, one long text",
            rule(&format!("a.value in {}", set(50, &|number| format!("r\".*word{number}.*\"")))),
            words(4 << 20),
            null(),
            0,
        ),
        costly("simulated, few states", rule("a.value in {r\".*\\bfoo\\b.*\"}"), words(1 << 18), null(), 0),
        costly(
            "simulated, many states",
            rule("a.value in {r\".*(?:[a-z]{1,30}\\b.){9}!\"}"),
            words(1 << 12),
            null(),
            0,
        ),
        costly(
            "simulated, of Unicode classes",
            rule("a.value in {r\"(?:.*\\b\\p{L}){9}!\"}"),
            quoted("ж".repeat(1 << 14)),
            null(),
            0,
        ),
        costly(
            "leaves against a set of texts",
            rule(&format!("a.value in {}", set(10_000, &|n| format!("\"t{n}\"")))),
            texts.clone(),
            null(),
            0,
        ),
        costly(
            "leaves against a set of numbers",
            rule(&format!("a.value in {}", set(10_000, &|n| format!("{n}.5")))),
            numbers.clone(),
            null(),
            0,
        ),
        costly(
            "leaves against 100 ranges",
            rule(&format!("a.value in {}", set(100, &|n| format!("float {n}.25..{n}.75")))),
            numbers.clone(),
            null(),
            0,
        ),
        costly(
            "texts as dates",
            rule("a.value in {datetime d\"2025-01-01\"..}"),
            list(100_000, &|number| format!("\"2024-01-01T00:00:00.{number:06}Z\"")),
            null(),
            0,
        ),
        costly(
            "lengths of texts",
            rule("a.value in {str matching r\"[a-z ]*!\" length 5..}"),
            list(1000, &|_| words(1 << 12)),
            null(),
            0,
        ),
        costly("two equal values", rule("not a.value == b.value"), nested.clone(), nested, 0),
        costly("two lists of texts", rule("not a.value == b.value"), texts.clone(), texts, 0),
        costly("many tags", rule("a.tags overlaps {\"x\"}"), null(), null(), 100_000),
        costly(
            "many tags against a pattern",
            rule("a.tags overlaps {r\".*\\bfoo\\b.*\"}"),
            null(),
            null(),
            50_000,
        ),
        costly(
            "updates of large sets",
            format!(
                "let s = @args.tags | {{\"x\"}}; tool \"t\" {{ result {{ {} }} }}",
                (0..500)
                    .map(|number| format!("@tags = (@tags | s) - {{\"y{number}\"}}; "))
                    .collect::<String>()
            ),
            null(),
            null(),
            50_000,
        ),
        costly(
            "lets that are asked again",
            format!(
                "{} tool \"t\" {{ session after {{ {} }} }}",
                (0..100)
                    .map(|n| format!("let p{n} = session.tags overlaps {{\"x{n}\"}};\n"))
                    .collect::<String>(),
                (0..200)
                    .map(|n| {
                        let all = (0..100).map(|p| format!("p{p}")).collect::<Vec<_>>().join(" or ");
                        format!("when {all} {{ @tags |= {{\"y{n}\"}}; }} ")
                    })
                    .collect::<String>()
            ),
            null(),
            null(),
            50_000,
        ),
        Costly {
            name: "a long name of a tool",
            policy: (0..100)
                .map(|n| format!("tool r\".*\\bfoo{n}\\b.*\" {{ must deny always; }} "))
                .collect(),
            tool: "many words and none ".repeat(100),
            args: [null(), null()],
            tags: 0,
        },
    ]
}
