//! Reading JSON objects with known keys, each at most once.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
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
    E::custom(format_args!("duplicate key `{key}`"))
}

/// The error about a key that has no meaning.
pub(super) fn unknown<E: Error>(key: &str, known: &str) -> E {
    E::custom(format_args!("unknown key `{key}`: expected {known}"))
}

/// Members with any keys, sorted by key; an error if a key is there twice.
pub(super) fn sort_members<'a, T, E: Error>(
    mut members: bumpalo::collections::Vec<'a, (&'a str, T)>,
) -> Result<&'a [(&'a str, T)], E> {
    members.sort_unstable_by_key(|(key, _)| *key);
    for pair in members.windows(2) {
        if let [(first, _), (second, _)] = pair
            && first == second
        {
            return Err(duplicate(first));
        }
    }
    Ok(members.into_bump_slice())
}
