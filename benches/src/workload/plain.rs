//! Text without patterns: tools named exactly, with two rules each.

use super::{Answer, Case, RawCall, Scalar, Workload, argument};

/// The policy of so many tools, with a call that is denied.
pub fn workload(tools: usize) -> Workload {
    let middle = tools / 2;
    let (tool, to) = (format!("tool_{middle}"), format!("eve_{middle}@evil.com"));
    let call = RawCall { tool: tool.leak(), args: vec![argument("to", Scalar::Str(to.leak()), &[])] };
    let rule = u32::try_from(middle + 1).unwrap_or(u32::MAX);
    let policy =
        crate::plain_policy_text(tools).replace("{ must", "{\n    must").replace("; should", ";\n    should");
    Workload {
        name: format!("Load plain {tools}"),
        policy,
        cases: vec![Case { name: "denied", call, expected: Answer::denied_by(rule) }],
    }
}
