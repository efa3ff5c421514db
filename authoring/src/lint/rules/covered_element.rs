//! An element that another one of its set covers.

use crate::lint::analysis::elements::pattern_of;
use crate::lint::rules::support::{elements_among_metadata, remove_element};
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{Element, ElementKind};
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: "L0305",
    name: "covered-element",
    group: Group::Redundant,
    title: "an element that another one of its set covers",
    what: "A text that a pattern of the same `{…}` matches, a number or range inside of another range, and whatever stands beside `\"*\"`.",
    why: "It changes nothing. If it is there because the pattern was not trusted to match it, look at the pattern.",
    spec: &["S4.2", "S4.3"],
    example: r#"tool "send_email" {
    must deny when to.value in {"spam@evil.com", w"*@evil.com"};
}
"#,
    better: r#"tool "send_email" {
    must deny when to.value in {w"*@evil.com"};
}
"#,
    fixes: true,
    check,
};

/// So many elements of a set are taken for ones that may cover others.
const COVERING: usize = 32;

fn check(context: &Context<'_>, sink: &mut Sink) {
    let among_metadata = elements_among_metadata(context);
    let mut told = HashSet::new();
    for literal in &context.policy.literals {
        let is_wide = |element: &&Element| {
            !matches!(
                element.kind,
                ElementKind::String(_)
                    | ElementKind::Number(_)
                    | ElementKind::Bool(_)
                    | ElementKind::Sized(..)
            )
        };
        let wide: Vec<&Element> = literal.elements.iter().filter(is_wide).take(COVERING).collect();
        for element in &literal.elements {
            let covers = |other: &&&Element| {
                other.kind != element.kind && context.prover().sets.covers(&other.kind, &element.kind)
            };
            let Some(other) = wide.iter().find(covers) else { continue };
            if !told.insert(element.origin) {
                continue;
            }
            let mut finding =
                Finding::new(&RULE, element.origin, "another element of the set covers this one")
                    .also(other.origin, "this one")
                    .help("remove it, or narrow the other element");
            if let Some(edits) = remove_element(context, element.origin) {
                // Against everything but some labels, a pattern takes the safe side and a text does not (S5.4).
                let has_pattern = pattern_of(&element.kind).or(pattern_of(&other.kind)).is_some();
                finding = match has_pattern && among_metadata.contains(&element.origin) {
                    true => finding.suggest("remove it", edits),
                    false => finding.fix("remove it", edits),
                };
            }
            sink.report(finding);
        }
    }
}
