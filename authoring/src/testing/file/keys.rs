//! The keys of test files: one table for each kind of mapping, from which reading, the nearest name of an unknown key, the JSON
//! Schema for editors and the tables of `docs/testing.md` follow.

/// What a value may be, for the JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Any value.
    Any,
    /// Text.
    Text,
    /// Text, or a list of texts.
    Texts,
    /// A list of texts.
    TextList,
    /// A truth value.
    Bool,
    /// A whole number from 1 to this.
    Count(u32),
    /// One of these words.
    Word(&'static [&'static str]),
    /// A mapping of this kind.
    Map(&'static Table),
    /// A mapping of this kind, or null.
    MapOrNull(&'static Table),
    /// A list of such mappings.
    List(&'static Table),
    /// A mapping whose keys are names and whose values are such mappings, or other values.
    Named(&'static Table),
    /// A mapping whose keys are names.
    Values,
    /// A mapping of names to such mappings.
    NamedMaps(&'static Table),
    /// One of these words, a mapping of this kind, or a reference.
    Expectation,
    /// A row of a table.
    Row,
    /// A rule: text, null, or a mapping.
    Rule,
    /// A metadata set of a call.
    Set,
    /// What a metadata set is expected to be.
    ExpectedSet,
    /// A number.
    Integer,
    /// Text, or `true`.
    TextOrTrue,
}

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyRow {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// What it says, in Markdown.
    pub(crate) meaning: &'static str,
}

/// The keys of one kind of mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Table {
    /// The words for such a mapping.
    pub(crate) what: &'static str,
    pub(crate) keys: &'static [KeyRow],
    /// Those that have to be there.
    pub(crate) required: &'static [&'static str],
}

impl Table {
    /// The names of the keys.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.keys.iter().map(|row| row.name).collect()
    }
}

/// The most often that a step is repeated.
pub(crate) const MAX_REPEAT: u32 = 1000;

/// The words for a decision.
pub(crate) const DECISIONS: &[&str] = &["allow", "deny"];

/// What can decide (S6).
pub(crate) const BASES: &[&str] =
    &["must_deny", "must_allow_unmet", "must_allow", "should_deny", "should_allow", "allow_list", "default"];

macro_rules! tables {
    ($($(#[$doc:meta])* $table:ident, $what:literal, requires $required:expr, { $($name:literal: $shape:expr, $meaning:literal;)* })*) => {$(
        $(#[$doc])*
        pub(crate) static $table: Table = Table {
            what: $what,
            keys: &[$(KeyRow { name: $name, shape: $shape, meaning: $meaning }),*],
            required: $required,
        };
    )*};
}

tables! {
    /// The whole file.
    FILE, "the file", requires &["tests"], {
        "policy": Shape::Texts, "The policy files, one or a list, relative to the test file; together they are one policy (S3.1). Without this key it is the file that the test file is called after.";
        "x_policy": Shape::Text, "An X-Policy document (S8), relative to the test file. With it, `policy` may be left out if no file has the name.";
        "settings": Shape::Map(&SETTINGS), "What the policy is made with beside its text.";
        "fixtures": Shape::Named(&FIXTURE), "Values with names, to which tests refer as `$name`.";
        "tests": Shape::List(&TEST), "The tests.";
    }

    /// Settings of the policy.
    SETTINGS, "`settings`", requires &[], {
        "default_allow": Shape::Bool, "Whether a call that no rule decides is allowed (S6.8).";
        "default_level": Shape::Word(&["soft", "hard"]), "Whether that default gives way to should rules.";
        "mode": Shape::Word(&["standard", "strict", "custom"]), "How control flow counts (S8.3, S8.4).";
    }

    /// A fixture that is a mapping.
    FIXTURE, "a fixture", requires &["value"], {
        "value": Shape::Any, "The value.";
        "tags": Shape::Set, "The tags that it has where it stands as an argument or as the result.";
        "producers": Shape::Set, "Its producers, likewise.";
        "consumers": Shape::Set, "Its consumers, likewise.";
    }

    /// A test.
    TEST, "a test", requires &["name"], {
        "name": Shape::Text, "What it shows. No other test of the file has the same.";
        "description": Shape::Text, "More about it.";
        "tags": Shape::TextList, "Words to choose tests by: `sqrt test --tag WORD`.";
        "skip": Shape::Text, "Why it does not run now.";
        "session": Shape::Map(&SESSION), "The state in which each session of the test begins.";
        "call": Shape::Map(&CALL), "A call, or a question about a branch, as a line of `sqrt eval` has it (S9). JSON is YAML: a recorded line can be pasted.";
        "expect": Shape::Expectation, "What is expected of the call.";
        "steps": Shape::List(&STEP), "In the place of `call` and `expect`: several calls, one after another.";
        "cases": Shape::Row, "A table: the test runs once for each row, in sessions of its own.";
    }

    /// The state of a session.
    SESSION, "`session`", requires &[], {
        "tags": Shape::Set, "Its tags.";
        "producers": Shape::Set, "Its producers.";
        "consumers": Shape::Set, "Its consumers.";
        "value": Shape::Any, "`@session.value`.";
    }

    /// A step of a test.
    STEP, "a step", requires &["call"], {
        "call": Shape::Map(&CALL), "The call, or the question about a branch.";
        "expect": Shape::Expectation, "What is expected of it. A step without only prepares others.";
        "repeat": Shape::Count(MAX_REPEAT), "How often the call is made, with the same expectation each time.";
    }

    /// A call, or a question about a branch (S9).
    CALL, "a call", requires &[], {
        "session": Shape::Any, "The name of the session; the test has one without a name otherwise.";
        "tool": Shape::Text, "The tool.";
        "args": Shape::Values, "The arguments: values by name.";
        "arg_meta": Shape::NamedMaps(&METADATA), "Metadata of arguments, by name.";
        "session_value": Shape::Any, "Sets `@session.value` before the call is checked.";
        "control_meta": Shape::Map(&METADATA), "The metadata of the control flow (S8.4).";
        "result": Shape::Any, "What the tool returns. If the key is there, the updates after the call run.";
        "result_meta": Shape::Map(&METADATA), "Metadata that comes with the result (S2.6).";
        "combine_meta": Shape::Word(&["merge", "replace", "ignore"]), "What becomes of that metadata (S2.6).";
        "branch": Shape::Map(&METADATA), "In the place of a call: the metadata that a branch depends on (S8.3).";
    }

    /// Metadata that is given.
    METADATA, "metadata", requires &[], {
        "tags": Shape::Set, "Tags.";
        "producers": Shape::Set, "Producers.";
        "consumers": Shape::Set, "Consumers; `[\"*\"]` is everybody.";
    }

    /// What is expected of a call.
    EXPECT, "`expect`", requires &[], {
        "decision": Shape::Word(DECISIONS), "Whether the call may be made. `expect: deny` is short for `expect: {decision: deny}`.";
        "basis": Shape::Word(BASES), "What decided.";
        "rule": Shape::Rule, "The rule that decided; null: none did.";
        "result_meta": Shape::MapOrNull(&EXPECTED_METADATA), "The metadata of the result; null: there is none, as the call was denied or has no `result`.";
        "session_meta": Shape::Map(&EXPECTED_METADATA), "The metadata of the session after the call.";
        "branch": Shape::Word(DECISIONS), "The answer to a question about a branch, for which `expect: deny` is short as well.";
        "error": Shape::TextOrTrue, "The call is not decided: a part of the message, or `true` for any.";
    }

    /// The deciding rule.
    RULE, "a rule", requires &[], {
        "description": Shape::Text, "The text of its doc comment.";
        "text": Shape::Text, "A part of the rule as it is written, white space aside.";
        "tool_id": Shape::Text, "The tool id of its block, as answers have it.";
        "file": Shape::Text, "Its file.";
        "line": Shape::Integer, "The line of its first word.";
        "column": Shape::Integer, "The column of its first word.";
    }

    /// Metadata that is expected.
    EXPECTED_METADATA, "expected metadata", requires &[], {
        "tags": Shape::ExpectedSet, "Tags: a list is the whole set, `{has: […], lacks: […]}` a part of it.";
        "producers": Shape::ExpectedSet, "Producers, likewise.";
        "consumers": Shape::ExpectedSet, "Consumers, likewise; `[\"*\"]` is everybody.";
    }

    /// A metadata set that is not written as a list.
    EXPECTED_SET, "an expected set", requires &[], {
        "except": Shape::TextList, "Everything but these (S2.4).";
        "has": Shape::TextList, "These are in the set.";
        "lacks": Shape::TextList, "These are not.";
    }
}
