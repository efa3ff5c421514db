//! `sqrt eval`: a policy and calls in, one answer a line out.
//!
//! Invariants: every line but a blank one has one answer, in the order of the lines; a line that is no valid call changes
//! no session; answers are flushed before the command waits for input, and before it ends, however it ends.

mod answer;
mod inputs;
pub(crate) mod reader;
mod sessions;

use std::io::Read;
use std::path::Path;

use sqrt_vm::policy::Policy;

use crate::args::EvalArgs;
use crate::input;
use crate::limits;
use crate::output::{Output, Status, Stop, tell_failure};
use crate::program::cannot_run;
use answer::Answering;
use inputs::Inputs;
use reader::{Line, LineReader};

/// Makes the policy ready and answers the calls.
pub(crate) fn run(args: &EvalArgs, output: &mut Output) -> Result<(), Stop> {
    let limits = limits::asked(&args.limits)?;
    let Some(inputs) = Inputs::read(args, limits, output)? else { return Ok(()) };
    let Some(program) = inputs.policy.program(&args.settings, args.explain, output)? else { return Ok(()) };
    let policy = match Policy::new(program, limits) {
        Ok(policy) => policy,
        Err(error) => {
            tell_failure(&cannot_run(&error));
            output.worsen(Status::NotFine);
            return Ok(());
        }
    };
    input::tell_if_typed(&inputs.calls_path, "calls, one JSON object a line,");
    let reader = LineReader::new(inputs.calls, policy.limits().line_bytes());
    answer_lines(reader, &inputs.calls_path, Answering::new(&policy, args.explain), output)
}

fn answer_lines<R: Read>(
    mut lines: LineReader<R>,
    path: &Path,
    mut answering: Answering<'_>,
    output: &mut Output,
) -> Result<(), Stop> {
    let limit = lines.limit();
    loop {
        if !lines.line_is_waiting() {
            output.flush()?;
        }
        let line = lines.next().map_err(|error| input::unreadable(path, &error))?;
        let answered = match line {
            None => return Ok(()),
            Some(Line::Whole(bytes)) if is_blank(bytes) => continue,
            Some(Line::Whole(bytes)) => answering.answer(bytes),
            Some(Line::TooLong) => Err(format!(
                "the line is over the limit `line_bytes`: it is longer than {limit} bytes; raise it with `--limit \
                     line_bytes=…`"
            )),
        };
        match answered {
            Ok(answer) => output.text(answer)?,
            Err(error) => {
                output.worsen(Status::Failed);
                output.text(answering.error_form(&error, lines.number()))?;
            }
        }
    }
}

/// White space as JSON has it.
pub(crate) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}
