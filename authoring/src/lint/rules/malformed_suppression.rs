//! A comment that looks as if it suppressed something, and does not.

use crate::lint::{Group, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: "L0501",
    name: "malformed-suppression",
    group: Group::Suppression,
    title: "a comment that looks as if it suppressed something",
    what: "A comment that begins with `sqrt-lint` and is not `sqrt-lint: allow(NAME, …) -- REASON` or `sqrt-lint: allow-file(NAME, …) -- \
           REASON`, or names what cannot be suppressed: a lint that there is not, an error of the compiler, or a lint about such comments.",
    why: "Whoever reads it believes that something was looked at and found to be fine.",
    spec: &[],
    example: r#"tool "send_email" {
    // sqrt-lint: allow(lose-pattern) -- only we call this tool
    must allow when to.value in {"ann@corp.com"};
}
"#,
    better: r#"tool "send_email" {
    must allow when to.value in {"ann@corp.com"};
}
"#,
    fixes: false,
    // Found where comments are read, see `suppression.rs`.
    check: |_, _| {},
};
