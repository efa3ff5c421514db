//! The table of rules. To add one: a file with its `Rule`, a row here by its code, and `BLESS=1 cargo test -p sqrt-authoring` for
//! `docs/lints/`.

mod case_dodges_deny;
mod constant_condition;
mod consumers_of_any_argument;
mod contradictory_rules;
mod covered_element;
mod covered_rule;
mod date_excludes_its_last_day;
mod decided_before;
mod deny_everything_but;
mod deny_exact_labels;
mod dodged_by_absence;
mod double_negation;
mod duplicate_element;
mod duplicate_rule;
mod empty_block;
mod empty_set;
mod every_tool_allow_list;
mod glob_in_regex;
mod host_with_any_text;
mod impossible_condition;
mod impossible_length;
mod int_range_dodged;
mod label_never_set;
mod labels_of_every_argument;
mod loose_pattern;
pub(super) mod malformed_suppression;
mod missing_description;
mod misspelt_label;
mod needless_anchor;
mod no_effect_update;
mod outranked_should;
mod overwritten_update;
mod path_prefix;
mod pattern_matches_nothing;
mod plain_pattern;
mod prefix_without_boundary;
mod priority_without_effect;
mod regex_in_wildcard;
mod self_comparison;
mod suffix_without_boundary;
mod support;
pub(super) mod suppression_without_reason;
mod text_dodges_deny;
pub mod tools;
mod unescaped_dot;
mod unreachable_should;
mod unused_let;
pub(super) mod unused_suppression;
mod vacuous_subset;

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
    &host_with_any_text::RULE,
    &unreachable_should::RULE,
    &decided_before::RULE,
    &outranked_should::RULE,
    &contradictory_rules::RULE,
    &impossible_condition::RULE,
    &constant_condition::RULE,
    &empty_set::RULE,
    &pattern_matches_nothing::RULE,
    &impossible_length::RULE,
    &glob_in_regex::RULE,
    &regex_in_wildcard::RULE,
    &date_excludes_its_last_day::RULE,
    &label_never_set::RULE,
    &misspelt_label::RULE,
    &self_comparison::RULE,
    &overwritten_update::RULE,
    &unused_let::RULE,
    &duplicate_rule::RULE,
    &covered_rule::RULE,
    &duplicate_element::RULE,
    &covered_element::RULE,
    &empty_block::RULE,
    &no_effect_update::RULE,
    &priority_without_effect::RULE,
    &plain_pattern::RULE,
    &double_negation::RULE,
    &needless_anchor::RULE,
    &malformed_suppression::RULE,
    &suppression_without_reason::RULE,
    &unused_suppression::RULE,
    &tools::unknown_tool::RULE,
    &tools::unknown_argument::RULE,
    &tools::never_by_schema::RULE,
    &tools::always_by_schema::RULE,
    &tools::impossible_element::RULE,
    &tools::optional_dodges_deny::RULE,
    &tools::tool_without_policy::RULE,
    &dodged_by_absence::RULE,
    &case_dodges_deny::RULE,
    &text_dodges_deny::RULE,
    &vacuous_subset::RULE,
    &missing_description::RULE,
];
