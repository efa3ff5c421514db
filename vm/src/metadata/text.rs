//! Metadata as strings: taken from what a call gives, and written in its JSON form (S2.4).

use super::{Interner, MetaSet, Metadata, TagId, Tags};
use crate::call::{MetadataInput, SetInput};
use crate::handle::TagRef;
use crate::json::write_string;
use crate::limits::LimitExceeded;
use crate::work::{PER_TAG, of_len};

/// So many tags are inserted as they come.
const FEW: usize = 64;

impl MetaSet {
    /// Becomes the set that a call gives. Its handles must be of the policy of `interner`.
    ///
    /// # Errors
    /// If it lists more than `tags_per_set` tags, a tag is over a limit, or the call costs too much.
    pub(crate) fn read(
        &mut self,
        input: &SetInput<'_>,
        interner: &mut Interner<'_>,
    ) -> Result<(), LimitExceeded> {
        self.set_empty();
        LimitExceeded::check("tags_per_set", input.len(), interner.limits.tags_per_set)?;
        interner.work.spend(of_len(input.len()).saturating_mul(PER_TAG));
        interner.work.check()?;
        if input.has_star() {
            self.set_universal();
        } else if input.len() <= FEW {
            input.try_each(|tag| {
                self.insert(interner.tag(tag)?);
                Ok(())
            })?;
        } else {
            interner.order.clear();
            input.try_each(|tag| {
                let id = interner.tag(tag)?;
                interner.order.push(id);
                Ok(())
            })?;
            self.insert_all(interner.order);
        }
        if input.is_complement() {
            self.negate();
        }
        Ok(())
    }
}

impl Metadata {
    /// Takes the parts that a call gives, and keeps the others.
    ///
    /// # Errors
    /// As [`MetaSet::read`]; parts may have been taken then.
    pub(crate) fn read(
        &mut self,
        input: &MetadataInput<'_>,
        interner: &mut Interner<'_>,
    ) -> Result<(), LimitExceeded> {
        let parts = [
            (&mut self.tags, &input.tags),
            (&mut self.producers, &input.producers),
            (&mut self.consumers, &input.consumers),
        ];
        for (set, part) in parts {
            if let Some(part) = part {
                set.read(part, interner)?;
            }
        }
        Ok(())
    }
}

/// Appends metadata as JSON: an object of `tags`, `producers` and `consumers`. `order` is memory to sort in.
pub fn write_metadata(out: &mut String, metadata: &Metadata, tags: &Tags<'_>, order: &mut Vec<TagId>) {
    out.push_str("{\"tags\": ");
    write_set(out, &metadata.tags, tags, order);
    out.push_str(", \"producers\": ");
    write_set(out, &metadata.producers, tags, order);
    out.push_str(", \"consumers\": ");
    write_set(out, &metadata.consumers, tags, order);
    out.push('}');
}

/// Appends metadata that a call gives as JSON, only the parts that are given.
pub(crate) fn write_metadata_input(out: &mut String, input: &MetadataInput<'_>) {
    let mut separator = "{";
    for (key, part) in [("tags", input.tags), ("producers", input.producers), ("consumers", input.consumers)]
    {
        let Some(part) = part else { continue };
        out.push_str(separator);
        separator = ", ";
        write_string(out, key);
        out.push_str(": ");
        write_set_input(out, &part);
    }
    out.push_str(if separator == "{" { "{}" } else { "}" });
}

/// Appends a set that a call gives as JSON (S2.4), sorted by code point.
fn write_set_input(out: &mut String, input: &SetInput<'_>) {
    // `*` is every string (S2.3): with it, nothing else of the list counts.
    let has_star = input.has_star();
    let complement = input.is_complement() != has_star;
    let listed = input.tags().filter(|_| !has_star);
    let mut strings: Vec<&str> = listed.map(TagRef::name).collect();
    if complement && strings.is_empty() {
        out.push_str("[\"*\"]");
        return;
    }
    strings.sort_unstable();
    strings.dedup();
    if complement {
        out.push_str("{\"except\": ");
    }
    let mut separator = "[";
    for string in &strings {
        out.push_str(separator);
        separator = ", ";
        write_string(out, string);
    }
    out.push_str(if strings.is_empty() { "[]" } else { "]" });
    if complement {
        out.push('}');
    }
}

/// Appends a set as JSON (S2.4), sorted by code point. `order` is memory to sort in.
pub fn write_set(out: &mut String, set: &MetaSet, tags: &Tags<'_>, order: &mut Vec<TagId>) {
    let set = set.view();
    if set.is_universal() {
        out.push_str("[\"*\"]");
        return;
    }
    if set.is_empty() {
        out.push_str("[]");
        return;
    }
    order.clear();
    order.extend(set.listed());
    // The order of UTF-8 is that of code points.
    order.sort_unstable_by_key(|tag| tags.name(*tag));
    if !set.is_finite() {
        out.push_str("{\"except\": ");
    }
    out.push('[');
    for (index, tag) in order.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write_string(out, tags.name(*tag).unwrap_or_default());
    }
    out.push(']');
    if !set.is_finite() {
        out.push('}');
    }
}
