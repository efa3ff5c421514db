//! A condition on a value that the schema rules out.

use crate::lint::{Context, Finding, Group, Rule, Sink};
use crate::tools::fit::Problem;
use sqrt_vm::visible::quote;

pub(in super::super) static RULE: Rule = Rule {
    code: "L0603",
    name: "never-by-schema",
    group: Group::Tools,
    title: "a condition that no value of the argument meets",
    what: "By the schema of the argument (its type, `enum`, `pattern`, bounds and lengths) no leaf of a value is in the set. A let is only told \
           if that is so wherever it is used.",
    why: "The rule looks as if it protected something and never fires, often as a number is sent as a string, or a value is spelled in another \
          way.",
    spec: &["S4.2", "S4.4"],
    example: "tool \"send_email\" {\n    must deny when priority.value == \"urgent\";\n}\n\ntool \"search\" {\n    must deny when limit.value in {float 5000..};\n}\n",
    better: "tool \"send_email\" {\n    must deny when priority.value == \"high\";\n}\n\ntool \"search\" {\n    should deny always;\n}\n",
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for problem in context.fit {
        let Problem::Decided { always: false, name, at, allowed, tools, pointer } = problem else { continue };
        let message = format!("this never holds: {} of {tools} takes {allowed}", quote(name));
        let help = format!("the schema says so at {}", quote(pointer));
        sink.report(Finding::new(&RULE, *at, message).help(help));
    }
}
