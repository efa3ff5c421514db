//! Reading sessions and pending calls from their JSON forms, which `docs/sessions.md` describes.
//!
//! Each form is an object whose first key names it and has the version of the form. Like calls, the forms are read strictly:
//! what is not exactly as described is an error, as two readers must never disagree about the state of a session. What
//! the state means for a policy is decided where it is taken over.

mod pending;
mod session;

pub(crate) use pending::read_pending;
pub(crate) use session::read_session;

use super::object::{Text, without_values};
use crate::bytecode::PolicyId;
use crate::limits::LimitExceeded;
use bumpalo::Bump;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::cell::Cell;
use std::fmt;

/// The version of both forms. It changes with every change of either.
pub const STATE_VERSION: u64 = 1;

/// The key that makes an object a session.
pub(crate) const SESSION_KEY: &str = "sqrt_session";

/// The key that makes an object a pending call.
pub(crate) const PENDING_KEY: &str = "sqrt_pending_call";

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
    PendingPolicy(PolicyId),
    Limit(LimitExceeded),
}

impl ImportError {
    pub(crate) fn text(message: impl fmt::Display) -> ImportError {
        ImportError { cause: Cause::Text(message.to_string()) }
    }

    pub(crate) fn session_of(policy: PolicyId) -> ImportError {
        ImportError { cause: Cause::SessionPolicy(policy) }
    }

    pub(crate) fn pending_of(policy: PolicyId) -> ImportError {
        ImportError { cause: Cause::PendingPolicy(policy) }
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
            Cause::SessionPolicy(policy) | Cause::PendingPolicy(policy) => Some(policy),
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
            Cause::PendingPolicy(policy) => {
                write!(f, "the call was checked under the policy {policy}: finish it under that one")
            }
            Cause::Limit(limit) => limit.fmt(f),
        }
    }
}

impl std::error::Error for ImportError {}

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
            _ => ImportError::text(without_values(&error.to_string())),
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
