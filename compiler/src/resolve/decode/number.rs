//! Numbers (S2.1) and priorities (S6.10) as the grammar writes them.

use sqrt_vm::number::Number;

/// Reads a number; `None` if it is beyond the 64-bit floats.
pub(in crate::resolve) fn number(text: &str) -> Option<Number> {
    match text {
        "inf" | "+inf" => return Some(Number::Float(f64::INFINITY)),
        "-inf" => return Some(Number::Float(f64::NEG_INFINITY)),
        _ => {}
    }
    let exact = i128::from(i64::MIN)..=i128::from(u64::MAX);
    match text.parse::<i128>() {
        Ok(int) if exact.contains(&int) => Some(Number::Int(int)),
        _ => text.parse::<f64>().ok().filter(|float| float.is_finite()).map(Number::Float),
    }
}

/// Reads a priority; `None` if it does not fit in 64 bits.
pub(in crate::resolve) fn priority(text: &str) -> Option<i64> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_exact_in_their_range_and_floats_beyond() {
        assert!(matches!(number("5"), Some(Number::Int(5))));
        assert!(matches!(number("-0"), Some(Number::Int(0))));
        assert!(matches!(number("007"), Some(Number::Int(7))));
        assert!(matches!(number("18446744073709551615"), Some(Number::Int(18_446_744_073_709_551_615))));
        assert!(matches!(number("18446744073709551616"), Some(Number::Float(_))));
        assert!(matches!(number("-9223372036854775808"), Some(Number::Int(_))));
        assert!(matches!(number("-9223372036854775809"), Some(Number::Float(_))));
        assert!(matches!(number("5.0"), Some(Number::Float(f)) if f == 5.0));
        assert!(matches!(number("-inf"), Some(Number::Float(f)) if f == f64::NEG_INFINITY));
    }

    #[test]
    fn beyond_the_floats_is_no_number() {
        let nines = "9".repeat(309);
        assert!(number(&nines).is_none() && number(&format!("-{nines}.5")).is_none());
        assert!(number(&"9".repeat(308)).is_some());
        assert!(number(&format!("0.{}", "1".repeat(5000))).is_some());
    }

    #[test]
    fn priorities_have_64_bits() {
        assert_eq!(priority("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(priority("9223372036854775808"), None);
    }
}
