//! The bound of long values: words by a dense automaton over the whole set that stops at the first, with and without a
//! search for places where a word can begin; strings by hash.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use sqrt_vm::value::Value;

use super::strings::StringIndex;
use super::{Fired, StringCall, answer};
use crate::harness::{Competitor, Decider, Input};
use crate::workload::long::{Sought, strings, words};
use crate::workload::{Answer, RawCall};

struct Search<'a, F> {
    call: StringCall<'a>,
    is_forbidden: F,
}

impl<F: Fn(&str) -> bool> Decider for Search<'_, F> {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        if self.call.tool != "publish" {
            return None;
        }
        let body = self.call.args.iter().find(|arg| arg.name == "body")?;
        match body.value {
            Value::Str(text) => (self.is_forbidden)(text).then_some(1),
            _ => None,
        }
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

/// The bound for a long body.
pub fn competitors<'a>(sought: Sought, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let search = |name, is_forbidden: Box<dyn Fn(&str) -> bool>| {
        Competitor::new(name, Input::Strings, Search { call: StringCall::new(call), is_forbidden })
    };
    match sought {
        Sought::Words(count) => {
            let automaton = |prefilter| {
                let mut builder = AhoCorasick::builder();
                let builder = builder.kind(Some(AhoCorasickKind::DFA)).prefilter(prefilter);
                builder.build(words(count)).unwrap()
            };
            let (dense, filtered) = (automaton(false), automaton(true));
            vec![
                search("bound, DFA", Box::new(move |text| dense.is_match(text))),
                search("bound, prefilter", Box::new(move |text| filtered.is_match(text))),
            ]
        }
        Sought::Strings(count) => {
            let index = StringIndex::new(strings(count));
            vec![search("bound", Box::new(move |text| index.find(text).is_some()))]
        }
    }
}
