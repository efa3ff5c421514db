//! W3: many tools, each with a block and a rule of its own; nine in ten named exactly, one in ten by a pattern.

use std::fmt::Write as _;

use super::{Answer, Case, RawCall, Scalar, Workload, argument};

/// Whether a tool is named by a pattern.
pub fn is_pattern(number: usize) -> bool {
    number % 10 == 9
}

/// The tool id of a block: a name, or a pattern for whole names.
pub fn tool_id(number: usize) -> String {
    if is_pattern(number) { format!("ns{number}_(get|put)_.*") } else { format!("tool_{number}") }
}

/// A name that the block is about.
pub fn tool_name(number: usize) -> String {
    if is_pattern(number) { format!("ns{number}_put_object") } else { format!("tool_{number}") }
}

/// The path that only the block of this number denies.
pub fn secret_path(number: usize) -> String {
    format!("/secret/{number}")
}

/// The workload: a tool found by its name, one by its pattern, one that no block is about.
pub fn workload(tools: usize) -> Workload {
    let mut policy = String::new();
    for number in 0..tools {
        let id = tool_id(number);
        let id = if is_pattern(number) { format!("r\"{id}\"") } else { format!("\"{id}\"") };
        let path = secret_path(number);
        let _ = write!(policy, "tool {id} {{\n    must deny when path.value in {{\"{path}\"}};\n}}\n");
    }
    let exact = tools / 2 / 10 * 10 + 3;
    let pattern = tools / 2 / 10 * 10 + 9;
    let case = |name, number: usize| Case { name, call: call_of(number), expected: denied_by(number) };
    Workload {
        name: format!("W3 dispatch {tools}"),
        policy,
        cases: vec![
            case("exact", exact),
            case("pattern", pattern),
            Case {
                name: "unknown",
                call: call("no_such_tool".to_owned(), secret_path(exact)),
                expected: Answer::allowed_by_default(),
            },
        ],
    }
}

/// The call that the block of this number denies.
pub fn call_of(number: usize) -> RawCall<'static> {
    call(tool_name(number), secret_path(number))
}

/// What must come of [`call_of`].
pub fn denied_by(number: usize) -> Answer {
    Answer::denied_by(u32::try_from(number + 1).unwrap_or(u32::MAX))
}

/// Numbers of blocks in an order without pattern, the same on every machine.
pub fn random_numbers(tools: usize, count: usize) -> Vec<usize> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % tools
    };
    (0..count).map(|_| next()).collect()
}

/// A call whose strings live as long as the process: a benchmark makes few of them.
fn call(tool: String, path: String) -> RawCall<'static> {
    RawCall { tool: tool.leak(), args: vec![argument("path", Scalar::Str(path.leak()), &[])] }
}
