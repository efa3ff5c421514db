//! Lets where they are used: once per kind of place, and for conditions once per stance and parity of `not` (S3.2).
//!
//! Instances are made on demand, what a let mentions before the let itself, with a list of what is left to make: neither
//! the length of a chain of lets nor the number of mentions costs native stack or exponential time.

use super::lowering::{InstanceKey, Lowering, Scope};
use super::tables::next_id;
use crate::ir::{
    ConditionId, ConditionKind, Let, LetId, LetInstance, LetInstanceId, LetKind, Place, SetId, SetLet,
    SetLetId, Stance,
};
use crate::syntax::ast::LetValue;

impl Lowering<'_, '_> {
    /// Lowers every let once and drops what came out of it, so that its problems are reported whether it is used or not.
    pub(super) fn check_lets(&mut self) {
        let names = self.names;
        for &declaration in &names.order {
            match names.get(declaration).and_then(|declared| declared.kind) {
                Some(LetKind::Predicate) => {
                    let (place, stance) = (Place::Result, Stance::Deny);
                    self.instance(InstanceKey { declaration, place, stance, negated: false });
                }
                Some(LetKind::Set) => {
                    self.set_let(declaration, Place::Result);
                }
                // In a cycle the names have no meaning, but what else is in it is still worth checking.
                None => self.check_body(declaration),
            }
        }
        self.count_expressions();
        self.clear();
    }

    fn check_body(&mut self, declaration: LetId) {
        let Some(declared) = self.names.get(declaration) else { return };
        let scope = Scope { source: declared.source, place: Place::Result, stance: Stance::Deny };
        match declared.value {
            LetValue::Predicate(predicate) => {
                self.condition(scope, predicate, false);
            }
            LetValue::Set(set) => {
                self.set(scope, set);
            }
            LetValue::Name(_) | LetValue::Domain(_) | LetValue::Error => {}
        }
    }

    /// The lets as the policy lists them.
    pub(super) fn list_lets(&mut self) {
        for declared in &self.names.lets {
            self.tables.policy.lets.push(Let {
                name: declared.name.to_owned(),
                origin: declared.origin,
                kind: declared.kind.unwrap_or(LetKind::Set),
                description: declared.description.map(str::to_owned),
                uses: declared.uses,
            });
        }
    }

    /// A let as a condition.
    pub(super) fn instance(&mut self, key: InstanceKey) -> Option<LetInstanceId> {
        let names = self.names;
        let mut left = vec![key];
        while let Some(&next) = left.last() {
            if self.instances.contains_key(&next) {
                left.pop();
                continue;
            }
            let declared = names.get(next.declaration)?;
            let before = left.len();
            for &(declaration, negated) in &declared.conditions {
                let mentioned = InstanceKey { declaration, negated: negated != next.negated, ..next };
                if !self.instances.contains_key(&mentioned) {
                    left.push(mentioned);
                }
            }
            if left.len() == before {
                let body = self.instance_body(next)?;
                let id = LetInstanceId(next_id(self.tables.policy.let_instances.len()));
                let InstanceKey { declaration, place, stance, negated } = next;
                self.tables.policy.let_instances.push(LetInstance {
                    declaration,
                    place,
                    stance,
                    negated,
                    body,
                });
                self.instances.insert(next, id);
                left.pop();
            }
        }
        self.instances.get(&key).copied()
    }

    /// What a let means as a condition; the lets that it mentions have been made.
    fn instance_body(&mut self, key: InstanceKey) -> Option<ConditionId> {
        let declared = self.names.get(key.declaration)?;
        let scope = Scope { source: declared.source, place: key.place, stance: key.stance };
        match declared.value {
            LetValue::Predicate(predicate) => Some(self.condition(scope, predicate, key.negated)),
            LetValue::Name(name) => {
                let (declaration, _) = self.names.find(name.text)?;
                let target = *self.instances.get(&InstanceKey { declaration, ..key })?;
                Some(self.tables.condition(ConditionKind::Let(target), scope.source.origin(name.range)))
            }
            LetValue::Set(_) | LetValue::Domain(_) | LetValue::Error => None,
        }
    }

    /// A let as a set.
    pub(super) fn set_let(&mut self, declaration: LetId, place: Place) -> Option<SetLetId> {
        let names = self.names;
        let mut left = vec![declaration];
        while let Some(&next) = left.last() {
            if self.set_lets.contains_key(&(next, place)) {
                left.pop();
                continue;
            }
            let declared = names.get(next)?;
            let before = left.len();
            left.extend(declared.sets.iter().filter(|&&set| !self.set_lets.contains_key(&(set, place))));
            if left.len() == before {
                let body = self.set_body(next, place)?;
                let id = SetLetId(next_id(self.tables.policy.set_lets.len()));
                self.tables.policy.set_lets.push(SetLet { declaration: next, place, body });
                self.set_lets.insert((next, place), id);
                left.pop();
            }
        }
        self.set_lets.get(&(declaration, place)).copied()
    }

    /// What a let means as a set; the lets that it mentions have been made.
    fn set_body(&mut self, id: LetId, place: Place) -> Option<SetId> {
        let declared = self.names.get(id)?;
        let scope = Scope { source: declared.source, place, stance: Stance::Deny };
        match declared.value {
            LetValue::Set(set) => Some(self.set(scope, set)),
            LetValue::Domain(element) => {
                let origin = scope.source.origin(element.range);
                Some(self.literal(scope, std::slice::from_ref(element), origin))
            }
            LetValue::Name(name) => Some(self.named_set(scope, name.text, scope.source.origin(name.range))),
            LetValue::Predicate(_) | LetValue::Error => None,
        }
    }
}
