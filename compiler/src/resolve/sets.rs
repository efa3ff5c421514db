//! Set expressions (S5.1): operators, literals, metadata, lets.
//!
//! The walk keeps a list of tasks and the sets that are done, so that native stack does not depend on the nesting.

use super::lowering::{Lowering, Scope};
use super::tables::Facts;
use crate::diagnostics::sets as messages;
use crate::ir::{LetKind, MetaRef, MetaSource, Origin, Place, SetId, SetKind, SetOp};
use crate::syntax::ast::{Element, ElementStep, MetaOperand, MetaPlace, SetExpr, SetExprKind};
use smallvec::{SmallVec, smallvec};

/// What is left to do, the last one first.
enum Task<'a> {
    /// Lower an expression.
    Expression(&'a SetExpr<'a>),
    /// Join the last sets that are done.
    Chain(SetOp, usize, Origin),
    /// Add to the last set, and take from it, element by element.
    Steps(&'a [ElementStep<'a>], Origin),
}

/// Most expressions have one part or a few, which take no memory of their own.
type Tasks<'a> = SmallVec<[Task<'a>; 4]>;

impl<'a> Lowering<'_, 'a> {
    /// Lowers a set expression.
    pub(super) fn set(&mut self, scope: Scope<'a>, expression: &'a SetExpr<'a>) -> SetId {
        let mut tasks: Tasks<'a> = smallvec![Task::Expression(expression)];
        let mut done: SmallVec<[SetId; 4]> = SmallVec::new();
        while let Some(task) = tasks.pop() {
            match task {
                Task::Expression(expression) => {
                    if let Some(set) = self.visit(scope, expression, &mut tasks) {
                        done.push(set);
                    }
                }
                Task::Chain(op, count, origin) => {
                    let operands = done.drain(done.len().saturating_sub(count)..).collect();
                    done.push(self.tables.chain(op, operands, origin));
                }
                Task::Steps(steps, origin) => {
                    if let Some(base) = done.pop() {
                        done.push(self.steps(scope, base, steps, origin));
                    }
                }
            }
        }
        done.pop().unwrap_or_else(|| self.nothing(scope.source.origin(expression.range)))
    }

    /// Lowers a leaf, or leaves tasks for the parts.
    fn visit(
        &mut self,
        scope: Scope<'a>,
        expression: &'a SetExpr<'a>,
        tasks: &mut Tasks<'a>,
    ) -> Option<SetId> {
        let origin = scope.source.origin(expression.range);
        match expression.kind {
            SetExprKind::Chain(op, operands) => {
                if op == SetOp::Intersect {
                    self.warn_mixed(scope, operands);
                }
                tasks.push(Task::Chain(op, operands.len(), origin));
                tasks.extend(operands.iter().rev().map(Task::Expression));
                None
            }
            SetExprKind::Elements(base, steps) => {
                tasks.push(Task::Steps(steps, origin));
                tasks.push(Task::Expression(base));
                None
            }
            SetExprKind::Literal(elements) => Some(self.literal(scope, elements, origin)),
            SetExprKind::Meta(operand) => Some(self.meta_set(scope, operand)),
            SetExprKind::Name(name) => Some(self.named_set(scope, name.text, origin)),
            SetExprKind::Error => Some(self.nothing(origin)),
        }
    }

    /// A union within an intersection, without parentheses (S5.1).
    fn warn_mixed(&mut self, scope: Scope<'a>, operands: &'a [SetExpr<'a>]) {
        for operand in operands {
            if matches!(operand.kind, SetExprKind::Chain(SetOp::Union, _)) && !operand.parenthesized {
                self.sink.report(messages::mixed_operators(scope.source.origin(operand.range)));
            }
        }
    }

    /// `{ … }`, or a type domain as a set of one element (S3.2).
    pub(super) fn literal(&mut self, scope: Scope<'a>, elements: &'a [Element<'a>], origin: Origin) -> SetId {
        let mut lowered = Vec::with_capacity(elements.len());
        let mut facts = Facts::default();
        for element in elements {
            if let Some((element, fact)) = self.element(scope.source, element) {
                lowered.push(element);
                facts.add_element(fact);
            }
        }
        self.tables.literal(lowered, facts, origin)
    }

    /// `A with e with f without g` is `A | {e} | {f} - {g}`, from the left.
    fn steps(
        &mut self,
        scope: Scope<'a>,
        base: SetId,
        steps: &'a [ElementStep<'a>],
        origin: Origin,
    ) -> SetId {
        let mut result = base;
        for run in steps.chunk_by(|a, b| a.adds == b.adds) {
            let mut operands = vec![result];
            for step in run {
                let at = scope.source.origin(step.element.range);
                operands.push(self.literal(scope, std::slice::from_ref(&step.element), at));
            }
            let adds = run.first().is_some_and(|step| step.adds);
            result = self.tables.chain(if adds { SetOp::Union } else { SetOp::Minus }, operands, origin);
        }
        result
    }

    fn meta_set(&mut self, scope: Scope<'a>, operand: MetaOperand<'a>) -> SetId {
        let origin = scope.source.origin(operand.range);
        let facts = Facts { metadata: Some(origin), ..Facts::default() };
        self.tables.set(SetKind::Meta(meta_ref(scope.place, &operand)), facts, origin)
    }

    /// A let as a set. What it has in it is known by the places inside the let.
    pub(super) fn named_set(&mut self, scope: Scope<'a>, name: &str, origin: Origin) -> SetId {
        let Some((id, LetKind::Set)) = self.names.find(name) else { return self.nothing(origin) };
        let Some(set_let) = self.set_let(id, scope.place) else { return self.nothing(origin) };
        let body = self.tables.policy.set_lets.get(set_let.index()).map(|set_let| set_let.body);
        let facts = body.map(|body| self.tables.facts(body)).unwrap_or_default();
        self.tables.set(SetKind::Let(set_let), facts, origin)
    }

    /// The placeholder for what has no meaning.
    fn nothing(&mut self, origin: Origin) -> SetId {
        self.tables.literal(Vec::new(), Facts::default(), origin)
    }
}

/// Whose metadata an operand means in a place (S3.3–S3.5).
pub(super) fn meta_ref(place: Place, operand: &MetaOperand<'_>) -> MetaRef {
    let source = match operand.place {
        MetaPlace::Argument(name) => MetaSource::Argument(name.text.to_owned()),
        MetaPlace::Result => MetaSource::Result,
        MetaPlace::Session => MetaSource::Session,
        MetaPlace::Context => match place {
            Place::Result => MetaSource::Result,
            Place::Session => MetaSource::Session,
        },
        MetaPlace::ArgsUnion => MetaSource::ArgsUnion,
        MetaPlace::ArgsIntersect => MetaSource::ArgsIntersect,
    };
    MetaRef { source, field: operand.field }
}
