//! Updates: a call whose three phases all change metadata: session before, result, session after. The argument's tags are
//! many or few; in steady state the session already has them.

use super::{Answer, Case, RawCall, Scalar, Workload, argument};

/// The tags that the policy names.
pub const TAGS: [&str; 4] = ["blocked", "asked", "ticket", "pii"];

/// What the tool gives back.
pub const RESULT: &str = "printer on fire";

/// The workload: the argument has so many tags, `pii` among them.
pub fn workload(tags: usize) -> Workload {
    let policy = "tool \"read_ticket\" {\n    \
        session before { @tags |= {\"asked\"}; }\n    \
        must deny when @session.tags overlaps {\"blocked\"};\n    \
        result {\n        \
        @tags |= {\"ticket\"};\n        \
        @producers |= {\"tickets\"};\n        \
        when @tags overlaps {\"pii\"} { @consumers &= {\"staff\"}; }\n    }\n    \
        session after { @tags |= @result.tags; }\n}\n";
    Workload {
        name: format!("Updates {tags}"),
        policy: policy.to_owned(),
        cases: vec![Case { name: "allowed", call: call(tags), expected: Answer::allowed_by_default() }],
    }
}

fn call(count: usize) -> RawCall<'static> {
    let others = (1..count).map(|number| &*format!("label_{number:05}").leak());
    let tags: Vec<&str> = std::iter::once("pii").chain(others).collect();
    RawCall { tool: "read_ticket", args: vec![argument("text", Scalar::Str("What is on fire?"), &tags)] }
}

/// The tags of the session after the call, and of the result, sorted.
pub fn expected_tags(call: &RawCall<'_>) -> (Vec<String>, Vec<String>) {
    let of_call = || call.args.iter().flat_map(|arg| arg.tags.iter().map(|tag| (*tag).to_owned()));
    let sorted = |more: &[&str]| {
        let mut all: Vec<String> = of_call().chain(more.iter().map(|tag| (*tag).to_owned())).collect();
        all.sort();
        all
    };
    (sorted(&["asked", "ticket"]), sorted(&["ticket"]))
}
