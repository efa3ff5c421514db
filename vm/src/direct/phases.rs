//! The phases of a call that run directly: `session before`, and what comes after a call that was made.
//!
//! Invariants: as those of [`update`](super::update); the session is read and never written to. Where there is an outcome, it is
//! that of the general way: the same metadata in the scratch, and the same for the session to take over.

use super::facts::MOST_CALLED;
use super::update::Updating;
use crate::call::{Argument, Call, Returned};
use crate::engine::PendingCall;
use crate::metadata::Session;
use crate::policy::Policy;
use crate::scratch::{Intake, Scratch};
use crate::trace::UpdatePhase;
use crate::value::{Value, check_size};

/// Calls with more arguments have them put in order to see whether two have one name.
const FEW_ARGS: usize = 8;

impl Policy {
    /// Runs `session before` of the blocks about the tool; nothing if only the general way can.
    #[inline(never)]
    pub(super) fn begin_directly(
        &self,
        session: &Session,
        call: &Call<'_>,
        scratch: &mut Scratch,
    ) -> Option<()> {
        let together = self.direct().updates.before(&scratch.blocks)?;
        if !together.any {
            return Some(());
        }
        // Such a call is refused, or no rule is asked directly: nothing that grows with it is done twice, or for nothing.
        if call.args().len() > self.limits().arguments.min(MOST_CALLED) {
            return None;
        }
        scratch.is_used = true;
        if together.asks_args {
            self.read_args(session, call, false, scratch)?;
        }
        self.run_directly(session, call, None, &[UpdatePhase::Before], scratch)
    }

    /// Finds the blocks about the tool of a call that was made, and does what [`Policy::run_late_directly`] does.
    pub(crate) fn finish_directly(
        &self,
        session: &Session,
        pending: &PendingCall<'_>,
        returned: &Returned<'_>,
        scratch: &mut Scratch,
    ) -> Option<()> {
        scratch.memory.begin_call(self.limits().work);
        self.match_blocks(pending.call.tool_ref(), pending.block, scratch).ok()?;
        self.run_late_directly(session, pending.call, returned, scratch)
    }

    /// Makes the metadata of the result and runs the phases after a call, if nothing fails and no block needs the general way.
    /// The scratch has the blocks about the tool.
    pub(crate) fn run_late_directly(
        &self,
        session: &Session,
        call: &Call<'_>,
        returned: &Returned<'_>,
        scratch: &mut Scratch,
    ) -> Option<()> {
        let has_control = call.control().is_some() && self.settings().mode.uses_control();
        if !scratch.may_be_direct() || call.context().is_some() || has_control {
            return None;
        }
        let phases = [UpdatePhase::Result, UpdatePhase::After];
        let together = self.direct().updates.late(&scratch.blocks)?;
        check_size(returned.value(), self.limits()).ok()?;
        scratch.is_used = true;
        if together.asks_args || !are_named_differently(call.args()) {
            self.read_args(session, call, true, scratch)?;
        } else {
            scratch.mentioned.clear();
            let Intake { mut interner, metadata, state, .. } = scratch.intake(self, session);
            metadata.read_initial(call.args(), state, &mut interner).ok()?;
        }
        let Intake { mut interner, metadata, state, .. } = scratch.intake(self, session);
        metadata.combine(returned, state.result_mut()?, &mut interner).ok()?;
        if together.any {
            self.run_directly(session, call, Some(returned.value()), &phases, scratch)?;
        } else if scratch.memory.work().is_over() {
            return None;
        }
        // The session's table may be built anew when the copies take effect.
        let Scratch { state, tags, .. } = scratch;
        state.result_mut()?.detach(self.universe(), session.tags(), tags);
        scratch.note_done();
        Some(())
    }

    /// Makes the metadata of a call ready, as the general way does.
    #[inline(never)]
    fn read_args(
        &self,
        session: &Session,
        call: &Call<'_>,
        is_made: bool,
        scratch: &mut Scratch,
    ) -> Option<()> {
        scratch.mentioned.clear();
        let Intake { mut interner, metadata, .. } = scratch.intake(self, session);
        metadata.begin(self, call, &mut interner).ok()?;
        self.make_ready(session, call, is_made, scratch).ok()
    }

    /// Runs phases of the blocks about the tool.
    fn run_directly(
        &self,
        session: &Session,
        call: &Call<'_>,
        result_value: Option<Value<'_>>,
        phases: &[UpdatePhase],
        scratch: &mut Scratch,
    ) -> Option<()> {
        let Scratch { metadata, state, made, memory, blocks, .. } = scratch;
        let mut updating = Updating {
            policy: self,
            call,
            metadata,
            session: session.metadata(),
            state,
            made,
            matching: memory.matching(),
            result_value,
        };
        updating.phases(self.direct(), blocks, phases)
    }
}

/// Whether no two of these arguments, which are few, have one name.
fn are_named_differently(args: &[Argument<'_>]) -> bool {
    let mut rest = args;
    while let Some((arg, others)) = rest.split_first() {
        if args.len() > FEW_ARGS || others.iter().any(|other| other.name() == arg.name()) {
            return false;
        }
        rest = others;
    }
    true
}
