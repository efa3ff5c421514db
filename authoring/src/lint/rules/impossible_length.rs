//! A length that no text of a pattern has.

use crate::lint::analysis::elements::ranges_apart;
use crate::lint::analysis::patterns::{hir, lengths};
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{Bound, ElementKind, Range, SizedText};
use sqrt_vm::number::Number;

pub(super) static RULE: Rule = Rule {
    code: "L0209",
    name: "impossible-length",
    group: Group::Correctness,
    title: "a length that no text of the pattern has",
    what: "`str … length R` where all texts that the first part takes are shorter or longer than R.",
    why: "Nothing is in such an element, so a rule that asks for it never fires.",
    spec: &["S4.2"],
    example: r#"tool "book" {
    must allow when code.value in {str matching r"[A-Z]{3}" length 6};
}
"#,
    better: r#"tool "book" {
    must allow when code.value in {str matching r"[A-Z]{6}"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for element in context.policy.literals.iter().flat_map(|literal| &literal.elements) {
        let ElementKind::Sized(text, length) = &element.kind else { continue };
        let possible = match text {
            SizedText::Exact(text) => {
                let characters = text.chars().count();
                Some((characters, Some(characters)))
            }
            SizedText::Pattern(id) => {
                context.policy.patterns.get(id.index()).and_then(hir).and_then(|hir| lengths(&hir))
            }
        };
        let Some((least, most)) = possible else { continue };
        let bound = |value: usize| {
            let value = Number::Int(i128::try_from(value).unwrap_or(i128::MAX));
            Some(Bound { value, inclusive: true })
        };
        let possible = Range { lower: bound(least), upper: most.and_then(bound) };
        if ranges_apart(&possible, length) {
            let has = match most {
                Some(most) if most == least => format!("exactly {least}"),
                Some(most) => format!("{least} to {most}"),
                None => format!("at least {least}"),
            };
            let finding = Finding::new(&RULE, element.origin, "no text is in this element");
            sink.report(
                finding
                    .label(format!("what the first part takes has {has} characters"))
                    .help("change the length or the text"),
            );
        }
    }
}
