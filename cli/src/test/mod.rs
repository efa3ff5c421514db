//! `sqrt test`: finds test files, runs their tests on all cores, and reports.
//!
//! Invariants: what is reported, and in which order, does not depend on how the work was divided; a file that cannot be run
//! stops no other; the exit status is that of the worst file.

mod coverage;
mod discover;
mod json;
mod load;
mod pool;
mod select;
mod watch;

use sqrt_authoring::testing::coverage::Coverage;
use sqrt_authoring::testing::report::{Counts, FileReport, file_text, junit, summary};
use sqrt_authoring::testing::{Case, Outcome};
use sqrt_vm::limits::Limits;
use sqrt_vm::visible::visible;

use crate::args::{CoverageFormat, ReportFormat, TestArgs};
use crate::limits;
use crate::output::{Failure, Output, Status, Stop, tell};
use crate::replace::replace_file;
use crate::terminal::stdout_is_coloured;
use select::Selection;

/// Runs the tests, once or whenever something changes.
pub(crate) fn run(args: &TestArgs, output: &mut Output) -> Result<(), Stop> {
    let limits = limits::asked(&args.limits)?;
    check_streams(args)?;
    match args.watch {
        true => watch::run(args, limits, output),
        false => once(args, limits, output),
    }
}

/// Refuses two things on standard output that only people can tell apart.
fn check_streams(args: &TestArgs) -> Result<(), Failure> {
    let coverage = &args.coverage;
    let both = coverage.is_asked() && args.output.is_none() && coverage.coverage_output.is_none();
    let texts = args.format == ReportFormat::Text
        && coverage.coverage_format.unwrap_or(CoverageFormat::Text) == CoverageFormat::Text;
    if both && !texts {
        return Err(Failure::new(
            "both the report and the coverage would go to standard output, in different formats",
        )
        .help("write one of them to a file: `--output FILE` or `--coverage-output FILE`"));
    }
    Ok(())
}

/// Runs the tests once.
fn once(args: &TestArgs, limits: Limits, output: &mut Output) -> Result<(), Stop> {
    let files = discover::test_files(&args.paths)?.files;
    let selection = Selection::new(args);
    if args.list {
        return list(&files, &selection, &limits, output);
    }
    let mut report = Reporting { args, output, text: String::new(), reports: Vec::new() };
    let mut coverage = Coverage::default();
    pool::in_order(
        &files,
        |path| load::run(path, &selection, args.fail_fast, limits),
        |done| {
            report.output.worsen(done.status());
            let is_failure = done.status() != Status::Fine;
            if let Some(covered) = done.coverage {
                coverage.merge(covered);
            }
            report.file(done.report)?;
            Ok(!(is_failure && args.fail_fast))
        },
    )?;
    let counts = Counts::of(&report.reports);
    report.end()?;
    if counts.cases() + counts.troubled == 0 {
        return Err(selection.nothing_chosen(&all_cases(&files, &limits)).into());
    }
    if args.coverage.is_asked() {
        coverage::show(&args.coverage, &coverage, output)?;
    }
    output.flush()?;
    tell(summary(counts));
    coverage::ask_for_enough(&args.coverage, &coverage, output);
    Ok(())
}

/// Reports as they come, in the order of the files.
struct Reporting<'r> {
    args: &'r TestArgs,
    output: &'r mut Output,
    /// What is to be written to a file.
    text: String,
    reports: Vec<FileReport>,
}

impl Reporting<'_> {
    fn file(&mut self, report: FileReport) -> Result<(), Stop> {
        if report.cases.is_empty() && report.trouble.is_none() {
            return Ok(());
        }
        match self.args.format {
            ReportFormat::Text => {
                let coloured = self.args.output.is_none() && stdout_is_coloured();
                self.write(&file_text(&report, self.args.verbose, coloured))?;
            }
            ReportFormat::Json => self.write(&json::report_lines(&report))?,
            ReportFormat::Junit => {}
        }
        self.reports.push(report);
        Ok(())
    }

    fn end(mut self) -> Result<(), Stop> {
        match self.args.format {
            ReportFormat::Junit => self.write(&junit(&self.reports))?,
            ReportFormat::Json => self.write(&json::summary_line(Counts::of(&self.reports)))?,
            ReportFormat::Text => {}
        }
        match &self.args.output {
            Some(path) => Ok(replace_file(path, self.text.as_bytes())?),
            None => Ok(()),
        }
    }

    fn write(&mut self, text: &str) -> Result<(), Stop> {
        match self.args.output {
            Some(_) => self.text.push_str(text),
            // What is waited for on a terminal comes at once.
            None => {
                self.output.text(text)?;
                self.output.flush()?;
            }
        }
        Ok(())
    }
}

/// Names the tests, without running any.
fn list(
    files: &[std::path::PathBuf],
    selection: &Selection<'_>,
    limits: &Limits,
    output: &mut Output,
) -> Result<(), Stop> {
    let mut count = 0_usize;
    for path in files {
        match load::read(path, limits) {
            Ok(file) => {
                for case in file.cases().iter().filter(|case| selection.has(case)) {
                    count += 1;
                    output.text(&format!(
                        "{}:{}  {}\n",
                        visible(file.name()),
                        case.line,
                        visible(&case.name)
                    ))?;
                }
            }
            Err(trouble) => {
                output.worsen(trouble.status);
                tell(file_text(&trouble.report(path), false, crate::terminal::stderr_is_coloured()));
            }
        }
    }
    if count == 0 && output.status() == Status::Fine {
        return Err(selection.nothing_chosen(&all_cases(files, limits)).into());
    }
    Ok(())
}

/// All tests of the files that can be read.
fn all_cases(files: &[std::path::PathBuf], limits: &Limits) -> Vec<Case> {
    files.iter().filter_map(|path| load::read(path, limits).ok()).flat_map(|file| file.cases()).collect()
}

/// What running a file gave.
pub(crate) struct Done {
    report: FileReport,
    coverage: Option<Coverage>,
    trouble: Option<Status>,
}

impl Done {
    fn status(&self) -> Status {
        let failed = self.report.cases.iter().any(|case| matches!(case.outcome, Outcome::Failed(_)));
        self.trouble.unwrap_or(if failed { Status::NotFine } else { Status::Fine })
    }
}
