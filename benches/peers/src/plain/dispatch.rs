//! Plain Rust for W3: a hash map of names, a regex set of patterns.

use std::collections::HashMap;

use regex::{RegexSet, RegexSetBuilder};
use sqrt_benches::workload::dispatch::{is_pattern, secret_path, tool_id};
use sqrt_benches::workload::{Answer, RawCall};

use super::PlainCall;
use sqrt_benches::bound::{Fired, answer};
use sqrt_benches::harness::{Competitor, Decider, Input};

struct Plain<'a> {
    call: PlainCall<'a>,
    names: HashMap<String, usize>,
    patterns: RegexSet,
    blocks_of_patterns: Vec<usize>,
    secrets: Vec<String>,
}

impl Decider for Plain<'_> {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        let block = self.names.get(self.call.tool).copied().or_else(|| {
            let matched = self.patterns.matches(self.call.tool).iter().next()?;
            Some(self.blocks_of_patterns[matched])
        })?;
        (self.call.string("path")? == self.secrets[block]).then_some(block as u32 + 1)
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

/// Plain Rust for a call of W3; nothing where the regex set would take too long to build.
pub fn competitors<'a>(tools: usize, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    if tools > 10_000 {
        return Vec::new();
    }
    let blocks_of_patterns: Vec<usize> = (0..tools).filter(|number| is_pattern(*number)).collect();
    let texts = blocks_of_patterns.iter().map(|number| format!(r"\A(?s:{})\z", tool_id(*number)));
    let plain = Plain {
        call: PlainCall::new(call),
        names: (0..tools)
            .filter(|number| !is_pattern(*number))
            .map(|number| (tool_id(number), number))
            .collect(),
        patterns: RegexSetBuilder::new(texts).size_limit(1 << 30).dfa_size_limit(1 << 26).build().unwrap(),
        blocks_of_patterns,
        secrets: (0..tools).map(secret_path).collect(),
    };
    vec![Competitor::new("plain Rust", Input::Strings, plain)]
}
