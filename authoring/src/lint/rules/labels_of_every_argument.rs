//! `@args.tags.intersect` in a deny, which one argument without the label dodges.

use crate::lint::rules::support::{MetaUse, meta_uses};
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{Field, MetaSource};

pub(super) static RULE: Rule = Rule {
    code: "L0108",
    name: "labels-of-every-argument",
    group: Group::Security,
    title: "a deny on labels that every argument has to have",
    what: "A comparison of `@args.tags.intersect` or `@args.producers.intersect` that lets a call through if one argument lacks a label: \
           `overlaps`, `superset of` or `in` in a deny rule, `subset of` or `is empty` in an allow rule.",
    why: "The intersection has only what all arguments have. One more argument without the label, be it an empty text, and nothing is left of it.",
    spec: &["S3.4"],
    example: r#"tool "publish" {
    must deny when @args.tags.intersect overlaps {"secret"};
}
"#,
    better: r#"tool "publish" {
    must deny when @args.tags overlaps {"secret"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for MetaUse { meta, at, more_permits } in meta_uses(context) {
        let is_intersection = meta.source == MetaSource::ArgsIntersect && meta.field != Field::Consumers;
        if is_intersection && !more_permits {
            let finding = Finding::new(&RULE, at, "one argument without the label dodges this")
                .label("only what all arguments have");
            sink.report(finding.help("leave out `.intersect`: the union has what one of the arguments has"));
        }
    }
}
