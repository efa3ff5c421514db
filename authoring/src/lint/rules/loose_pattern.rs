//! An allow on a pattern with any text on both sides.

use crate::lint::analysis::{Piece, pieces};
use crate::lint::rules::support::permitting_patterns;
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_vm::visible::quote;

pub(super) static RULE: Rule = Rule {
    code: "L0102",
    name: "loose-pattern",
    group: Group::Security,
    title: "an allow on a pattern with any text on both sides",
    what: "A pattern that lets calls through, in an allow rule or under the `not` of a deny rule, and takes any text before and any text \
           after something: `.*corp\\.com.*`, `*corp.com*`.",
    why: "Whoever makes the value puts the text that is looked for wherever it does no harm: `x@corp.com.evil.org`, `https://evil.org/?corp.com`. \
          A pattern has to match the whole value (S4.3), so text around it need only be allowed where it is wanted.",
    spec: &["S4.3"],
    example: r#"tool "send_email" {
    must allow when to.value in {r".*@corp\.com.*"};
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
        let Some(pieces) = pieces(found.pattern) else { continue };
        let [Piece::Any, middle @ .., Piece::Any] = pieces.as_slice() else { continue };
        let text =
            middle.iter().find_map(|piece| if let Piece::Text(text) = piece { Some(text) } else { None });
        let Some(text) = text else { continue };
        let message = format!("this lets through every value with {} somewhere in it", quote(text));
        let finding = Finding::new(&RULE, found.at, message).label("any text may stand before and after it");
        sink.report(finding.help("leave out the `.*` or `*` where nothing may follow, or say what may"));
    }
}
