//! Deterministic automata: flat tables, walked by hand.
//!
//! A walk looks at each byte of a text once, writes nothing and does not allocate. Every access is checked, so a table that
//! is wrong gives a wrong answer at worst; the verifier refuses tables that lead out of range.

#[cfg(debug_assertions)]
use crate::bytecode::Promise;
use crate::bytecode::automata::{AutomataTables, DfaId};
use crate::bytecode::program::List;

/// After so many bytes a walk looks whether its state is one that nothing leaves.
const BLOCK: usize = 8;
/// So many blocks at most are walked byte by byte before the next is looked at as one.
const LONGEST_PAUSE: u32 = 64;

/// A deterministic automaton of a program, ready to walk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dfa<'p> {
    classes: &'p [u8; 256],
    transitions: &'p [u16],
    stride_log2: u8,
    start: u16,
    first_accepting: u16,
    first_absorbing: u16,
    accepts: &'p [List],
    pool: &'p [u32],
}

impl<'p> Dfa<'p> {
    /// The automaton `id`; none if there is no such automaton, or its lists lead out of their pools.
    pub(crate) fn new(tables: &'p AutomataTables, id: DfaId) -> Option<Dfa<'p>> {
        let record = tables.dfas.get(id.0 as usize)?;
        let from = record.transitions as usize;
        let size = usize::from(record.states).checked_shl(u32::from(record.stride_log2))?;
        Some(Dfa {
            classes: tables.dfa_classes.get(record.classes as usize..)?.first_chunk()?,
            transitions: tables.dfa_transitions.get(from..from.checked_add(size)?)?,
            stride_log2: record.stride_log2,
            start: record.start,
            first_accepting: record.first_accepting,
            first_absorbing: record.first_absorbing,
            accepts: record.accepts.of(&tables.dfa_accepts)?,
            pool: &tables.dfa_accept_pool,
        })
    }

    /// Whether it accepts the whole of `text`: whether any of its patterns matches.
    pub(crate) fn accepts(&self, text: &str) -> bool {
        self.walk(text) >= self.first_accepting
    }

    /// The numbers of its patterns that match the whole of `text`, ascending; always empty if it does not tell patterns
    /// apart.
    pub(crate) fn matches(&self, text: &str) -> &'p [u32] {
        let place = self.walk(text).checked_sub(self.first_accepting);
        let list = place.and_then(|place| self.accepts.get(usize::from(place)));
        list.and_then(|list| list.of(self.pool)).unwrap_or_default()
    }

    /// The promise that a walk over `text` finds broken.
    #[cfg(debug_assertions)]
    pub(super) fn broken(&self, text: &str) -> Option<Promise> {
        let stride = 1 << self.stride_log2;
        let states = self.transitions.len() >> self.stride_log2;
        let mut state = self.start;
        for &byte in text.as_bytes() {
            let class = usize::from(*self.classes.get(usize::from(byte))?);
            let next = self.transitions.get((usize::from(state) << self.stride_log2) + class).copied();
            let Some(next) = next.filter(|&next| class < stride && usize::from(next) < states) else {
                return Some(Promise::DfaTablesClosed);
            };
            if (state == 0 || state >= self.first_absorbing) && next != state {
                return Some(Promise::DfaFinalStatesStay);
            }
            state = next;
        }
        None
    }

    /// The state in which `text` ends, or one that nothing leaves.
    fn walk(&self, text: &str) -> u16 {
        let (blocks, rest) = text.as_bytes().as_chunks::<BLOCK>();
        let mut state = self.start;
        // Most text leaves the state between matches seldom. That is seen by blocks, unless it came otherwise lately.
        let (mut returned, mut pause, mut next_pause) = (false, 0_u32, 1_u32);
        for block in blocks {
            if returned && pause == 0 {
                if self.stays(state, block) {
                    next_pause = 1;
                    continue;
                }
                pause = next_pause;
                next_pause = LONGEST_PAUSE.min(next_pause * 2);
            } else {
                pause = pause.saturating_sub(1);
            }
            let before = state;
            state = block.iter().fold(state, |state, byte| self.next(state, *byte));
            // Nothing leaves these states, so it is early enough behind the block.
            if state == 0 || state >= self.first_absorbing {
                return state;
            }
            returned = state == before;
        }
        rest.iter().fold(state, |state, byte| self.next(state, *byte))
    }

    /// Whether each of these bytes leads from a state to itself. They are looked at side by side, where a step of the walk
    /// waits for the one before.
    #[inline]
    fn stays(&self, state: u16, block: &[u8; BLOCK]) -> bool {
        let start = usize::from(state) << self.stride_log2;
        let row = self.transitions.get(start..start + (1 << self.stride_log2)).unwrap_or_default();
        let leads_to_itself = |&byte: &u8| row.get(self.class(byte)) == Some(&state);
        block.iter().fold(true, |stays, byte| stays & leads_to_itself(byte))
    }

    /// The state behind a byte. Each step waits for the one before, so nothing is done here that could be done beside.
    #[inline]
    fn next(&self, state: u16, byte: u8) -> u16 {
        let place = (usize::from(state) << self.stride_log2) | self.class(byte);
        match self.transitions.get(place) {
            Some(next) => *next,
            None => 0,
        }
    }
    #[inline]
    fn class(&self, byte: u8) -> usize {
        usize::from(self.classes.get(usize::from(byte)).copied().unwrap_or(0))
    }
}
