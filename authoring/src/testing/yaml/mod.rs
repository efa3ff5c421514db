//! YAML as test files use it: a tree of scalars, lists and mappings, each with its place.
//!
//! It is the part of YAML that two readers cannot read in two ways: no anchors, aliases and tags, no second document, no key
//! twice, and no plain scalar that some readers take for a number or a bool and others for text ([`scalar`]). JSON is in it.
//!
//! Invariant: a tree is nested at most [`MAX_DEPTH`] deep, so whatever walks it may recurse.

mod read;
pub(crate) mod scalar;
#[cfg(test)]
mod tests;

use sqrt_compiler::syntax::token::Span;

pub(crate) use read::read;

/// The deepest nesting: that of values of calls, and of what stands around them.
pub(crate) const MAX_DEPTH: usize = 136;

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A scalar that means `null`: nothing, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number of JSON, as it is written.
    Number(String),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping, whose keys are there once.
    Map(Vec<(Key, Node)>),
}

/// The key of a member of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl Node {
    /// The words for what it is.
    pub(crate) fn what(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a truth value",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }

    /// The text, if it is text.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The members, if it is a mapping.
    pub(crate) fn as_map(&self) -> Option<&[(Key, Node)]> {
        match &self.kind {
            Kind::Map(members) => Some(members),
            _ => None,
        }
    }

    /// The member of a mapping with this key.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.iter().find(|(found, _)| found.text == key).map(|(_, node)| node)
    }
}
