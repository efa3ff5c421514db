//! `sqrt check`: every problem of every file, for people or as one JSON line per file, and what does not fit the agent's tools where
//! these are known.

use serde::Serialize;
use sqrt_authoring::lint::{self, Finding, Group, Levels, lint};
use sqrt_compiler::diagnostics::render::{Shown, Style, render};
use sqrt_compiler::diagnostics::{Code, Severity, SourceMap};
use sqrt_compiler::syntax::source::SourceFile;
use sqrt_compiler::{Compiled, Options, Source};

use crate::args::{CheckArgs, Format};
use crate::configuration::Configuration;
use crate::files::{APART, Named};
use crate::input;
use crate::json;
use crate::limits;
use crate::output::{Failure, Output, Status, Stop, tell, tell_failure};
use crate::policy::{PolicyFile, Problems, counted, source_map};
use crate::terminal::stdout_is_coloured;
use crate::tools;
use std::path::PathBuf;

/// Checks the files; one that cannot be read stops no other, unless they are one policy.
pub(crate) fn run(args: &CheckArgs, output: &mut Output) -> Result<(), Stop> {
    input::stdin_at_most_once(args.files.iter().chain(&args.tools.tools))?;
    let limits = limits::asked(&args.limits)?;
    let configuration = Configuration::find(&args.config, args.files.first().map(PathBuf::as_path))?;
    let tools = tools::asked(args.tools.tools.as_ref(), &configuration, &limits)?;
    let mut levels = Levels::default();
    levels.add_layer(configuration.config.lint.clone());
    let check = Check { args, options: lint::Options { limits, levels, tools } };
    let mut summary = Summary::default();
    let Named { paths, together } = Named::new(&args.files, args.together, &configuration)?;
    if together {
        check.together(&paths, output, &mut summary)?;
    } else {
        for path in &paths {
            match PolicyFile::read(path, &limits) {
                Ok(file) => check.policy(&[file.source()], output, &mut summary)?,
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
        if !together && summary.lacks_let && (paths.len() > 1 || configuration.config.policy.files.len() > 1)
        {
            tell(APART);
        }
    }
    Ok(())
}

#[derive(Default)]
struct Summary {
    files: usize,
    unread: usize,
    problems: Problems,
    /// A name is not declared.
    lacks_let: bool,
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

/// What is asked.
struct Check<'a> {
    args: &'a CheckArgs,
    options: lint::Options,
}

impl Check<'_> {
    /// Checks the files as one policy. Without one of them nothing sound can be said about the others.
    fn together(&self, paths: &[PathBuf], output: &mut Output, summary: &mut Summary) -> Result<(), Stop> {
        let mut files = Vec::new();
        for path in paths {
            match PolicyFile::read(path, &self.options.limits) {
                Ok(file) => files.push(file),
                Err(failure) => {
                    tell_failure(&failure);
                    output.worsen(Status::Failed);
                }
            }
        }
        if files.len() < paths.len() {
            return Err(Failure::new("the files are one policy, so none of them was checked")
                .help("leave out `--together` to check each by itself")
                .into());
        }
        let sources: Vec<Source<'_>> = files.iter().map(PolicyFile::source).collect();
        if self.args.syntax_only {
            // The grammar knows nothing of other files.
            return sources.into_iter().try_for_each(|source| self.policy(&[source], output, summary));
        }
        self.policy(&sources, output, summary)
    }

    /// Checks the files of one policy and shows what there is.
    fn policy(&self, sources: &[Source<'_>], output: &mut Output, summary: &mut Summary) -> Result<(), Stop> {
        let compiled = self.compile(sources);
        let findings = self.beside_tools(sources);
        let mut shown: Vec<Shown<'_>> = compiled.diagnostics.iter().map(Shown::from).collect();
        shown.extend(findings.iter().map(Shown::from));
        shown.sort_by_key(|shown| (shown.primary.file, shown.primary.span));
        summary.files += compiled.files.len();
        shown.iter().for_each(|shown| summary.problems.add(shown.severity));
        summary.lacks_let |= shown.iter().any(|shown| shown.code == Code::UndefinedName.as_str());
        if shown.iter().any(|shown| shown.severity == Severity::Error) {
            output.worsen(Status::NotFine);
        }
        let sources = source_map(&compiled);
        match self.args.format {
            Format::Text => text(&shown, &sources, output),
            Format::Json => {
                compiled.files.iter().try_for_each(|file| json_line(file, &shown, &sources, output))
            }
        }
    }

    fn compile(&self, sources: &[Source<'_>]) -> Compiled {
        let limits = self.options.limits;
        match sources {
            [source] if self.args.syntax_only => sqrt_compiler::check_syntax(*source, &limits),
            _ => sqrt_compiler::check(sources, &Options { limits, ..Options::default() }),
        }
    }

    /// What does not fit the agent's tools, if these are known.
    fn beside_tools(&self, sources: &[Source<'_>]) -> Vec<Finding> {
        if self.args.syntax_only || self.options.tools.is_none() {
            return Vec::new();
        }
        let mut findings = lint(sources, &self.options).findings;
        findings.retain(|finding| finding.lint.group() == Group::Tools);
        findings
    }
}

/// Shows problems, each followed by an empty line.
fn text(shown: &[Shown<'_>], sources: &SourceMap<'_>, output: &mut Output) -> Result<(), Stop> {
    let style = if stdout_is_coloured() { Style::Colour } else { Style::Plain };
    shown.iter().try_for_each(|&shown| {
        let mut text = render(shown, sources, style);
        text.push('\n');
        output.text(&text)
    })
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
    code: &'c str,
    message: &'c str,
    help: Option<&'c str>,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

fn json_line(
    file: &SourceFile,
    shown: &[Shown<'_>],
    sources: &SourceMap<'_>,
    output: &mut Output,
) -> Result<(), Stop> {
    let own = || shown.iter().filter(|shown| shown.primary.file == file.id);
    let line = FileLine {
        file: &file.name,
        ok: !own().any(|shown| shown.severity == Severity::Error),
        diagnostics: own().map(|shown| item(*shown, sources)).collect(),
    };
    output.write(|stdout| json::write_line(stdout, &line))
}

fn item<'c>(shown: Shown<'c>, sources: &SourceMap<'_>) -> DiagnosticItem<'c> {
    let Shown { severity, code, message, help, primary, .. } = shown;
    let (start, end) = sources.positions(primary);
    DiagnosticItem {
        severity: severity.as_str(),
        code,
        message,
        help,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}
