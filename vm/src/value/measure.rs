//! How large a value is, and whether it is within the limits.
//!
//! Invariant: measuring ends as soon as a limit is passed, so it takes time for what is allowed at most, also where a value that a
//! host built has the same list in many places.

use super::Value;
use crate::limits::{LimitExceeded, Limits, NODE_BYTES};

/// Refuses a value that is nested deeper than `value_depth`, or larger than `value_bytes`.
///
/// # Errors
/// The limit that was passed.
#[inline]
pub(crate) fn check_size(value: Value<'_>, limits: &Limits) -> Result<(), LimitExceeded> {
    measure(value, "value_bytes", limits.value_bytes, limits)
}

/// The same with another limit of bytes.
///
/// # Errors
/// The limit that was passed.
pub(crate) fn measure(
    value: Value<'_>,
    name: &'static str,
    bytes: usize,
    limits: &Limits,
) -> Result<(), LimitExceeded> {
    // Nearly every value is within the limits, which is found with less care than what is wrong with one that is not.
    if fits(value, limits.value_depth, &mut { bytes }) {
        return Ok(());
    }
    Measure { name, bytes, depth: limits.value_depth, size: 0 }.add(value, 0)
}

/// Whether a value has at most so many levels, and so many bytes, which it takes off. Recurses as deep as `value_depth` allows.
fn fits(value: Value<'_>, levels: usize, bytes: &mut usize) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => take(bytes, 0),
        Value::Str(text) => take(bytes, text.len()),
        Value::List(items) => {
            levels > 0 && take(bytes, 0) && items.iter().all(|item| fits(*item, levels - 1, bytes))
        }
        Value::Object(members) => {
            levels > 0
                && take(bytes, 0)
                && members
                    .iter()
                    .all(|(key, member)| take(bytes, key.len()) && fits(*member, levels - 1, bytes))
        }
    }
}

/// Takes a node with so much text off; false if there is less left.
#[inline]
fn take(bytes: &mut usize, text: usize) -> bool {
    let left = bytes.checked_sub(NODE_BYTES).and_then(|left| left.checked_sub(text));
    *bytes = left.unwrap_or(0);
    left.is_some()
}

struct Measure {
    name: &'static str,
    bytes: usize,
    depth: usize,
    size: usize,
}

impl Measure {
    /// Adds a value inside of `depth` lists and objects. Recurses as deep as `value_depth` allows.
    fn add(&mut self, value: Value<'_>, depth: usize) -> Result<(), LimitExceeded> {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => self.count(0),
            Value::Str(text) => self.count(text.len()),
            Value::List(items) => {
                LimitExceeded::check("value_depth", depth + 1, self.depth)?;
                self.count(0)?;
                items.iter().try_for_each(|item| self.add(*item, depth + 1))
            }
            Value::Object(members) => {
                LimitExceeded::check("value_depth", depth + 1, self.depth)?;
                self.count(0)?;
                members.iter().try_for_each(|(key, member)| {
                    self.count(key.len())?;
                    self.add(*member, depth + 1)
                })
            }
        }
    }

    #[inline]
    fn count(&mut self, text: usize) -> Result<(), LimitExceeded> {
        self.size = self.size.saturating_add(NODE_BYTES).saturating_add(text);
        LimitExceeded::check(self.name, self.size, self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::{check_size, measure};
    use crate::limits::Limits;
    use crate::number::Number::Int;
    use crate::value::Value::{self, List, Null, Number, Object, Str};

    #[test]
    fn sizes_and_depths_have_two_sides() {
        let inner = [Str("abc"), Number(Int(1))];
        let members = [("key", List(&inner)), ("k", Null)];
        // object, two keys, list, three scalars; 3 + 3 + 1 bytes of text.
        let size = 7 * 32 + 7;
        let limits = |bytes, depth| {
            Limits::default().with("value_bytes", bytes).unwrap().with("value_depth", depth).unwrap()
        };
        let value = Object(&members);
        assert_eq!(check_size(value, &limits(size, 2)), Ok(()));
        let error = check_size(value, &limits(size - 1, 2)).unwrap_err();
        assert_eq!((error.name(), error.actual(), error.limit()), ("value_bytes", size, size - 1));
        let error = check_size(value, &limits(size, 1)).unwrap_err();
        assert_eq!((error.name(), error.actual(), error.limit()), ("value_depth", 2, 1));
        assert_eq!(
            measure(value, "session_value_bytes", 9, &limits(size, 2)).unwrap_err().name(),
            "session_value_bytes"
        );
    }

    #[test]
    fn lists_and_objects_are_levels_however_they_are_nested() {
        let arena = bumpalo::Bump::new();
        let list = |value| List(arena.alloc_slice_copy(&[Null, value]));
        let object = |value| Object(arena.alloc_slice_copy(&[("k", value)]));
        let wrap = |value, kind: char| if kind == 'l' { list(value) } else { object(value) };
        for nesting in ["lll", "ooo", "lol", "olo", "llo", "ool"] {
            let value = nesting.chars().fold(Null, wrap);
            let depth = |depth| check_size(value, &Limits::default().with("value_depth", depth).unwrap());
            assert_eq!(depth(3), Ok(()), "{nesting}");
            let error = depth(2).unwrap_err();
            assert_eq!((error.name(), error.actual()), ("value_depth", 3), "{nesting}");
        }
    }

    #[test]
    fn a_list_in_many_places_takes_no_exponential_time() {
        let arena = bumpalo::Bump::new();
        let wide = (0..100).fold(Null, |value: Value<'_>, _| List(arena.alloc_slice_copy(&[value, value])));
        assert_eq!(check_size(wide, &Limits::default()).unwrap_err().name(), "value_bytes");
    }
}
