//! How much the tables of a policy may take, and so how long it may take to build them.

/// What is left for the tables of one program.
///
/// A table that turned out too large has cost as much as one of the full size, and is counted so. So the time to build
/// all tables is bounded by the budget too.
#[derive(Debug, Clone)]
pub struct Budget {
    table: usize,
    left: usize,
}

impl Budget {
    /// At most `table` bytes for one table, `tables` for all.
    pub fn new(table: usize, tables: usize) -> Budget {
        Budget { table, left: tables }
    }

    /// Bytes that the next table may take.
    pub fn for_table(&self) -> usize {
        self.table.min(self.left)
    }

    /// Bytes that a table may take while there is room for a full one.
    pub fn most(&self) -> usize {
        self.table
    }

    /// Takes what a table takes, or what the attempt cost.
    pub fn spend(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
    }
}
