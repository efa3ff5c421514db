//! Large sets of literal strings: a value that is in the set, and one that is not.

use super::{Answer, Case, RawCall, Scalar, Workload, argument};

/// The strings of the set.
pub fn strings(count: usize) -> impl Iterator<Item = String> {
    // A step that has no factor in common with the number of names visits every name once.
    (0..count).map(|number| format!("customer_{:08}", number * 7919 % 100_000_007))
}

/// The workload.
pub fn workload(count: usize) -> Workload {
    let elements: Vec<String> = strings(count).map(|string| format!("\"{string}\"")).collect();
    let policy = format!(
        "let blocked = {{{}}};\n\ntool \"pay\" {{\n    must deny when customer.value in blocked;\n}}\n",
        elements.join(", ")
    );
    let case = |name, customer: String, expected| Case {
        name,
        call: RawCall { tool: "pay", args: vec![argument("customer", Scalar::Str(customer.leak()), &[])] },
        expected,
    };
    let member = strings(count).nth(count / 2).unwrap_or_default();
    Workload {
        name: format!("Literals {count}"),
        policy,
        cases: vec![
            case("in", member, Answer::denied_by(1)),
            case("not in", "customer_99999999x".to_owned(), Answer::allowed_by_default()),
        ],
    }
}
