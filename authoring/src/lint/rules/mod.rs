//! The table of rules. To add one: a file with its `Rule`, a row here by its code, and `BLESS=1 cargo test -p sqrt-authoring` for
//! `docs/lints/`.

mod unused_let;

use super::rule::Rule;

/// All rules, by their codes.
pub static RULES: &[&Rule] = &[&unused_let::RULE];
