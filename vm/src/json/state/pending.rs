//! Reading the text of a pending call.

use super::{Id, PENDING_KEY, Version, need, read_state};
use crate::bytecode::PolicyId;
use crate::call::MetadataInput;
use crate::json::ImportError;
use crate::json::line::SessionName;
use crate::json::metadata::MetadataObject;
use crate::json::object::{Text, put, read_members, unknown};
use crate::json::value::AnyValue;
use crate::limits::Limits;
use crate::value::Value;
use crate::visible::quote;
use bumpalo::Bump;
use bumpalo::collections::Vec;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A pending call as its text says.
#[derive(Debug)]
pub(crate) struct PendingState<'a> {
    pub(crate) policy: PolicyId,
    pub(crate) session: Option<&'a str>,
    pub(crate) call: u64,
    pub(crate) tool: &'a str,
    pub(crate) args: &'a [ArgumentState<'a>],
    pub(crate) control: Option<MetadataInput<'a>>,
    pub(crate) context: Option<MetadataInput<'a>>,
}

/// An argument of a pending call; its value is there only if it can matter.
#[derive(Debug)]
pub(crate) struct ArgumentState<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: Option<Value<'a>>,
    pub(crate) metadata: MetadataInput<'a>,
}

/// Reads the text of a pending call.
pub(crate) fn read_pending<'a>(
    text: &'a str,
    arena: &'a Bump,
    limits: &Limits,
) -> Result<PendingState<'a>, ImportError> {
    read_state(text, PENDING_KEY, PendingObject { arena, levels: limits.value_depth })
}

/// Reads a pending call.
struct PendingObject<'a> {
    arena: &'a Bump,
    levels: usize,
}

/// The members as they are found.
#[derive(Default)]
struct PendingMembers<'a> {
    version: Option<()>,
    policy: Option<PolicyId>,
    session: Option<Option<&'a str>>,
    call: Option<u64>,
    tool: Option<&'a str>,
    args: Option<&'a [ArgumentState<'a>]>,
    control: Option<MetadataInput<'a>>,
    context: Option<MetadataInput<'a>>,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for PendingObject<'a> {
    type Value = PendingState<'a>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for PendingObject<'a> {
    type Value = PendingState<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a pending call, an object with the key `{PENDING_KEY}`")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let PendingObject { arena, levels } = self;
        let mut members = PendingMembers::default();
        let found = &mut members;
        read_members(map, arena, |key, map| match key {
            PENDING_KEY => put(&mut found.version, key, map.next_value_seed(Version)?),
            "policy" => put(&mut found.policy, key, map.next_value_seed(Id { arena })?),
            "session" => put(&mut found.session, key, map.next_value_seed(SessionName { arena })?),
            "call" => put(&mut found.call, key, map.next_value()?),
            "tool" => put(&mut found.tool, key, map.next_value_seed(Text { arena, what: "`tool`" })?),
            "args" => put(&mut found.args, key, map.next_value_seed(Arguments { arena, levels })?),
            "control_meta" => put(&mut found.control, key, map.next_value_seed(MetadataObject { arena })?),
            "context_meta" => put(&mut found.context, key, map.next_value_seed(MetadataObject { arena })?),
            _ => Err(unknown(
                "`sqrt_pending_call`, `policy`, `session`, `call`, `tool`, `args`, `control_meta` or `context_meta`",
            )),
        })?;
        need(members.version, PENDING_KEY)?;
        Ok(PendingState {
            policy: need(members.policy, "policy")?,
            session: need(members.session, "session")?,
            call: need(members.call, "call")?,
            tool: need(members.tool, "tool")?,
            args: need(members.args, "args")?,
            control: members.control,
            context: members.context,
        })
    }
}

/// Reads the arguments: a list, as no order and no name may get lost.
struct Arguments<'a> {
    arena: &'a Bump,
    levels: usize,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Arguments<'a> {
    type Value = &'a [ArgumentState<'a>];

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Arguments<'a> {
    type Value = &'a [ArgumentState<'a>];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of arguments as `args`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut args = Vec::new_in(self.arena);
        while let Some(arg) =
            list.next_element_seed(ArgumentObject { arena: self.arena, levels: self.levels })?
        {
            args.push(arg);
        }
        // Refused here: finishing such a call would fail, and block its session.
        let mut names = Vec::from_iter_in(args.iter().map(|arg| arg.name), self.arena);
        names.sort_unstable();
        match names.windows(2).find(|pair| pair.first() == pair.last()).and_then(<[&str]>::first) {
            Some(name) => Err(A::Error::custom(format_args!("two arguments with the name {}", quote(name)))),
            None => Ok(args.into_bump_slice()),
        }
    }
}

/// Reads an argument.
struct ArgumentObject<'a> {
    arena: &'a Bump,
    levels: usize,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for ArgumentObject<'a> {
    type Value = ArgumentState<'a>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for ArgumentObject<'a> {
    type Value = ArgumentState<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an argument, an object with the key `name`")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let ArgumentObject { arena, levels } = self;
        let (mut name, mut value, mut metadata) = (None, None, None);
        read_members(map, arena, |key, map| match key {
            "name" => put(&mut name, key, map.next_value_seed(Text { arena, what: "`name`" })?),
            "value" => put(&mut value, key, map.next_value_seed(AnyValue { arena, levels })?),
            "meta" => put(&mut metadata, key, map.next_value_seed(MetadataObject { arena })?),
            _ => Err(unknown("`name`, `value` or `meta`")),
        })?;
        Ok(ArgumentState { name: need(name, "name")?, value, metadata: need(metadata, "meta")? })
    }
}
