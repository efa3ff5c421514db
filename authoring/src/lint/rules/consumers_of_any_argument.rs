//! `@args.consumers`, the union, where a consumer of every argument is meant.

use crate::lint::rules::support::{MetaUse, meta_uses};
use crate::lint::{Context, Edit, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{Field, MetaSource, Origin};
use sqrt_compiler::syntax::token::{Span, TokenId, TokenKind};

pub(super) static RULE: Rule = Rule {
    code: "L0107",
    name: "consumers-of-any-argument",
    group: Group::Security,
    title: "`@args.consumers` where the consumers of every argument are meant",
    what: "A comparison of `@args.consumers`, without `.union`, that lets a call through if somebody may have one of the arguments: \
           `overlaps`, `superset of`, `in` or `is universal` in an allow rule or under the `not` of a deny rule, `subset of` or `is empty` the other way round.",
    why: "`@args.consumers` is the union: whoever may have one argument is in it, though another argument is not for them. Who may have all \
          that is in a call is the intersection, as in the metadata of its result (S2.5).",
    spec: &["S2.5", "S3.4"],
    example: r#"tool "publish" {
    must deny when not @args.consumers overlaps {"public"};
}
"#,
    better: r#"tool "publish" {
    must deny when not @args.consumers.intersect overlaps {"public"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for MetaUse { meta, at, more_permits } in meta_uses(context) {
        let is_union = meta.field == Field::Consumers && meta.source == MetaSource::ArgsUnion;
        if !is_union || !more_permits {
            continue;
        }
        let Some(end) = bare(context, at) else { continue };
        let finding = Finding::new(&RULE, at, "one argument that somebody may have is enough here")
            .label("the union of the consumers of all arguments")
            .help("write `@args.consumers.intersect` for who may have all of them, or `.union` if one is enough");
        let edit = Edit { file: at.file, span: Span { start: end, end }, text: ".intersect".to_owned() };
        sink.report(finding.suggest("take the intersection", vec![edit]));
    }
}

/// Where `@args.consumers` ends, if that is all that is written.
fn bare(context: &Context<'_>, at: Origin) -> Option<u32> {
    let tokens = &context.file(at.file)?.parsed.tokens;
    let tokens_from =
        |first: TokenId| (0..4).map(move |step| tokens.get(TokenId(first.0.saturating_add(step))));
    // To the left of the comparison, or for `in` to the right.
    let first = tokens.at_offset(at.span.start)?;
    let candidates = (first.0..first.0.saturating_add(8)).map(TokenId);
    candidates.filter(|id| tokens.get(*id).kind == TokenKind::AtArgs).find_map(|id| {
        let found: Vec<_> = tokens_from(id).collect();
        let [_, dot, field, next] = found.as_slice() else { return None };
        (dot.kind == TokenKind::Dot && next.kind != TokenKind::Dot).then_some(field.span.end)
    })
}
