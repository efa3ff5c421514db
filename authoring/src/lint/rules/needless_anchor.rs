//! `^` and `$` at the ends of a regex.

use crate::lint::analysis::patterns::tree;
use crate::lint::analysis::{Piece, pieces};
use crate::lint::rules::support::{inside, patterns};
use crate::lint::{Context, Edit, Finding, Group, Rule, Sink};
use regex_syntax::ast::{Assertion, AssertionKind, Ast};

pub(super) static RULE: Rule = Rule {
    code: "L0403",
    name: "needless-anchor",
    group: Group::Style,
    title: "`^` or `$` at the ends of a regex",
    what: "`^` or `\\A` as the first, `$` or `\\z` as the last part of a regex.",
    why: "A pattern has to match the whole text anyway (S4.3). Where some patterns have anchors, those without look as if they matched less.",
    spec: &["S4.3"],
    example: r#"tool "send_email" {
    must allow when to.value in {r"^[a-z]+@corp\.com$"};
}
"#,
    better: r#"tool "send_email" {
    must allow when to.value in {r"[a-z]+@corp\.com"};
}
"#,
    fixes: true,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for found in patterns(context) {
        let Some(Ast::Concat(ref concat)) = tree(found.pattern) else { continue };
        let first = concat.asts.first().and_then(anchor);
        let last = concat.asts.last().and_then(anchor);
        let first = first.filter(|a| matches!(a.kind, AssertionKind::StartLine | AssertionKind::StartText));
        let last = last.filter(|a| matches!(a.kind, AssertionKind::EndLine | AssertionKind::EndText));
        let anchors: Vec<&Assertion> = first.into_iter().chain(last).collect();
        // Of one that is plain text but for its anchors another lint tells.
        let is_plain = || matches!(pieces(found.pattern).as_deref(), Some([Piece::Text(_)]));
        if anchors.is_empty() || anchors.len() == concat.asts.len() || is_plain() {
            continue;
        }
        let text = &found.pattern.text;
        let places: Option<Vec<_>> = anchors
            .iter()
            .map(|anchor| inside(context, found.at, text, anchor.span.start.offset..anchor.span.end.offset))
            .collect();
        let mut finding = Finding::new(&RULE, found.at, "a pattern has to match the whole text anyway")
            .help("leave the anchors out");
        // A flag setting would come to the beginning and count there (S4.5).
        let keeps_flags = !first
            .is_some_and(|first| text.get(first.span.end.offset..).is_none_or(|rest| rest.starts_with("(?")));
        if let (Some(places), true) = (places, keeps_flags) {
            finding = finding.fix("leave the anchors out", places.into_iter().map(Edit::remove).collect());
        }
        sink.report(finding);
    }
}

fn anchor(ast: &Ast) -> Option<&Assertion> {
    if let Ast::Assertion(assertion) = ast { Some(assertion) } else { None }
}
