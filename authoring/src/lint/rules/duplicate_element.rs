//! An element that stands in a set twice.

use crate::lint::rules::support::remove_element;
use crate::lint::{Context, Finding, Group, Rule, Sink};
use std::collections::HashMap;

pub(super) static RULE: Rule = Rule {
    code: "L0304",
    name: "duplicate-element",
    group: Group::Redundant,
    title: "an element that stands in a set twice",
    what: "Two equal elements of one `{…}`, however they are written: `5` and `5.0` are equal.",
    why: "The second changes nothing; perhaps another one was meant.",
    spec: &["S4.2"],
    example: r#"tool "send_email" {
    must deny when to.value in {"ann", "bob", "ann"};
}
"#,
    better: r#"tool "send_email" {
    must deny when to.value in {"ann", "bob"};
}
"#,
    fixes: true,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let mut told = std::collections::HashSet::new();
    for literal in &context.policy.literals {
        let mut known = HashMap::new();
        for element in &literal.elements {
            let key = match &element.kind {
                sqrt_compiler::ir::ElementKind::Number(number) => format!("number {}", plain(*number)),
                kind => format!("{kind:?}"),
            };
            let Some(first) = known.insert(key, element.origin) else { continue };
            // A literal of a let stands in the tables once for each kind of place.
            if !told.insert(element.origin) {
                continue;
            }
            let mut finding = Finding::new(&RULE, element.origin, "this element stands in the set twice")
                .also(first, "here already")
                .help("remove it, or write what was meant");
            if let Some(edits) = remove_element(context, element.origin) {
                finding = finding.fix("remove it", edits);
            }
            sink.report(finding);
        }
    }
}

/// Equal numbers in one form.
fn plain(number: sqrt_vm::number::Number) -> String {
    use sqrt_vm::number::Number;
    match number {
        Number::Float(float) if number.is_integral() && float.abs() < 1e15 => (float as i128).to_string(),
        Number::Float(float) => format!("float {float}"),
        Number::Int(int) => int.to_string(),
    }
}
