//! Metadata of two policies compared: the same strings have other ids there.

use super::{FIELDS, FieldImm, Metadata, SetView, TagId, Tags};

impl Tags<'_> {
    /// Whether a set has the same elements as one whose tags are `others`.
    pub fn same_set(&self, set: SetView<'_>, others: &Tags<'_>, other: SetView<'_>) -> bool {
        set.is_finite() == other.is_finite()
            && set.listed_len() == other.listed_len()
            && set.listed().all(|tag| self.name(tag).is_some_and(|name| others.lists(other, name)))
    }

    /// The fields of metadata in which it differs from metadata whose tags are `others`.
    pub fn different_fields(
        &self,
        metadata: &Metadata,
        others: &Tags<'_>,
        other: &Metadata,
    ) -> impl Iterator<Item = FieldImm> {
        FIELDS.into_iter().filter(move |&field| {
            !self.same_set(metadata.field(field).view(), others, other.field(field).view())
        })
    }

    /// Whether a string is listed in a set. In the metadata of a result a tag of the session may have an id of the call.
    fn lists(&self, set: SetView<'_>, name: &str) -> bool {
        let lists = |tag: TagId| set.contains(tag) == set.is_finite();
        self.ids(name).into_iter().flatten().any(lists)
    }
}
