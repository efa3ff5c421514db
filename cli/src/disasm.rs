//! `sqrt disasm`: the bytecode of a policy or an image, for people.

use sqrt_compiler::limits::Limits;
use sqrt_compiler::{Options, compile};
use sqrt_vm::automata::{Budget, Difference, differences};
use sqrt_vm::bytecode::program::Program;
use sqrt_vm::bytecode::{VerifiedProgram, disasm, disasm_with_explanations};

use crate::args::DisasmArgs;
use crate::limits;
use crate::output::{Failure, Output, Status, Stop, tell, tell_failure};
use crate::policy::{PolicyFile, tell_diagnostics};

/// Compiles the policy, or loads the image, and writes its bytecode.
pub(crate) fn run(args: &DisasmArgs, output: &mut Output) -> Result<(), Stop> {
    let limits = limits::asked(&args.limits)?;
    let file = PolicyFile::read(&args.file, &limits)?;
    match program(&file, &limits)? {
        Some(program) => {
            let show = if args.explanations { disasm_with_explanations } else { disasm };
            output.page()?;
            output.text(&show(program.program()))?;
            if args.verify { verify(program.program(), &limits, output) } else { Ok(()) }
        }
        None => {
            output.worsen(Status::NotFine);
            Ok(())
        }
    }
}

/// Tells which automata are not those of their patterns.
fn verify(program: &Program, limits: &Limits, output: &mut Output) -> Result<(), Stop> {
    let budget = Budget::new(limits.pattern_table_bytes(), limits.pattern_tables_bytes());
    let found = differences(program, budget)
        .map_err(|error| Failure::new(format!("the automata cannot be built anew: {error}")))?;
    for Difference { table, row, .. } in &found {
        tell(format_args!("table `{table}` is not what the patterns make it, from row {row} on\n"));
    }
    if !found.is_empty() {
        tell_failure(&Failure::new("the automata are not those of the patterns"));
        output.worsen(Status::NotFine);
    }
    Ok(())
}

/// The program; `None`, told, if the policy is not fine.
fn program(file: &PolicyFile, limits: &Limits) -> Result<Option<VerifiedProgram>, Stop> {
    if file.is_image() {
        return Ok(Some(file.load(true, limits)?));
    }
    let compiled = compile(&[file.source()], &Options { limits: *limits, ..Options::default() });
    tell_diagnostics(&compiled);
    Ok(compiled.program)
}
