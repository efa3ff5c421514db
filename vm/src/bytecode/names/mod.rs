//! Names by content: perfect hash tables over lists of strings of a program, made when it is compiled.
//!
//! A table is found to a list of names (`StringId`s), such as the tags that the policy names, and answers with the place
//! in that list. It is of the kind "hash and displace": the hash of a name names a bucket, the bucket's displacement and
//! the hash name a slot, the slot has the only name that it can be. So finding takes one hash, one displacement, one
//! comparison of strings, and no memory.
//!
//! The hash is part of the format: it is fixed and public. Calls only look names up, so they cannot make a table worse;
//! whoever writes a policy chooses its names, which at worst makes building fail.
//!
//! Invariant: a table that is wrong, whatever it says, makes a name not be found. The verifier refuses it: in a verified
//! program every name of a list is found at its place, so no two names of a list are equal.

mod build;
mod finder;
mod hash;
#[cfg(test)]
mod tests;
mod words;

pub use build::{NamesError, build_names};
pub(crate) use finder::{NameFinder, Sought};
pub(crate) use words::{NameWords, NamedId};

use super::operand::Elements;
use super::program::{List, Program, StringId};
use hash::{bucket, hash, seeded, slot};

/// A slot without a name.
pub const NO_NAME: u32 = u32::MAX;

/// A perfect hash table of a list of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct NameIndex {
    /// What the hash begins with.
    pub seed: u32,
    /// The displacement of each bucket, in `displacements`.
    pub displacements: List,
    /// The names by slot, in `slots`: places in the list of names, or [`NO_NAME`].
    pub slots: List,
}

/// The table of an element set's strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SetIndex {
    /// The element set.
    pub set: u32,
    /// Its strings, as they are in the pool.
    pub index: NameIndex,
    /// How long the longest of them is, in bytes: longer texts need not be hashed.
    pub longest: u32,
}

/// The tables of a program's names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameTables {
    /// Of `Program::tags`.
    pub tags: NameIndex,
    /// Of `Program::args`.
    pub args: NameIndex,
    /// Of `Program::tools`.
    pub tools: NameIndex,
    /// Of the strings of large element sets, by ascending set. A set without a table is searched.
    pub sets: Vec<SetIndex>,
    /// The displacements of all tables.
    pub displacements: Vec<u16>,
    /// The slots of all tables.
    pub slots: Vec<u32>,
}

impl NameTables {
    /// The place of an element set in `sets`, if it has a table.
    pub fn large_set(&self, set: Elements) -> Option<u32> {
        let place = self.sets.binary_search_by_key(&set.0, |large| large.set).ok()?;
        u32::try_from(place).ok()
    }
}

/// The hash of a name in tables of this seed.
fn hash_of(seed: u32, name: &str) -> u64 {
    hash(seeded(seed), name.as_bytes(), NameWords::of(name))
}

impl Program {
    /// The place of `name` in `names`, by the table that was made for `names`.
    pub fn find_name(&self, index: &NameIndex, names: &[StringId], name: &str) -> Option<u32> {
        let displacements = index.displacements.of(&self.names.displacements)?;
        let slots = index.slots.of(&self.names.slots)?;
        let hash = hash_of(index.seed, name);
        let displacement = *displacements.get(bucket(hash, displacements.len()))?;
        let place = *slots.get(slot(hash, displacement, slots.len()))?;
        let id = *names.get(place as usize)?;
        (self.string(id)? == name).then_some(place)
    }

    /// Whether a text is one of the strings of the element set at this place in [`NameTables::sets`].
    pub fn is_in_large_set(&self, place: u32, text: &str) -> bool {
        let found = || {
            let SetIndex { set, index, longest } = self.names.sets.get(place as usize)?;
            if text.len() > *longest as usize {
                return None;
            }
            let strings = self.element_sets.get(*set as usize)?.strings.of(&self.string_pool)?;
            self.find_name(index, strings, text)
        };
        found().is_some()
    }

    /// The place in `tags` of a tag that the policy names.
    pub fn find_tag(&self, tag: &str) -> Option<u32> {
        self.find_name(&self.names.tags, &self.tags, tag)
    }

    /// The place in `args` of an argument that the policy mentions.
    pub fn find_arg(&self, name: &str) -> Option<u32> {
        self.find_name(&self.names.args, &self.args, name)
    }

    /// The place in `tools` of a tool that the policy names exactly.
    pub fn find_tool(&self, name: &str) -> Option<u32> {
        self.find_name(&self.names.tools, &self.tools, name)
    }
}
