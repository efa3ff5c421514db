//! An argument that the tool does not have.

use super::{argument, is_name, tool_id};
use crate::lint::{Context, Edit, Finding, Group, Rule, Sink};
use crate::tools::fit::Problem;
use sqrt_vm::visible::quote;

/// So many are named.
const MOST_NAMES: usize = 12;

pub(in super::super) static RULE: Rule = Rule {
    code: "L0602",
    name: "unknown-argument",
    group: Group::Tools,
    title: "an argument that the tool does not have",
    what: "A block mentions an argument that is not among those of its tool; in a block about several tools, of none of them. A tool whose \
           schema says that there may be other arguments is not looked at.",
    why: "What is not there has no value and the default metadata, so a deny about it never fires and an allow never comes about.",
    spec: &["S3.7"],
    example: "tool \"send_email\" {\n    must deny when recipient.value in {w\"*@evil.com\"};\n}\n\ntool \"search\" {\n    should allow always;\n}\n",
    better: "tool \"send_email\" {\n    must deny when to.value in {w\"*@evil.com\"};\n}\n\ntool \"search\" {\n    should allow always;\n}\n",
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for problem in context.fit {
        let Problem::UnknownArgument { name, place, block, tools, nearest, known } = problem else {
            continue;
        };
        let at = argument(context, place.at, name);
        let has = if tools.contains(" and ") { "have" } else { "has" };
        let message = format!("{tools} {has} no argument {}", quote(name));
        let mut finding = Finding::new(&RULE, at, message);
        if let Some(used) = place.used {
            finding = finding.also(used, "the let is used here");
        } else if let Some(id) = tool_id(context, *block).filter(|id| id.file == at.file) {
            finding = finding.also(id, "the block is about it");
        }
        sink.report(match nearest {
            Some(nearest) if is_name(nearest) => finding
                .help(format!("is {} meant?", quote(nearest)))
                .suggest(format!("rename it to {}", quote(nearest)), vec![Edit::replace(at, nearest)]),
            _ => finding.help(listed(known)),
        });
    }
}

/// The arguments that there are, in words.
fn listed(known: &[String]) -> String {
    let names: Vec<String> = known.iter().take(MOST_NAMES).map(|name| quote(name)).collect();
    match (names.as_slice(), known.len().saturating_sub(names.len())) {
        ([], _) => "there are no arguments".to_owned(),
        ([only], _) => format!("the only argument is {only}"),
        (names, 0) => format!("the arguments are {}", names.join(", ")),
        (names, more) => format!("the arguments are {} and {more} more", names.join(", ")),
    }
}
