//! What may be in a set, by what it is used for: metadata sets, stored sets, sets to compare with (S4.2, S4.7, S5.3, S5.4).
//!
//! A set let may be fine in one use and wrong in another, so these rules are checked at each use, and the place inside
//! the let is named beside it.

use super::lowering::Lowering;
use super::tables::Facts;
use crate::diagnostics::{Diagnostic, sets as messages};
use crate::ir::{ElementKind, LiteralId, Origin, PatternSyntax, SetId, SetKind, SetOp, SizedText};
use crate::resolve::decode::wildcard;

/// Which problem of elements is looked for.
type Look = fn(Facts) -> Option<Origin>;

impl Lowering<'_, '_> {
    /// The set is used as a metadata set: everything in it has to be a string or a pattern (S5.3).
    pub(super) fn require_metadata(&mut self, set: SetId) {
        let facts = self.tables.facts(set);
        if facts.non_string.is_some() {
            self.each_leaf(set, |facts| facts.non_string.map(|(_, at)| at));
        }
        if facts.star_string.is_some() {
            self.each_leaf(set, |facts| facts.star_string);
        }
        if facts.star_pattern.is_some() {
            self.each_leaf(set, |facts| facts.star_pattern);
        }
    }

    /// Reports what is wrong with the leaves of an expression that have some problem: literals and lets.
    fn each_leaf(&mut self, set: SetId, look: Look) {
        let mut left = vec![set];
        while let Some(set) = left.pop() {
            let Some(inside) = look(self.tables.facts(set)) else { continue };
            let Some(expression) = self.tables.set_expr(set) else { continue };
            match &expression.kind {
                SetKind::Chain(_, operands) => left.extend(operands.iter().rev()),
                SetKind::Literal(literal) => {
                    let literal = *literal;
                    self.elements(literal);
                }
                SetKind::Let(_) => {
                    let at = expression.origin;
                    self.let_with(set, at, inside);
                }
                SetKind::Meta(_) => {}
            }
        }
    }

    /// Every element of a literal that cannot be in a metadata set.
    fn elements(&mut self, literal: LiteralId) {
        let elements = self.tables.policy.literals.get(literal.index());
        let found: Vec<Diagnostic> = elements
            .iter()
            .flat_map(|literal| &literal.elements)
            .filter_map(|element| {
                let at = element.origin;
                match &element.kind {
                    ElementKind::Number(_) | ElementKind::Int(_) | ElementKind::Float(_) => {
                        Some(messages::not_metadata(at, "a number", None))
                    }
                    ElementKind::Bool(_) => Some(messages::not_metadata(at, "a bool", None)),
                    ElementKind::Datetime(_) => Some(messages::not_metadata(at, "a date", None)),
                    ElementKind::String(text) | ElementKind::Sized(SizedText::Exact(text), _)
                        if text == "*" =>
                    {
                        Some(messages::star_string(at, None))
                    }
                    ElementKind::Pattern(pattern) => {
                        let pattern = self.tables.policy.patterns.get(pattern.index())?;
                        let everything = pattern.syntax == PatternSyntax::Wildcard
                            && wildcard::is_everything(&pattern.text);
                        everything.then(|| messages::wildcard_for_universal(at, None))
                    }
                    ElementKind::Anything | ElementKind::String(_) | ElementKind::Sized(..) => None,
                }
            })
            .collect();
        found.into_iter().for_each(|diagnostic| self.sink.report(diagnostic));
    }

    /// A let that brings along what cannot be in a metadata set.
    fn let_with(&mut self, set: SetId, at: Origin, inside: Origin) {
        let facts = self.tables.facts(set);
        if let Some((what, _)) = facts.non_string.filter(|&(_, place)| place == inside) {
            self.sink.report(messages::not_metadata(at, what, Some(inside)));
        }
        if facts.star_string == Some(inside) {
            self.sink.report(messages::star_string(at, Some(inside)));
        }
        if facts.star_pattern == Some(inside) {
            self.sink.report(messages::wildcard_for_universal(at, Some(inside)));
        }
    }

    /// The set is stored: it must not hold a pattern (S5.3). Says whether that is so.
    pub(super) fn require_storable(&mut self, set: SetId) -> bool {
        let held = self.held_pattern(set);
        if let Some((at, pattern)) = held {
            self.sink.report(messages::pattern_stored(at, pattern));
        }
        held.is_none()
    }

    /// The set stands to the right of `==` or `superset of`: it must not hold a pattern (S5.3).
    pub(super) fn require_comparable(&mut self, set: SetId, operator: &str) {
        if let Some((at, pattern)) = self.held_pattern(set) {
            self.sink.report(messages::pattern_compared(at, operator, pattern));
        }
    }

    /// A pattern that is applied to consumers, which are universal by default (S5.4).
    pub(super) fn warn_pattern_on_consumers(&mut self, set: SetId) {
        let facts = self.tables.facts(set);
        // `w"*"` is reported as such.
        let foreseen = facts.pattern == facts.star_pattern;
        if foreseen || (facts.metadata.is_none() && facts.anything.is_none()) {
            return;
        }
        if let Some((at, pattern)) = self.leaf(set, |facts| facts.pattern) {
            self.sink.report(messages::pattern_on_consumers(at, pattern));
        }
    }

    /// The part of an expression that holds a pattern, and the pattern's place if that is inside a let.
    fn held_pattern(&self, set: SetId) -> Option<(Origin, Option<Origin>)> {
        self.leaf(set, |facts| facts.held)
    }

    /// The first leaf of an expression with what is looked for, and its place inside a let.
    fn leaf(&self, set: SetId, look: Look) -> Option<(Origin, Option<Origin>)> {
        let mut set = set;
        loop {
            let inside = look(self.tables.facts(set))?;
            let expression = self.tables.set_expr(set)?;
            match &expression.kind {
                SetKind::Chain(SetOp::Minus, operands) => {
                    let first = operands.first().filter(|&&first| look(self.tables.facts(first)).is_some());
                    set = *first
                        .or_else(|| operands.iter().find(|&&o| look(self.tables.facts(o)).is_some()))?;
                }
                SetKind::Chain(_, operands) => {
                    set = *operands.iter().find(|&&operand| look(self.tables.facts(operand)).is_some())?;
                }
                SetKind::Let(_) => return Some((expression.origin, Some(inside))),
                SetKind::Literal(_) | SetKind::Meta(_) => return Some((expression.origin, None)),
            }
        }
    }
}
