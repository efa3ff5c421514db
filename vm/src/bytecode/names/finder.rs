//! Name tables as they run: each slot has its name at hand, so that finding one touches a displacement and a slot, and the
//! text of the program only where a name is longer than its words tell. A slot can have more at hand of its name than the
//! place in the list.

use super::NameIndex;
use super::hash::{bucket, hash, seeded, slot};
use super::words::{NameWords, NamedId};
use crate::bytecode::program::{Program, StringId};

/// The table of a list of names, made when a policy is loaded. Immutable.
#[derive(Debug, Clone)]
pub(crate) struct NameFinder<S = NamedId> {
    seeded: u64,
    displacements: Box<[u16]>,
    /// In each the only name that it can be, with its place in the list of names.
    slots: Box<[S]>,
}

impl<S> Default for NameFinder<S> {
    /// The table of no names.
    fn default() -> NameFinder<S> {
        NameFinder { seeded: 0, displacements: Box::default(), slots: Box::default() }
    }
}

/// What is looked for in a [`NameFinder`]: a name, with its words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sought<'n> {
    pub(crate) name: &'n str,
    pub(crate) words: NameWords,
}

impl<'n> Sought<'n> {
    #[inline]
    pub(crate) fn new(name: &'n str) -> Sought<'n> {
        Sought { name, words: NameWords::of(name) }
    }
}

impl NameFinder {
    /// The table `index` of a verified program, which was made for `names`.
    pub(crate) fn new(program: &Program, index: &NameIndex, names: &[StringId]) -> NameFinder {
        NameFinder::of_slots(program, index, names, |name| name)
    }
}

impl<S: AsRef<NamedId>> NameFinder<S> {
    /// The same with other slots, which `new` makes of names; those of places that are none are asked for, too.
    pub(crate) fn of_slots(
        program: &Program,
        index: &NameIndex,
        names: &[StringId],
        new: impl Fn(NamedId) -> S,
    ) -> NameFinder<S> {
        let displacements = index.displacements.of(&program.names.displacements).unwrap_or_default();
        let slots = index.slots.of(&program.names.slots).unwrap_or_default();
        let slot = |&place: &u32| {
            let name = names.get(place as usize).and_then(|&id| program.string(id));
            new(NamedId::new(name.map_or(NameWords::NONE, NameWords::of), place))
        };
        NameFinder {
            seeded: seeded(index.seed),
            displacements: displacements.into(),
            slots: slots.iter().map(slot).collect(),
        }
    }

    /// The place of a name in `names`, the list that the table was made for.
    #[inline]
    pub(crate) fn find(&self, program: &Program, names: &[StringId], sought: Sought<'_>) -> Option<u32> {
        self.find_slot(program, names, sought).map(|slot| slot.as_ref().id)
    }

    /// The slot of a name.
    #[inline]
    pub(crate) fn find_slot(&self, program: &Program, names: &[StringId], sought: Sought<'_>) -> Option<&S> {
        if self.slots.is_empty() {
            return None;
        }
        self.slot(program, names, sought, self.hash(sought))
    }

    /// The hash of a name.
    #[inline]
    pub(crate) fn hash(&self, sought: Sought<'_>) -> u64 {
        hash(self.seeded, sought.name.as_bytes(), sought.words)
    }

    /// The same for a name whose hash is known.
    #[inline]
    pub(crate) fn find_hashed(
        &self,
        program: &Program,
        names: &[StringId],
        sought: Sought<'_>,
        hash: u64,
    ) -> Option<u32> {
        self.slot(program, names, sought, hash).map(|slot| slot.as_ref().id)
    }

    #[inline]
    fn slot(&self, program: &Program, names: &[StringId], sought: Sought<'_>, hash: u64) -> Option<&S> {
        let displacement = *self.displacements.get(bucket(hash, self.displacements.len()))?;
        let found = self.slots.get(slot(hash, displacement, self.slots.len()))?;
        let named = found.as_ref();
        if !named.has(sought.words) {
            return None;
        }
        let name = || program.string(*names.get(named.id as usize)?);
        (sought.words.are_all() || name() == Some(sought.name)).then_some(found)
    }
}
