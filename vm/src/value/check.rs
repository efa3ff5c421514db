//! Whether a value is JSON as calls have it (S2.1), so that it can be written out and read back unchanged.
//!
//! A [`Value`] that was read from JSON always is; one that a host builds may hold what JSON has no words for.

use super::Value;
use crate::limits::{LimitExceeded, Limits};
use crate::number::Number;
use smallvec::SmallVec;
use std::fmt;
use std::slice;

/// Why a value cannot be written as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotJson {
    /// It is nested deeper than `value_depth`.
    Depth(LimitExceeded),
    /// A number is not finite.
    NotFinite,
    /// An integer is outside of -2^63 … 2^64-1, and would come back as a float.
    LargeInteger,
    /// An object has a key twice. The key is a part of the value, and not told.
    RepeatedKey,
}

impl fmt::Display for NotJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotJson::Depth(limit) => write!(f, "the value is nested {limit}"),
            NotJson::NotFinite => {
                f.write_str("the value has a number that is not finite, which JSON has not")
            }
            NotJson::LargeInteger => {
                f.write_str("the value has an integer outside of -2^63 to 2^64-1: give it as a float")
            }
            NotJson::RepeatedKey => f.write_str("an object of the value has a key twice"),
        }
    }
}

/// More than `value_depth` can be set to.
const MOST_LEVELS: usize = 128;

/// What is left of a list or an object.
enum Frame<'v> {
    List(slice::Iter<'v, Value<'v>>),
    Object(slice::Iter<'v, (&'v str, Value<'v>)>),
}

/// Checks that `value` can be written as JSON and read back.
pub(crate) fn check_json(value: Value<'_>, limits: &Limits) -> Result<(), NotJson> {
    let mut frames = SmallVec::<[Frame<'_>; MOST_LEVELS]>::new();
    let mut next = Some(value);
    loop {
        match next.take() {
            Some(Value::Number(number)) => check_number(number)?,
            Some(Value::List(items)) => frames.push(Frame::List(items.iter())),
            Some(Value::Object(members)) => {
                check_keys(members)?;
                frames.push(Frame::Object(members.iter()));
            }
            Some(Value::Null | Value::Bool(_) | Value::Str(_)) | None => {}
        }
        LimitExceeded::check("value_depth", frames.len(), limits.value_depth).map_err(NotJson::Depth)?;
        next = match frames.last_mut() {
            None => return Ok(()),
            Some(Frame::List(items)) => items.next().copied(),
            Some(Frame::Object(members)) => members.next().map(|(_, member)| *member),
        };
        if next.is_none() {
            frames.pop();
        }
    }
}

fn check_number(number: Number) -> Result<(), NotJson> {
    match number {
        Number::Float(float) if !float.is_finite() => Err(NotJson::NotFinite),
        Number::Int(int) if i64::try_from(int).is_err() && u64::try_from(int).is_err() => {
            Err(NotJson::LargeInteger)
        }
        _ => Ok(()),
    }
}

fn check_keys(members: &[(&str, Value<'_>)]) -> Result<(), NotJson> {
    if members.is_sorted_by(|(left, _), (right, _)| left < right) {
        return Ok(());
    }
    let mut keys: SmallVec<[&str; 32]> = members.iter().map(|(key, _)| *key).collect();
    keys.sort_unstable();
    let repeated = keys.iter().zip(keys.iter().skip(1)).any(|(left, right)| left == right);
    if repeated { Err(NotJson::RepeatedKey) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::{NotJson, check_json};
    use crate::limits::Limits;
    use crate::number::Number::{Float, Int};
    use crate::value::Value::{self, List, Null, Number, Object};
    use bumpalo::Bump;

    #[test]
    fn what_json_can_say_passes_and_nothing_else() {
        let limits = Limits::default();
        let check = |value: Value<'_>| check_json(List(&[Null, Object(&[("k", value)])]), &limits);
        for number in [Int(i64::MIN.into()), Int(u64::MAX.into()), Float(1e300), Float(-0.0), Float(5e-324)] {
            assert_eq!(check(Number(number)), Ok(()));
        }
        for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(check(Number(Float(float))), Err(NotJson::NotFinite));
        }
        for int in [i128::from(i64::MIN) - 1, i128::from(u64::MAX) + 1] {
            assert_eq!(check(Number(Int(int))), Err(NotJson::LargeInteger));
        }
        assert_eq!(check(Object(&[("b", Null), ("a", Null)])), Ok(()));
        assert_eq!(check(Object(&[("a", Null), ("b", Null), ("c", Null)])), Ok(()));
        for twice in [
            &[("b", Null), ("a", Null), ("b", Null)][..],
            &[("a", Null), ("a", Null)],
            &[("a", Null), ("b", Null), ("b", Null)],
            &[("b", Null), ("b", Null), ("a", Null)],
        ] {
            let error = check(Object(twice)).unwrap_err();
            assert_eq!(error, NotJson::RepeatedKey);
            assert!(error.to_string().contains("key"), "{error}");
        }
    }

    #[test]
    fn depth_is_limited_and_never_more_than_can_be_read_back() {
        let arena = Bump::new();
        let deep = |levels| (0..levels).fold(Null, |value, _| List(arena.alloc_slice_copy(&[value])));
        for most in [3, 100, 120] {
            let limits = Limits::default().with("value_depth", most).unwrap();
            assert_eq!(check_json(deep(most), &limits), Ok(()));
            assert!(matches!(check_json(deep(most + 1), &limits), Err(NotJson::Depth(_))));
            assert!(matches!(check_json(deep(100_000), &limits), Err(NotJson::Depth(_))));
        }
    }
}
