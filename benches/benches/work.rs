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

impl Costly {
    /// A call of the tool `t` under this policy, with nothing in it.
    fn new(name: &'static str, policy: String) -> Costly {
        let null = || String::from("null");
        Costly { name, policy, tool: String::from("t"), args: [null(), null()], tags: 0 }
    }

    /// The same under a policy of one rule.
    fn rule(name: &'static str, condition: &str) -> Costly {
        Costly::new(name, format!("tool \"t\" {{ must deny when {condition}; }}"))
    }

    fn a(mut self, json: String) -> Costly {
        self.args[0] = json;
        self
    }

    fn b(mut self, json: String) -> Costly {
        self.args[1] = json;
        self
    }

    fn tags(self, tags: usize) -> Costly {
        Costly { tags, ..self }
    }

    fn tool(self, tool: String) -> Costly {
        Costly { tool, ..self }
    }
}

fn workloads() -> impl Iterator<Item = Costly> {
    with_long_texts().into_iter().chain(with_many_leaves()).chain(with_many_tags()).chain(with_a_long_name())
}

/// So many items between brackets.
fn items(count: usize, brackets: [&str; 2], item: impl Fn(usize) -> String) -> String {
    let [open, close] = brackets;
    format!("{open}{}{close}", (0..count).map(item).collect::<Vec<_>>().join(", "))
}

const LIST: [&str; 2] = ["[", "]"];
const SET: [&str; 2] = ["{", "}"];

/// A text of about so many bytes, as JSON.
fn words(bytes: usize) -> String {
    format!("\"{}\"", "many words and none ".repeat(bytes / 20))
}

fn with_long_texts() -> Vec<Costly> {
    let fifty = items(50, SET, |number| format!("r\".*word{number}.*\""));
    vec![
        Costly::rule("a table, one long text", r#"a.value in {r"[a-z ]+!"}"#).a(words(8 << 20)),
        Costly::rule("a substring, one long text", r#"a.value in {w"*b*c"}"#)
            .a(format!("\"{}\"", "ab".repeat(4 << 20))),
        Costly::rule("50 patterns, one long text", &format!("a.value in {fifty}")).a(words(4 << 20)),
        Costly::rule("simulated, few states", r#"a.value in {r".*\bfoo\b.*"}"#).a(words(1 << 18)),
        Costly::rule("simulated, many states", r#"a.value in {r".*(?:[a-z]{1,30}\b.){9}!"}"#)
            .a(words(1 << 12)),
        Costly::rule("simulated, of Unicode classes", r#"a.value in {r"(?:.*\b\p{L}){9}!"}"#)
            .a(format!("\"{}\"", "ж".repeat(1 << 14))),
    ]
}

fn with_many_leaves() -> Vec<Costly> {
    let numbers = items(200_000, LIST, |number| number.to_string());
    let texts = items(100_000, LIST, |number| format!("\"text number {number}\""));
    let dates = items(100_000, LIST, |number| format!("\"2024-01-01T00:00:00.{number:06}Z\""));
    let nested = items(20_000, LIST, |number| format!("{{\"k\": [{number}, \"{}\"]}}", "x".repeat(100)));
    let of_texts = items(10_000, SET, |number| format!("\"t{number}\""));
    let of_numbers = items(10_000, SET, |number| format!("{number}.5"));
    let of_ranges = items(100, SET, |number| format!("float {number}.25..{number}.75"));
    vec![
        Costly::rule("leaves against a set of texts", &format!("a.value in {of_texts}")).a(texts.clone()),
        Costly::rule("leaves against a set of numbers", &format!("a.value in {of_numbers}"))
            .a(numbers.clone()),
        Costly::rule("leaves against 100 ranges", &format!("a.value in {of_ranges}")).a(numbers),
        Costly::rule("texts as dates", r#"a.value in {datetime d"2025-01-01"..}"#).a(dates),
        Costly::rule("lengths of texts", r#"a.value in {str matching r"[a-z ]*!" length 5..}"#).a(items(
            1000,
            LIST,
            |_| words(1 << 12),
        )),
        Costly::rule("two equal values", "not a.value == b.value").a(nested.clone()).b(nested),
        Costly::rule("two lists of texts", "not a.value == b.value").a(texts.clone()).b(texts),
    ]
}

fn with_many_tags() -> Vec<Costly> {
    let updates: String =
        (0..500).map(|number| format!("@tags = (@tags | s) - {{\"y{number}\"}}; ")).collect();
    let lets: String = (0..100)
        .map(|number| format!("let p{number} = session.tags overlaps {{\"x{number}\"}};\n"))
        .collect();
    let any = items(100, ["", ""], |number| format!("p{number}")).replace(", ", " or ");
    let whens: String =
        (0..200).map(|number| format!("when {any} {{ @tags |= {{\"y{number}\"}}; }} ")).collect();
    vec![
        Costly::rule("many tags", r#"a.tags overlaps {"x"}"#).tags(100_000),
        Costly::rule("many tags against a pattern", r#"a.tags overlaps {r".*\bfoo\b.*"}"#).tags(50_000),
        Costly::new(
            "updates of large sets",
            format!("let s = @args.tags | {{\"x\"}}; tool \"t\" {{ result {{ {updates} }} }}"),
        )
        .tags(50_000),
        Costly::new(
            "lets that are asked again",
            format!("{lets} tool \"t\" {{ session after {{ {whens} }} }}"),
        )
        .tags(50_000),
    ]
}

fn with_a_long_name() -> Vec<Costly> {
    let block = |number| format!("tool r\".*\\bfoo{number}\\b.*\" {{ must deny always; }} ");
    vec![
        Costly::new("a long name of a tool", (0..100).map(block).collect())
            .tool("many words and none ".repeat(100)),
    ]
}
