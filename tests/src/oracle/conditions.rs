//! Predicates, each condition in the reading that its place gives it (S4.4).

use super::scene::Scene;
use super::sets::Extent;
use super::tree::{Element, MetaOperand, Operand, Predicate, SetExpr};
use super::values::{Leaf, Reading, is_element, leaves, read, values_equal};
use sqrt_compiler::syntax::ast::SetComparison;

/// On whose behalf a predicate is tested (S4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stance {
    /// As in a deny rule.
    Deny,
    /// As in an allow rule.
    Allow,
}

fn reading(stance: Stance, negated: bool) -> Reading {
    match (stance, negated) {
        (Stance::Deny, false) => Reading::Any,
        (Stance::Deny, true) => Reading::All,
        (Stance::Allow, false) => Reading::All,
        (Stance::Allow, true) => Reading::AnyOrNone,
    }
}

/// Where a condition has no exact answer: true in the `any` reading, false in the `all` reading (S5.4).
fn safe_side(reading: Reading) -> bool {
    reading != Reading::All
}

impl Scene<'_> {
    /// Whether a predicate holds.
    pub(super) fn holds(&self, predicate: &Predicate, stance: Stance) -> bool {
        self.holds_under(predicate, stance, false)
    }

    /// `negated`: under an odd number of `not`.
    fn holds_under(&self, predicate: &Predicate, stance: Stance, negated: bool) -> bool {
        let reading = reading(stance, negated);
        match predicate {
            Predicate::Or(operands) => {
                operands.iter().any(|operand| self.holds_under(operand, stance, negated))
            }
            Predicate::And(operands) => {
                operands.iter().all(|operand| self.holds_under(operand, stance, negated))
            }
            Predicate::Not(operand) => !self.holds_under(operand, stance, !negated),
            Predicate::Name(name) => self.holds_under(self.let_predicate(name), stance, negated),
            Predicate::In(Operand::String(star), set) if star == "*" && self.mentions_metadata(set) => {
                self.is_universal(set, reading)
            }
            // A string of metadata simply matches, whatever line ends it has (S4.5, S4.7).
            Predicate::In(Operand::String(text), set) if self.mentions_metadata(set) => {
                self.holds_string(set, text)
            }
            Predicate::In(operand, set) => {
                read(&self.leaves_of(operand), reading, |leaf, line_ends| self.is_in(leaf, set, line_ends))
            }
            Predicate::Equal(left, right) => self.equal(left, right, reading),
            Predicate::Compare(left, comparison, right) => self.compare(left, *comparison, right, reading),
            Predicate::IsEmpty(operand) => self.metadata(operand).is_empty(),
            Predicate::IsUniversal(operand) => self.metadata(operand).is_universal(),
        }
    }

    /// The leaves of a value; a literal is its own only leaf (S4.7). A date is the string in its quotes.
    fn leaves_of<'a>(&'a self, operand: &'a Operand) -> Vec<Leaf<'a>> {
        match operand {
            Operand::Argument(name) => leaves(self.argument_value(name)),
            Operand::Result => leaves(self.result_value),
            Operand::Session => leaves(self.session.value.as_ref()),
            Operand::String(text) | Operand::Date(text) => vec![Leaf::String(text)],
            Operand::Number(number) => vec![Leaf::Number(*number)],
            Operand::Bool(value) => vec![Leaf::Bool(*value)],
        }
    }

    /// `v == w` (S4.6). Where a date is compared with something, the date is the literal.
    fn equal(&self, left: &Operand, right: &Operand, reading: Reading) -> bool {
        let (value, literal) = match (left, right) {
            (value, date @ Operand::Date(_)) | (date @ Operand::Date(_), value) => (value, as_element(date)),
            (value, literal) if as_element(literal).is_some() => (value, as_element(literal)),
            (literal, value) => (value, as_element(literal)),
        };
        match literal {
            Some(element) => {
                read(&self.leaves_of(value), reading, |leaf, line_ends| is_element(leaf, &element, line_ends))
            }
            None => values_equal(self.value_of(left), self.value_of(right), reading),
        }
    }

    fn value_of(&self, operand: &Operand) -> Option<&super::json::Json> {
        match operand {
            Operand::Argument(name) => self.argument_value(name),
            Operand::Result => self.result_value,
            Operand::Session => self.session.value.as_ref(),
            _ => panic!("a literal is compared as an element"),
        }
    }

    /// `A overlaps S` and its kin: exact where both are sets of S2.3, or the left side is finite and can be asked string
    /// by string, or the left side is universal and the right side a pattern; else the safe side (S5.2, S5.4).
    fn compare(
        &self,
        left: &MetaOperand,
        comparison: SetComparison,
        right: &SetExpr,
        reading: Reading,
    ) -> bool {
        let left = self.metadata(left);
        let is_in = |text: &String| self.holds_string(right, text);
        match (comparison, self.extent(right)) {
            (SetComparison::Overlaps, Extent::Exact(right)) => left.overlaps(&right),
            (SetComparison::SubsetOf, Extent::Exact(right)) => left.subset_of(&right),
            (SetComparison::SupersetOf, Extent::Exact(right)) => right.subset_of(&left),
            (SetComparison::Equal, Extent::Exact(right)) => left == right,
            (SetComparison::Overlaps, _) if !left.complement => left.tags.iter().any(is_in),
            (SetComparison::SubsetOf, _) if !left.complement => left.tags.iter().all(is_in),
            (SetComparison::Overlaps, Extent::Pattern { pure: true }) if left.is_universal() => true,
            (SetComparison::SubsetOf, Extent::Pattern { pure: true }) if left.is_universal() => false,
            _ => safe_side(reading),
        }
    }

    /// `"*" in S` for a set over metadata (S2.3).
    fn is_universal(&self, set: &SetExpr, reading: Reading) -> bool {
        match self.extent(set) {
            Extent::Exact(set) => set.is_universal(),
            Extent::Pattern { .. } => safe_side(reading),
        }
    }

    /// Whether a set expression is over metadata, lets included.
    fn mentions_metadata(&self, set: &SetExpr) -> bool {
        match set {
            SetExpr::Meta(_) => true,
            SetExpr::Literal(_) => false,
            SetExpr::Name(name) => self.mentions_metadata(self.let_set(name)),
            SetExpr::Step(base, ..) => self.mentions_metadata(base),
            SetExpr::Chain(_, operands) => operands.iter().any(|operand| self.mentions_metadata(operand)),
        }
    }
}

/// `v == literal` is `v in {literal}`, except that `"*"` is just a string; a date compares instants (S4.6).
fn as_element(operand: &Operand) -> Option<Element> {
    use super::date::Instant;
    use super::tree::Range;
    Some(match operand {
        Operand::String(text) => Element::String(text.clone()),
        Operand::Number(number) => Element::Number(*number),
        Operand::Bool(value) => Element::Bool(*value),
        Operand::Date(text) => {
            let bound = Instant::from_text(text).map(|instant| (instant, true));
            assert!(bound.is_some(), "`{text}` is no date");
            Element::Datetime(Range { lower: bound, upper: bound })
        }
        Operand::Argument(_) | Operand::Result | Operand::Session => return None,
    })
}
