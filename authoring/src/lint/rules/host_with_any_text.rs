//! An allow on a URL with any text in its host name.

use crate::lint::analysis::{Piece, pieces};
use crate::lint::rules::support::{is_host, permitting_patterns};
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_vm::visible::{quote, visible};

pub(super) static RULE: Rule = Rule {
    code: "L0112",
    name: "host-with-any-text",
    group: Group::Security,
    title: "an allow on a URL with any text in its host name",
    what: "A pattern that lets calls through, and is a scheme, then any text, then the end of a host name: `https://.*\\.corp\\.com/.*`, `https://*.corp.com/*`.",
    why: "Any text may have a `/` in it, which ends the host: `https://evil.org/.corp.com/` is a URL of another one. What stands for a part \
          of a host name must match neither `/` nor `?`, `#`, `\\` or `@`.",
    spec: &["S4.3"],
    example: r#"tool "fetch" {
    must allow when url.value in {r"https://.*\.corp\.com/.*"};
}
"#,
    better: r#"tool "fetch" {
    must allow when url.value in {r"https://[a-z0-9.-]+\.corp\.com/.*"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    for found in permitting_patterns(context) {
        let Some(pieces) = pieces(found.pattern) else { continue };
        let [Piece::Text(start), Piece::Any, Piece::Text(after), rest @ ..] = pieces.as_slice() else {
            continue;
        };
        let Some((_, host)) = start.split_once("://") else { continue };
        // A host that is whole before the text is what `prefix-without-boundary` is about, or ends in a `/`.
        if host.contains(['/', '?', '#']) || is_host(host) {
            continue;
        }
        let end = after.split(['/', ':', '?', '#']).next().unwrap_or_default();
        if !is_host(end.trim_start_matches(['.', '-', '@'])) {
            continue;
        }
        let more = if rest.is_empty() { "" } else { "…" };
        let message =
            format!("this lets through `{}evil.org/{}{more}` as well", visible(start), visible(after));
        let finding = Finding::new(&RULE, found.at, message)
            .label(format!("any text, a `/` too, may stand before {}", quote(end)));
        sink.report(finding.help("say what a host name is made of, such as `[a-z0-9.-]+` in a regex"));
    }
}
