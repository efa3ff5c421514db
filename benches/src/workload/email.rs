//! W1: one rule over tags and an address, the smallest policy that does something useful.

use super::{Answer, Case, RawCall, Scalar, Workload, argument};

/// The tags that must not leave, in the order of the policy.
pub const SENSITIVE: [&str; 2] = ["internal_use", "confidential"];

/// The workload: an allowed call and a denied one.
pub fn workload() -> Workload {
    let policy = "tool \"send_email\" {\n    \
        must deny when body.tags overlaps {\"internal_use\", \"confidential\"} and not to.value in {str matching r\".*@trustedcorp\\.com\"};\n\
        }\n";
    Workload {
        name: "W1 email".to_owned(),
        policy: policy.to_owned(),
        cases: vec![
            Case {
                name: "allowed",
                call: call("alice@trustedcorp.com"),
                expected: Answer::allowed_by_default(),
            },
            Case { name: "denied", call: call("someone@example.org"), expected: Answer::denied_by(1) },
        ],
    }
}

fn call(to: &str) -> RawCall<'_> {
    let body = "Please find the numbers of the third quarter attached, as we discussed this morning.";
    RawCall {
        tool: "send_email",
        args: vec![
            argument("to", Scalar::Str(to), &[]),
            argument("subject", Scalar::Str("Quarterly numbers"), &[]),
            argument("body", Scalar::Str(body), &["internal_use", "draft", "q3_report"]),
        ],
    }
}
