//! Tools that no block is about.

use crate::lint::{Context, Finding, Group, Rule, Sink};
use crate::tools::fit::Problem;
use sqrt_compiler::ir::Origin;
use sqrt_compiler::syntax::token::Span;
use sqrt_vm::visible::quote;

/// So many are named.
const MOST_NAMES: usize = 10;

pub(in super::super) static RULE: Rule = Rule {
    code: "L0607",
    name: "tool-without-policy",
    group: Group::Tools,
    title: "a tool that no block is about",
    what: "No block has the name of the tool, and no block with check rules has a regex that matches it. Updates of many tools at once do not \
           count: they say nothing of whether a tool may be called.",
    why: "For such a tool the default alone decides, which is to allow.",
    spec: &["S6.8"],
    example: "tool \"send_email\" {\n    must deny when to.value in {w\"*@evil.com\"};\n}\n",
    better: "tool \"send_email\" {\n    must deny when to.value in {w\"*@evil.com\"};\n}\n\ntool r\"(?s).*\" {\n    priority -100;\n    should deny always;\n}\n",
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let Some(file) = context.files.first() else { return };
    let at = Origin { file: file.source.id, span: Span { start: 0, end: 0 } };
    for problem in context.fit {
        let Problem::Uncovered { tools } = problem else { continue };
        let mut names: Vec<String> = tools.iter().take(MOST_NAMES).map(|tool| quote(tool)).collect();
        let more = tools.len().saturating_sub(names.len());
        if more > 0 {
            names.push(format!("{more} more"));
        }
        let message = match tools.as_slice() {
            [_] => format!("no block is about the tool {}", names.join(", ")),
            _ => format!("no block is about {} tools: {}", tools.len(), names.join(", ")),
        };
        let help = "the default decides about their calls; a block `tool r\"(?s).*\"` with a low priority is about all that no other is about";
        sink.report(Finding::new(&RULE, at, message).help(help));
    }
}
