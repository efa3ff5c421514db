//! wirefilter: a compiled filter per rule, tried in source order. It has no sets of strings as values: a tag is a field that
//! is true or false, one for each tag that a rule names; a last one says whether there are tags beyond a list.

use sqrt_benches::workload::order::blocked_customers;
use sqrt_benches::workload::{Answer, RawCall, Scalar};
use wirefilter::{ExecutionContext, Filter, LhsValue, Scheme, Type};

use crate::peers::arg;
use sqrt_benches::bound::{Fired, answer};
use sqrt_benches::harness::{Competitor, Decider, Input};

/// How a call becomes fields.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    pub(super) strings: &'static [&'static str],
    pub(super) integers: &'static [&'static str],
    /// A field, the argument, the tag.
    pub(super) tags: &'static [(&'static str, &'static str, &'static str)],
    /// A field, the argument, the tags beside which others count.
    pub(super) others: &'static [(&'static str, &'static str, &'static [&'static str])],
}

impl Fields {
    /// The scheme lives as long as the process: filters and contexts borrow it.
    fn scheme(&self) -> &'static Scheme {
        let mut scheme = Scheme::default();
        scheme.add_field("tool".to_owned(), Type::Bytes).unwrap();
        let mut add = |name: &str, kind| scheme.add_field(name.to_owned(), kind).unwrap();
        self.strings.iter().for_each(|name| add(name, Type::Bytes));
        self.integers.iter().for_each(|name| add(name, Type::Int));
        self.tags.iter().for_each(|(field, ..)| add(field, Type::Bool));
        self.others.iter().for_each(|(field, ..)| add(field, Type::Bool));
        Box::leak(Box::new(scheme))
    }

    fn fill<'e, 'v: 'e>(&self, context: &mut ExecutionContext<'e>, call: &'v RawCall<'v>) {
        context.set_field_value("tool", call.tool).unwrap();
        for name in self.strings {
            let Scalar::Str(string) = arg(call, name).value else { panic!("{name} is no string") };
            context.set_field_value(name, string).unwrap();
        }
        for name in self.integers {
            let Scalar::Int(number) = arg(call, name).value else { panic!("{name} is no number") };
            context.set_field_value(name, i32::try_from(number).unwrap()).unwrap();
        }
        for (field, name, tag) in self.tags {
            let has = arg(call, name).tags.contains(tag);
            context.set_field_value(field, LhsValue::Bool(has)).unwrap();
        }
        for (field, name, listed) in self.others {
            let has = arg(call, name).tags.iter().any(|tag| !listed.contains(tag));
            context.set_field_value(field, LhsValue::Bool(has)).unwrap();
        }
    }
}

struct Ready {
    filters: Vec<Filter<'static>>,
    context: ExecutionContext<'static>,
}

fn first_firing<'s>(filters: &[Filter<'s>], context: &ExecutionContext<'s>) -> Fired {
    (1..).zip(filters).find(|(_, filter)| filter.execute(context).unwrap()).map(|(rule, _)| rule)
}

impl Decider for Ready {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        first_firing(&self.filters, &self.context)
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

struct Strings {
    filters: Vec<Filter<'static>>,
    context: ExecutionContext<'static>,
    fields: Fields,
    call: &'static RawCall<'static>,
}

impl Decider for Strings {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        self.fields.fill(&mut self.context, self.call);
        first_firing(&self.filters, &self.context)
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}

pub(super) fn both<'a>(fields: Fields, filters: &[String], call: &RawCall<'a>) -> Vec<Competitor<'a>> {
    // The context outlives the call's own lifetime, so it gets a call that lives as long as the process.
    let call: &'static RawCall<'static> = Box::leak(Box::new(leaked(call)));
    let scheme = fields.scheme();
    let filters = || filters.iter().map(|text| scheme.parse(text).unwrap().compile()).collect();
    let mut context = ExecutionContext::new(scheme);
    fields.fill(&mut context, call);
    let ready = Ready { filters: filters(), context };
    let strings = Strings { filters: filters(), context: ExecutionContext::new(scheme), fields, call };
    vec![
        Competitor::new("wirefilter", Input::Ready, ready),
        Competitor::new("wirefilter", Input::Strings, strings),
    ]
}

fn leaked(call: &RawCall<'_>) -> RawCall<'static> {
    let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let args = call.args.iter().map(|arg| sqrt_benches::workload::RawArgument {
        name: leak(arg.name),
        value: match arg.value {
            Scalar::Str(string) => Scalar::Str(leak(string)),
            Scalar::Int(number) => Scalar::Int(number),
        },
        tags: arg.tags.iter().map(|tag| leak(tag)).collect(),
    });
    RawCall { tool: leak(call.tool), args: args.collect() }
}

/// wirefilter for a call of W1.
pub fn email<'a>(call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let fields = Fields {
        strings: &["to", "subject", "body"],
        integers: &[],
        tags: &[("tag.internal_use", "body", "internal_use"), ("tag.confidential", "body", "confidential")],
        others: &[],
    };
    let filter = r#"tool == "send_email" and (tag.internal_use or tag.confidential)
        and not to matches "@trustedcorp\.com$""#;
    both(fields, &[filter.replace('\n', " ")], call)
}

/// The conditions of W2 but the first.
const ORDER: [&str; 19] = [
    "amount >= 1000001",
    r#"(text.internal_use or text.confidential) and not email matches "@trustedcorp\.com$""#,
    r#"sku matches "^[A-Z]{3}-[0-9]{4}-X$""#,
    "quantity <= 0",
    "attachment.other",
    r#"url matches "^https?://(www\.)?evil\.(com|org)/""#,
    "amount >= 50001 and not text.approved",
    r#"quantity >= 501 or (amount >= 20001 and customer in {"acme" "globex"})"#,
    "(text.pii or text.phi) and not attachment.redacted",
    r#"email matches "^(root|admin|postmaster)@""#,
    "not (quantity in {1..1000} and amount in {1..1000000})",
    "text.secret or text.top_secret or attachment.secret or attachment.top_secret",
    r#"url matches "\.(exe|bat|scr|ps1)$""#,
    r#"customer in {"test" "demo" "null"} and not amount in {0..100}"#,
    "text.other",
    "quantity >= 100 and amount <= 99",
    "attachment.draft and text.final",
    r#"sku in {"OLD-0001" "OLD-0002"} or not (customer == "acme" or quantity <= 400)"#,
    "text.draft and amount >= 5000",
];

/// wirefilter for a call of W2.
pub fn order<'a>(call: &'a RawCall<'a>) -> Vec<Competitor<'a>> {
    let fields = Fields {
        strings: &["customer", "sku", "url", "email"],
        integers: &["amount", "quantity"],
        tags: &[
            ("text.internal_use", "note", "internal_use"),
            ("text.confidential", "note", "confidential"),
            ("text.approved", "note", "approved"),
            ("text.pii", "note", "pii"),
            ("text.phi", "note", "phi"),
            ("text.secret", "note", "secret"),
            ("text.top_secret", "note", "top_secret"),
            ("text.draft", "note", "draft"),
            ("text.final", "note", "final"),
            ("attachment.redacted", "attachment", "redacted"),
            ("attachment.secret", "attachment", "secret"),
            ("attachment.top_secret", "attachment", "top_secret"),
            ("attachment.draft", "attachment", "draft"),
        ],
        others: &[
            ("attachment.other", "attachment", &["public", "reviewed", "marketing", "press"]),
            ("text.other", "note", &["internal_use", "draft", "approved", "q3_report"]),
        ],
    };
    let names: Vec<String> = blocked_customers().iter().map(|name| format!("{name:?}")).collect();
    let mut filters = vec![format!("customer in {{{}}}", names.join(" "))];
    filters.extend(ORDER.map(str::to_owned));
    // The tool is asked about by the host, which has filters for each.
    both(fields, &filters, call)
}
