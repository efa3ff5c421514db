//! Metadata sets: finite, or everything but a finite set (S2.2 to S2.6).

use super::json::Json;
use std::collections::BTreeSet;

/// A metadata set (S2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MetaSet {
    /// Whether the set is everything but `tags`.
    pub(super) complement: bool,
    /// The members, or what is left out. Never holds `*`.
    pub(super) tags: BTreeSet<String>,
}

impl MetaSet {
    /// No string at all.
    pub(super) fn empty() -> MetaSet {
        MetaSet { complement: false, tags: BTreeSet::new() }
    }

    /// Every string.
    pub(super) fn universal() -> MetaSet {
        MetaSet { complement: true, tags: BTreeSet::new() }
    }

    /// The set of these strings; `*` among them is everything (S2.3).
    pub(super) fn of<'a>(tags: impl IntoIterator<Item = &'a str>) -> MetaSet {
        let tags: BTreeSet<String> = tags.into_iter().map(str::to_owned).collect();
        if tags.contains("*") { MetaSet::universal() } else { MetaSet { complement: false, tags } }
    }

    /// Whether a string is a member.
    pub(super) fn contains(&self, tag: &str) -> bool {
        self.tags.contains(tag) != self.complement
    }

    /// The set of all strings for which `rule`, asked with their membership in both sets, says yes. Strings that neither
    /// set mentions all have the same membership, so only the mentioned ones need a look.
    fn combine(&self, other: &MetaSet, rule: fn(bool, bool) -> bool) -> MetaSet {
        let complement = rule(self.complement, other.complement);
        let mentioned = self.tags.union(&other.tags);
        let tags = mentioned.filter(|tag| rule(self.contains(tag), other.contains(tag)) != complement);
        MetaSet { complement, tags: tags.cloned().collect() }
    }

    pub(super) fn union(&self, other: &MetaSet) -> MetaSet {
        self.combine(other, |a, b| a || b)
    }

    pub(super) fn intersect(&self, other: &MetaSet) -> MetaSet {
        self.combine(other, |a, b| a && b)
    }

    pub(super) fn minus(&self, other: &MetaSet) -> MetaSet {
        self.combine(other, |a, b| a && !b)
    }

    pub(super) fn xor(&self, other: &MetaSet) -> MetaSet {
        self.combine(other, |a, b| a != b)
    }

    /// No string is a member; the complement of a finite set always has members (S5.2).
    pub(super) fn is_empty(&self) -> bool {
        *self == MetaSet::empty()
    }

    /// Every string is a member (S5.2).
    pub(super) fn is_universal(&self) -> bool {
        *self == MetaSet::universal()
    }

    /// Some string is a member of both (S5.2).
    pub(super) fn overlaps(&self, other: &MetaSet) -> bool {
        !self.intersect(other).is_empty()
    }

    /// Every member is one of the other (S5.2).
    pub(super) fn subset_of(&self, other: &MetaSet) -> bool {
        self.minus(other).is_empty()
    }

    /// Reads one of the three forms of S2.4.
    pub(super) fn from_json(json: &Json) -> Result<MetaSet, String> {
        match json {
            Json::List(elements) => MetaSet::from_list(elements),
            Json::Object(entries) => match entries.as_slice() {
                [(key, Json::List(left_out))] if key == "except" => {
                    Ok(MetaSet::universal().minus(&MetaSet::from_list(left_out)?))
                }
                _ => Err("expected a list, or an object with the key `except` alone".to_owned()),
            },
            _ => Err("expected a metadata set".to_owned()),
        }
    }

    fn from_list(elements: &[Json]) -> Result<MetaSet, String> {
        let strings = elements.iter().map(|element| match element {
            Json::String(text) => Ok(text.as_str()),
            _ => Err("a metadata set holds strings only".to_owned()),
        });
        Ok(MetaSet::of(strings.collect::<Result<Vec<_>, _>>()?))
    }

    /// Writes the form of S2.4.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match (self.complement, self.tags.is_empty()) {
            (false, _) => serde_json::json!(self.tags),
            (true, true) => serde_json::json!(["*"]),
            (true, false) => serde_json::json!({"except": self.tags}),
        }
    }
}

/// The three sets of an argument, a result or a session (S2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) tags: MetaSet,
    pub(super) producers: MetaSet,
    pub(super) consumers: MetaSet,
}

impl Default for Metadata {
    /// The defaults of S2.2.
    fn default() -> Metadata {
        Metadata { tags: MetaSet::empty(), producers: MetaSet::empty(), consumers: MetaSet::universal() }
    }
}

impl Metadata {
    /// Joins two by S2.5: union of producers and tags, intersection of consumers.
    pub(super) fn join(&self, other: &Metadata) -> Metadata {
        Metadata {
            tags: self.tags.union(&other.tags),
            producers: self.producers.union(&other.producers),
            consumers: self.consumers.intersect(&other.consumers),
        }
    }

    /// Writes the three sets, as answers have them (S9).
    pub(super) fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "tags": self.tags.to_json(),
            "producers": self.producers.to_json(),
            "consumers": self.consumers.to_json(),
        })
    }
}

/// Metadata as a call line gives it: every part may be missing (S9).
#[derive(Debug, Clone, Default)]
pub(super) struct PartialMetadata {
    pub(super) tags: Option<MetaSet>,
    pub(super) producers: Option<MetaSet>,
    pub(super) consumers: Option<MetaSet>,
}

impl PartialMetadata {
    /// Reads `{"tags": …, "producers": …, "consumers": …}`.
    pub(super) fn from_json(json: &Json) -> Result<PartialMetadata, String> {
        let Json::Object(entries) = json else { return Err("expected metadata".to_owned()) };
        let mut parts = PartialMetadata::default();
        for (key, value) in entries {
            let part = match key.as_str() {
                "tags" => &mut parts.tags,
                "producers" => &mut parts.producers,
                "consumers" => &mut parts.consumers,
                _ => return Err(format!("unknown key `{key}`")),
            };
            *part = Some(MetaSet::from_json(value)?);
        }
        Ok(parts)
    }

    /// Takes the missing parts from `base`.
    pub(super) fn over(self, base: &Metadata) -> Metadata {
        Metadata {
            tags: self.tags.unwrap_or_else(|| base.tags.clone()),
            producers: self.producers.unwrap_or_else(|| base.producers.clone()),
            consumers: self.consumers.unwrap_or_else(|| base.consumers.clone()),
        }
    }
}
