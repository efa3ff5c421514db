//! The sessions of an `eval`: one per id, and an implicit one for calls without.
//!
//! Invariant: a session is kept from its first call to the end of the input, and there are never more than the limit; so
//! memory is bounded by the live sessions, however many calls there are.

use std::collections::HashMap;

use sqrt_vm::metadata::Session;

/// The sessions by id.
pub(crate) struct Sessions {
    implicit: Session,
    named: HashMap<Box<str>, Session>,
    limit: usize,
}

impl Sessions {
    /// No sessions yet, and room for so many, the implicit one not counted.
    pub(crate) fn new(limit: usize) -> Self {
        Self { implicit: Session::new(), named: HashMap::new(), limit }
    }

    /// The session of a call, a new one for a new id; the implicit one without an id.
    pub(crate) fn of(&mut self, id: Option<&str>) -> Result<&mut Session, String> {
        let Some(id) = id else { return Ok(&mut self.implicit) };
        if !self.named.contains_key(id) && self.named.len() >= self.limit {
            let count = self.named.len();
            return Err(format!(
                "over the limit `eval_sessions`: there are {count} sessions, and no more are allowed"
            ));
        }
        Ok(self.named.entry(id.into()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sessions_stay_when_the_limit_is_reached() {
        let mut sessions = Sessions::new(2);
        assert!(sessions.of(Some("a")).is_ok() && sessions.of(Some("b")).is_ok());
        assert!(sessions.of(Some("c")).is_err());
        assert!(sessions.of(Some("a")).is_ok() && sessions.of(None).is_ok());
    }
}
