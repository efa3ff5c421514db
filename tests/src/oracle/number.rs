//! Numbers, compared exactly (S2.1).

use std::cmp::Ordering;

/// A number of a call or a policy: a 64-bit integer, or a double.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    /// From -2^63 to 2^64-1, exact.
    Whole(i128),
    /// Anything else.
    Double(f64),
}

impl Number {
    /// Reads the text of a number, as JSON or SQRT write it: digits alone are an exact integer where it is one of 64 bits,
    /// everything else is the nearest double (S2.1). Nothing if it lies beyond the doubles (S9).
    pub(super) fn read(text: &str) -> Option<Number> {
        let digits_alone = text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
        if let (true, Ok(whole)) = (digits_alone, text.parse::<i128>())
            && (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&whole)
        {
            return Some(Number::Whole(whole));
        }
        text.parse::<f64>().ok().filter(|double| double.is_finite()).map(Number::Double)
    }

    /// Whether it has no fractional part, however it is written: `5`, `5.0`, `1e5` (S4.2).
    pub(super) fn is_whole(self) -> bool {
        match self {
            Number::Whole(_) => true,
            Number::Double(double) => double.is_finite() && double.fract() == 0.0,
        }
    }

    /// The order of two numbers by what they are worth; nothing for NaN, which equals nothing (S4.2).
    pub(super) fn compare(self, other: Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Whole(a), Number::Whole(b)) => Some(a.cmp(&b)),
            (Number::Double(a), Number::Double(b)) => a.partial_cmp(&b),
            (Number::Whole(a), Number::Double(b)) => compare_mixed(a, b),
            (Number::Double(a), Number::Whole(b)) => compare_mixed(b, a).map(Ordering::reverse),
        }
    }

    /// Whether the two are worth the same: 5 equals 5.0 (S4.2).
    pub(super) fn equals(self, other: Number) -> bool {
        self.compare(other) == Some(Ordering::Equal)
    }
}

/// Compares with the largest integer below the double first; if they are equal, the double may still be larger by a
/// fraction. Beyond 2^100 a double is beyond all integers here.
fn compare_mixed(whole: i128, double: f64) -> Option<Ordering> {
    if double.is_nan() {
        return None;
    }
    if double.abs() >= 2f64.powi(100) {
        return 0.0.partial_cmp(&double);
    }
    let floor = double.floor();
    let fraction = if double > floor { Ordering::Less } else { Ordering::Equal };
    Some(whole.cmp(&(floor as i128)).then(fraction))
}
