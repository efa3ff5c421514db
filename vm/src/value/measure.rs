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
    let mut measure = Measure { bytes, depth: limits.value_depth, size: 0 };
    measure.add(value, 0).map_err(|passed| match passed {
        Passed::Depth(depth) => LimitExceeded::new("value_depth", depth, limits.value_depth),
        Passed::Bytes(size) => LimitExceeded::new(name, size, bytes),
    })
}

/// The longest text that is within `value_bytes` as a value of its own; none if no value is.
pub(crate) fn longest_text(limits: &Limits) -> Option<usize> {
    limits.value_bytes.checked_sub(NODE_BYTES)
}

/// What was passed, and by how much a value has. The error is made of it at the end: nearly every value is within the limits,
/// and the walk has less to carry.
#[derive(Debug, Clone, Copy)]
enum Passed {
    Depth(usize),
    Bytes(usize),
}

struct Measure {
    bytes: usize,
    depth: usize,
    size: usize,
}

impl Measure {
    /// Adds a value inside of `depth` lists and objects. Recurses as deep as `value_depth` allows.
    fn add(&mut self, value: Value<'_>, depth: usize) -> Result<(), Passed> {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => self.count(0),
            Value::Str(text) => self.count(text.len()),
            Value::List(items) => {
                self.enter(depth + 1)?;
                items.iter().try_for_each(|item| self.add(*item, depth + 1))
            }
            Value::Object(members) => {
                self.enter(depth + 1)?;
                members.iter().try_for_each(|(key, member)| {
                    self.count(key.len())?;
                    self.add(*member, depth + 1)
                })
            }
        }
    }

    /// Counts a list or an object, whose members are at this depth.
    fn enter(&mut self, depth: usize) -> Result<(), Passed> {
        if depth > self.depth {
            return Err(Passed::Depth(depth));
        }
        self.count(0)
    }

    #[inline]
    fn count(&mut self, text: usize) -> Result<(), Passed> {
        self.size = self.size.saturating_add(NODE_BYTES).saturating_add(text);
        if self.size > self.bytes { Err(Passed::Bytes(self.size)) } else { Ok(()) }
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
