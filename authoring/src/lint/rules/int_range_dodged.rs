//! A deny on whole numbers from some number on, which a fraction dodges.

use crate::lint::analysis::parts;
use crate::lint::{Context, Edit, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{ConditionKind, ElementKind, Reading};
use sqrt_compiler::syntax::token::Span;
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: "L0111",
    name: "int-range-dodged",
    group: Group::Security,
    title: "a deny on whole numbers without an end, which a fraction dodges",
    what: "An `int` range with one bound in the set of a deny rule.",
    why: "Only whole numbers are in it: 1000.5 is above 1000 and in no `int` range, and many tools cut the fraction off. A `float` range has all \
          numbers in it.",
    spec: &["S4.2"],
    example: r#"tool "pay" {
    must deny when amount.value in {int 1001..};
}
"#,
    better: r#"tool "pay" {
    must deny when amount.value in {float 1000<..};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let mut told = HashSet::new();
    for (condition, _) in context.reach.used() {
        let ConditionKind::ValueIn(_, set, Reading::Any) = condition.kind else { continue };
        let parts = parts(context, set);
        let ends = |kind: &ElementKind| match kind {
            ElementKind::Int(range) => (range.lower.is_some(), range.upper.is_some()),
            _ => (false, false),
        };
        // Both ends open is the matter of another rule.
        let (below, above) =
            parts.iter().filter(|part| part.adds).fold((false, false), |(below, above), part| {
                let ends = ends(&part.element.kind);
                (below || ends == (false, true), above || ends == (true, false))
            });
        for part in parts.iter().filter(|part| part.adds && below != above) {
            if !matches!(ends(&part.element.kind), (true, false) | (false, true))
                || !told.insert(part.element.origin)
            {
                continue;
            }
            let at = part.element.origin;
            let finding = Finding::new(&RULE, at, "a number with a fraction dodges this deny");
            let word = Span { start: at.span.start, end: at.span.start.saturating_add(3) };
            let word = sqrt_compiler::ir::Origin { span: word, ..at };
            let mut finding = finding.help("write `float`: all numbers in the range");
            if context.text(word) == "int" {
                finding = finding.suggest("write `float`", vec![Edit::replace(word, "float")]);
            }
            sink.report(finding);
        }
    }
}
