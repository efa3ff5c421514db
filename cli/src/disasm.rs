//! `sqrt disasm`: the bytecode of a policy or an image, for people.

use sqrt_compiler::{Options, compile};
use sqrt_vm::bytecode::{VerifiedProgram, disasm};

use crate::args::DisasmArgs;
use crate::output::{Output, Status, Stop};
use crate::policy::{PolicyFile, tell_diagnostics};

/// Compiles the policy, or loads the image, and writes its bytecode.
pub(crate) fn run(args: &DisasmArgs, output: &mut Output) -> Result<(), Stop> {
    let file = PolicyFile::read(&args.file)?;
    match program(&file)? {
        Some(program) => output.text(&disasm(program.program())),
        None => {
            output.worsen(Status::NotFine);
            Ok(())
        }
    }
}

/// The program; `None`, told, if the policy is not fine.
fn program(file: &PolicyFile) -> Result<Option<VerifiedProgram>, Stop> {
    if file.is_image() {
        return Ok(Some(file.load()?));
    }
    let compiled = compile(&[file.source()], &Options::default());
    tell_diagnostics(&compiled);
    Ok(compiled.program)
}
