//! What blocks mention: names, and whether it has a meaning where it stands (S3.3, S3.5, S3.7).

use super::mentions::{self, Expression, Mention, Mentioned};
use super::names::{Bound, Names};
use super::similar::Similar;
use super::sink::Sink;
use super::source::Source;
use crate::diagnostics::names as messages;
use crate::ir::{Field, Origin};
use crate::syntax::ast::{
    DeclarationKind, MemberKind, Rule, Shorthand, ShorthandTarget, Statement, StatementKind, Timing, Update,
};
use std::collections::HashSet;

/// The kinds of places that differ in what has a meaning there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Site {
    Rule,
    Result,
    Before,
    After,
}

/// Checks everything that the blocks of all files mention, and arguments in lets.
pub(super) fn check<'a>(
    sources: &'a [Source<'a>],
    names: &mut Names<'a>,
    similar: &mut Similar,
    sink: &mut Sink,
) {
    let mut check = Check { names, similar, sink, shadowed: HashSet::new() };
    for at in 0..check.names.lets.len() {
        let Some((source, value)) = check.names.lets.get(at).map(|l| (l.source, l.value)) else { break };
        for mention in mentions::in_let(value) {
            check.argument(source, &mention);
        }
    }
    for source in sources {
        for declaration in source.file.declarations {
            match declaration.kind {
                DeclarationKind::Tool(tool) => {
                    for member in tool.members {
                        check.member(source, member.kind);
                    }
                }
                DeclarationKind::Shorthand(shorthand) => check.shorthand(source, &shorthand),
                DeclarationKind::Let(_) | DeclarationKind::Error => {}
            }
        }
    }
}

struct Check<'n, 'a> {
    names: &'n mut Names<'a>,
    similar: &'n mut Similar,
    sink: &'n mut Sink,
    /// Lets that were already warned about (S3.7).
    shadowed: HashSet<&'a str>,
}

impl<'a> Check<'_, 'a> {
    fn member(&mut self, source: &'a Source<'a>, member: MemberKind<'a>) {
        match member {
            MemberKind::Rule(Rule { condition: Some(condition), .. }) => {
                self.expression(source, Site::Rule, Expression::Predicate(condition, false));
            }
            MemberKind::Result(statements) => self.statements(source, Site::Result, statements),
            MemberKind::Session(Timing::Before, statements) => {
                self.statements(source, Site::Before, statements)
            }
            MemberKind::Session(Timing::After, statements) => {
                self.statements(source, Site::After, statements)
            }
            MemberKind::Rule(_) | MemberKind::Priority(_) | MemberKind::Error => {}
        }
    }

    fn statements(&mut self, source: &'a Source<'a>, site: Site, statements: &'a [Statement<'a>]) {
        for statement in statements {
            match &statement.kind {
                StatementKind::Update(update) => self.update(source, site, update),
                StatementKind::When(condition, updates) => {
                    self.expression(source, site, Expression::Predicate(condition, false));
                    for update in *updates {
                        self.update(source, site, update);
                    }
                }
                StatementKind::Error => {}
            }
        }
    }

    fn shorthand(&mut self, source: &'a Source<'a>, shorthand: &Shorthand<'a>) {
        let site = match shorthand.target {
            ShorthandTarget::Result => Site::Result,
            ShorthandTarget::SessionBefore => Site::Before,
            ShorthandTarget::SessionAfter => Site::After,
        };
        self.update(source, site, &shorthand.update);
        if let Some(condition) = shorthand.condition {
            self.expression(source, site, Expression::Predicate(condition, false));
        }
    }

    fn update(&mut self, source: &'a Source<'a>, site: Site, update: &Update<'a>) {
        self.expression(source, site, Expression::Set(update.value));
    }

    fn expression(&mut self, source: &'a Source<'a>, site: Site, expression: Expression<'a>) {
        for mention in mentions::in_expression(expression) {
            let at = source.origin(mention.range);
            match mention.what {
                Mentioned::Argument { .. } => self.argument(source, &mention),
                Mentioned::ContextField(field) if site == Site::Rule => {
                    self.sink.report(messages::context_field_in_rule(name_of(field), at, None));
                }
                Mentioned::ResultValue if site == Site::Rule => {
                    self.sink.report(messages::result_value_in_rule(at, None));
                }
                Mentioned::ResultField | Mentioned::ResultValue if site == Site::Before => {
                    self.sink.report(messages::result_before_call(at, None));
                }
                Mentioned::Let { .. } => {
                    if let Some((id, _)) = self.names.mention(&mention, at, self.similar, self.sink) {
                        let bound = self.names.get(id).map(|declared| declared.bound).unwrap_or_default();
                        self.let_at(site, at, bound);
                    }
                }
                Mentioned::ContextField(_) | Mentioned::ResultField | Mentioned::ResultValue => {}
            }
        }
    }

    /// A let that mentions something without a meaning at the place where the let is used (S3.2).
    fn let_at(&mut self, site: Site, at: Origin, bound: Bound) {
        match site {
            Site::Rule => {
                if let Some((field, mention)) = bound.context_field {
                    self.sink.report(messages::context_field_in_rule(name_of(field), at, Some(mention)));
                }
                if let Some(mention) = bound.result_value {
                    self.sink.report(messages::result_value_in_rule(at, Some(mention)));
                }
            }
            Site::Before => {
                if let Some(mention) = bound.result {
                    self.sink.report(messages::result_before_call(at, Some(mention)));
                }
            }
            Site::Result | Site::After => {}
        }
    }

    fn argument(&mut self, source: &'a Source<'a>, mention: &Mention<'a>) {
        let Mentioned::Argument { name, metadata } = mention.what else { return };
        if metadata && matches!(name, "session" | "result" | "args") {
            let (text, at) = (source.text(mention.range), source.origin(mention.range));
            self.sink.report(messages::place_without_at(name, text, at));
        }
        if let Some(declared) = self.names.declared(name) {
            let declared = declared.origin;
            if self.shadowed.insert(name) {
                let at = source.origin(mention.range);
                self.sink.report(messages::let_named_like_argument(name, at, declared));
            }
        }
    }
}

/// A field as written.
pub(super) fn name_of(field: Field) -> &'static str {
    match field {
        Field::Tags => "tags",
        Field::Producers => "producers",
        Field::Consumers => "consumers",
    }
}
