//! Metadata as the host gives it: lists of tags, each by name or by handle.

use crate::bytecode::PolicyId;
use crate::handle::{TagHandle, TagRef};
use crate::metadata::{FIELDS, FieldImm};
use std::convert::Infallible;

/// Metadata as the host gives it; a part that is not given has its default (S2.2): no tags, no producers, universal
/// consumers.
#[derive(Debug, Clone, Copy, Default)]
pub struct MetadataInput<'a> {
    pub(crate) tags: Option<SetInput<'a>>,
    pub(crate) producers: Option<SetInput<'a>>,
    pub(crate) consumers: Option<SetInput<'a>>,
}

/// A metadata set as the host gives it (S2.4): tags, or everything except them. The tag `*` stands for the universal set
/// (S2.3); order and repetition do not matter.
///
/// It is made of a list of strings, of handles, or of [`TagRef`]s, which are either: `&["pii"]`, `&[&handle]`. A list
/// without type is one of strings: [`SetInput::of`].
#[derive(Debug, Clone, Copy)]
pub struct SetInput<'a> {
    complement: bool,
    tags: TagList<'a>,
}

/// A list of tags.
#[derive(Debug, Clone, Copy)]
enum TagList<'a> {
    Names(&'a [&'a str]),
    Handles(&'a [&'a TagHandle]),
    Mixed(&'a [TagRef<'a>]),
}

impl<'a> MetadataInput<'a> {
    pub(super) const NONE: MetadataInput<'a> = MetadataInput { tags: None, producers: None, consumers: None };

    /// Gives it tags: a list of them, or a [`SetInput`].
    #[must_use]
    pub fn with_tags(self, tags: impl Into<SetInput<'a>>) -> Self {
        MetadataInput { tags: Some(tags.into()), ..self }
    }

    /// Gives it producers: a list of tags, or a [`SetInput`].
    #[must_use]
    pub fn with_producers(self, producers: impl Into<SetInput<'a>>) -> Self {
        MetadataInput { producers: Some(producers.into()), ..self }
    }

    /// Gives it consumers: a list of tags, or a [`SetInput`].
    #[must_use]
    pub fn with_consumers(self, consumers: impl Into<SetInput<'a>>) -> Self {
        MetadataInput { consumers: Some(consumers.into()), ..self }
    }

    /// Whether a part is given.
    #[inline]
    pub(crate) fn is_given(&self) -> bool {
        self.tags.is_some() || self.producers.is_some() || self.consumers.is_some()
    }

    /// A part, if it is given.
    pub fn field(&self, field: FieldImm) -> Option<&SetInput<'a>> {
        match field {
            FieldImm::Tags => self.tags.as_ref(),
            FieldImm::Producers => self.producers.as_ref(),
            FieldImm::Consumers => self.consumers.as_ref(),
        }
    }

    /// The policy of a handle in it that is not of this policy.
    pub(crate) fn foreign(&self, policy: &PolicyId) -> Option<PolicyId> {
        FIELDS.into_iter().filter_map(|field| self.field(field)).find_map(|set| set.foreign(policy))
    }
}

impl<'a> SetInput<'a> {
    /// The set of these strings.
    pub fn of(strings: &'a [&'a str]) -> Self {
        SetInput { complement: false, tags: TagList::Names(strings) }
    }

    /// Everything except these strings.
    pub fn except(strings: &'a [&'a str]) -> Self {
        SetInput::of(strings).complement()
    }

    /// The universal set.
    pub fn universal() -> Self {
        SetInput::except(&[])
    }

    /// Everything that is not in it.
    #[must_use]
    pub fn complement(self) -> Self {
        SetInput { complement: !self.complement, ..self }
    }

    /// Whether it is everything except its tags.
    pub fn is_complement(&self) -> bool {
        self.complement
    }

    /// The tags as given, `*` among them.
    pub fn tags(&self) -> impl ExactSizeIterator<Item = TagRef<'a>> + use<'a> {
        let list = self.tags;
        (0..self.len()).map(move |index| list.get(index))
    }

    /// Gives each tag to `give`.
    #[inline]
    pub(crate) fn each(&self, mut give: impl FnMut(TagRef<'a>)) {
        let Ok(()) = self.try_each(|tag| {
            give(tag);
            Ok::<(), Infallible>(())
        });
    }

    /// The same until one fails.
    #[inline]
    pub(crate) fn try_each<E>(&self, mut give: impl FnMut(TagRef<'a>) -> Result<(), E>) -> Result<(), E> {
        match self.tags {
            TagList::Names(names) => names.iter().try_for_each(|name| give(TagRef::Name(name))),
            TagList::Handles(handles) => handles.iter().try_for_each(|handle| give(TagRef::Handle(handle))),
            TagList::Mixed(tags) => tags.iter().try_for_each(|&tag| give(tag)),
        }
    }

    /// The tags as given, if they are a list of names.
    #[inline]
    pub(crate) fn names(&self) -> Option<&'a [&'a str]> {
        match self.tags {
            TagList::Names(names) => Some(names),
            TagList::Handles(_) | TagList::Mixed(_) => None,
        }
    }

    /// The same of a list of handles.
    #[inline]
    pub(crate) fn handles(&self) -> Option<&'a [&'a TagHandle]> {
        match self.tags {
            TagList::Handles(handles) => Some(handles),
            TagList::Names(_) | TagList::Mixed(_) => None,
        }
    }

    /// How many tags it lists.
    pub fn len(&self) -> usize {
        match self.tags {
            TagList::Names(names) => names.len(),
            TagList::Handles(handles) => handles.len(),
            TagList::Mixed(tags) => tags.len(),
        }
    }

    /// The length of its longest tag, in bytes.
    pub(crate) fn longest(&self) -> usize {
        match self.tags {
            TagList::Names(names) => names.iter().map(|name| name.len()).max().unwrap_or(0),
            TagList::Handles(_) | TagList::Mixed(_) => {
                self.tags().map(|tag| tag.name().len()).max().unwrap_or(0)
            }
        }
    }

    /// The policy of a handle in it that is not of this policy.
    pub(crate) fn foreign(&self, policy: &PolicyId) -> Option<PolicyId> {
        match self.tags {
            TagList::Names(_) => None,
            TagList::Handles(_) | TagList::Mixed(_) => self.tags().find_map(|tag| tag.foreign(policy)),
        }
    }

    /// Whether it lists none: it is empty then, or universal.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it lists `*`, with which nothing else of the list counts (S2.3).
    #[inline]
    pub(crate) fn has_star(&self) -> bool {
        match self.tags {
            TagList::Names(names) => names.iter().any(|name| TagRef::Name(name).is_star()),
            TagList::Handles(handles) => handles.iter().any(|handle| TagRef::Handle(handle).is_star()),
            TagList::Mixed(tags) => tags.iter().any(|tag| tag.is_star()),
        }
    }
}

impl<'a> TagList<'a> {
    /// A tag; the empty one behind the end.
    fn get(self, index: usize) -> TagRef<'a> {
        let tag = match self {
            TagList::Names(names) => names.get(index).map(|name| TagRef::Name(name)),
            TagList::Handles(handles) => handles.get(index).map(|handle| TagRef::Handle(handle)),
            TagList::Mixed(tags) => tags.get(index).copied(),
        };
        tag.unwrap_or(TagRef::Name(""))
    }
}

/// Lists that make sets.
macro_rules! lists {
    ($($element:ty => $list:ident)*) => {$(
        impl<'a> From<&'a [$element]> for SetInput<'a> {
            fn from(tags: &'a [$element]) -> Self {
                SetInput { complement: false, tags: TagList::$list(tags) }
            }
        }

        impl<'a, const N: usize> From<&'a [$element; N]> for SetInput<'a> {
            fn from(tags: &'a [$element; N]) -> Self {
                SetInput { complement: false, tags: TagList::$list(tags) }
            }
        }
    )*};
}

lists! {
    &'a str => Names
    &'a TagHandle => Handles
    TagRef<'a> => Mixed
}
