//! Plain Rust for long values and for large sets of strings: one regex of all words, a hash set of all strings.

use std::collections::HashSet;

use regex::RegexBuilder;
use sqrt_benches::bound::{Fired, answer};
use sqrt_benches::harness::{Competitor, Decider, Input};
use sqrt_benches::workload::long::{Sought, strings, words};
use sqrt_benches::workload::{Answer, RawCall, literals};

use super::PlainCall;

struct Plain<'a, F> {
    call: PlainCall<'a>,
    tool: &'static str,
    arg: &'static str,
    is_forbidden: F,
}

impl<F: Fn(&str) -> bool> Decider for Plain<'_, F> {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        let fires = self.call.tool == self.tool && self.call.string(self.arg).is_some_and(&self.is_forbidden);
        fires.then_some(1)
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

/// Plain Rust for a long body.
pub fn competitors<'a>(sought: Sought, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let is_forbidden: Box<dyn Fn(&str) -> bool> = match sought {
        Sought::Words(count) => {
            let regex = RegexBuilder::new(&words(count).join("|")).size_limit(1 << 30).build().unwrap();
            Box::new(move |text| regex.is_match(text))
        }
        Sought::Strings(count) => {
            let set: HashSet<String> = strings(count).into_iter().collect();
            Box::new(move |text| set.contains(text))
        }
    };
    let plain = Plain { call: PlainCall::new(call), tool: "publish", arg: "body", is_forbidden };
    vec![Competitor::new("plain Rust", Input::Strings, plain)]
}

/// Plain Rust for a large set.
pub fn literals<'a>(count: usize, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let set: HashSet<String> = literals::strings(count).collect();
    let is_forbidden = move |text: &str| set.contains(text);
    let plain = Plain { call: PlainCall::new(call), tool: "pay", arg: "customer", is_forbidden };
    vec![Competitor::new("plain Rust", Input::Strings, plain)]
}
