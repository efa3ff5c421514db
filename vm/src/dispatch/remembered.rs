//! The blocks of tool names that were looked up before.
//!
//! Everything has its memory from the start: names stand in their slots, blocks one after another in one list. A name can
//! be in a few slots only, so looking it up takes constant time; a new name takes the slot of another, and a full list of
//! blocks forgets all names. The hash is keyed at random, so that no input can choose which names push each other out.

use crate::keyed::KeyedHash;

/// Longer names are not remembered.
const LONGEST_NAME: usize = 64;
/// How many slots a name can be in.
const WAYS: usize = 4;
/// How many blocks are remembered for a name, on average.
const BLOCKS_PER_NAME: usize = 16;

/// A cache of names and their blocks.
#[derive(Debug)]
pub(super) struct Remembered {
    /// In sets of [`WAYS`].
    slots: Box<[Slot]>,
    places: Vec<u32>,
    /// How many places there are at most.
    most_places: usize,
    /// Of the slots that count.
    generation: u32,
    /// Which slot of a set is taken next.
    victim: usize,
    hash: KeyedHash,
}

/// A name and its blocks.
#[derive(Debug, Clone, Copy)]
struct Slot {
    hash: u64,
    generation: u32,
    /// Where its blocks begin in `places`, and how many there are.
    start: u32,
    count: u32,
    length: u8,
    name: [u8; LONGEST_NAME],
}

const FREE: Slot = Slot { hash: 0, generation: 0, start: 0, count: 0, length: 0, name: [0; LONGEST_NAME] };

impl Remembered {
    /// Room for so many names, or a few less.
    pub(super) fn new(names: usize) -> Remembered {
        let names = names / WAYS * WAYS;
        let most_places = names.saturating_mul(BLOCKS_PER_NAME);
        Remembered {
            slots: vec![FREE; names].into(),
            places: Vec::with_capacity(most_places),
            most_places,
            generation: 1,
            victim: 0,
            hash: KeyedHash::default(),
        }
    }

    /// The blocks of a name, if they are remembered; and what [`Remembered::insert`] wants to know.
    pub(super) fn find(&self, name: &str) -> (Option<&[u32]>, u64) {
        if self.slots.is_empty() || name.len() > LONGEST_NAME {
            return (None, 0);
        }
        let hash = self.hash.hash(name);
        let slots = self.slots.chunks_exact(WAYS).nth(self.set(hash)).unwrap_or_default();
        let slot = slots.iter().find(|slot| {
            slot.hash == hash
                && slot.generation == self.generation
                && slot.name.get(..usize::from(slot.length)) == Some(name.as_bytes())
        });
        let places = slot.and_then(|slot| {
            let start = slot.start as usize;
            self.places.get(start..start.checked_add(slot.count as usize)?)
        });
        (places, hash)
    }

    /// Remembers the blocks of a name that is not remembered, if there is room for them.
    pub(super) fn insert(&mut self, name: &str, hash: u64, places: &[u32]) {
        let Some(mut slot) = slot(name, hash).filter(|_| places.len() <= self.most_places / WAYS) else {
            return;
        };
        if places.len() > self.most_places - self.places.len() {
            self.forget();
        }
        let (Ok(start), Ok(count)) = (u32::try_from(self.places.len()), u32::try_from(places.len())) else {
            return;
        };
        let set = self.set(hash);
        self.victim = (self.victim + 1) % WAYS;
        let generation = self.generation;
        let Some(slots) = self.slots.chunks_exact_mut(WAYS).nth(set) else { return };
        let free = slots.iter().position(|slot| slot.generation != generation);
        let Some(taken) = slots.get_mut(free.unwrap_or(self.victim)) else { return };
        (slot.start, slot.count, slot.generation) = (start, count, generation);
        *taken = slot;
        self.places.extend_from_slice(places);
    }

    fn forget(&mut self) {
        self.places.clear();
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.slots.fill(FREE);
            self.generation = 1;
        }
    }

    fn set(&self, hash: u64) -> usize {
        (hash as usize) % (self.slots.len() / WAYS).max(1)
    }
}

/// A slot of a name, if it is short enough.
fn slot(name: &str, hash: u64) -> Option<Slot> {
    let mut slot = Slot { hash, length: u8::try_from(name.len()).ok()?, ..FREE };
    slot.name.get_mut(..name.len())?.copy_from_slice(name.as_bytes());
    Some(slot)
}

#[cfg(test)]
mod tests {
    use super::{BLOCKS_PER_NAME, LONGEST_NAME, Remembered, WAYS};

    fn insert(remembered: &mut Remembered, name: &str, places: &[u32]) {
        let (found, hash) = remembered.find(name);
        assert_eq!(found, None);
        remembered.insert(name, hash, places);
    }

    #[test]
    fn what_is_remembered_is_right_and_takes_no_more_memory() {
        let mut remembered = Remembered::new(64);
        let (slots, places) = (remembered.slots.len(), remembered.places.capacity());
        let mut found = 0;
        for round in 0..100_000_u32 {
            let number = if round % 2 == 0 { round % 7 } else { round * 7919 % 100 };
            let name = format!("tool_{number}");
            let blocks: Vec<u32> = (0..number).collect();
            match remembered.find(&name) {
                (Some(known), _) => {
                    assert_eq!(known, blocks, "{name}");
                    found += 1;
                }
                (None, hash) => remembered.insert(&name, hash, &blocks),
            }
        }
        assert!(found > 1000, "{found}");
        assert_eq!((remembered.slots.len(), remembered.places.capacity()), (slots, places));
    }

    #[test]
    fn a_small_set_of_names_stays() {
        let mut remembered = Remembered::new(1024);
        for number in 0..4 {
            insert(&mut remembered, &format!("tool_{number}"), &[number, 9]);
        }
        for number in 0..4 {
            assert_eq!(remembered.find(&format!("tool_{number}")).0, Some([number, 9].as_slice()));
        }
        insert(&mut remembered, "", &[]);
        assert_eq!(remembered.find("").0, Some([].as_slice()));
    }

    #[test]
    fn long_names_and_long_lists_are_not_remembered() {
        let mut remembered = Remembered::new(8);
        let (fits, long) = ("x".repeat(LONGEST_NAME), "x".repeat(LONGEST_NAME + 1));
        insert(&mut remembered, &fits, &[1]);
        insert(&mut remembered, &long, &[1]);
        assert_eq!(remembered.find(&fits).0, Some([1].as_slice()));
        assert_eq!(remembered.find(&long).0, None);
        let blocks: Vec<u32> = (0..128).collect();
        insert(&mut remembered, "many", &blocks);
        assert_eq!(remembered.find("many").0, None);
        let mut none = Remembered::new(0);
        insert(&mut none, "a", &[]);
        assert_eq!(none.find("a").0, None);
    }

    #[test]
    fn a_full_set_takes_new_names_in_turn() {
        let mut remembered = Remembered::new(WAYS);
        for number in 0..20 {
            insert(&mut remembered, &number.to_string(), &[]);
            let oldest = if number < 2 * WAYS { number } else { number + 1 - WAYS };
            for known in oldest..=number {
                assert_eq!(remembered.find(&known.to_string()).0, Some([].as_slice()), "{known} of {number}");
            }
        }
        // Names are spread over all sets.
        let mut remembered = Remembered::new(16 * WAYS);
        (0..40).for_each(|number| insert(&mut remembered, &number.to_string(), &[]));
        let known = (0..40).filter(|number| remembered.find(&number.to_string()).0.is_some()).count();
        assert!(known > 4 * WAYS, "{known}");
    }

    #[test]
    fn the_list_of_blocks_is_used_to_its_end() {
        let mut remembered = Remembered::new(WAYS);
        let blocks = [7; BLOCKS_PER_NAME];
        for number in 0..WAYS {
            insert(&mut remembered, &number.to_string(), &blocks);
        }
        assert!((0..WAYS).all(|number| remembered.find(&number.to_string()).0 == Some(blocks.as_slice())));
        insert(&mut remembered, "one more", &[1]);
        assert_eq!(remembered.find("one more").0, Some([1].as_slice()));
        assert!((0..WAYS).all(|number| remembered.find(&number.to_string()).0.is_none()));
    }

    #[test]
    fn a_generation_that_comes_again_finds_nothing_old() {
        let mut remembered = Remembered::new(4);
        insert(&mut remembered, "a", &[1]);
        remembered.generation = u32::MAX;
        remembered.forget();
        assert_eq!((remembered.generation, remembered.find("a").0), (1, None));
    }
}
