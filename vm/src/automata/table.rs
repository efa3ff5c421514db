//! A deterministic automaton under construction, and its way into the tables of a program.

use crate::bytecode::automata::{AutomataTables, DfaId, DfaRecord};
use crate::bytecode::program::List;

/// A deterministic automaton. State 0 is dead, the start state is 1 until the table is numbered for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(super) classes: [u8; 256],
    /// How many classes there are; rows have as many entries.
    pub(super) width: usize,
    pub(super) transitions: Vec<u16>,
    /// For each state the numbers of the patterns that match, ascending; of a union, `[0]` or nothing.
    pub(super) accepts: Vec<Vec<u32>>,
    pub(super) start: u16,
    /// How many patterns are told apart; 0 for a union.
    pub(super) patterns: u32,
}

/// A table of the program would have more entries than its ids can count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany;

/// The length of a table as an id.
pub(crate) fn index(len: usize) -> Result<u32, TooMany> {
    u32::try_from(len).map_err(|_| TooMany)
}

/// Appends to a pool and names what was appended.
pub(crate) fn append<T>(pool: &mut Vec<T>, items: impl IntoIterator<Item = T>) -> Result<List, TooMany> {
    let start = index(pool.len())?;
    pool.extend(items);
    Ok(List { start, len: index(pool.len())?.saturating_sub(start) })
}

impl Table {
    /// The automaton with nothing but the dead state.
    pub(super) fn new(classes: [u8; 256], width: usize, patterns: u32) -> Table {
        let accepts = vec![Vec::new()];
        Table { classes, width, transitions: vec![0; width], accepts, start: 1, patterns }
    }

    /// Adds a state.
    pub(super) fn push(&mut self, row: &[u16], accepts: Vec<u32>) {
        self.transitions.extend_from_slice(row);
        self.accepts.push(accepts);
    }

    /// How many states there are, the dead one included.
    pub(super) fn states(&self) -> usize {
        self.accepts.len()
    }

    /// Where the states lead, by number.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[u16]> {
        self.transitions.chunks_exact(self.width)
    }

    /// Where one state leads.
    pub(super) fn row(&self, state: u16) -> &[u16] {
        let start = usize::from(state).saturating_mul(self.width);
        self.transitions.get(start..start.saturating_add(self.width)).unwrap_or_default()
    }

    fn stride_log2(&self) -> u32 {
        self.width.next_power_of_two().trailing_zeros()
    }

    /// Bytes that it takes in the tables of a program.
    pub(crate) fn memory_usage(&self) -> usize {
        let lists =
            if self.patterns == 0 { 0 } else { self.accepts.iter().map(|list| 8 + 4 * list.len()).sum() };
        256 + size_of::<DfaRecord>() + (self.states() << self.stride_log2()) * size_of::<u16>() + lists
    }

    /// Adds it to the automata of a program.
    ///
    /// # Errors
    /// If a table has no room for it; nothing that refers to what was added before is changed.
    pub(crate) fn add_to(&self, tables: &mut AutomataTables) -> Result<DfaId, TooMany> {
        let id = DfaId(index(tables.dfas.len())?);
        let record = DfaRecord {
            classes: append(&mut tables.dfa_classes, self.classes)?.start,
            transitions: self.add_rows(tables)?,
            stride_log2: u8::try_from(self.stride_log2()).map_err(|_| TooMany)?,
            states: u16::try_from(self.states()).map_err(|_| TooMany)?,
            start: self.start,
            first_accepting: self.first(|state| self.is_accepting(state))?,
            first_absorbing: self.first(|state| self.is_absorbing(state))?,
            patterns: self.patterns,
            accepts: self.add_accepts(tables)?,
        };
        tables.dfas.push(record);
        Ok(id)
    }

    fn add_rows(&self, tables: &mut AutomataTables) -> Result<u32, TooMany> {
        let padding = (1_usize << self.stride_log2()).saturating_sub(self.width);
        let start = index(tables.dfa_transitions.len())?;
        for row in self.rows() {
            tables.dfa_transitions.extend_from_slice(row);
            tables.dfa_transitions.extend(std::iter::repeat_n(0, padding));
        }
        index(tables.dfa_transitions.len())?;
        Ok(start)
    }

    fn add_accepts(&self, tables: &mut AutomataTables) -> Result<List, TooMany> {
        let mut lists = Vec::new();
        if self.patterns > 0 {
            for list in self.accepts.iter().filter(|list| !list.is_empty()) {
                lists.push(append(&mut tables.dfa_accept_pool, list.iter().copied())?);
            }
        }
        append(&mut tables.dfa_accepts, lists)
    }

    /// The first state of a kind; how many states there are if none is.
    fn first(&self, is: impl Fn(u16) -> bool) -> Result<u16, TooMany> {
        let states = u16::try_from(self.states()).map_err(|_| TooMany)?;
        Ok((0..states).find(|&state| is(state)).unwrap_or(states))
    }

    pub(super) fn is_accepting(&self, state: u16) -> bool {
        self.accepts.get(usize::from(state)).is_some_and(|list| !list.is_empty())
    }

    /// Whether it accepts and leads only to itself.
    pub(super) fn is_absorbing(&self, state: u16) -> bool {
        self.is_accepting(state) && self.row(state).iter().all(|&next| next == state)
    }
}
