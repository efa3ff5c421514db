//! A block without rules and updates.

use crate::lint::{Context, File, Finding, Group, Rule, Sink};
use sqrt_compiler::syntax::ast::{DeclarationKind, MemberKind, StatementKind};
use sqrt_compiler::syntax::token::TokenRange;

pub(super) static RULE: Rule = Rule {
    code: "L0306",
    name: "empty-block",
    group: Group::Redundant,
    title: "a block without rules and updates",
    what: "A `tool`, `result`, `session` or `when` block in which nothing is said.",
    why: "It does nothing: a tool with an empty block is no more protected than one without, and the default applies to its calls.",
    spec: &["S6.8"],
    example: r#"tool "delete_account" {
    priority 5;
}
"#,
    better: r#"tool "delete_account" {
    must deny always;
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for file in context.files {
        for declaration in file.parsed.file.declarations {
            let DeclarationKind::Tool(tool) = declaration.kind else { continue };
            let says = |kind: &MemberKind<'_>| !matches!(kind, MemberKind::Priority(_));
            if !tool.members.iter().any(|member| says(&member.kind)) {
                report(file, declaration.range, sink);
            }
            for member in tool.members {
                let (MemberKind::Result(statements) | MemberKind::Session(_, statements)) = member.kind
                else {
                    continue;
                };
                if statements.is_empty() {
                    report(file, member.range, sink);
                }
                for statement in statements {
                    if matches!(statement.kind, StatementKind::When(_, [])) {
                        report(file, statement.range, sink);
                    }
                }
            }
        }
    }
}

fn report(file: &File<'_>, range: TokenRange, sink: &mut Sink) {
    let finding = Finding::new(&RULE, file.origin(range), "nothing is said in this block");
    sink.report(finding.help("remove it, or say what is meant"));
}
