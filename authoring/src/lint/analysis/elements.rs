//! What is in a set expression: its elements, and whether elements have something in common.

use super::patterns::Automata;
use crate::lint::Context;
use sqrt_compiler::ir::{
    Bound, Element, ElementKind, PatternId, Policy, Range, SetId, SetKind, SetOp, SizedText,
};
use sqrt_vm::datetime::Instant;
use sqrt_vm::number::Number;
use std::collections::HashSet;

/// An element of a set expression.
#[derive(Debug, Clone, Copy)]
pub struct Part<'p> {
    /// The element.
    pub element: &'p Element,
    /// Whether it adds to the set; to the right of `-` it takes away.
    pub adds: bool,
}

/// All elements of a set expression, lets included, each with whether it adds or takes away; none of the sides of `^`, which do
/// both. Fewer, when what may be looked at of the policy is used up.
pub fn parts<'p>(context: &Context<'p>, set: SetId) -> Vec<Part<'p>> {
    let policy = context.policy;
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut left = vec![(set, true)];
    while let Some((set, adds)) = left.pop() {
        if !context.may_look() {
            break;
        }
        if !seen.insert((set, adds)) {
            continue;
        }
        match policy.sets.get(set.index()).map(|set| &set.kind) {
            Some(SetKind::Literal(literal)) => {
                let elements =
                    policy.literals.get(literal.index()).into_iter().flat_map(|literal| &literal.elements);
                found.extend(
                    elements.take_while(|_| context.may_look()).map(|element| Part { element, adds }),
                );
            }
            Some(SetKind::Let(set_let)) => {
                left.extend(policy.set_lets.get(set_let.index()).map(|set_let| (set_let.body, adds)));
            }
            Some(SetKind::Chain(SetOp::Xor, _) | SetKind::Meta(_)) | None => {}
            Some(SetKind::Chain(SetOp::Minus, operands)) => {
                left.extend(operands.iter().skip(1).rev().map(|&operand| (operand, !adds)));
                left.extend(operands.first().map(|&first| (first, adds)));
            }
            Some(SetKind::Chain(_, operands)) => {
                left.extend(operands.iter().rev().map(|&operand| (operand, adds)))
            }
        }
    }
    found
}

/// So many elements of each of two sets are compared with each other, and so many pairs of elements for one policy.
const COMPARED: usize = 48;
const PAIRS: u32 = 20_000_000;

/// What can be in sets, as far as can be told.
#[derive(Debug)]
pub struct Sets<'p> {
    policy: &'p Policy,
    /// What patterns match.
    pub automata: Automata<'p>,
    /// How many pairs of elements may still be compared.
    pairs: u32,
}

impl<'p> Sets<'p> {
    /// Nothing is looked at yet.
    pub fn new(policy: &'p Policy) -> Self {
        Self { policy, automata: Automata::new(policy), pairs: PAIRS }
    }

    /// Whether certainly nothing is in both sets.
    pub fn disjoint(&mut self, a: SetId, b: SetId) -> bool {
        let (Some(a), Some(b)) = (self.above(a), self.above(b)) else { return false };
        a.iter().all(|a| b.iter().all(|b| self.apart(&a.kind, &b.kind)))
    }

    /// Elements among which all are that the set can have; `None` if it has metadata in it, or too many.
    fn above(&self, set: SetId) -> Option<Vec<&'p Element>> {
        let mut found = Vec::new();
        let mut left = vec![set];
        for _ in 0..COMPARED {
            let Some(set) = left.pop() else { return Some(found) };
            match &self.policy.sets.get(set.index())?.kind {
                SetKind::Literal(literal) => {
                    found.extend(&self.policy.literals.get(literal.index())?.elements);
                    if found.len() > COMPARED {
                        return None;
                    }
                }
                SetKind::Let(set_let) => left.push(self.policy.set_lets.get(set_let.index())?.body),
                SetKind::Meta(_) => return None,
                // Less than the first of them.
                SetKind::Chain(SetOp::Minus | SetOp::Intersect, operands) => left.extend(operands.first()),
                SetKind::Chain(_, operands) => left.extend(operands),
            }
        }
        None
    }

    /// Whether certainly no value is in both elements (S4.2).
    pub fn apart(&mut self, a: &ElementKind, b: &ElementKind) -> bool {
        use ElementKind as E;
        if !self.may_compare() {
            return false;
        }
        match (a, b) {
            (E::Anything, _) | (_, E::Anything) => false,
            (E::String(a), E::String(b)) => a != b,
            (E::String(text), E::Pattern(pattern)) | (E::Pattern(pattern), E::String(text)) => {
                self.automata.matches(*pattern, text) == Some(false)
            }
            (E::Pattern(a), E::Pattern(b)) => self.automata.disjoint(*a, *b),
            (E::Sized(text, length), other) | (other, E::Sized(text, length)) => {
                self.sized_apart(text, length, other)
            }
            (E::Number(a), E::Number(b)) => a != b,
            (E::Number(number), E::Int(range)) | (E::Int(range), E::Number(number)) => {
                !(contains(range, *number) && number.is_integral())
            }
            (E::Number(number), E::Float(range)) | (E::Float(range), E::Number(number)) => {
                !contains(range, *number)
            }
            (E::Int(a) | E::Float(a), E::Int(b) | E::Float(b)) => ranges_apart(a, b),
            (E::Bool(a), E::Bool(b)) => a != b,
            (E::Datetime(a), E::Datetime(b)) => ranges_apart(a, b),
            (E::Datetime(range), E::String(text)) | (E::String(text), E::Datetime(range)) => {
                !Instant::parse(text).is_some_and(|instant| contains(range, instant))
            }
            (E::Datetime(range), E::Number(number)) | (E::Number(number), E::Datetime(range)) => {
                !Instant::from_number(*number).is_some_and(|instant| contains(range, instant))
            }
            // Texts and numbers may be dates.
            (E::Datetime(_), E::Pattern(_) | E::Int(_) | E::Float(_))
            | (E::Pattern(_) | E::Int(_) | E::Float(_), E::Datetime(_)) => false,
            // Values of different kinds.
            _ => true,
        }
    }

    fn may_compare(&mut self) -> bool {
        self.pairs = self.pairs.saturating_sub(1);
        self.pairs > 0
    }

    fn sized_apart(&mut self, text: &SizedText, length: &Range<Number>, other: &ElementKind) -> bool {
        if let ElementKind::Sized(_, other) = other
            && ranges_apart(length, other)
        {
            return true;
        }
        if let ElementKind::String(text) = other
            && !contains(length, characters(text))
        {
            return true;
        }
        let other = match other {
            ElementKind::Sized(SizedText::Exact(text), _) => ElementKind::String(text.clone()),
            ElementKind::Sized(SizedText::Pattern(pattern), _) => ElementKind::Pattern(*pattern),
            other => other.clone(),
        };
        let text = match text {
            SizedText::Exact(text) => ElementKind::String(text.clone()),
            SizedText::Pattern(pattern) => ElementKind::Pattern(*pattern),
        };
        self.apart(&text, &other)
    }

    /// Whether everything in the first set is certainly in the second.
    pub fn within(&mut self, a: SetId, b: SetId) -> bool {
        let (Some(a), Some(b)) = (self.above(a), self.below(b)) else { return false };
        a.iter().all(|a| b.iter().any(|b| self.covers(&b.kind, &a.kind)))
    }

    /// Whether everything is in the set: `"*"` is one of its elements.
    pub fn is_everything(&self, set: SetId) -> bool {
        let elements = self.below(set).unwrap_or_default();
        elements.iter().any(|element| element.kind == ElementKind::Anything)
    }

    /// Elements that are all in the set, whatever else is; `None` if nothing can be told.
    fn below(&self, set: SetId) -> Option<Vec<&'p Element>> {
        let mut found = Vec::new();
        let mut left = vec![set];
        for _ in 0..COMPARED {
            let Some(set) = left.pop() else { return Some(found) };
            match &self.policy.sets.get(set.index())?.kind {
                SetKind::Literal(literal) => {
                    let elements = &self.policy.literals.get(literal.index())?.elements;
                    found.extend(elements.iter().take(COMPARED));
                }
                SetKind::Let(set_let) => left.push(self.policy.set_lets.get(set_let.index())?.body),
                SetKind::Chain(SetOp::Union, operands) => left.extend(operands),
                SetKind::Meta(_) | SetKind::Chain(..) => {}
            }
        }
        Some(found)
    }

    /// Whether every value in `inner` is certainly in `outer`, wherever they stand (S4.2, S4.5).
    pub fn covers(&mut self, outer: &ElementKind, inner: &ElementKind) -> bool {
        use ElementKind as E;
        if !self.may_compare() {
            return false;
        }
        match (outer, inner) {
            (E::Anything, _) => true,
            (E::Pattern(pattern), E::String(text) | E::Sized(SizedText::Exact(text), _)) => {
                !text.contains(is_line_end) && self.automata.matches(*pattern, text) == Some(true)
            }
            (E::Pattern(outer), E::Sized(SizedText::Pattern(inner), _)) => outer == inner,
            (E::Int(range), E::Number(number)) => contains(range, *number) && number.is_integral(),
            (E::Float(range), E::Number(number)) => contains(range, *number),
            (E::Int(outer), E::Int(inner)) | (E::Float(outer), E::Float(inner) | E::Int(inner)) => {
                range_within(inner, outer)
            }
            (E::Datetime(outer), E::Datetime(inner)) => range_within(inner, outer),
            (outer, inner) => outer == inner,
        }
    }
}

/// The line ends of S4.5.
pub fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The number of characters, as a number that lengths are compared with.
fn characters(text: &str) -> Number {
    Number::Int(i128::try_from(text.chars().count()).unwrap_or(i128::MAX))
}

/// Whether a value is in a range.
pub fn contains<T: PartialOrd + Copy>(range: &Range<T>, value: T) -> bool {
    let above = range.lower.is_none_or(|b| if b.inclusive { value >= b.value } else { value > b.value });
    let below = range.upper.is_none_or(|b| if b.inclusive { value <= b.value } else { value < b.value });
    above && below
}

/// Whether one range ends before the other begins.
pub fn ranges_apart<T: PartialOrd + Copy>(a: &Range<T>, b: &Range<T>) -> bool {
    let ends_before = |upper: Option<Bound<T>>, lower: Option<Bound<T>>| match (upper, lower) {
        (Some(upper), Some(lower)) => {
            upper.value < lower.value || (upper.value == lower.value && !(upper.inclusive && lower.inclusive))
        }
        _ => false,
    };
    ends_before(a.upper, b.lower) || ends_before(b.upper, a.lower)
}

fn range_within<T: PartialOrd + Copy>(inner: &Range<T>, outer: &Range<T>) -> bool {
    let lower = match (outer.lower, inner.lower) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(o), Some(i)) => o.value < i.value || (o.value == i.value && (o.inclusive || !i.inclusive)),
    };
    let upper = match (outer.upper, inner.upper) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(o), Some(i)) => o.value > i.value || (o.value == i.value && (o.inclusive || !i.inclusive)),
    };
    // Of a range with nothing in it the compiler tells.
    lower && upper && !ranges_apart(inner, inner)
}

/// The pattern of an element, if it has one.
pub fn pattern_of(kind: &ElementKind) -> Option<PatternId> {
    match kind {
        ElementKind::Pattern(pattern) | ElementKind::Sized(SizedText::Pattern(pattern), _) => Some(*pattern),
        _ => None,
    }
}
