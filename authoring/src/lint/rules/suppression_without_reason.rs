//! A suppressed finding without the reason why.

use crate::lint::{Group, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: "L0502",
    name: "suppression-without-reason",
    group: Group::Suppression,
    title: "a suppression that does not say why",
    what: "A comment that suppresses findings, without `-- REASON` at its end, or with this word itself, as an editor puts it in. It suppresses them all the same.",
    why: "The next reader cannot tell whether the finding was understood, nor when the comment may go.",
    spec: &[],
    example: r#"// sqrt-lint: allow(unused-let)
let spam = {"spam@evil.com"};

tool "send_email" {
    must deny when to.value in {"junk@evil.com"};
}
"#,
    better: r#"// sqrt-lint: allow(unused-let) -- the rules for it come with the next release
let spam = {"spam@evil.com"};

tool "send_email" {
    must deny when to.value in {"junk@evil.com"};
}
"#,
    fixes: false,
    // Found where comments are read, see `suppression.rs`.
    check: |_, _| {},
};
