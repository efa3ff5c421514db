//! Plain Rust for W2: one regex set for the patterns of a value, hash sets for tags and strings.

use std::collections::HashSet;

use regex::{Regex, RegexSet};
use sqrt_benches::workload::order::blocked_customers;
use sqrt_benches::workload::{Answer, RawCall};

use super::{PlainCall, whole};
use sqrt_benches::bound::dfa::NO_LINE_END;
use sqrt_benches::bound::{Fired, answer};
use sqrt_benches::harness::{Competitor, Decider, Input};

struct Plain<'a> {
    call: PlainCall<'a>,
    blocked: HashSet<String>,
    sensitive: HashSet<&'static str>,
    publishable: HashSet<&'static str>,
    personal: HashSet<&'static str>,
    secret: HashSet<&'static str>,
    note: HashSet<&'static str>,
    approved: HashSet<&'static str>,
    redacted: HashSet<&'static str>,
    draft: HashSet<&'static str>,
    last: HashSet<&'static str>,
    sku: Regex,
    /// Trusted, operator.
    emails: RegexSet,
    /// Evil, executable.
    urls: RegexSet,
}

impl Plain<'_> {
    fn first_firing(&self) -> Fired {
        let call = &self.call;
        let customer = call.string("customer").unwrap_or_default();
        let (amount, quantity) = (call.integer("amount"), call.integer("quantity"));
        let at_least = |number: Option<i64>, least: i64| number.is_some_and(|number| number >= least);
        let at_most = |number: Option<i64>, most: i64| number.is_some_and(|number| number <= most);
        let between = |number, least, most| at_least(number, least) && at_most(number, most);
        let emails = self.emails.matches(call.string("email").unwrap_or_default());
        let urls = self.urls.matches(call.string("url").unwrap_or_default());
        let sku = call.string("sku").unwrap_or_default();
        let rules: [&dyn Fn() -> bool; 20] = [
            &|| self.blocked.contains(customer),
            &|| at_least(amount, 1_000_001),
            &|| call.overlaps("note", &self.sensitive) && !emails.matched(0),
            &|| self.sku.is_match(sku),
            &|| at_most(quantity, 0),
            &|| !call.subset("attachment", &self.publishable),
            &|| urls.matched(0),
            &|| at_least(amount, 50_001) && !call.overlaps("note", &self.approved),
            &|| at_least(quantity, 501) || at_least(amount, 20_001) && ["acme", "globex"].contains(&customer),
            &|| call.overlaps("note", &self.personal) && !call.overlaps("attachment", &self.redacted),
            &|| emails.matched(1),
            &|| !(between(quantity, 1, 1000) && between(amount, 1, 1_000_000)),
            &|| call.overlaps("note", &self.secret) || call.overlaps("attachment", &self.secret),
            &|| urls.matched(1),
            &|| ["test", "demo", "null"].contains(&customer) && !between(amount, 0, 100),
            &|| !call.subset("note", &self.note),
            &|| at_least(quantity, 100) && at_most(amount, 99),
            &|| call.overlaps("attachment", &self.draft) && call.overlaps("note", &self.last),
            &|| ["OLD-0001", "OLD-0002"].contains(&sku) || !(customer == "acme" || at_most(quantity, 400)),
            &|| call.overlaps("note", &self.draft) && at_least(amount, 5000),
        ];
        (1..).zip(rules).find(|(_, fires)| fires()).map(|(rule, _)| rule)
    }
}

impl Decider for Plain<'_> {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        if self.call.tool == "create_order" { self.first_firing() } else { None }
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

/// Plain Rust for a call of W2.
pub fn competitors<'a>(call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let set =
        |patterns: [&str; 2]| RegexSet::new(patterns.map(|pattern| format!(r"\A(?s:{pattern})\z"))).unwrap();
    let plain = Plain {
        call: PlainCall::new(call),
        blocked: blocked_customers().into_iter().collect(),
        sensitive: ["internal_use", "confidential"].into(),
        publishable: ["public", "reviewed", "marketing", "press"].into(),
        personal: ["pii", "phi"].into(),
        secret: ["secret", "top_secret"].into(),
        note: ["internal_use", "draft", "approved", "q3_report"].into(),
        approved: ["approved"].into(),
        redacted: ["redacted"].into(),
        draft: ["draft"].into(),
        last: ["final"].into(),
        sku: whole("[A-Z]{3}-[0-9]{4}-X"),
        emails: set([&format!(r"{NO_LINE_END}*@trustedcorp\.com"), "(root|admin|postmaster)@.*"]),
        urls: set([r"https?://(www\.)?evil\.(com|org)/.*", r".*\.(exe|bat|scr|ps1)"]),
    };
    vec![Competitor::new("plain Rust", Input::Strings, plain)]
}
