//! A deny on names that are the same in another case.

use crate::lint::analysis::parts;
use crate::lint::rules::support::is_host;
use crate::lint::{Context, Finding, Group, Rule, Sink};
use sqrt_compiler::ir::{ConditionKind, ElementKind, Reading};
use sqrt_vm::visible::quote;
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: "L0902",
    name: "case-dodges-deny",
    group: Group::Pedantic,
    title: "a deny on an address or host name, which another case dodges",
    what: "A plain string in the set of a deny rule that is a mail address or a host name.",
    why: "Texts are compared as they come, byte by byte (S4.2): `Spam@Evil.com` is another text than `spam@evil.com`, and the same address for a mail server. \
          A regex can ignore the case: `(?i)`.",
    spec: &["S4.2"],
    example: r#"tool "send_email" {
    must deny when to.value in {"spam@evil.com"};
}
"#,
    better: r#"tool "send_email" {
    must deny when to.value in {r"(?i)spam@evil\.com"};
}
"#,
    fixes: false,
    check,
};

fn check(context: &Context<'_>, sink: &mut Sink) {
    let mut told = HashSet::new();
    for (condition, _) in context.reach.used() {
        let ConditionKind::ValueIn(_, set, Reading::Any) = condition.kind else { continue };
        for part in parts(context, set).into_iter().filter(|part| part.adds) {
            let ElementKind::String(text) = &part.element.kind else { continue };
            let host = text.rsplit_once('@').map_or(text.as_str(), |(_, host)| host);
            if is_host(host) && told.insert(part.element.origin) {
                let message = format!("{} dodges this deny", quote(&text.to_uppercase()));
                let finding = Finding::new(&RULE, part.element.origin, message);
                sink.report(finding.help("write a regex that ignores the case: `r\"(?i)…\"`"));
            }
        }
    }
}
