//! The arguments of `sqrt test`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::LimitsArgs;

/// Run the tests of policies.
///
/// Test files lie beside the policy that they are about: `mail_test.yaml` tests `mail.sqrt`. The exit status is 0 if all tests
/// pass, 1 if one fails or a policy has an error, 2 if a test file could not be run.
#[derive(Debug, Args)]
#[command(before_help = TEST_HELP)]
pub(crate) struct TestArgs {
    /// Test files, and folders in which to look for them [default: this folder].
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// Run only tests whose name has this part; `*` stands for any text, case does not matter. May be given several times.
    #[arg(long = "filter", value_name = "PATTERN")]
    pub(crate) filters: Vec<String>,

    /// Run only tests with this tag. May be given several times.
    #[arg(long = "tag", value_name = "WORD")]
    pub(crate) tags: Vec<String>,

    /// Run nothing: list the tests, one a line.
    #[arg(long, conflicts_with_all = ["coverage", "watch", "format", "output", "fail_fast"])]
    pub(crate) list: bool,

    /// Stop at the first failure.
    #[arg(long)]
    pub(crate) fail_fast: bool,

    /// Name every test, not only those that fail.
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// How to report; `json` is one line for each test.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,

    /// Write the report to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) coverage: CoverageArgs,

    /// Run again whenever a test file, a policy or an X-Policy document changes, until interrupted.
    #[arg(long)]
    pub(crate) watch: bool,

    #[command(flatten)]
    pub(crate) limits: LimitsArgs,
}

/// What is said of coverage.
#[derive(Debug, Args)]
pub(crate) struct CoverageArgs {
    /// Show which rules fired, which updates ran and which sides of conditions were seen. The other options of coverage ask
    /// for it, too.
    #[arg(long)]
    pub(crate) coverage: bool,

    /// How to show coverage.
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(crate) coverage_format: Option<CoverageFormat>,

    /// Write coverage to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) coverage_output: Option<PathBuf>,

    /// The exit status is 1 if less than this is covered.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) coverage_min: Option<f64>,
}

impl CoverageArgs {
    /// Whether coverage is asked for at all.
    pub(crate) fn is_asked(&self) -> bool {
        self.coverage
            || self.coverage_format.is_some()
            || self.coverage_output.is_some()
            || self.coverage_min.is_some()
    }
}

/// How tests are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people.
    Text,
    /// JSON lines.
    Json,
    /// The XML that CI systems read.
    Junit,
}

/// How coverage is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CoverageFormat {
    /// How much of each file, and what is missing.
    Text,
    /// For `genhtml` and services that show coverage.
    Lcov,
    /// A page with the text of the policies in colours.
    Html,
    /// One JSON line for each file.
    Json,
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).parse::<f64>().ok();
    number
        .filter(|number| (0.0..=100.0).contains(number))
        .ok_or_else(|| "it is a number from 0 to 100, such as `95`".to_owned())
}

const TEST_HELP: &str = "Example:\n  $ sqrt test policies\n  $ sqrt test --filter 'mail*strangers' --verbose\n  $ sqrt test --coverage --coverage-min 90 --format junit --output report.xml";
