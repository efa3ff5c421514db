//! Whether the leaves of a domain are in a set of a policy (S4.1, S4.2): all of them, none of them, or it cannot be told.
//!
//! What is told is true of every leaf in every reading: where line ends make a pattern count in one reading and not in
//! another (S4.5), and where metadata decides, nothing is told.

use super::domain::{Domain, Leaves, Numbers, Strings};
use super::language::{Language, Languages};
use super::schema::Count;
use sqrt_compiler::ir::{
    Bound, ElementKind, LiteralId, PatternId, Policy, Range, SetId, SetKind, SetOp, SizedText,
};
use sqrt_vm::datetime::Instant;
use sqrt_vm::number::Number;
use std::collections::{BTreeMap, BTreeSet};

/// So many elements are compared with parts of domains in one analysis; beyond, nothing is told.
const MOST_COMPARISONS: u64 = 20_000_000;
/// So many numbers of sets split a domain; with more, nothing is told of numbers.
const MOST_BOUNDS: usize = 500;

/// Whether something is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    /// Of nothing.
    Never,
    /// Of all.
    Always,
    /// That cannot be told, or it differs.
    Unknown,
}

impl Truth {
    pub(crate) fn of(is: bool) -> Truth {
        if is { Truth::Always } else { Truth::Never }
    }

    pub(crate) fn not(self) -> Truth {
        match self {
            Truth::Never => Truth::Always,
            Truth::Always => Truth::Never,
            Truth::Unknown => Truth::Unknown,
        }
    }

    pub(crate) fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::Never, _) | (_, Truth::Never) => Truth::Never,
            (Truth::Always, Truth::Always) => Truth::Always,
            _ => Truth::Unknown,
        }
    }

    pub(crate) fn or(self, other: Truth) -> Truth {
        self.not().and(other.not()).not()
    }

    fn xor(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::Unknown, _) | (_, Truth::Unknown) => Truth::Unknown,
            (a, b) => Truth::of(a != b),
        }
    }

    /// What is so of both of two groups: the same, or it differs.
    pub(crate) fn same(self, other: Truth) -> Truth {
        if self == other { self } else { Truth::Unknown }
    }
}

/// A part of a domain of which all is in an element, or nothing, as far as that can be told.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part<'d> {
    Null,
    Bool(bool),
    Numbers(Numbers),
    Strings(&'d Strings),
}

/// Compares domains with the sets of a policy.
pub(crate) struct Membership<'p> {
    policy: &'p Policy,
    pub(crate) languages: Languages,
    left: u64,
}

impl<'p> Membership<'p> {
    pub(crate) fn new(policy: &'p Policy) -> Membership<'p> {
        Membership { policy, languages: Languages::default(), left: MOST_COMPARISONS }
    }

    /// Whether the leaves of values are in a set.
    pub(crate) fn of_set(&mut self, domain: &Domain, set: SetId) -> Truth {
        let sets = self.below(set);
        let literals: Vec<LiteralId> = sets.iter().filter_map(|&set| self.literal(set)).collect();
        self.of_parts(&domain.leaves(), &literals, |membership, part| membership.part(part, &sets, set))
    }

    /// Whether the leaves of values are what an element takes.
    pub(crate) fn of_element(&mut self, domain: &Domain, element: &ElementKind) -> Truth {
        let Some(bounds) = bounds(std::iter::once(element)) else { return Truth::Unknown };
        let leaves = domain.leaves();
        self.each_part(&leaves, &bounds, |membership, part| membership.element(part, element))
    }

    /// The literals of a set, those of its lets too.
    pub(crate) fn literals(&self, set: SetId) -> Vec<LiteralId> {
        self.below(set).into_iter().filter_map(|set| self.literal(set)).collect()
    }

    fn of_parts(
        &mut self,
        leaves: &Leaves,
        literals: &[LiteralId],
        of: impl FnMut(&mut Self, Part<'_>) -> Truth,
    ) -> Truth {
        let policy = self.policy;
        let elements = literals.iter().filter_map(|id| policy.literals.get(id.index()));
        let elements = elements.flat_map(|literal| &literal.elements).map(|element| &element.kind);
        match bounds(elements) {
            Some(bounds) => self.each_part(leaves, &bounds, of),
            None => Truth::Unknown,
        }
    }

    /// Asks about each part until the answers differ.
    fn each_part(
        &mut self,
        leaves: &Leaves,
        bounds: &[Number],
        mut of: impl FnMut(&mut Self, Part<'_>) -> Truth,
    ) -> Truth {
        let numbers: Vec<Numbers> = leaves.numbers.iter().flat_map(|numbers| numbers.split(bounds)).collect();
        let flags =
            [(leaves.null, Part::Null), (leaves.yes, Part::Bool(true)), (leaves.no, Part::Bool(false))];
        let parts = flags.into_iter().filter(|(is, _)| *is).map(|(_, part)| part);
        let parts = parts.chain(numbers.into_iter().map(Part::Numbers));
        let mut found = None;
        for part in parts.chain(leaves.strings.iter().map(Part::Strings)) {
            let truth = of(self, part);
            let truth = found.map_or(truth, |found: Truth| found.same(truth));
            if truth == Truth::Unknown {
                return truth;
            }
            found = Some(truth);
        }
        found.unwrap_or(Truth::Unknown)
    }

    /// The sets that a set is made of and itself, by their ids: children before parents.
    fn below(&self, set: SetId) -> BTreeSet<SetId> {
        let (mut found, mut open) = (BTreeSet::from([set]), vec![set]);
        while let Some(set) = open.pop() {
            let parts: &[SetId] = match self.policy.sets.get(set.index()).map(|set| &set.kind) {
                Some(SetKind::Chain(_, operands)) => operands,
                Some(SetKind::Let(id)) => {
                    let body = self.policy.set_lets.get(id.index()).map(|set_let| &set_let.body);
                    body.map(std::slice::from_ref).unwrap_or_default()
                }
                _ => &[],
            };
            open.extend(parts.iter().copied().filter(|&part| found.insert(part)));
        }
        found
    }

    fn literal(&self, set: SetId) -> Option<LiteralId> {
        match self.policy.sets.get(set.index())?.kind {
            SetKind::Literal(id) => Some(id),
            _ => None,
        }
    }

    /// Whether a part is in `set`, which is made of `sets`.
    fn part(&mut self, part: Part<'_>, sets: &BTreeSet<SetId>, set: SetId) -> Truth {
        let mut known: BTreeMap<SetId, Truth> = BTreeMap::new();
        for &id in sets {
            let of = |id: &SetId| known.get(id).copied().unwrap_or(Truth::Unknown);
            let truth = match self.policy.sets.get(id.index()).map(|set| &set.kind) {
                Some(SetKind::Literal(literal)) => self.in_literal(part, *literal),
                // A metadata set has strings alone (S4.1).
                Some(SetKind::Meta(_)) => match part {
                    Part::Strings(_) => Truth::Unknown,
                    _ => Truth::Never,
                },
                Some(SetKind::Let(id)) => {
                    self.policy.set_lets.get(id.index()).map_or(Truth::Unknown, |set_let| of(&set_let.body))
                }
                Some(SetKind::Chain(op, operands)) => {
                    let combine = |left: Truth, right: Truth| match op {
                        SetOp::Xor => left.xor(right),
                        SetOp::Minus => left.and(right.not()),
                        SetOp::Intersect => left.and(right),
                        SetOp::Union => left.or(right),
                    };
                    operands.iter().map(of).reduce(combine).unwrap_or(Truth::Unknown)
                }
                None => Truth::Unknown,
            };
            known.insert(id, truth);
        }
        known.get(&set).copied().unwrap_or(Truth::Unknown)
    }

    fn in_literal(&mut self, part: Part<'_>, literal: LiteralId) -> Truth {
        let policy = self.policy;
        let elements = policy.literals.get(literal.index()).map(|literal| literal.elements.as_slice());
        let mut truth = Truth::Never;
        for element in elements.unwrap_or_default() {
            truth = truth.or(self.element(part, &element.kind));
            if truth == Truth::Always {
                break;
            }
        }
        truth
    }

    /// Whether a part is what an element takes (S4.2).
    fn element(&mut self, part: Part<'_>, element: &ElementKind) -> Truth {
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => return Truth::Unknown,
        }
        let inside = |numbers: &Numbers, range: &Range<Number>| match numbers.inside(range) {
            Some(inside) => Truth::of(inside),
            None => Truth::Unknown,
        };
        match (part, element) {
            (_, ElementKind::Anything) => Truth::Always,
            (Part::Bool(bool), ElementKind::Bool(other)) => Truth::of(bool == *other),
            (Part::Numbers(numbers), ElementKind::Number(number)) => {
                inside(&numbers, &Numbers::one(*number).range)
            }
            (Part::Numbers(numbers), ElementKind::Float(range)) => inside(&numbers, range),
            (Part::Numbers(numbers), ElementKind::Int(range)) => match numbers.only() {
                Some(number) if !number.is_integral() => Truth::Never,
                Some(_) => inside(&numbers, range),
                None if numbers.whole => inside(&numbers, range),
                None => inside(&numbers, range).and(Truth::Unknown),
            },
            (Part::Numbers(numbers), ElementKind::Datetime(range)) => seconds(&numbers, range),
            (Part::Strings(strings), element) => self.string(strings, element),
            _ => Truth::Never,
        }
    }

    fn string(&mut self, strings: &Strings, element: &ElementKind) -> Truth {
        match element {
            ElementKind::String(text) => is_text(strings, text),
            ElementKind::Pattern(pattern) => self.pattern(strings, *pattern),
            ElementKind::Sized(text, length) => {
                let sized = self.sized(strings, length);
                match text {
                    SizedText::Exact(text) => sized.and(is_text(strings, text)),
                    SizedText::Pattern(pattern) => sized.and(self.pattern(strings, *pattern)),
                }
            }
            ElementKind::Datetime(range) => match strings {
                Strings::One(text) => {
                    Truth::of(Instant::parse(text).is_some_and(|instant| contains(range, &instant)))
                }
                Strings::Many { .. } => Truth::Unknown,
            },
            _ => Truth::Never,
        }
    }

    /// Whether strings match a pattern. What matches and has a line end may count as no match (S4.5).
    fn pattern(&mut self, strings: &Strings, id: PatternId) -> Truth {
        let Some(pattern) = self.policy.patterns.get(id.index()) else { return Truth::Unknown };
        let Some(language) = self.languages.of_policy(pattern.syntax, &pattern.text) else {
            return Truth::Unknown;
        };
        match strings {
            Strings::One(text) if language.accepts(text) => {
                if has_line_end(text) {
                    Truth::Unknown
                } else {
                    Truth::Always
                }
            }
            Strings::One(_) => Truth::Never,
            Strings::Many { languages, length } => {
                let mut own = languages.clone();
                own.extend(self.languages.of_length(*length));
                if own.iter().any(|own| own.is_disjoint(&language) == Some(true)) {
                    return Truth::Never;
                }
                let covered = own
                    .iter()
                    .any(|own| own.is_subset(&language) == Some(true) && self.languages.is_one_line(own));
                if covered { Truth::Always } else { Truth::Unknown }
            }
        }
    }

    /// Whether the lengths of strings are in a range.
    fn sized(&mut self, strings: &Strings, range: &Range<Number>) -> Truth {
        let number = |count: u64| Number::Int(i128::from(count));
        let bound = |count: u64| Bound { value: number(count), inclusive: true };
        let lengths = match strings {
            Strings::One(text) => Numbers::one(number(text.chars().count() as u64)).range,
            Strings::Many { length, .. } => {
                Range { lower: Some(bound(length.least)), upper: length.most.map(bound) }
            }
        };
        let lengths = Numbers { range: lengths, whole: true, multiple_of: None };
        match (lengths.inside(range), strings) {
            (None, Strings::Many { languages, .. }) => {
                // The pattern of a schema bounds lengths, too.
                let sized = count(range).and_then(|count| self.languages.of_length(count));
                let tell = |sized: &Language| {
                    let is = |same: fn(&Language, &Language) -> Option<bool>| {
                        languages.iter().any(|own| same(own, sized) == Some(true))
                    };
                    if is(Language::is_disjoint) {
                        Truth::Never
                    } else if is(Language::is_subset) {
                        Truth::Always
                    } else {
                        Truth::Unknown
                    }
                };
                sized.map_or(Truth::Unknown, |sized| tell(&sized))
            }
            (inside, _) => inside.map_or(Truth::Unknown, Truth::of),
        }
    }
}

/// A range of lengths between whole numbers as bounds.
fn count(range: &Range<Number>) -> Option<Count> {
    let whole = |bound: Bound<Number>| match bound.value {
        Number::Int(int) => u64::try_from(int).ok().map(|count| (count, bound.inclusive)),
        Number::Float(_) => None,
    };
    let least = match range.lower.map(whole) {
        None => 0,
        Some(lower) => lower.map(|(count, inclusive)| count.saturating_add(u64::from(!inclusive)))?,
    };
    let most = match range.upper.map(whole) {
        None => None,
        Some(upper) => Some(upper.and_then(|(count, inclusive)| count.checked_sub(u64::from(!inclusive)))?),
    };
    Some(Count { least, most })
}

/// The numbers at which elements begin and end; none if there are too many.
fn bounds<'e>(elements: impl Iterator<Item = &'e ElementKind>) -> Option<Vec<Number>> {
    let mut found = Vec::new();
    for element in elements {
        match element {
            ElementKind::Number(number) => found.push(*number),
            ElementKind::Int(range) | ElementKind::Float(range) => {
                let ends = [range.lower, range.upper].into_iter().flatten();
                found.extend(ends.map(|bound: Bound<Number>| bound.value));
            }
            _ => {}
        }
        if found.len() > MOST_BOUNDS {
            return None;
        }
    }
    Some(found)
}

/// Whether strings are this one.
fn is_text(strings: &Strings, text: &str) -> Truth {
    match strings {
        Strings::One(one) => Truth::of(one == text),
        Strings::Many { .. } if strings.contains(text) => Truth::Unknown,
        Strings::Many { .. } => Truth::Never,
    }
}

/// Whether numbers are seconds in a range of dates (S4.2).
fn seconds(numbers: &Numbers, range: &Range<Instant>) -> Truth {
    let end = |bound: Option<Bound<Number>>| bound.map(|bound| Instant::from_number(bound.value));
    // The order of numbers is that of their instants, so the ends tell of what lies between.
    let (first, last) = match (end(numbers.range.lower), end(numbers.range.upper)) {
        (Some(None), _) | (_, Some(None)) => return Truth::Unknown,
        (first, last) => (first.flatten(), last.flatten()),
    };
    let before = |instant: Instant| {
        range.lower.is_some_and(|lower| instant < lower.value || (instant == lower.value && !lower.inclusive))
    };
    let after = |instant: Instant| {
        range.upper.is_some_and(|upper| instant > upper.value || (instant == upper.value && !upper.inclusive))
    };
    if last.is_some_and(before) || first.is_some_and(after) {
        return Truth::Never;
    }
    let from = range.lower.is_none() || first.is_some_and(|first| !before(first));
    let to = range.upper.is_none() || last.is_some_and(|last| !after(last));
    if from && to { Truth::Always } else { Truth::Unknown }
}

fn contains<T: PartialOrd>(range: &Range<T>, value: &T) -> bool {
    let above = |bound: &Bound<T>| if bound.inclusive { *value >= bound.value } else { *value > bound.value };
    let below = |bound: &Bound<T>| if bound.inclusive { *value <= bound.value } else { *value < bound.value };
    range.lower.as_ref().is_none_or(above) && range.upper.as_ref().is_none_or(below)
}

/// Whether a text has a line end (S4.5).
fn has_line_end(text: &str) -> bool {
    text.contains(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'])
}
