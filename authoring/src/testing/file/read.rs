//! From the tree of a test file to its tests.

use std::collections::{HashMap, HashSet};

use sqrt_compiler::resolve::nearest;
use sqrt_compiler::syntax::token::Span;
use sqrt_vm::bytecode::settings::{Level, Mode};
use sqrt_vm::limits::Limits;
use sqrt_vm::visible::quote;

use super::calls::json;
use super::cases::too_many_calls;
use super::expect::count;
use super::fields::{Fields, Problems, text, texts};
use super::keys::{FILE, FIXTURE, MAX_REPEAT, SETTINGS, STEP, TEST};
use super::references::{is_name, mentions};
use super::{Fixture, Named, Row, SettingsAsked, Step, Test, TestFile};
use crate::testing::problem::Problem;
use crate::testing::yaml::{self, Key, Kind, Node};

impl TestFile {
    /// Reads a test file.
    ///
    /// # Errors
    /// All that is wrong with it, in the order of the text, up to a number.
    pub fn read(name: &str, text: &str, limits: &Limits) -> Result<TestFile, Vec<Problem>> {
        let (root, found) = yaml::read(text).map_err(|problem| vec![problem])?;
        let mut problems = Problems::default();
        found.into_iter().for_each(|problem| problems.add(problem));
        let root = root.unwrap_or(Node { kind: Kind::Null, span: Span::default() });
        let Some(file) = read_file(name, text, &root, &mut problems) else { return Err(problems.sorted()) };
        if let Some(problem) = too_many_calls(file.calls(), limits) {
            return Err(vec![problem]);
        }
        file.check(limits, &mut problems);
        if problems.is_empty() { Ok(file) } else { Err(problems.sorted()) }
    }

    /// Prepares every case once, for what is wrong with it. What a missing column leads to was told.
    fn check(&self, limits: &Limits, problems: &mut Problems) {
        for (number, test) in self.tests.iter().enumerate().filter(|(_, test)| test.has_its_columns) {
            for row in 0..test.rows.as_ref().map_or(1, Vec::len) {
                if problems.are_many() {
                    return;
                }
                self.prepare(number, test.rows.as_ref().map(|_| row), limits, problems);
            }
        }
    }
}

/// The JSON that the text of a test file stands for. For tests of what is said about the shape of test files.
#[doc(hidden)]
pub fn as_json(text: &str) -> Option<String> {
    let (root, problems) = yaml::read(text).ok()?;
    root.filter(|_| problems.is_empty()).map(|root| json(&root))
}

fn read_file(name: &str, text: &str, root: &Node, problems: &mut Problems) -> Option<TestFile> {
    let fields = Fields::read(root, &FILE, problems)?;
    let fixtures = fields.get("fixtures").map(|node| read_fixtures(node, problems)).unwrap_or_default();
    let mut tests = Vec::new();
    for node in items(&fields, "tests", problems) {
        tests.extend(read_test(node, &fixtures, problems));
    }
    let mut names: HashMap<&str, Span> = HashMap::new();
    for test in &tests {
        if let Some(first) = names.insert(&test.name.text, test.name.span) {
            let problem = Problem::new(
                test.name.span,
                format!("another test is called {}, too", quote(&test.name.text)),
            );
            problems.add(problem.also(first, "the other one"));
        }
    }
    Some(TestFile {
        name: name.to_owned(),
        text: text.to_owned(),
        policies: fields.get("policy").and_then(|node| read_policies(node, problems)),
        x_policy: fields.text("x_policy", problems),
        settings: fields.get("settings").map(|node| read_settings(node, problems)).unwrap_or_default(),
        fixtures,
        tests,
    })
}

/// The items of a list that has some.
fn items<'n>(fields: &Fields<'n>, key: &str, problems: &mut Problems) -> &'n [Node] {
    let Some(node) = fields.get(key) else { return &[] };
    match &node.kind {
        Kind::List(items) if !items.is_empty() => items,
        Kind::List(_) => {
            problems.add(Problem::new(node.span, format!("{} is empty", quote(key))));
            &[]
        }
        _ => {
            problems.add(Problem::new(
                node.span,
                format!("{} is a list, and this is {}", quote(key), node.what()),
            ));
            &[]
        }
    }
}

fn read_policies(node: &Node, problems: &mut Problems) -> Option<Vec<Named>> {
    let one = |node: &Node, problems: &mut Problems| {
        text(node, "a policy file", problems).map(|text| Named { text: text.to_owned(), span: node.span })
    };
    match &node.kind {
        Kind::List(items) => items.iter().map(|item| one(item, problems)).collect(),
        _ => one(node, problems).map(|policy| vec![policy]),
    }
}

fn read_settings(node: &Node, problems: &mut Problems) -> SettingsAsked {
    let Some(fields) = Fields::read(node, &SETTINGS, problems) else { return SettingsAsked::default() };
    let default_allow = fields.get("default_allow").and_then(|node| match node.kind {
        Kind::Bool(value) => Some(value),
        _ => {
            problems.add(Problem::new(node.span, "`default_allow` is `true` or `false`"));
            None
        }
    });
    let levels = [Level::Soft, Level::Hard];
    let modes = [Mode::Standard, Mode::Strict, Mode::Custom];
    let level = fields.word("default_level", &["soft", "hard"], problems);
    let mode = fields.word("mode", &["standard", "strict", "custom"], problems);
    SettingsAsked {
        default_allow,
        default_level: level.and_then(|at| levels.get(at).copied()),
        mode: mode.and_then(|at| modes.get(at).copied()),
    }
}

fn read_fixtures(node: &Node, problems: &mut Problems) -> Vec<Fixture> {
    let Kind::Map(members) = &node.kind else {
        problems.add(Problem::new(
            node.span,
            format!("`fixtures` is a mapping of names to values, and this is {}", node.what()),
        ));
        return Vec::new();
    };
    let mut fixtures = Vec::new();
    for (name, node) in members {
        check_name(name, problems);
        let (value, metadata) = match &node.kind {
            Kind::Map(parts) => {
                let Some(fields) = Fields::read(node, &FIXTURE, problems) else { continue };
                let Some(value) = fields.get("value") else { continue };
                (value.clone(), parts.iter().filter(|(key, _)| key.text != "value").cloned().collect())
            }
            _ => (node.clone(), Vec::new()),
        };
        fixtures.push(Fixture { name: name.clone(), value, metadata });
    }
    fixtures
}

fn check_name(name: &Key, problems: &mut Problems) {
    if !is_name(&name.text) {
        let problem = Problem::new(name.span, format!("{} cannot be named by a test", quote(&name.text)));
        problems.add(problem.help("names begin with a letter, and have letters, digits and `_` only"));
    }
}

fn read_test(node: &Node, fixtures: &[Fixture], problems: &mut Problems) -> Option<Test> {
    let before = problems.len();
    let fields = Fields::read(node, &TEST, problems)?;
    let name = fields.text("name", problems)?;
    if name.text.trim().is_empty() {
        problems.add(Problem::new(name.span, "the name is empty"));
    }
    let mut test = Test {
        has_its_columns: true,
        description: fields.text("description", problems).map(|text| text.text),
        tags: fields.get("tags").and_then(|node| texts(node, "`tags`", problems)).unwrap_or_default(),
        skip: fields.text("skip", problems).map(|why| why.text),
        session: fields.get("session").cloned(),
        steps: read_steps(&fields, &name, problems),
        rows: fields.get("cases").map(|_| read_rows(&fields, fixtures, problems)),
        name,
    };
    // What is missing may stand under a key with a mistake.
    if problems.len() == before {
        check_expectations(&test, problems);
        let before = problems.len();
        check_columns(&test, fixtures, problems);
        test.has_its_columns = problems.len() == before;
    }
    Some(test)
}

fn read_steps(fields: &Fields<'_>, name: &Named, problems: &mut Problems) -> Vec<Step> {
    let alone = fields.member("call").or_else(|| fields.member("expect"));
    match (fields.member("steps"), alone) {
        (Some((steps, _)), Some((other, _))) => {
            let problem =
                Problem::new(other.span, format!("a test has either {} or `steps`", quote(&other.text)));
            problems.add(problem.also(steps.span, "the steps").help("move it into a step"));
            Vec::new()
        }
        (Some(_), None) => {
            items(fields, "steps", problems).iter().filter_map(|node| read_step(node, problems)).collect()
        }
        (None, _) => match fields.member("call") {
            Some((key, call)) => {
                vec![Step {
                    call: call.clone(),
                    expect: fields.get("expect").cloned(),
                    repeat: 1,
                    span: key.span,
                }]
            }
            None => {
                problems.add(Problem::new(name.span, "the test asks nothing: it needs a `call`, or `steps`"));
                Vec::new()
            }
        },
    }
}

fn read_step(node: &Node, problems: &mut Problems) -> Option<Step> {
    let fields = Fields::read(node, &STEP, problems)?;
    let (key, call) = fields.member("call")?;
    let repeat = match fields.get("repeat") {
        Some(node) => count(node, "`repeat`", MAX_REPEAT, problems)?,
        None => 1,
    };
    Some(Step { call: call.clone(), expect: fields.get("expect").cloned(), repeat, span: key.span })
}

fn read_rows(fields: &Fields<'_>, fixtures: &[Fixture], problems: &mut Problems) -> Vec<Row> {
    let mut rows = Vec::new();
    for node in items(fields, "cases", problems) {
        let Kind::Map(members) = &node.kind else {
            let problem = Problem::new(
                node.span,
                format!("a row is a mapping of columns to values, and this is {}", node.what()),
            );
            problems
                .add(problem.help("such as `{to: ann@corp.com, expect: allow}`, where the call has `$to`"));
            continue;
        };
        let mut row = Row { label: None, columns: Vec::new(), expect: None, span: node.span };
        for (key, value) in members {
            match key.text.as_str() {
                "case" => row.label = text(value, "`case`", problems).map(str::to_owned),
                "expect" if fields.get("steps").is_some() => {
                    let problem = Problem::new(
                        key.span,
                        "of a test with steps, a row cannot say which step is expected to give this",
                    );
                    problems.add(problem.help("call the column something else, such as `last`, and write `expect: $last` in the step"));
                }
                "expect" => row.expect = Some(value.clone()),
                _ => {
                    check_name(key, problems);
                    if let Some(fixture) = fixtures.iter().find(|fixture| fixture.name.text == key.text) {
                        let problem = Problem::new(
                            key.span,
                            format!("both a column and a fixture are called {}", quote(&key.text)),
                        );
                        problems.add(problem.also(fixture.name.span, "the fixture"));
                    }
                    row.columns.push((key.clone(), value.clone()));
                }
            }
        }
        rows.push(row);
    }
    rows
}

/// Each run of a test expects something.
fn check_expectations(test: &Test, problems: &mut Problems) {
    if test.steps.is_empty() || test.steps.iter().any(|step| step.expect.is_some()) {
        return;
    }
    let help = "`expect: deny` or `expect: allow` is the least";
    match &test.rows {
        None => problems.add(Problem::new(test.name.span, "the test expects nothing").help(help)),
        Some(rows) => {
            for row in rows.iter().filter(|row| row.expect.is_none()) {
                problems
                    .add(Problem::new(row.span, "neither this row nor the test expects anything").help(help));
            }
        }
    }
}

/// Each column is one that the test mentions, and each row has all that it mentions.
fn check_columns(test: &Test, fixtures: &[Fixture], problems: &mut Problems) {
    let Some(rows) = &test.rows else { return };
    let mut found = Vec::new();
    let expectations = test.steps.iter().filter_map(|step| step.expect.as_ref());
    let nodes = test.steps.iter().map(|step| &step.call).chain(expectations).chain(&test.session);
    nodes.for_each(|node| mentions(node, &mut found));
    let used: HashSet<&str> = found.iter().map(|(name, _)| *name).collect();
    let is_fixture = |name: &str| fixtures.iter().any(|fixture| fixture.name.text == name);
    let columns: HashSet<&str> =
        rows.iter().flat_map(|row| &row.columns).map(|(key, _)| key.text.as_str()).collect();
    for row in rows {
        for (key, _) in row.columns.iter().filter(|(key, _)| !used.contains(key.text.as_str())) {
            let problem = Problem::new(
                key.span,
                format!(
                    "the test does not mention `${}`, so this column does nothing",
                    sqrt_vm::visible::visible(&key.text)
                ),
            );
            problems.add(match nearest(&key.text, used.iter().copied()) {
                Some(near) => problem.help(format!("is {} meant?", quote(near))),
                None => problem.help("write the name with `$` where the value belongs"),
            });
        }
        let has = |name: &str| row.columns.iter().any(|(key, _)| key.text == name);
        // What stands only in the expectation of the test is not asked of a row with its own.
        for name in used.iter().filter(|name| columns.contains(*name) && !has(name) && !is_fixture(name)) {
            if row.expect.is_none() || test.steps.iter().any(|step| mentioned_in(&step.call, name)) {
                problems.add(Problem::new(
                    row.span,
                    format!("this row has no {}, which the test mentions", quote(name)),
                ));
            }
        }
    }
}

fn mentioned_in(node: &Node, name: &str) -> bool {
    let mut found = Vec::new();
    mentions(node, &mut found);
    found.iter().any(|(found, _)| *found == name)
}
