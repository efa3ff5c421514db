//! Reading metadata from its JSON form (S2.4).

use super::object::{Text, put, read_members, sort_named, unknown};
use crate::call::{MetadataInput, SetInput};
use bumpalo::Bump;
use bumpalo::collections::Vec;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Reads `{"tags": …, "producers": …, "consumers": …}`, each part optional.
#[derive(Clone, Copy)]
pub(super) struct MetadataObject<'a> {
    pub(super) arena: &'a Bump,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for MetadataObject<'a> {
    type Value = MetadataInput<'a>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for MetadataObject<'a> {
    type Value = MetadataInput<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("metadata, an object of `tags`, `producers` and `consumers`")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let mut metadata = MetadataInput::default();
        read_members(map, self.arena, |key, map| {
            let place = match key {
                "tags" => &mut metadata.tags,
                "producers" => &mut metadata.producers,
                "consumers" => &mut metadata.consumers,
                _ => return Err(unknown("`tags`, `producers` or `consumers`")),
            };
            put(place, key, map.next_value_seed(Set { arena: self.arena })?)
        })?;
        Ok(metadata)
    }
}

/// Reads the metadata of arguments by name, sorted.
#[derive(Clone, Copy)]
pub(super) struct MetadataByName<'a> {
    pub(super) arena: &'a Bump,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for MetadataByName<'a> {
    type Value = &'a [(&'a str, MetadataInput<'a>)];

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for MetadataByName<'a> {
    type Value = &'a [(&'a str, MetadataInput<'a>)];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with metadata for each argument")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new_in(self.arena);
        read_members(map, self.arena, |key, map| {
            members.push((key, map.next_value_seed(MetadataObject { arena: self.arena })?));
            Ok(())
        })?;
        sort_named(members.into_bump_slice_mut())
    }
}

/// Reads `["a", …]` or `{"except": ["a", …]}`.
struct Set<'a> {
    arena: &'a Bump,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Set<'a> {
    type Value = SetInput<'a>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<SetInput<'a>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Set<'a> {
    type Value = SetInput<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of strings or `{\"except\": [...]}` as a metadata set")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<SetInput<'a>, A::Error> {
        Ok(SetInput::of(strings(list, self.arena)?))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SetInput<'a>, A::Error> {
        let mut except = None;
        read_members(map, self.arena, |key, map| match key {
            "except" => put(&mut except, key, map.next_value_seed(Strings { arena: self.arena })?),
            _ => Err(unknown("`except`")),
        })?;
        except.map(SetInput::except).ok_or_else(|| A::Error::custom("missing key `except` of a metadata set"))
    }
}

/// Reads a list of strings.
struct Strings<'a> {
    arena: &'a Bump,
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Strings<'a> {
    type Value = &'a [&'a str];

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Strings<'a> {
    type Value = &'a [&'a str];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of strings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        strings(list, self.arena)
    }
}

fn strings<'de: 'a, 'a, A: SeqAccess<'de>>(mut list: A, arena: &'a Bump) -> Result<&'a [&'a str], A::Error> {
    let mut strings = Vec::new_in(arena);
    while let Some(text) = list.next_element_seed(Text { arena, what: "an element of a metadata set" })? {
        strings.push(text);
    }
    Ok(strings.into_bump_slice())
}
