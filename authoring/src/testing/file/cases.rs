//! The cases of a file: each test, or each row of its table, with its calls and what is expected of them.

use sqrt_compiler::diagnostics::LineIndex;
use sqrt_compiler::syntax::token::Span;
use sqrt_vm::limits::Limits;

use super::calls::{CallLine, Start, call_line, json, start};
use super::expect::{Expectation, expects_error};
use super::fields::Problems;
use super::references::{Filling, Mention, Scope, mention};
use super::{Row, Step, Test, TestFile};
use crate::testing::problem::Problem;
use crate::testing::yaml::{Kind, Node};

/// A row without a name is called by its columns, cut to so many characters.
const LABEL: usize = 60;

/// A test, or a row of its table: what is run and reported as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its test.
    test: usize,
    row: Option<usize>,
    /// The name of the test, and of the row behind ` / `; no other case of the file has the same.
    pub name: String,
    /// What more there is to say of the test.
    pub description: Option<String>,
    /// The words to choose it by.
    pub tags: Vec<String>,
    /// Why it does not run.
    pub skip: Option<String>,
    /// The line of the test file where it stands, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// A case ready to run.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) start: Option<Start>,
    pub(crate) steps: Vec<PreparedStep>,
}

/// A step ready to run.
#[derive(Debug)]
pub(crate) struct PreparedStep {
    pub(crate) call: CallLine,
    pub(crate) expect: Option<Expectation>,
    pub(crate) repeat: u32,
    /// Where the expectation stands, or else the call.
    pub(crate) span: Span,
}

impl TestFile {
    /// The cases in the order of the file.
    pub fn cases(&self) -> Vec<Case> {
        let index = LineIndex::new(&self.text);
        let mut cases: Vec<Case> = Vec::new();
        for (number, test) in self.tests.iter().enumerate() {
            let first = cases.len();
            let case = |row, name, span: Span| {
                let place = index.position(span.start);
                let (description, tags, skip) =
                    (test.description.clone(), test.tags.clone(), test.skip.clone());
                Case {
                    test: number,
                    row,
                    name,
                    description,
                    tags,
                    skip,
                    line: place.line,
                    column: place.column,
                }
            };
            match &test.rows {
                None => cases.push(case(None, test.name.text.clone(), test.name.span)),
                Some(rows) => {
                    let row = |(at, row): (usize, &Row)| {
                        case(Some(at), format!("{} / {}", test.name.text, row.label()), row.span)
                    };
                    cases.extend(rows.iter().enumerate().map(row));
                }
            }
            number_equal(cases.get_mut(first..).unwrap_or_default());
        }
        cases
    }

    /// A case of this file with its calls and expectations; nothing if it is of another file, or has a problem.
    pub(crate) fn prepared(&self, case: &Case, limits: &Limits) -> Option<Prepared> {
        self.prepare(case.test, case.row, limits, &mut Problems::default())
    }

    /// The same with problems noted.
    pub(super) fn prepare(
        &self,
        test: usize,
        row: Option<usize>,
        limits: &Limits,
        problems: &mut Problems,
    ) -> Option<Prepared> {
        let test = self.tests.get(test)?;
        let row = match row {
            Some(row) => Some(test.rows.as_ref()?.get(row)?),
            None => None,
        };
        let columns = row.map_or(&[][..], |row| &row.columns);
        let scope = Scope { columns, fixtures: &self.fixtures };
        let start = match &test.session {
            Some(node) => Some(start(node, scope, limits, problems)?),
            None => None,
        };
        let mut steps = Vec::new();
        for step in &test.steps {
            let expect = row.and_then(|row| row.expect.as_ref()).or(step.expect.as_ref());
            steps.extend(prepare_step(step, expect, scope, limits, problems));
        }
        (steps.len() == test.steps.len()).then_some(Prepared { start, steps })
    }

    /// How many calls all cases make.
    pub(super) fn calls(&self) -> usize {
        let calls = |test: &Test| {
            let steps: usize = test.steps.iter().map(|step| step.repeat as usize).sum();
            steps.saturating_mul(test.rows.as_ref().map_or(1, Vec::len))
        };
        self.tests.iter().map(calls).fold(0, usize::saturating_add)
    }
}

fn prepare_step(
    step: &Step,
    expect: Option<&Node>,
    scope: Scope<'_>,
    limits: &Limits,
    problems: &mut Problems,
) -> Option<PreparedStep> {
    let span = expect.map_or(step.span, |expect| expect.span);
    let expect = match expect {
        Some(node) => Some(Filling { budget: limits.line_bytes(), problems }.node(node, scope, false)?),
        None => None,
    };
    let may_be_wrong = expect.as_ref().is_some_and(expects_error);
    let call = call_line(&step.call, scope, limits, may_be_wrong, problems)?;
    let expect = match &expect {
        Some(node) => Some(Expectation::read(node, call.is_question, problems)?),
        None => None,
    };
    Some(PreparedStep { call, expect, repeat: step.repeat, span })
}

impl Row {
    /// The name of the row, or what is in its columns.
    fn label(&self) -> String {
        if let Some(label) = &self.label {
            return label.clone();
        }
        let columns = self.columns.iter().map(|(key, node)| match &node.kind {
            Kind::Text(text) => match mention(text) {
                Some(Mention::Text(text)) => format!("{}: {text}", key.text),
                _ => format!("{}: {text}", key.text),
            },
            _ => format!("{}: {}", key.text, json(node)),
        });
        let label = columns.collect::<Vec<_>>().join(", ");
        match label.char_indices().nth(LABEL) {
            Some((cut, _)) => format!("{}…", label.get(..cut).unwrap_or_default()),
            None => label,
        }
    }
}

/// Rows that would be called the same get numbers.
fn number_equal(cases: &mut [Case]) {
    let mut counts = std::collections::HashMap::new();
    for case in cases {
        let count = counts.entry(case.name.clone()).or_insert(0_usize);
        *count += 1;
        if *count > 1 {
            case.name = format!("{} ({count})", case.name);
        }
    }
}

/// The problems of a file whose calls are too many.
pub(super) fn too_many_calls(calls: usize, limits: &Limits) -> Option<Problem> {
    let most = limits.test_calls();
    (calls > most).then(|| {
        Problem::new(
            Span::default(),
            format!("the tests of the file make {calls} calls, over the limit `test_calls` of {most}"),
        )
        .help("divide the file, or raise the limit with `--limit test_calls=…`")
    })
}
