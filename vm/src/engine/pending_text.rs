//! Pending calls as text, so that a call can be finished later, or by another process.
//!
//! The text has all that finishing the call can need, and no more: the metadata of every argument, and the values of just
//! those arguments that `result` or `session after` of the policy can read. So finishing it has the same outcome.

use std::fmt::Write;

use super::failure::Cause;
use super::{Failure, PendingCall};
use crate::call::{Argument, Call};
use crate::json::{ImportError, PENDING_KEY, STATE_VERSION, read_pending, write_string, write_value};
use crate::metadata::{Interner, Mentioned, StringTable, write_metadata_input};
use crate::needs::Needs;
use crate::policy::Policy;
use crate::prepare::CallMetadata;
use crate::value::{Arena, Value, check_json};
use crate::visible::quote;
use crate::work::Work;

impl PendingCall<'_> {
    /// The call as JSON text, for [`PendingCall::import`]. `policy` is the one that allowed it.
    ///
    /// # Errors
    /// If it was another policy, or a value that has to be written is not JSON (`Session::set_value` says what that means)
    /// or nested deeper than `value_depth`.
    pub fn export(&self, policy: &Policy) -> Result<String, Failure> {
        if self.policy != policy.id() {
            return Err(Cause::ForeignPendingCall { belongs_to: self.policy }.into());
        }
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "{{\"{PENDING_KEY}\": {STATE_VERSION}, \"policy\": \"{}\", \"session\": ",
            self.policy
        );
        match &self.session {
            Some(name) => write_string(&mut out, name),
            None => out.push_str("null"),
        }
        let _ = write!(out, ", \"call\": {}, \"tool\": ", self.id);
        write_string(&mut out, self.call.tool());
        out.push_str(", \"args\": [");
        for (index, arg) in self.call.args().iter().enumerate() {
            out.push_str(if index == 0 { "" } else { ", " });
            write_argument(&mut out, arg, policy)?;
        }
        out.push(']');
        for (key, metadata) in [("control_meta", self.call.control()), ("context_meta", self.call.context())]
        {
            if let Some(metadata) = metadata {
                let _ = write!(out, ", \"{key}\": ");
                write_metadata_input(&mut out, metadata);
            }
        }
        out.push('}');
        Ok(out)
    }
}

impl<'c> PendingCall<'c> {
    /// The call that [`PendingCall::export`] wrote, to be finished as if it had never left. What cannot be borrowed from
    /// the text is put into `arena`.
    ///
    /// # Errors
    /// If the text is not a pending call, has another version, was written under another policy, or the call is over a limit
    /// of this one: it could not be finished, and would block its session.
    pub fn import(policy: &Policy, text: &'c str, arena: &'c Arena) -> Result<Self, ImportError> {
        let arena = arena.bump();
        let state = read_pending(text, arena, policy.limits())?;
        if state.policy != policy.id() {
            return Err(ImportError::pending_of(state.policy));
        }
        if let Some(arg) = state.args.iter().find(|arg| arg.value.is_none() && policy.arg_is_late(arg.name)) {
            let name = quote(arg.name);
            return Err(ImportError::text(format_args!("missing key `value` of the argument {name}")));
        }
        let args = arena.alloc_slice_fill_iter(state.args.iter().map(|arg| {
            // A value that is not there is one that nothing reads.
            let value = arg.value.unwrap_or(Value::Null);
            Argument::new(arg.name, value).with_metadata(arg.metadata)
        }));
        let mut call = Call::new(state.tool, args);
        if let Some(control) = state.control {
            call = call.with_control(control);
        }
        if let Some(context) = state.context {
            call = call.with_context(context);
        }
        check_limits(policy, &call)?;
        let session = state.session.map(Into::into);
        Ok(PendingCall {
            call: arena.alloc(call),
            policy: state.policy,
            session,
            id: state.call,
            block: None,
        })
    }
}

/// Refuses a call over a limit, which could not be finished, and would block its session.
fn check_limits(policy: &Policy, call: &Call<'_>) -> Result<(), ImportError> {
    policy.check_sizes(call)?;
    let limits = policy.limits();
    let (mut tags, mut order, mut work) = (StringTable::default(), Vec::new(), Work::new(limits.work));
    // Its tags count the same, whichever of them its session has.
    let (session, mut mentioned) = (StringTable::default(), Mentioned::default());
    let mut interner = Interner {
        universe: policy.universe(),
        session: &session,
        mentioned: &mut mentioned,
        call: &mut tags,
        limits,
        order: &mut order,
        work: &mut work,
    };
    let mut metadata = CallMetadata::new(policy);
    metadata.begin(policy, call, &mut interner).map_err(|failure| match failure.limit() {
        Some(limit) => limit.clone().into(),
        None => ImportError::text(failure),
    })?;
    Ok(metadata.make_ready(call, Needs::everything(), &mut interner)?)
}

fn write_argument(out: &mut String, arg: &Argument<'_>, policy: &Policy) -> Result<(), Failure> {
    out.push_str("{\"name\": ");
    write_string(out, arg.name());
    if policy.arg_is_late(arg.name()) {
        check_json(arg.value(), policy.limits())?;
        out.push_str(", \"value\": ");
        write_value(out, arg.value());
    }
    out.push_str(", \"meta\": ");
    write_metadata_input(out, arg.metadata());
    out.push('}');
    Ok(())
}
