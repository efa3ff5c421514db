//! Reading mappings by the tables of keys, with every problem noted.

use sqrt_compiler::syntax::token::Span;
use sqrt_vm::visible::quote;

use super::Named;
use super::keys::Table;
use crate::testing::problem::{Problem, listed};
use crate::testing::yaml::{Key, Kind, Node};

/// So many problems of one file are told; one with more is best mended from its start.
const MOST: usize = 50;

/// The problems of a file, in the order in which they are found.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn add(&mut self, problem: Problem) {
        // A template is read once for each row of its table, and is wrong once.
        if self.0.len() < MOST && !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    pub(super) fn are_many(&self) -> bool {
        self.0.len() >= MOST
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problems in the order of their places.
    pub(super) fn sorted(mut self) -> Vec<Problem> {
        self.0.sort_by_key(Problem::span);
        self.0
    }
}

/// The members of a mapping by the keys of its table.
#[derive(Clone, Copy)]
pub(super) struct Fields<'n> {
    members: &'n [(Key, Node)],
}

impl<'n> Fields<'n> {
    /// A mapping of the kind that the table describes; nothing, noted, of what is none.
    pub(super) fn read(node: &'n Node, table: &Table, problems: &mut Problems) -> Option<Fields<'n>> {
        let Kind::Map(members) = &node.kind else {
            let names = table.names();
            let problem =
                Problem::new(node.span, format!("{} is a mapping, and this is {}", table.what, node.what()));
            problems.add(problem.help(format!("here may be {}", listed(&names))));
            return None;
        };
        for (key, _) in members {
            if !table.keys.iter().any(|row| row.name == key.text) {
                problems.add(Problem::unknown(key.span, "the key", &key.text, &table.names()));
            }
        }
        let fields = Fields { members };
        for required in table.required {
            if fields.get(required).is_none() {
                let at = Span { start: node.span.start, end: node.span.start };
                problems.add(Problem::new(
                    at,
                    format!("{} has the key {}, which is missing here", table.what, quote(required)),
                ));
            }
        }
        Some(fields)
    }

    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.member(key).map(|(_, node)| node)
    }

    pub(super) fn member(&self, key: &str) -> Option<&'n (Key, Node)> {
        self.members.iter().find(|(found, _)| found.text == key)
    }

    /// The text of a key; nothing, noted, if it is something else.
    pub(super) fn text(&self, key: &str, problems: &mut Problems) -> Option<Named> {
        let node = self.get(key)?;
        let text = text(node, &quote(key), problems)?;
        Some(Named { text: text.to_owned(), span: node.span })
    }

    /// The word of a key, by its place among those that there are.
    pub(super) fn word(&self, key: &str, words: &[&str], problems: &mut Problems) -> Option<usize> {
        let node = self.get(key)?;
        word(node, &quote(key), words, problems)
    }
}

/// The text of a node; nothing, noted, if it is something else.
pub(super) fn text<'n>(node: &'n Node, what: &str, problems: &mut Problems) -> Option<&'n str> {
    let text = node.as_text();
    if text.is_none() {
        let problem = Problem::new(node.span, format!("{what} is text, and this is {}", node.what()));
        problems.add(match node.kind {
            Kind::List(_) | Kind::Map(_) => problem,
            _ => problem.help("put it in quotes if it is meant as text"),
        });
    }
    text
}

/// Which of some words a node is.
pub(super) fn word(node: &Node, what: &str, words: &[&str], problems: &mut Problems) -> Option<usize> {
    let found = node.as_text().and_then(|text| words.iter().position(|word| *word == text));
    if found.is_none() {
        problems.add(match node.as_text() {
            Some(text) => Problem::unknown(node.span, &format!("as {what}"), text, words),
            None => Problem::new(
                node.span,
                format!("{what} is one of {}, and this is {}", listed(words), node.what()),
            ),
        });
    }
    found
}

/// The texts of a list.
pub(super) fn texts(node: &Node, what: &str, problems: &mut Problems) -> Option<Vec<String>> {
    let Kind::List(items) = &node.kind else {
        problems
            .add(Problem::new(node.span, format!("{what} is a list of texts, and this is {}", node.what())));
        return None;
    };
    items.iter().map(|item| text(item, &format!("an item of {what}"), problems).map(str::to_owned)).collect()
}
