//! Whether the automata of a program, and its dispatch, are those of its patterns and blocks.
//!
//! The verifier makes sure that these tables are safe to run, not that they mean what the patterns say: an image could be
//! made by anyone. Who doubts builds them anew.

use super::budget::Budget;
use super::build::{BuildError, build};
use crate::bytecode::automata::{AutomataTables, automata_tables};
use crate::bytecode::dispatch::{DispatchTables, dispatch_tables};
use crate::bytecode::program::Program;

/// A table that is not what the patterns make it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The name of the table, as in [`AutomataTables`] and [`DispatchTables`].
    pub table: &'static str,
    /// The first row (of a text: byte) that differs.
    pub row: usize,
}

/// Builds the automata and the dispatch of `program` anew and compares: the tables that differ, in their order.
///
/// The budget has to be the one with which the program was compiled.
///
/// # Errors
/// As [`build`](super::build).
pub fn differences(program: &Program, budget: Budget) -> Result<Vec<Difference>, BuildError> {
    let mut again = program.clone();
    build(&mut again, budget)?;
    let mut differences = Vec::new();
    program.automata.compare(&again.automata, &mut differences);
    program.dispatch.compare(&again.dispatch, &mut differences);
    Ok(differences)
}

/// Tables that can be compared, one by one.
trait Compare {
    /// Adds the tables that are not as expected.
    fn compare(&self, expected: &Self, differences: &mut Vec<Difference>);
}

macro_rules! compared {
    ($tables:ident { $($table:ident),* $(,)? }) => {
        impl Compare for $tables {
            fn compare(&self, expected: &Self, differences: &mut Vec<Difference>) {
                $(differences.extend(difference(
                    stringify!($table), self.$table.as_ref(), expected.$table.as_ref(),
                ));)*
            }
        }
    };
}

automata_tables!(compared);
dispatch_tables!(compared);

fn difference<T: PartialEq>(table: &'static str, found: &[T], expected: &[T]) -> Option<Difference> {
    let row = found.iter().zip(expected).position(|(found, expected)| found != expected);
    let length = (found.len() != expected.len()).then(|| found.len().min(expected.len()));
    row.or(length).map(|row| Difference { table, row })
}

#[cfg(test)]
mod tests {
    use super::{Budget, Difference, differences};
    use crate::testing::{Assembler, built};

    #[test]
    fn another_automaton_is_noticed() {
        let mut asm = Assembler::new();
        asm.regex_set("[ab]*c");
        asm.regex_set("d.*");
        let block = asm.regex("e.*");
        asm.block(block);
        let mut program = built(asm.program);
        let budget = || Budget::new(256 << 10, 32 << 20);
        assert_eq!(differences(&program, budget()), Ok(Vec::new()));
        let states = program.automata.dfa_transitions.len();
        *program.automata.dfa_transitions.last_mut().unwrap() ^= 1;
        program.automata.literal_text.push('x');
        program.dispatch.finds.clear();
        let expected = [
            Difference { table: "dfa_transitions", row: states - 1 },
            Difference { table: "literal_text", row: program.automata.literal_text.len() - 1 },
            Difference { table: "finds", row: 0 },
        ];
        assert_eq!(differences(&program, budget()).unwrap(), expected);
    }
}
