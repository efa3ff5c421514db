//! A comment that suppresses nothing.

use crate::lint::{Group, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: "L0503",
    name: "unused-suppression",
    group: Group::Suppression,
    title: "a suppression of what is not found",
    what: "A comment that suppresses a lint which finds nothing in its place. Lints that are not looked for are not counted.",
    why: "The finding was mended, or the comment stands in the wrong place; it would hide the next finding there, which nobody has seen.",
    spec: &[],
    example: r#"// sqrt-lint: allow(unused-let) -- not yet needed
let spam = {"spam@evil.com"};

tool "send_email" {
    must deny when to.value in spam;
}
"#,
    better: r#"let spam = {"spam@evil.com"};

tool "send_email" {
    must deny when to.value in spam;
}
"#,
    fixes: true,
    // Found last, where suppressions are applied, see `suppression.rs`.
    check: |_, _| {},
};
