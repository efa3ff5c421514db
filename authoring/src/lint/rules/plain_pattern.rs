//! A pattern that is one plain text.

use crate::lint::analysis::{Piece, pieces};
use crate::lint::rules::support::{elements_among_metadata, patterns};
use crate::lint::{Context, Edit, Finding, Group, Rule, Sink};

pub(super) static RULE: Rule = Rule {
    code: "L0401",
    name: "plain-pattern",
    group: Group::Style,
    title: "a pattern that matches one text only",
    what: "A regex or wildcard, in a set or as the id of a tool, in which nothing is special, or what is special is escaped.",
    why: "A plain string says the same, shows that one text is meant, and is found faster. A reader of a pattern looks for what else it matches.",
    spec: &["S4.2", "S4.3"],
    example: r#"tool r"send_email" {
    must deny when to.value in {r"spam@evil\.com"};
}
"#,
    better: r#"tool "send_email" {
    must deny when to.value in {"spam@evil.com"};
}
"#,
    fixes: true,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let among_metadata = elements_among_metadata(context);
    for found in patterns(context).into_iter().filter(|found| !found.is_sized) {
        let Some(pieces) = pieces(found.pattern) else { continue };
        let [Piece::Text(text)] = pieces.as_slice() else { continue };
        // What would need an escape, or a second look, stays.
        let safe = |c: char| c.is_ascii_alphanumeric() || "_-./:@ +,=#%&".contains(c);
        if !text.chars().all(safe) {
            continue;
        }
        let message = format!("this pattern matches `{text}` and nothing else");
        let finding = Finding::new(&RULE, found.at, message).help("write a plain string");
        // A let may be a type domain, and no string.
        let domain = if context.text(found.at).starts_with("str") { "str " } else { "" };
        let edits = vec![Edit::replace(found.at, format!("{domain}\"{text}\""))];
        // Against everything but some labels, a pattern takes the safe side and a text does not (S5.4).
        sink.report(match among_metadata.contains(&found.at) {
            true => finding.suggest("write a plain string", edits),
            false => finding.fix("write a plain string", edits),
        });
    }
}
