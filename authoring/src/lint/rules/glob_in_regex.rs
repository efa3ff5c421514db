//! A regex that is written like a wildcard.

use crate::lint::analysis::patterns::tree;
use crate::lint::rules::support::{inside, patterns};
use crate::lint::{Context, Edit, Finding, Group, Rule, Sink};
use regex_syntax::ast::{Ast, LiteralKind, RepetitionKind};
use sqrt_vm::visible::quote;

pub(super) static RULE: Rule = Rule {
    code: "L0210",
    name: "glob-in-regex",
    group: Group::Correctness,
    title: "a regex that is written like a wildcard",
    what: "A regex, in a set or as the id of a tool, that is plain text but for a `*` behind the last character: `send_*`.",
    why: "In a regex `*` repeats what stands before it: `send_*` matches `send`, `send_` and `send__`, and not `send_email`. Any text is `.*`.",
    spec: &["S4.3"],
    example: r#"tool r"send_*" {
    must deny always;
}
"#,
    better: r#"tool r"send_.*" {
    must deny always;
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for found in patterns(context) {
        let Some(Ast::Concat(ref concat)) = tree(found.pattern) else { continue };
        let Some((Ast::Repetition(last), text)) = concat.asts.split_last() else { continue };
        let is_plain =
            |ast: &Ast| matches!(ast, Ast::Literal(literal) if literal.kind == LiteralKind::Verbatim);
        let is_star = last.op.kind == RepetitionKind::ZeroOrMore && is_plain(&last.ast);
        if !is_star || text.len() < 2 || !text.iter().all(is_plain) {
            continue;
        }
        let Ast::Literal(repeated) = &*last.ast else { continue };
        let message = format!("`*` repeats the {} before it here", quote(&repeated.c.to_string()));
        let mut finding = Finding::new(&RULE, found.at, message).help("write `.*` for any text");
        let star = last.op.span.start.offset;
        if let Some(at) = inside(context, found.at, &found.pattern.text, star..last.op.span.end.offset) {
            finding = finding.suggest("write `.*`", vec![Edit::replace(at, ".*")]);
        }
        sink.report(finding);
    }
}
