//! Reading the text of a session.

use super::{Id, SESSION_KEY, Version, need, read_state};
use crate::bytecode::PolicyId;
use crate::call::MetadataInput;
use crate::json::ImportError;
use crate::json::line::SessionName;
use crate::json::metadata::MetadataObject;
use crate::json::object::{put, read_members, unknown};
use crate::json::value::AnyValue;
use crate::limits::Limits;
use crate::value::Value;
use bumpalo::Bump;
use bumpalo::collections::Vec;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A session as its text says.
#[derive(Debug)]
pub(crate) struct SessionState<'a> {
    pub(crate) policy: PolicyId,
    pub(crate) name: Option<&'a str>,
    pub(crate) metadata: MetadataInput<'a>,
    pub(crate) value: Option<Value<'a>>,
    pub(crate) blocked: bool,
    pub(crate) next_call: u64,
    pub(crate) forgotten: u64,
    pub(crate) pending: &'a [u64],
}

/// Reads the text of a session.
pub(crate) fn read_session<'a>(
    text: &'a str,
    arena: &'a Bump,
    limits: &Limits,
) -> Result<SessionState<'a>, ImportError> {
    read_state(text, SESSION_KEY, SessionObject { arena, levels: limits.value_depth })
}

/// Reads a session.
struct SessionObject<'a> {
    arena: &'a Bump,
    levels: usize,
}

/// The members as they are found.
#[derive(Default)]
struct SessionMembers<'a> {
    version: Option<()>,
    policy: Option<PolicyId>,
    name: Option<Option<&'a str>>,
    metadata: Option<MetadataInput<'a>>,
    value: Option<Value<'a>>,
    blocked: Option<bool>,
    next_call: Option<u64>,
    forgotten: Option<u64>,
    pending: Option<&'a [u64]>,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for SessionObject<'a> {
    type Value = SessionState<'a>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for SessionObject<'a> {
    type Value = SessionState<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a session, an object with the key `{SESSION_KEY}`")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let SessionObject { arena, levels } = self;
        let mut members = SessionMembers::default();
        let found = &mut members;
        read_members(map, arena, |key, map| match key {
            SESSION_KEY => put(&mut found.version, key, map.next_value_seed(Version)?),
            "policy" => put(&mut found.policy, key, map.next_value_seed(Id { arena })?),
            "session" => put(&mut found.name, key, map.next_value_seed(SessionName { arena })?),
            "session_meta" => put(&mut found.metadata, key, map.next_value_seed(MetadataObject { arena })?),
            "session_value" => put(&mut found.value, key, map.next_value_seed(AnyValue { arena, levels })?),
            "blocked" => put(&mut found.blocked, key, map.next_value()?),
            "next_call" => put(&mut found.next_call, key, map.next_value()?),
            "forgotten" => put(&mut found.forgotten, key, map.next_value()?),
            "pending" => put(&mut found.pending, key, map.next_value_seed(Ids { arena })?),
            _ => Err(unknown(
                "`sqrt_session`, `policy`, `session`, `session_meta`, `session_value`, `blocked`, `next_call`, \
                 `forgotten` or `pending`",
            )),
        })?;
        need(members.version, SESSION_KEY)?;
        Ok(SessionState {
            policy: need(members.policy, "policy")?,
            name: need(members.name, "session")?,
            metadata: need(members.metadata, "session_meta")?,
            value: members.value,
            blocked: need(members.blocked, "blocked")?,
            next_call: need(members.next_call, "next_call")?,
            forgotten: need(members.forgotten, "forgotten")?,
            pending: need(members.pending, "pending")?,
        })
    }
}

/// Reads ids of calls.
struct Ids<'a> {
    arena: &'a Bump,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Ids<'a> {
    type Value = &'a [u64];

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Ids<'a> {
    type Value = &'a [u64];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of the ids of calls")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut ids = Vec::new_in(self.arena);
        while let Some(id) = list.next_element()? {
            ids.push(id);
        }
        Ok(ids.into_bump_slice())
    }
}
