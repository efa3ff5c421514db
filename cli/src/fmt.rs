//! `sqrt fmt`: policies in the one canonical style, in place, or only looked at.
//!
//! Invariants: a file is the old one or the formatted one, and one that cannot be formatted stays as it is. Formatted text is
//! written as it is, for files and pipes; a terminal gets hidden characters in it as `\u{…}`.

use std::path::Path;

use sqrt_compiler::format::{FormatError, format};
use sqrt_compiler::limits::Limits;
use sqrt_vm::visible::visible;

use crate::args::{ConfigArgs, FmtArgs};
use crate::configuration::Configuration;
use crate::files::Named;
use crate::input;
use crate::limits;
use crate::output::{Failure, Output, Status, Stop, tell, tell_failure};
use crate::policy::{PolicyFile, counted, tell_diagnostics};
use crate::replace::replace_file;
use crate::unified;

/// Formats the files; one that cannot be read or formatted stops no other.
pub(crate) fn run(args: &FmtArgs, output: &mut Output) -> Result<(), Stop> {
    input::stdin_at_most_once(args.files.iter())?;
    let limits = limits::asked(&args.limits)?;
    let mut summary = Summary::default();
    let configuration = match args.files.is_empty() {
        true => Configuration::find(&ConfigArgs::default(), None)?,
        false => Configuration::default(),
    };
    let Named { paths, .. } = Named::new(&args.files, false, &configuration)?;
    for path in &paths {
        match file(args, path, &limits, output) {
            Ok(found) => summary.count(found),
            Err(stop) if output.is_broken() => return Err(stop),
            Err(Stop::Failure(failure)) => {
                tell_failure(&failure);
                output.worsen(Status::Failed);
                summary.failed += 1;
            }
            Err(stop) => return Err(stop),
        }
    }
    output.flush()?;
    // A pipe has one end, where nobody counts.
    if !paths.iter().all(|path| input::is_stdin(path)) {
        tell(summary.shown(args.check || args.diff));
    }
    Ok(())
}

/// What became of a file.
enum Found {
    InStyle,
    Other,
    /// It has errors of syntax.
    Wrong,
}

fn file(args: &FmtArgs, path: &Path, limits: &Limits, output: &mut Output) -> Result<Found, Stop> {
    let policy = PolicyFile::read(path, limits)?;
    if policy.is_image() {
        let failure = Failure::new(format!("{} is a compiled image", input::quoted(path)));
        return Err(failure.help("format the policy files that it was made from").into());
    }
    let checked = sqrt_compiler::check_syntax(policy.source(), limits);
    let Some(source) = checked.files.first().filter(|_| !checked.has_errors()) else {
        tell_diagnostics(&checked);
        output.worsen(Status::NotFine);
        return Ok(Found::Wrong);
    };
    let formatted = format(&source.text, limits).map_err(|error| not_formatted(path, &error))?;
    let is_in_style = formatted.as_bytes() == policy.bytes;
    if !is_in_style && (args.check || args.diff) {
        output.worsen(Status::NotFine);
    }
    if args.diff {
        unified::show(&policy.name, "formatted", &source.text, &formatted, output)?;
    } else if args.check {
        if !is_in_style {
            output.text(&format!("{}\n", visible(&policy.name)))?;
        }
    } else if input::is_stdin(path) {
        unified::text(&formatted, output)?;
    } else if !is_in_style {
        replace_file(path, formatted.as_bytes())?;
    }
    Ok(if is_in_style { Found::InStyle } else { Found::Other })
}

fn not_formatted(path: &Path, error: &FormatError) -> Failure {
    Failure::new(format!("{}: {error}", input::quoted(path))).help("please report it with the policy")
}

#[derive(Default)]
struct Summary {
    in_style: usize,
    other: usize,
    wrong: usize,
    failed: usize,
}

impl Summary {
    fn count(&mut self, found: Found) {
        match found {
            Found::InStyle => self.in_style += 1,
            Found::Other => self.other += 1,
            Found::Wrong => self.wrong += 1,
        }
    }

    /// The closing line.
    fn shown(&self, only_looked: bool) -> String {
        let done = if only_looked { "would be formatted" } else { "formatted" };
        let parts = [
            (self.other, done),
            (self.in_style, "in style already"),
            (self.wrong, "with errors of syntax"),
            (self.failed, "that could not be formatted"),
        ];
        let some: Vec<String> = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{} {what}", counted(count, "file")))
            .collect();
        format!("{}\n", some.join(", "))
    }
}
