//! What an expression mentions: lets, arguments, the result, fields of its context.
//!
//! A walk over the tree with a list of what is left to visit, so that native stack does not depend on the nesting.

use crate::ir::LetKind;
use crate::syntax::ast::{
    Field, LetValue, MetaOperand, MetaPlace, Predicate, PredicateKind, SetExpr, SetExprKind, ValueOperand,
    ValueOperandKind,
};
use crate::syntax::token::TokenRange;
use smallvec::{SmallVec, smallvec};

/// One mention.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mention<'a> {
    pub(super) what: Mentioned<'a>,
    pub(super) range: TokenRange,
}

/// Mentions, of which most expressions have a few.
pub(super) type Mentions<'a> = SmallVec<[Mention<'a>; 4]>;

/// What is mentioned.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mentioned<'a> {
    /// A let, where this kind is needed (`None`: either, as in `let a = b;`).
    Let { name: &'a str, needed: Option<LetKind>, negated: bool },
    /// `x.tags`, `x.value`
    Argument { name: &'a str, metadata: bool },
    /// `@tags`
    ContextField(Field),
    /// `@result.tags`
    ResultField,
    /// `@result.value`
    ResultValue,
}

/// An expression to walk.
#[derive(Debug, Clone, Copy)]
pub(super) enum Expression<'a> {
    /// A predicate, under an odd number of `not` if the flag is set.
    Predicate(&'a Predicate<'a>, bool),
    Set(&'a SetExpr<'a>),
}

/// The mentions in the right side of a let, in source order.
pub(super) fn in_let<'a>(value: LetValue<'a>) -> Mentions<'a> {
    match value {
        LetValue::Name(name) => {
            let what = Mentioned::Let { name: name.text, needed: None, negated: false };
            smallvec![Mention { what, range: name.range }]
        }
        LetValue::Predicate(predicate) => in_expression(Expression::Predicate(predicate, false)),
        LetValue::Set(set) => in_expression(Expression::Set(set)),
        LetValue::Domain(_) | LetValue::Error => Mentions::new(),
    }
}

/// The mentions in an expression, in source order.
pub(super) fn in_expression(expression: Expression<'_>) -> Mentions<'_> {
    let mut walk = Walk { left: smallvec![expression], found: Mentions::new() };
    while let Some(next) = walk.left.pop() {
        match next {
            Expression::Predicate(predicate, negated) => walk.predicate(predicate, negated),
            Expression::Set(set) => walk.set(set),
        }
    }
    walk.found
}

struct Walk<'a> {
    /// The last one is visited next.
    left: SmallVec<[Expression<'a>; 4]>,
    found: Mentions<'a>,
}

impl<'a> Walk<'a> {
    fn predicate(&mut self, predicate: &'a Predicate<'a>, negated: bool) {
        match predicate.kind {
            PredicateKind::Or(operands) | PredicateKind::And(operands) => {
                self.left.extend(operands.iter().rev().map(|o| Expression::Predicate(o, negated)));
            }
            PredicateKind::Not(operand) => self.left.push(Expression::Predicate(operand, !negated)),
            PredicateKind::Name(name) => {
                self.found(
                    Mentioned::Let { name: name.text, needed: Some(LetKind::Predicate), negated },
                    name.range,
                );
            }
            PredicateKind::In(value, set) => {
                self.value(value);
                self.left.push(Expression::Set(set));
            }
            PredicateKind::ValueEqual(left, right) => {
                self.value(left);
                self.value(right);
            }
            PredicateKind::Compare(operand, _, set) => {
                self.meta(operand);
                self.left.push(Expression::Set(set));
            }
            PredicateKind::IsEmpty(operand) | PredicateKind::IsUniversal(operand) => self.meta(operand),
            PredicateKind::Error => {}
        }
    }

    fn set(&mut self, set: &'a SetExpr<'a>) {
        match set.kind {
            SetExprKind::Chain(_, operands) => self.left.extend(operands.iter().rev().map(Expression::Set)),
            SetExprKind::Elements(base, _) => self.left.push(Expression::Set(base)),
            SetExprKind::Meta(operand) => self.meta(operand),
            SetExprKind::Name(name) => {
                let what = Mentioned::Let { name: name.text, needed: Some(LetKind::Set), negated: false };
                self.found(what, name.range);
            }
            SetExprKind::Literal(_) | SetExprKind::Error => {}
        }
    }

    fn value(&mut self, value: ValueOperand<'a>) {
        match value.kind {
            ValueOperandKind::Argument(name) => {
                self.found(Mentioned::Argument { name: name.text, metadata: false }, value.range);
            }
            ValueOperandKind::Result => self.found(Mentioned::ResultValue, value.range),
            _ => {}
        }
    }

    fn meta(&mut self, operand: MetaOperand<'a>) {
        match operand.place {
            MetaPlace::Argument(name) => {
                self.found(Mentioned::Argument { name: name.text, metadata: true }, operand.range);
            }
            MetaPlace::Context => self.found(Mentioned::ContextField(operand.field), operand.range),
            MetaPlace::Result => self.found(Mentioned::ResultField, operand.range),
            MetaPlace::Session | MetaPlace::ArgsUnion | MetaPlace::ArgsIntersect => {}
        }
    }

    fn found(&mut self, what: Mentioned<'a>, range: TokenRange) {
        self.found.push(Mention { what, range });
    }
}
