//! Calls of tests as the JSON lines that they are (S9): what a test asks is read by the very reader that `sqrt eval` uses.

use sqrt_compiler::syntax::token::Span;
use sqrt_vm::json::{read_line, write_string};
use sqrt_vm::limits::Limits;
use sqrt_vm::value::Arena;

use super::Fixture;
use super::fields::{Fields, Problems};
use super::keys::{CALL, SESSION};
use super::references::{Filling, Meaning, Mention, Scope, mention};
use crate::testing::problem::Problem;
use crate::testing::yaml::{Key, Kind, Node};

/// A call as a line of JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallLine {
    /// Without a line end.
    pub(crate) text: String,
    /// Whether it is a question about a branch (S8.3).
    pub(crate) is_question: bool,
}

/// The line of a call, with all names replaced; nothing, noted, if there is a problem. What the call means is checked, unless
/// it is expected to be refused.
pub(super) fn call_line(
    call: &Node,
    scope: Scope<'_>,
    limits: &Limits,
    may_be_wrong: bool,
    problems: &mut Problems,
) -> Option<CallLine> {
    let (call, scope) = resolved(call, scope, problems)?;
    let Kind::Map(members) = &call.kind else {
        Fields::read(call, &CALL, problems)?;
        return None;
    };
    if !may_be_wrong {
        let before = problems.len();
        Fields::read(call, &CALL, problems)?;
        if problems.len() > before {
            return None;
        }
    }
    let members = filled(members, scope, limits, problems)?;
    let is_question = members.iter().any(|(key, _)| key.text == "branch");
    let mut line = Line::default();
    line.node(&Node { kind: Kind::Map(members), span: call.span });
    if !may_be_wrong && let Some(problem) = line.problem("this is no valid call", limits) {
        problems.add(problem);
        return None;
    }
    Some(CallLine { text: line.text, is_question })
}

/// A call that is a name is what stands for that, whose names are looked up where it stands.
fn resolved<'n>(call: &'n Node, scope: Scope<'n>, problems: &mut Problems) -> Option<(&'n Node, Scope<'n>)> {
    let Some(Mention::Name(name)) = call.as_text().and_then(mention) else { return Some((call, scope)) };
    match scope.find(name) {
        Some(Meaning::Column(node)) => resolved(node, Scope { columns: &[], ..scope }, problems),
        Some(Meaning::Fixture(fixture)) => Some((&fixture.value, Scope { columns: &[], fixtures: &[] })),
        None => {
            problems.add(scope.unknown(call, name));
            None
        }
    }
}

/// The members of a call with names replaced, and the metadata of fixtures where it belongs.
fn filled(
    members: &[(Key, Node)],
    scope: Scope<'_>,
    limits: &Limits,
    problems: &mut Problems,
) -> Option<Vec<(Key, Node)>> {
    let mut filling = Filling { budget: limits.line_bytes(), problems };
    let mut out: Vec<(Key, Node)> = Vec::new();
    let mut of_arguments: Vec<(Key, &Fixture)> = Vec::new();
    let mut of_result = None;
    for (key, node) in members {
        let node = match (key.text.as_str(), &node.kind) {
            ("args", Kind::Map(arguments)) => {
                let mut filled = Vec::new();
                for (name, value) in arguments {
                    of_arguments.extend(scope.fixture(value).map(|fixture| (name.clone(), fixture)));
                    filled.push((name.clone(), filling.node(value, scope, true)?));
                }
                Node { kind: Kind::Map(filled), span: node.span }
            }
            ("result", _) => {
                of_result = scope.fixture(node).map(|fixture| (key.clone(), fixture));
                filling.node(node, scope, true)?
            }
            _ => filling.node(node, scope, false)?,
        };
        out.push((key.clone(), node));
    }
    let of_result = of_result.filter(|(_, fixture)| !fixture.metadata.is_empty());
    of_arguments.retain(|(_, fixture)| !fixture.metadata.is_empty());
    if let Some((key, fixture)) = of_result {
        add_metadata(parts(&mut out, "result_meta", key.span), fixture);
    }
    if let Some((first, _)) = of_arguments.first()
        && let Some(all) = parts(&mut out, "arg_meta", first.span)
    {
        for (name, fixture) in &of_arguments {
            add_metadata(parts(all, &name.text, name.span), fixture);
        }
    }
    Some(out)
}

/// The members of the mapping that is the member of this name, which is added if there is none yet.
fn parts<'m>(members: &'m mut Vec<(Key, Node)>, name: &str, span: Span) -> Option<&'m mut Vec<(Key, Node)>> {
    if !members.iter().any(|(key, _)| key.text == name) {
        members.push((Key { text: name.to_owned(), span }, Node { kind: Kind::Map(Vec::new()), span }));
    }
    let member = members.iter_mut().find(|(key, _)| key.text == name);
    match member.map(|(_, node)| &mut node.kind) {
        Some(Kind::Map(parts)) => Some(parts),
        _ => None,
    }
}

/// Adds what a fixture says of metadata, where the call does not say it itself.
fn add_metadata(parts: Option<&mut Vec<(Key, Node)>>, fixture: &Fixture) {
    let Some(parts) = parts else { return };
    for (key, node) in &fixture.metadata {
        if !parts.iter().any(|(part, _)| part.text == key.text) {
            parts.push((key.clone(), node.clone()));
        }
    }
}

/// JSON that is written, with the places that its parts come from.
#[derive(Default)]
struct Line {
    text: String,
    /// Where in `text` (in bytes) something begins, or a list or a mapping ends, and its place in the test file, ascending.
    places: Vec<(usize, Span)>,
}

impl Line {
    fn node(&mut self, node: &Node) {
        self.places.push((self.text.len(), node.span));
        match &node.kind {
            Kind::Null => self.text.push_str("null"),
            Kind::Bool(value) => self.text.push_str(if *value { "true" } else { "false" }),
            Kind::Number(number) => self.text.push_str(number),
            Kind::Text(text) => write_string(&mut self.text, text),
            Kind::List(items) => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.text.push_str(if index == 0 { "" } else { ", " });
                    self.node(item);
                }
                self.places.push((self.text.len(), node.span));
                self.text.push(']');
            }
            Kind::Map(members) => {
                self.text.push('{');
                for (index, (key, node)) in members.iter().enumerate() {
                    self.text.push_str(if index == 0 { "" } else { ", " });
                    self.places.push((self.text.len(), key.span));
                    write_string(&mut self.text, &key.text);
                    self.text.push_str(": ");
                    self.node(node);
                }
                self.places.push((self.text.len(), node.span));
                self.text.push('}');
            }
        }
    }

    /// What the reader of lines says is wrong with it.
    fn problem(&self, what: &str, limits: &Limits) -> Option<Problem> {
        let arena = Arena::new();
        let error = read_line(self.text.as_bytes(), &arena, limits).err()?;
        // The column is that of the last character that was read.
        let stopped = error.column().map_or(0, |column| {
            self.text.char_indices().nth(column.saturating_sub(1)).map_or(self.text.len(), |(at, _)| at)
        });
        let before = self.places.partition_point(|&(at, _)| at <= stopped);
        let (_, span) = before.checked_sub(1).and_then(|last| self.places.get(last))?;
        Some(Problem::new(*span, format!("{what}: {}", error.message())))
    }
}

/// The state in which a session begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Start {
    /// Its metadata as JSON.
    pub(crate) metadata: String,
    /// Its value as JSON.
    pub(crate) value: Option<String>,
    pub(crate) span: Span,
}

/// The state in which sessions begin, with all names replaced; nothing, noted, if there is a problem. It is checked as calls
/// are: its metadata by asking about it, its value by setting it.
pub(super) fn start(
    node: &Node,
    scope: Scope<'_>,
    limits: &Limits,
    problems: &mut Problems,
) -> Option<Start> {
    let node = Filling { budget: limits.line_bytes(), problems }.node(node, scope, false)?;
    let fields = Fields::read(&node, &SESSION, problems)?;
    // The text of a session has every part, in this order.
    let universal = || vec![Node { kind: Kind::Text("*".to_owned()), span: node.span }];
    let parts = [("tags", Vec::new()), ("producers", Vec::new()), ("consumers", universal())];
    let parts = parts.map(|(name, default)| {
        let key = Key { text: name.to_owned(), span: node.span };
        let default = || Node { kind: Kind::List(default), span: node.span };
        (key, fields.get(name).cloned().unwrap_or_else(default))
    });
    let metadata = Node { kind: Kind::Map(parts.into()), span: node.span };
    let mut check = |key: &[(&str, &Node)]| {
        let key = key
            .iter()
            .map(|(name, node)| (Key { text: (*name).to_owned(), span: node.span }, (*node).clone()));
        let mut line = Line::default();
        line.node(&Node { kind: Kind::Map(key.collect()), span: node.span });
        if let Some(problem) = line.problem("no session can begin so", limits) {
            problems.add(problem);
        }
    };
    check(&[("branch", &metadata)]);
    let value = fields.get("value");
    if let Some(value) = value {
        let tool = Node { kind: Kind::Text(String::new()), span: value.span };
        check(&[("tool", &tool), ("session_value", value)]);
    }
    Some(Start { metadata: json(&metadata), value: value.map(json), span: node.span })
}

/// A value as JSON on one line.
pub(crate) fn json(node: &Node) -> String {
    let mut line = Line::default();
    line.node(node);
    line.text
}
