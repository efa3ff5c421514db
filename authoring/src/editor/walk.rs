//! Walks a syntax tree and says of each node where it stands: in which declaration, in which reading, in a set about what.
//!
//! The depth of the recursion is bounded by the nesting limit of the parser.

use sqrt_compiler::syntax::ast::{
    Declaration, DeclarationKind, Element, Field, File, Let, LetValue, Member, MemberKind, MetaOperand, Name,
    Outcome, Predicate, PredicateKind, SetExpr, SetExprKind, Statement, StatementKind, Update, ValueOperand,
    ValueOperandKind,
};

/// How a condition on values is read (S4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Reading {
    /// True if some leaf of the value is in the set.
    Any,
    /// True if there is a leaf and all are in the set.
    All,
    /// As `Any`, and also true if there is no leaf: under `not` in an allow rule.
    AnyOrNone,
    /// By where a let is used.
    Open,
}

impl Reading {
    fn negated(self, is_allow: bool) -> Self {
        match self {
            Reading::Any => Reading::All,
            Reading::All if is_allow => Reading::AnyOrNone,
            Reading::All => Reading::Any,
            Reading::AnyOrNone => Reading::All,
            Reading::Open => Reading::Open,
        }
    }
}

/// What the elements of a set are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum About {
    /// The values of a call.
    Values,
    /// A metadata set.
    Metadata(Field),
    /// Whatever the let of this number (in its file) is used for.
    Let(u32),
}

/// Where a node stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    /// The number of its declaration in the file.
    pub(super) declaration: u32,
    pub(super) about: About,
    pub(super) reading: Reading,
    is_allow: bool,
}

impl Context {
    fn about(self, about: About) -> Self {
        Self { about, ..self }
    }

    fn reading(self, reading: Reading, is_allow: bool) -> Self {
        Self { reading, is_allow, ..self }
    }
}

/// A node of the tree.
#[derive(Debug, Clone, Copy)]
pub(super) enum Node<'a> {
    Declaration(&'a Declaration<'a>),
    Member(&'a Member<'a>),
    Statement(&'a Statement<'a>),
    Update(&'a Update<'a>),
    Predicate(&'a Predicate<'a>),
    /// The name of a let where a condition stands.
    ConditionName(Name<'a>),
    /// The name of a let where a set stands.
    SetName(Name<'a>),
    /// The name alone to the right of a let's `=`.
    EitherName(Name<'a>),
    Value(ValueOperand<'a>),
    Meta(MetaOperand<'a>),
    Set(&'a SetExpr<'a>),
    Element(&'a Element<'a>),
}

/// Visits all nodes, parents before children, in source order.
pub(super) fn walk<'a>(file: &File<'a>, visit: &mut impl FnMut(Node<'a>, Context)) {
    let mut lets = 0;
    for (number, declaration) in file.declarations.iter().enumerate() {
        let context = Context {
            declaration: u32::try_from(number).unwrap_or(u32::MAX),
            about: About::Values,
            reading: Reading::Open,
            is_allow: false,
        };
        visit(Node::Declaration(declaration), context);
        match &declaration.kind {
            DeclarationKind::Let(found) => {
                let context = context.about(About::Let(lets));
                let_value(found, context, visit);
                lets = lets.saturating_add(1);
            }
            DeclarationKind::Tool(tool) => {
                for found in tool.members {
                    visit(Node::Member(found), context);
                    member(found, context, visit);
                }
            }
            DeclarationKind::Shorthand(shorthand) => {
                update(&shorthand.update, context, visit);
                if let Some(condition) = shorthand.condition {
                    predicate(condition, context, visit);
                }
            }
            DeclarationKind::Error => {}
        }
    }
}

fn let_value<'a>(found: &Let<'a>, context: Context, visit: &mut impl FnMut(Node<'a>, Context)) {
    match found.value {
        LetValue::Name(name) => visit(Node::EitherName(name), context),
        LetValue::Predicate(condition) => predicate(condition, context, visit),
        LetValue::Set(value) => set(value, context, visit),
        LetValue::Domain(element) => visit(Node::Element(element), context),
        LetValue::Error => {}
    }
}

fn member<'a>(found: &'a Member<'a>, context: Context, visit: &mut impl FnMut(Node<'a>, Context)) {
    match &found.kind {
        MemberKind::Rule(rule) => {
            let is_allow = rule.outcome == Outcome::Allow;
            let reading = if is_allow { Reading::All } else { Reading::Any };
            if let Some(condition) = rule.condition {
                predicate(condition, context.reading(reading, is_allow), visit);
            }
        }
        MemberKind::Result(statements) | MemberKind::Session(_, statements) => {
            for found in *statements {
                visit(Node::Statement(found), context);
                statement(found, context, visit);
            }
        }
        MemberKind::Priority(_) | MemberKind::Error => {}
    }
}

fn statement<'a>(found: &'a Statement<'a>, context: Context, visit: &mut impl FnMut(Node<'a>, Context)) {
    match &found.kind {
        StatementKind::Update(found) => update(found, context, visit),
        StatementKind::When(condition, updates) => {
            predicate(condition, context, visit);
            for found in *updates {
                update(found, context, visit);
            }
        }
        StatementKind::Error => {}
    }
}

fn update<'a>(found: &'a Update<'a>, context: Context, visit: &mut impl FnMut(Node<'a>, Context)) {
    visit(Node::Update(found), context);
    set(found.value, context.about(About::Metadata(found.target.field)), visit);
}

fn predicate<'a>(found: &'a Predicate<'a>, context: Context, visit: &mut impl FnMut(Node<'a>, Context)) {
    visit(Node::Predicate(found), context);
    match found.kind {
        PredicateKind::Or(parts) | PredicateKind::And(parts) => {
            parts.iter().for_each(|part| predicate(part, context, visit));
        }
        PredicateKind::Not(inner) => {
            let reading = context.reading.negated(context.is_allow);
            predicate(inner, context.reading(reading, context.is_allow), visit);
        }
        PredicateKind::Name(name) => visit(Node::ConditionName(name), context),
        PredicateKind::In(ref value, right) => {
            operand(value, context, visit);
            // A string on the left is one of metadata (S4.7).
            let about = match (value.kind, metadata_of(right)) {
                (ValueOperandKind::String(_), Some(field)) => About::Metadata(field),
                _ => About::Values,
            };
            set(right, context.about(about), visit);
        }
        PredicateKind::ValueEqual(ref left, ref right) => {
            operand(left, context, visit);
            operand(right, context, visit);
        }
        PredicateKind::Compare(ref left, _, right) => {
            meta(left, context, visit);
            set(right, context.about(About::Metadata(left.field)), visit);
        }
        PredicateKind::IsEmpty(ref left) | PredicateKind::IsUniversal(ref left) => meta(left, context, visit),
        PredicateKind::Error => {}
    }
}

/// The field of a metadata set alone.
pub(super) fn metadata_of(set: &SetExpr<'_>) -> Option<Field> {
    if let SetExprKind::Meta(found) = set.kind { Some(found.field) } else { None }
}

fn set<'a>(found: &'a SetExpr<'a>, context: Context, visit: &mut impl FnMut(Node<'a>, Context)) {
    visit(Node::Set(found), context);
    match found.kind {
        SetExprKind::Chain(_, parts) => parts.iter().for_each(|part| set(part, context, visit)),
        SetExprKind::Elements(base, steps) => {
            set(base, context, visit);
            steps.iter().for_each(|step| visit(Node::Element(&step.element), context));
        }
        SetExprKind::Literal(elements) => {
            elements.iter().for_each(|element| visit(Node::Element(element), context));
        }
        SetExprKind::Meta(ref operand) => meta(operand, context, visit),
        SetExprKind::Name(name) => visit(Node::SetName(name), context),
        SetExprKind::Error => {}
    }
}

fn operand<'a>(found: &ValueOperand<'a>, context: Context, visit: &mut impl FnMut(Node<'a>, Context)) {
    visit(Node::Value(*found), context);
}

fn meta<'a>(found: &MetaOperand<'a>, context: Context, visit: &mut impl FnMut(Node<'a>, Context)) {
    visit(Node::Meta(*found), context);
}
