//! Reading a line: a call, or a question about a branch. What the quick reader leaves is read here, with care: on
//! `serde_json`, and with an error that says what is wrong and where.

use super::metadata::{MetadataByName, MetadataObject};
use super::object::{Text, put, read_members, sort_named, unknown, without_values};
use super::quick;
use super::value::{AnyValue, TOO_DEEP};
use crate::call::{Argument, Call, Combine, MetadataInput, Returned};
use crate::limits::{LimitExceeded, Limits};
use crate::value::{Arena, Value};
use crate::visible::quote;
use bumpalo::Bump;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use std::fmt;

/// What a line asks.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::large_enum_variant, reason = "most lines are calls, and no line leaves the stack")]
pub enum Line<'a> {
    /// A call.
    Call(CallLine<'a>),
    /// A question about a branch (S8.3).
    Branch(BranchLine<'a>),
}

/// A call, borrowed from the line and the arena.
#[derive(Debug, Clone, Copy)]
pub struct CallLine<'a> {
    /// The session; none if it is not given or null.
    pub session: Option<&'a str>,
    /// The call.
    pub call: Call<'a>,
    /// The new `@session.value`, if the key is there, also if it is null.
    pub session_value: Option<Value<'a>>,
    /// The result, if the key is there, also if it is null.
    pub returned: Option<Returned<'a>>,
}

/// A question about a branch.
#[derive(Debug, Clone, Copy)]
pub struct BranchLine<'a> {
    /// The session; none if it is not given or null.
    pub session: Option<&'a str>,
    /// The metadata that the branch depends on.
    pub metadata: MetadataInput<'a>,
}

/// Why a line is not valid, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineError {
    message: String,
    column: Option<usize>,
    limit: Option<LimitExceeded>,
}

impl LineError {
    fn new(message: String) -> LineError {
        LineError { message, column: None, limit: None }
    }

    /// The limit that was passed, if that is what is wrong.
    pub fn limit(&self) -> Option<&LimitExceeded> {
        self.limit.as_ref()
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The column at which reading stopped: from 1, in Unicode scalar values.
    pub fn column(&self) -> Option<usize> {
        self.column
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match self.column {
            Some(column) => write!(f, " (column {column})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for LineError {}

/// Reads a line, without its end or with it. What cannot be borrowed from it is put into `arena`.
///
/// # Errors
/// If the line is not UTF-8, not JSON, not a call or a question as they are described, or over a limit.
pub fn read_line<'a>(line: &'a [u8], arena: &'a Arena, limits: &Limits) -> Result<Line<'a>, LineError> {
    LimitExceeded::check("line_bytes", line.len(), limits.line_bytes).map_err(|error| LineError {
        limit: Some(error.clone()),
        ..LineError::new(format!("the line is {error}"))
    })?;
    let text = std::str::from_utf8(line).map_err(|error| {
        LineError::new(format!("the line is not UTF-8: the byte at offset {} is wrong", error.valid_up_to()))
    })?;
    if let Some(line) = quick::read_line(text, arena.bump(), limits.value_depth) {
        return Ok(line);
    }
    if text.starts_with('\u{feff}') {
        let message =
            "the line begins with a byte order mark, which is no JSON: save the calls as UTF-8 without one";
        return Err(LineError::new(message.to_owned()));
    }
    read_carefully(text, arena, limits)
}

/// Reads any line, or says what is wrong with it.
pub(super) fn read_carefully<'a>(
    text: &'a str,
    arena: &'a Arena,
    limits: &Limits,
) -> Result<Line<'a>, LineError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let seed = LineObject { arena: arena.bump(), levels: limits.value_depth };
    let line = seed.deserialize(&mut reader).and_then(|line| reader.end().map(|()| line));
    line.map_err(|error| place(text, &error, limits))
}

/// Reads a value and nothing after it.
pub(crate) fn read_value<'a>(
    text: &'a str,
    arena: &'a Bump,
    limits: &Limits,
) -> Result<Value<'a>, LineError> {
    if let Some(value) = quick::read_value(text, arena, limits.value_depth) {
        return Ok(value);
    }
    read_value_carefully(text, arena, limits)
}

/// Reads any value, or says what is wrong with it.
pub(super) fn read_value_carefully<'a>(
    text: &'a str,
    arena: &'a Bump,
    limits: &Limits,
) -> Result<Value<'a>, LineError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let seed = AnyValue { arena, levels: limits.value_depth };
    let value = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| place(text, &error, limits))
}

/// The reader's error as ours: the message apart from the place, without values.
fn place(text: &str, error: &serde_json::Error, limits: &Limits) -> LineError {
    let full = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = without_values(full.strip_suffix(&place).unwrap_or(&full)).into_owned();
    let before = text.as_bytes().get(..error.column().saturating_sub(1)).unwrap_or_default();
    // Bytes that continue a character do not count.
    let column = before.iter().filter(|byte| **byte & 0xc0 != 0x80).count() + 1;
    let column = (error.line() == 1).then_some(column);
    if message == TOO_DEEP {
        let most = limits.value_depth;
        let limit = LimitExceeded::new("value_depth", most.saturating_add(1), most);
        return LineError {
            message: format!("the nesting of the value is {limit}"),
            column,
            limit: Some(limit),
        };
    }
    LineError { message, column, limit: None }
}

/// Reads the object of a line.
struct LineObject<'a> {
    arena: &'a Bump,
    levels: usize,
}

/// The members as they are found.
#[derive(Default)]
pub(super) struct CallMembers<'a> {
    pub(super) session: Option<Option<&'a str>>,
    pub(super) tool: Option<&'a str>,
    pub(super) args: Option<&'a [(&'a str, Value<'a>)]>,
    pub(super) arg_meta: Option<&'a [(&'a str, MetadataInput<'a>)]>,
    pub(super) session_value: Option<Value<'a>>,
    pub(super) control_meta: Option<MetadataInput<'a>>,
    pub(super) result: Option<Value<'a>>,
    pub(super) result_meta: Option<MetadataInput<'a>>,
    pub(super) combine_meta: Option<Combine>,
    pub(super) branch: Option<MetadataInput<'a>>,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for LineObject<'a> {
    type Value = Line<'a>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Line<'a>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for LineObject<'a> {
    type Value = Line<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a call, an object with the key `tool`")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Line<'a>, A::Error> {
        let mut members = CallMembers::default();
        read_members(map, self.arena, |key, map| self.read_member(&mut members, key, map))?;
        members.finish(self.arena)
    }
}

impl<'a> LineObject<'a> {
    fn read_member<'de: 'a, A: MapAccess<'de>>(
        &self,
        members: &mut CallMembers<'a>,
        key: &'a str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let arena = self.arena;
        let value = AnyValue { arena, levels: self.levels };
        match key {
            "session" => put(&mut members.session, key, map.next_value_seed(SessionName { arena })?),
            "tool" => put(&mut members.tool, key, map.next_value_seed(Text { arena, what: "`tool`" })?),
            "args" => put(&mut members.args, key, map.next_value_seed(Arguments(value))?),
            "arg_meta" => put(&mut members.arg_meta, key, map.next_value_seed(MetadataByName { arena })?),
            "session_value" => put(&mut members.session_value, key, map.next_value_seed(value)?),
            "control_meta" => {
                put(&mut members.control_meta, key, map.next_value_seed(MetadataObject { arena })?)
            }
            "result" => put(&mut members.result, key, map.next_value_seed(value)?),
            "result_meta" => {
                put(&mut members.result_meta, key, map.next_value_seed(MetadataObject { arena })?)
            }
            "combine_meta" => {
                put(&mut members.combine_meta, key, map.next_value_seed(CombineName { arena })?)
            }
            "branch" => put(&mut members.branch, key, map.next_value_seed(MetadataObject { arena })?),
            _ => Err(unknown(
                "`session`, `tool`, `args`, `arg_meta`, `session_value`, `control_meta`, `result`, `result_meta`, \
                 `combine_meta` or `branch`",
            )),
        }
    }
}

impl<'a> CallMembers<'a> {
    /// Puts the members together, and refuses what does not belong together.
    pub(super) fn finish<E: Error>(self, arena: &'a Bump) -> Result<Line<'a>, E> {
        if let Some(metadata) = self.branch {
            return self.finish_branch(metadata);
        }
        let tool = self.tool.ok_or_else(|| E::custom("missing key `tool`"))?;
        let mut call = Call::new(tool, self.arguments(arena)?);
        if let Some(control) = self.control_meta {
            call = call.with_control(control);
        }
        let returned = match self.result {
            Some(value) => {
                let metadata = self.result_meta.unwrap_or_default();
                Some(Returned::new(value).with_metadata(metadata, self.combine_meta.unwrap_or_default()))
            }
            None if self.result_meta.is_some() => return Err(E::custom("`result_meta` without `result`")),
            None if self.combine_meta.is_some() => return Err(E::custom("`combine_meta` without `result`")),
            None => None,
        };
        let session = self.session.flatten();
        Ok(Line::Call(CallLine { session, call, session_value: self.session_value, returned }))
    }

    fn finish_branch<E: Error>(self, metadata: MetadataInput<'a>) -> Result<Line<'a>, E> {
        let others = [
            ("tool", self.tool.is_some()),
            ("args", self.args.is_some()),
            ("arg_meta", self.arg_meta.is_some()),
            ("session_value", self.session_value.is_some()),
            ("control_meta", self.control_meta.is_some()),
            ("result", self.result.is_some()),
            ("result_meta", self.result_meta.is_some()),
            ("combine_meta", self.combine_meta.is_some()),
        ];
        match others.iter().find(|(_, given)| *given) {
            Some((key, _)) => {
                Err(E::custom(format_args!("`{key}` beside `branch`: a question about a branch is no call")))
            }
            None => Ok(Line::Branch(BranchLine { session: self.session.flatten(), metadata })),
        }
    }

    /// The arguments with their metadata; both lists are sorted by name.
    fn arguments<E: Error>(&self, arena: &'a Bump) -> Result<&'a [Argument<'a>], E> {
        let args = self.args.unwrap_or_default();
        let mut rest = self.arg_meta.unwrap_or_default();
        let arguments = arena.alloc_slice_fill_iter(args.iter().map(|(name, value)| {
            let argument = Argument::new(name, *value);
            match rest.split_first() {
                Some(((owner, metadata), others)) if owner == name => {
                    rest = others;
                    argument.with_metadata(*metadata)
                }
                _ => argument,
            }
        }));
        match rest.first() {
            Some((name, _)) => {
                // The first one left over may be of an argument that sorts after; the culprit has none.
                let absent = |(name, _): &&(&str, MetadataInput<'_>)| {
                    args.binary_search_by_key(name, |(arg, _)| *arg).is_err()
                };
                let name = rest.iter().find(absent).map_or(name, |(name, _)| name);
                Err(E::custom(format_args!("`arg_meta` for {}, which is not in `args`", quote(name))))
            }
            None => Ok(arguments),
        }
    }
}

/// Reads the arguments: an object, whose values may be nested as deep as the limit says.
struct Arguments<'a>(AnyValue<'a>);

impl<'de: 'a, 'a> DeserializeSeed<'de> for Arguments<'a> {
    type Value = &'a [(&'a str, Value<'a>)];

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Arguments<'a> {
    type Value = &'a [(&'a str, Value<'a>)];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object as `args`")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let mut members = bumpalo::collections::Vec::new_in(self.0.arena);
        read_members(map, self.0.arena, |key, map| {
            members.push((key, map.next_value_seed(self.0)?));
            Ok(())
        })?;
        sort_named(members.into_bump_slice_mut())
    }
}

/// Reads the name of a session, or null.
pub(super) struct SessionName<'a> {
    pub(super) arena: &'a Bump,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for SessionName<'a> {
    type Value = Option<&'a str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for SessionName<'a> {
    type Value = Option<&'a str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or null as `session`")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Text { arena: self.arena, what: "`session`" }.deserialize(deserializer).map(Some)
    }
}

/// Reads what is to become of a result's metadata (S2.6).
struct CombineName<'a> {
    arena: &'a Bump,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for CombineName<'a> {
    type Value = Combine;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Combine, D::Error> {
        let name = Text { arena: self.arena, what: "`combine_meta`" }.deserialize(deserializer)?;
        let error = || D::Error::custom("`combine_meta` is none of `merge`, `replace` and `ignore`");
        Combine::of_name(name).ok_or_else(error)
    }
}
