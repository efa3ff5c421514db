//! An allow on the end of a name that the beginning of another name can be put before.

use crate::lint::analysis::{Piece, pieces};
use crate::lint::rules::support::{is_host, permitting_patterns};
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_vm::visible::quote;

pub(super) static RULE: Rule = Rule {
    code: "L0104",
    name: "suffix-without-boundary",
    group: Group::Security,
    title: "an allow on the end of a host name, without what stands before it",
    what: "A pattern that lets calls through, and is any text followed by a host name: `.*corp\\.com`, `*corp.com`.",
    why: "`evilcorp.com` ends so, too, and anybody can register it. With `@` or a dot before the name only the host, or what is below it, is meant.",
    spec: &["S4.3"],
    example: r#"tool "send_email" {
    must allow when to.value in {r".*corp\.com"};
}
"#,
    better: r#"tool "send_email" {
    must allow when to.value in {r".*[@.]corp\.com"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for found in permitting_patterns(context) {
        let Some(pieces) = pieces(found.pattern) else { continue };
        let [.., Piece::Any, Piece::Text(name)] = pieces.as_slice() else { continue };
        if !is_host(name) {
            continue;
        }
        let message = format!("this lets through `evil{}` as well", sqrt_vm::visible::visible(name));
        let finding = Finding::new(&RULE, found.at, message)
            .label(format!("nothing has to stand before {}", quote(name)));
        sink.report(
            finding.help("say what stands before the name: `@` for an address, a dot for what is below it"),
        );
    }
}
