//! `sqrt lint`: what is doubtful in policies, shown, fixed, or explained.
//!
//! Invariants: files that are fixed are written as wholes, and only if every file of their policy could be; what is not fixed is still
//! shown.

mod explain;
mod github;
mod json;
mod sarif;
mod text;

use std::path::PathBuf;

use sqrt_authoring::lint::{Fixed, Level, Levels, Options, Report, Selector, fix, lint};
use sqrt_compiler::Source;

use crate::args::{LintArgs, LintFormat};
use crate::configuration::Configuration;
use crate::files::{APART, Named};
use crate::input;
use crate::limits;
use crate::output::{Failure, Output, Status, Stop, tell, tell_failure};
use crate::policy::PolicyFile;
use crate::replace::replace_file;
use crate::tools;
use crate::unified;

/// Looks through the files, each by itself unless they are one policy.
pub(crate) fn run(args: &LintArgs, output: &mut Output) -> Result<(), Stop> {
    if let Some(name) = &args.explain {
        return explain::one(name, output);
    }
    let configuration = Configuration::find(&args.config, args.files.first().map(PathBuf::as_path))?;
    let levels = levels(args, &configuration)?;
    if args.list {
        return explain::list(&levels, output);
    }
    input::stdin_at_most_once(args.files.iter().chain(&args.tools.tools))?;
    let limits = limits::asked(&args.limits)?;
    let tools = tools::asked(args.tools.tools.as_ref(), &configuration, &limits)?;
    let options = Options { limits, levels, tools };
    let Named { paths, together } = Named::new(&args.files, args.together, &configuration)?;
    let is_apart = !together && (paths.len() > 1 || configuration.config.policy.files.len() > 1);
    let mut run = Run { args, options, is_apart, summary: text::Summary::default(), reports: Vec::new() };
    let files = run.read(&paths, together, output)?;
    let size = if together { files.len().max(1) } else { 1 };
    for policy in files.chunks(size) {
        run.policy(policy, output)?;
    }
    run.finish(output)
}

/// The levels by default, by the configuration and by the command line, each over the one before.
fn levels(args: &LintArgs, configuration: &Configuration) -> Result<Levels, Failure> {
    let mut levels = Levels::default();
    levels.add_layer(configuration.config.lint.clone());
    let mut settings = Vec::new();
    for (names, level) in [(&args.allow, Level::Allow), (&args.warn, Level::Warn), (&args.deny, Level::Deny)]
    {
        for name in names {
            let selector = Selector::parse(name).map_err(|message| {
                Failure::new(format!("`--{}`: {message}", level.as_str()))
                    .help("`sqrt lint --list` shows all lints")
            })?;
            settings.push((selector, level));
        }
    }
    levels.add_layer(settings);
    levels.deny_warnings = args.deny_warnings;
    Ok(levels)
}

/// A run over files.
struct Run<'a> {
    args: &'a LintArgs,
    options: Options,
    /// Whether files that may be parts of one policy are looked at one by one.
    is_apart: bool,
    summary: text::Summary,
    /// What is shown at the end, where the format is one document.
    reports: Vec<Report>,
}

/// A file and where it is.
struct Input {
    path: PathBuf,
    file: PolicyFile,
}

impl Run<'_> {
    /// Reads the files; one that cannot be read stops no other, unless they are one policy.
    fn read(&mut self, paths: &[PathBuf], together: bool, output: &mut Output) -> Result<Vec<Input>, Stop> {
        let mut files = Vec::new();
        for path in paths {
            match PolicyFile::read(path, &self.options.limits).and_then(no_image) {
                Ok(file) => files.push(Input { path: path.clone(), file }),
                Err(failure) => {
                    tell_failure(&failure);
                    output.worsen(Status::Failed);
                    self.summary.unread += 1;
                }
            }
        }
        if together && files.len() < paths.len() {
            return Err(Failure::new("the files are one policy, so none of them was looked at").into());
        }
        Ok(files)
    }

    /// Looks through the files of one policy.
    fn policy(&mut self, files: &[Input], output: &mut Output) -> Result<(), Stop> {
        let sources: Vec<Source<'_>> = files.iter().map(|input| input.file.source()).collect();
        let report = if self.args.fix || self.args.diff {
            match fix(&sources, &self.options) {
                Ok(fixed) => self.fixed(files, fixed, output)?,
                Err(broken) => {
                    tell_failure(&Failure::new(broken.to_string()).help("please report it with the policy"));
                    output.worsen(Status::Failed);
                    lint(&sources, &self.options)
                }
            }
        } else {
            lint(&sources, &self.options)
        };
        if report.has_errors() {
            output.worsen(Status::NotFine);
        }
        self.summary.add(&report);
        // With a diff, and with the fixed text of standard input, standard output is taken.
        if self.args.diff || (self.args.fix && files.iter().any(|input| input::is_stdin(&input.path))) {
            text::tell_findings(&report);
            return Ok(());
        }
        match self.args.format {
            LintFormat::Text => text::show(&report, output),
            LintFormat::Json => json::lines(&report, output),
            LintFormat::Github => github::annotations(&report, output),
            LintFormat::Sarif => {
                self.reports.push(report);
                Ok(())
            }
        }
    }

    /// Writes or shows what fixes have made of the files, and hands on what is still found.
    fn fixed(&mut self, files: &[Input], fixed: Fixed, output: &mut Output) -> Result<Report, Stop> {
        let Fixed { texts, count, report } = fixed;
        for (Input { path, file }, new) in files.iter().zip(&texts) {
            let is_changed = new.as_bytes() != file.bytes;
            if self.args.diff {
                if is_changed && count > 0 {
                    let old = String::from_utf8_lossy(&file.bytes);
                    unified::show(&file.name, "fixed", &old, new, output)?;
                    output.worsen(Status::NotFine);
                }
            } else if input::is_stdin(path) {
                // What does not compile is not handed on as if it had been looked after.
                if !report.findings.iter().any(|finding| finding.lint.is_error()) {
                    unified::text(new, output)?;
                }
            } else if is_changed && count > 0 {
                replace_file(path, new.as_bytes())?;
            }
        }
        self.summary.fixed += count;
        Ok(report)
    }

    fn finish(self, output: &mut Output) -> Result<(), Stop> {
        match self.args.format {
            LintFormat::Sarif if !self.args.diff => sarif::log(&self.reports, output)?,
            _ => {}
        }
        output.flush()?;
        if matches!(self.args.format, LintFormat::Text | LintFormat::Github) {
            tell(self.summary.shown(self.args.diff));
            if self.is_apart && self.summary.lacks_let {
                tell(APART);
            }
        }
        Ok(())
    }
}

fn no_image(file: PolicyFile) -> Result<PolicyFile, Failure> {
    match file.is_image() {
        true => Err(Failure::new(format!("`{}` is a compiled image", sqrt_vm::visible::visible(&file.name)))
            .help("lint the policy files that it was made from")),
        false => Ok(file),
    }
}
