//! Reads an X-Policy document: the JSON by which a host configures a policy, its defaults and its presets (S8).
//!
//! Bytes in, plain data out; `compile.rs` makes a program of it. A document is refused as a whole, with the path of the key: an unknown key, a duplicate key, a value of the wrong kind. A key that is left out has the
//! default of the client's model ([`XPolicy::default`]), and so has a key of the top level that is null.

mod compile;
mod path;

pub use compile::CODE_NAME;

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::diagnostics::{LineIndex, Position, quote};
use crate::resolve::nearest;
use path::Path;

/// How control flow counts, and whether branches are asked about (S8.3, S8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Calls are judged by their arguments.
    #[default]
    Standard,
    /// A call's control metadata is joined into its arguments.
    Strict,
    /// Branches are judged by the branching policy.
    Custom,
}

/// An enforcement level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// As `must`: nothing overrides it.
    Hard,
    /// As `should`.
    Soft,
}

/// What the listed metadata of a branching policy means (S8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BranchingMode {
    /// A branch is denied if it shares anything with the lists.
    #[default]
    Deny,
    /// A branch is allowed only within the lists.
    Allow,
}

/// The branching policy of a document (S8.3); it counts in mode `custom` only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BranchingPolicy {
    /// What the lists mean.
    pub mode: BranchingMode,
    /// The listed producers; `*` stands for all of them, here and below.
    pub producers: BTreeSet<String>,
    /// The listed tags.
    pub tags: BTreeSet<String>,
    /// The listed consumers.
    pub consumers: BTreeSet<String>,
}

/// The `presets` of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresetSettings {
    /// Whether a call that no rule decides is allowed (S6.8).
    pub default_allow: bool,
    /// The level of that default (S6.5).
    pub default_level: Level,
    /// Whether results get the tag `__non_executable` (S8.1).
    pub non_executable_memory: bool,
    /// Whether `parse_with_ai` is guarded by the tag `__llm_blocked` (S8.2).
    pub llm_blocked_tag: bool,
    /// The level of that guard.
    pub llm_blocked_level: Level,
    /// The branching policy.
    pub branching: BranchingPolicy,
}

impl Default for PresetSettings {
    /// The client's defaults: both presets on, the guard hard, and the default allow, soft.
    fn default() -> Self {
        Self {
            default_allow: true,
            default_level: Level::Soft,
            non_executable_memory: true,
            llm_blocked_tag: true,
            llm_blocked_level: Level::Hard,
            branching: BranchingPolicy::default(),
        }
    }
}

/// An X-Policy document.
///
/// A host without a document has no presets (S8), so it uses no [`XPolicy::default`]: that is the document `{}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XPolicy {
    /// The mode.
    pub mode: Mode,
    /// The policy text; `None` if the document has none. The texts of a list are one policy, one below the other.
    pub code: Option<String>,
    /// Whether the host asks for a generated policy; nothing here generates one.
    pub auto_gen: bool,
    /// Whether evaluation may stop once the outcome is known (S6.9).
    pub fail_fast: bool,
    /// The presets and defaults.
    pub presets: PresetSettings,
}

impl Default for XPolicy {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            code: None,
            auto_gen: false,
            fail_fast: true,
            presets: PresetSettings::default(),
        }
    }
}

impl XPolicy {
    /// Reads a document.
    ///
    /// # Examples
    ///
    /// ```
    /// use sqrt_compiler::x_policy::{Mode, XPolicy};
    ///
    /// let document = XPolicy::read(br#"{"mode": "strict", "presets": {"default_allow": false}}"#)?;
    /// assert_eq!(document.mode, Mode::Strict);
    /// assert!(!document.presets.default_allow && document.presets.llm_blocked_tag);
    ///
    /// let error = XPolicy::read(br#"{"presets": {"default_alow": false}}"#).unwrap_err();
    /// assert_eq!(error.path(), "presets.default_alow");
    /// # Ok::<(), sqrt_compiler::x_policy::XPolicyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the bytes are no JSON object, or a key or value is not one of a document.
    pub fn read(bytes: &[u8]) -> Result<Self, XPolicyError> {
        let json = parse(bytes)?;
        let mut document = Self::default();
        object(&json, &Path::Whole, |key, path, value| {
            if matches!(value, Json::Null) && TOP_LEVEL.contains(&key) {
                return Ok(());
            }
            match key {
                "mode" => document.mode = choice(value, path, MODES)?,
                "codes" => document.code = Some(codes(value, path)?),
                "auto_gen" => document.auto_gen = boolean(value, path)?,
                "fail_fast" => document.fail_fast = boolean(value, path)?,
                "presets" => document.presets = presets(value, path)?,
                _ => return Err(unknown_key(path, TOP_LEVEL)),
            }
            Ok(())
        })?;
        Ok(document)
    }
}

const TOP_LEVEL: &[&str] = &["mode", "codes", "auto_gen", "fail_fast", "presets"];
const CODES: &[&str] = &["code", "language"];
const PRESETS: &[&str] = &[
    "default_allow",
    "default_allow_enforcement_level",
    "enable_non_executable_memory",
    "branching_meta_policy",
    "enable_llm_blocked_tag",
    "llm_blocked_tag_enforcement_level",
];

const MODES: &[(&str, Mode)] =
    &[("standard", Mode::Standard), ("strict", Mode::Strict), ("custom", Mode::Custom)];
const LEVELS: &[(&str, Level)] = &[("hard", Level::Hard), ("soft", Level::Soft)];
const BRANCHING_MODES: &[(&str, BranchingMode)] =
    &[("deny", BranchingMode::Deny), ("allow", BranchingMode::Allow)];

fn presets(json: &Json, path: &Path<'_>) -> Result<PresetSettings, XPolicyError> {
    let mut presets = PresetSettings::default();
    object(json, path, |key, path, value| {
        match key {
            "default_allow" => presets.default_allow = boolean(value, path)?,
            "default_allow_enforcement_level" => presets.default_level = choice(value, path, LEVELS)?,
            "enable_non_executable_memory" => presets.non_executable_memory = boolean(value, path)?,
            "branching_meta_policy" => presets.branching = branching(value, path)?,
            "enable_llm_blocked_tag" => presets.llm_blocked_tag = boolean(value, path)?,
            "llm_blocked_tag_enforcement_level" => presets.llm_blocked_level = choice(value, path, LEVELS)?,
            _ => return Err(unknown_key(path, PRESETS)),
        }
        Ok(())
    })?;
    Ok(presets)
}

/// The one object whose further keys are ignored, as the client's model does.
fn branching(json: &Json, path: &Path<'_>) -> Result<BranchingPolicy, XPolicyError> {
    let mut branching = BranchingPolicy::default();
    object(json, path, |key, path, value| {
        match key {
            "mode" => branching.mode = choice(value, path, BRANCHING_MODES)?,
            "producers" => branching.producers = strings(value, path)?.into_iter().collect(),
            "tags" => branching.tags = strings(value, path)?.into_iter().collect(),
            "consumers" => branching.consumers = strings(value, path)?.into_iter().collect(),
            _ => ignored(value, path)?,
        }
        Ok(())
    })?;
    Ok(branching)
}

/// Looks through what has no meaning: a key that is given twice is refused there, too, so that every reader of the document
/// reads the same. The nesting of a document is limited.
fn ignored(json: &Json, path: &Path<'_>) -> Result<(), XPolicyError> {
    match json {
        Json::List(items) => items.iter().try_for_each(|item| ignored(item, path)),
        Json::Object(_) => object(json, path, |_, path, value| ignored(value, path)),
        _ => Ok(()),
    }
}

/// The text of `codes`: an object as the client sends it, or a string or a list of strings as older pages show.
fn codes(json: &Json, path: &Path<'_>) -> Result<String, XPolicyError> {
    match json {
        Json::String(text) => Ok(text.clone()),
        Json::List(_) => Ok(strings(json, path)?.join("\n")),
        Json::Object(_) => {
            let mut code = String::new();
            object(json, path, |key, path, value| {
                match key {
                    "code" => code = string(value, path)?.to_owned(),
                    "language" => language(value, path)?,
                    _ => return Err(unknown_key(path, CODES)),
                }
                Ok(())
            })?;
            Ok(code)
        }
        _ => Err(wrong_kind(path, "an object with `code`, a string or a list of strings", json)),
    }
}

fn language(json: &Json, path: &Path<'_>) -> Result<(), XPolicyError> {
    match string(json, path)? {
        "sqrt" => Ok(()),
        "cedar" => Err(XPolicyError::at(path, "policies in the language `cedar` are not supported")
            .help("write the policy in SQRT and set the language to `sqrt`")),
        other => Err(XPolicyError::at(path, format!("{} is no policy language", quote(other)))
            .help("the language is `sqrt`, which is also the default")),
    }
}

/// Calls `each` with key, path and value of every member, once per key.
fn object(
    json: &Json,
    path: &Path<'_>,
    mut each: impl FnMut(&str, &Path<'_>, &Json) -> Result<(), XPolicyError>,
) -> Result<(), XPolicyError> {
    let Json::Object(members) = json else {
        return Err(wrong_kind(path, "an object", json));
    };
    let mut seen = BTreeSet::new();
    for (key, value) in members {
        let path = Path::Key(path, key);
        if !seen.insert(key) {
            return Err(XPolicyError::at(&path, "the key is given twice").help("leave one of the two"));
        }
        each(key, &path, value)?;
    }
    Ok(())
}

fn boolean(json: &Json, path: &Path<'_>) -> Result<bool, XPolicyError> {
    match json {
        Json::Bool(value) => Ok(*value),
        _ => Err(wrong_kind(path, "true or false", json)),
    }
}

fn string<'j>(json: &'j Json, path: &Path<'_>) -> Result<&'j str, XPolicyError> {
    match json {
        Json::String(text) => Ok(text),
        _ => Err(wrong_kind(path, "a string", json)),
    }
}

fn strings(json: &Json, path: &Path<'_>) -> Result<Vec<String>, XPolicyError> {
    let Json::List(items) = json else {
        return Err(wrong_kind(path, "a list of strings", json));
    };
    let texts = items.iter().enumerate();
    texts.map(|(at, item)| Ok(string(item, &Path::Item(path, at))?.to_owned())).collect()
}

fn choice<T: Copy>(json: &Json, path: &Path<'_>, choices: &[(&str, T)]) -> Result<T, XPolicyError> {
    let names = || list(choices.iter().map(|(name, _)| *name));
    let Json::String(text) = json else {
        return Err(wrong_kind(path, &names(), json));
    };
    let found = choices.iter().find(|(name, _)| name == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        XPolicyError::at(path, format!("{} is no value of this key", quote(text))).help(
            match nearest(text, choices.iter().map(|(name, _)| *name)) {
                Some(near) => format!("is `{near}` meant? use {}", names()),
                None => format!("use {}", names()),
            },
        )
    })
}

/// `a`, `b` or `c`.
fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let last = names.pop().unwrap_or_default();
    if names.is_empty() { last } else { format!("{} or {last}", names.join(", ")) }
}

fn unknown_key(path: &Path<'_>, known: &[&str]) -> XPolicyError {
    let near = path.key().and_then(|key| nearest(key, known.iter().copied()));
    let near = near.map_or(String::new(), |near| format!("is `{near}` meant? "));
    let help = format!("{near}here stands {}", list(known.iter().copied()));
    XPolicyError::at(path, "the key is unknown").help(help)
}

fn wrong_kind(path: &Path<'_>, expected: &str, found: &Json) -> XPolicyError {
    XPolicyError::at(path, format!("expected {expected}, found {}", found.kind()))
}

/// Why a document was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XPolicyError {
    path: String,
    position: Option<Position>,
    message: String,
    help: Option<String>,
}

impl XPolicyError {
    fn at(path: &Path<'_>, message: impl Into<String>) -> Self {
        Self { path: path.to_string(), position: None, message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The path of the key (`presets.default_allow`, `codes[2]`); empty if it is the document as a whole.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where the text stops being JSON, if that is what is wrong.
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The way out.
    pub fn way_out(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for XPolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Position { line, column }) = self.position {
            write!(f, "line {line}, column {column}: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", quote(&self.path))?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for XPolicyError {}

/// JSON as far as a document needs it; members in their order and with duplicates, so that those can be refused.
enum Json {
    Null,
    Bool(bool),
    Number,
    String(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a bool",
            Json::Number => "a number",
            Json::String(_) => "a string",
            Json::List(_) => "a list",
            Json::Object(_) => "an object",
        }
    }
}

/// Reads JSON; its nesting is limited (to 128) by the reader.
fn parse(bytes: &[u8]) -> Result<Json, XPolicyError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        XPolicyError::at(&Path::Whole, format!("the document is not UTF-8 at byte {}", error.valid_up_to()))
            .help("an X-Policy document is JSON in UTF-8")
    })?;
    serde_json::from_str(text).map_err(|error| not_json(text, &error))
}

fn not_json(text: &str, error: &serde_json::Error) -> XPolicyError {
    // The reader counts columns in bytes and ends its message with the place.
    let full = error.to_string();
    let message = full.rsplit_once(" at line ").map_or(full.as_str(), |(message, _)| message);
    let index = LineIndex::new(text);
    let line = u32::try_from(error.line()).unwrap_or(u32::MAX);
    let before = u32::try_from(error.column().saturating_sub(1)).unwrap_or(u32::MAX);
    let position = index.position(index.line_start(line).saturating_add(before));
    let mut refused = XPolicyError::at(&Path::Whole, format!("the document is no JSON: {message}"));
    refused.position = Some(position);
    refused
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Json, E> {
        Ok(Json::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Json, E> {
        Ok(Json::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests;
