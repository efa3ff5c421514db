//! The table of rules. To add one: a file with its `Rule`, a row here by its code, and `BLESS=1 cargo test -p sqrt-authoring` for
//! `docs/lints/`.

mod consumers_of_any_argument;
mod deny_everything_but;
mod deny_exact_labels;
mod every_tool_allow_list;
mod int_range_dodged;
mod labels_of_every_argument;
mod loose_pattern;
pub(super) mod malformed_suppression;
mod path_prefix;
mod prefix_without_boundary;
mod suffix_without_boundary;
mod support;
pub(super) mod suppression_without_reason;
mod unescaped_dot;
mod unused_let;
pub(super) mod unused_suppression;

use super::rule::Rule;

/// All rules, by their codes.
pub static RULES: &[&Rule] = &[
    &deny_everything_but::RULE,
    &loose_pattern::RULE,
    &unescaped_dot::RULE,
    &suffix_without_boundary::RULE,
    &prefix_without_boundary::RULE,
    &path_prefix::RULE,
    &consumers_of_any_argument::RULE,
    &labels_of_every_argument::RULE,
    &deny_exact_labels::RULE,
    &every_tool_allow_list::RULE,
    &int_range_dodged::RULE,
    &unused_let::RULE,
    &malformed_suppression::RULE,
    &suppression_without_reason::RULE,
    &unused_suppression::RULE,
];
