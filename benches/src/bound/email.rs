//! The bound of W1.

use crate::workload::{Answer, RawCall};
use sqrt_vm::value::Value;

use super::dfa::{Dfa, NO_LINE_END};
use super::{Fired, OfStrings, ReadyCall, Rebuilt, StringCall, UNKNOWN, answer, bit};
use crate::harness::{Competitor, Decider, Input};

const TO: u16 = 0;
const BODY: u16 = 1;
const SENSITIVE: u64 = 0b11;

/// Tests the address.
pub(super) trait Trusted {
    fn is_trusted(&self, address: &str) -> bool;
}

/// By a dense DFA, as for any pattern.
pub(super) struct ByDfa(pub(super) Dfa);

impl Trusted for ByDfa {
    #[inline]
    fn is_trusted(&self, address: &str) -> bool {
        self.0.is_match(address)
    }
}

/// By its end, as this pattern allows.
struct BySuffix;

impl Trusted for BySuffix {
    #[inline]
    fn is_trusted(&self, address: &str) -> bool {
        address.ends_with("@trustedcorp.com") && !has_line_end(address)
    }
}

/// Looks at all characters only where a byte may begin or be a line end.
fn has_line_end(text: &str) -> bool {
    let suspicious = |byte: u8| byte.wrapping_sub(b'\n') < 4 || byte == 0xC2 || byte == 0xE2;
    let is_line_end = |c| matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    text.bytes().fold(false, |found, byte| found | suspicious(byte)) && text.chars().any(is_line_end)
}

#[inline]
pub(super) fn decide(trusted: &impl Trusted, to: Option<Value<'_>>, tags: u64) -> Fired {
    if tags & SENSITIVE == 0 {
        return None;
    }
    match to {
        Some(Value::Str(address)) if trusted.is_trusted(address) => None,
        _ => Some(1),
    }
}

struct Ready<'a, T> {
    call: ReadyCall<'a>,
    trusted: T,
}

impl<T: Trusted> Decider for Ready<'_, T> {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        if self.call.tool != 0 {
            return None;
        }
        let (mut to, mut tags) = (None, 0);
        for arg in &self.call.args {
            match arg.name {
                TO => to = Some(arg.value),
                BODY => tags = arg.tags.iter().fold(0, |tags, tag| tags | bit(*tag)),
                _ => {}
            }
        }
        decide(&self.trusted, to, tags)
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

struct Strings<'a, T> {
    call: StringCall<'a>,
    trusted: T,
}

impl<T: Trusted> Decider for Strings<'_, T> {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        if self.call.tool != "send_email" {
            return None;
        }
        let (mut to, mut tags) = (None, 0);
        for arg in &self.call.args {
            match arg.name {
                "to" => to = Some(arg.value),
                "body" => tags = arg.tags.iter().fold(0, |tags, tag| tags | bit(tag_id(tag))),
                _ => {}
            }
        }
        decide(&self.trusted, to, tags)
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

#[inline]
pub(super) fn tag_id(tag: &str) -> u16 {
    match tag {
        "internal_use" => 0,
        "confidential" => 1,
        _ => UNKNOWN,
    }
}

impl<'a, T: Trusted> OfStrings<'a> for Strings<'a, T> {
    #[inline]
    fn call(&mut self) -> &mut StringCall<'a> {
        &mut self.call
    }
}

/// The bound of W1 with building the call from borrowed strings.
pub fn rebuilt<'a>(raw: &'a RawCall<'a>) -> Competitor<'a> {
    let trusted = ByDfa(Dfa::new(&[&format!(r"{NO_LINE_END}*@trustedcorp\.com")]));
    let bound = Strings { call: StringCall::new(raw), trusted };
    Competitor::new("bound", Input::Strings, Rebuilt { raw, bound })
}

/// The bound of W1 for a call, in all variants.
pub fn competitors<'a>(call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let ready = || ReadyCall::new(call, &["send_email"], &["to", "body"], &crate::workload::email::SENSITIVE);
    let pattern = format!(r"{NO_LINE_END}*@trustedcorp\.com");
    let dfa = || ByDfa(Dfa::new(&[&pattern]));
    vec![
        Competitor::new("bound, DFA", Input::Ready, Ready { call: ready(), trusted: dfa() }),
        Competitor::new("bound, suffix", Input::Ready, Ready { call: ready(), trusted: BySuffix }),
        Competitor::new(
            "bound, DFA",
            Input::Strings,
            Strings { call: StringCall::new(call), trusted: dfa() },
        ),
        Competitor::new(
            "bound, suffix",
            Input::Strings,
            Strings { call: StringCall::new(call), trusted: BySuffix },
        ),
    ]
}
