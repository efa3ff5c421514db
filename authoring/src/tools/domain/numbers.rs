//! Sets of numbers: ranges, of whole numbers or of all, or of multiples of a number.

use super::super::schema::{EVERYTHING, meet};
use sqrt_compiler::ir::{Bound, Range};
use sqrt_vm::number::Number;

/// The numbers of a range, or those among them without a fraction, or the multiples of a whole number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Numbers {
    pub(crate) range: Range<Number>,
    pub(crate) whole: bool,
    pub(crate) multiple_of: Option<Number>,
}

impl Numbers {
    pub(crate) fn anything() -> Numbers {
        Numbers { range: EVERYTHING, whole: false, multiple_of: None }
    }

    /// One number.
    pub(crate) fn one(number: Number) -> Numbers {
        let bound = Some(Bound { value: number, inclusive: true });
        Numbers {
            range: Range { lower: bound, upper: bound },
            whole: number.is_integral(),
            multiple_of: None,
        }
    }

    pub(crate) fn is_anything(&self) -> bool {
        self.range == EVERYTHING && !self.whole
    }

    /// The number, if it is one alone.
    pub(crate) fn only(&self) -> Option<Number> {
        let (lower, upper) = (self.range.lower?, self.range.upper?);
        (lower.inclusive && upper.inclusive && lower.value == upper.value).then_some(lower.value)
    }

    /// What is in both; none if that is nothing.
    pub(crate) fn meet(&self, other: &Numbers) -> Option<Numbers> {
        let met = Numbers {
            range: meet(self.range, other.range),
            whole: self.whole || other.whole,
            multiple_of: self.multiple_of.or(other.multiple_of),
        };
        (!met.is_empty()).then_some(met)
    }

    /// Whether nothing is in it.
    pub(crate) fn is_empty(&self) -> bool {
        if let Some(number) = self.only() {
            return (self.whole && !number.is_integral())
                || self.multiple_of.is_some_and(|of| is_multiple(number, of) == Some(false));
        }
        let (Some(lower), Some(upper)) = (self.range.lower, self.range.upper) else { return false };
        lower.value >= upper.value || (self.whole && no_whole(lower, upper))
    }

    /// Splits it into parts at these numbers: each is a part of its own, and so is what lies between two of them. Empty parts
    /// are left out. None of the numbers is a NaN: neither policies nor JSON can write one.
    pub(crate) fn split(&self, at: &[Number]) -> Vec<Numbers> {
        let mut sorted: Vec<Number> = at.to_vec();
        sorted.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        sorted.dedup();
        let mut ranges = Vec::with_capacity(sorted.len().saturating_mul(2).saturating_add(1));
        let mut lower = None;
        for number in sorted {
            ranges.push(Range { lower, upper: Some(Bound { value: number, inclusive: false }) });
            ranges.push(Numbers::one(number).range);
            lower = Some(Bound { value: number, inclusive: false });
        }
        ranges.push(Range { lower, upper: None });
        let parts = ranges.into_iter().map(|range| Numbers { range: meet(self.range, range), ..*self });
        parts.filter(|part| !part.is_empty()).collect()
    }

    /// Whether this part lies inside a range, outside of it (`Some(false)`), or on both sides, as far as the bounds tell.
    pub(crate) fn inside(&self, range: &Range<Number>) -> Option<bool> {
        let outside = Numbers { range: meet(self.range, *range), ..*self }.is_empty();
        if outside {
            return Some(false);
        }
        let above = range.lower.is_none_or(|bound| {
            self.range.lower.is_some_and(|own| {
                own.value > bound.value || (own.value == bound.value && (bound.inclusive || !own.inclusive))
            })
        });
        let below = range.upper.is_none_or(|bound| {
            self.range.upper.is_some_and(|own| {
                own.value < bound.value || (own.value == bound.value && (bound.inclusive || !own.inclusive))
            })
        });
        (above && below).then_some(true)
    }
}

/// Whether a whole number is a multiple of another, if both are exact.
fn is_multiple(number: Number, of: Number) -> Option<bool> {
    match (exact(number)?, exact(of)?) {
        (_, 0) => None,
        (number, of) => number.checked_rem(of).map(|rest| rest == 0),
    }
}

/// A whole number as an integer, if that is exact.
fn exact(number: Number) -> Option<i128> {
    match number {
        Number::Int(int) => Some(int),
        Number::Float(float) => {
            let fits = number.is_integral() && float.abs() <= 9_007_199_254_740_992.0;
            fits.then_some(float as i128)
        }
    }
}

/// Whether no whole number lies between two bounds.
fn no_whole(lower: Bound<Number>, upper: Bound<Number>) -> bool {
    let Some(first) = first_whole(lower.value) else { return false };
    let first = if first == lower.value && !lower.inclusive { next(first) } else { Some(first) };
    first.is_some_and(|first| first > upper.value || (first == upper.value && !upper.inclusive))
}

/// The first whole number that is not less, if it is small enough to be exact.
fn first_whole(number: Number) -> Option<Number> {
    match number {
        Number::Int(_) => Some(number),
        Number::Float(float) if float.abs() <= 9_007_199_254_740_992.0 => {
            Some(Number::Int(float.ceil() as i128))
        }
        Number::Float(_) => None,
    }
}

fn next(number: Number) -> Option<Number> {
    match number {
        Number::Int(int) => int.checked_add(1).map(Number::Int),
        Number::Float(_) => None,
    }
}
