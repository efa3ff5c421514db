//! Reading JSON values into an arena.

use super::object::{Text, sort_value_members};
use crate::number::Number;
use crate::value::Value;
use bumpalo::Bump;
use bumpalo::collections::Vec;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// What the reader says of a value that is nested too deep; it says nothing else in these words.
pub(super) const TOO_DEEP: &str = "the value is nested deeper than the limit `value_depth`";

/// Reads any JSON value. The members of its objects come out sorted by key.
///
/// The reader recurses; `levels` bounds how deep.
#[derive(Clone, Copy)]
pub(super) struct AnyValue<'a> {
    pub(super) arena: &'a Bump,
    /// How many lists and objects may still be nested.
    pub(super) levels: usize,
}

impl<'a> AnyValue<'a> {
    /// For the elements of a list or an object.
    fn inner<E: Error>(self) -> Result<AnyValue<'a>, E> {
        let levels = self.levels.checked_sub(1);
        let levels = levels.ok_or_else(|| E::custom(TOO_DEEP))?;
        Ok(AnyValue { levels, ..self })
    }
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for AnyValue<'a> {
    type Value = Value<'a>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'a>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for AnyValue<'a> {
    type Value = Value<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value<'a>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value<'a>, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value<'a>, E> {
        Ok(Value::Number(Number::Int(value.into())))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value<'a>, E> {
        Ok(Value::Number(Number::Int(value.into())))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value<'a>, E> {
        Ok(Value::Number(Number::Float(value)))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Value<'a>, E> {
        Ok(Value::Str(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value<'a>, E> {
        Ok(Value::Str(self.arena.alloc_str(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'a>, A::Error> {
        let inner = self.inner()?;
        let mut items = Vec::new_in(self.arena);
        while let Some(item) = list.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::List(items.into_bump_slice()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value<'a>, A::Error> {
        let inner = self.inner()?;
        let mut members = Vec::new_in(self.arena);
        while let Some(key) = object.next_key_seed(Text { arena: self.arena, what: "a key" })? {
            members.push((key, object.next_value_seed(inner)?));
        }
        Ok(Value::Object(sort_value_members(members.into_bump_slice_mut())?))
    }
}
