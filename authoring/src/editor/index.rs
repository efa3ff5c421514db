//! What the names and literals of one file are, in source order: what most features look things up in.
//!
//! It is made once for each version of a text, from the tree, and owns no text: names are spans, but for the names of lets.

use std::collections::HashMap;

use sqrt_compiler::syntax::OwnedSyntax;
use sqrt_compiler::syntax::ast::{
    DeclarationKind, ElementKind, Enforcement, Field, File, LetValue, MemberKind, MetaPlace, Name, Outcome,
    PredicateKind, Quoted, StrPattern, TargetPlace, Tool, ToolId, ValueOperandKind,
};
use sqrt_compiler::syntax::token::{Span, TokenId, TokenRange};

use super::walk::{About, Context, Node, Reading, walk};

/// Something that a name, a literal or a keyword of the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) span: Span,
    pub(super) what: What,
    /// The number of the declaration that it stands in.
    pub(super) declaration: u32,
}

/// What is mentioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The name of a let where it is declared; its number in the file.
    LetName(u32),
    /// A let where it is used, and what the elements of that set are compared with.
    LetUse(About),
    /// The name of an argument.
    Argument,
    /// A metadata set: the span is the whole of it, or the field alone after an argument.
    Metadata(Owner, Field),
    /// A value, likewise.
    Value(Owner),
    /// What an update changes, likewise.
    Target(Owner, Field),
    /// The id of a tool block; the literal with its quotes.
    Tool(IsRegex),
    /// A string among the elements of a set.
    Text(About),
    /// Another element of a set.
    Element,
    /// The words that begin a check rule.
    Rule(Enforcement, Outcome, Binding),
    /// `in` or `==` of a condition on values.
    Test(Reading),
    /// `always`, `result`, `session before`, … come from the table of words.
    Literal,
}

/// Whose value or metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Argument,
    Arguments {
        intersect: bool,
    },
    Result,
    Session,
    /// The result's or the session's, by the block (S3.3).
    Context,
}

/// Whether a tool id is a regex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IsRegex(pub(super) bool);

/// What else there is to know of a check rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Binding {
    pub(super) is_always: bool,
    /// Whether its block has `must allow` rules and no `should allow` rule, and so is a requirement (S6.3).
    pub(super) is_requirement: bool,
}

/// A let.
#[derive(Debug, Clone)]
pub(super) struct LetDeclaration {
    pub(super) name: String,
    pub(super) name_span: Span,
    pub(super) value_span: Span,
    pub(super) description: Option<String>,
    pub(super) kind: Kind,
}

/// What a let is, by its shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Condition,
    Set,
    /// What the let of this name is (S3.1).
    As(String),
    Unknown,
}

/// What a file mentions.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    pub(super) mentions: Vec<Mention>,
    pub(super) lets: Vec<LetDeclaration>,
    /// For each declaration the token of its tool id, if it has one.
    pub(super) tools: Vec<Option<(Span, IsRegex)>>,
    /// The mentions of names by where they begin.
    names: HashMap<u32, usize>,
}

impl Index {
    pub(super) fn new(syntax: &OwnedSyntax, file: &File<'_>) -> Self {
        let mut making = Making { syntax, index: Index::default() };
        walk(file, &mut |node, context| making.node(node, context));
        let mut index = making.index;
        index.mentions.sort_by_key(|mention| (mention.span.start, mention.span.end));
        let names = index.mentions.iter().enumerate().filter(|(_, mention)| mention.what.is_name());
        index.names = names.map(|(at, mention)| (mention.span.start, at)).collect();
        index
    }

    /// The name that begins at an offset.
    pub(super) fn name_from(&self, offset: u32) -> Option<&Mention> {
        self.names.get(&offset).and_then(|at| self.mentions.get(*at))
    }
}

impl What {
    /// A word that its author chose.
    pub(super) fn is_name(self) -> bool {
        matches!(self, What::LetName(_) | What::LetUse(_) | What::Argument)
    }

    pub(super) fn is_let(self) -> bool {
        matches!(self, What::LetName(_) | What::LetUse(_))
    }
}

struct Making<'s> {
    syntax: &'s OwnedSyntax,
    index: Index,
}

impl Making<'_> {
    fn push(&mut self, range: TokenRange, what: What, context: Context) {
        let span = self.syntax.span(range);
        self.index.mentions.push(Mention { span, what, declaration: context.declaration });
    }

    fn node(&mut self, node: Node<'_>, context: Context) {
        match node {
            Node::Declaration(found) => {
                self.declaration(&found.kind, found.description, found.range, context)
            }
            Node::Predicate(found) => self.predicate(&found.kind, context),
            Node::ConditionName(name) | Node::EitherName(name) => {
                let about = if let Node::EitherName(_) = node { context.about } else { About::Values };
                self.push(name.range, What::LetUse(about), context);
            }
            Node::SetName(name) => self.push(name.range, What::LetUse(context.about), context),
            Node::Update(found) => {
                let owner = match found.target.place {
                    TargetPlace::Context => Owner::Context,
                    TargetPlace::Result => Owner::Result,
                    TargetPlace::Session => Owner::Session,
                    TargetPlace::Argument(_) => Owner::Argument,
                };
                let name =
                    if let TargetPlace::Argument(name) = found.target.place { Some(name) } else { None };
                self.access(name, found.target.range, What::Target(owner, found.target.field), context);
            }
            Node::Value(found) => {
                let (owner, name) = match found.kind {
                    ValueOperandKind::Argument(name) => (Owner::Argument, Some(name)),
                    ValueOperandKind::Result => (Owner::Result, None),
                    ValueOperandKind::Session => (Owner::Session, None),
                    _ => return self.push(found.range, What::Literal, context),
                };
                self.access(name, found.range, What::Value(owner), context);
            }
            Node::Meta(found) => {
                let (owner, name) = match found.place {
                    MetaPlace::Argument(name) => (Owner::Argument, Some(name)),
                    MetaPlace::Result => (Owner::Result, None),
                    MetaPlace::Session => (Owner::Session, None),
                    MetaPlace::Context => (Owner::Context, None),
                    MetaPlace::ArgsUnion => (Owner::Arguments { intersect: false }, None),
                    MetaPlace::ArgsIntersect => (Owner::Arguments { intersect: true }, None),
                };
                self.access(name, found.range, What::Metadata(owner, found.field), context);
            }
            Node::Element(found) => match found.kind {
                ElementKind::String(text) | ElementKind::Str(StrPattern::Exact(text), _) => {
                    self.text(text, context);
                }
                ElementKind::Error => {}
                _ => self.push(found.range, What::Element, context),
            },
            Node::Member(_) | Node::Statement(_) | Node::Set(_) => {}
        }
    }

    fn text(&mut self, text: Quoted<'_>, context: Context) {
        self.push(text.range, What::Text(context.about), context);
    }

    /// `NAME.field`, or a place without a name.
    fn access(&mut self, name: Option<Name<'_>>, range: TokenRange, what: What, context: Context) {
        let Some(name) = name else { return self.push(range, what, context) };
        self.push(name.range, What::Argument, context);
        let field = TokenRange { first: TokenId(range.end.0.saturating_sub(1)), end: range.end };
        self.push(field, what, context);
    }

    fn declaration(
        &mut self,
        kind: &DeclarationKind<'_>,
        description: Option<&str>,
        range: TokenRange,
        context: Context,
    ) {
        let id = match kind {
            DeclarationKind::Let(found) => {
                let number = u32::try_from(self.index.lets.len()).unwrap_or(u32::MAX);
                self.push(found.name.range, What::LetName(number), context);
                let kind = match found.value {
                    LetValue::Name(name) => Kind::As(name.text.to_owned()),
                    LetValue::Predicate(_) => Kind::Condition,
                    LetValue::Set(_) | LetValue::Domain(_) => Kind::Set,
                    LetValue::Error => Kind::Unknown,
                };
                // Between `=` and `;`.
                let first = TokenId(found.name.range.end.0.saturating_add(1));
                let end = TokenId(range.end.0.saturating_sub(1).max(first.0));
                self.index.lets.push(LetDeclaration {
                    name: found.name.text.to_owned(),
                    name_span: self.syntax.span(found.name.range),
                    value_span: self.syntax.span(TokenRange { first, end }),
                    description: description.map(str::to_owned),
                    kind,
                });
                None
            }
            DeclarationKind::Tool(tool) => {
                self.rules(tool, context);
                Some(tool.id)
            }
            DeclarationKind::Shorthand(shorthand) => Some(shorthand.id),
            DeclarationKind::Error => None,
        };
        if let Some(ToolId { is_regex, literal }) = id {
            self.push(literal.range, What::Tool(IsRegex(is_regex)), context);
        }
        let span = |id: ToolId<'_>| (self.syntax.span(id.literal.range), IsRegex(id.is_regex));
        self.index.tools.push(id.map(span));
    }

    fn rules(&mut self, tool: &Tool<'_>, context: Context) {
        let rules = || {
            tool.members.iter().filter_map(|member| match member.kind {
                MemberKind::Rule(rule) => Some((member.range, rule)),
                _ => None,
            })
        };
        let has = |enforcement| {
            rules().any(|(_, rule)| rule.enforcement == enforcement && rule.outcome == Outcome::Allow)
        };
        let is_requirement = has(Enforcement::Must) && !has(Enforcement::Should);
        for (range, rule) in rules() {
            let binding = Binding { is_always: rule.condition.is_none(), is_requirement };
            let words = TokenRange { first: range.first, end: TokenId(range.first.0.saturating_add(2)) };
            self.push(words, What::Rule(rule.enforcement, rule.outcome, binding), context);
        }
    }

    fn predicate(&mut self, kind: &PredicateKind<'_>, context: Context) {
        let left = match kind {
            PredicateKind::In(left, _) | PredicateKind::ValueEqual(left, _) => left.range,
            _ => return,
        };
        let operator = TokenRange { first: left.end, end: TokenId(left.end.0.saturating_add(1)) };
        self.push(operator, What::Test(context.reading), context);
    }
}
