//! Reading JSON objects with known keys, each at most once.

use crate::visible::quote;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Reads a string, copied into the arena only if it has escapes.
pub(super) struct Text<'a> {
    pub(super) arena: &'a bumpalo::Bump,
    /// What the string is, for messages: "a string as …".
    pub(super) what: &'static str,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Text<'a> {
    type Value = &'a str;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<&'a str, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Text<'a> {
    type Value = &'a str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a string as {}", self.what)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<&'a str, E> {
        Ok(text)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<&'a str, E> {
        Ok(self.arena.alloc_str(text))
    }
}

/// Reads every member of an object: `read` gets the key, and reads the value.
pub(super) fn read_members<'de: 'a, 'a, A: MapAccess<'de>>(
    mut map: A,
    arena: &'a bumpalo::Bump,
    mut read: impl FnMut(&'a str, &mut A) -> Result<(), A::Error>,
) -> Result<(), A::Error> {
    while let Some(key) = map.next_key_seed(Text { arena, what: "a key" })? {
        read(key, &mut map)?;
    }
    Ok(())
}

/// Puts the value of a key in its place; an error if the key was there before.
pub(super) fn put<T, E: Error>(place: &mut Option<T>, key: &str, value: T) -> Result<(), E> {
    if place.replace(value).is_some() { Err(duplicate(key)) } else { Ok(()) }
}

/// The error about a key that is there twice.
pub(super) fn duplicate<E: Error>(key: &str) -> E {
    E::custom(format_args!("duplicate key {}", quote(key)))
}

/// The error about a key that has no meaning. It is not told: where the line is damaged, or an object stands in the wrong
/// place, it is a part of a value.
pub(super) fn unknown<E: Error>(known: &str) -> E {
    E::custom(format_args!("unknown key: expected {known}"))
}

/// Members with names as keys, sorted; an error, which tells the name, if one is there twice.
pub(super) fn sort_named<'a, T, E: Error>(members: &'a mut [(&'a str, T)]) -> Result<&'a [(&'a str, T)], E> {
    sort_members(members, duplicate)
}

/// Members of an object inside a value, sorted by key; an error if a key is there twice. The key is a part of the value, so
/// the error does not tell it.
pub(super) fn sort_value_members<'a, T, E: Error>(
    members: &'a mut [(&'a str, T)],
) -> Result<&'a [(&'a str, T)], E> {
    sort_members(members, |_| E::custom("duplicate key in an object of a value"))
}

fn sort_members<'a, T, E: Error>(
    members: &'a mut [(&'a str, T)],
    duplicate: impl FnOnce(&str) -> E,
) -> Result<&'a [(&'a str, T)], E> {
    members.sort_unstable_by_key(|(key, _)| *key);
    for pair in members.windows(2) {
        if let [(first, _), (second, _)] = pair
            && first == second
        {
            return Err(duplicate(first));
        }
    }
    Ok(members)
}

/// The message of the reader of JSON, without what it found: "invalid type: string, expected …" and not which string.
pub(super) fn without_values(message: &str) -> Cow<'_, str> {
    let is_about_a_value =
        ["invalid type: ", "invalid value: "].iter().any(|start| message.starts_with(start));
    if !is_about_a_value {
        return Cow::Borrowed(message);
    }
    // What was found comes in backticks or quotes behind its kind; no expectation has this phrase in it, a value may.
    let kind = message.split(['`', '"']).next().unwrap_or_default();
    let kind = kind.split(", expected ").next().unwrap_or_default().trim_end();
    let expected = message.rsplit(", expected ").next().unwrap_or_default();
    Cow::Owned(format!("{kind}, expected {expected}"))
}
