//! Test files: what is in them, and reading it.
//!
//! A file is read as a whole: it has no problem, or none of its tests runs. What the tests ask (calls, expectations) is read once
//! for each row of their tables, with the names that stand in them replaced (`cases.rs`, `references.rs`).
//!
//! Invariant: a file that was read gives the same cases, in the same order, each time.

mod calls;
mod cases;
mod expect;
mod fields;
pub(crate) mod keys;
mod read;
mod reference;
mod references;
mod schema;
#[cfg(test)]
mod tests;

use sqrt_compiler::diagnostics::{LineIndex, Position};
use sqrt_compiler::syntax::token::Span;
use sqrt_vm::bytecode::settings::{Level, Mode, Settings};

use super::yaml::{Key, Node};

pub(crate) use calls::Start;
pub use cases::Case;
pub(crate) use cases::{Prepared, PreparedStep};
pub(crate) use expect::{ErrorExpected, Expectation, ExpectedMetadata, ExpectedSet, MetaSet, RuleExpected};
#[doc(hidden)]
pub use read::as_json;
pub use reference::reference;
pub use schema::schema;

/// A test file that was read.
#[derive(Debug)]
pub struct TestFile {
    name: String,
    text: String,
    policies: Option<Vec<Named>>,
    x_policy: Option<Named>,
    settings: SettingsAsked,
    fixtures: Vec<Fixture>,
    tests: Vec<Test>,
}

/// Something that the file names, such as another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// As it is written.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// The settings that a file asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct SettingsAsked {
    default_allow: Option<bool>,
    default_level: Option<Level>,
    mode: Option<Mode>,
}

/// A value with a name.
#[derive(Debug)]
struct Fixture {
    name: Key,
    value: Node,
    /// The keys `tags`, `producers` and `consumers`, as they are written.
    metadata: Vec<(Key, Node)>,
}

/// A test.
#[derive(Debug)]
struct Test {
    name: Named,
    description: Option<String>,
    tags: Vec<String>,
    skip: Option<String>,
    session: Option<Node>,
    steps: Vec<Step>,
    /// The rows of its table; nothing of a test without one.
    rows: Option<Vec<Row>>,
    /// Whether each row has the columns that the test mentions.
    has_its_columns: bool,
}

/// A call of a test, and what is expected of it.
#[derive(Debug)]
struct Step {
    call: Node,
    expect: Option<Node>,
    repeat: u32,
    span: Span,
}

/// A row of a table.
#[derive(Debug)]
struct Row {
    label: Option<String>,
    columns: Vec<(Key, Node)>,
    expect: Option<Node>,
    span: Span,
}

impl TestFile {
    /// The name of the file, as given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line and the column of a place in it.
    pub(crate) fn position(&self, span: Span) -> Position {
        LineIndex::new(&self.text).position(span.start)
    }

    /// The policy files that it names; nothing if it leaves that to its own name.
    pub fn policies(&self) -> Option<&[Named]> {
        self.policies.as_deref()
    }

    /// The X-Policy document that it names.
    pub fn x_policy(&self) -> Option<&Named> {
        self.x_policy.as_ref()
    }

    /// Puts the settings that it asks for in the place of others.
    pub fn apply(&self, settings: &mut Settings) {
        let SettingsAsked { default_allow, default_level, mode } = self.settings;
        settings.default_allow = default_allow.unwrap_or(settings.default_allow);
        settings.default_level = default_level.unwrap_or(settings.default_level);
        settings.mode = mode.unwrap_or(settings.mode);
    }
}

/// The name of the policy that a test file is called after: `mail.sqrt` for `mail_test.yaml`; nothing if the name is none of a
/// test file.
pub fn policy_of(file_name: &str) -> Option<String> {
    let stem = SUFFIXES.iter().find_map(|suffix| file_name.strip_suffix(suffix))?;
    (!stem.is_empty()).then(|| format!("{stem}.sqrt"))
}

/// How the names of test files end.
pub const SUFFIXES: [&str; 3] = ["_test.yaml", "_test.yml", "_test.json"];
