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
    named: HashMap<Box<str>, Session>,
    limit: usize,
}

impl<'p> Sessions<'p> {
    /// No sessions under `policy` yet, and room for so many, the implicit one not counted.
    pub(crate) fn new(policy: &'p Policy, limit: usize) -> Self {
        Self { policy, implicit: Session::new(policy), named: HashMap::new(), limit }
    }

    /// The session of a call, a new one for a new id; the implicit one without an id.
    pub(crate) fn of(&mut self, id: Option<&str>) -> Result<&mut Session, String> {
        let Some(id) = id else { return Ok(&mut self.implicit) };
        if !self.named.contains_key(id) {
            LimitExceeded::check("eval_sessions", self.named.len().saturating_add(1), self.limit)
                .map_err(|limit| format!("{limit}; {}", raise(&limit)))?;
        }
        Ok(self.named.entry(id.into()).or_insert_with(|| Session::new(self.policy)))
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
}
