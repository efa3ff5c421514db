//! `sqrt repl`: a dialogue with a policy, on a terminal or as a script.
//!
//! Invariants: whatever a line says, the next one is read; answers go to standard output, what is wrong with a line to standard
//! error. A history is for its owner alone.

mod history;
mod terminal;

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use sqrt_authoring::explain::Options;
use sqrt_authoring::repl::{Loaded, Repl, Sources, Then};
use sqrt_compiler::diagnostics::render::Style;
use sqrt_vm::limits::Limits;
use sqrt_vm::visible::visible;

use crate::args::ReplArgs;
use crate::eval::reader::{Line, LineReader};
use crate::input;
use crate::limits;
use crate::output::{Failure, Output, Status, Stop, tell, tell_failure};
use crate::program::{PolicyInputs, refuse_image};
use crate::terminal::stderr_is_coloured;
use crate::terminal::stdout_is_coloured;

/// Makes the policy ready and does what the lines say.
pub(crate) fn run(args: &ReplArgs, output: &mut Output) -> Result<(), Stop> {
    let limits = limits::asked(&args.limits)?;
    if let Some(path) = args.policies.iter().chain(&args.settings.x_policy).find(|path| input::is_stdin(path))
    {
        let failure =
            Failure::new(format!("{} is standard input, and lines are read from it", input::quoted(path)));
        return Err(failure.help("put the policy into a file").into());
    }
    let Some(sources) = read(args, &args.policies, limits, output)? else { return Ok(()) };
    let (loaded, told) = Loaded::new(sources, style());
    tell(told);
    let Ok(loaded) = loaded else {
        output.worsen(Status::NotFine);
        return Ok(());
    };
    let options = Options { show_values: args.show_values, full: false };
    let repl = Repl::new(loaded, options, stdout_is_coloured());
    let mut dialogue = Dialogue { args, repl, limits };
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        terminal::run(&mut dialogue, output)
    } else {
        dialogue.script(output)
    }
}

fn style() -> Style {
    if stderr_is_coloured() { Style::Colour } else { Style::Plain }
}

/// Reads what the policy is made of; nothing, told, if the document is not fine.
fn read(
    args: &ReplArgs,
    files: &[PathBuf],
    limits: Limits,
    output: &mut Output,
) -> Result<Option<Sources>, Stop> {
    let inputs = PolicyInputs::read(files, args.settings.x_policy.as_deref(), limits, output)?;
    let Some(inputs) = inputs else { return Ok(None) };
    if let Some(image) = inputs.image() {
        return Err(refuse_image(
            image,
            "conditions are compiled beside the text of the policy",
            "give the policy files that it was made from",
        ));
    }
    Ok(Some(inputs.into_sources(&args.settings)))
}

/// A dialogue, and what it reads policies with.
struct Dialogue<'a> {
    args: &'a ReplArgs,
    repl: Repl,
    limits: Limits,
}

impl Dialogue<'_> {
    /// Reads lines that nobody types.
    fn script(&mut self, output: &mut Output) -> Result<(), Stop> {
        let stdin = io::stdin().lock();
        let mut lines = LineReader::new(stdin, self.limits.line_bytes());
        loop {
            if !lines.line_is_waiting() {
                output.flush()?;
            }
            let line = lines.next().map_err(|error| input::unreadable("-".as_ref(), &error))?;
            let text = match line {
                None => return Ok(()),
                Some(Line::Whole(bytes)) => String::from_utf8(bytes.to_vec()),
                Some(Line::TooLong) => {
                    tell_failure(&Failure::new("the line is over the limit `line_bytes`"));
                    output.worsen(Status::Failed);
                    continue;
                }
            };
            let Ok(text) = text else {
                tell_failure(&Failure::new(format!("line {} is not UTF-8", lines.number())));
                output.worsen(Status::Failed);
                continue;
            };
            if self.args.echo {
                output.text(&format!("> {}\n", visible(text.trim_end())))?;
            }
            match self.line(&text, output)? {
                Next::Read => {}
                Next::Failed => output.worsen(Status::Failed),
                Next::End => return Ok(()),
            }
        }
    }

    /// Does what a line says.
    fn line(&mut self, line: &str, output: &mut Output) -> Result<Next, Stop> {
        let reply = self.repl.line(line);
        match reply.then {
            Then::Continue => output.text(&reply.text)?,
            Then::Failed => {
                // What was answered before comes first.
                output.flush()?;
                tell(reply.text);
                return Ok(Next::Failed);
            }
            Then::Quit => return Ok(Next::End),
            Then::Load(files) => return self.load(&files, output),
        }
        Ok(Next::Read)
    }

    /// Takes other policy files; what is wrong with them is told, and the old ones stay.
    fn load(&mut self, files: &[String], output: &mut Output) -> Result<Next, Stop> {
        output.flush()?;
        let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
        let sources = match read(self.args, &files, self.limits, output) {
            Ok(Some(sources)) => sources,
            Ok(None) => return Ok(Next::Failed),
            Err(Stop::Failure(failure)) => {
                tell_failure(&failure);
                return Ok(Next::Failed);
            }
            Err(closed) => return Err(closed),
        };
        let (loaded, told) = Loaded::new(sources, style());
        tell(told);
        match loaded {
            Ok(loaded) => {
                let text = self.repl.replace(loaded);
                output.text(&text)?;
                Ok(Next::Read)
            }
            Err(_) => {
                tell("the policy that was loaded before stays\n");
                Ok(Next::Failed)
            }
        }
    }
}

/// What comes after a line.
enum Next {
    Read,
    Failed,
    End,
}
