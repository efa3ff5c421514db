//! What deciding a call has cost so far, and how much it may cost: the limit `work`.
//!
//! The cost of a call is bounded by the sizes of policy and call only as a product: a long value against many patterns,
//! many updates after each of which lets are asked again, many large sets. So it is counted, where it can be large: for each
//! procedure that is entered, leaf that is tested, byte that an automaton looks at, word of the tail of a set. A unit
//! takes up to three nanoseconds (`benches/benches/work.rs`); a word of memory that is written counts more, so that memory
//! is bounded too.
//!
//! Invariant: once the budget is spent, whatever was being asked ends soon with any answer, and the phase ends in an error
//! before that answer can take effect (S6.11).

use crate::limits::LimitExceeded;

/// For each instruction of a procedure that is entered.
pub(crate) const PER_INSTRUCTION: u64 = 4;
/// For each leaf of a value that is looked at.
pub(crate) const PER_LEAF: u64 = 8;
/// For each number that another one is compared with.
pub(crate) const PER_NUMBER: u64 = 12;
/// For each text that another one is compared with, beside its bytes.
pub(crate) const PER_TEXT: u64 = 8;
/// For each text that is read as a date.
pub(crate) const PER_DATE: u64 = 64;
/// Each unit pays for so many bytes of text that are compared.
pub(crate) const BYTES_COMPARED: u64 = 8;
/// For each state of a simulation at each byte.
pub(crate) const PER_STATE: u64 = 4;
/// For each tag that a call lists.
pub(crate) const PER_TAG: u64 = 64;
/// For each word of the tail of a set that is made or copied: it takes 16 bytes, so the budget bounds these to some hundreds
/// of megabytes.
pub(crate) const PER_WORD_MADE: u64 = 128;

/// The budget of a call, and what is spent of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Work {
    spent: u64,
    limit: u64,
}

impl Default for Work {
    /// No bound: for what is done once and not for a call.
    fn default() -> Work {
        Work { spent: 0, limit: u64::MAX }
    }
}

impl Work {
    /// Nothing spent of so much.
    pub(crate) fn new(limit: usize) -> Work {
        Work { spent: 0, limit: limit as u64 }
    }

    /// Spends some. The caller goes on only for a bounded time before [`Work::check`].
    #[inline]
    pub(crate) fn spend(&mut self, units: u64) {
        self.spent = self.spent.saturating_add(units);
    }

    /// Whether more was spent than there was.
    #[inline]
    pub(crate) fn is_over(&self) -> bool {
        self.spent > self.limit
    }

    /// Refuses if more was spent than there was.
    ///
    /// # Errors
    /// The limit `work`.
    pub(crate) fn check(&self) -> Result<(), LimitExceeded> {
        if self.is_over() { Err(self.exceeded()) } else { Ok(()) }
    }

    /// The error that it is over.
    #[cold]
    pub(crate) fn exceeded(&self) -> LimitExceeded {
        let size = |units| usize::try_from(units).unwrap_or(usize::MAX);
        LimitExceeded::new("work", size(self.spent), size(self.limit))
    }
}

/// The cost of looking at a text byte by byte, or of comparing it, for `each` bytes a unit.
#[inline]
pub(crate) fn of_text(text: &str, each: u64) -> u64 {
    (text.len() as u64) / each
}

/// How many of so many entries in order are looked at to find one.
#[inline]
pub(crate) fn of_search(entries: u32) -> u64 {
    u64::from(u32::BITS - entries.leading_zeros())
}

/// A length as units.
#[inline]
pub(crate) fn of_len(length: usize) -> u64 {
    length as u64
}
