//! The command `sqrt`: reads files, hands their bytes to compiler and VM, and writes what these say.
//!
//! Invariants: answers go to standard output and everything else to standard error; the exit status is 0 if all is done and
//! fine, 1 if the policy is not fine, 2 if the command could not do its work.

mod args;
mod check;
mod compile;
mod completions;
mod configuration;
mod diff;
mod disasm;
mod eval;
mod explain;
mod files;
mod fmt;
mod init;
mod input;
mod json;
mod limits;
mod lint;
mod lsp;
mod man;
mod output;
mod policy;
mod program;
mod repl;
mod replace;
mod replay;
mod settings;
mod terminal;
mod test;
mod tools;
mod unified;

use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe, Location};
use std::process::ExitCode;

use clap::Parser;
use sqrt_vm::visible::visible;

use args::{CommandLine, Verb};
use output::{Failure, Output, Status, Stop, tell, tell_failure};
use terminal::{Settings, stderr_is_coloured, stdout_is_coloured};

fn main() -> ExitCode {
    panic::set_hook(Box::new(|panic| tell_failure(&internal_error(panic.location()))));
    let mut output = Output::new();
    let done = guarded(&mut output, |output| match CommandLine::try_parse() {
        Ok(CommandLine { color, no_pager, verb }) => {
            Settings { color, no_pager }.apply();
            run(&verb, output)
        }
        Err(asked) => help_or_usage(&made_visible(asked), output),
    });
    // What was answered before a failure comes out before it is told.
    let flushed = output.finish();
    for stop in [done, flushed].into_iter().filter_map(Result::err) {
        if let Stop::Failure(failure) = stop {
            tell_failure(&failure);
            output.worsen(Status::Failed);
        }
    }
    output.status().into()
}

/// Does the work of the command. A panic, which no input should cause, ends it as a failure that the hook has told, so that
/// answers given before come out and the status says that not all of the work was done.
fn guarded(output: &mut Output, work: impl FnOnce(&mut Output) -> Result<(), Stop>) -> Result<(), Stop> {
    // Of what the work has left half done, only the output is used again, and that knows whether a write was interrupted.
    panic::catch_unwind(AssertUnwindSafe(|| work(output))).unwrap_or_else(|_| {
        output.worsen(Status::Failed);
        Ok(())
    })
}

/// A panic by its place alone: its text may quote what was being worked on.
fn internal_error(place: Option<&Location<'_>>) -> Failure {
    let place = place.map_or_else(String::new, |place| format!(" at {place}"));
    Failure::new(format!("internal error of `sqrt`{place}")).help("please report it with what you ran")
}

fn run(verb: &Verb, output: &mut Output) -> Result<(), Stop> {
    match verb {
        Verb::Init(args) => init::run(args, output),
        Verb::Check(args) => check::run(args, output),
        Verb::Fmt(args) => fmt::run(args, output),
        Verb::Lint(args) => lint::run(args, output),
        Verb::Test(args) => test::run(args, output),
        Verb::Eval(args) => eval::run(args, output),
        Verb::Explain(args) => explain::run(args, output),
        Verb::Repl(args) => repl::run(args, output),
        Verb::Replay(args) => replay::run(args, output),
        Verb::Diff(args) => diff::run(args, output),
        Verb::Compile(args) => compile::run(args, output),
        Verb::Disasm(args) => disasm::run(args, output),
        Verb::Limits(args) => limits::run(args, output),
        Verb::Completions(args) => completions::run(args, output),
        Verb::Man(args) => man::run(args, output),
        Verb::Lsp(args) => lsp::run(args, output),
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
    Settings::of_args_that_are_not_understood(std::env::args_os()).apply();
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
    output.page()?;
    output.text(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure_after_which_answers_still_come_out() {
        let mut output = Output::new();
        let done = guarded(&mut output, |_| panic!("a secret"));
        assert!(done.is_ok() && output.flush().is_ok());
        assert_eq!(output.status(), Status::Failed);
        let told = format!("{:?}", internal_error(Some(Location::caller())));
        assert!(told.contains("main.rs") && !told.contains("secret"), "{told}");
    }
}
