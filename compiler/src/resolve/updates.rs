//! Updates: targets, values, and the reading of the `when` that guards each (S3.6, S4.4, S5.3, S7.2).

use super::lowering::{Lowering, Scope};
use super::tables::Facts;
use crate::diagnostics::blocks as messages;
use crate::ir::{Field, MetaRef, MetaSource, Place, SetId, SetKind, SetOp, Stance, Statement, Update, When};
use crate::syntax::ast::{
    self, AssignOp, ElementStep, MetaPlace, Predicate, SetExpr, SetExprKind, StatementKind, Target,
    TargetPlace,
};

/// Where in a list of statements an update stands, as far as warnings about it depend on that.
#[derive(Default)]
pub(super) struct History {
    /// An earlier statement took consumers away, so they need not be universal any more.
    consumers_restricted: bool,
}

impl<'a> Lowering<'_, 'a> {
    /// Lowers the statements of a block, one after another.
    pub(super) fn statements(
        &mut self,
        scope: Scope<'a>,
        statements: &'a [ast::Statement<'a>],
        history: &mut History,
        out: &mut Vec<Statement>,
    ) {
        for statement in statements {
            match &statement.kind {
                StatementKind::Update(update) => {
                    out.extend(self.update(scope, update, history).map(Statement::Update));
                }
                StatementKind::When(condition, updates) => {
                    let when = self.when(scope, condition, updates, history);
                    out.push(Statement::When(when));
                }
                StatementKind::Error => {}
            }
        }
    }

    /// Updates under a condition; it is lowered once for each reading that one of them needs.
    pub(super) fn when(
        &mut self,
        scope: Scope<'a>,
        condition: &'a Predicate<'a>,
        updates: &'a [ast::Update<'a>],
        history: &mut History,
    ) -> When {
        let mut lowered = Vec::with_capacity(updates.len());
        for update in updates {
            if let Some(value) = self.update(scope, update, history) {
                lowered.push((stance(update), value));
            }
        }
        let needs = |stance: Stance| lowered.iter().any(|&(needed, _)| needed == stance);
        let mut read = |stance: Stance| self.condition(Scope { stance, ..scope }, condition, false);
        let as_deny = needs(Stance::Deny).then(|| read(Stance::Deny));
        let as_allow = needs(Stance::Allow).then(|| read(Stance::Allow));
        if as_deny.is_none() && as_allow.is_none() {
            // Nothing depends on it, but what is wrong with it is still reported.
            read(Stance::Deny);
        }
        When { as_deny, as_allow, updates: lowered, origin: scope.source.origin(condition.range) }
    }

    /// One update; `None` if its target cannot be updated here.
    pub(super) fn update(
        &mut self,
        scope: Scope<'a>,
        update: &'a ast::Update<'a>,
        history: &mut History,
    ) -> Option<Update> {
        let target = update.target;
        let sound = self.check_target(scope, target);
        let right = self.set(scope, update.value);
        let value = match operator(update.op) {
            None => right,
            Some(op) => {
                let old = self.old_value(scope, target);
                self.tables.chain(op, vec![old, right], scope.source.origin(update.range))
            }
        };
        self.require_metadata(value);
        let storable = self.require_storable(value);
        if target.field == Field::Consumers {
            self.consumers(scope, update, value, storable, history);
        }
        sound.then(|| Update { field: target.field, value, position: scope.source.position(target.range) })
    }

    /// Warns where an update of consumers does what is hardly meant (S5.4, S2.2).
    fn consumers(
        &mut self,
        scope: Scope<'a>,
        update: &'a ast::Update<'a>,
        value: SetId,
        storable: bool,
        history: &mut History,
    ) {
        if storable {
            self.warn_pattern_on_consumers(value);
        }
        let adds = combined(update) == Some(SetOp::Union);
        let facts = self.tables.facts(value);
        if adds && !history.consumers_restricted && facts.anything.is_none() && !self.adds_metadata(value) {
            self.sink.report(messages::consumers_union(scope.source.origin(update.target.range)));
        }
        history.consumers_restricted |= !adds;
    }

    /// Whether a union has more metadata in it than the set that it adds to.
    fn adds_metadata(&self, value: SetId) -> bool {
        match self.tables.set_expr(value).map(|expression| &expression.kind) {
            Some(SetKind::Chain(_, operands)) => {
                operands.iter().skip(1).any(|&operand| self.tables.facts(operand).metadata.is_some())
            }
            _ => true,
        }
    }

    /// A result block updates the result, a session block the session (S3.6).
    fn check_target(&mut self, scope: Scope<'a>, target: Target<'a>) -> bool {
        let what = match (target.place, scope.place) {
            (TargetPlace::Context, _)
            | (TargetPlace::Result, Place::Result)
            | (TargetPlace::Session, Place::Session) => return true,
            (TargetPlace::Result, Place::Session) => "the result",
            (TargetPlace::Session, Place::Result) => "the session",
            (TargetPlace::Argument(_), _) => "an argument",
        };
        let at = scope.source.origin(target.range);
        self.sink.report(messages::wrong_target(at, what, scope.place == Place::Result));
        false
    }

    /// What the target was before, for `F op= E`.
    fn old_value(&mut self, scope: Scope<'a>, target: Target<'a>) -> SetId {
        let origin = scope.source.origin(target.range);
        let source = match scope.place {
            Place::Result => MetaSource::Result,
            Place::Session => MetaSource::Session,
        };
        let meta = MetaRef { source, field: target.field };
        self.tables.set(SetKind::Meta(meta), Facts { metadata: Some(origin), ..Facts::default() }, origin)
    }
}

/// The set operator of an assignment operator.
fn operator(op: AssignOp) -> Option<SetOp> {
    match op {
        AssignOp::Set => None,
        AssignOp::Union => Some(SetOp::Union),
        AssignOp::Intersect => Some(SetOp::Intersect),
        AssignOp::Minus => Some(SetOp::Minus),
        AssignOp::Xor => Some(SetOp::Xor),
    }
}

/// How the `when` of an update is read: as in a deny rule if the update usually restricts (S4.4).
pub(super) fn stance(update: &ast::Update<'_>) -> Stance {
    let restricts = match (update.target.field, combined(update)) {
        (Field::Tags | Field::Producers, Some(op)) => op == SetOp::Union,
        (Field::Consumers, Some(op)) => matches!(op, SetOp::Intersect | SetOp::Minus),
        (_, None) => false,
    };
    if restricts { Stance::Deny } else { Stance::Allow }
}

/// The operator that an update applies to its target, also where it is spelled out: `@tags = @tags | E`, with the target,
/// spelled as the target, as the direct left operand (S4.4). In `@tags | A | B` that operand is `@tags | A`.
fn combined(update: &ast::Update<'_>) -> Option<SetOp> {
    if let Some(op) = operator(update.op) {
        return Some(op);
    }
    let (op, left) = match update.value.kind {
        SetExprKind::Chain(op, [left, _]) => (op, left),
        SetExprKind::Elements(left, [ElementStep { adds, .. }]) => {
            (if *adds { SetOp::Union } else { SetOp::Minus }, left)
        }
        _ => return None,
    };
    is_target(left, update.target).then_some(op)
}

/// Whether an expression is the target, spelled in the same way.
fn is_target(expression: &SetExpr<'_>, target: Target<'_>) -> bool {
    let SetExprKind::Meta(operand) = expression.kind else { return false };
    let same_place = matches!(
        (operand.place, target.place),
        (MetaPlace::Context, TargetPlace::Context)
            | (MetaPlace::Result, TargetPlace::Result)
            | (MetaPlace::Session, TargetPlace::Session)
    );
    same_place && operand.field == target.field
}
