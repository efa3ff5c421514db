//! The table of limits, and the type with a value of each.

use super::SetLimitError;
use crate::pattern::{MAX_CLASSES, MAX_NESTING, MAX_POLICY_CLASSES, MAX_SIZE, MAX_TEXT};

/// What limits are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Group {
    /// Policy files, when they are compiled.
    Text,
    /// A single pattern. These are part of the language: a pattern is valid everywhere or nowhere, so they cannot be set.
    Patterns,
    /// Images, and what is made when a policy is loaded.
    Images,
    /// A call.
    Calls,
    /// What a session holds.
    Sessions,
    /// The command `sqrt`.
    Command,
}

impl Group {
    /// All groups, in the order of the table.
    pub const ALL: [Group; 6] =
        [Group::Text, Group::Patterns, Group::Images, Group::Calls, Group::Sessions, Group::Command];

    /// What the group is called, for people.
    pub fn title(self) -> &'static str {
        match self {
            Group::Text => "policy text",
            Group::Patterns => "patterns",
            Group::Images => "images and loading",
            Group::Calls => "calls",
            Group::Sessions => "sessions",
            Group::Command => "the command",
        }
    }
}

/// A limit, to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitRow {
    /// What it is about.
    pub group: Group,
    /// The name that it is set by.
    pub name: &'static str,
    /// The inclusive maximum that is in force.
    pub value: usize,
    /// The value that it has by default.
    pub default: usize,
    /// What it can be set to at most, if that is less than any number.
    pub ceiling: Option<usize>,
    /// Whether it can be set.
    pub settable: bool,
    /// What is counted.
    pub unit: &'static str,
    /// What is limited, and why.
    pub reason: &'static str,
}

/// What a scalar, a list, an object or a key counts in the size of a value, beside its text.
pub(crate) const NODE_BYTES: usize = 32;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;
const GIB: usize = 1024 * MIB;

/// `fixed` rows are constants, all others fields. `=> ceiling` follows the default where there is one.
macro_rules! limits {
    (
        $(group $group:ident {
            $($name:ident = $default:expr $(=> $ceiling:expr)?, $unit:literal, $reason:literal;)*
        })*
        fixed {
            $($fixed:ident = $value:expr, $fixed_unit:literal, $fixed_reason:literal;)*
        }
    ) => {
        /// What a host allows, of policies, images, calls and sessions. Every limit is an inclusive maximum;
        /// [`Limits::default`] has the defaults of the table, and [`Limits::set`] changes them.
        ///
        /// # Examples
        ///
        /// ```
        /// use sqrt_vm::limits::Limits;
        ///
        /// let limits = Limits::default().with("value_bytes", 1 << 20)?.with("arguments", 100)?;
        /// assert_eq!(limits.value_bytes(), 1 << 20);
        /// # Ok::<(), sqrt_vm::limits::SetLimitError>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Limits {
            $($(pub(crate) $name: usize,)*)*
        }

        impl Default for Limits {
            fn default() -> Limits {
                Limits { $($($name: $default,)*)* }
            }
        }

        impl Limits {
            $($(
                #[doc = concat!($reason, " In ", $unit, ".")]
                pub fn $name(&self) -> usize {
                    self.$name
                }
            )*)*

            /// All limits with their values in force, those of a group together.
            pub fn table(&self) -> impl Iterator<Item = LimitRow> + use<> {
                let rows = [
                    $($(LimitRow {
                        group: Group::$group,
                        name: stringify!($name),
                        value: self.$name,
                        default: $default,
                        ceiling: [$(Some($ceiling),)? None].into_iter().flatten().next(),
                        settable: true,
                        unit: $unit,
                        reason: $reason,
                    },)*)*
                    $(LimitRow {
                        group: Group::Patterns,
                        name: stringify!($fixed),
                        value: $value,
                        default: $value,
                        ceiling: Some($value),
                        settable: false,
                        unit: $fixed_unit,
                        reason: $fixed_reason,
                    },)*
                ];
                Group::ALL.into_iter().flat_map(move |group| rows.into_iter().filter(move |row| row.group == group))
            }

            /// Where the value of a limit is, by its name.
            fn place(&mut self, name: &str) -> Option<&mut usize> {
                match name {
                    $($(stringify!($name) => Some(&mut self.$name),)*)*
                    _ => None,
                }
            }
        }
    };
}

limits! {
    group Text {
        source_bytes = 64 * MIB => 2 * GIB, "bytes",
            "The text of one file. Positions are 32 bits wide, and a policy of 100,000 tool blocks is about 50 MB.";
        nesting = 256 => 256, "levels",
            "The deepest nesting of parentheses and `not`. Every stage fits in 512 KiB of stack at this depth.";
        parse_steps = GIB, "steps",
            "The steps of the parser in one file. It is linear and ends far below; the guard turns a mistake in it into a diagnostic.";
        tool_blocks = 1_000_000, "blocks",
            "The tool blocks and shorthands of a policy, presets apart, also of an image. Every scratch has memory for all of them.";
        expressions = 4_000_000 => 1 << 30, "expressions",
            "The conditions and set expressions of a policy; a let counts once for each kind of place and reading that it is used in. Each takes about half a kilobyte to compile; 100,000 tool blocks can have 40 each.";
        set_elements = 2_000_000, "elements",
            "The elements of one set, as it is written, and as a program or an image has it. A set of that size takes some 100 MB to compile.";
        diagnostics = 10_000 => 10_000_000, "diagnostics",
            "The problems told of one file. A file that is no policy at all must not fill the memory with messages.";
        patterns_classes = MAX_POLICY_CLASSES => MAX_POLICY_CLASSES, "classes",
            "The classes of all patterns of a policy, also of an image, written `\\w` or in brackets, where large ones that ignore case count as many. Parsing one takes up to a tenth of a millisecond, so a policy full of them would take hours; 100,000 patterns can have five each.";
        pattern_table_bytes = 256 * KIB => 64 * MIB, "bytes",
            "The largest table of an automaton. Patterns that need more are simulated, which is slower, with a warning.";
        pattern_tables_bytes = 32 * MIB => GIB, "bytes",
            "The tables of all automata of a policy, which take time to build and room in the image. Beyond, patterns are simulated, with a warning.";
    }
    group Images {
        image_bytes = 256 * MIB => 2 * GIB, "bytes",
            "The longest image of a policy; loading takes memory in proportion to it.";
        automata_bytes = GIB, "bytes",
            "What is built for the patterns of a policy when it is loaded: searches for substrings, and simulated patterns.";
    }
    group Calls {
        line_bytes = 64 * MIB => 2 * GIB, "bytes", "The longest line of a call.";
        value_bytes = 16 * MIB, "bytes",
            "The size of the value of one argument, or of a result: its strings and keys, and 32 bytes for each scalar, list, object and key.";
        value_depth = 100 => 120, "levels",
            "The deepest nesting of lists and objects in a value. Reading 120 levels fits in little stack.";
        arguments = 10_000, "arguments", "The most arguments of a call; each has metadata of its own, which takes memory and time.";
        tag_bytes = 64 * KIB => 2 * GIB, "bytes", "The longest tag that the policy does not name, in the metadata of a call or of a session that is moved.";
        tags_per_set = 100_000, "tags", "The most tags that a metadata set of a call lists.";
        tags_per_call = 1_000_000 => 1 << 30, "tags",
            "The most different tags in the metadata of a call that the policy does not name. Those that its session has count too: moving a session must not change what is allowed.";
        work = 2_000_000_000, "steps",
            "What deciding one call, or finishing it, may cost: a step takes up to three nanoseconds (`cargo bench -p sqrt-benches --bench work`), so that a call ends after a few seconds. Long values against many patterns, long lists against large sets, and updates after each of which many lets are asked again, multiply; this bounds their product.";
        dispatch_cache = 1024 => 65_536, "tool names",
            "How many tool names a scratch remembers the matching blocks of, in memory that it has from the start.";
    }
    group Sessions {
        tags_per_session = 100_000 => 1 << 27, "tags",
            "The most tags that a session's metadata lists and the policy does not name.";
        session_tag_bytes = 16 * MIB, "bytes",
            "The total length of the tags that a session's metadata lists and the policy does not name.";
        session_value_bytes = 16 * MIB, "bytes", "The size of the value of a session.";
        session_name_bytes = 1024, "bytes", "The longest name of a session.";
        pending_calls = 1024, "calls",
            "How many allowed calls of a session may wait to be finished; with one more the oldest is forgotten.";
        live_sessions = 1_000_000, "sessions",
            "How many sessions a host has in memory by name (`live::Sessions`); with one more, that one's calls are denied.";
        earlier_policies = 16, "policies",
            "How many replaced policies are held for calls that are still to be finished; with one more the oldest is given up.";
    }
    group Command {
        tools_bytes = 4 * MIB => 256 * MIB, "bytes",
            "The definitions of an agent's tools (`--tools`); reading them takes some thirty times as much memory.";
        eval_sessions = 1_000_000, "sessions",
            "A session is kept to the end of the input; a call that needs one more gets the error form.";
        test_file_bytes = 4 * MIB, "bytes", "The text of a test file, which is held whole, as a tree that can take a hundred times as much memory.";
        test_calls = 1_000_000, "calls", "The calls of all tests of a file, rows of tables and repetitions counted.";
    }
    fixed {
        pattern_bytes = MAX_TEXT, "bytes", "The text of a pattern.";
        pattern_nesting = MAX_NESTING as usize, "levels",
            "The deepest nesting of groups, repetitions, alternatives and sequences; building an automaton takes stack for each.";
        pattern_classes = MAX_CLASSES, "classes",
            "Classes such as `\\w` in a pattern; each can have hundreds of ranges, and large ones that ignore case count as many.";
        pattern_size = MAX_SIZE as usize, "bytes and byte ranges",
            "The size of a pattern with its repetitions written out; an automaton of that size takes some 11 MB.";
    }
}

impl Limits {
    /// Sets the limit of this name.
    ///
    /// # Errors
    /// If there is no such limit, it is part of the language, or the value is above its ceiling. Nothing is changed then.
    pub fn set(&mut self, name: &str, value: usize) -> Result<(), SetLimitError> {
        let row = self.table().find(|row| row.name == name);
        let row = row.ok_or_else(|| SetLimitError::unknown(name, self.table().map(|row| row.name)))?;
        if !row.settable {
            return Err(SetLimitError::fixed(row.name, row.value));
        }
        if let Some(ceiling) = row.ceiling.filter(|&ceiling| value > ceiling) {
            return Err(SetLimitError::above_ceiling(row.name, value, ceiling, row.unit));
        }
        if let Some(place) = self.place(name) {
            *place = value;
        }
        Ok(())
    }

    /// These limits with one of them set, as by [`Limits::set`].
    ///
    /// # Errors
    /// As [`Limits::set`].
    pub fn with(mut self, name: &str, value: usize) -> Result<Limits, SetLimitError> {
        self.set(name, value)?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Group, Limits};

    #[test]
    fn every_limit_has_a_reason_and_a_default_below_its_ceiling() {
        let limits = Limits::default();
        for row in limits.table() {
            assert!(row.value > 0 && row.value == row.default, "{row:?}");
            assert!(row.reason.ends_with('.') && !row.unit.is_empty(), "{row:?}");
            assert!(row.ceiling.is_none_or(|ceiling| row.default <= ceiling), "{row:?}");
            assert_eq!(row.settable, row.group != Group::Patterns, "{row:?}");
            assert_eq!(limits.table().filter(|other| other.name == row.name).count(), 1, "{row:?}");
        }
        let groups: Vec<Group> = limits.table().map(|row| row.group).collect();
        assert!(Group::ALL.iter().all(|group| groups.contains(group)));
        let titles = Group::ALL.map(Group::title);
        assert_eq!(titles.map(|title| titles.iter().filter(|other| **other == title).count()), [1; 6]);
        assert_eq!(Group::Command.title(), "the command");
        assert_eq!(
            groups.chunk_by(|a, b| a == b).count(),
            Group::ALL.len(),
            "those of a group stand together"
        );
    }

    #[test]
    fn every_limit_is_set_by_its_name_up_to_its_ceiling() {
        for row in Limits::default().table() {
            let most = row.ceiling.unwrap_or(usize::MAX);
            let mut limits = Limits::default();
            if !row.settable {
                let error = limits.set(row.name, row.value).unwrap_err().to_string();
                assert!(error.contains("part of the language"), "{error}");
                continue;
            }
            for value in [0, most] {
                limits.set(row.name, value).unwrap();
                let set = limits.table().find(|other| other.name == row.name).unwrap();
                assert_eq!((set.value, set.default), (value, row.default));
                let others = limits.table().filter(|other| other.value != other.default).count();
                assert!(others <= 1, "only the limit `{}` changes", row.name);
            }
            if most < usize::MAX {
                let error = limits.set(row.name, most + 1).unwrap_err();
                assert!(error.to_string().contains(&format!("cannot be above {most}")), "{error}");
                assert_eq!(limits, Limits::default().with(row.name, most).unwrap());
            }
        }
    }

    #[test]
    fn an_unknown_name_is_told_with_those_near_it() {
        let near = |name: &str| Limits::default().set(name, 1).unwrap_err().nearest().to_vec();
        // Two letters are two mistakes, three are another word, but a whole word is a hint.
        assert_eq!(near("wrok"), ["work"]);
        assert_eq!(near("abwork"), ["work"]);
        assert!(near("abcwork").is_empty());
        assert_eq!(near("argumants"), ["arguments"]);
        assert_eq!(near("calls"), ["test_calls", "pending_calls"]);
        let error = Limits::default().set("tags_per", 1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no limit `tags_per`; near it is `tags_per_set`, `tags_per_call`, `tags_per_session`"
        );
        let error = Limits::default().set("value_dept", 1).unwrap_err();
        assert_eq!(error.nearest().first(), Some(&"value_depth"));
        assert!(Limits::default().set("", 1).is_err());
        let long = "x".repeat(1 << 20);
        let error = Limits::default().set(&long, 1).unwrap_err();
        assert!(error.nearest().is_empty() && error.to_string().len() < 300, "{error}");
    }
}
