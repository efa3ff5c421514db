//! Updates of metadata (S7).

use super::conditions::Stance;
use super::metadata::{MetaSet, Metadata};
use super::scene::{Place, Scene, Session, get_mut};
use super::sets::Extent;
use super::tree::{SetExpr, Statement, Update};
use sqrt_compiler::syntax::ast::{Field, SetOp};

/// What blocks of updates change: the result's metadata, or the session's (S3.6).
pub(super) struct Updating {
    /// Which of the two.
    pub(super) place: Place,
    pub(super) result: Metadata,
    pub(super) session: Session,
}

impl Updating {
    /// What an update sees now.
    fn scene<'a>(&'a self, call: &Scene<'a>) -> Scene<'a> {
        Scene { place: self.place, result: &self.result, session: &self.session, ..*call }
    }

    /// Runs one statement. Its condition is tested once, before the first update, in each reading that is needed: an
    /// update happens if the condition holds in the reading of that update (S4.4, S7.1).
    pub(super) fn run(&mut self, statement: &Statement, call: &Scene<'_>) {
        let scene = self.scene(call);
        let guard =
            |stance| statement.condition.as_ref().is_none_or(|condition| scene.holds(condition, stance));
        let (as_deny, as_allow) = (guard(Stance::Deny), guard(Stance::Allow));
        for update in &statement.updates {
            if if stance_of(update) == Stance::Deny { as_deny } else { as_allow } {
                self.update(update, call);
            }
        }
    }

    fn update(&mut self, update: &Update, call: &Scene<'_>) {
        let value = self.scene(call).extent(&update.value);
        let metadata =
            if self.place == Place::Session { &mut self.session.metadata } else { &mut self.result };
        match (value, update.target.field) {
            (Extent::Exact(set), field) => *get_mut(metadata, field) = set,
            // The safe side (S5.4).
            (Extent::Pattern { .. }, Field::Consumers) => metadata.consumers = MetaSet::empty(),
            (Extent::Pattern { .. }, Field::Tags | Field::Producers) => {}
        }
    }
}

/// The reading of a `when` around this update (S4.4): labels that usually restrict are read as in a deny rule, also when
/// they are spelled out, everything else as in an allow rule.
fn stance_of(update: &Update) -> Stance {
    let operator = own_operator(update);
    let restricts = match update.target.field {
        Field::Tags | Field::Producers => operator == Some(SetOp::Union),
        Field::Consumers => matches!(operator, Some(SetOp::Intersect | SetOp::Minus)),
    };
    if restricts { Stance::Deny } else { Stance::Allow }
}

/// The operator of `F = F op E`, where the target, spelled as the target, is the direct left operand. `F |= E` has been
/// loaded as `F = F | (E)` (S7.2), `with` is `|` and `without` is `-`.
fn own_operator(update: &Update) -> Option<SetOp> {
    let (operator, left) = match &update.value {
        SetExpr::Chain(operator, operands) if operands.len() == 2 => (*operator, &operands[0]),
        SetExpr::Step(base, true, _) => (SetOp::Union, &**base),
        SetExpr::Step(base, false, _) => (SetOp::Minus, &**base),
        _ => return None,
    };
    matches!(left, SetExpr::Meta(operand) if *operand == update.target).then_some(operator)
}
