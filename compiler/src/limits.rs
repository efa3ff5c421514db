//! The table of the compiler's limits: every limit, its default, unit and reason stand here and nowhere else.
//!
//! Invariant: reaching a limit is an ordinary diagnostic, never a panic and never a policy with something left out.

macro_rules! limits {
    ($( $(#[$doc:meta])* $field:ident: $ty:ty = $default:expr, $unit:literal, $reason:literal; )*) => {
        /// The limits of a compilation; [`Limits::default`] has the documented values.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Limits {
            $( $(#[$doc])* pub $field: $ty, )*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        /// The rows of the table with the default values, in the order of the table.
        pub const TABLE: &[LimitRow] = &[
            $( LimitRow { name: stringify!($field), default: $default as u64, unit: $unit, reason: $reason }, )*
        ];
    };
}

/// One row of the table of limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitRow {
    /// The name of the field.
    pub name: &'static str,
    /// The default.
    pub default: u64,
    /// What is counted.
    pub unit: &'static str,
    /// What is limited, and why.
    pub reason: &'static str,
}

limits! {
    /// Bytes of one source file.
    source_bytes: u32 = 64 << 20, "bytes",
        "The text of one file. Positions are 32 bits wide, and a policy of 100,000 tool blocks is about 50 MB.";
    /// How deep parentheses and `not` nest.
    nesting: u32 = 256, "levels",
        "The deepest nesting of parentheses and `not`. Every stage fits in 512 KiB of stack at this depth.";
    /// Tokens that the parser takes or skips in one file.
    parse_steps: u64 = 1 << 30, "steps",
        "The steps of the parser in one file. It is linear and ends far below; the guard turns a mistake in it into a diagnostic.";
    /// Diagnostics that one file yields.
    diagnostics: u32 = 10_000, "diagnostics",
        "The problems told of one file. A file that is no policy at all must not fill the memory with messages.";
    /// Bytes of the table of one automaton.
    pattern_table_bytes: usize = 256 << 10, "bytes",
        "The largest table of an automaton. Patterns that need more are simulated, which is slower, with a warning.";
    /// Bytes of the tables of all automata of a policy.
    pattern_tables_bytes: usize = 32 << 20, "bytes",
        "The tables of all automata of a policy, which take time to build and room in the image. Beyond, patterns are simulated, with a warning.";
}
