//! The bound of large sets of strings: a hash table made for them.

use sqrt_vm::value::Value;

use super::strings::StringIndex;
use super::{Fired, StringCall, answer};
use crate::harness::{Competitor, Decider, Input};
use crate::workload::{Answer, RawCall, literals};

struct Bound<'a> {
    call: StringCall<'a>,
    blocked: StringIndex,
}

impl Decider for Bound<'_> {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        if self.call.tool != "pay" {
            return None;
        }
        let customer = self.call.args.iter().find(|arg| arg.name == "customer")?;
        match customer.value {
            Value::Str(text) => self.blocked.find(text).map(|_| 1),
            _ => None,
        }
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

/// The bound for a set of so many strings.
pub fn competitors<'a>(count: usize, call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let bound = Bound { call: StringCall::new(call), blocked: StringIndex::new(literals::strings(count)) };
    vec![Competitor::new("bound", Input::Strings, bound)]
}
