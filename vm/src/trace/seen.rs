//! The metadata of an explained call: as it was at the beginning, and what each update made of it.
//!
//! Invariant: nothing here is computed anew. Every set is what the machine had when it stored or tested it, written down then; the
//! last change of a set leaves it as the session or the result has it.

use super::{BlockTrace, UpdatePhase};
use crate::exec::{Change, Journal, Seen, SeenMetadata as Written, Tested};
use crate::metadata::FieldImm;
use crate::policy::{BlockInfo, Policy};
use crate::scratch::Scratch;

impl Scratch {
    /// The metadata of the last call, if it was explained ([`Scratch::explain`]).
    pub fn seen<'s>(&'s self, policy: &'s Policy) -> Option<SeenCall<'s>> {
        let journal = &self.memory.journal;
        (self.explains && self.belongs_to(policy)).then_some(SeenCall { policy, journal })
    }
}

/// What was seen of an explained call.
#[derive(Debug, Clone, Copy)]
pub struct SeenCall<'s> {
    policy: &'s Policy,
    journal: &'s Journal,
}

impl<'s> SeenCall<'s> {
    /// The session's metadata before the call.
    pub fn session_before(&self) -> Option<SeenMetadata<'s>> {
        self.metadata(self.journal.session)
    }

    /// The metadata of the argument at a place of the call, that of the control flow joined in (S8.4).
    pub fn argument(&self, place: usize) -> Option<SeenMetadata<'s>> {
        self.metadata(self.journal.args.get(place).copied())
    }

    /// The initial metadata of the result (S2.5).
    pub fn inherited(&self) -> Option<SeenMetadata<'s>> {
        self.metadata(self.journal.inherited)
    }

    /// The same with what the host returned beside the result (S2.6), if the phases after the call ran.
    pub fn returned(&self) -> Option<SeenMetadata<'s>> {
        self.metadata(self.journal.returned)
    }

    /// What the updates did, in the order in which they ran. An update whose `when` did not hold is not there.
    pub fn changes(&self) -> impl Iterator<Item = ChangeTrace<'s>> + use<'s> {
        let SeenCall { policy, journal } = *self;
        journal.changes.iter().map(move |change| ChangeTrace { policy, journal, change })
    }

    fn metadata(&self, written: Option<Written>) -> Option<SeenMetadata<'s>> {
        Some(SeenMetadata { journal: self.journal, written: written? })
    }
}

impl<'s> BlockTrace<'s> {
    /// What the updates of the block did, in the order in which they ran.
    pub fn changes(&self) -> impl Iterator<Item = ChangeTrace<'s>> + use<'s> {
        let block = self.block;
        let seen = self.context.scratch.seen(self.context.policy);
        seen.into_iter().flat_map(|seen| seen.changes()).filter(move |change| change.change.block == block)
    }
}

/// Metadata as it was.
#[derive(Debug, Clone, Copy)]
pub struct SeenMetadata<'s> {
    journal: &'s Journal,
    written: Written,
}

impl<'s> SeenMetadata<'s> {
    /// A set of it.
    pub fn field(&self, field: FieldImm) -> SeenSet<'s> {
        let [tags, producers, consumers] = self.written;
        let seen = match field {
            FieldImm::Tags => tags,
            FieldImm::Producers => producers,
            FieldImm::Consumers => consumers,
        };
        SeenSet { journal: self.journal, seen }
    }
}

/// A metadata set as it was.
#[derive(Debug, Clone, Copy)]
pub struct SeenSet<'s> {
    journal: &'s Journal,
    seen: Seen,
}

impl<'s> SeenSet<'s> {
    pub(super) fn new(journal: &'s Journal, seen: Seen) -> Self {
        SeenSet { journal, seen }
    }

    /// Whether it is the complement of what it lists.
    pub fn is_complement(&self) -> bool {
        self.journal.set(self.seen).is_some_and(|set| set.complement)
    }

    /// How many strings it lists.
    pub fn len(&self) -> usize {
        self.journal.set(self.seen).map_or(0, |set| set.len)
    }

    /// Whether it lists none: then it is empty, or universal.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The strings that it lists, in no order; fewer than there are if the explanation has no more room for them.
    pub fn strings(&self) -> impl Iterator<Item = &'s str> + use<'s> {
        let journal = self.journal;
        journal.set(self.seen).into_iter().flat_map(|set| journal.strings(set))
    }
}

/// What an update did.
#[derive(Debug, Clone, Copy)]
pub struct ChangeTrace<'s> {
    policy: &'s Policy,
    journal: &'s Journal,
    change: &'s Change,
}

impl<'s> ChangeTrace<'s> {
    /// When it ran; none of what is no update.
    pub fn phase(&self) -> Option<UpdatePhase> {
        match self.change.phase {
            Tested::Before => Some(UpdatePhase::Before),
            Tested::InRules => None,
            Tested::Result => Some(UpdatePhase::Result),
            Tested::After => Some(UpdatePhase::After),
        }
    }

    /// The block that it belongs to.
    pub fn block(&self) -> Option<BlockInfo<'s>> {
        self.policy.block(self.change.block)
    }

    /// The file, as given, or `preset:NAME`.
    pub fn file(&self) -> &'s str {
        let program = self.policy.program();
        let position = program.code_position(self.change.at);
        let file = position.and_then(|position| program.files.get(position.file as usize));
        file.and_then(|&file| program.string(file)).unwrap_or_default()
    }

    /// The line and the column of its first character, both from 1, the column in Unicode scalar values.
    pub fn start(&self) -> (u32, u32) {
        let position = self.policy.program().code_position(self.change.at);
        position.map_or((0, 0), |position| (position.line, position.column))
    }

    /// Whether it changed the session; else the result.
    pub fn is_of_session(&self) -> bool {
        self.change.of_session
    }

    /// The set that it assigned.
    pub fn field(&self) -> FieldImm {
        self.change.field
    }

    /// The set before it.
    pub fn before(&self) -> SeenSet<'s> {
        SeenSet::new(self.journal, self.change.before)
    }

    /// The set after it.
    pub fn after(&self) -> SeenSet<'s> {
        SeenSet::new(self.journal, self.change.after)
    }

    /// Whether what it would have stored was no metadata set, so that it took the safe side (S5.4).
    pub fn took_safe_side(&self) -> bool {
        self.change.safe_side
    }
}
