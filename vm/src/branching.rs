//! The question whether a branch may depend on metadata (S8.3).

use crate::bytecode::settings::{Branching, Mode};
use crate::call::{MetadataInput, SetInput};
use crate::decision::Outcome;
use crate::handle::TagRef;
use crate::limits::LimitExceeded;
use crate::metadata::FIELDS;
use crate::policy::Policy;
use std::collections::HashSet;

impl Policy {
    /// Whether a branch may depend on this metadata (S8.3). Allowed unless there is a branching policy and the mode is
    /// custom. Denied if the metadata has a handle of another policy, or lists more tags in a set than `tags_per_set`.
    pub fn check_branch(&self, metadata: &MetadataInput<'_>) -> Outcome {
        let settings = self.settings();
        if metadata.foreign(&self.id()).is_some() || self.check_set_sizes(metadata).is_err() {
            return Outcome::Deny;
        }
        match &settings.branching {
            Some(branching) if settings.mode == Mode::Custom => branching.check(metadata),
            _ => Outcome::Allow,
        }
    }
}

impl Policy {
    /// Refuses metadata with a set that lists too many tags, which [`Policy::check_branch`] denies without a reason.
    ///
    /// # Errors
    /// If a set lists more than `tags_per_set`.
    pub fn check_set_sizes(&self, metadata: &MetadataInput<'_>) -> Result<(), LimitExceeded> {
        let listed = FIELDS.into_iter().filter_map(|field| metadata.field(field)).map(SetInput::len).max();
        LimitExceeded::check("tags_per_set", listed.unwrap_or(0), self.limits().tags_per_set)
    }
}

impl Branching {
    fn check(&self, metadata: &MetadataInput<'_>) -> Outcome {
        let none = SetInput::of(&[]);
        let tags = Part { set: metadata.tags.unwrap_or(none), listed: &self.tags };
        let producers = Part { set: metadata.producers.unwrap_or(none), listed: &self.producers };
        let consumers = metadata.consumers.unwrap_or(SetInput::universal());
        let consumers = Part { set: consumers, listed: &self.consumers };
        let denied = if self.deny {
            tags.shares() || producers.shares() || (!consumers.is_universal() && consumers.shares())
        } else {
            let consumers_fine = self.consumers.is_empty() || consumers.within();
            !(tags.within() && producers.within() && consumers_fine)
        };
        if denied { Outcome::Deny } else { Outcome::Allow }
    }
}

/// A set of the metadata beside the strings that the policy lists for it.
struct Part<'a> {
    set: SetInput<'a>,
    listed: &'a [String],
}

impl Part<'_> {
    /// Everything, or nothing: the set that `*` stands for or its complement.
    fn has_star(&self) -> bool {
        self.set.has_star()
    }

    fn is_universal(&self) -> bool {
        if self.set.is_complement() { self.set.is_empty() } else { self.has_star() }
    }

    fn is_empty(&self) -> bool {
        if self.set.is_complement() { self.has_star() } else { self.set.is_empty() }
    }

    fn lists_all(&self) -> bool {
        self.listed.iter().any(|listed| listed == "*")
    }

    /// Whether the set and the list have a string in common.
    fn shares(&self) -> bool {
        if self.is_empty() || self.listed.is_empty() {
            return false;
        }
        if self.lists_all() || self.is_universal() {
            return true;
        }
        let names: HashSet<&str> = self.set.tags().map(TagRef::name).collect();
        self.listed.iter().any(|listed| names.contains(listed.as_str()) != self.set.is_complement())
    }

    /// Whether all of the set is listed.
    fn within(&self) -> bool {
        if self.lists_all() || self.is_empty() {
            return true;
        }
        let listed: HashSet<&str> = self.listed.iter().map(String::as_str).collect();
        !self.set.is_complement()
            && !self.has_star()
            && self.set.tags().all(|tag| listed.contains(tag.name()))
    }
}
