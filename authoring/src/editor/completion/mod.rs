//! What could be written at a place: words of the language, lets, tools, arguments and strings of metadata, by what stands
//! before it.
//!
//! The place is found by tokens alone ([`context`]), since the text before a cursor is rarely well-formed.

mod context;

use std::collections::BTreeSet;

use sqrt_compiler::syntax::ast::Field;
use sqrt_compiler::syntax::token::Span;

use self::context::{Expected, context};
use super::document::{Document, Policy};
use super::index::{Kind, LetDeclaration, What};
use super::known::Surroundings;
use super::places::{FieldsOfLets, field_word, known_strings, unquoted};
use super::words::word;

/// More than anyone looks through.
const MOST: usize = 1000;

/// Something that could be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What the list shows, and what is written unless `insert` says otherwise.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside it.
    pub detail: String,
    /// More to say, in Markdown; may be empty.
    pub documentation: String,
    /// What is written, as a snippet with `$0` for the cursor; `None` for the label as it is.
    pub snippet: Option<String>,
    /// What it takes the place of.
    pub replaces: Span,
}

/// What kind of thing is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompletionKind {
    /// A word of the language.
    Keyword,
    /// A let that is a condition.
    Condition,
    /// A let that is a set.
    Set,
    /// An argument of the tool.
    Argument,
    /// A field, or a place such as `@session`.
    Field,
    /// A tool.
    Tool,
    /// A string of metadata.
    Text,
}

/// What could be written at an offset, the likeliest first.
pub fn completions(policy: Policy<'_>, around: &Surroundings, file: usize, offset: u32) -> Vec<Completion> {
    let Some(document) = policy.document(file) else { return Vec::new() };
    if document.is_in_comment(offset) {
        return Vec::new();
    }
    let at = context(document, offset);
    let mut offers = Offers { policy, around, document, replaces: at.replaces, list: Vec::new() };
    offers.all(&at.expected, at.tool.as_deref());
    offers.list.truncate(MOST);
    offers.list
}

struct Offers<'d> {
    policy: Policy<'d>,
    around: &'d Surroundings,
    document: &'d Document,
    replaces: Span,
    list: Vec<Completion>,
}

impl Offers<'_> {
    fn all(&mut self, expected: &Expected, tool: Option<&str>) {
        match expected {
            Expected::Nothing => {}
            Expected::Words(words) => self.words(words),
            Expected::Declaration => self.declarations(),
            Expected::Member => self.members(),
            Expected::Statement => {
                self.snippet("when", "when $1 {\n    $0\n}");
                self.places(&["@tags", "@producers", "@consumers"]);
            }
            Expected::Target => self.places(&["@tags", "@producers", "@consumers"]),
            Expected::Condition => {
                self.arguments(tool, None);
                self.lets(&Kind::Condition);
                self.words(&["not"]);
                self.places(&["@args", "@session", "@result"]);
            }
            Expected::Set(field) => {
                self.lets(&Kind::Set);
                self.snippet("{", "{$0}");
                self.places(&["@args", "@session", "@result"]);
                if field.is_some() {
                    self.arguments(tool, *field);
                }
            }
            Expected::LetValue => {
                self.snippet("{", "{$0}");
                self.lets(&Kind::Condition);
                self.lets(&Kind::Set);
                self.arguments(tool, None);
                self.words(&["not", "int", "float", "str", "datetime"]);
                self.places(&["@args", "@session", "@result"]);
            }
            Expected::Element(field) => self.elements(*field),
            Expected::Text(field) => self.texts(*field, false),
            Expected::Tool { with_quotes } => self.tools(*with_quotes),
            Expected::Field { with_value } => {
                if *with_value {
                    self.push("value", CompletionKind::Field, "the value", None);
                }
                for field in [Field::Tags, Field::Producers, Field::Consumers] {
                    self.push(field_word(field), CompletionKind::Field, "metadata", None);
                }
            }
            Expected::PlaceName => {
                for name in ["args", "session", "result", "tags", "producers", "consumers"] {
                    self.push(name, CompletionKind::Field, "", None);
                }
            }
            Expected::Version(expected) => expected.iter().for_each(|expected| self.all(expected, tool)),
        }
    }

    fn push(&mut self, label: &str, kind: CompletionKind, detail: &str, snippet: Option<String>) {
        if self.list.iter().any(|offer| offer.label == label) {
            return;
        }
        let documentation = match kind {
            CompletionKind::Keyword => word(label.split(' ').next().unwrap_or("")),
            _ => None,
        };
        let documentation =
            documentation.map(|word| format!("{}\n\n*{}*", word.meaning, word.rules.join(", ")));
        self.list.push(Completion {
            label: label.to_owned(),
            kind,
            detail: detail.to_owned(),
            documentation: documentation.unwrap_or_default(),
            snippet,
            replaces: self.replaces,
        });
    }

    fn words(&mut self, words: &[&str]) {
        words.iter().for_each(|word| self.push(word, CompletionKind::Keyword, "", None));
    }

    fn snippet(&mut self, label: &str, snippet: &str) {
        self.push(label, CompletionKind::Keyword, "", Some(snippet.to_owned()));
    }

    fn places(&mut self, places: &[&str]) {
        places.iter().for_each(|place| self.push(place, CompletionKind::Field, "", None));
    }

    fn declarations(&mut self) {
        self.snippet("tool", "tool \"$1\" {\n    $0\n}");
        self.snippet("let", "let $1 = $0;");
    }

    fn members(&mut self) {
        self.snippet("must deny when", "must deny when $0;");
        self.snippet("must allow when", "must allow when $0;");
        self.snippet("should deny when", "should deny when $0;");
        self.snippet("should allow when", "should allow when $0;");
        self.words(&["must", "should"]);
        self.snippet("priority", "priority $0;");
        self.snippet("result", "result {\n    $0\n}");
        self.snippet("session before", "session before {\n    $0\n}");
        self.snippet("session after", "session after {\n    $0\n}");
    }

    /// The kind of a let, by way of others.
    fn kind(&self, found: &LetDeclaration) -> Kind {
        let mut kind = found.kind.clone();
        for _ in 0..8 {
            let Kind::As(name) = &kind else { break };
            let next = self.policy.lets_called(name).next().map(|(_, found)| found.kind.clone());
            kind = next.unwrap_or(Kind::Unknown);
        }
        kind
    }

    fn lets(&mut self, wanted: &Kind) {
        let (kind, detail) = match wanted {
            Kind::Condition => (CompletionKind::Condition, "a condition"),
            _ => (CompletionKind::Set, "a set"),
        };
        for (_, found) in self.policy.lets() {
            let is = self.kind(found);
            let is_here = found.name_span.start <= self.replaces.start
                && self.replaces.end <= found.value_span.end
                && self.document.slice(found.name_span) == found.name;
            if (is == *wanted || matches!(is, Kind::Unknown | Kind::As(_))) && !is_here {
                self.push(&found.name, kind, detail, None);
            }
        }
    }

    /// The arguments of a tool, those that the file of tools has and those that the policy mentions; with `.` and a field.
    fn arguments(&mut self, tool: Option<&str>, field: Option<Field>) {
        let field = field.map_or("value", field_word);
        let known = tool.and_then(|tool| self.around.tool(unquoted(tool)));
        for argument in known.map_or(&[][..], |tool| &tool.arguments) {
            let detail = argument.kind.clone().unwrap_or_else(|| "an argument".to_owned());
            let label = format!("{}.{field}", argument.name);
            self.push(&label, CompletionKind::Argument, &detail, None);
        }
        let mentioned = |of_this_tool: bool| -> BTreeSet<String> {
            let all = self.policy.mentions().filter(|(_, _, mention)| mention.what == What::Argument);
            let names = all.filter(|(_, document, mention)| {
                let id = document.index().tools.get(mention.declaration as usize).copied().flatten();
                let is_this = id.map(|(span, _)| document.slice(span)) == tool && tool.is_some();
                is_this == of_this_tool
                    && !(self.replaces.start..=self.replaces.end).contains(&mention.span.start)
            });
            names.map(|(_, document, mention)| document.slice(mention.span).to_owned()).collect()
        };
        let (own, others) = (mentioned(true), mentioned(false));
        for name in own {
            self.push(&format!("{name}.{field}"), CompletionKind::Argument, "an argument", None);
        }
        if known.is_none() {
            for name in others {
                let detail = "an argument of other tools";
                self.push(&format!("{name}.{field}"), CompletionKind::Argument, detail, None);
            }
        }
    }

    /// Strings that the policy uses in a field; in any, where it is not known which.
    fn texts(&mut self, field: Option<Field>, with_quotes: bool) {
        let fields = match field {
            Some(field) => vec![field],
            None => self.fields_of_this_let(),
        };
        for field in fields {
            for text in known_strings(self.policy, field) {
                let label = if with_quotes { format!("\"{text}\"") } else { text };
                let detail = format!("among {}", field_word(field));
                self.push(&label, CompletionKind::Text, &detail, None);
            }
        }
    }

    /// The fields that the let at hand is used for.
    fn fields_of_this_let(&self) -> Vec<Field> {
        let mut lets = self.document.index().lets.iter();
        let before = lets.rfind(|found| found.name_span.end <= self.replaces.start);
        let fields = before.map(|found| FieldsOfLets::new(self.policy).of_let(&found.name));
        fields.into_iter().flatten().collect()
    }

    fn elements(&mut self, field: Option<Field>) {
        self.texts(field, true);
        if field.is_none() {
            self.words(&["str", "int", "float", "datetime", "bool true", "bool false"]);
            self.snippet("str matching", "str matching r\"$0\"");
            self.snippet("str like", "str like w\"$0\"");
        }
        self.snippet("r\"…\"", "r\"$0\"");
        self.snippet("w\"…\"", "w\"$0\"");
    }

    fn tools(&mut self, with_quotes: bool) {
        let quoted = |name: &str| if with_quotes { format!("\"{name}\"") } else { name.to_owned() };
        for tool in &self.around.tools {
            // What would need an escape is rare enough to be typed.
            if !tool.name.contains(['"', '\\']) {
                let detail = tool.description.as_deref().and_then(|text| text.lines().next()).unwrap_or("");
                self.push(&quoted(&tool.name), CompletionKind::Tool, detail, None);
            }
        }
        for (_, document, mention) in self.policy.mentions() {
            let literal = document.slice(mention.span);
            if let (What::Tool(_), true) = (mention.what, literal.starts_with('"')) {
                self.push(&quoted(unquoted(literal)), CompletionKind::Tool, "has a block already", None);
            }
        }
    }
}
