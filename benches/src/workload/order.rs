//! W2: one tool with twenty rules: a set of 100 strings, five regexes, integer ranges, tests of tags, and mixes of them.

use std::fmt::Write as _;

use super::{Answer, Case, RawCall, Scalar, Workload, argument};

/// The conditions of the twenty `must deny` rules, in source order.
const CONDITIONS: [&str; 20] = [
    "customer.value in blocked_customers",
    "amount.value in {int 1000001..}",
    "note.tags overlaps {\"internal_use\", \"confidential\"} and not email.value in {str matching r\".*@trustedcorp\\.com\"}",
    "sku.value in {str matching r\"[A-Z]{3}-[0-9]{4}-X\"}",
    "quantity.value in {int ..0}",
    "not attachment.tags subset of {\"public\", \"reviewed\", \"marketing\", \"press\"}",
    "url.value in {str matching r\"https?://(www\\.)?evil\\.(com|org)/.*\"}",
    "amount.value in {int 50001..} and not note.tags overlaps {\"approved\"}",
    "quantity.value in {int 501..} or (amount.value in {int 20001..} and customer.value in {\"acme\", \"globex\"})",
    "note.tags overlaps {\"pii\", \"phi\"} and not attachment.tags overlaps {\"redacted\"}",
    "email.value in {str matching r\"(root|admin|postmaster)@.*\"}",
    "not (quantity.value in {int 1..1000} and amount.value in {int 1..1000000})",
    "note.tags overlaps {\"secret\", \"top_secret\"} or attachment.tags overlaps {\"secret\", \"top_secret\"}",
    "url.value in {str matching r\".*\\.(exe|bat|scr|ps1)\"}",
    "customer.value in {\"test\", \"demo\", \"null\"} and not amount.value in {int 0..100}",
    "not note.tags subset of {\"internal_use\", \"draft\", \"approved\", \"q3_report\"}",
    "quantity.value in {int 100..} and amount.value in {int ..99}",
    "attachment.tags overlaps {\"draft\"} and note.tags overlaps {\"final\"}",
    "sku.value in {\"OLD-0001\", \"OLD-0002\"} or not (customer.value in {\"acme\"} or quantity.value in {int ..400})",
    "note.tags overlaps {\"draft\"} and amount.value in {int 5000..}",
];

/// All tags that the policy names.
pub const TAGS: [&str; 15] = [
    "internal_use",
    "confidential",
    "public",
    "reviewed",
    "marketing",
    "press",
    "approved",
    "pii",
    "phi",
    "redacted",
    "secret",
    "top_secret",
    "draft",
    "q3_report",
    "final",
];

/// The set of 100 strings.
pub fn blocked_customers() -> Vec<String> {
    (0..100).map(|number| format!("customer_{:05}", number * 7919 % 100_000)).collect()
}

/// The workload: the last rule fires, none does, the first does.
pub fn workload() -> Workload {
    let mut policy = String::from("let blocked_customers = {");
    for (index, name) in blocked_customers().iter().enumerate() {
        let _ = write!(policy, "{}\"{name}\"", if index == 0 { "" } else { ", " });
    }
    policy.push_str("};\n\ntool \"create_order\" {\n");
    for condition in CONDITIONS {
        let _ = writeln!(policy, "    must deny when {condition};");
    }
    policy.push_str("}\n");
    Workload {
        name: "W2 order".to_owned(),
        policy,
        cases: vec![
            Case { name: "last fires", call: call("northwind", 7500), expected: Answer::denied_by(20) },
            Case {
                name: "none fires",
                call: call("northwind", 4000),
                expected: Answer::allowed_by_default(),
            },
            Case { name: "first fires", call: call("customer_95950", 7500), expected: Answer::denied_by(1) },
        ],
    }
}

fn call(customer: &str, amount: i64) -> RawCall<'_> {
    let note = "Deliver to the side entrance, please, and call an hour before.";
    RawCall {
        tool: "create_order",
        args: vec![
            argument("customer", Scalar::Str(customer), &[]),
            argument("amount", Scalar::Int(amount), &[]),
            argument("quantity", Scalar::Int(12), &[]),
            argument("sku", Scalar::Str("ABC-1234-Y"), &[]),
            argument("url", Scalar::Str("https://shop.example.com/orders/8812"), &[]),
            argument("email", Scalar::Str("ann@trustedcorp.com"), &[]),
            argument("note", Scalar::Str(note), &["internal_use", "draft", "q3_report"]),
            argument("attachment", Scalar::Str("offer.pdf"), &["public", "reviewed"]),
        ],
    }
}
