//! Sessions moved: out as text, in again, and from one policy to another.
//!
//! Moving goes by strings, as ids of tags mean nothing under another policy. It happens whole or not at all. Equal states
//! have equal texts, whatever way they were reached, so that a store may compare texts to see whether a session changed.

use super::call_ids::CallIds;
use super::session::check_value;
use super::tags::session_tag;
use super::{FIELDS, MetaSet, Metadata, Session, SessionError, StringTable, Tags, Universe, write_metadata};
use crate::bytecode::PolicyId;
use crate::call::{MetadataInput, SetInput};
use crate::handle::TagRef;
use crate::json::{ImportError, SESSION_KEY, STATE_VERSION, read_session, write_string, write_value};
use crate::limits::{LimitExceeded, Limits};
use crate::policy::Policy;
use crate::value::Arena;
use bumpalo::Bump;
use std::fmt::Write;

impl Session {
    /// Moves the session to another policy: whatever it has stays as it is, and means to that policy what it would mean
    /// there. Calls that are pending stay so, and are still to be finished under the policy that allowed them: the session
    /// can be rebound to that one for it, and back.
    ///
    /// # Errors
    /// If the session is over a limit of that policy; nothing is changed then.
    pub fn rebind(&mut self, policy: &Policy) -> Result<(), SessionError> {
        let limits = policy.limits();
        if let Some(value) = &self.value {
            check_value(value.get(&Bump::new()), limits)?;
        }
        let name = self.name.as_deref().unwrap_or_default();
        LimitExceeded::check("session_name_bytes", name.len(), limits.session_name_bytes)?;
        LimitExceeded::check("pending_calls", self.calls.pending_len(), limits.pending_calls)?;
        let universe = policy.universe();
        let mut intake = Intake { universe, tags: StringTable::default(), limits };
        let none = StringTable::default();
        let old = Tags { universe: &self.universe, session: &self.tags, call: &none };
        let mut metadata = Metadata::default();
        for field in FIELDS {
            let set = self.metadata.field(field).view();
            let names = set.listed().filter_map(|tag| old.name(tag));
            intake.take(metadata.field_mut(field), !set.is_finite(), names)?;
        }
        self.tags = intake.tags;
        self.metadata = metadata;
        self.universe = universe.clone();
        self.policy = policy.id();
        Ok(())
    }

    /// Moves the session to `policy`, if it is not there: to the very program, not to one of the same id, so that no other one
    /// stays in memory for it.
    ///
    /// # Errors
    /// As [`Session::rebind`].
    pub(crate) fn bind(&mut self, policy: &Policy) -> Result<(), SessionError> {
        if self.policy == policy.id() && self.universe.is(policy.universe()) {
            return Ok(());
        }
        self.rebind(policy)
    }

    /// The session as JSON text, for [`Session::import`]. Equal states give equal texts, byte for byte.
    pub fn export(&self) -> String {
        let (none, arena) = (StringTable::default(), Arena::new());
        let tags = Tags { universe: &self.universe, session: &self.tags, call: &none };
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "{{\"{SESSION_KEY}\": {STATE_VERSION}, \"policy\": \"{}\", \"session\": ",
            self.policy
        );
        match &self.name {
            Some(name) => write_string(&mut out, name),
            None => out.push_str("null"),
        }
        out.push_str(", \"session_meta\": ");
        write_metadata(&mut out, &self.metadata, &tags, &mut Vec::new());
        if let Some(value) = self.value(&arena) {
            out.push_str(", \"session_value\": ");
            write_value(&mut out, value);
        }
        let (next, forgotten) = (self.calls.next(), self.calls.forgotten());
        let _ = write!(
            out,
            ", \"blocked\": {}, \"next_call\": {next}, \"forgotten\": {forgotten}, \"pending\": [",
            self.blocked
        );
        for (index, id) in self.calls.pending().enumerate() {
            let _ = write!(out, "{}{id}", if index == 0 { "" } else { ", " });
        }
        out.push_str("]}");
        out
    }

    /// The session that [`Session::export`] wrote, under the same policy.
    ///
    /// # Errors
    /// If the text is not a session, has another version, belongs to another policy, or is over a limit of the policy.
    pub fn import(policy: &Policy, text: &str) -> Result<Session, ImportError> {
        Session::read(
            policy,
            text,
            |id| {
                if id == policy.id() { Ok(()) } else { Err(ImportError::session_of(id)) }
            },
        )
    }

    /// The session that [`Session::export`] wrote under any policy, [rebound](Session::rebind) to this one.
    ///
    /// # Errors
    /// As [`Session::import`], but for the policy.
    pub fn import_rebound(policy: &Policy, text: &str) -> Result<Session, ImportError> {
        Session::read(policy, text, |_| Ok(()))
    }

    fn read(
        policy: &Policy,
        text: &str,
        accept: impl FnOnce(PolicyId) -> Result<(), ImportError>,
    ) -> Result<Session, ImportError> {
        let (arena, limits) = (Bump::new(), policy.limits());
        let state = read_session(text, &arena, limits)?;
        accept(state.policy)?;
        let mut session = Session::new(policy);
        if let Some(name) = state.name {
            session = session.named(name, limits).map_err(refused)?;
        }
        let mut intake = Intake { universe: policy.universe(), tags: StringTable::default(), limits };
        intake.take_all(&mut session.metadata, &state.metadata)?;
        session.tags = intake.tags;
        if let Some(value) = state.value {
            session.set_value(value, limits).map_err(refused)?;
        }
        session.calls =
            CallIds::restore(state.next_call, state.forgotten, state.pending).map_err(ImportError::text)?;
        LimitExceeded::check("pending_calls", session.calls.pending_len(), limits.pending_calls)?;
        session.blocked = state.blocked;
        Ok(session)
    }
}

fn refused(error: SessionError) -> ImportError {
    match error.limit() {
        Some(limit) => limit.clone().into(),
        None => ImportError::text(error),
    }
}

/// Builds the table and the sets of a session from strings.
struct Intake<'u> {
    universe: &'u Universe,
    tags: StringTable,
    limits: &'u Limits,
}

impl Intake<'_> {
    /// Takes over metadata, of which no part may be missing: a missing one would be a label that is forgotten.
    fn take_all(&mut self, metadata: &mut Metadata, input: &MetadataInput<'_>) -> Result<(), ImportError> {
        for (field, part) in FIELDS.into_iter().zip([&input.tags, &input.producers, &input.consumers]) {
            let missing =
                || ImportError::text(format_args!("missing key `{}` of `session_meta`", field.name()));
            let part: &SetInput<'_> = part.as_ref().ok_or_else(missing)?;
            let set = metadata.field_mut(field);
            if part.has_star() {
                self.take(set, !part.is_complement(), std::iter::empty())?;
            } else {
                self.take(set, part.is_complement(), part.tags().map(TagRef::name))?;
            }
        }
        Ok(())
    }

    /// Makes `set` the set of these names, or of all others.
    fn take<'n>(
        &mut self,
        set: &mut MetaSet,
        complement: bool,
        names: impl Iterator<Item = &'n str>,
    ) -> Result<(), LimitExceeded> {
        set.set_empty();
        let mut listed = Vec::new();
        for name in names {
            let tag = match self.universe.find(name) {
                Some(tag) => tag,
                None => {
                    LimitExceeded::check("tag_bytes", name.len(), self.limits.tag_bytes)?;
                    session_tag(self.universe, self.tags.insert(name))
                }
            };
            listed.push(tag);
            LimitExceeded::check("tags_per_session", self.tags.len(), self.limits.tags_per_session)?;
            let bytes = self.tags.text_len();
            LimitExceeded::check("session_tag_bytes", bytes, self.limits.session_tag_bytes)?;
        }
        set.insert_all(&mut listed);
        if complement {
            set.negate();
        }
        Ok(())
    }
}
