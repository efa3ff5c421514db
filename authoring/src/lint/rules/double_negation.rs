//! A `not` of a `not`.

use crate::lint::{Context, Edit, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{ConditionKind, Origin};
use sqrt_compiler::syntax::token::{Span, TokenId};
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: "L0402",
    name: "double-negation",
    group: Group::Style,
    title: "a `not` of a `not`",
    what: "`not` right before another `not`, with or without parentheses between them.",
    why: "Two of them are none, for lists and missing values too: each turns the reading around (S4.4).",
    spec: &["S4.4"],
    example: r#"tool "send_email" {
    must deny when not not to.value in {"spam@evil.com"};
}
"#,
    better: r#"tool "send_email" {
    must deny when to.value in {"spam@evil.com"};
}
"#,
    fixes: true,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let mut told = HashSet::new();
    for condition in &context.policy.conditions {
        let ConditionKind::Not(inner) = condition.kind else { continue };
        let Some(inner) =
            context.condition(inner).filter(|inner| matches!(inner.kind, ConditionKind::Not(_)))
        else {
            continue;
        };
        if !told.insert(condition.origin) {
            continue;
        }
        let mut finding = Finding::new(&RULE, condition.origin, "two `not` are none").help("leave both out");
        if let (Some(outer), Some(inner)) = (word(context, condition.origin), word(context, inner.origin)) {
            finding = finding.fix("leave both out", vec![Edit::remove(outer), Edit::remove(inner)]);
        }
        sink.report(finding);
    }
}

/// The `not` that a condition begins with, up to the next token.
fn word(context: &Context<'_>, at: Origin) -> Option<Origin> {
    let file = context.file(at.file)?;
    let tokens = &file.parsed.tokens;
    let not = tokens.at_offset(at.span.start)?;
    let next = tokens.get(TokenId(not.0.checked_add(1)?)).span.start;
    let span = Span { start: at.span.start, end: next };
    let is_plain = tokens.comments_before(TokenId(not.0.checked_add(1)?)).is_empty();
    (file.text(span).trim_end() == "not" && is_plain).then_some(Origin { span, ..at })
}
