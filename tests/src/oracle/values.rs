//! Value conditions: leaves, elements and readings (S4).

use super::date::Instant;
use super::json::Json;
use super::number::Number;
use super::pattern::has_line_end;
use super::scene::Scene;
use super::tree::{Element, Range, SetExpr};
use sqrt_compiler::syntax::ast::SetOp;
use std::cmp::Ordering;

/// How a value condition is read (S4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Some leaf is in the set.
    Any,
    /// There is a leaf, and all are in the set.
    All,
    /// Some leaf is in the set, or there is none.
    AnyOrNone,
}

/// A scalar of a value, or the key of an object (S4.4).
#[derive(Debug, Clone, Copy)]
pub(super) enum Leaf<'a> {
    Null,
    Bool(bool),
    Number(Number),
    String(&'a str),
}

/// How a pattern takes a string with a line end in it (S4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnds {
    /// As it matches: the strings of metadata.
    AsMatched,
    /// As far as that makes the outcome true: values in the `any` reading.
    ForTrue,
    /// As far as that makes the outcome false: values in the `all` reading.
    ForFalse,
}

impl LineEnds {
    /// To the right of `-` and `without`.
    fn other_way_round(self) -> LineEnds {
        match self {
            LineEnds::AsMatched => LineEnds::AsMatched,
            LineEnds::ForTrue => LineEnds::ForFalse,
            LineEnds::ForFalse => LineEnds::ForTrue,
        }
    }
}

/// All leaves of a value (S4.4); an absent value has none.
pub(super) fn leaves(value: Option<&Json>) -> Vec<Leaf<'_>> {
    match value {
        None => Vec::new(),
        Some(Json::Null) => vec![Leaf::Null],
        Some(Json::Bool(value)) => vec![Leaf::Bool(*value)],
        Some(Json::Number(number)) => vec![Leaf::Number(*number)],
        Some(Json::String(text)) => vec![Leaf::String(text)],
        Some(Json::List(values)) => values.iter().flat_map(|value| leaves(Some(value))).collect(),
        Some(Json::Object(entries)) => entries
            .iter()
            .flat_map(|(key, value)| [vec![Leaf::String(key)], leaves(Some(value))].concat())
            .collect(),
    }
}

/// Applies a reading to leaves of which `is_in` says whether they are in a set (S4.4, S4.5).
pub(super) fn read(
    leaves: &[Leaf<'_>],
    reading: Reading,
    is_in: impl Fn(&Leaf<'_>, LineEnds) -> bool,
) -> bool {
    match reading {
        Reading::Any => leaves.iter().any(|leaf| is_in(leaf, LineEnds::ForTrue)),
        Reading::All => !leaves.is_empty() && leaves.iter().all(|leaf| is_in(leaf, LineEnds::ForFalse)),
        Reading::AnyOrNone => leaves.is_empty() || leaves.iter().any(|leaf| is_in(leaf, LineEnds::ForTrue)),
    }
}

/// Structural equality, numbers numerically (S4.6).
pub(super) fn same_structure(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::List(left), Json::List(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same_structure(left, right))
        }
        (Json::Object(entries), Json::Object(others)) => {
            entries.len() == others.len()
                && entries
                    .iter()
                    .all(|(key, value)| right.get(key).is_some_and(|other| same_structure(value, other)))
        }
        (Json::List(_) | Json::Object(_), _) | (_, Json::List(_) | Json::Object(_)) => false,
        (left, right) => same_leaf(&leaves(Some(left))[0], &leaves(Some(right))[0]),
    }
}

fn same_leaf(left: &Leaf<'_>, right: &Leaf<'_>) -> bool {
    match (left, right) {
        (Leaf::Null, Leaf::Null) => true,
        (Leaf::Bool(left), Leaf::Bool(right)) => left == right,
        (Leaf::Number(left), Leaf::Number(right)) => left.equals(*right),
        (Leaf::String(left), Leaf::String(right)) => left == right,
        _ => false,
    }
}

/// `x.value == y.value` (S4.6).
pub(super) fn values_equal(left: Option<&Json>, right: Option<&Json>, reading: Reading) -> bool {
    let (left_leaves, right_leaves) = (leaves(left), leaves(right));
    if reading == Reading::AnyOrNone && (left_leaves.is_empty() || right_leaves.is_empty()) {
        return true;
    }
    let (Some(left), Some(right)) = (left, right) else { return false };
    if same_structure(left, right) {
        return true;
    }
    let shares_a_leaf =
        left_leaves.iter().any(|left| right_leaves.iter().any(|right| same_leaf(left, right)));
    let too_many_to_compare = left_leaves.len() > 64 || right_leaves.len() > 64;
    reading != Reading::All && (shares_a_leaf || too_many_to_compare)
}

impl Scene<'_> {
    /// Whether a leaf is in a set; the operators are logic on membership (S4.1).
    pub(super) fn is_in(&self, leaf: &Leaf<'_>, set: &SetExpr, line_ends: LineEnds) -> bool {
        match set {
            SetExpr::Literal(elements) => elements.iter().any(|element| is_element(leaf, element, line_ends)),
            SetExpr::Meta(operand) => match leaf {
                Leaf::String(text) => self.metadata(operand).contains(text),
                _ => false,
            },
            SetExpr::Name(name) => self.is_in(leaf, self.let_set(name), line_ends),
            SetExpr::Step(base, true, element) => {
                self.is_in(leaf, base, line_ends) || is_element(leaf, element, line_ends)
            }
            SetExpr::Step(base, false, element) => {
                self.is_in(leaf, base, line_ends) && !is_element(leaf, element, line_ends.other_way_round())
            }
            SetExpr::Chain(op, operands) => self.is_in_chain(leaf, *op, operands, line_ends),
        }
    }

    /// Left-associative: the last operand is the right side, all before it are the left side.
    pub(super) fn is_in_chain(
        &self,
        leaf: &Leaf<'_>,
        op: SetOp,
        operands: &[SetExpr],
        line_ends: LineEnds,
    ) -> bool {
        let Some((right, left)) = operands.split_last().filter(|(_, left)| !left.is_empty()) else {
            return self.is_in(leaf, &operands[0], line_ends);
        };
        let left = |line_ends| self.is_in_chain(leaf, op, left, line_ends);
        let right = |line_ends| self.is_in(leaf, right, line_ends);
        match op {
            SetOp::Union => left(line_ends) || right(line_ends),
            SetOp::Intersect => left(line_ends) && right(line_ends),
            SetOp::Minus => left(line_ends) && !right(line_ends.other_way_round()),
            SetOp::Xor if line_ends == LineEnds::AsMatched => left(line_ends) != right(line_ends),
            SetOp::Xor => {
                let both_ways = [LineEnds::ForTrue, LineEnds::ForFalse];
                let outcomes = both_ways.map(|a| both_ways.map(|b| left(a) != right(b)));
                match outcomes.as_flattened() {
                    [true, true, true, true] => true,
                    [false, false, false, false] => false,
                    _ => line_ends == LineEnds::ForTrue,
                }
            }
        }
    }
}

/// Whether a leaf is an element (S4.2).
pub(super) fn is_element(leaf: &Leaf<'_>, element: &Element, line_ends: LineEnds) -> bool {
    match (element, leaf) {
        (Element::Anything, _) => true,
        (Element::String(expected), Leaf::String(text)) => expected == text,
        (Element::Pattern(pattern), Leaf::String(text)) => {
            let hidden = line_ends == LineEnds::ForFalse
                && has_line_end(text)
                && !pattern.takes_line_ends_at_its_word();
            !hidden && pattern.matches(text)
        }
        (Element::Sized(inner, length), Leaf::String(text)) => {
            let count = Number::Whole(text.chars().count() as i128);
            is_element(leaf, inner, line_ends) && in_range(count, length, Number::compare)
        }
        (Element::Number(expected), Leaf::Number(number)) => expected.equals(*number),
        (Element::Bool(expected), Leaf::Bool(value)) => expected == value,
        (Element::Int(range), Leaf::Number(number)) => {
            number.is_whole() && in_range(*number, range, Number::compare)
        }
        (Element::Float(range), Leaf::Number(number)) => in_range(*number, range, Number::compare),
        (Element::Datetime(range), Leaf::Number(number)) => {
            Instant::from_number(*number).is_some_and(|instant| in_range(instant, range, Instant::compare))
        }
        (Element::Datetime(range), Leaf::String(text)) => {
            Instant::from_text(text).is_some_and(|instant| in_range(instant, range, Instant::compare))
        }
        _ => false,
    }
}

fn in_range<T: Copy>(value: T, range: &Range<T>, compare: fn(T, T) -> Option<Ordering>) -> bool {
    let above = range.lower.is_none_or(|(bound, inclusive)| match compare(value, bound) {
        Some(Ordering::Greater) => true,
        Some(Ordering::Equal) => inclusive,
        _ => false,
    });
    let below = range.upper.is_none_or(|(bound, inclusive)| match compare(value, bound) {
        Some(Ordering::Less) => true,
        Some(Ordering::Equal) => inclusive,
        _ => false,
    });
    above && below
}
