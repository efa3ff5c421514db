//! The messages about tool blocks: targets, priorities, guarded updates (S3.6, S4.4, S6.10).

use super::{Code, Diagnostic, quote};
use crate::ir::Origin;

/// An update whose target the block cannot update.
pub(crate) fn wrong_target(at: Origin, target: &str, in_result_block: bool) -> Diagnostic {
    let (block, own) =
        if in_result_block { ("a result block", "the result") } else { ("a session block", "the session") };
    let message = format!("{block} updates {own}, not {target}");
    let help = match target {
        "the session" => "move the update to `session after { … }` (or `session before { … }`)",
        "the result" => "move the update to `result { … }`",
        _ => "metadata of arguments comes with the call; update the result or the session (`@tags |= …`)",
    };
    Diagnostic::new(Code::WrongTarget, at.file, at.span, message).help(help)
}

/// A second priority in a block.
pub(crate) fn duplicate_priority(second: Origin, first: Origin) -> Diagnostic {
    Diagnostic::new(Code::DuplicatePriority, second.file, second.span, "this block has a priority already")
        .also(first.file, first.span, "the first priority")
        .help("remove one of them, or split the block in two")
}

/// A priority that is no 64-bit integer.
pub(crate) fn priority_too_large(at: Origin, text: &str) -> Diagnostic {
    let message = format!("the priority {} does not fit in 64 bits", quote(text));
    Diagnostic::new(Code::PriorityTooLarge, at.file, at.span, message)
        .help("priorities go from -9223372036854775808 to 9223372036854775807")
}

/// A label added under a deny-like condition that an allow rule asks for.
pub(crate) fn guarded_label_allows(at: Origin, label: &str, condition: Origin, rule: Origin) -> Diagnostic {
    let message =
        format!("one good element of a list is enough to add {}, which an allow rule asks for", quote(label));
    Diagnostic::new(Code::GuardedLabelAllows, at.file, at.span, message)
        .also(condition.file, condition.span, "true as soon as some element matches, as in a deny rule")
        .also(rule.file, rule.span, "this allow rule asks for the label")
        .help(
            "let the rule deny by a label for what is bad instead, or make the update one that is read as in an \
             allow rule: `@tags = {…} | @tags;`",
        )
}

/// `@consumers |= …`.
pub(crate) fn consumers_union(at: Origin) -> Diagnostic {
    let message = "consumers are universal by default, and adding to the universal set restricts nothing";
    Diagnostic::new(Code::ConsumersUnion, at.file, at.span, message)
        .help("to restrict the consumers to these write `@consumers &= {…}` or `@consumers = {…}`")
}

/// `tool "read_*"`; `literal` is the id as written.
pub(crate) fn star_in_tool_name(at: Origin, literal: &str) -> Diagnostic {
    let regex = if literal.contains(".*") { literal.to_owned() } else { literal.replace('*', ".*") };
    let message = "a tool id in plain quotes is the whole name of one tool, its `*` too";
    Diagnostic::new(Code::StarInToolName, at.file, at.span, message)
        .help(format!("for several tools write a regex: {}", quote(&format!("tool r{regex}"))))
}
