//! What explained calls note beside outcomes: the metadata at the beginning, what each update made of it, and what decided
//! each test (`evidence.rs`).
//!
//! Sets are written down with their strings, as ids of the session's tags may change when the call takes effect. What is written
//! down is bounded: beyond [`LISTED`] entries of sets only their sizes are noted, so that no call makes an explanation
//! larger than that. Noting spends no work, as explaining changes no answer.

use super::evidence::{ByCondition, Evidence};
use super::memory::SetRef;
use super::outcomes::Tested;
use crate::metadata::{FieldImm, Metadata, SetView, TagId, Tags};
use std::collections::HashMap;

/// How many entries of sets are written down for one call.
const LISTED: usize = 1 << 20;

/// Memory for more entries than this is not kept from call to call.
const KEPT: usize = 1 << 12;

/// A set that was written down.
pub(crate) type Seen = u32;

/// The three sets of metadata, written down.
pub(crate) type SeenMetadata = [Seen; 3];

/// A set as it was.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeenRecord {
    pub(crate) complement: bool,
    /// How many strings it lists.
    pub(crate) len: usize,
    /// Where they are in the journal; fewer if there was no more room.
    start: usize,
    end: usize,
}

/// What an update did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    pub(crate) phase: Tested,
    pub(crate) block: u32,
    /// The instruction that stored.
    pub(crate) at: u32,
    pub(crate) of_session: bool,
    pub(crate) field: FieldImm,
    pub(crate) before: Seen,
    pub(crate) after: Seen,
    /// Whether what was to be stored was no set of S2.3, so that it took the safe side (S5.4).
    pub(crate) safe_side: bool,
}

/// All that was noted about one call.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    wanted: bool,
    names: Vec<Box<str>>,
    by_tag: HashMap<TagId, u32>,
    listed: Vec<u32>,
    sets: Vec<SeenRecord>,
    /// What handles were written down as, until they stand for something else.
    handles: HashMap<SetRef, Seen>,
    /// The session's metadata before the call, that of each argument, and the result's: inherited, and with what the host
    /// returned.
    pub(crate) session: Option<SeenMetadata>,
    pub(crate) args: Vec<SeenMetadata>,
    pub(crate) inherited: Option<SeenMetadata>,
    pub(crate) returned: Option<SeenMetadata>,
    pub(crate) changes: Vec<Change>,
    evidence: ByCondition,
    block: u32,
}

impl Journal {
    /// Whether anything is noted.
    #[inline]
    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// Forgets everything; notes from now on, or no more.
    pub(crate) fn want(&mut self, wanted: bool) {
        *self = Journal { wanted, ..Journal::default() };
    }

    /// Forgets the last call.
    pub(crate) fn clear(&mut self) {
        if !self.wanted {
            return;
        }
        if self.listed.capacity() > KEPT || self.evidence.capacity() > KEPT {
            self.want(true);
            return;
        }
        self.names.clear();
        self.by_tag.clear();
        self.listed.clear();
        self.sets.clear();
        self.handles.clear();
        self.args.clear();
        self.changes.clear();
        self.evidence.clear();
        (self.session, self.inherited, self.returned) = (None, None, None);
    }

    /// What runs now belongs to this block.
    pub(crate) fn begin_block(&mut self, block: u32) {
        self.block = block;
    }

    /// Writes a set down.
    pub(crate) fn see(&mut self, set: SetView<'_>, tags: &Tags<'_>) -> Seen {
        let (start, len) = (self.listed.len(), set.listed_len());
        if len <= LISTED.saturating_sub(start) {
            for tag in set.listed() {
                let name = self.name(tag, tags);
                self.listed.push(name);
            }
        }
        let seen = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        self.sets.push(SeenRecord { complement: !set.is_finite(), len, start, end: self.listed.len() });
        seen
    }

    /// Writes down what a handle stands for, once as long as it stands for the same.
    pub(super) fn see_handle(&mut self, handle: SetRef, set: SetView<'_>, tags: &Tags<'_>) -> Seen {
        if matches!(handle, SetRef::Temp(_) | SetRef::Kept(_)) {
            return self.see(set, tags);
        }
        if let Some(&seen) = self.handles.get(&handle) {
            return seen;
        }
        let seen = self.see(set, tags);
        self.handles.insert(handle, seen);
        seen
    }

    /// Writes metadata down.
    pub(crate) fn see_metadata(&mut self, metadata: &Metadata, tags: &Tags<'_>) -> SeenMetadata {
        crate::metadata::FIELDS.map(|field| self.see(metadata.field(field).view(), tags))
    }

    /// The number of a string that is written down.
    pub(super) fn name(&mut self, tag: TagId, tags: &Tags<'_>) -> u32 {
        let Journal { names, by_tag, .. } = self;
        *by_tag.entry(tag).or_insert_with(|| {
            names.push(tags.name(tag).unwrap_or_default().into());
            u32::try_from(names.len().saturating_sub(1)).unwrap_or(u32::MAX)
        })
    }

    /// Handles stand for other sets from now on.
    pub(super) fn forget_handles(&mut self) {
        self.handles.clear();
    }

    /// Notes an update.
    pub(super) fn change(&mut self, change: Change) {
        self.changes.push(Change { block: self.block, ..change });
    }

    /// Notes what decided a test; the last time of a phase counts.
    pub(super) fn set_evidence(&mut self, slot: u32, phase: Tested, evidence: Option<Evidence>) {
        match evidence {
            Some(evidence) => self.evidence.insert((slot, phase), evidence),
            None => self.evidence.remove(&(slot, phase)),
        };
    }

    /// What decided a test, when it was tested last in a phase.
    pub(crate) fn evidence(&self, slot: u32, phase: Tested) -> Option<Evidence> {
        self.evidence.get(&(slot, phase)).copied()
    }

    /// A set that was written down.
    pub(crate) fn set(&self, seen: Seen) -> Option<SeenRecord> {
        self.sets.get(seen as usize).copied()
    }

    /// Its strings, as far as they were written down.
    pub(crate) fn strings(&self, record: SeenRecord) -> impl Iterator<Item = &str> {
        let listed = self.listed.get(record.start..record.end).unwrap_or_default();
        listed.iter().filter_map(|&name| self.string(name))
    }

    /// A string that was written down.
    pub(crate) fn string(&self, name: u32) -> Option<&str> {
        self.names.get(name as usize).map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::{Journal, LISTED};
    use crate::bytecode::program::Program;
    use crate::metadata::{MetaSet, StringTable, TagId, Tags, Universe};
    use std::sync::Arc;

    #[test]
    fn what_is_written_down_is_bounded_and_tells_the_size_of_all() {
        let universe = Universe::new(Arc::new(Program::default()));
        let (session, call) = (StringTable::default(), StringTable::default());
        let tags = Tags { universe: &universe, session: &session, call: &call };
        let mut set = MetaSet::empty();
        (0..1000).for_each(|tag| set.insert(TagId(tag)));
        let mut journal = Journal::default();
        journal.want(true);
        for round in 0..2 * LISTED / 1000 {
            let seen = journal.see(set.view(), &tags);
            let record = journal.set(seen).unwrap();
            assert_eq!((record.len, record.complement), (1000, false));
            let whole = journal.strings(record).count() == 1000;
            assert_eq!(whole, round < LISTED / 1000, "{round}");
        }
        assert!(journal.listed.len() <= LISTED);
        journal.clear();
        assert!(journal.is_wanted() && journal.sets.is_empty() && journal.listed.is_empty());
    }
}
