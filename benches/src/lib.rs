//! What the benchmarks share: policies and calls of any size, the same on every machine; our engine and the hand-optimised
//! bound as competitors that decide them; and the interleaved measuring of competitors.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a benchmark may fail by panicking"
)]

pub mod bound;
pub mod clock;
pub mod engine;
pub mod harness;
pub mod scenarios;
pub mod workload;

use std::fmt::Write as _;

/// A policy of `blocks` tool blocks, about 500 bytes each: nine in ten are named exactly, one in ten by a pattern; each has
/// conditions over values and metadata and an update.
pub fn policy_text(blocks: usize) -> String {
    let mut text = String::from(
        "let internal = {\"internal_use\", \"confidential\"};\nlet trusted = {str matching r\".*@corp\\.com\"};\n\n",
    );
    for number in 0..blocks {
        let id = if number % 10 == 9 {
            format!("r\"^ns{number}_(get|put)_.*\"")
        } else {
            format!("\"tool_{number}\"")
        };
        let _ = write!(
            text,
            "/// What tool {number} may do.\ntool {id} {{\n    priority {priority};\n    \
             /// Internal data stays inside.\n    must deny when body.tags overlaps internal and not to.value in trusted;\n    \
             must deny when path.value in {{\"/etc/passwd\", \"/etc/shadow{number}\", w\"/secret/{number}/*\"}};\n    \
             should allow when count.value in {{int 0..{number}}} or user.tags overlaps {{\"admin\", \"team_{number}\"}};\n    \
             should deny always;\n    result {{\n        @tags |= {{\"seen:{number}\"}};\n        \
             when @tags overlaps internal {{ @consumers &= {{\"staff\"}}; }}\n    }}\n}}\n\n",
            priority = number % 7,
        );
    }
    text
}

/// A policy of `blocks` tools that are named exactly, a line each: two rules, about 120 bytes.
pub fn plain_policy_text(blocks: usize) -> String {
    let mut text = String::new();
    for number in 0..blocks {
        let _ = writeln!(
            text,
            "tool \"tool_{number}\" {{ must deny when to.value in {{\"eve_{number}@evil.com\"}}; \
             should allow when user.tags overlaps {{\"admin\"}}; }}",
        );
    }
    text
}

/// A call line for tool `number` of [`policy_text`]: allowed, with metadata and a result.
pub fn call_line(number: usize) -> String {
    let tool = if number % 10 == 9 { format!("ns{number}_get_x") } else { format!("tool_{number}") };
    format!(
        "{{\"session\": \"s{session}\", \"tool\": \"{tool}\", \"args\": {{\"to\": \"ann@corp.com\", \"body\": \"hello\", \
         \"path\": \"/home/ann\", \"count\": 0}}, \"arg_meta\": {{\"body\": {{\"tags\": [\"internal_use\", \"draft\"]}}}}, \
         \"result\": \"ok\"}}",
        session = number % 100,
    )
}
