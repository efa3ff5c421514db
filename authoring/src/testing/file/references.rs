//! Names that stand in tests: a text that is `$` and a name stands for the column or the fixture of that name, and `$$name` is
//! the text `$name`.
//!
//! Invariants: what stands for a name of a column may name fixtures, and fixtures name nothing, so replacing ends; what comes
//! of it is bounded by a budget, however often a large fixture is named.

use sqrt_vm::visible::quote;

use super::Fixture;
use super::fields::Problems;
use crate::testing::problem::Problem;
use crate::testing::yaml::{Key, Kind, Node};
use sqrt_compiler::resolve::nearest;

/// What a text says of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mention<'t> {
    /// `$name`
    Name(&'t str),
    /// `$$name`: the text without the first mark.
    Text(&'t str),
}

/// What a text mentions, if it mentions something.
pub(super) fn mention(text: &str) -> Option<Mention<'_>> {
    let rest = text.strip_prefix('$')?;
    let marks = rest.bytes().take_while(|&byte| byte == b'$').count();
    let name = rest.get(marks..)?;
    if !is_name(name) {
        return None;
    }
    Some(if marks == 0 { Mention::Name(name) } else { Mention::Text(rest) })
}

/// Whether it can stand behind the mark.
pub(super) fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// What names stand for.
#[derive(Clone, Copy)]
pub(super) struct Scope<'f> {
    pub(super) columns: &'f [(Key, Node)],
    pub(super) fixtures: &'f [Fixture],
}

/// What a name stands for.
pub(super) enum Meaning<'f> {
    Column(&'f Node),
    Fixture(&'f Fixture),
}

impl<'f> Scope<'f> {
    pub(super) fn find(&self, name: &str) -> Option<Meaning<'f>> {
        let column = self.columns.iter().find(|(key, _)| key.text == name);
        let fixture = || self.fixtures.iter().find(|fixture| fixture.name.text == name);
        column.map(|(_, node)| Meaning::Column(node)).or_else(|| fixture().map(Meaning::Fixture))
    }

    /// The fixture that a node is, by its name or by that of a column.
    pub(super) fn fixture(&self, node: &Node) -> Option<&'f Fixture> {
        let Some(Mention::Name(name)) = mention(node.as_text()?) else { return None };
        match self.find(name)? {
            Meaning::Fixture(fixture) => Some(fixture),
            Meaning::Column(node) => self.without_columns().fixture(node),
        }
    }

    /// What stands in columns can name fixtures.
    fn without_columns(self) -> Scope<'f> {
        Scope { columns: &[], ..self }
    }

    fn nothing(self) -> Scope<'f> {
        Scope { columns: &[], fixtures: &[] }
    }

    /// The problem of a name that stands for nothing.
    pub(super) fn unknown(&self, node: &Node, name: &str) -> Problem {
        let names =
            self.columns.iter().map(|(key, _)| key).chain(self.fixtures.iter().map(|fixture| &fixture.name));
        let problem = Problem::new(node.span, format!("nothing is called {}", quote(name)));
        match nearest(name, names.map(|key| key.text.as_str())) {
            Some(near) => problem.help(format!("is {} meant?", quote(&format!("${near}")))),
            None => problem.help(format!(
                "`$name` stands for a column of `cases` or one of `fixtures`; the text is written `$${}`",
                sqrt_vm::visible::visible(name)
            )),
        }
    }
}

/// Replaces names, within a budget of nodes and bytes.
pub(super) struct Filling<'p> {
    pub(super) budget: usize,
    pub(super) problems: &'p mut Problems,
}

impl Filling<'_> {
    /// The node with all names replaced; nothing, noted, if there is a problem. `whole` tells whether a fixture in this place
    /// keeps its metadata, of which the caller takes care.
    pub(super) fn node(&mut self, node: &Node, scope: Scope<'_>, whole: bool) -> Option<Node> {
        let size = match &node.kind {
            Kind::Text(text) | Kind::Number(text) => text.len(),
            _ => 0,
        };
        let Some(budget) = self.budget.checked_sub(size.saturating_add(1)) else {
            self.problems.add(Problem::new(
                node.span,
                "with all names replaced, this is larger than the longest line of a call",
            ));
            return None;
        };
        self.budget = budget;
        let kind = match &node.kind {
            Kind::Text(text) => match mention(text) {
                Some(Mention::Name(name)) => return self.named(node, name, scope, whole),
                Some(Mention::Text(text)) => Kind::Text(text.to_owned()),
                None => Kind::Text(text.clone()),
            },
            Kind::List(items) => {
                Kind::List(items.iter().map(|item| self.node(item, scope, false)).collect::<Option<_>>()?)
            }
            Kind::Map(members) => {
                let member = |(key, node): &(Key, Node)| Some((key.clone(), self.node(node, scope, false)?));
                Kind::Map(members.iter().map(member).collect::<Option<_>>()?)
            }
            plain => plain.clone(),
        };
        Some(Node { kind, span: node.span })
    }

    fn named(&mut self, node: &Node, name: &str, scope: Scope<'_>, whole: bool) -> Option<Node> {
        match scope.find(name) {
            Some(Meaning::Column(column)) => self.node(column, scope.without_columns(), whole),
            Some(Meaning::Fixture(fixture)) if whole || fixture.metadata.is_empty() => {
                self.node(&fixture.value, scope.nothing(), false)
            }
            Some(Meaning::Fixture(fixture)) => {
                let problem = Problem::new(
                    node.span,
                    format!("the fixture {} has metadata, which would be lost here", quote(name)),
                );
                self.problems.add(
                    problem
                        .also(fixture.name.span, "the fixture")
                        .help("it stands for a whole argument, or for the result; metadata is of these only"),
                );
                None
            }
            None => {
                self.problems.add(scope.unknown(node, name));
                None
            }
        }
    }
}

/// The names that a node mentions, with the places.
pub(super) fn mentions<'n>(node: &'n Node, found: &mut Vec<(&'n str, &'n Node)>) {
    match &node.kind {
        Kind::Text(text) => {
            if let Some(Mention::Name(name)) = mention(text) {
                found.push((name, node));
            }
        }
        Kind::List(items) => items.iter().for_each(|item| mentions(item, found)),
        Kind::Map(members) => members.iter().for_each(|(_, node)| mentions(node, found)),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
    }
}
