//! An allow on the beginning of a URL whose host can go on.

use crate::lint::analysis::{Piece, pieces};
use crate::lint::rules::support::{is_host, permitting_patterns};
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_vm::visible::quote;

pub(super) static RULE: Rule = Rule {
    code: "L0105",
    name: "prefix-without-boundary",
    group: Group::Security,
    title: "an allow on the beginning of a URL that ends in its host name",
    what: "A pattern that lets calls through, and is a scheme and a host name followed by any text: `https://corp\\.com.*`, `https://corp.com*`.",
    why: "`https://corp.com.evil.org/` and `https://corp.com@evil.org/` begin so, too. With a `/` after the name it is the whole host.",
    spec: &["S4.3"],
    example: r#"tool "fetch" {
    must allow when url.value in {r"https://corp\.com.*"};
}
"#,
    better: r#"tool "fetch" {
    must allow when url.value in {r"https://corp\.com/.*"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for found in permitting_patterns(context) {
        let Some(pieces) = pieces(found.pattern) else { continue };
        let [Piece::Text(text), Piece::Any, ..] = pieces.as_slice() else { continue };
        let Some((_, host)) = text.split_once("://") else { continue };
        if !is_host(host) && host != "localhost" {
            continue;
        }
        let message = format!("this lets through `{}.evil.org` as well", sqrt_vm::visible::visible(text));
        let finding =
            Finding::new(&RULE, found.at, message).label(format!("anything may follow {}", quote(host)));
        sink.report(finding.help("end the host with a `/`"));
    }
}
