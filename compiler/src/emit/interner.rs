//! Finds strings that a text has already: each is stored once, where the program has it, and nowhere else.
//!
//! Invariant: `slots` has at least twice as many places as there are strings, so every search ends.

use super::EmitError;
use super::pools::{index, string_at};
use sqrt_vm::keyed::QuickHash;

/// Where strings are in a text in which they lie end to end.
#[derive(Debug, Default)]
pub(super) struct Interner {
    /// A part of the hash, and the index of the string + 1; 0 of none. A power of two of them.
    slots: Vec<(u32, u32)>,
    hash: QuickHash,
}

impl Interner {
    /// The index of `name` among the strings that `ends` divides `text` into; it is added behind them if it is new. All others
    /// have been added here.
    pub(super) fn insert(
        &mut self,
        name: &str,
        text: &mut String,
        ends: &mut Vec<u32>,
    ) -> Result<u32, EmitError> {
        let number = index(ends.len())?.checked_add(1).ok_or(EmitError::TooLarge)?;
        if ends.len() * 2 >= self.slots.len() {
            self.grow(ends.len() * 4 + 64);
        }
        let hash = self.hash.of_str(name) as u32;
        let mut places = self.places(hash);
        let place = loop {
            let place = places.next().ok_or(EmitError::Internal("a table of strings that is full"))?;
            match self.slots.get(place) {
                Some(&(known, number)) if number != 0 => {
                    if known == hash && string_at(text, ends, number - 1) == name {
                        return Ok(number - 1);
                    }
                }
                _ => break place,
            }
        };
        text.push_str(name);
        ends.push(index(text.len())?);
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = (hash, number);
        }
        Ok(number - 1)
    }

    /// Where a string of this hash can be, the likeliest place first.
    fn places(&self, hash: u32) -> impl Iterator<Item = usize> + use<> {
        let mask = self.slots.len().saturating_sub(1);
        (0..=mask).map(move |step| (hash as usize).wrapping_add(step) & mask)
    }

    /// Makes room for so many slots at least.
    fn grow(&mut self, slots: usize) {
        let old = std::mem::replace(&mut self.slots, vec![(0, 0); slots.next_power_of_two()]);
        for (hash, number) in old.into_iter().filter(|&(_, number)| number != 0) {
            let is_free = |place: &usize| self.slots.get(*place).is_some_and(|&(_, number)| number == 0);
            if let Some(slot) = self.places(hash).find(is_free).and_then(|place| self.slots.get_mut(place)) {
                *slot = (hash, number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Interner;
    use crate::emit::pools::string_at;

    #[test]
    fn each_string_is_there_once() {
        let (mut interner, mut text, mut ends) = (Interner::default(), String::new(), Vec::new());
        let names: Vec<String> = (0..1_000_u32)
            .map(|number| "x".repeat(number as usize % 5) + &(number / 5).to_string())
            .collect();
        for _ in 0..2 {
            for (number, name) in (0..).zip(&names) {
                assert_eq!(interner.insert(name, &mut text, &mut ends), Ok(number));
                assert_eq!(string_at(&text, &ends, number), name);
            }
        }
        assert_eq!(interner.insert("", &mut text, &mut ends), Ok(1_000));
        assert_eq!(interner.insert("", &mut text, &mut ends), Ok(1_000));
        assert_eq!((ends.len(), text), (1_001, names.concat()));
    }
}
