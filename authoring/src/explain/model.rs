//! What an explanation says, as data: the documented JSON, and what the page and the tree are written from.
//!
//! Invariants: values of the call are in fields called `text` of [`ShownValue`] and nowhere else, and only if asked for; keys of
//! objects in the place of a leaf are values too. Lists are flat, with depths, so nothing here nests as deep as a policy may.

use serde::Serialize;

use crate::mistyped::Mistyped;

/// Why one call was decided as it was.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The call.
    pub call: ShownCall,
    /// `allow` or `deny`.
    pub decision: &'static str,
    /// What decided, such as `must_deny`.
    pub basis: &'static str,
    /// Why, in a sentence.
    pub because: String,
    /// The deciding rule, if one decided (S6.9).
    pub rule: Option<ShownRule>,
    /// Names of the call that the policy does not know and that are near ones it knows.
    pub mistyped: Vec<Mistyped>,
    /// The session's metadata before the call.
    pub session_before: ShownMetadata,
    /// The updates of the phase `session before` (S6.1).
    pub before: Vec<ShownBlock>,
    /// The metadata that the result would inherit (S2.5), which rules see as `@result`.
    pub inherited: ShownMetadata,
    /// The questions of a decision in their order (S6.2 to S6.8).
    pub steps: Vec<Step>,
    /// The metadata of the result before its updates, with what the host returned (S2.6); null unless the phases after the call ran.
    pub returned: Option<ShownMetadata>,
    /// The updates of result blocks.
    pub result: Vec<ShownBlock>,
    /// The updates of the phase `session after`.
    pub after: Vec<ShownBlock>,
    /// The result's metadata in the end; null unless the phases after the call ran.
    pub result_after: Option<ShownMetadata>,
    /// The session's metadata in the end.
    pub session_after: ShownMetadata,
    /// How many conditions were left out to keep the explanation short.
    pub conditions_left_out: usize,
    /// Whether values of the call are shown.
    pub shows_values: bool,
}

/// The call.
#[derive(Debug, Clone, Serialize)]
pub struct ShownCall {
    /// Its line, from 1.
    pub line: u64,
    /// How many calls of its session came before it.
    pub calls_before: u64,
    /// Its session; null if none was given.
    pub session: Option<String>,
    /// The tool.
    pub tool: String,
    /// Its arguments, in their order.
    pub arguments: Vec<ShownArgument>,
    /// How many more arguments there are.
    pub arguments_left_out: usize,
    /// The value of the session, if it has one.
    pub session_value: Option<ShownValue>,
    /// The result, if the call came with one.
    pub result: Option<ShownValue>,
}

/// An argument.
#[derive(Debug, Clone, Serialize)]
pub struct ShownArgument {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: ShownValue,
    /// Its metadata, that of the control flow joined in (S8.4).
    pub metadata: ShownMetadata,
}

/// A value, by what is harmless of it.
#[derive(Debug, Clone, Serialize)]
pub struct ShownValue {
    /// `null`, `bool`, `number`, `string`, `list` or `object`.
    pub kind: &'static str,
    /// The characters of a string, the items of a list, the members of an object; null of others.
    pub length: Option<usize>,
    /// How many leaves it has (S4.4).
    pub leaves: u64,
    /// The value itself as JSON, cut if it is long; null unless values were asked for.
    pub text: Option<String>,
}

/// The three sets of metadata.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ShownMetadata {
    /// Tags.
    pub tags: ShownSet,
    /// Producers.
    pub producers: ShownSet,
    /// Consumers.
    pub consumers: ShownSet,
}

/// A set, its strings in order.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ShownSet {
    /// Whether it is the complement of what it lists (S2.3).
    pub complement: bool,
    /// What it lists.
    pub strings: Vec<ShownString>,
    /// How many more it lists.
    pub left_out: usize,
}

/// A string of a set.
#[derive(Debug, Clone, Serialize)]
pub struct ShownString {
    /// The string.
    pub string: String,
    /// Where it came from, the latest station first; empty where that is not told.
    pub from: Vec<String>,
}

/// The updates of one block in one phase.
#[derive(Debug, Clone, Serialize)]
pub struct ShownBlock {
    /// The block.
    pub block: Place,
    /// What happened, in the order of the text: conditions that were tested, updates that ran.
    pub events: Vec<Event>,
}

/// Something that happened in an update block.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A `when` was tested.
    When {
        /// Its condition.
        conditions: Vec<ShownCondition>,
    },
    /// An update ran.
    Update(Update),
}

/// An update that ran.
#[derive(Debug, Clone, Serialize)]
pub struct Update {
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
    /// Its text; null where it is not known, as of an image.
    pub text: Option<String>,
    /// The set that it assigned, such as `session.tags`.
    pub target: String,
    /// The set before it.
    pub before: ShownSet,
    /// The set after it.
    pub after: ShownSet,
    /// Whether the set is the same as before.
    pub unchanged: bool,
    /// Whether it took the safe side, as what it would have stored is no metadata set (S5.4).
    pub safe_side: bool,
}

/// A block, and where it is.
#[derive(Debug, Clone, Serialize)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
    /// The tool id as written.
    pub tool_id: String,
    /// The priority; null of a preset, which is above every number.
    pub priority: Option<i64>,
    /// The description.
    pub description: Option<String>,
}

/// One question of a decision.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// The rule of the language, such as `S6.2`.
    pub spec: &'static str,
    /// The question.
    pub question: String,
    /// What came of it.
    pub state: StepState,
    /// The answer, in a sentence.
    pub answer: String,
    /// The rules that it asks about, in the order in which it does.
    pub rules: Vec<ShownRule>,
}

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// It decided.
    Decided,
    /// It was asked and did not decide.
    Passed,
    /// There is nothing that it could ask.
    Nothing,
    /// The outcome was known before.
    NotReached,
}

/// A rule, and what part it had.
#[derive(Debug, Clone, Serialize)]
pub struct ShownRule {
    /// `must deny`, `must allow`, `should deny` or `should allow`.
    pub rule: &'static str,
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
    /// The tool id of its block.
    pub tool_id: String,
    /// The priority of its block; null of a preset.
    pub priority: Option<i64>,
    /// The description.
    pub description: Option<String>,
    /// Whether its condition holds.
    pub fired: bool,
    /// Whether it decided.
    pub decides: bool,
    /// What part it had, in a sentence.
    pub because: String,
    /// Its condition: the whole, then what it is made of, one deeper; empty for `always`, and where the rule is told again.
    pub conditions: Vec<ShownCondition>,
}

/// A condition, and what came of it.
#[derive(Debug, Clone, Serialize)]
pub struct ShownCondition {
    /// How deep it is; the whole is at 0.
    pub depth: usize,
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
    /// `and`, `or`, `not`, the name of a let, or a test as it is written.
    pub condition: String,
    /// Whether it held; null if the outcome of the whole was known without it.
    pub outcome: Option<bool>,
    /// What decided it, in a sentence.
    pub because: Option<String>,
    /// Of a let, whether what it stands for was told before.
    pub told_before: bool,
    /// The leaf that decided, if one did.
    pub leaf: Option<ShownLeaf>,
    /// The sets that were looked at.
    pub sets: Vec<NamedSet>,
}

/// The leaf that decided.
#[derive(Debug, Clone, Serialize)]
pub struct ShownLeaf {
    /// Where in the value it is, such as `[2]`; members of objects by number, but for `--show-values`.
    pub path: String,
    /// The leaf.
    pub value: ShownValue,
}

/// A set that a condition looked at.
#[derive(Debug, Clone, Serialize)]
pub struct NamedSet {
    /// Whose, such as `body.tags`; null of one that the policy writes.
    pub name: Option<String>,
    /// What it was.
    pub set: ShownSet,
}
