//! Reading sessions and pending calls from their JSON forms, which `docs/sessions.md` describes.
//!
//! Each form is an object whose first key names it and has the version of the form. Like calls, the forms are read strictly:
//! what is not exactly as described is an error, as two readers must never disagree about the state of a session. What
//! the state means for a policy is decided where it is taken over.

use super::line::SessionName;
use super::metadata::MetadataObject;
use super::object::{Text, put, read_members, unknown};
use super::value::AnyValue;
use crate::bytecode::PolicyId;
use crate::call::MetadataInput;
use crate::limits::{LimitExceeded, Limits};
use crate::value::Value;
use bumpalo::Bump;
use bumpalo::collections::Vec;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;

/// The version of both forms. It changes with every change of either.
pub const STATE_VERSION: u64 = 1;

/// The key that makes an object a session.
pub(crate) const SESSION_KEY: &str = "sqrt_session";

/// Why the text of a session or of a pending call is not taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportError {
    cause: Cause,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    Text(String),
    Version(u64),
    SessionPolicy(PolicyId),
    Limit(LimitExceeded),
}

impl ImportError {
    pub(crate) fn text(message: impl fmt::Display) -> ImportError {
        ImportError { cause: Cause::Text(message.to_string()) }
    }

    pub(crate) fn session_of(policy: PolicyId) -> ImportError {
        ImportError { cause: Cause::SessionPolicy(policy) }
    }

    /// The version of the form, if it is one that cannot be read.
    pub fn version(&self) -> Option<u64> {
        match self.cause {
            Cause::Version(version) => Some(version),
            _ => None,
        }
    }

    /// The policy that the text belongs to, if the reason is that it is not the one asked.
    pub fn policy(&self) -> Option<PolicyId> {
        match self.cause {
            Cause::SessionPolicy(policy) => Some(policy),
            _ => None,
        }
    }

    /// The limit that was passed, if that is the reason.
    pub fn limit(&self) -> Option<&LimitExceeded> {
        match &self.cause {
            Cause::Limit(limit) => Some(limit),
            _ => None,
        }
    }
}

impl From<LimitExceeded> for ImportError {
    fn from(limit: LimitExceeded) -> ImportError {
        ImportError { cause: Cause::Limit(limit) }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Text(message) => f.write_str(message),
            Cause::Version(version) => write!(
                f,
                "the text has version {version} of the form, and only version {STATE_VERSION} can be read: \
                 use the release of the engine that wrote it"
            ),
            Cause::SessionPolicy(policy) => write!(
                f,
                "the session belongs to the policy {policy}, not to this one: import it under that policy and rebind \
                 it, or do both at once (`Session::import_rebound`)"
            ),
            Cause::Limit(limit) => limit.fmt(f),
        }
    }
}

impl std::error::Error for ImportError {}

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
    read_state(text, SESSION_KEY, SessionObject { arena, levels: limits.value_levels() })
}

/// Reads one of the forms; if that fails, a version that is not ours is the reason to tell.
fn read_state<'a, S: DeserializeSeed<'a>>(
    text: &'a str,
    key: &str,
    seed: S,
) -> Result<S::Value, ImportError> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let state = seed.deserialize(&mut reader).and_then(|state| reader.end().map(|()| state));
    state.map_err(|error| {
        let found = Cell::new(None);
        // Whatever else is wrong with the text does not matter here.
        let _ = VersionOf { key, found: &found }.deserialize(&mut serde_json::Deserializer::from_str(text));
        match found.get() {
            Some(version) if version != STATE_VERSION => ImportError { cause: Cause::Version(version) },
            _ => ImportError::text(error),
        }
    })
}

/// Looks for the version of a form, and at nothing else.
struct VersionOf<'k> {
    key: &'k str,
    found: &'k Cell<Option<u64>>,
}

impl<'de> DeserializeSeed<'de> for VersionOf<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for VersionOf<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == self.key {
                self.found.set(Some(map.next_value()?));
                return Ok(());
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
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
                key,
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

fn need<T, E: Error>(member: Option<T>, key: &str) -> Result<T, E> {
    member.ok_or_else(|| E::custom(format_args!("missing key `{key}`")))
}

/// Reads the version of a form, which must be ours.
struct Version;

impl<'de> DeserializeSeed<'de> for Version {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match u64::deserialize(deserializer)? {
            STATE_VERSION => Ok(()),
            other => Err(D::Error::custom(format_args!("version {other} instead of {STATE_VERSION}"))),
        }
    }
}

/// Reads the id of a policy: 64 lower-case hexadecimal digits.
struct Id<'a> {
    arena: &'a Bump,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Id<'a> {
    type Value = PolicyId;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<PolicyId, D::Error> {
        let text = Text { arena: self.arena, what: "`policy`" }.deserialize(deserializer)?;
        PolicyId::from_hex(text)
            .ok_or_else(|| D::Error::custom("`policy` is not the id of a policy, 64 hexadecimal digits"))
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
