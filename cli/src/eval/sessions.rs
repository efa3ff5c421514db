//! The sessions of an `eval`: one per id, and an implicit one for calls without.
//!
//! Invariant: a session is kept from its first call to the end of the input, and there are never more than the limit; so
//! memory is bounded by the live sessions, however many calls there are.

use std::collections::HashMap;

use sqrt_vm::metadata::Session;

use crate::limits;

/// The sessions by id.
#[derive(Default)]
pub(crate) struct Sessions {
    implicit: Session,
    named: HashMap<Box<str>, Session>,
}

impl Sessions {
    /// The session of a call, a new one for a new id; the implicit one without an id.
    pub(crate) fn of(&mut self, id: Option<&str>) -> Result<&mut Session, String> {
        let Some(id) = id else { return Ok(&mut self.implicit) };
        let is_new = !self.named.contains_key(id);
        if is_new && self.named.len() >= limits::SESSIONS {
            return Err(format!("there are {} sessions already, which is the limit", self.named.len()));
        }
        Ok(self.named.entry(id.into()).or_default())
    }
}
