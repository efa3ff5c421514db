//! A condition on a value that the schema makes true.

use crate::lint::{Context, Finding, Group, Rule, Sink};
use crate::tools::fit::Problem;
use sqrt_vm::visible::quote;

pub(in super::super) static RULE: Rule = Rule {
    code: "L0604",
    name: "always-by-schema",
    group: Group::Tools,
    title: "a condition that every value of the argument meets",
    what: "By the schema of the argument every leaf of a value is in the set, and every call has one. A let is only told if that is so wherever \
           it is used.",
    why: "The condition restricts nothing: a deny is one of every call, and an allow lists what the tool takes anyway. Where the host does \
          not hold calls to the schema, it is a safeguard, which a comment can say.",
    spec: &["S4.2", "S4.4"],
    example: "tool \"send_email\" {\n    should allow when priority.value in {\"low\", \"normal\", \"high\"};\n}\n\ntool \"search\" {\n    should allow always;\n}\n",
    better: "tool \"send_email\" {\n    should allow when priority.value in {\"low\", \"normal\"};\n}\n\ntool \"search\" {\n    should allow always;\n}\n",
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for problem in context.fit {
        let Problem::Decided { always: true, name, at, allowed, tools, pointer } = problem else { continue };
        let message = format!("this always holds: {} of {tools} takes {allowed}", quote(name));
        let help = format!("the schema says so at {}", quote(pointer));
        sink.report(Finding::new(&RULE, *at, message).help(help));
    }
}
