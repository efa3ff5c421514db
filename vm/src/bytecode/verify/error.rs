//! Why a program was refused: what is wrong, and where.

use super::promises::{Flaw, Promise};
use std::fmt;

/// Why a program is not runnable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyError {
    place: Place,
    flaw: Flaw,
}

/// Where in the program something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A row of the named table.
    Row(&'static str, usize),
    /// A whole table.
    Table(&'static str),
    /// An instruction, by its index in the code.
    Instruction { procedure: usize, at: usize },
}

impl VerifyError {
    pub(super) fn new(place: Place, flaw: Flaw) -> Self {
        VerifyError { place, flaw }
    }

    /// The promise that is broken.
    pub fn promise(&self) -> Promise {
        self.flaw.promise()
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        self.flaw.message()
    }

    /// Where, as text: a table and a row, or a procedure and an instruction.
    pub fn place(&self) -> String {
        self.place.to_string()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Row(table, index) => write!(f, "{table} {index}"),
            Place::Table(table) => f.write_str(table),
            Place::Instruction { procedure, at } => write!(f, "procedure {procedure}, instruction {at}"),
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (promise, message) = (self.flaw.promise(), self.flaw.message());
        write!(f, "the program is not valid: {}: {message} (`{}`)", self.place, promise.name())
    }
}

impl std::error::Error for VerifyError {}
