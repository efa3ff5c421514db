//! What deciding writes to: owned by the caller, one per thread, used again for every call.

use std::sync::Arc;

use crate::call::Call;
use crate::decision::{Kind, RuleOrder};
use crate::direct::MadeSets;
use crate::dispatch::DispatchScratch;
use crate::exec::Memory;
use crate::metadata::{FIELDS, Interner, Mentioned, Metadata, Session, SetView, StringTable, TagId, Tags};
use crate::policy::Policy;
use crate::prepare::{CallMetadata, State};
use crate::value::Arena;

/// Memory for deciding calls under one policy, and the details of the last call.
#[derive(Debug)]
pub struct Scratch {
    policy: Arc<()>,
    /// Tags that only the call has.
    pub(crate) tags: StringTable,
    /// Tags of the session that the call has.
    pub(crate) mentioned: Mentioned,
    /// To put tags in order.
    pub(crate) order: Vec<TagId>,
    /// For the value of the session.
    pub(crate) arena: Arena,
    pub(crate) metadata: CallMetadata,
    pub(crate) state: State,
    /// Sets that updates which run directly make.
    pub(crate) made: MadeSets,
    pub(crate) memory: Memory,
    pub(crate) dispatch: DispatchScratch,
    /// The blocks that are about the tool, in the order of their updates (S7.1).
    pub(crate) blocks: Vec<u32>,
    /// The same in the order of their rules (S6.9).
    pub(crate) by_priority: Vec<u32>,
    pub(crate) rules: RuleOutcomes,
    /// Whether `state.result` is that of a call whose result phase ran.
    pub(crate) has_result: bool,
    /// Whether calls are explained down to each condition.
    pub(crate) explains: bool,
    /// Whether calls are always decided the general way.
    pub(crate) is_general: bool,
    /// Whether the decision of the last call was told directly, and what comes after it.
    told: (bool, bool),
    /// Whether the last call left something in memory that only the general way writes to.
    pub(crate) is_used: bool,
}

impl Scratch {
    /// Memory for `policy`; with another policy, every call is denied with an error.
    pub fn new(policy: &Policy) -> Scratch {
        Scratch {
            policy: Arc::clone(policy.identity()),
            tags: StringTable::default(),
            mentioned: Mentioned::default(),
            order: Vec::new(),
            arena: Arena::new(),
            metadata: CallMetadata::new(policy),
            state: State::default(),
            made: MadeSets::default(),
            memory: Memory::new(policy.frame_needs(), policy.keeping()),
            dispatch: policy.dispatch_scratch(policy.limits().dispatch_cache),
            blocks: Vec::with_capacity(policy.program().blocks.len()),
            by_priority: Vec::with_capacity(policy.program().blocks.len()),
            rules: RuleOutcomes::new(policy.program().rules.len()),
            has_result: false,
            explains: false,
            is_general: false,
            told: (false, false),
            is_used: false,
        }
    }

    /// Makes it memory for `policy`, anew if it was for another one, even of the same id. Whether calls are explained stays.
    pub fn fit(&mut self, policy: &Policy) {
        if !self.belongs_to(policy) {
            let Scratch { explains, is_general, .. } = *self;
            *self = Scratch { is_general, ..Scratch::new(policy) };
            self.explain(policy, explains);
        }
    }

    /// Whether it was made for this policy.
    pub(crate) fn belongs_to(&self, policy: &Policy) -> bool {
        Arc::ptr_eq(&self.policy, policy.identity())
    }

    /// What metadata of a call is taken over with.
    pub(crate) fn intake<'t>(&'t mut self, policy: &'t Policy, session: &'t Session) -> Intake<'t> {
        let interner = Interner {
            universe: policy.universe(),
            session: session.tags(),
            mentioned: &mut self.mentioned,
            call: &mut self.tags,
            limits: policy.limits(),
            order: &mut self.order,
            work: self.memory.work(),
        };
        Intake { interner, metadata: &mut self.metadata, state: &mut self.state, blocks: &self.blocks }
    }

    /// Notes the metadata with which an explained call begins.
    pub(crate) fn note_beginning(&mut self, policy: &Policy, session: &Session, call: &Call<'_>) {
        let Scratch { tags, metadata, state, memory, .. } = self;
        let tags = Tags { universe: policy.universe(), session: session.tags(), call: tags };
        let journal = &mut memory.journal;
        journal.session = Some(journal.see_metadata(session.metadata(), &tags));
        for place in 0..call.args().len() {
            // Of an explained call all are ready.
            let seen = FIELDS.map(|field| metadata.arg(place, field).unwrap_or(SetView::UNIVERSAL));
            let seen = seen.map(|set| journal.see(set, &tags));
            journal.args.push(seen);
        }
        journal.inherited = state.result().map(|result| journal.see_metadata(result, &tags));
    }

    /// Notes the metadata of the result with which the updates of an explained call begin.
    pub(crate) fn note_returned(&mut self, policy: &Policy, session: &Session) {
        let Scratch { tags, state, memory, .. } = self;
        let tags = Tags { universe: policy.universe(), session: session.tags(), call: tags };
        let journal = &mut memory.journal;
        journal.returned = state.result().map(|result| journal.see_metadata(result, &tags));
    }

    /// Forgets the details of the last call.
    #[inline]
    pub(crate) fn forget(&mut self) {
        self.told = (false, false);
        self.rules.passes.clear();
        self.blocks.clear();
        self.by_priority.clear();
        if self.is_used {
            self.forget_general();
        }
    }

    /// The same of a call that took the general way.
    #[inline(never)]
    fn forget_general(&mut self) {
        self.is_used = false;
        self.has_result = false;
        self.state.begin();
        self.tags.clear();
        self.rules.clear();
        self.memory.outcomes.clear();
        self.memory.journal.clear();
    }

    /// The metadata of the last call's result, if its result phase ran.
    pub fn result_metadata(&self) -> Option<&Metadata> {
        self.state.result().filter(|_| self.has_result)
    }

    /// How many tags of the last call are in its table. For tests of what a scratch holds.
    #[doc(hidden)]
    pub fn held_tags(&self) -> usize {
        self.tags.len()
    }

    /// Whether calls from now on are always decided by the interpreter, also where it could be told directly what comes of them.
    /// Answers are the same, and take longer. For tests that compare both.
    #[doc(hidden)]
    pub fn decide_generally(&mut self, always: bool) {
        self.is_general = always;
    }

    /// Whether something may be told directly.
    #[inline]
    pub(crate) fn may_be_direct(&self) -> bool {
        !(self.explains | self.is_general)
    }

    /// Whether the last call was decided directly, and whether what comes after it was done so. For tests of how often that is.
    #[doc(hidden)]
    pub fn told_directly(&self) -> (bool, bool) {
        self.told
    }

    /// Notes that the last call was decided directly.
    #[inline]
    pub(crate) fn note_decided(&mut self) {
        self.told.0 = true;
    }

    /// Notes that what comes after the last call was done directly.
    #[inline]
    pub(crate) fn note_done(&mut self) {
        self.told.1 = true;
    }

    /// The strings of the tags of the last call, and of its session.
    pub fn tags<'t>(&'t self, policy: &'t Policy, session: &'t Session) -> Tags<'t> {
        Tags { universe: policy.universe(), session: session.tags(), call: &self.tags }
    }
}

/// The parts of a scratch that metadata of a call goes to, and the blocks about its tool.
pub(crate) struct Intake<'t> {
    pub(crate) interner: Interner<'t>,
    pub(crate) metadata: &'t mut CallMetadata,
    pub(crate) state: &'t mut State,
    pub(crate) blocks: &'t [u32],
}

/// Which rules fired for the last call.
#[derive(Debug)]
pub(crate) struct RuleOutcomes {
    /// By rule; nothing if it was not tested by itself.
    outcomes: Vec<Option<bool>>,
    tested: Vec<u32>,
    /// Blocks whose rules of a kind were tested one after another, up to the one with the turn that fired.
    passes: Vec<(u32, Kind, Option<u32>)>,
}

impl RuleOutcomes {
    fn new(rules: usize) -> RuleOutcomes {
        RuleOutcomes { outcomes: vec![None; rules], tested: Vec::new(), passes: Vec::new() }
    }

    fn clear(&mut self) {
        for rule in self.tested.drain(..) {
            if let Some(outcome) = self.outcomes.get_mut(rule as usize) {
                *outcome = None;
            }
        }
    }

    pub(crate) fn get(&self, rule: u32) -> Option<bool> {
        self.outcomes.get(rule as usize).copied().flatten()
    }

    /// The same, also if the rule was tested among others, in this order.
    pub(crate) fn find(&self, rule: u32, order: &RuleOrder) -> Option<bool> {
        let among = |&(block, kind, fired): &(u32, Kind, Option<u32>)| {
            let turns = order.turns(block, kind);
            let place = order.rules(turns.clone()).iter().position(|&other| other == rule)?;
            let (turn, last) = (turns.start as usize + place, fired.unwrap_or(u32::MAX) as usize);
            (turn <= last).then_some(turn == last)
        };
        self.get(rule).or_else(|| self.passes.iter().find_map(among))
    }

    pub(crate) fn set(&mut self, rule: u32, fired: bool) {
        if let Some(outcome) = self.outcomes.get_mut(rule as usize) {
            *outcome = Some(fired);
            self.tested.push(rule);
        }
    }

    /// Notes that the rules of a kind were tested, up to the one with the turn that fired.
    #[inline]
    pub(crate) fn note(&mut self, block: u32, kind: Kind, fired: Option<u32>) {
        self.passes.push((block, kind, fired));
    }
}
