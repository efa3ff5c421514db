//! Numbers of calls and policies: exact integers and 64-bit floats, compared numerically (S2.1, S4.2).

use std::cmp::Ordering;

/// A number. Integers from -2^63 to 2^64-1 are exact, everything else is a 64-bit float (S2.1).
///
/// Equality and order are numeric across both forms: `5` equals `5.0`. A NaN equals nothing and has no order.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    /// An exact integer.
    Int(i128),
    /// Any other number.
    Float(f64),
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (*self, *other) {
            (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
            (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b),
            (Number::Int(a), Number::Float(b)) => compare_int_float(a, b),
            (Number::Float(a), Number::Int(b)) => compare_int_float(b, a).map(Ordering::reverse),
        }
    }
}

/// Compares exactly, without rounding the integer to a float.
fn compare_int_float(int: i128, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    // ±2^127 are exact doubles; beyond them, every i128 is on one side.
    const LIMIT: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;
    if float >= LIMIT {
        return Some(Ordering::Less);
    }
    if float < -LIMIT {
        return Some(Ordering::Greater);
    }
    let whole = float.trunc();
    let order = int.cmp(&(whole as i128));
    Some(order.then_with(|| 0.0_f64.total_cmp(&((float - whole) + 0.0))))
}

impl Number {
    /// Whether it has no fractional part, however written: `5`, `5.0`, `1e5` (S4.2).
    pub fn is_integral(self) -> bool {
        match self {
            Number::Int(_) => true,
            Number::Float(float) => float.is_finite() && float.trunc() == float,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Number::{Float, Int};

    #[test]
    fn compares_numerically_across_forms() {
        assert_eq!(Int(5), Float(5.0));
        assert_eq!(Int(0), Float(-0.0));
        assert!(Int(9_007_199_254_740_993) > Float(9_007_199_254_740_992.0));
        assert!(Int(5) < Float(5.5) && Int(6) > Float(5.5) && Int(-5) > Float(-5.5) && Int(-6) < Float(-5.5));
        assert!(Int(i128::MAX) < Float(f64::INFINITY) && Int(i128::MIN) > Float(f64::NEG_INFINITY));
        assert_ne!(Float(f64::NAN), Float(f64::NAN));
        assert!(Int(1).partial_cmp(&Float(f64::NAN)).is_none());
    }

    #[test]
    fn integral_whatever_the_spelling() {
        assert!(Float(1e5).is_integral() && Float(-0.0).is_integral() && Int(7).is_integral());
        assert!(
            !Float(5.5).is_integral()
                && !Float(f64::INFINITY).is_integral()
                && !Float(f64::NAN).is_integral()
        );
    }
}
