//! Conditions (S4, S5): operators, comparisons, lets, each with the reading that its place asks for (S4.4).

use super::elements::exactly;
use super::lowering::{InstanceKey, Lowering, Scope};
use super::sets::meta_ref;
use super::tables::Facts;
use crate::diagnostics::{sets as set_messages, values as messages};
use crate::ir::{
    ConditionId, ConditionKind, Element, ElementKind, LetKind, LiteralValue, Origin, Reading, SetId, ValueRef,
};
use crate::syntax::ast::{
    Name, Predicate, PredicateKind, SetComparison, SetExpr, SetExprKind, ValueOperand, ValueOperandKind,
};
use smallvec::{SmallVec, smallvec};

/// What is left to do, the last one first.
enum Task<'a> {
    /// Lower a predicate, under an odd number of `not` if the flag is set.
    Predicate(&'a Predicate<'a>, bool),
    /// Join the last conditions that are done.
    Join(Operator, usize, Origin),
}

/// Most conditions have one part or a few, which take no memory of their own.
type Tasks<'a> = SmallVec<[Task<'a>; 4]>;

#[derive(Clone, Copy)]
enum Operator {
    And,
    Or,
    Not,
}

/// A value operand with its meaning.
enum Value<'a> {
    /// A value of the call, the result or the session.
    Place(ValueRef),
    /// A literal.
    Literal(ValueOperand<'a>),
}

impl<'a> Lowering<'_, 'a> {
    /// Lowers a predicate. The walk keeps a list of tasks, so that native stack does not depend on the nesting.
    pub(super) fn condition(
        &mut self,
        scope: Scope<'a>,
        predicate: &'a Predicate<'a>,
        negated: bool,
    ) -> ConditionId {
        let mut tasks: Tasks<'a> = smallvec![Task::Predicate(predicate, negated)];
        let mut done: SmallVec<[ConditionId; 4]> = SmallVec::new();
        while let Some(task) = tasks.pop() {
            let (kind, origin) = match task {
                Task::Predicate(predicate, negated) => {
                    let origin = scope.source.origin(predicate.range);
                    let Some(kind) = self.visit_predicate(scope, predicate, negated, &mut tasks) else {
                        continue;
                    };
                    (kind, origin)
                }
                Task::Join(operator, count, origin) => {
                    let operands = done.drain(done.len().saturating_sub(count)..).collect();
                    (join(operator, operands), origin)
                }
            };
            done.push(self.tables.condition(kind, origin));
        }
        let origin = scope.source.origin(predicate.range);
        done.pop().unwrap_or_else(|| self.tables.condition(ConditionKind::Constant(false), origin))
    }

    /// Lowers a comparison or a name, or leaves tasks for the parts.
    fn visit_predicate(
        &mut self,
        scope: Scope<'a>,
        predicate: &'a Predicate<'a>,
        negated: bool,
        tasks: &mut Tasks<'a>,
    ) -> Option<ConditionKind> {
        let origin = scope.source.origin(predicate.range);
        let reading = Reading::of(scope.stance, negated);
        let mut operator = |operator: Operator, operands: &'a [Predicate<'a>], negated: bool| {
            tasks.push(Task::Join(operator, operands.len(), origin));
            tasks.extend(operands.iter().rev().map(|operand| Task::Predicate(operand, negated)));
            None
        };
        match predicate.kind {
            PredicateKind::Or(operands) => operator(Operator::Or, operands, negated),
            PredicateKind::And(operands) => operator(Operator::And, operands, negated),
            PredicateKind::Not(operand) => operator(Operator::Not, std::slice::from_ref(operand), !negated),
            PredicateKind::Name(name) => Some(self.named_condition(scope, name, negated)),
            PredicateKind::In(value, set) => Some(self.value_in(scope, value, set, origin, reading)),
            PredicateKind::ValueEqual(left, right) => {
                Some(self.values_equal(scope, left, right, origin, reading))
            }
            PredicateKind::Compare(operand, comparison, set) => {
                let set = self.set(scope, set);
                self.require_metadata(set);
                let meta = meta_ref(scope.place, &operand);
                Some(match comparison {
                    SetComparison::Overlaps => ConditionKind::Overlaps(meta, set, reading),
                    SetComparison::SubsetOf => ConditionKind::SubsetOf(meta, set, reading),
                    SetComparison::SupersetOf => {
                        self.require_comparable(set, "superset of");
                        ConditionKind::SupersetOf(meta, set, reading)
                    }
                    SetComparison::Equal => {
                        self.require_comparable(set, "==");
                        ConditionKind::Equal(meta, set, reading)
                    }
                })
            }
            PredicateKind::IsEmpty(operand) => Some(ConditionKind::IsEmpty(meta_ref(scope.place, &operand))),
            PredicateKind::IsUniversal(operand) => {
                Some(ConditionKind::IsUniversal(meta_ref(scope.place, &operand)))
            }
            PredicateKind::Error => Some(ConditionKind::Constant(false)),
        }
    }

    fn named_condition(&mut self, scope: Scope<'a>, name: Name<'a>, negated: bool) -> ConditionKind {
        let Some((declaration, LetKind::Predicate)) = self.names.find(name.text) else {
            return ConditionKind::Constant(false);
        };
        let key = InstanceKey { declaration, place: scope.place, stance: scope.stance, negated };
        self.instance(key).map_or(ConditionKind::Constant(false), ConditionKind::Let)
    }

    /// `v in S` (S4.1), and the forms with a literal to the left (S4.7).
    fn value_in(
        &mut self,
        scope: Scope<'a>,
        value: ValueOperand<'a>,
        set_expression: &'a SetExpr<'a>,
        origin: Origin,
        reading: Reading,
    ) -> ConditionKind {
        let value = operand(value);
        let literal = match value {
            Value::Place(place) => {
                return ConditionKind::ValueIn(place, self.set(scope, set_expression), reading);
            }
            Value::Literal(literal) => literal,
        };
        let known = self.literal_value(scope, literal);
        let set = self.set(scope, set_expression);
        let facts = self.tables.facts(set);
        let Some(metadata) = facts.metadata else {
            // What an undefined name stands for is not known, and was reported.
            let undefined = matches!(set_expression.kind, SetExprKind::Name(name) if self.names.find(name.text).is_none());
            if !undefined {
                self.sink.report(messages::constant_condition(origin));
            }
            return known.map_or(ConditionKind::Constant(false), |value| {
                ConditionKind::LiteralIn(value, set, reading)
            });
        };
        self.require_metadata(set);
        let at = scope.source.origin(literal.range);
        match (literal.kind, known) {
            (ValueOperandKind::String(_), Some(LiteralValue::String(text))) if text == "*" => {
                ConditionKind::SetIsUniversal(set, reading)
            }
            (ValueOperandKind::String(_), Some(LiteralValue::String(text))) => {
                ConditionKind::TagIn(text, set, reading)
            }
            (kind, _) => {
                let what = match kind {
                    ValueOperandKind::Bool(_) => "a bool",
                    ValueOperandKind::Date(_) => "a date",
                    _ => "a number",
                };
                self.sink.report(set_messages::not_a_tag(at, what, Some(metadata)));
                ConditionKind::Constant(false)
            }
        }
    }

    /// `v == w` (S4.6).
    fn values_equal(
        &mut self,
        scope: Scope<'a>,
        left: ValueOperand<'a>,
        right: ValueOperand<'a>,
        origin: Origin,
        reading: Reading,
    ) -> ConditionKind {
        let (left, right) = (operand(left), operand(right));
        let (left, right) = match (left, right) {
            (Value::Place(left), Value::Place(right)) => {
                return ConditionKind::ValuesEqual(left, right, reading);
            }
            (Value::Place(place), Value::Literal(literal))
            | (Value::Literal(literal), Value::Place(place)) => {
                return match self.literal_set(scope, literal) {
                    Some(set) => ConditionKind::ValueIn(place, set, reading),
                    None => ConditionKind::Constant(false),
                };
            }
            (Value::Literal(left), Value::Literal(right)) => (left, right),
        };
        self.sink.report(messages::constant_condition(origin));
        // A date makes it a comparison of instants, so it has to be the one in the set.
        let (value, element) =
            if matches!(left.kind, ValueOperandKind::Date(_)) { (right, left) } else { (left, right) };
        let (value, set) = (self.literal_value(scope, value), self.literal_set(scope, element));
        match (value, set) {
            (Some(value), Some(set)) => ConditionKind::LiteralIn(value, set, reading),
            _ => ConditionKind::Constant(false),
        }
    }

    /// A literal as a value; a date has to be one.
    fn literal_value(&mut self, scope: Scope<'a>, literal: ValueOperand<'a>) -> Option<LiteralValue> {
        Some(match literal.kind {
            ValueOperandKind::String(quoted) => LiteralValue::String(self.string(scope.source, quoted)),
            ValueOperandKind::Date(quoted) => LiteralValue::String(self.date_text(scope.source, quoted)?.0),
            ValueOperandKind::Number(numeral) => LiteralValue::Number(self.number(scope.source, numeral)?),
            ValueOperandKind::Bool(bool) => LiteralValue::Bool(bool),
            ValueOperandKind::Argument(_) | ValueOperandKind::Result | ValueOperandKind::Session => {
                return None;
            }
        })
    }

    /// The set that has just this literal in it, where `"*"` is a string and a date an instant (S4.6).
    fn literal_set(&mut self, scope: Scope<'a>, literal: ValueOperand<'a>) -> Option<SetId> {
        let origin = scope.source.origin(literal.range);
        let kind = match literal.kind {
            ValueOperandKind::Date(quoted) => {
                ElementKind::Datetime(exactly(self.date_text(scope.source, quoted)?.1))
            }
            _ => match self.literal_value(scope, literal)? {
                LiteralValue::String(text) => ElementKind::String(text),
                LiteralValue::Number(number) => ElementKind::Number(number),
                LiteralValue::Bool(bool) => ElementKind::Bool(bool),
            },
        };
        let what = match kind {
            ElementKind::String(_) => None,
            ElementKind::Datetime(_) => Some("a date"),
            ElementKind::Bool(_) => Some("a bool"),
            _ => Some("a number"),
        };
        let facts = Facts { non_string: what.map(|what| (what, origin)), ..Facts::default() };
        Some(self.tables.literal(vec![Element { kind, origin }], facts, origin))
    }
}

fn join(operator: Operator, operands: Vec<ConditionId>) -> ConditionKind {
    match operator {
        Operator::And => ConditionKind::And(operands),
        Operator::Or => ConditionKind::Or(operands),
        Operator::Not => match operands.first() {
            Some(&operand) => ConditionKind::Not(operand),
            None => ConditionKind::Constant(false),
        },
    }
}

fn operand(value: ValueOperand<'_>) -> Value<'_> {
    match value.kind {
        ValueOperandKind::Argument(name) => Value::Place(ValueRef::Argument(name.text.to_owned())),
        ValueOperandKind::Result => Value::Place(ValueRef::Result),
        ValueOperandKind::Session => Value::Place(ValueRef::Session),
        ValueOperandKind::String(_)
        | ValueOperandKind::Date(_)
        | ValueOperandKind::Number(_)
        | ValueOperandKind::Bool(_) => Value::Literal(value),
    }
}
