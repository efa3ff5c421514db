//! Where values of calls are laid out that cannot be borrowed as they are.

use super::Value;
use crate::json::{LineError, read_value};
use crate::limits::{LimitExceeded, Limits};
use crate::number::Number;
use bumpalo::Bump;
use bumpalo::collections::Vec;

/// Memory for values: lists and objects, and strings with escapes. What is laid out in it lives until it is reset; used
/// again for call after call, it allocates nothing once it has seen the largest.
///
/// # Examples
///
/// ```
/// use sqrt_vm::limits::Limits;
/// use sqrt_vm::value::{Arena, Value};
///
/// let limits = Limits::default();
/// let mut arena = Arena::new();
/// for text in [r#"{"to": ["a@corp.com", "b@corp.com"]}"#, "17"] {
///     arena.reset();
///     let value = arena.parse(text, &limits)?;
///     assert!(matches!(value, Value::Object(_) | Value::Number(_)));
/// }
/// # Ok::<(), sqrt_vm::json::LineError>(())
/// ```
#[derive(Debug, Default)]
pub struct Arena {
    bump: Bump,
}

impl Arena {
    /// An arena without memory.
    pub fn new() -> Arena {
        Arena::default()
    }

    /// Frees all that was laid out, and keeps the largest piece of memory for what comes.
    pub fn reset(&mut self) {
        self.bump.reset();
    }

    /// How much memory it has, in bytes.
    pub fn allocated_bytes(&self) -> usize {
        self.bump.allocated_bytes()
    }

    /// Reads a value from JSON text, as calls have it (S2.1). Strings without escapes are borrowed.
    ///
    /// # Errors
    /// If the text is no JSON value, an object has a key twice, a number is beyond the doubles, or the value is nested deeper
    /// than `value_depth`.
    pub fn parse<'a>(&'a self, text: &'a str, limits: &Limits) -> Result<Value<'a>, LineError> {
        read_value(text, &self.bump, limits)
    }

    /// Lays out a value of `serde_json`, borrowing its strings.
    ///
    /// # Errors
    /// If it is nested deeper than `value_depth`.
    pub fn value<'a>(
        &'a self,
        json: &'a serde_json::Value,
        limits: &Limits,
    ) -> Result<Value<'a>, LimitExceeded> {
        self.value_at(json, 0, limits)
    }

    /// Recurses as deep as `value_depth` allows.
    fn value_at<'a>(
        &'a self,
        json: &'a serde_json::Value,
        depth: usize,
        limits: &Limits,
    ) -> Result<Value<'a>, LimitExceeded> {
        use serde_json::Value as Json;
        let deeper = || {
            LimitExceeded::check("value_depth", depth + 1, limits.value_depth)?;
            Ok(depth + 1)
        };
        Ok(match json {
            Json::Null => Value::Null,
            Json::Bool(bool) => Value::Bool(*bool),
            Json::Number(number) => Value::Number(of_json(number)),
            Json::String(text) => Value::Str(text),
            Json::Array(items) => {
                let depth = deeper()?;
                let mut list = Vec::with_capacity_in(items.len(), &self.bump);
                for item in items {
                    list.push(self.value_at(item, depth, limits)?);
                }
                Value::List(list.into_bump_slice())
            }
            Json::Object(members) => {
                let depth = deeper()?;
                let mut object = Vec::with_capacity_in(members.len(), &self.bump);
                for (key, member) in members {
                    object.push((key.as_str(), self.value_at(member, depth, limits)?));
                }
                Value::Object(object.into_bump_slice())
            }
        })
    }

    /// A copy of a string, to be borrowed.
    pub fn text(&self, text: &str) -> &str {
        self.bump.alloc_str(text)
    }

    /// A list of these values.
    pub fn list<'a>(&'a self, items: &[Value<'a>]) -> Value<'a> {
        Value::List(self.bump.alloc_slice_copy(items))
    }

    /// An object of these members; no two keys may be equal.
    pub fn object<'a>(&'a self, members: &[(&'a str, Value<'a>)]) -> Value<'a> {
        Value::Object(self.bump.alloc_slice_copy(members))
    }

    pub(crate) fn bump(&self) -> &Bump {
        &self.bump
    }
}

/// Integers that JSON has exactly stay exact, everything else is a float (S2.1).
fn of_json(number: &serde_json::Number) -> Number {
    let signed = number.as_i64().map(i128::from);
    let integer = signed.or_else(|| number.as_u64().map(i128::from));
    integer.map_or_else(|| Number::Float(number.as_f64().unwrap_or(f64::NAN)), Number::Int)
}

#[cfg(test)]
mod tests {
    use super::Arena;
    use crate::limits::Limits;
    use crate::value::{Value, ValueScratch};
    use serde_json::json;

    #[test]
    fn values_of_serde_are_those_of_their_text() {
        let limits = Limits::default();
        for json in [
            json!(null),
            json!([true, "a\n\"b\"", -7, 18_446_744_073_709_551_615_u64, 0.5, 1e300]),
            json!({"b": {"": [], "z": {}}, "a": [[["deep"]]]}),
        ] {
            let (arena, text) = (Arena::new(), json.to_string());
            let (laid_out, parsed) =
                (arena.value(&json, &limits).unwrap(), arena.parse(&text, &limits).unwrap());
            assert!(ValueScratch::default().same(laid_out, parsed), "{text}");
        }
    }

    #[test]
    fn depth_is_limited_in_both_ways() {
        let limits = Limits::default();
        for (depth, fine) in [(100, true), (101, false)] {
            let json = (0..depth).fold(json!(1), |inner, _| json!([inner]));
            let (arena, text) = (Arena::new(), json.to_string());
            assert_eq!(arena.value(&json, &limits).is_ok(), fine);
            assert_eq!(arena.parse(&text, &limits).is_ok(), fine);
        }
    }

    #[test]
    fn memory_is_counted_and_used_again() {
        let limits = Limits::default();
        let text = format!("[{}1]", "[],".repeat(100));
        let mut arena = Arena::new();
        assert_eq!(arena.allocated_bytes(), 0);
        // Whatever is laid out, by itself or for a call.
        let before = (arena.bump().alloc_str("x").len(), arena.allocated_bytes());
        assert!(before.1 >= 1);
        let mut last = 0;
        for round in 0..20 {
            arena.reset();
            assert!(arena.parse(&text, &limits).is_ok());
            let bytes = arena.allocated_bytes();
            assert!(bytes >= 101 * size_of::<Value<'_>>());
            assert!(round < 2 || bytes == last, "{last} bytes, then {bytes}");
            last = bytes;
        }
    }

    #[test]
    fn texts_lists_and_objects_are_laid_out() {
        let arena = Arena::new();
        let text = arena.text(&"ab".repeat(2));
        let list = arena.list(&[Value::Str(text), Value::Null]);
        let object = arena.object(&[("k", list)]);
        let expected = Arena::new();
        let expected = expected.parse(r#"{"k": ["abab", null]}"#, &Limits::default()).unwrap();
        assert!(ValueScratch::default().same(object, expected));
    }

    #[test]
    fn what_is_no_value_is_refused() {
        let limits = Limits::default();
        for text in ["", "1 2", "{\"a\": 1, \"a\": 2}", "1e999", "\"\\ud800\"", "nul"] {
            assert!(Arena::new().parse(text, &limits).is_err(), "{text}");
        }
    }
}
