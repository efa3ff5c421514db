//! A test file from its path to its report: it is read, its policy is found and compiled, its chosen cases are run.

use std::path::{Path, PathBuf};
use std::time::Instant;

use sqrt_authoring::testing::report::{CaseReport, FileReport, Trouble};
use sqrt_authoring::testing::{Case, Outcome, Problem, Runner, Subject, SubjectError, TestFile, policy_of};
use sqrt_compiler::Source;
use sqrt_compiler::diagnostics::render::Style;
use sqrt_vm::limits::Limits;

use super::Done;
use super::select::Selection;
use crate::input;
use crate::limits::raise;
use crate::output::{Failure, Status};
use crate::policy::{PolicyFile, counted, each_rendered};
use crate::terminal::stdout_is_coloured;

/// Why the tests of a file did not run, and how bad that is.
pub(crate) struct Refused {
    pub(crate) status: Status,
    trouble: Trouble,
}

impl Refused {
    fn new(status: Status, message: impl Into<String>, details: String) -> Self {
        Self { status, trouble: Trouble { message: message.into(), details } }
    }

    pub(crate) fn report(self, path: &Path) -> FileReport {
        FileReport { name: input::shown(path), cases: Vec::new(), trouble: Some(self.trouble) }
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        let (message, help) = failure.parts();
        let details =
            help.map_or_else(String::new, |help| format!("  help: {}\n", sqrt_vm::visible::visible(help)));
        Refused::new(Status::Failed, message, details)
    }
}

/// Runs the chosen cases of a file.
pub(crate) fn run(path: &Path, selection: &Selection<'_>, fail_fast: bool, limits: Limits) -> Done {
    match try_run(path, selection, fail_fast, limits) {
        Ok(done) => done,
        Err(refused) => Done { trouble: Some(refused.status), report: refused.report(path), coverage: None },
    }
}

fn try_run(path: &Path, selection: &Selection<'_>, fail_fast: bool, limits: Limits) -> Result<Done, Refused> {
    let file = read(path, &limits)?;
    let mut report = FileReport { name: file.name().to_owned(), cases: Vec::new(), trouble: None };
    let chosen: Vec<Case> = file.cases().into_iter().filter(|case| selection.has(case)).collect();
    if chosen.is_empty() {
        return Ok(Done { report, coverage: None, trouble: None });
    }
    let subject = subject(&file, path, limits)?;
    let mut runner = Runner::new(&file, &subject);
    for case in chosen {
        let begun = Instant::now();
        let outcome = runner.run(&case);
        let ends = fail_fast && matches!(outcome, Outcome::Failed(_));
        report.cases.push(CaseReport { case, outcome, took: begun.elapsed() });
        if ends {
            break;
        }
    }
    Ok(Done { report, coverage: Some(runner.into_coverage()), trouble: None })
}

/// Reads a test file.
pub(crate) fn read(path: &Path, limits: &Limits) -> Result<TestFile, Refused> {
    input::tell_if_typed(path, "a test file");
    let limit = limits.test_file_bytes() as u64;
    let bytes = input::read(path, limit)?;
    if bytes.len() as u64 > limit {
        return Err(Failure::new(format!("it is longer than {limit} bytes"))
            .help("that is the limit `test_file_bytes`: raise it with `--limit test_file_bytes=…`")
            .into());
    }
    if path.extension().is_some_and(|extension| extension == "sqrt") {
        return Err(Failure::new("it is a policy, and not a test file")
            .help(format!(
                "its tests are in {}, or in another test file that names it",
                input::quoted(Path::new(&format!("{}_test.yaml", input::shown(&path.with_extension("")))))
            ))
            .into());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::new(format!("it is not UTF-8: the byte at offset {at} is wrong"))
    })?;
    let name = input::shown(path);
    TestFile::read(&name, &text, limits).map_err(|problems| {
        let style = style();
        let details: Vec<String> = problems
            .iter()
            .map(|problem: &Problem| format!("\n{}", problem.rendered(&name, &text, style)))
            .collect();
        Refused::new(Status::Failed, counted(problems.len(), "problem"), details.concat() + "\n")
    })
}

fn style() -> Style {
    if stdout_is_coloured() { Style::Colour } else { Style::Plain }
}

/// The policy of a test file, compiled.
fn subject(file: &TestFile, path: &Path, limits: Limits) -> Result<Subject, Refused> {
    let (policies, document) = files_of(file, path)?;
    let policies: Vec<PolicyFile> =
        policies.iter().map(|path| PolicyFile::read(path, &limits)).collect::<Result<_, _>>()?;
    if let Some(image) = policies.iter().find(|policy| policy.is_image()) {
        let name = input::quoted(Path::new(&image.name));
        let failure = Failure::new(format!("{name} is a compiled image"));
        return Err(failure
            .help("tests are about the text of a policy: name the files that it was made from")
            .into());
    }
    let document = match &document {
        Some(path) => Some((input::quoted(path), crate::program::read_document(path, &limits)?)),
        None => None,
    };
    let sources: Vec<Source<'_>> = policies.iter().map(PolicyFile::source).collect();
    let bytes = document.as_ref().map(|(_, bytes)| bytes.as_slice());
    Subject::new(file, &sources, bytes, limits).map_err(|error| match error {
        SubjectError::Document(error) => {
            let name = document.as_ref().map_or("the X-Policy document", |(name, _)| name);
            let help = error.way_out().map(|help| format!("  help: {}\n", sqrt_vm::visible::visible(help)));
            Refused::new(Status::NotFine, format!("{name}: {error}"), help.unwrap_or_default())
        }
        SubjectError::Errors(compiled) => {
            let mut details = String::new();
            let rendered: Result<(), std::convert::Infallible> =
                each_rendered(&compiled, style() == Style::Colour, |text| {
                    details.push('\n');
                    details.push_str(text.trim_end_matches('\n'));
                    details.push('\n');
                    Ok(())
                });
            let Ok(()) = rendered;
            Refused::new(Status::NotFine, "the policy has errors", details + "\n")
        }
        SubjectError::CannotRun(error) => {
            let help = error.limit().map(|limit| format!("  help: {}\n", raise(limit)));
            Refused::new(Status::NotFine, format!("the policy cannot run: {error}"), help.unwrap_or_default())
        }
    })
}

/// The policy files and the X-Policy document of a test file, relative to the folder that it lies in.
pub(crate) fn files_of(file: &TestFile, path: &Path) -> Result<(Vec<PathBuf>, Option<PathBuf>), Failure> {
    let folder = if input::is_stdin(path) { Path::new("") } else { path.parent().unwrap_or(Path::new("")) };
    let document = file.x_policy().map(|named| folder.join(&named.text));
    let policies = match file.policies() {
        Some(policies) => policies.iter().map(|named| folder.join(&named.text)).collect(),
        None => {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let named = policy_of(&name).map(|policy| folder.join(policy));
            match named {
                Some(policy) if policy.exists() => vec![policy],
                _ if document.is_some() => Vec::new(),
                Some(policy) => {
                    let failure = Failure::new(format!("there is no policy {}", input::quoted(&policy)));
                    return Err(failure.help("a test file is called like its policy, or says `policy: FILE`"));
                }
                None => {
                    return Err(Failure::new(
                        "the test file is not called like a policy, and does not name one",
                    )
                    .help("say `policy: FILE` in it"));
                }
            }
        }
    };
    Ok((policies, document))
}
