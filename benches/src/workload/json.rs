//! Calls of W1 as JSON lines: a small one, and one of 1 KiB.

use super::{Answer, email};

/// A line and what must come of it under the policy of W1.
#[derive(Debug, Clone)]
pub struct JsonCase {
    /// As in reports.
    pub name: &'static str,
    /// The call.
    pub line: String,
    /// The answer.
    pub expected: Answer,
}

/// The policy is that of [`email::workload`].
pub fn cases() -> Vec<JsonCase> {
    let small = line("someone@example.org", "Hello!");
    let body =
        "Please find the numbers of the third quarter attached, as we discussed this morning; ".repeat(12);
    let room = 1024 - line("someone@example.org", "").len();
    let large = line("someone@example.org", &body[..room]);
    assert_eq!(large.len(), 1024);
    let expected = email::workload().cases[1].expected;
    vec![JsonCase { name: "small", line: small, expected }, JsonCase { name: "1 KiB", line: large, expected }]
}

fn line(to: &str, body: &str) -> String {
    format!(
        "{{\"tool\": \"send_email\", \"args\": {{\"to\": \"{to}\", \"subject\": \"Quarterly numbers\", \"body\": \"{body}\"}}, \
         \"arg_meta\": {{\"body\": {{\"tags\": [\"internal_use\", \"draft\", \"q3_report\"]}}}}}}"
    )
}
