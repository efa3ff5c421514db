//! Patterns: regexes and wildcards that must match a whole string (S4.3).

/// How a pattern's text is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PatternSyntax {
    /// A regex in the syntax of the Rust regex crates.
    Regex,
    /// A wildcard: `*` any run, `?` any one character, backslash before `*`, `?`, `\` or `"` for themselves (S1.7).
    Wildcard,
}
