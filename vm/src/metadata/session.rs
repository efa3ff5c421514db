//! Sessions: what lasts from call to call (S2.2).
//!
//! A call works on a copy of the session's metadata, in the caller's scratch; [`Session::commit`] makes the copy the
//! session's, whole or not at all (S6.11). Only then do tags of the call get ids in the session's own table.
//!
//! Invariants: the metadata has no ids of a call. The table has at most about twice the tags that the metadata lists, so
//! a session does not grow by tags that come and go.

use super::tags::session_tag;
use super::{FIELDS, Metadata, StringTable, TagId, Tags, Universe};
use crate::limits::{LimitExceeded, Limits};
use crate::value::{OwnedValue, Value};
use bumpalo::Bump;
use std::fmt;

/// Below this many tags a table is not worth compacting.
const WORTH_COMPACTING: usize = 32;

/// The state of a conversation under one policy.
#[derive(Debug, Clone, Default)]
pub struct Session {
    metadata: Metadata,
    tags: StringTable,
    value: Option<OwnedValue>,
}

impl Session {
    /// A session with default metadata and no value.
    pub fn new() -> Session {
        Session::default()
    }

    /// Its metadata.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Its tags that the policy does not name.
    pub fn tags(&self) -> &StringTable {
        &self.tags
    }

    /// `@session.value`, absent by default; lists and objects are laid out in `arena`.
    pub fn value<'a>(&'a self, arena: &'a Bump) -> Option<Value<'a>> {
        self.value.as_ref().map(|value| value.get(arena))
    }

    /// Sets `@session.value`.
    ///
    /// # Errors
    /// If it is larger than `session_value_bytes`; nothing is changed then.
    pub fn set_value(&mut self, value: Value<'_>, limits: &Limits) -> Result<(), SessionError> {
        let value = OwnedValue::new(value);
        LimitExceeded::check("session_value_bytes", value.memory_usage(), limits.session_value_bytes)?;
        self.value = Some(value);
        Ok(())
    }

    /// Makes `updated`, a changed copy of its metadata, its metadata. `call` has the call's tags.
    ///
    /// # Errors
    /// If that lists more tags than a session may have, or too long ones; nothing is changed then.
    pub fn commit(
        &mut self,
        updated: &Metadata,
        universe: &Universe,
        call: &StringTable,
        limits: &Limits,
    ) -> Result<(), SessionError> {
        if *updated == self.metadata {
            return Ok(());
        }
        let tags = Tags { universe, session: &self.tags, call };
        let (mut count, mut new, mut bytes) = (0, 0, 0);
        for tag in live_tags(updated) {
            count += 1;
            new += usize::from(tag.is_of_call());
            bytes += tags.name(tag).ok_or(SessionError(Cause::UnknownTag))?.len();
        }
        LimitExceeded::check("tags_per_session", count, limits.tags_per_session)?;
        LimitExceeded::check("session_tag_bytes", bytes, limits.session_tag_bytes)?;
        self.metadata.assign(updated);
        if self.tags.len() + new > (count * 2).max(WORTH_COMPACTING) {
            self.compact(universe, call);
        } else if new > 0 {
            self.promote(universe, call);
        }
        Ok(())
    }

    /// Adds the call's tags that the metadata lists to the table.
    fn promote(&mut self, universe: &Universe, call: &StringTable) {
        let Session { metadata, tags, .. } = self;
        metadata.rename_others(|tag| match tag.index_of_call().and_then(|index| call.name(index)) {
            Some(name) => session_tag(universe, tags.insert(name)),
            None => tag,
        });
    }

    /// Builds the table anew, from the tags that the metadata lists.
    fn compact(&mut self, universe: &Universe, call: &StringTable) {
        let old = std::mem::take(&mut self.tags);
        let tags = Tags { universe, session: &old, call };
        let table = &mut self.tags;
        self.metadata.rename_others(|tag| match tags.name(tag) {
            Some(name) => session_tag(universe, table.insert(name)),
            None => tag,
        });
    }
}

/// The tags beyond the universe that `metadata` lists, each once, ascending.
fn live_tags(metadata: &Metadata) -> impl Iterator<Item = TagId> + '_ {
    let mut rests = FIELDS.map(|field| metadata.field(field).others());
    std::iter::from_fn(move || {
        let least = rests.iter().filter_map(|rest| rest.first().copied()).min()?;
        for rest in &mut rests {
            if let Some(after) =
                rest.split_first().filter(|(first, _)| **first == least).map(|(_, after)| after)
            {
                *rest = after;
            }
        }
        Some(least)
    })
}

/// Why a session was not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionError(Cause);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    Limit(LimitExceeded),
    UnknownTag,
}

impl SessionError {
    /// The limit that was passed, if that is the reason.
    pub fn limit(&self) -> Option<&LimitExceeded> {
        match &self.0 {
            Cause::Limit(limit) => Some(limit),
            Cause::UnknownTag => None,
        }
    }
}

impl From<LimitExceeded> for SessionError {
    fn from(limit: LimitExceeded) -> SessionError {
        SessionError(Cause::Limit(limit))
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Limit(limit) => limit.fmt(f),
            Cause::UnknownTag => f.write_str("the metadata has a tag of another call or policy"),
        }
    }
}

impl std::error::Error for SessionError {}
