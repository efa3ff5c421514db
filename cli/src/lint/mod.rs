//! `sqrt lint`: what is doubtful in policies.

use sqrt_authoring::lint::{Options, Report, lint};
use sqrt_compiler::Source;
use sqrt_compiler::diagnostics::Severity;
use sqrt_compiler::diagnostics::render::{Style, render};

use crate::args::LintArgs;
use crate::input;
use crate::limits;
use crate::output::{Output, Status, Stop, stdout_is_coloured, tell};
use crate::policy::{PolicyFile, Problems, counted};

/// Looks through the files, each by itself unless they are one policy.
pub(crate) fn run(args: &LintArgs, output: &mut Output) -> Result<(), Stop> {
    input::stdin_at_most_once(args.files.iter())?;
    let options = Options { limits: limits::asked(&args.limits)?, ..Options::default() };
    let mut files = Vec::new();
    for path in &args.files {
        files.push(PolicyFile::read(path, &options.limits)?);
    }
    let sources: Vec<Source<'_>> = files.iter().map(PolicyFile::source).collect();
    let size = if args.together { sources.len().max(1) } else { 1 };
    let mut problems = Problems::default();
    for policy in sources.chunks(size) {
        let report = lint(policy, &options);
        if report.has_errors() {
            output.worsen(Status::NotFine);
        }
        for finding in &report.findings {
            match finding.severity {
                Severity::Error => problems.errors += 1,
                Severity::Warning => problems.warnings += 1,
            }
        }
        text(&report, output)?;
    }
    output.flush()?;
    tell(format_args!("{} looked at: {}\n", counted(files.len(), "file"), problems.shown()));
    Ok(())
}

fn text(report: &Report, output: &mut Output) -> Result<(), Stop> {
    let sources = report.source_map();
    let style = if stdout_is_coloured() { Style::Colour } else { Style::Plain };
    report.findings.iter().try_for_each(|finding| {
        let mut text = render(finding, &sources, style);
        text.push('\n');
        output.text(&text)
    })
}
