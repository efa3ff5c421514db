//! The limits of the VM: one table with name, default, unit and reason.
//!
//! A limit is checked before anything takes effect; what is over it is a clear error, and for a call a deny (S6.11).
//! `docs/limits.md` and the command that prints the limits follow from [`Limits::table`].

use std::fmt;

macro_rules! limits {
    ($($name:ident = $default:expr, $unit:literal, $reason:literal;)*) => {
        /// What a host allows. Every field is an inclusive maximum; [`Limits::default`] has the defaults of the table.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Limits {
            $(#[doc = concat!($reason, " In ", $unit, ".")] pub $name: usize,)*
        }

        impl Default for Limits {
            fn default() -> Limits {
                Limits { $($name: $default,)* }
            }
        }

        impl Limits {
            /// All limits with their current values, in the order of the table.
            pub fn table(&self) -> impl Iterator<Item = LimitRow> + '_ {
                let rows = [$(LimitRow {
                    name: stringify!($name), value: self.$name, unit: $unit, reason: $reason,
                },)*];
                rows.into_iter()
            }
        }
    };
}

limits! {
    image_bytes = 256 * 1024 * 1024, "bytes", "The longest image of a policy; loading takes memory in proportion to it.";
    line_bytes = 64 * 1024 * 1024, "bytes", "The longest line of a call.";
    value_depth = 100, "levels",
        "The deepest nesting of lists and objects in a value; at most 120, so that reading it needs little stack.";
    tag_bytes = 64 * 1024, "bytes", "The longest tag of a call's metadata that the policy does not name.";
    tags_per_set = 100_000, "tags", "The most tags that a metadata set of a call lists.";
    tags_per_call = 1_000_000, "tags",
        "The most different tags in the metadata of a call that neither the policy names nor the session has.";
    tags_per_session = 100_000, "tags", "The most tags that a session's metadata lists and the policy does not name.";
    session_tag_bytes = 16 * 1024 * 1024, "bytes",
        "The total length of the tags that a session's metadata lists and the policy does not name.";
    session_value_bytes = 16 * 1024 * 1024, "bytes", "The size of the value of a session.";
    session_name_bytes = 1024, "bytes", "The longest name of a session.";
    pending_calls = 1024, "calls",
        "How many allowed calls of a session may wait to be finished; with one more the oldest is forgotten.";
    automata_bytes = 1024 * 1024 * 1024, "bytes",
        "What is built for the patterns of a policy when it is loaded: searches for substrings, and simulated patterns.";
    dispatch_cache = 1024, "tool names", "How many tool names a scratch remembers the matching blocks of.";
}

/// The deepest value that the reader of JSON takes, whatever `value_depth` says.
const DEEPEST_VALUE: usize = 120;

impl Limits {
    /// How deep lists and objects may be nested in a value.
    pub(crate) fn value_levels(&self) -> usize {
        self.value_depth.min(DEEPEST_VALUE)
    }
}

/// The limits of one pattern. They are part of the language, so no host sets them: a pattern is valid everywhere or nowhere.
pub fn of_patterns() -> [LimitRow; 4] {
    use crate::pattern::{MAX_CLASSES, MAX_NESTING, MAX_SIZE, MAX_TEXT};
    let row = |name, value, unit, reason| LimitRow { name, value, unit, reason };
    [
        row("pattern_bytes", MAX_TEXT, "bytes", "The text of a pattern."),
        row(
            "pattern_nesting",
            MAX_NESTING as usize,
            "levels",
            "The deepest nesting of groups, repetitions, alternatives and sequences; building an automaton takes stack for each.",
        ),
        row(
            "pattern_classes",
            MAX_CLASSES,
            "classes",
            "Classes such as `\\w` in a pattern; each can have hundreds of ranges.",
        ),
        row(
            "pattern_size",
            MAX_SIZE as usize,
            "bytes and byte ranges",
            "The size of a pattern with its repetitions written out; an automaton of that size takes some 11 MB.",
        ),
    ]
}

/// A limit, to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitRow {
    /// The name of the field.
    pub name: &'static str,
    /// The inclusive maximum.
    pub value: usize,
    /// What is counted.
    pub unit: &'static str,
    /// Why it is there.
    pub reason: &'static str,
}

/// Something was over a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitExceeded {
    name: &'static str,
    actual: usize,
    limit: usize,
}

impl LimitExceeded {
    /// Refuses what is over the limit of this name.
    pub(crate) fn check(name: &'static str, actual: usize, limit: usize) -> Result<(), LimitExceeded> {
        if actual > limit { Err(LimitExceeded { name, actual, limit }) } else { Ok(()) }
    }

    /// The name of the limit, as in [`Limits`].
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The maximum that was passed.
    pub fn limit(&self) -> usize {
        self.limit
    }
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LimitExceeded { name, actual, limit } = self;
        write!(f, "over the limit `{name}`: {actual}, and at most {limit} are allowed")
    }
}

impl std::error::Error for LimitExceeded {}

#[cfg(test)]
mod tests {
    use super::{LimitExceeded, Limits};

    #[test]
    fn every_limit_has_a_row_and_a_reason() {
        let limits = Limits::default();
        assert!(limits.table().all(|row| row.value > 0 && row.reason.ends_with('.') && !row.unit.is_empty()));
        assert_eq!(
            limits.table().find(|row| row.name == "value_depth").map(|row| row.value),
            Some(limits.value_depth)
        );
    }

    #[test]
    fn limits_are_inclusive() {
        assert!(LimitExceeded::check("tag_bytes", 5, 5).is_ok());
        let error = LimitExceeded::check("tag_bytes", 6, 5).unwrap_err();
        assert_eq!(error.to_string(), "over the limit `tag_bytes`: 6, and at most 5 are allowed");
    }
}
