//! Which fields of metadata the elements of each let end up in, and what the policy calls tags, producers and consumers.

use std::collections::{BTreeSet, HashMap};

use sqrt_compiler::syntax::ast::Field;

use super::document::{Document, Policy};
use super::index::{Mention, What};
use super::walk::About;

/// The fields that the lets of a policy are used for.
#[derive(Debug, Default)]
pub(super) struct FieldsOfLets {
    fields: HashMap<String, BTreeSet<Field>>,
}

impl FieldsOfLets {
    /// Follows uses from let to let until nothing is new. Every round adds a field to a let, and there are three.
    pub(super) fn new(policy: Policy<'_>) -> Self {
        let mut found = Self::default();
        let mut open: Vec<(String, Field)> = Vec::new();
        // Which lets each let is made of.
        let mut parts: HashMap<&str, Vec<&str>> = HashMap::new();
        for (_, document, mention) in policy.mentions() {
            let name = document.slice(mention.span);
            match mention.what {
                What::LetUse(About::Metadata(field)) => open.push((name.to_owned(), field)),
                What::LetUse(About::Let(user)) => {
                    let user = document.index().lets.get(user as usize);
                    if let Some(user) = user {
                        parts.entry(user.name.as_str()).or_default().push(name);
                    }
                }
                _ => {}
            }
        }
        while let Some((name, field)) = open.pop() {
            let parts = parts.get(name.as_str());
            if found.fields.entry(name).or_default().insert(field) {
                open.extend(parts.into_iter().flatten().map(|part| ((*part).to_owned(), field)));
            }
        }
        found
    }

    /// The fields whose strings a text is one of; none if it is a value.
    pub(super) fn of_text(&self, document: &Document, mention: &Mention) -> BTreeSet<Field> {
        match mention.what {
            What::Text(About::Metadata(field)) => BTreeSet::from([field]),
            What::Text(About::Let(number)) => {
                let found = document.index().lets.get(number as usize);
                found.and_then(|found| self.fields.get(&found.name)).cloned().unwrap_or_default()
            }
            _ => BTreeSet::new(),
        }
    }

    /// The fields that a let is used for.
    pub(super) fn of_let(&self, name: &str) -> BTreeSet<Field> {
        self.fields.get(name).cloned().unwrap_or_default()
    }
}

/// The strings that the policy uses in a field of metadata, as they are written between the quotes.
pub(super) fn known_strings(policy: Policy<'_>, field: Field) -> BTreeSet<String> {
    let fields = FieldsOfLets::new(policy);
    let texts = policy.mentions().filter(|(_, _, mention)| matches!(mention.what, What::Text(_)));
    let of_field = texts.filter(|(_, document, mention)| fields.of_text(document, mention).contains(&field));
    of_field.map(|(_, document, mention)| unquoted(document.slice(mention.span)).to_owned()).collect()
}

/// What stands between the quotes of a literal.
pub(super) fn unquoted(literal: &str) -> &str {
    let inner = literal.split_once('"').map_or("", |(_, rest)| rest);
    inner.strip_suffix('"').unwrap_or(inner)
}

/// The word of a field.
pub(super) fn field_word(field: Field) -> &'static str {
    match field {
        Field::Tags => "tags",
        Field::Producers => "producers",
        Field::Consumers => "consumers",
    }
}
