//! `sqrt completions`: what shells complete of the command.

use clap::CommandFactory;
use clap_complete::generate;

use crate::args::{CommandLine, CompletionsArgs};
use crate::output::{Output, Stop};

/// Writes the completions for a shell.
pub(crate) fn run(args: &CompletionsArgs, output: &mut Output) -> Result<(), Stop> {
    let mut script = Vec::new();
    generate(args.shell, &mut CommandLine::command(), "sqrt", &mut script);
    output.write(|stdout| stdout.write_all(&script))
}
