//! The table of late arguments has every argument that the code reads late.

use super::error::{Place, VerifyError};
use super::promises::Promise;
use crate::bytecode::late_args::late_args;
use crate::bytecode::program::Program;

/// Explanations may be left in the image, so a row may be true of which the code says nothing.
pub(super) fn verify(program: &Program) -> Result<(), VerifyError> {
    let table = &program.late_args;
    if table.len() != program.args.len() {
        let message = format!("{} rows, and not {}", table.len(), program.args.len());
        let flaw = Promise::LateArgsComplete.broken(message);
        return Err(VerifyError::new(Place::Table("late arguments"), flaw));
    }
    match late_args(program).iter().zip(table).position(|(&late, &told)| late && !told) {
        None => Ok(()),
        Some(row) => {
            let flaw = Promise::LateArgsComplete.broken("its value is read after the check");
            Err(VerifyError::new(Place::Row("late argument", row), flaw))
        }
    }
}
