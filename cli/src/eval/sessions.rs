//! The sessions of an `eval`: one per id, and an implicit one for calls without.
//!
//! Invariant: a session is kept from its first call to the end of the input, and there are never more than the limit; so
//! memory is bounded by the live sessions, however many calls there are.

use std::collections::HashMap;

use sqrt_vm::limits::LimitExceeded;
use sqrt_vm::metadata::Session;
use sqrt_vm::policy::Policy;

use crate::limits::raise;

/// The sessions by id.
pub(crate) struct Sessions<'p> {
    policy: &'p Policy,
    implicit: Session,
    named: Vec<Session>,
    /// The place in `named` of each id.
    places: HashMap<Box<str>, usize>,
    limit: usize,
}

impl<'p> Sessions<'p> {
    /// No sessions under `policy` yet, and room for so many, the implicit one not counted.
    pub(crate) fn new(policy: &'p Policy, limit: usize) -> Self {
        Self { policy, implicit: Session::new(policy), named: Vec::new(), places: HashMap::new(), limit }
    }

    /// The session of a call, a new one for a new id; the implicit one without an id.
    pub(crate) fn of(&mut self, id: Option<&str>) -> Result<&mut Session, String> {
        let Some(id) = id else { return Ok(&mut self.implicit) };
        let place = match self.places.get(id) {
            Some(&place) => place,
            None => self.add(id).map_err(|limit| format!("{limit}; {}", raise(&limit)))?,
        };
        self.named.get_mut(place).ok_or_else(|| "internal error: a session is lost".to_owned())
    }

    /// Adds a session with a new id; its place.
    fn add(&mut self, id: &str) -> Result<usize, LimitExceeded> {
        self.check(id)?;
        let place = self.named.len();
        self.named.push(Session::new(self.policy));
        self.places.insert(id.into(), place);
        Ok(place)
    }

    /// Whether there may be a session of this id beside those that there are.
    fn check(&self, id: &str) -> Result<(), LimitExceeded> {
        LimitExceeded::check("session_name_bytes", id.len(), self.policy.limits().session_name_bytes())?;
        LimitExceeded::check("eval_sessions", self.named.len().saturating_add(1), self.limit)
    }
}

#[cfg(test)]
mod tests {
    use sqrt_compiler::{Options, compile};
    use sqrt_vm::limits::Limits;

    use super::*;

    #[test]
    fn known_sessions_stay_when_the_limit_is_reached() {
        let program = compile(&[], &Options::default()).program.expect("no files, no errors");
        let policy = Policy::new(program, Limits::default()).expect("an empty policy runs");
        let mut sessions = Sessions::new(&policy, 2);
        assert!(sessions.of(Some("a")).is_ok() && sessions.of(Some("b")).is_ok());
        assert!(sessions.of(Some("c")).is_err());
        assert!(sessions.of(Some("a")).is_ok() && sessions.of(None).is_ok());
    }

    #[test]
    fn ids_are_as_long_as_names_of_sessions_may_be() {
        let program = compile(&[], &Options::default()).program.expect("no files, no errors");
        let limits = Limits::default().with("session_name_bytes", 3).expect("a limit");
        let policy = Policy::new(program, limits).expect("an empty policy runs");
        let mut sessions = Sessions::new(&policy, 9);
        assert!(sessions.of(Some("abc")).is_ok());
        let error = sessions.of(Some("abcd")).err().unwrap_or_default();
        assert!(error.contains("`session_name_bytes`: 4, and at most 3"), "{error}");
    }
}
