//! A block about a tool that the agent does not have.

use super::{string, tool_id};
use crate::lint::{Context, Edit, Finding, Group, Rule, Sink};
use crate::tools::fit::Problem;
use sqrt_compiler::ir::ToolMatcher;
use sqrt_vm::visible::quote;

pub(in super::super) static RULE: Rule = Rule {
    code: "L0601",
    name: "unknown-tool",
    group: Group::Tools,
    title: "a block about no tool",
    what: "No tool of the agent has the name of the block, or a name that its regex matches as a whole.",
    why: "The block is never asked, without a word: a call goes to a tool of another name, for which nothing in it counts.",
    spec: &["S4.3"],
    example: "tool \"send_mail\" {\n    must deny when to.value in {w\"*@evil.com\"};\n}\n\ntool r\"se.*\" {\n    should deny always;\n}\n",
    better: "tool \"send_email\" {\n    must deny when to.value in {w\"*@evil.com\"};\n}\n\ntool r\"se.*\" {\n    should deny always;\n}\n",
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for problem in context.fit {
        let Problem::UnknownTool { block: id, nearest } = problem else { continue };
        let Some(block) = context.policy.blocks.get(id.index()) else { continue };
        let Some(at) = tool_id(context, *id) else { continue };
        let message = match &block.tool {
            ToolMatcher::Exact(name) => format!("the agent has no tool {}", quote(name)),
            ToolMatcher::Pattern(_) => format!("no tool of the agent matches {}", quote(&block.tool_text)),
        };
        let finding = Finding::new(&RULE, at, message);
        sink.report(match nearest {
            Some(nearest) => finding.help(format!("is {} meant?", quote(nearest))).suggest(
                format!("rename it to {}", quote(nearest)),
                vec![Edit::replace(at, string(nearest))],
            ),
            None => finding.help(match &block.tool {
                ToolMatcher::Exact(_) => "no call ever gets to this block",
                ToolMatcher::Pattern(_) => {
                    "no call ever gets to this block; the pattern has to match the whole name"
                }
            }),
        });
    }
}
