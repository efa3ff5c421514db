//! The table of rules. To add one: a file with its `Rule`, a row here by its code, and `BLESS=1 cargo test -p sqrt-authoring` for
//! `docs/lints/`.

pub(super) mod malformed_suppression;
pub(super) mod suppression_without_reason;
mod unused_let;
pub(super) mod unused_suppression;

use super::rule::Rule;

/// All rules, by their codes.
pub static RULES: &[&Rule] = &[
    &unused_let::RULE,
    &malformed_suppression::RULE,
    &suppression_without_reason::RULE,
    &unused_suppression::RULE,
];
