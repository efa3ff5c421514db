//! Tags as ids: the policy's universe, the session's own tags, and the other tags of a call.
//!
//! A tag is a string of a metadata set, of any field. The tags that the policy names have dense ids from 0: the
//! [`Universe`], immutable. Other tags that a session stores have ids in the session's table; whatever else a call brings
//! has ids in a table of the caller's scratch, which is cleared for the next call. So a session does not grow by what
//! calls merely mention.
//!
//! Invariant: for one policy, session and call, a string has exactly one id; sets compare by ids.

use super::Mentioned;
use crate::bytecode::names::{NameFinder, NameWords, Sought};
use crate::bytecode::program::Program;
use crate::handle::TagRef;
use crate::keyed::KeyedHash;
use crate::limits::{LimitExceeded, Limits};
use crate::work::Work;
use std::ops::Range;
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

/// The ids of tags that only the call has.
pub(super) const CALL_IDS: Range<u32> = FIRST_OF_CALL..u32::MAX;

/// The id of a tag of the call's table.
pub(super) fn call_tag(index: u32) -> TagId {
    TagId(FIRST_OF_CALL.saturating_add(index))
}

/// Strings with indices from 0, found by hash; clearing keeps the memory. The hash is keyed at random, so that no input
/// can choose collisions.
#[derive(Debug, Clone, Default)]
pub(crate) struct StringTable {
    text: String,
    /// Where each string ends in `text`.
    ends: Vec<usize>,
    /// The words of each that has a slot, which tell most of them apart without their texts.
    words: Vec<NameWords>,
    /// Index + 1 of a string, or 0; a power of two of them, at most half in use.
    slots: Vec<u32>,
    /// How many strings have slots. Those behind are to be read by their indices.
    placed: usize,
    hash: KeyedHash,
}

/// How far a string may be from where its hash says: with at most half of the slots in use, chance alone hardly ever leads
/// to a fourth of this in tables as large as limits allow.
const FARTHEST: usize = 512;

impl StringTable {
    /// How many strings.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The length of all strings together, in bytes.
    pub(super) fn text_len(&self) -> usize {
        self.text.len()
    }

    /// Forgets all strings. Takes time for the strings that are there, however many there were once.
    pub(crate) fn clear(&mut self) {
        if self.ends.is_empty() {
            return;
        }
        if self.placed * 8 < self.slots.len() {
            // The last one first: what was in its way when it was placed is still there.
            for index in (0..u32::try_from(self.placed).unwrap_or(u32::MAX)).rev() {
                self.unplace(index);
            }
        } else {
            self.slots.fill(0);
        }
        self.text.clear();
        self.ends.clear();
        self.words.clear();
        self.placed = 0;
    }

    /// Keeps the strings of the indices that `live` lists, in their order, and tells their new indices. Does not allocate.
    pub(super) fn retain(&mut self, live: impl Iterator<Item = u32>) -> Renumbered<'_> {
        self.place_appended();
        // The slots have nothing to do meanwhile, and there are more of them than strings: of a live string, its new
        // index + 1.
        self.slots.fill(0);
        for index in live {
            if let Some(slot) = self.slots.get_mut(index as usize) {
                *slot = 1;
            }
        }
        self.drop_dead_text();
        let (mut kept, mut start) = (0usize, 0);
        for index in 0..self.ends.len() {
            let Some(end) = self.ends.get(index).copied() else { break };
            let length = end.saturating_sub(start);
            start = end;
            if let Some(slot) = self.slots.get_mut(index).filter(|slot| **slot != 0) {
                let before = kept.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
                if let Some(place) = self.ends.get_mut(kept) {
                    *place = before.unwrap_or(0) + length;
                }
                let words = self.words.get(index).copied();
                if let (Some(place), Some(words)) = (self.words.get_mut(kept), words) {
                    *place = words;
                }
                kept += 1;
                *slot = u32::try_from(kept).unwrap_or(u32::MAX);
            }
        }
        self.ends.truncate(kept);
        self.words.truncate(kept);
        self.placed = kept;
        Renumbered { table: self }
    }

    /// Cuts the texts of the strings whose slots are 0.
    fn drop_dead_text(&mut self) {
        let StringTable { text, ends, slots, .. } = self;
        let mut strings = ends.iter().zip(&*slots);
        let mut string = strings.next();
        let mut at = 0;
        text.retain(|character| {
            while string.is_some_and(|(end, _)| *end <= at) {
                string = strings.next();
            }
            at += character.len_utf8();
            string.is_some_and(|(_, slot)| *slot != 0)
        });
    }

    /// The string of an index.
    pub(crate) fn name(&self, index: u32) -> Option<&str> {
        let index = index as usize;
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start..end)
    }

    /// The index of a string.
    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.find_sought(Sought::new(name))
    }

    /// The same of one whose words are known.
    #[inline(always)]
    fn find_sought(&self, sought: Sought<'_>) -> Option<u32> {
        if self.ends.is_empty() {
            return None;
        }
        let placed = if self.placed == 0 { None } else { self.search(sought, self.hash(sought.name)).ok() };
        if placed.is_none() && self.placed < self.ends.len() {
            return self.find_appended(sought.name);
        }
        placed
    }

    /// The index of one of the strings without slots.
    fn find_appended(&self, name: &str) -> Option<u32> {
        let index = |index| u32::try_from(index).unwrap_or(u32::MAX);
        (index(self.placed)..index(self.ends.len())).find(|index| self.name(*index) == Some(name))
    }

    /// Adds strings of another table that this one does not have, so many from one on, and gives the index of the first. They
    /// will hardly be looked for, so they take no slots. Nothing if the other table has not so many.
    pub(super) fn append(&mut self, from: &StringTable, first: u32, count: u32) -> Option<u32> {
        let start = first as usize;
        let ends = from.ends.get(start..start.checked_add(count as usize)?)?;
        let begin = start.checked_sub(1).and_then(|before| from.ends.get(before)).copied().unwrap_or(0);
        let (text, before) = (from.text.get(begin..*ends.last()?)?, self.text.len());
        let index = u32::try_from(self.ends.len()).ok()?;
        self.text.push_str(text);
        self.ends.extend(ends.iter().map(|end| before + end.saturating_sub(begin)));
        Some(index)
    }

    /// Gives the strings that have none their slots.
    fn place_appended(&mut self) {
        if self.placed == self.ends.len() {
            return;
        }
        for index in self.placed..self.ends.len() {
            let name = u32::try_from(index).ok().and_then(|index| self.name(index));
            let words = NameWords::of(name.unwrap_or_default());
            self.words.push(words);
        }
        self.placed = self.ends.len();
        self.slots.clear();
        self.slots.resize((self.placed * 4).next_power_of_two(), 0);
        (0..u32::try_from(self.placed).unwrap_or(u32::MAX)).for_each(|index| self.place(index));
    }

    /// The index of a string, or the slot it would have.
    #[inline(always)]
    fn search(&self, sought: Sought<'_>, hash: usize) -> Result<u32, usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut place = hash & mask;
        while let Some(index) = self.slots.get(place).and_then(|slot| slot.checked_sub(1)) {
            if self.words.get(index as usize) == Some(&sought.words)
                && (sought.words.are_all() || self.name(index) == Some(sought.name))
            {
                return Ok(index);
            }
            place = (place + 1) & mask;
        }
        Err(place)
    }

    /// The index of a string, which is added if it is new.
    pub(crate) fn insert(&mut self, name: &str) -> u32 {
        self.place_appended();
        let (sought, hash) = (Sought::new(name), self.hash(name));
        let place = match self.search(sought, hash) {
            Ok(index) => return index,
            Err(place) => place,
        };
        let index = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.text.push_str(name);
        self.ends.push(self.text.len());
        self.words.push(sought.words);
        self.placed = self.ends.len();
        if self.ends.len() * 2 > self.slots.len() {
            self.slots.clear();
            self.slots.resize((self.ends.len() * 4).next_power_of_two(), 0);
            (0..=index).for_each(|old| self.place(old));
        } else if let Some(slot) = self.slots.get_mut(place) {
            *slot = index.saturating_add(1);
            let far = place.wrapping_sub(hash) & (self.slots.len() - 1);
            if far > FARTHEST && !self.hash.is_careful() {
                self.hash = KeyedHash::careful();
                self.slots.fill(0);
                (0..=index).for_each(|old| self.place(old));
            }
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

    /// Empties the slot of a string.
    fn unplace(&mut self, index: u32) {
        let Some(mask) = self.slots.len().checked_sub(1) else { return };
        let Some(mut place) = self.name(index).map(|name| self.hash(name) & mask) else { return };
        while let Some(slot) = self.slots.get_mut(place).filter(|slot| **slot != 0) {
            if *slot == index.saturating_add(1) {
                *slot = 0;
                return;
            }
            place = (place + 1) & mask;
        }
    }

    #[inline]
    fn hash(&self, name: &str) -> usize {
        self.hash.hash(name) as usize
    }
}

/// A table that keeps fewer strings than before, while the old indices are still known.
pub(super) struct Renumbered<'t> {
    table: &'t mut StringTable,
}

impl Renumbered<'_> {
    /// The new index of a string that was kept, by its old one.
    pub(super) fn index(&self, old: u32) -> Option<u32> {
        self.table.slots.get(old as usize)?.checked_sub(1)
    }
}

impl Drop for Renumbered<'_> {
    /// Puts the strings into their slots again.
    fn drop(&mut self) {
        let StringTable { slots, ends, .. } = self.table;
        slots.truncate((ends.len() * 4).next_power_of_two());
        slots.fill(0);
        (0..u32::try_from(ends.len()).unwrap_or(u32::MAX)).for_each(|index| self.table.place(index));
    }
}

/// The bit of a tag's length.
#[inline]
fn length_bit(tag: &str) -> u64 {
    1 << tag.len().min(63)
}

/// The tags that a policy names: those of its program, found by the program's hash table as it runs.
#[derive(Debug, Clone)]
pub(crate) struct Universe {
    program: Arc<Program>,
    finder: Arc<NameFinder>,
    len: u32,
    /// Bits of the lengths of its tags; long ones share one.
    lengths: u64,
}

impl Universe {
    /// The universe of a program, which has been verified.
    pub(crate) fn new(program: Arc<Program>) -> Universe {
        let len = u32::try_from(program.tags.len()).unwrap_or(u32::MAX);
        let finder = NameFinder::new(&program, &program.names.tags, &program.tags);
        let tags = program.tags.iter().filter_map(|&tag| program.string(tag));
        let lengths = tags.fold(0, |lengths, tag| lengths | length_bit(tag));
        Universe { program, finder: Arc::new(finder), len, lengths }
    }

    /// Whether it is that of the very same program in memory.
    pub(crate) fn is(&self, other: &Universe) -> bool {
        Arc::ptr_eq(&self.program, &other.program)
    }

    /// How many tags.
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// The id of a tag of the universe.
    pub(crate) fn find(&self, tag: &str) -> Option<TagId> {
        self.find_sought(Sought::new(tag))
    }

    /// The same of a tag whose words are known.
    #[inline]
    pub(crate) fn find_sought(&self, tag: Sought<'_>) -> Option<TagId> {
        if self.lengths & length_bit(tag.name) == 0 {
            return None;
        }
        self.find_in_table(tag)
    }

    #[inline(never)]
    fn find_in_table(&self, tag: Sought<'_>) -> Option<TagId> {
        self.finder.find(&self.program, &self.program.tags, tag).map(TagId)
    }

    /// The tag of an id.
    fn name(&self, tag: u32) -> Option<&str> {
        self.program.string(*self.program.tags.get(tag as usize)?)
    }

    /// The ids of tags that the policy does not name and the session has, and may have.
    pub(super) fn session_ids(&self) -> Range<u32> {
        self.len..FIRST_OF_CALL
    }
}

/// All tags of a call, to read: where ids become strings. [`Scratch::tags`](crate::scratch::Scratch::tags) makes it.
#[derive(Debug, Clone, Copy)]
pub struct Tags<'t> {
    /// The policy's.
    pub(crate) universe: &'t Universe,
    /// The session's.
    pub(crate) session: &'t StringTable,
    /// The call's.
    pub(crate) call: &'t StringTable,
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
pub(crate) struct Interner<'t> {
    /// The policy's tags.
    pub universe: &'t Universe,
    /// The session's tags.
    pub session: &'t StringTable,
    /// The session's tags that the call mentions, which grow.
    pub mentioned: &'t mut Mentioned,
    /// The call's other tags, which grow.
    pub call: &'t mut StringTable,
    /// What is allowed.
    pub limits: &'t Limits,
    /// Memory to put the tags of a set in order.
    pub order: &'t mut Vec<TagId>,
    /// What the call costs.
    pub work: &'t mut Work,
}

impl Interner<'_> {
    /// The id of a tag; handles of tags that the policy names have it.
    ///
    /// # Errors
    /// As [`Interner::intern`].
    #[inline(always)]
    pub(crate) fn tag(&mut self, tag: TagRef<'_>) -> Result<TagId, LimitExceeded> {
        match tag.known() {
            Some(known) => Ok(known),
            None => self.intern(tag.name()),
        }
    }

    /// The id of a tag, new if no table has it.
    ///
    /// # Errors
    /// If the policy does not name the tag and it is longer than `tag_bytes`, or the call has more than `tags_per_call` such
    /// tags. What the session has makes no difference.
    #[inline(always)]
    pub(crate) fn intern(&mut self, tag: &str) -> Result<TagId, LimitExceeded> {
        let sought = Sought::new(tag);
        match self.known(sought) {
            Some(known) => Ok(known),
            None => self.intern_other(sought),
        }
    }

    /// The id of a tag of policy or session that is within the limits.
    #[inline(always)]
    fn known(&mut self, sought: Sought<'_>) -> Option<TagId> {
        if let named @ Some(_) = self.universe.find_sought(sought) {
            return named;
        }
        if sought.name.len() > self.limits.tag_bytes {
            return None;
        }
        let index = self.session.find_sought(sought)?;
        self.mentioned.add(index);
        (self.count() <= self.limits.tags_per_call).then_some(session_tag(self.universe, index))
    }

    /// The id of a tag that the policy does not name.
    #[inline(never)]
    fn intern_other(&mut self, sought: Sought<'_>) -> Result<TagId, LimitExceeded> {
        let tag = sought.name;
        LimitExceeded::check("tag_bytes", tag.len(), self.limits.tag_bytes)?;
        if let Some(index) = self.session.find_sought(sought) {
            self.mentioned.add(index);
            self.check_count(0)?;
            return Ok(session_tag(self.universe, index));
        }
        if let Some(index) = self.call.find_sought(sought) {
            return Ok(call_tag(index));
        }
        self.check_count(1)?;
        Ok(call_tag(self.call.insert(tag)))
    }

    /// How many tags there are that the policy does not name.
    #[inline]
    fn count(&self) -> usize {
        self.call.len() + self.mentioned.count()
    }

    /// Refuses so many more tags than there are, if that is too many.
    fn check_count(&self, more: usize) -> Result<(), LimitExceeded> {
        LimitExceeded::check("tags_per_call", self.count() + more, self.limits.tags_per_call)
    }
}

/// The id of a tag of the session's table.
pub(super) fn session_tag(universe: &Universe, index: u32) -> TagId {
    TagId(universe.len().saturating_add(index))
}

#[cfg(test)]
mod tests {
    use super::{FARTHEST, FIRST_OF_CALL, StringTable, TagId, call_tag};
    use proptest::prelude::*;

    fn table(names: &[String]) -> StringTable {
        let mut table = StringTable::default();
        for name in names {
            table.insert(name);
        }
        table
    }

    fn names(table: &StringTable) -> Vec<String> {
        (0..table.len()).map(|index| table.name(index as u32).unwrap().to_owned()).collect()
    }

    #[test]
    fn ids_tell_whether_only_the_call_has_the_tag() {
        assert!(!TagId(0).is_of_call() && !TagId(FIRST_OF_CALL - 1).is_of_call());
        assert!(call_tag(0).is_of_call() && call_tag(7).is_of_call());
    }

    #[test]
    fn strings_in_each_others_way_are_found_and_cleared() {
        let many: Vec<String> = (0..200).map(|name| name.to_string()).collect();
        let mut table = table(&many);
        table.clear();
        let mask = table.slots.len() - 1;
        for place in [0, 5, mask - 1, mask] {
            let all = (0..100_000).map(|name| name.to_string());
            let same: Vec<String> = all.filter(|name| table.hash(name) & mask == place).take(4).collect();
            assert_eq!(same.len(), 4, "hashes are spread");
            for (index, name) in (0..).zip(&same) {
                assert_eq!((table.find(name), table.insert(name)), (None, index));
                assert_eq!(table.find(name), Some(index));
            }
            table.clear();
            assert!(table.slots.iter().all(|slot| *slot == 0));
        }
    }

    #[test]
    fn a_table_whose_strings_crowd_goes_over_to_another_hash() {
        const SLOTS: usize = 4096;
        let mut crowded = StringTable::default();
        let all = || (0..).map(|number: u32| number.to_string());
        // Enough of them to have so many slots; far from where others will crowd.
        let place = |table: &StringTable, name: &str| table.hash(name) % SLOTS;
        let spread: Vec<String> =
            all().filter(|name| place(&crowded, name) >= SLOTS / 2).take(SLOTS / 4).collect();
        spread.iter().for_each(|name| assert!(crowded.insert(name) < 1024));
        assert_eq!(crowded.slots.len(), SLOTS);
        // Who knew the keys could choose strings that all belong in the same slot.
        let names: Vec<String> =
            all().filter(|name| place(&crowded, name) == 9).take(FARTHEST + 30).collect();
        for (far, name) in names.iter().enumerate() {
            assert_eq!(crowded.insert(name) as usize, spread.len() + far);
            assert_eq!(crowded.hash.is_careful(), far > FARTHEST, "{far}");
        }
        for (index, name) in (0..).zip(spread.iter().chain(&names)) {
            assert_eq!(crowded.find(name), Some(index));
        }
        crowded.clear();
        assert!(crowded.find(&names[0]).is_none() && crowded.hash.is_careful());
        // Chance does not.
        let many: Vec<String> = all().take(100_000).collect();
        assert!(!table(&many).hash.is_careful());
    }

    /// So that searching stays short and clearing cheap.
    #[test]
    fn tables_have_a_quarter_of_their_slots_in_use_when_they_are_made_and_never_more_than_half() {
        let mut table = StringTable::default();
        let mut sizes = Vec::new();
        for index in 0..33 {
            table.insert(&index.to_string());
            sizes.push((table.len(), table.slots.len()));
        }
        let of = |len: usize| sizes[len - 1].1;
        assert_eq!([1, 2, 3, 8, 9, 32, 33].map(of), [4, 4, 16, 16, 64, 64, 256]);
        drop(table.retain(0..9));
        assert_eq!((table.len(), table.slots.len(), table.text_len()), (9, 64, 9));
        drop(table.retain([2, 5].into_iter()));
        assert_eq!((table.len(), table.slots.len(), table.text_len()), (2, 8, 2));
    }

    proptest! {
        #[test]
        fn cleared_tables_are_as_new(large in prop::collection::vec("[a-z]{0,3}", 0..200), small in prop::collection::vec("[a-z]{0,2}", 0..8)) {
            let mut table = table(&large);
            for _ in 0..3 {
                table.clear();
                prop_assert!((table.len() == 0) && table.slots.iter().all(|slot| *slot == 0));
                for (at, name) in small.iter().enumerate() {
                    if at % 3 == 2 && table.find(name).is_none() {
                        let mut other = StringTable::default();
                        other.insert("before");
                        other.insert(name);
                        table.append(&other, 1, 1);
                    }
                    prop_assert_eq!(table.find(name), names(&table).iter().position(|other| other == name).map(|at| at as u32));
                    table.insert(name);
                }
            }
        }

        #[test]
        fn what_is_retained_is_found_under_its_new_index(all in prop::collection::vec("[a-zä]{0,3}", 0..60), live in prop::collection::vec(any::<bool>(), 60)) {
            let mut table = table(&all);
            let before = names(&table);
            let is_live = |index: &u32| live[*index as usize];
            let kept = table.retain((0..before.len() as u32).filter(is_live));
            let renumbered: Vec<_> = (0..before.len() as u32).map(|old| kept.index(old)).collect();
            drop(kept);
            let expected: Vec<_> = (0..).zip(&before).filter(|(index, _)| is_live(index)).map(|(_, name)| name.clone()).collect();
            prop_assert_eq!(names(&table), expected);
            for (name, new) in before.iter().zip(renumbered) {
                prop_assert_eq!(table.find(name), new);
            }
            // Those of another table go behind.
            let (other, len) = (self::table(&["zero", "one", "two", "three"].map(str::to_owned)), table.len() as u32);
            prop_assert_eq!(table.append(&other, 1, 4), None);
            prop_assert_eq!(table.append(&other, 1, 3), Some(len));
            for (index, name) in (len..).zip(["one", "two", "three"]) {
                prop_assert_eq!((table.find(name), table.name(index)), (Some(index), Some(name)));
            }
            prop_assert_eq!(table.insert("two"), len + 1);
            prop_assert_eq!(table.find("one"), Some(len));
            prop_assert_eq!(table.insert("something new"), table.len() as u32 - 1);
            prop_assert_eq!(table.find("something new"), Some(table.len() as u32 - 1));
        }
    }
}
