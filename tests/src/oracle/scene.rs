//! What a condition or a set expression sees: the call, the result and the session at one moment, from one place.

use super::json::Json;
use super::metadata::{MetaSet, Metadata};
use super::tree::{Let, MetaOperand, Owner, Policy, Predicate, SetExpr};
use sqrt_compiler::syntax::ast::Field;

/// The kinds of places (S3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A check rule: `@result.F` is the initial metadata (S3.5).
    Rule,
    /// A result block.
    Result,
    /// A `session before` or `session after` block.
    Session,
}

/// An argument of a call.
#[derive(Debug, Clone)]
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) value: Json,
    pub(super) metadata: Metadata,
}

/// The state of a session (S2.2).
#[derive(Debug, Clone, Default)]
pub(super) struct Session {
    pub(super) metadata: Metadata,
    pub(super) value: Option<Json>,
}

/// The arguments of a call, with what stands for missing ones.
#[derive(Debug, Clone)]
pub(super) struct Arguments {
    /// The arguments of the call.
    pub(super) present: Vec<Argument>,
    /// The metadata of an argument that the call does not have (S3.7, S8.4).
    pub(super) absent: Metadata,
}

impl Arguments {
    /// The argument of this name, if the call has it.
    fn find(&self, name: &str) -> Option<&Argument> {
        self.present.iter().find(|argument| argument.name == name)
    }

    /// `combine` over one field of all arguments. A call without arguments has what stands for an absent one: the
    /// default, into which the control flow's metadata is joined in strict mode (S3.4, S8.4).
    fn over_all(&self, field: Field, combine: fn(&MetaSet, &MetaSet) -> MetaSet) -> MetaSet {
        let fields = self.present.iter().map(|argument| get(&argument.metadata, field).clone());
        fields.reduce(|a, b| combine(&a, &b)).unwrap_or_else(|| get(&self.absent, field).clone())
    }

    /// The metadata that the result inherits (S2.5).
    pub(super) fn initial_result(&self) -> Metadata {
        Metadata {
            tags: self.over_all(Field::Tags, MetaSet::union),
            producers: self.over_all(Field::Producers, MetaSet::union),
            consumers: self.over_all(Field::Consumers, MetaSet::intersect),
        }
    }
}

/// One of the three sets.
pub(super) fn get(metadata: &Metadata, field: Field) -> &MetaSet {
    match field {
        Field::Tags => &metadata.tags,
        Field::Producers => &metadata.producers,
        Field::Consumers => &metadata.consumers,
    }
}

/// One of the three sets, to be changed.
pub(super) fn get_mut(metadata: &mut Metadata, field: Field) -> &mut MetaSet {
    match field {
        Field::Tags => &mut metadata.tags,
        Field::Producers => &mut metadata.producers,
        Field::Consumers => &mut metadata.consumers,
    }
}

/// All that can be seen.
pub(super) struct Scene<'a> {
    pub(super) policy: &'a Policy,
    pub(super) place: Place,
    pub(super) arguments: &'a Arguments,
    pub(super) session: &'a Session,
    pub(super) result: &'a Metadata,
    pub(super) result_value: Option<&'a Json>,
}

impl Scene<'_> {
    /// The value of an argument; absent if the call does not have it (S3.7).
    pub(super) fn argument_value(&self, name: &str) -> Option<&Json> {
        self.arguments.find(name).map(|argument| &argument.value)
    }

    /// A metadata set by name (S3.3, S3.4, S3.7).
    pub(super) fn metadata(&self, operand: &MetaOperand) -> MetaSet {
        let field = operand.field;
        match &operand.owner {
            Owner::Argument(name) => {
                let found = self.arguments.find(name).map(|argument| &argument.metadata);
                get(found.unwrap_or(&self.arguments.absent), field).clone()
            }
            Owner::Result => get(self.result, field).clone(),
            Owner::Session => get(&self.session.metadata, field).clone(),
            Owner::Context if self.place == Place::Session => get(&self.session.metadata, field).clone(),
            Owner::Context => get(self.result, field).clone(),
            Owner::ArgsUnion => self.arguments.over_all(field, MetaSet::union),
            Owner::ArgsIntersect => self.arguments.over_all(field, MetaSet::intersect),
        }
    }

    /// What a let is, after any lets that only name another (S3.1).
    fn let_of(&self, name: &str) -> &Let {
        match &self.policy.lets[name] {
            Let::Name(other) => self.let_of(other),
            value => value,
        }
    }

    /// A let used as a condition.
    pub(super) fn let_predicate(&self, name: &str) -> &Predicate {
        let Let::Predicate(predicate) = self.let_of(name) else { panic!("`{name}` is no predicate") };
        predicate
    }

    /// A let used as a set.
    pub(super) fn let_set(&self, name: &str) -> &SetExpr {
        let Let::Set(set) = self.let_of(name) else { panic!("`{name}` is no set") };
        set
    }
}
