//! A deny that a call without the argument dodges.

use super::argument;
use crate::lint::{Context, Finding, Group, Rule, Sink};
use crate::tools::fit::Problem;
use sqrt_vm::visible::quote;

pub(in super::super) static RULE: Rule = Rule {
    code: "L0606",
    name: "optional-dodges-deny",
    group: Group::Tools,
    title: "a deny that a call without the argument dodges",
    what: "A deny rule never fires in a call without the argument, and by its schema the argument may be left out. Where the schema has a \
           `default`, that is told only if the rule denies the default: any other is fine. Nor is it told where another rule of the block \
           denies such calls.",
    why: "What is absent is in no set. If the tool then goes on with a value of its own, that may be just what the rule denies.",
    spec: &["S3.7", "S4.4"],
    example: "tool \"search\" {\n    must deny when limit.value in {float 100..};\n}\n\ntool \"send_email\" {\n    should allow always;\n}\n",
    better: "tool \"search\" {\n    must deny when not limit.value in {int 1..99};\n}\n\ntool \"send_email\" {\n    should allow always;\n}\n",
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for problem in context.fit {
        let Problem::DodgedByAbsence { name, at, tool, default_is_denied, .. } = problem else { continue };
        let quoted = quote(name);
        let message = match default_is_denied {
            true => format!(
                "a call without {quoted} dodges this deny, and {tool} then takes a default that it denies"
            ),
            false => format!("a call without {quoted}, which is optional for {tool}, dodges this deny"),
        };
        let help = format!("deny calls without it, too: `must deny when not {name}.value in {{\"*\"}}`");
        sink.report(Finding::new(&RULE, argument(context, *at, name), message).help(help));
    }
}
