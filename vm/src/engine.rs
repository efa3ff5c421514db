//! From a call to a decision and its effects: the phases of S6 and S7 in order.
//!
//! Every phase works on copies in the scratch. They become the session's in one step at the end, or, if anything failed,
//! not at all (S6.11).

mod failure;
mod pending;
mod pending_text;

pub use failure::{Failure, FailureKind};
pub use pending::PendingCall;

use self::failure::Cause;
use crate::bytecode::PolicyId;
use crate::bytecode::program::List;
use crate::call::{Call, Returned};
use crate::decision::{Basis, DefaultOutcome, Outcome, RuleRef, Verdict, decide};
use crate::exec::{Fault, Inputs, Machine, Tested};
use crate::handle::ToolRef;
use crate::limits::LimitExceeded;
use crate::metadata::{Session, Tags};
use crate::needs::Needs;
use crate::policy::Policy;
use crate::scratch::{Intake, Scratch};
use crate::trace::UpdatePhase;
use crate::value::{Value, check_size};

/// What the policy says about a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    verdict: Verdict,
    failure: Option<Failure>,
}

impl Decision {
    /// Whether the call may be made.
    pub fn outcome(&self) -> Outcome {
        self.verdict.outcome
    }

    /// What decided.
    pub fn basis(&self) -> Basis {
        self.verdict.basis
    }

    /// The deciding rule (S6.9).
    pub fn rule(&self) -> Option<RuleRef> {
        self.verdict.rule
    }

    /// Why deciding failed, if the basis is an error (S6.11).
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    fn failed(failure: Failure) -> Decision {
        let verdict = Verdict { outcome: Outcome::Deny, basis: Basis::Error, rule: None };
        Decision { verdict, failure: Some(failure) }
    }
}

/// A decision, and the pending call if it was allowed.
#[derive(Debug)]
pub struct Checked<'c> {
    decision: Decision,
    pending: Option<PendingCall<'c>>,
}

impl<'c> Checked<'c> {
    /// The decision.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The call to finish, if it was allowed.
    pub fn into_pending(self) -> Option<PendingCall<'c>> {
        self.pending
    }
}

impl Policy {
    /// Asks whether a call may be made. `session before` updates take effect whatever the answer (S6.1), but for an error
    /// (S6.11).
    pub fn check<'c>(&self, session: &mut Session, call: &'c Call<'c>, scratch: &mut Scratch) -> Checked<'c> {
        let decision = match self.decide_directly(session, call, scratch) {
            Some(verdict) if scratch.state.session().is_none() => Decision { verdict, failure: None },
            directly => decision(self.before_and_commit(session, call, directly, scratch)),
        };
        let allowed = decision.outcome() == Outcome::Allow;
        Checked {
            decision,
            pending: allowed.then(|| PendingCall::open(self, session, call, &scratch.blocks)),
        }
    }

    /// Finishes a call that was allowed and made: runs the result phase, then `session after` (S7.3). The result's
    /// metadata is then in the scratch.
    ///
    /// # Errors
    /// The result has no metadata then: it must be withheld. A session that belongs to another policy or is blocked, a
    /// scratch or a handle of another policy, and a call that is of another policy or session or finished already are refused, and
    /// nothing is changed; a clone of the pending call can still be finished where it belongs. Any other failure means that
    /// what the policy says about a call that was made cannot take effect: no phase of it does, and the session is blocked
    /// ([`Session::is_blocked`]).
    pub fn finish(
        &self,
        session: &mut Session,
        pending: PendingCall<'_>,
        returned: &Returned<'_>,
        scratch: &mut Scratch,
    ) -> Result<(), Failure> {
        scratch.forget();
        self.admit(session, scratch)?;
        self.refuse_handles(returned.metadata().foreign(&self.id()))?;
        pending.close(self, session)?;
        // Until all has gone well; so also if this does not return.
        session.block();
        let finished = match self.finish_directly(session, &pending, returned, scratch) {
            Some(()) => Ok(()),
            None => {
                // What was begun directly does not count.
                scratch.forget();
                let prepared = self.prepare(session, pending.call, pending.block, scratch);
                prepared.and_then(|()| self.result_and_after(session, pending.call, returned, scratch))
            }
        };
        let finished = finished.and_then(|()| self.commit(session, scratch));
        if finished.is_ok() {
            session.unblock();
        }
        scratch.has_result = finished.is_ok();
        finished
    }

    /// A whole call at once: decides it and, if it is allowed and there is a result, runs the phases after it. If anything
    /// fails, no phase takes effect (S6.11).
    pub fn evaluate(
        &self,
        session: &mut Session,
        call: &Call<'_>,
        returned: Option<&Returned<'_>>,
        scratch: &mut Scratch,
    ) -> Decision {
        match self.evaluate_directly(session, call, returned, scratch) {
            Some(verdict) if !scratch.is_used => Decision { verdict, failure: None },
            Some(verdict) => {
                let returned = returned.filter(|_| verdict.outcome == Outcome::Allow);
                decision(self.take_effect(session, verdict, returned.is_some(), scratch))
            }
            None => decision(self.all_phases(session, call, returned, scratch)),
        }
    }

    /// All phases directly, if that can be done. The session is not changed yet.
    #[inline]
    fn evaluate_directly(
        &self,
        session: &Session,
        call: &Call<'_>,
        returned: Option<&Returned<'_>>,
        scratch: &mut Scratch,
    ) -> Option<Verdict> {
        let verdict = self.decide_directly(session, call, scratch)?;
        if let Some(returned) = returned {
            self.refuse_handles(returned.metadata().foreign(&self.id())).ok()?;
            if verdict.outcome == Outcome::Allow {
                self.run_late_directly(session, call, returned, scratch)?;
            }
        }
        Some(verdict)
    }

    /// Makes what the phases of a call left in the scratch the session's.
    fn take_effect(
        &self,
        session: &mut Session,
        verdict: Verdict,
        has_result: bool,
        scratch: &mut Scratch,
    ) -> Result<Verdict, Failure> {
        self.commit(session, scratch)?;
        scratch.has_result = has_result;
        Ok(verdict)
    }

    /// What comes of a check: of the phases that ran directly, if they did, or of those that run now.
    fn before_and_commit(
        &self,
        session: &mut Session,
        call: &Call<'_>,
        directly: Option<Verdict>,
        scratch: &mut Scratch,
    ) -> Result<Verdict, Failure> {
        let verdict = directly.map_or_else(|| self.before_and_rules(session, call, scratch), Ok)?;
        self.commit(session, scratch)?;
        Ok(verdict)
    }

    fn all_phases(
        &self,
        session: &mut Session,
        call: &Call<'_>,
        returned: Option<&Returned<'_>>,
        scratch: &mut Scratch,
    ) -> Result<Verdict, Failure> {
        let verdict = self.before_and_rules(session, call, scratch)?;
        self.refuse_handles(returned.and_then(|returned| returned.metadata().foreign(&self.id())))?;
        let returned = returned.filter(|_| verdict.outcome == Outcome::Allow);
        if let Some(returned) = returned {
            self.result_and_after(session, call, returned, scratch)?;
        }
        self.take_effect(session, verdict, returned.is_some(), scratch)
    }

    /// Whether this session and this scratch can be used under this policy, and now.
    pub(crate) fn admit(&self, session: &Session, scratch: &Scratch) -> Result<(), Failure> {
        if !scratch.belongs_to(self) {
            return Err(Cause::ForeignScratch.into());
        }
        if session.policy() != self.id() {
            return Err(Cause::ForeignSession { belongs_to: session.policy() }.into());
        }
        if session.is_blocked() {
            return Err(Cause::Blocked.into());
        }
        Ok(())
    }

    /// Refuses handles of other policies, whose ids mean something else here. The call of a pending call was looked at when
    /// it was checked.
    fn refuse_handles(&self, foreign: Option<PolicyId>) -> Result<(), Failure> {
        foreign.map_or(Ok(()), |belongs_to| Err(Cause::ForeignHandle { belongs_to }.into()))
    }

    /// Refuses a call of too many arguments, or with a value that is too large.
    pub(crate) fn check_sizes(&self, call: &Call<'_>) -> Result<(), LimitExceeded> {
        let limits = self.limits();
        LimitExceeded::check("arguments", call.args().len(), limits.arguments)?;
        call.args().iter().try_for_each(|arg| check_size(arg.value(), limits))
    }

    /// Finds the blocks, if it is not known that there is just one, and begins to take the call over.
    fn prepare(
        &self,
        session: &Session,
        call: &Call<'_>,
        block: Option<u32>,
        scratch: &mut Scratch,
    ) -> Result<(), Failure> {
        scratch.is_used = true;
        scratch.mentioned.clear();
        scratch.arena.reset();
        scratch.memory.begin_call(self.limits().work);
        let Intake { mut interner, metadata, .. } = scratch.intake(self, session);
        metadata.begin(self, call, &mut interner)?;
        self.match_blocks(call.tool_ref(), block, scratch)?;
        Ok(scratch.memory.work().check()?)
    }

    /// Finds the blocks about a tool, if it is not known that there is just one; a handle must be of this policy, and the
    /// scratch have none.
    #[inline]
    pub(crate) fn match_blocks(
        &self,
        tool: ToolRef<'_>,
        block: Option<u32>,
        scratch: &mut Scratch,
    ) -> Result<(), Fault> {
        match block {
            Some(block) => {
                scratch.blocks.push(block);
                scratch.by_priority.push(block);
                Ok(())
            }
            None => self.find_matching(tool, scratch),
        }
    }

    fn find_matching(&self, tool: ToolRef<'_>, scratch: &mut Scratch) -> Result<(), Fault> {
        let Scratch { blocks, by_priority, dispatch, memory, .. } = scratch;
        match tool {
            ToolRef::Name(tool) => {
                let matching = memory.matching();
                self.find_blocks(tool, dispatch, matching, blocks, by_priority);
                matching.broken().map_or(Ok(()), |promise| Err(Fault::Broken(promise)))
            }
            ToolRef::Handle(tool) => {
                blocks.extend_from_slice(tool.ascending());
                by_priority.extend_from_slice(tool.descending());
                Ok(())
            }
        }
    }

    /// Makes the metadata ready that can be asked for before the call is made, or after it, and the result's initial
    /// metadata if that is among it.
    pub(crate) fn make_ready(
        &self,
        session: &Session,
        call: &Call<'_>,
        is_made: bool,
        scratch: &mut Scratch,
    ) -> Result<(), Failure> {
        // Explained calls run other procedures.
        let explains = scratch.explains;
        let Intake { mut interner, metadata, state, blocks } = scratch.intake(self, session);
        let mut initial = is_made || explains;
        if explains {
            metadata.make_ready(call, Needs::everything(), &mut interner)?;
        } else {
            if is_made {
                metadata.make_ready(call, Needs::of_result(), &mut interner)?;
            }
            for &block in blocks {
                let needs = if is_made { self.needs().late(block) } else { self.needs().block(block) };
                metadata.make_ready(call, needs, &mut interner)?;
                initial |= needs.initial;
            }
        }
        if initial {
            metadata.initial(state, interner.work);
            interner.work.check()?;
        }
        Ok(())
    }

    /// S6.1, then the rules.
    fn before_and_rules(
        &self,
        session: &Session,
        call: &Call<'_>,
        scratch: &mut Scratch,
    ) -> Result<Verdict, Failure> {
        // What is refused must not leave the details of an earlier call behind.
        scratch.forget();
        self.admit(session, scratch)?;
        self.refuse_handles(call.foreign(&self.id()))?;
        self.check_sizes(call)?;
        if session.calls().are_used_up() {
            return Err(Cause::NoMoreCalls.into());
        }
        self.prepare(session, call, None, scratch)?;
        self.make_ready(session, call, false, scratch)?;
        if scratch.explains {
            scratch.note_beginning(self, session, call);
        }
        self.run_updates(session, call, None, UpdatePhase::Before, scratch)?;
        self.apply_rules(session, call, scratch)
    }

    /// S6.2 to S6.9.
    fn apply_rules(
        &self,
        session: &Session,
        call: &Call<'_>,
        scratch: &mut Scratch,
    ) -> Result<Verdict, Failure> {
        let explained = scratch.explains.then_some(&self.program().explanations);
        let Scratch { tags, arena, metadata, state, memory, by_priority, rules, .. } = scratch;
        let inputs = Inputs {
            policy: self,
            call,
            metadata,
            session: session.metadata(),
            tags: Tags { universe: self.universe(), session: session.tags(), call: tags },
            result_value: None,
            session_value: session.value(arena),
        };
        memory.outcomes.begin(Tested::InRules);
        let mut machine = Machine::new(inputs, state, memory);
        let mut fires = |number: u32| {
            if let Some(fired) = rules.get(number) {
                return Ok(fired);
            }
            let rule = self.program().rules.get(number as usize).ok_or(Fault::NoRule)?;
            let condition = explained.and_then(|tables| tables.rule(number)).or(rule.condition);
            let fired = condition.map_or(Ok(true), |condition| machine.condition(condition))?;
            rules.set(number, fired);
            Ok(fired)
        };
        let order = self.rule_order();
        let default = DefaultOutcome::of(self.settings());
        let mut decided = Ok(());
        if explained.is_some() || !self.settings().fail_fast {
            let rules_of = |&block: &u32| self.program().blocks.get(block as usize).map(|block| block.rules);
            let rules = by_priority.iter().filter_map(rules_of).flat_map(List::indices);
            decided = rules.into_iter().try_for_each(|rule| fires(rule).map(drop));
        }
        let mut first_firing = |block: &u32, kind| {
            let turns = order.turns(*block, kind);
            for (turn, &rule) in turns.clone().zip(order.rules(turns)) {
                if fires(rule)? {
                    return Ok(Some(turn));
                }
            }
            Ok(None)
        };
        let decided =
            decided.and_then(|()| decide(self.program(), order, by_priority, default, &mut first_firing));
        decided.map_err(|fault| memory.failure(fault))
    }

    /// S7.3, on the result's metadata of S2.6.
    fn result_and_after(
        &self,
        session: &Session,
        call: &Call<'_>,
        returned: &Returned<'_>,
        scratch: &mut Scratch,
    ) -> Result<(), Failure> {
        check_size(returned.value(), self.limits())?;
        self.make_ready(session, call, true, scratch)?;
        let Intake { mut interner, metadata, state, .. } = scratch.intake(self, session);
        metadata.combine(returned, state.result_mut().ok_or(Fault::NoSet)?, &mut interner)?;
        if scratch.explains {
            scratch.note_returned(self, session);
        }
        self.run_updates(session, call, Some(returned.value()), UpdatePhase::Result, scratch)?;
        self.run_updates(session, call, Some(returned.value()), UpdatePhase::After, scratch)?;
        // The session's table may be built anew when the copies take effect.
        let Scratch { state, tags, .. } = scratch;
        state.result_mut().ok_or(Fault::NoSet)?.detach(self.universe(), session.tags(), tags);
        Ok(())
    }

    /// Runs a phase of all blocks in ascending priority, equal priorities in source order (S7.1).
    fn run_updates(
        &self,
        session: &Session,
        call: &Call<'_>,
        result_value: Option<Value<'_>>,
        phase: UpdatePhase,
        scratch: &mut Scratch,
    ) -> Result<(), Failure> {
        let explained = scratch.explains.then_some(&self.program().explanations);
        let Scratch { tags, arena, metadata, state, memory, blocks, .. } = scratch;
        if explained.is_none() && !blocks.iter().any(|&block| self.update(block, phase).is_some()) {
            return Ok(());
        }
        if phase != UpdatePhase::Result {
            state.copy_session(session.metadata());
        }
        let inputs = Inputs {
            policy: self,
            call,
            metadata,
            session: session.metadata(),
            tags: Tags { universe: self.universe(), session: session.tags(), call: tags },
            result_value,
            session_value: session.value(arena),
        };
        memory.outcomes.begin(phase.tested());
        let mut machine = Machine::new(inputs, state, memory);
        for &block in blocks.iter() {
            machine.begin_block(block);
            let explained = explained.and_then(|tables| tables.update(block, phase));
            if let Some(procedure) = explained.or_else(|| self.update(block, phase)) {
                machine.update(procedure).map_err(|fault| machine.failure(fault))?;
            }
        }
        Ok(())
    }

    /// The procedure of a block for a phase.
    fn update(&self, block: u32, phase: UpdatePhase) -> Option<u32> {
        let record = self.program().blocks.get(block as usize)?;
        match phase {
            UpdatePhase::Before => record.before,
            UpdatePhase::Result => record.result,
            UpdatePhase::After => record.after,
        }
    }

    /// Makes the copy of the session's metadata the session's.
    fn commit(&self, session: &mut Session, scratch: &Scratch) -> Result<(), Failure> {
        if let Some(updated) = scratch.state.session() {
            session.commit(updated, self.universe(), &scratch.tags, self.limits())?;
        }
        Ok(())
    }
}

fn decision(verdict: Result<Verdict, Failure>) -> Decision {
    match verdict {
        Ok(verdict) => Decision { verdict, failure: None },
        Err(failure) => Decision::failed(failure),
    }
}

// It runs programs that nobody verified, as only debug builds do.
#[cfg(test)]
#[cfg(debug_assertions)]
mod fail_closed_tests;
#[cfg(test)]
mod pending_tests;
#[cfg(test)]
mod session_tests;
#[cfg(test)]
mod tests;
