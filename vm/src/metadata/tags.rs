//! Tags as ids: the policy's universe, the session's own tags, and the other tags of a call.
//!
//! A tag is a string of a metadata set, of any field. The tags that the policy names have dense ids from 0: the
//! [`Universe`], immutable. Other tags that a session stores have ids in the session's table; whatever else a call brings
//! has ids in a table of the caller's scratch, which is cleared for the next call. So a session does not grow by what
//! calls merely mention.
//!
//! Invariant: for one policy, session and call, a string has exactly one id; sets compare by ids.

use crate::bytecode::program::Program;
use crate::limits::{LimitExceeded, Limits};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// The id of a tag, for one policy, session and call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TagId(pub u32);

/// The first id of tags that only a call has. Policies and sessions stay below, by their limits.
const FIRST_OF_CALL: u32 = 1 << 31;

impl TagId {
    /// Whether only the call has it, neither policy nor session.
    pub fn is_of_call(self) -> bool {
        self.0 >= FIRST_OF_CALL
    }

    /// Its index in the table of the call.
    pub(super) fn index_of_call(self) -> Option<u32> {
        self.0.checked_sub(FIRST_OF_CALL)
    }
}

/// The id of a tag of the call's table.
pub(super) fn call_tag(index: u32) -> TagId {
    TagId(FIRST_OF_CALL.saturating_add(index))
}

/// Strings with indices from 0, found by hash; clearing keeps the memory. The hash is keyed at random, so that no input
/// can choose collisions.
#[derive(Debug, Clone, Default)]
pub struct StringTable {
    text: String,
    /// Where each string ends in `text`.
    ends: Vec<usize>,
    /// Index + 1 of a string, or 0; a power of two of them, at most half in use.
    slots: Vec<u32>,
    hasher: RandomState,
}

impl StringTable {
    /// How many strings.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The length of all strings together, in bytes.
    pub(super) fn text_len(&self) -> usize {
        self.text.len()
    }

    /// Forgets all strings.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.slots.fill(0);
    }

    /// The string of an index.
    pub fn name(&self, index: u32) -> Option<&str> {
        let index = index as usize;
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start..end)
    }

    /// The index of a string.
    pub fn find(&self, name: &str) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut place = self.hash(name) & mask;
        loop {
            let index = self.slots.get(place)?.checked_sub(1)?;
            if self.name(index) == Some(name) {
                return Some(index);
            }
            place = (place + 1) & mask;
        }
    }

    /// The index of a string, which is added if it is new.
    pub fn insert(&mut self, name: &str) -> u32 {
        if let Some(index) = self.find(name) {
            return index;
        }
        let index = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.text.push_str(name);
        self.ends.push(self.text.len());
        if self.ends.len() * 2 > self.slots.len() {
            self.slots.clear();
            self.slots.resize((self.ends.len() * 4).next_power_of_two(), 0);
            for old in 0..=index {
                self.place(old);
            }
        } else {
            self.place(index);
        }
        index
    }

    fn place(&mut self, index: u32) {
        let Some(mask) = self.slots.len().checked_sub(1) else { return };
        let Some(mut place) = self.name(index).map(|name| self.hash(name) & mask) else { return };
        while let Some(slot) = self.slots.get_mut(place) {
            if *slot == 0 {
                *slot = index.saturating_add(1);
                return;
            }
            place = (place + 1) & mask;
        }
    }

    fn hash(&self, name: &str) -> usize {
        self.hasher.hash_one(name) as usize
    }
}

/// The tags that a policy names: those of its program, found by the program's hash table.
#[derive(Debug, Clone)]
pub struct Universe {
    program: Arc<Program>,
    len: u32,
}

impl Universe {
    /// The universe of a program, which has been verified.
    pub(crate) fn new(program: Arc<Program>) -> Universe {
        let len = u32::try_from(program.tags.len()).unwrap_or(u32::MAX);
        Universe { program, len }
    }

    /// How many tags.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The id of a tag of the universe.
    pub fn find(&self, tag: &str) -> Option<TagId> {
        self.program.find_tag(tag).map(TagId)
    }

    /// The tag of an id.
    fn name(&self, tag: u32) -> Option<&str> {
        self.program.string(*self.program.tags.get(tag as usize)?)
    }

    /// The word and the bit of a tag, if it is of the universe.
    pub(super) fn bit(&self, tag: TagId) -> Option<(usize, u64)> {
        (tag.0 < self.len).then(|| ((tag.0 / u64::BITS) as usize, 1 << (tag.0 % u64::BITS)))
    }
}

/// All tags of a call, to read: where ids become strings.
#[derive(Debug, Clone, Copy)]
pub struct Tags<'t> {
    /// The policy's.
    pub universe: &'t Universe,
    /// The session's.
    pub session: &'t StringTable,
    /// The call's.
    pub call: &'t StringTable,
}

impl<'t> Tags<'t> {
    /// The string of a tag; none of an id that was never given.
    pub fn name(&self, tag: TagId) -> Option<&'t str> {
        let TagId(id) = tag;
        if let Some(index) = tag.index_of_call() {
            self.call.name(index)
        } else if let Some(index) = id.checked_sub(self.universe.len()) {
            self.session.name(index)
        } else {
            self.universe.name(id)
        }
    }

    /// The id of a string, if it has one.
    pub fn find(&self, tag: &str) -> Option<TagId> {
        let of_session = || self.session.find(tag).map(|index| session_tag(self.universe, index));
        self.universe.find(tag).or_else(of_session).or_else(|| self.call.find(tag).map(call_tag))
    }
}

/// Gives ids to the tags of a call.
#[derive(Debug)]
pub struct Interner<'t> {
    /// The policy's tags.
    pub universe: &'t Universe,
    /// The session's tags.
    pub session: &'t StringTable,
    /// The call's other tags, which grow.
    pub call: &'t mut StringTable,
    /// What is allowed.
    pub limits: &'t Limits,
}

impl Interner<'_> {
    /// The id of a tag, new if no table has it.
    ///
    /// # Errors
    /// If the tag is longer than `tag_bytes`, or the call has more than `tags_per_call` tags that neither policy nor
    /// session know.
    pub fn intern(&mut self, tag: &str) -> Result<TagId, LimitExceeded> {
        if let Some(known) = self.tags().find(tag) {
            return Ok(known);
        }
        LimitExceeded::check("tag_bytes", tag.len(), self.limits.tag_bytes)?;
        LimitExceeded::check("tags_per_call", self.call.len() + 1, self.limits.tags_per_call)?;
        Ok(call_tag(self.call.insert(tag)))
    }

    /// All tags, to read.
    pub fn tags(&self) -> Tags<'_> {
        Tags { universe: self.universe, session: self.session, call: self.call }
    }
}

/// The id of a tag of the session's table.
pub(super) fn session_tag(universe: &Universe, index: u32) -> TagId {
    TagId(universe.len().saturating_add(index))
}
