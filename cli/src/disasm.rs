//! `sqrt disasm`: the bytecode of a policy, for people.

use sqrt_compiler::{Options, compile};

use crate::args::DisasmArgs;
use crate::output::{Output, Status, Stop};
use crate::policy::{PolicyFile, tell_diagnostics};

/// Compiles the policy and writes its bytecode.
pub(crate) fn run(args: &DisasmArgs, output: &mut Output) -> Result<(), Stop> {
    let file = PolicyFile::read(&args.file)?;
    let compiled = compile(&[file.source()], &Options::default());
    tell_diagnostics(&compiled);
    match &compiled.program {
        Some(program) => output.text(&sqrt_vm::bytecode::disasm(program.program())),
        None => {
            output.worsen(Status::NotFine);
            Ok(())
        }
    }
}
