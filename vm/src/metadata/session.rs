//! Sessions: what lasts from call to call (S2.2).
//!
//! A call works on a copy of the session's metadata, in the caller's scratch; [`Session::commit`] makes the copy the
//! session's, whole or not at all (S6.11). Only then do tags of the call get ids in the session's own table.
//!
//! Invariants: the metadata has no ids of a call. The table has at most about twice the tags that the metadata lists, so
//! a session does not grow by tags that come and go; it is compacted in place, in memory that it has.

use super::call_ids::{CallIds, NotPending};
use super::tags::{CALL_IDS, session_tag};
use super::{FIELDS, Metadata, StringTable, TagId, Tags, Universe};
use crate::bytecode::PolicyId;
use crate::limits::{LimitExceeded, Limits};
use crate::policy::Policy;
use crate::value::{Arena, NotJson, OwnedValue, Value, check_json, measure};
use std::fmt;
use std::sync::Arc;

/// Below this many tags a table is not worth compacting.
const WORTH_COMPACTING: usize = 32;

/// The state of a conversation under one policy.
///
/// A clone is the same session at an earlier time: a host that keeps one can go back to it. A session keeps the program of its
/// policy in memory, until it is rebound.
#[derive(Debug, Clone)]
pub struct Session {
    pub(super) policy: PolicyId,
    pub(super) universe: Universe,
    pub(super) name: Option<Arc<str>>,
    pub(super) metadata: Metadata,
    pub(super) tags: StringTable,
    pub(super) value: Option<OwnedValue>,
    pub(super) blocked: bool,
    pub(super) calls: CallIds,
}

impl Session {
    /// A session under `policy`, with default metadata and no value.
    pub fn new(policy: &Policy) -> Session {
        Session::of(policy.id(), policy.universe().clone())
    }

    /// A session of a policy with this id and these tags.
    pub(super) fn of(policy: PolicyId, universe: Universe) -> Session {
        Session {
            policy,
            universe,
            name: None,
            metadata: Metadata::default(),
            tags: StringTable::default(),
            value: None,
            blocked: false,
            calls: CallIds::default(),
        }
    }

    /// Gives it a name, which its pending calls carry: a pending call is then refused by sessions of other names. Give
    /// each session a name of its own where one could be mistaken for another; without names, only the ids of calls tell
    /// whose a pending call is, and every session counts them from 0.
    ///
    /// # Errors
    /// If the name is longer than `session_name_bytes`.
    pub fn named(self, name: &str, limits: &Limits) -> Result<Session, SessionError> {
        LimitExceeded::check("session_name_bytes", name.len(), limits.session_name_bytes)?;
        Ok(Session { name: Some(name.into()), ..self })
    }

    /// Its name, if it has one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The policy that it belongs to. Under another one every call is denied.
    pub fn policy(&self) -> PolicyId {
        self.policy
    }

    /// Its metadata.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Its tags that the policy does not name.
    pub(crate) fn tags(&self) -> &StringTable {
        &self.tags
    }

    /// How many tags that the policy does not name are in its table, and their length together, in bytes: those that its
    /// metadata lists, and some that it listed before. For tests of what a session holds.
    #[doc(hidden)]
    pub fn held_tags(&self) -> (usize, usize) {
        (self.tags.len(), self.tags.text_len())
    }

    /// How many allowed calls wait to be finished.
    pub fn pending_calls(&self) -> usize {
        self.calls.pending_len()
    }

    /// Whether every call is denied, since one that was made could not be finished.
    ///
    /// Its result has no metadata and must be withheld, and what the policy wanted to remember of it is lost; so nothing
    /// that comes after can be decided safely. [`Session::unblock`] ends this.
    pub fn is_blocked(&self) -> bool {
        self.blocked
    }

    /// Lets calls be decided again, in the state before the call that could not be finished. That is for a person or a
    /// program that knows what the call did: who wants to be safe begins a new session instead.
    pub fn unblock(&mut self) {
        self.blocked = false;
    }

    pub(crate) fn block(&mut self) {
        self.blocked = true;
    }

    pub(crate) fn calls(&self) -> &CallIds {
        &self.calls
    }

    pub(crate) fn calls_mut(&mut self) -> &mut CallIds {
        &mut self.calls
    }

    /// Takes a call off the list of those that are pending.
    ///
    /// # Errors
    /// If it is not pending. A session that may have forgotten it is blocked then: what came of the call is lost.
    pub(crate) fn close_call(&mut self, id: u64) -> Result<(), NotPending> {
        let closed = self.calls.close(id);
        if closed == Err(NotPending::Forgotten) {
            self.block();
        }
        closed
    }

    pub(crate) fn shared_name(&self) -> Option<&Arc<str>> {
        self.name.as_ref()
    }

    /// `@session.value`, absent by default; lists and objects are laid out in `arena`.
    pub fn value<'a>(&'a self, arena: &'a Arena) -> Option<Value<'a>> {
        self.value.as_ref().map(|value| value.get(arena.bump()))
    }

    /// Sets `@session.value`.
    ///
    /// # Errors
    /// If it is larger than `session_value_bytes`, nested deeper than `value_depth`, or not JSON: a float that is not
    /// finite, an integer outside of -2^63 … 2^64-1, a key twice. Nothing is changed then.
    pub fn set_value(&mut self, value: Value<'_>, limits: &Limits) -> Result<(), SessionError> {
        check_value(value, limits)?;
        self.value.get_or_insert_default().assign(value);
        Ok(())
    }

    /// Changes values with `other`, which may be none, or memory for one.
    pub(crate) fn swap_value(&mut self, other: &mut Option<OwnedValue>) {
        std::mem::swap(&mut self.value, other);
    }

    /// Makes `updated`, a changed copy of its metadata, its metadata. `call` has the call's tags.
    ///
    /// # Errors
    /// If that lists more tags than a session may have, or too long ones; nothing is changed then.
    pub(crate) fn commit(
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
        for tag in live_tags(updated, universe) {
            count += 1;
            new += usize::from(tag.is_of_call());
            bytes += tags.name(tag).ok_or(SessionError(Cause::UnknownTag))?.len();
        }
        LimitExceeded::check("tags_per_session", count, limits.tags_per_session)?;
        LimitExceeded::check("session_tag_bytes", bytes, limits.session_tag_bytes)?;
        self.metadata.assign(updated);
        if new > 0 {
            self.promote(universe, call);
        }
        if self.tags.len() > (count * 2).max(WORTH_COMPACTING) {
            self.compact(universe);
        }
        Ok(())
    }

    /// Adds the call's tags that the metadata lists to the table.
    fn promote(&mut self, universe: &Universe, call: &StringTable) {
        let Session { metadata, tags, .. } = self;
        metadata.rename(CALL_IDS, |tag| match tag.index_of_call().and_then(|index| call.name(index)) {
            Some(name) => session_tag(universe, tags.insert(name)),
            None => tag,
        });
    }

    /// Drops the tags that the metadata does not list from the table.
    fn compact(&mut self, universe: &Universe) {
        let Session { metadata, tags, .. } = self;
        let index = |tag: TagId| tag.0.checked_sub(universe.len());
        // Keeps the order, so no tag gets a higher id.
        let kept = tags.retain(live_tags(metadata, universe).filter_map(index));
        metadata.rename(universe.session_ids(), |tag| {
            let renamed = index(tag).and_then(|old| kept.index(old));
            renamed.map_or(tag, |new| session_tag(universe, new))
        });
    }
}

/// Whether a session may have the value.
pub(super) fn check_value(value: Value<'_>, limits: &Limits) -> Result<(), SessionError> {
    measure(value, "session_value_bytes", limits.session_value_bytes, limits)?;
    Ok(check_json(value, limits)?)
}

/// The tags beyond the universe that `metadata` lists, each once, ascending.
fn live_tags<'m>(metadata: &'m Metadata, universe: &Universe) -> impl Iterator<Item = TagId> + use<'m> {
    let first = TagId(universe.len());
    let mut rests = FIELDS.map(|field| metadata.field(field).view().listed_from(first).peekable());
    std::iter::from_fn(move || {
        let least = rests.iter_mut().filter_map(|rest| rest.peek().copied()).min()?;
        for rest in &mut rests {
            rest.next_if_eq(&least);
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
    NotJson(NotJson),
}

impl SessionError {
    /// The limit that was passed, if that is the reason.
    pub fn limit(&self) -> Option<&LimitExceeded> {
        match &self.0 {
            Cause::Limit(limit) => Some(limit),
            Cause::NotJson(NotJson::Depth(limit)) => Some(limit),
            Cause::UnknownTag | Cause::NotJson(_) => None,
        }
    }
}

impl From<LimitExceeded> for SessionError {
    fn from(limit: LimitExceeded) -> SessionError {
        SessionError(Cause::Limit(limit))
    }
}

impl From<NotJson> for SessionError {
    fn from(error: NotJson) -> SessionError {
        SessionError(Cause::NotJson(error))
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Limit(limit) => limit.fmt(f),
            Cause::NotJson(error) => error.fmt(f),
            Cause::UnknownTag => f.write_str("the metadata has a tag of another call or policy"),
        }
    }
}

impl std::error::Error for SessionError {}
