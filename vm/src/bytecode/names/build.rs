//! Makes the name tables of a program. The same names in the same order give the same tables.

use super::hash::{bucket, slot};
use super::{NO_NAME, NameIndex, NameTables, SetIndex, hash_of};
use crate::bytecode::program::{List, Program, StringId, ToolRecord};
use std::collections::HashSet;
use std::fmt;

/// Element sets of so few strings have no table.
const SMALL_SET: usize = 8;
/// How many names a bucket has on average.
const PER_BUCKET: usize = 4;
/// A bucket of more names is not tried: by chance there is none.
const LARGEST_BUCKET: usize = 32;
/// How many displacements are tried for a bucket, and how many seeds for a table. One seed nearly always does.
const DISPLACEMENTS: u16 = 4096;
const SEEDS: u32 = 32;

/// Why names have no table: two of them are equal, they were chosen so that their hashes are, or there are too many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamesError {
    what: &'static str,
}

impl fmt::Display for NamesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} of the policy have no hash table: some have the same hash; rename some", self.what)
    }
}

impl std::error::Error for NamesError {}

/// Makes the list of the tools that blocks name, and the tables of all lists of names, anew.
///
/// # Errors
/// If no table can be made.
pub fn build_names(program: &mut Program) -> Result<(), NamesError> {
    program.names = NameTables::default();
    program.tools = tools(program);
    let mut tables = NameTables::default();
    tables.tags = tables.add(program, &program.tags).ok_or(NamesError { what: "tags" })?;
    tables.args = tables.add(program, &program.args).ok_or(NamesError { what: "arguments" })?;
    tables.tools = tables.add(program, &program.tools).ok_or(NamesError { what: "tools" })?;
    for (set, record) in (0..).zip(&program.element_sets) {
        let strings = record.strings.of(&program.string_pool).unwrap_or_default();
        // Strings that were chosen so that there is no table are searched.
        if strings.len() > SMALL_SET
            && let Some(index) = tables.add(program, strings)
        {
            let lengths = strings.iter().filter_map(|&id| program.string(id)).map(str::len);
            // All strings of a program together are shorter than that.
            let longest = u32::try_from(lengths.max().unwrap_or(0)).unwrap_or(u32::MAX);
            tables.sets.push(SetIndex { set, index, longest });
        }
    }
    program.names = tables;
    Ok(())
}

/// The tools that blocks name exactly, in the order in which they are first named.
fn tools(program: &Program) -> Vec<StringId> {
    let mut seen = HashSet::new();
    let exact = program.blocks.iter().filter_map(|block| match block.tool {
        ToolRecord::Exact(id) => Some(id),
        ToolRecord::Pattern(_) => None,
    });
    exact.filter(|&id| seen.insert(program.string(id))).collect()
}

impl NameTables {
    /// Makes the table of a list of names; nothing if that is not possible.
    pub fn add(&mut self, program: &Program, names: &[StringId]) -> Option<NameIndex> {
        if names.is_empty() {
            return Some(NameIndex::default());
        }
        let names: Vec<&str> = names.iter().map(|&id| program.string(id)).collect::<Option<_>>()?;
        let (seed, made) = (0..SEEDS).find_map(|seed| Some((seed, Made::new(&names, seed)?)))?;
        Some(NameIndex {
            seed,
            displacements: append(&mut self.displacements, made.displacements)?,
            slots: append(&mut self.slots, made.slots)?,
        })
    }
}

fn append<T>(pool: &mut Vec<T>, items: Vec<T>) -> Option<List> {
    let list = List { start: u32::try_from(pool.len()).ok()?, len: u32::try_from(items.len()).ok()? };
    pool.extend(items);
    u32::try_from(pool.len()).ok()?;
    Some(list)
}

/// A table under construction.
struct Made {
    displacements: Vec<u16>,
    slots: Vec<u32>,
}

impl Made {
    /// The table of `names` with hashes of this seed, if there is one.
    fn new(names: &[&str], seed: u32) -> Option<Made> {
        let mut made = Made {
            displacements: vec![0; names.len() / PER_BUCKET + 1],
            slots: vec![NO_NAME; names.len() + names.len() / 4 + 1],
        };
        let buckets = made.displacements.len();
        let key = |(place, name): (u32, &&str)| {
            let hash = hash_of(seed, name);
            Key { bucket: bucket(hash, buckets), hash, place }
        };
        let mut keys: Vec<Key> = (0..).zip(names).map(key).collect();
        keys.sort_unstable_by_key(|key| (key.bucket, key.hash, key.place));
        let mut groups: Vec<&[Key]> = keys.chunk_by(|a, b| a.bucket == b.bucket).collect();
        // Large buckets have the most to choose from while the table is empty. The order is stable.
        groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
        groups.into_iter().try_for_each(|group| made.settle(group))?;
        Some(made)
    }

    /// Finds a displacement that puts each name of a bucket into a slot of its own.
    fn settle(&mut self, group: &[Key]) -> Option<()> {
        let same = |pair: &[Key]| matches!(pair, [a, b] if a.hash == b.hash);
        if group.len() > LARGEST_BUCKET || group.windows(2).any(same) {
            return None;
        }
        let displacement = (0..DISPLACEMENTS).find(|&displacement| self.try_settle(group, displacement))?;
        *self.displacements.get_mut(group.first()?.bucket)? = displacement;
        Some(())
    }

    fn try_settle(&mut self, group: &[Key], displacement: u16) -> bool {
        let size = self.slots.len();
        for (settled, key) in group.iter().enumerate() {
            match self.slots.get_mut(slot(key.hash, displacement, size)) {
                Some(place @ &mut NO_NAME) => *place = key.place,
                _ => {
                    for key in group.iter().take(settled) {
                        if let Some(place) = self.slots.get_mut(slot(key.hash, displacement, size)) {
                            *place = NO_NAME;
                        }
                    }
                    return false;
                }
            }
        }
        true
    }
}

/// A name as it is settled.
#[derive(Debug, Clone, Copy)]
struct Key {
    bucket: usize,
    hash: u64,
    /// In the list of names.
    place: u32,
}
