//! Plain Rust for W1.

use std::collections::HashSet;

use regex::Regex;
use sqrt_benches::workload::{Answer, RawCall};

use super::{PlainCall, whole};
use sqrt_benches::bound::dfa::NO_LINE_END;
use sqrt_benches::bound::{Fired, answer};
use sqrt_benches::harness::{Competitor, Decider, Input};

struct Plain<'a> {
    call: PlainCall<'a>,
    sensitive: HashSet<&'a str>,
    trusted: Regex,
}

impl Decider for Plain<'_> {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        let Plain { call, sensitive, trusted } = self;
        let fires = call.tool == "send_email"
            && call.overlaps("body", sensitive)
            && !call.string("to").is_some_and(|to| trusted.is_match(to));
        fires.then_some(1)
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

/// Plain Rust for a call of W1.
pub fn competitors<'a>(call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let plain = Plain {
        call: PlainCall::new(call),
        sensitive: sqrt_benches::workload::email::SENSITIVE.into(),
        trusted: whole(&format!(r"{NO_LINE_END}*@trustedcorp\.com")),
    };
    vec![Competitor::new("plain Rust", Input::Strings, plain)]
}
