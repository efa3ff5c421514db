//! What is expected of a call.

use std::collections::BTreeSet;

use sqrt_compiler::syntax::token::Span;
use sqrt_vm::visible::quote;

use super::fields::{Fields, Problems, text, texts};
use super::keys::{BASES, DECISIONS, EXPECT, EXPECTED_METADATA, EXPECTED_SET, RULE, Table};
use crate::testing::problem::Problem;
use crate::testing::yaml::{Kind, Node};

/// Everything that is expected of an answer; what is not there does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Expectation {
    /// `allow` or `deny`, of a call.
    pub(crate) decision: Option<&'static str>,
    pub(crate) basis: Option<&'static str>,
    pub(crate) rule: Option<RuleExpected>,
    /// Nothing inside: there is no result.
    pub(crate) result_meta: Option<Option<ExpectedMetadata>>,
    pub(crate) session_meta: Option<ExpectedMetadata>,
    /// `allow` or `deny`, of a question about a branch.
    pub(crate) branch: Option<&'static str>,
    pub(crate) error: Option<ErrorExpected>,
}

/// Which rule is to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RuleExpected {
    /// None.
    None,
    /// The only one whose description or text has this part.
    Part(String),
    /// One of those that are like this.
    Like {
        description: Option<String>,
        text: Option<String>,
        tool_id: Option<String>,
        file: Option<String>,
        line: Option<u32>,
        column: Option<u32>,
    },
}

/// Which error a call is to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ErrorExpected {
    Any,
    /// One whose message has this part.
    Part(String),
}

/// What is expected of metadata.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ExpectedMetadata {
    pub(crate) tags: Option<ExpectedSet>,
    pub(crate) producers: Option<ExpectedSet>,
    pub(crate) consumers: Option<ExpectedSet>,
}

/// What is expected of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ExpectedSet {
    Exactly(MetaSet),
    Part { has: BTreeSet<String>, lacks: BTreeSet<String> },
}

/// A metadata set (S2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MetaSet {
    Only(BTreeSet<String>),
    Except(BTreeSet<String>),
}

impl MetaSet {
    /// The set of these elements (S2.3: `*` denotes the universal set).
    pub(crate) fn only(elements: impl IntoIterator<Item = String>) -> MetaSet {
        let elements: BTreeSet<String> = elements.into_iter().collect();
        if elements.contains("*") { MetaSet::Except(BTreeSet::new()) } else { MetaSet::Only(elements) }
    }

    /// The complement of the set of these elements.
    pub(crate) fn except(elements: impl IntoIterator<Item = String>) -> MetaSet {
        match MetaSet::only(elements) {
            MetaSet::Only(elements) => MetaSet::Except(elements),
            MetaSet::Except(_) => MetaSet::Only(BTreeSet::new()),
        }
    }

    /// Whether it has an element; `*` asks whether it is universal.
    pub(crate) fn has(&self, element: &str) -> bool {
        match self {
            MetaSet::Only(elements) => elements.contains(element),
            MetaSet::Except(elements) if element == "*" => elements.is_empty(),
            MetaSet::Except(elements) => !elements.contains(element),
        }
    }
}

impl Expectation {
    /// Reads what is expected of a call, or of a question, with all names replaced; nothing, noted, if there is a problem.
    pub(super) fn read(node: &Node, is_question: bool, problems: &mut Problems) -> Option<Expectation> {
        if let Some(text) = node.as_text() {
            let decided = decision(node, text, problems)?;
            return Some(match is_question {
                true => Expectation { branch: Some(decided), ..Expectation::default() },
                false => Expectation { decision: Some(decided), ..Expectation::default() },
            });
        }
        let fields = Fields::read(node, &EXPECT, problems)?;
        check_together(node, &fields, is_question, problems)?;
        let decided = |at: usize| DECISIONS.get(at).copied();
        let mut expectation = Expectation {
            decision: fields.word("decision", DECISIONS, problems).and_then(decided),
            basis: fields.word("basis", BASES, problems).and_then(|at| BASES.get(at).copied()),
            branch: fields.word("branch", DECISIONS, problems).and_then(decided),
            ..Expectation::default()
        };
        if let Some(node) = fields.get("rule") {
            expectation.rule = RuleExpected::read(node, problems);
        }
        if let Some(node) = fields.get("result_meta") {
            expectation.result_meta = match node.kind {
                Kind::Null => Some(None),
                _ => ExpectedMetadata::read(node, problems).map(Some),
            };
        }
        if let Some(node) = fields.get("session_meta") {
            expectation.session_meta = ExpectedMetadata::read(node, problems);
        }
        if let Some(node) = fields.get("error") {
            expectation.error = match node.kind {
                Kind::Bool(true) => Some(ErrorExpected::Any),
                _ => text(node, "`error`", problems).map(|part| ErrorExpected::Part(part.to_owned())),
            };
        }
        Some(expectation)
    }
}

fn decision(node: &Node, text: &str, problems: &mut Problems) -> Option<&'static str> {
    let found = DECISIONS.iter().find(|word| **word == text).copied();
    if found.is_none() {
        let problem = Problem::unknown(node.span, "as `expect`", text, DECISIONS);
        problems.add(problem);
    }
    found
}

/// Refuses what cannot be expected at the same time, and an expectation of nothing.
fn check_together(
    node: &Node,
    fields: &Fields<'_>,
    is_question: bool,
    problems: &mut Problems,
) -> Option<()> {
    let given = |key: &&'static str| fields.member(key).map(|(key, _)| key.span);
    let of_calls = ["decision", "basis", "rule", "result_meta", "session_meta"];
    let error = given(&"error");
    let problem = if EXPECT.names().iter().all(|key| given(key).is_none()) {
        Some(
            Problem::new(node.span, "nothing is expected here")
                .help("`expect: deny` or `expect: allow` is the least"),
        )
    } else if let (Some(error), Some(other)) = (error, of_calls.iter().chain([&"branch"]).find_map(given)) {
        let problem = Problem::new(
            error,
            "a call that gives an error has no answer, of which something else could be expected",
        );
        Some(problem.also(other, "something else"))
    } else if is_question {
        let wrong = of_calls.iter().find_map(given);
        wrong.map(|span| Problem::new(span, "a question about a branch has no other answer than `branch`"))
    } else {
        given(&"branch").map(|span| {
            Problem::new(span, "only a question about a branch has this answer").help(
                "of a call, `decision` is expected; a question is written `call: {branch: {tags: […]}}`",
            )
        })
    };
    match problem {
        Some(problem) => {
            problems.add(problem);
            None
        }
        None => Some(()),
    }
}

impl RuleExpected {
    fn read(node: &Node, problems: &mut Problems) -> Option<RuleExpected> {
        match &node.kind {
            Kind::Null => return Some(RuleExpected::None),
            Kind::Text(part) if !part.trim().is_empty() => return Some(RuleExpected::Part(part.clone())),
            _ => {}
        }
        let fields = Fields::read(node, &RULE, problems)?;
        if RULE.names().iter().all(|key| fields.get(key).is_none()) {
            problems.add(
                Problem::new(node.span, "this says nothing of the rule")
                    .help("`rule: null` means that none decides"),
            );
            return None;
        }
        let mut texts = |key| fields.text(key, problems).map(|text| text.text);
        let (description, text, tool_id, file) =
            (texts("description"), texts("text"), texts("tool_id"), texts("file"));
        let mut number = |key| fields.get(key).and_then(|node| count(node, &quote(key), u32::MAX, problems));
        let (line, column) = (number("line"), number("column"));
        Some(RuleExpected::Like { description, text, tool_id, file, line, column })
    }
}

/// A whole number from 1 to `most`.
pub(super) fn count(node: &Node, what: &str, most: u32, problems: &mut Problems) -> Option<u32> {
    let number = match &node.kind {
        Kind::Number(number) => number.parse().ok().filter(|number| (1..=most).contains(number)),
        _ => None,
    };
    if number.is_none() {
        let most = if most == u32::MAX { String::new() } else { format!(" to {most}") };
        problems.add(Problem::new(node.span, format!("{what} is a whole number from 1{most}")));
    }
    number
}

impl ExpectedMetadata {
    fn read(node: &Node, problems: &mut Problems) -> Option<ExpectedMetadata> {
        let fields = Fields::read(node, &EXPECTED_METADATA, problems)?;
        let mut set = |key| fields.get(key).and_then(|node| ExpectedSet::read(node, &quote(key), problems));
        let expected =
            ExpectedMetadata { tags: set("tags"), producers: set("producers"), consumers: set("consumers") };
        if expected == ExpectedMetadata::default() && problems.is_empty() {
            problems.add(nothing_said(node.span, &EXPECTED_METADATA));
        }
        Some(expected)
    }
}

impl ExpectedSet {
    fn read(node: &Node, what: &str, problems: &mut Problems) -> Option<ExpectedSet> {
        if let Kind::List(_) = node.kind {
            return Some(ExpectedSet::Exactly(MetaSet::only(texts(node, what, problems)?)));
        }
        if node.as_map().is_none() {
            problems.add(
                Problem::new(node.span, format!("{what} is a list of texts, and this is {}", node.what()))
                    .help("a list is the whole set; `{has: […], lacks: […]}` speaks of a part of it, `{except: […]}` of everything else"),
            );
            return None;
        }
        let fields = Fields::read(node, &EXPECTED_SET, problems)?;
        let mut elements = |key| fields.get(key).map(|node| texts(node, &quote(key), problems));
        let (except, has, lacks) = (elements("except"), elements("has"), elements("lacks"));
        match (except, has, lacks) {
            (Some(except), None, None) => Some(ExpectedSet::Exactly(MetaSet::except(except?))),
            (Some(_), ..) => {
                problems.add(Problem::new(
                    node.span,
                    "`except` says all of the set, so `has` and `lacks` say nothing more",
                ));
                None
            }
            (None, None, None) => {
                problems.add(nothing_said(node.span, &EXPECTED_SET));
                None
            }
            (None, has, lacks) => {
                let set = |texts: Option<Option<Vec<String>>>| {
                    Some(texts.unwrap_or_else(|| Some(Vec::new()))?.into_iter().collect())
                };
                Some(ExpectedSet::Part { has: set(has)?, lacks: set(lacks)? })
            }
        }
    }
}

fn nothing_said(span: Span, table: &Table) -> Problem {
    Problem::new(span, "nothing is expected here")
        .help(format!("here may be {}", crate::testing::problem::listed(&table.names())))
}

/// Whether a node, before names are replaced, expects an error: then the call may be wrong.
pub(super) fn expects_error(node: &Node) -> bool {
    node.get("error").is_some()
}
