//! An element of a set that no value of the argument is.

use super::string;
use crate::lint::{Context, Edit, Finding, Group, Rule, Sink};
use crate::tools::fit::Problem;
use sqrt_vm::visible::quote;

pub(in super::super) static RULE: Rule = Rule {
    code: "L0605",
    name: "impossible-element",
    group: Group::Tools,
    title: "an element that no value of the argument is",
    what: "By the schema of the argument no leaf of a value is what the element takes, while other elements of the set are met. A set that is \
           used for several arguments is only told if that is so for each.",
    why: "A misspelt member of an `enum` is in the set, reads well, and is never met.",
    spec: &["S4.2"],
    example: "tool \"send_email\" {\n    must deny when priority.value in {\"high\", \"norml\"};\n}\n\ntool \"search\" {\n    should allow always;\n}\n",
    better: "tool \"send_email\" {\n    must deny when priority.value in {\"high\", \"normal\"};\n}\n\ntool \"search\" {\n    should allow always;\n}\n",
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for problem in context.fit {
        let Problem::ImpossibleElement { name, at, allowed, nearest, pointer } = problem else { continue };
        let message = format!("no value of {} is this: it takes {allowed}", quote(name));
        let finding = Finding::new(&RULE, *at, message);
        sink.report(match nearest {
            Some(nearest) => finding.help(format!("is {} meant?", quote(nearest))).suggest(
                format!("change it to {}", quote(nearest)),
                vec![Edit::replace(*at, string(nearest))],
            ),
            None => finding.help(format!("the schema says so at {}", quote(pointer))),
        });
    }
}
