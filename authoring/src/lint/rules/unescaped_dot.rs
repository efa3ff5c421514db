//! A `.` for a dot in a regex that lets calls through.

use crate::lint::analysis::patterns::tree;
use crate::lint::rules::support::{inside, permitting_patterns};
use crate::lint::{Context, Edit, Finding, Group, Rule, Sink};
use regex_syntax::ast::{Ast, LiteralKind};

pub(super) static RULE: Rule = Rule {
    code: "L0103",
    name: "unescaped-dot",
    group: Group::Security,
    title: "a `.` that stands for any character where a dot is meant",
    what: "A `.` between letters or digits, at least two on each side, in a regex that lets calls through: in an allow rule, or under the `not` \
           of a deny rule.",
    why: "In a regex `.` is any character, so `corp.com` matches `corpXcom` as well, a name that somebody else can register.",
    spec: &["S4.3"],
    example: r#"tool "send_email" {
    must allow when to.value in {r".*@corp.com"};
}
"#,
    better: r#"tool "send_email" {
    must allow when to.value in {r".*@corp\.com"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for found in permitting_patterns(context) {
        let Some(tree) = tree(found.pattern) else { continue };
        let dots = dots(&tree);
        let Some(&first) = dots.first() else { continue };
        let at =
            |offset: usize| inside(context, found.at, &found.pattern.text, offset..offset.saturating_add(1));
        let mut finding =
            Finding::new(&RULE, at(first).unwrap_or(found.at), "this `.` stands for any character")
                .help("write `\\.` for a dot");
        let edits: Option<Vec<Edit>> =
            dots.iter().map(|&offset| Some(Edit::replace(at(offset)?, "\\."))).collect();
        if let Some(edits) = edits {
            finding = finding.suggest("write `\\.` for the dots", edits);
        }
        sink.report(finding);
    }
}

/// Where the dots stand that are between letters or digits.
fn dots(tree: &Ast) -> Vec<usize> {
    let mut found = Vec::new();
    let mut left = vec![tree];
    while let Some(next) = left.pop() {
        match next {
            Ast::Concat(concat) => {
                let is_word = |ast: Option<&Ast>| match ast {
                    Some(Ast::Literal(literal)) => {
                        literal.kind == LiteralKind::Verbatim
                            && (literal.c.is_alphanumeric() || literal.c == '-')
                    }
                    _ => false,
                };
                let at = |index: Option<usize>| index.and_then(|index| concat.asts.get(index));
                for (index, ast) in concat.asts.iter().enumerate() {
                    if let Ast::Dot(span) = ast
                        && is_word(at(index.checked_sub(1)))
                        && is_word(at(index.checked_sub(2)))
                        && is_word(at(index.checked_add(1)))
                        && is_word(at(index.checked_add(2)))
                    {
                        found.push(span.start.offset);
                    }
                }
                left.extend(&concat.asts);
            }
            Ast::Alternation(alternation) => left.extend(&alternation.asts),
            Ast::Group(group) => left.push(&group.ast),
            Ast::Repetition(repetition) => left.push(&repetition.ast),
            _ => {}
        }
    }
    found.sort_unstable();
    found
}
