//! The bound of W2: twenty rules in source order, the first that fires decides.

use crate::workload::order::{TAGS, blocked_customers};
use crate::workload::{Answer, RawCall};
use sqrt_vm::number::Number;
use sqrt_vm::value::Value;

use super::dfa::{Dfa, NO_LINE_END};
use super::strings::StringIndex;
use super::{Fired, OfStrings, ReadyCall, Rebuilt, StringCall, UNKNOWN, answer, bit};
use crate::harness::{Competitor, Decider, Input};

const ARGS: [&str; 8] = ["customer", "amount", "quantity", "sku", "url", "email", "note", "attachment"];

/// The bits of tags, by their place in [`TAGS`].
mod tag {
    pub(super) const SENSITIVE: u64 = 0b11;
    pub(super) const PUBLISHABLE: u64 = 0b11_1100;
    pub(super) const APPROVED: u64 = 1 << 6;
    pub(super) const PERSONAL: u64 = 0b11 << 7;
    pub(super) const REDACTED: u64 = 1 << 9;
    pub(super) const SECRET: u64 = 0b11 << 10;
    pub(super) const DRAFT: u64 = 1 << 12;
    pub(super) const NOTE: u64 = 1 | APPROVED | DRAFT | 1 << 13;
    pub(super) const FINAL: u64 = 1 << 14;
}

/// What the rules look at. A string or a number that is not there, or is something else, is none: no set of the policy has it.
#[derive(Default)]
struct Facts<'a> {
    customer: Option<&'a str>,
    amount: Option<i128>,
    quantity: Option<i128>,
    sku: Option<&'a str>,
    url: Option<&'a str>,
    email: Option<&'a str>,
    note: u64,
    attachment: u64,
}

struct Rules {
    blocked: StringIndex,
    trusted: Dfa,
    sku: Dfa,
    evil: Dfa,
    operator: Dfa,
    executable: Dfa,
}

impl Rules {
    fn new() -> Rules {
        Rules {
            blocked: StringIndex::new(blocked_customers()),
            trusted: Dfa::new(&[&format!(r"{NO_LINE_END}*@trustedcorp\.com")]),
            sku: Dfa::new(&["[A-Z]{3}-[0-9]{4}-X"]),
            evil: Dfa::new(&[r"https?://(www\.)?evil\.(com|org)/.*"]),
            operator: Dfa::new(&["(root|admin|postmaster)@.*"]),
            executable: Dfa::new(&[r".*\.(exe|bat|scr|ps1)"]),
        }
    }

    #[inline]
    fn first_firing(&self, facts: &Facts<'_>) -> Fired {
        let Facts { note, attachment, .. } = *facts;
        let amount = |test: fn(i128) -> bool| facts.amount.is_some_and(test);
        let quantity = |test: fn(i128) -> bool| facts.quantity.is_some_and(test);
        let customer = |names: &[&str]| facts.customer.is_some_and(|customer| names.contains(&customer));
        let matches = |dfa: &Dfa, text: Option<&str>| text.is_some_and(|text| dfa.is_match(text));
        if facts.customer.is_some_and(|customer| self.blocked.find(customer).is_some()) {
            return Some(1);
        }
        if amount(|n| n >= 1_000_001) {
            return Some(2);
        }
        if note & tag::SENSITIVE != 0 && !matches(&self.trusted, facts.email) {
            return Some(3);
        }
        if matches(&self.sku, facts.sku) {
            return Some(4);
        }
        if quantity(|n| n <= 0) {
            return Some(5);
        }
        if attachment & !tag::PUBLISHABLE != 0 {
            return Some(6);
        }
        if matches(&self.evil, facts.url) {
            return Some(7);
        }
        if amount(|n| n >= 50_001) && note & tag::APPROVED == 0 {
            return Some(8);
        }
        if quantity(|n| n >= 501) || amount(|n| n >= 20_001) && customer(&["acme", "globex"]) {
            return Some(9);
        }
        if note & tag::PERSONAL != 0 && attachment & tag::REDACTED == 0 {
            return Some(10);
        }
        if matches(&self.operator, facts.email) {
            return Some(11);
        }
        if !(quantity(|n| (1..=1000).contains(&n)) && amount(|n| (1..=1_000_000).contains(&n))) {
            return Some(12);
        }
        if (note | attachment) & tag::SECRET != 0 {
            return Some(13);
        }
        if matches(&self.executable, facts.url) {
            return Some(14);
        }
        if customer(&["test", "demo", "null"]) && !amount(|n| (0..=100).contains(&n)) {
            return Some(15);
        }
        if note & !tag::NOTE != 0 {
            return Some(16);
        }
        if quantity(|n| n >= 100) && amount(|n| n <= 99) {
            return Some(17);
        }
        if attachment & tag::DRAFT != 0 && note & tag::FINAL != 0 {
            return Some(18);
        }
        if matches!(facts.sku, Some("OLD-0001" | "OLD-0002"))
            || !(customer(&["acme"]) || quantity(|n| n <= 400))
        {
            return Some(19);
        }
        if note & tag::DRAFT != 0 && amount(|n| n >= 5000) {
            return Some(20);
        }
        None
    }
}

#[inline]
fn string(value: Value<'_>) -> Option<&str> {
    match value {
        Value::Str(string) => Some(string),
        _ => None,
    }
}

/// A number without a fractional part, however written.
#[inline]
fn integer(value: Value<'_>) -> Option<i128> {
    match value {
        Value::Number(Number::Int(number)) => Some(number),
        Value::Number(Number::Float(number)) if number.is_finite() && number.trunc() == number => {
            Some(number as i128)
        }
        _ => None,
    }
}

/// Takes over an argument; `tags` are its bits.
#[inline]
fn take<'a>(facts: &mut Facts<'a>, name: u16, value: Value<'a>, tags: impl Fn() -> u64) {
    match name {
        0 => facts.customer = string(value),
        1 => facts.amount = integer(value),
        2 => facts.quantity = integer(value),
        3 => facts.sku = string(value),
        4 => facts.url = string(value),
        5 => facts.email = string(value),
        6 => facts.note = tags(),
        7 => facts.attachment = tags(),
        _ => {}
    }
}

struct Ready<'a> {
    call: ReadyCall<'a>,
    rules: Rules,
}

impl Decider for Ready<'_> {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        if self.call.tool != 0 {
            return None;
        }
        let mut facts = Facts::default();
        for arg in &self.call.args {
            take(&mut facts, arg.name, arg.value, || arg.tags.iter().fold(0, |tags, tag| tags | bit(*tag)));
        }
        self.rules.first_firing(&facts)
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

struct Strings<'a> {
    call: StringCall<'a>,
    tags: StringIndex,
    rules: Rules,
}

impl Decider for Strings<'_> {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        if self.call.tool != "create_order" {
            return None;
        }
        let mut facts = Facts::default();
        for arg in &self.call.args {
            let bits = |tag: &&str| self.tags.find(tag).map_or(bit(UNKNOWN), |place| 1 << place);
            let tags = || arg.tags.iter().fold(0, |tags, tag| tags | bits(tag));
            take(&mut facts, name(arg.name), arg.value, tags);
        }
        self.rules.first_firing(&facts)
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

/// The id of an argument: byte strings are matched by length, then bytes.
#[inline]
fn name(name: &str) -> u16 {
    match name.as_bytes() {
        b"customer" => 0,
        b"amount" => 1,
        b"quantity" => 2,
        b"sku" => 3,
        b"url" => 4,
        b"email" => 5,
        b"note" => 6,
        b"attachment" => 7,
        _ => UNKNOWN,
    }
}

impl<'a> OfStrings<'a> for Strings<'a> {
    #[inline]
    fn call(&mut self) -> &mut StringCall<'a> {
        &mut self.call
    }
}

/// The bound of W2 with building the call from borrowed strings.
pub fn rebuilt<'a>(raw: &'a RawCall<'a>) -> Competitor<'a> {
    let bound = Strings { call: StringCall::new(raw), tags: StringIndex::new(TAGS), rules: Rules::new() };
    Competitor::new("bound", Input::Strings, Rebuilt { raw, bound })
}

/// The bound of W2 for a call, in both variants.
pub fn competitors<'a>(call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let ready = ReadyCall::new(call, &["create_order"], &ARGS, &TAGS);
    let strings = Strings { call: StringCall::new(call), tags: StringIndex::new(TAGS), rules: Rules::new() };
    vec![
        Competitor::new("bound, DFA", Input::Ready, Ready { call: ready, rules: Rules::new() }),
        Competitor::new("bound, DFA", Input::Strings, strings),
    ]
}
