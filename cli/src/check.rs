//! `sqrt check`: every problem of every file, for people or as one JSON line per file.

use serde::Serialize;
use sqrt_compiler::diagnostics::{Diagnostic, Record, SourceMap};
use sqrt_compiler::limits::Limits;
use sqrt_compiler::syntax::source::SourceFile;
use sqrt_compiler::{Compiled, Options, Source};

use crate::args::{CheckArgs, Format};
use crate::input;
use crate::json;
use crate::limits;
use crate::output::{Failure, Output, Status, Stop, tell, tell_failure};
use crate::policy::{PolicyFile, Problems, counted, each_rendered, source_map};
use crate::terminal::stdout_is_coloured;

/// Checks the files; one that cannot be read stops no other, unless they are one policy.
pub(crate) fn run(args: &CheckArgs, output: &mut Output) -> Result<(), Stop> {
    input::stdin_at_most_once(args.files.iter())?;
    let limits = limits::asked(&args.limits)?;
    let mut summary = Summary::default();
    if args.together {
        together(args, &limits, output, &mut summary)?;
    } else {
        for path in &args.files {
            match PolicyFile::read(path, &limits) {
                Ok(file) => {
                    let compiled = compile(args, &limits, &[file.source()]);
                    report(args, &compiled, output, &mut summary)?;
                }
                Err(failure) => {
                    tell_failure(&failure);
                    output.worsen(Status::Failed);
                    summary.unread += 1;
                }
            }
        }
    }
    if args.format == Format::Text {
        output.flush()?;
        tell(summary.shown());
    }
    Ok(())
}

#[derive(Default)]
struct Summary {
    files: usize,
    unread: usize,
    problems: Problems,
}

impl Summary {
    /// The closing line.
    fn shown(&self) -> String {
        let (files, problems) = (counted(self.files, "file"), self.problems.shown());
        match (self.files, self.unread) {
            (_, 0) => format!("{files} checked: {problems}\n"),
            (0, unread) => format!("nothing checked: {} could not be read\n", counted(unread, "file")),
            (_, unread) => {
                format!("{files} checked: {problems}; {} could not be read\n", counted(unread, "file"))
            }
        }
    }
}

/// Checks the files as one policy. Without one of them nothing sound can be said about the others.
fn together(
    args: &CheckArgs,
    limits: &Limits,
    output: &mut Output,
    summary: &mut Summary,
) -> Result<(), Stop> {
    let mut files = Vec::new();
    for path in &args.files {
        match PolicyFile::read(path, limits) {
            Ok(file) => files.push(file),
            Err(failure) => {
                tell_failure(&failure);
                output.worsen(Status::Failed);
            }
        }
    }
    if files.len() < args.files.len() {
        return Err(Failure::new("the files are one policy, so none of them was checked")
            .help("leave out `--together` to check each by itself")
            .into());
    }
    let sources: Vec<Source<'_>> = files.iter().map(PolicyFile::source).collect();
    if args.syntax_only {
        // The grammar knows nothing of other files.
        for source in sources {
            report(args, &compile(args, limits, &[source]), output, summary)?;
        }
        return Ok(());
    }
    report(args, &compile(args, limits, &sources), output, summary)
}

fn compile(args: &CheckArgs, limits: &Limits, sources: &[Source<'_>]) -> Compiled {
    match sources {
        [source] if args.syntax_only => sqrt_compiler::check_syntax(*source, limits),
        _ => sqrt_compiler::check(sources, &Options { limits: *limits, ..Options::default() }),
    }
}

fn report(
    args: &CheckArgs,
    compiled: &Compiled,
    output: &mut Output,
    summary: &mut Summary,
) -> Result<(), Stop> {
    summary.files += compiled.files.len();
    summary.problems.add(compiled);
    if compiled.has_errors() {
        output.worsen(Status::NotFine);
    }
    match args.format {
        Format::Text => each_rendered(compiled, stdout_is_coloured(), |text| output.text(text)),
        Format::Json => {
            let sources = source_map(compiled);
            compiled.files.iter().try_for_each(|file| json_line(file, compiled, &sources, output))
        }
    }
}

/// The line of one file; the order of the keys is part of the contract.
#[derive(Serialize)]
struct FileLine<'c> {
    file: &'c str,
    ok: bool,
    diagnostics: Vec<DiagnosticItem<'c>>,
}

#[derive(Serialize)]
struct DiagnosticItem<'c> {
    severity: &'static str,
    code: &'static str,
    message: &'c str,
    help: Option<&'c str>,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

fn json_line(
    file: &SourceFile,
    compiled: &Compiled,
    sources: &SourceMap<'_>,
    output: &mut Output,
) -> Result<(), Stop> {
    let own = || compiled.diagnostics.iter().filter(|diagnostic| diagnostic.primary.file == file.id);
    let line = FileLine {
        file: &file.name,
        ok: !own().any(Diagnostic::is_error),
        diagnostics: own().map(|diagnostic| sources.record(diagnostic).into()).collect(),
    };
    output.write(|stdout| json::write_line(stdout, &line))
}

impl<'c> From<Record<'c>> for DiagnosticItem<'c> {
    fn from(record: Record<'c>) -> Self {
        let Record { severity, code, message, help, start, end } = record;
        Self {
            severity,
            code,
            message,
            help,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}
