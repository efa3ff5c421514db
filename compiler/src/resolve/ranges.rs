//! Whether anything can be in a range (S4.2).

use crate::ir::{Bound, Range};
use sqrt_vm::number::Number;

/// Why nothing is in the range, if its bounds leave nothing.
pub(super) fn empty<T: PartialOrd>(range: &Range<T>) -> Option<&'static str> {
    let (Some(lower), Some(upper)) = (&range.lower, &range.upper) else { return None };
    if lower.value > upper.value {
        Some("its lower bound is above its upper bound")
    } else if lower.value == upper.value && !(lower.inclusive && upper.inclusive) {
        Some("its bounds are equal, and one of them is excluded")
    } else {
        None
    }
}

/// Why no number is in the range; values are finite.
pub(super) fn no_number(range: &Range<Number>) -> Option<&'static str> {
    let infinite = |bound: &Option<Bound<Number>>, infinity: f64| {
        bound.as_ref().is_some_and(|bound| matches!(bound.value, Number::Float(float) if float == infinity))
    };
    if infinite(&range.lower, f64::INFINITY) || infinite(&range.upper, f64::NEG_INFINITY) {
        return Some("no value is infinite");
    }
    empty(range)
}

/// Why no whole number is in the range.
pub(super) fn no_whole_number(range: &Range<Number>) -> Option<&'static str> {
    let first = range.lower.as_ref().map_or(i128::MIN, first_whole);
    let last = range.upper.as_ref().map_or(i128::MAX, last_whole);
    no_number(range).or_else(|| (first > last).then_some("no whole number is between its bounds"))
}

/// Why no length is in the range; lengths are whole numbers from 0.
pub(super) fn no_length(range: &Range<Number>) -> Option<&'static str> {
    let last = range.upper.as_ref().map_or(i128::MAX, last_whole);
    no_whole_number(range).or_else(|| (last < 0).then_some("no length is below 0"))
}

/// The least whole number that a lower bound admits; beyond 127 bits, the nearest that there is.
fn first_whole(bound: &Bound<Number>) -> i128 {
    match bound.value {
        Number::Int(int) => int.saturating_add(i128::from(!bound.inclusive)),
        Number::Float(float) => {
            let excluded = !bound.inclusive && float.trunc() == float;
            (float.ceil() as i128).saturating_add(i128::from(excluded))
        }
    }
}

/// The greatest whole number that an upper bound admits.
fn last_whole(bound: &Bound<Number>) -> i128 {
    match bound.value {
        Number::Int(int) => int.saturating_sub(i128::from(!bound.inclusive)),
        Number::Float(float) => {
            let excluded = !bound.inclusive && float.trunc() == float;
            (float.floor() as i128).saturating_sub(i128::from(excluded))
        }
    }
}
