//! Changes at random, of the kinds that get far: plausible numbers, records of the same table, sections of another image.

use super::parts::{Parts, Section};

/// Makes one changed image after another; the same seed makes the same.
#[derive(Debug)]
pub struct Mutator {
    seed: u64,
    /// What is changed, and what parts of others are taken from.
    pool: Vec<Parts>,
}

impl Mutator {
    /// Changes these images, which are valid.
    pub fn new(seed: u64, images: &[&[u8]]) -> Mutator {
        Mutator { seed: seed.max(1), pool: images.iter().map(|image| Parts::of(image)).collect() }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        (self.seed % bound.max(1) as u64) as usize
    }

    /// An image with one to four changes.
    pub fn image(&mut self) -> Vec<u8> {
        let chosen = self.below(self.pool.len());
        let mut parts = self.pool[chosen].clone();
        for _ in 0..=self.below(4) {
            let group = self.below(2);
            let section = self.below(parts.groups[group].len());
            let other = self.below(self.pool.len());
            let other = self.pool[other].groups[group].get(section).cloned();
            self.change(&mut parts.groups[group][section], other);
        }
        parts.image()
    }

    /// Changes a section; `other` is that of another image, or the same.
    fn change(&mut self, section: &mut Section, other: Option<Section>) {
        let length = section.bytes.len();
        let record = section.record.max(1);
        let records = length / record;
        if records == 0 {
            *section = other.unwrap_or_else(|| section.clone());
            return;
        }
        let (one, two) = (self.below(records) * record, self.below(records) * record);
        match self.below(9) {
            0 | 1 => section.bytes[self.below(length)] ^= 1 << self.below(8),
            2 => section.bytes[self.below(length)] = self.below(256) as u8,
            3 | 4 => self.set_number(&mut section.bytes),
            5 => {
                let (low, high) = (one.min(two), one.max(two));
                if low < high {
                    let (before, from) = section.bytes.split_at_mut(high);
                    before[low..low + record].swap_with_slice(&mut from[..record]);
                }
            }
            6 => section.bytes.copy_within(one..one + record, two),
            7 => {
                // A record more, or one less.
                if self.below(2) == 0 {
                    let copy = section.bytes[one..one + record].to_vec();
                    section.bytes.splice(two..two, copy);
                } else {
                    section.bytes.drain(one..one + record);
                }
            }
            _ => {
                // Some bytes of the same section of another image.
                let other = other.map_or_else(Vec::new, |other| other.bytes);
                let from = self.below(other.len());
                let count = self.below(16).min(other.len() - from).min(length - one);
                section.bytes[one..one + count].copy_from_slice(&other[from..from + count]);
            }
        }
    }

    /// Puts a number at a boundary, or next to what is there, somewhere.
    fn set_number(&mut self, bytes: &mut [u8]) {
        let width = [1, 2, 4, 8][self.below(4)].min(bytes.len());
        let at = self.below(bytes.len() / width) * width;
        let place = &mut bytes[at..at + width];
        let mut number = [0; 8];
        number[..width].copy_from_slice(place);
        let number = u64::from_le_bytes(number);
        let made = match self.below(6) {
            0 => 0,
            1 => number.wrapping_add(1),
            2 => number.wrapping_sub(1),
            3 => u64::MAX,
            4 => 1 << (8 * width - 1),
            _ => self.below(64) as u64,
        };
        place.copy_from_slice(&made.to_le_bytes()[..width]);
    }
}
