//! Plain Rust for W3: a hash map of names, a regex set of patterns.

use std::collections::HashMap;

use regex::{RegexSet, RegexSetBuilder};
use sqrt_benches::workload::dispatch::{is_pattern, secret_path, tool_id};
use sqrt_benches::workload::{Answer, RawCall};

use super::PlainCall;
use sqrt_benches::bound::{Fired, answer};
use sqrt_benches::harness::{Competitor, Decider, Input};

/// The tables.
struct Tables {
    names: HashMap<String, usize>,
    patterns: RegexSet,
    blocks_of_patterns: Vec<usize>,
    secrets: Vec<String>,
}

impl Tables {
    fn new(tools: usize) -> Tables {
        let blocks_of_patterns: Vec<usize> = (0..tools).filter(|number| is_pattern(*number)).collect();
        let texts = blocks_of_patterns.iter().map(|number| format!(r"\A(?s:{})\z", tool_id(*number)));
        let names = (0..tools).filter(|number| !is_pattern(*number));
        Tables {
            names: names.map(|number| (tool_id(number), number)).collect(),
            patterns: RegexSetBuilder::new(texts)
                .size_limit(1 << 30)
                .dfa_size_limit(1 << 26)
                .build()
                .unwrap(),
            blocks_of_patterns,
            secrets: (0..tools).map(secret_path).collect(),
        }
    }

    fn decide(&self, call: &PlainCall<'_>) -> Fired {
        let block = self.names.get(call.tool).copied().or_else(|| {
            let matched = self.patterns.matches(call.tool).iter().next()?;
            Some(self.blocks_of_patterns[matched])
        })?;
        (call.string("path")? == self.secrets[block]).then_some(block as u32 + 1)
    }
}

struct Plain<'a> {
    call: PlainCall<'a>,
    tables: Tables,
}

impl Decider for Plain<'_> {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        self.tables.decide(&self.call)
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

/// Where the regex set takes too long to build.
const MOST: usize = 10_000;

/// Plain Rust for a call of W3.
pub fn competitors<'a>(tools: usize, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    if tools > MOST {
        return Vec::new();
    }
    let plain = Plain { call: PlainCall::new(call), tables: Tables::new(tools) };
    vec![Competitor::new("plain Rust", Input::Strings, plain)]
}

/// Plain Rust making the tables.
pub fn loads<'a>(tools: usize, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    if tools > MOST {
        return Vec::new();
    }
    let judge = |tables: Tables| answer(tables.decide(&PlainCall::new(call)));
    vec![Competitor::loads("plain Rust", move || Tables::new(tools), judge)]
}
