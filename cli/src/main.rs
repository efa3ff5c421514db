//! The command `sqrt`: reads files, hands their bytes to compiler and VM, and writes what these say.
//!
//! Invariants: answers go to standard output and everything else to standard error; the exit status is 0 if all is done and
//! fine, 1 if the policy is not fine, 2 if the command could not do its work.

mod args;
mod check;
mod compile;
mod disasm;
mod eval;
mod input;
mod json;
mod limits;
mod output;
mod policy;
mod program;
mod replace;
mod settings;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use sqrt_vm::visible::visible;

use args::{CommandLine, Verb};
use output::{Output, Status, Stop, stderr_is_coloured, stdout_is_coloured, tell, tell_failure};

fn main() -> ExitCode {
    let mut output = Output::new();
    let done = match CommandLine::try_parse() {
        Ok(command_line) => run(&command_line.verb, &mut output),
        Err(asked) => help_or_usage(&made_visible(asked), &mut output),
    };
    // What was answered before a failure comes out before it is told.
    let flushed = output.flush();
    for stop in [done, flushed].into_iter().filter_map(Result::err) {
        if let Stop::Failure(failure) = stop {
            tell_failure(&failure);
            output.worsen(Status::Failed);
        }
    }
    output.status().into()
}

fn run(verb: &Verb, output: &mut Output) -> Result<(), Stop> {
    match verb {
        Verb::Check(args) => check::run(args, output),
        Verb::Eval(args) => eval::run(args, output),
        Verb::Compile(args) => compile::run(args, output),
        Verb::Disasm(args) => disasm::run(args, output),
        Verb::Limits(_) => limits::run(output),
    }
}

/// The same error about arguments without anything hidden in them, as the message repeats them.
fn made_visible(asked: clap::Error) -> clap::Error {
    let shown = |arg: OsString| visible(&arg.to_string_lossy()).into_owned();
    match CommandLine::try_parse_from(std::env::args_os().map(shown)) {
        Err(visible) => visible,
        // An argument that is not UTF-8 where text is needed: the message does not repeat it.
        Ok(_) => asked,
    }
}

/// Help and version are answers; everything else that clap says is a misuse of the command.
fn help_or_usage(asked: &clap::Error, output: &mut Output) -> Result<(), Stop> {
    let to_stderr = asked.use_stderr();
    let coloured = if to_stderr { stderr_is_coloured() } else { stdout_is_coloured() };
    let rendered = asked.render();
    let mut text = if coloured { rendered.ansi().to_string() } else { rendered.to_string() };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    if to_stderr {
        output.worsen(Status::Failed);
        tell(text);
        return Ok(());
    }
    output.text(&text)
}
