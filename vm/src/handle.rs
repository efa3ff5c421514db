//! Tools, arguments and tags resolved ahead: what a policy knows of a name, so that calls need not look for it.
//!
//! A host that makes calls to the same tools over and over resolves their names once, with [`Policy::tool`],
//! [`Policy::arg`] and [`Policy::tag`], and builds calls from the handles. From check to decision no name of a handle is
//! hashed, searched or compared then, but those of tags that the policy does not name and the names of two arguments that
//! the policy does not mention and whose hashes are the same. Names and handles can be mixed in a call.
//!
//! Invariant: a handle is a name together with what one policy says about it; so it means the same as its name, under that
//! policy, however often that is loaded, and is refused under any other
//! ([`FailureKind::HandleOfOtherPolicy`](crate::engine::FailureKind::HandleOfOtherPolicy)).

use crate::automata::MatcherCache;
use crate::bytecode::PolicyId;
use crate::bytecode::operand::Arg;
use crate::metadata::TagId;
use crate::policy::Policy;

/// A tool, resolved: the blocks that are about it are known.
#[derive(Debug, Clone)]
pub struct ToolHandle {
    policy: PolicyId,
    name: Box<str>,
    /// In the order of their updates (S7.1).
    ascending: Box<[u32]>,
    /// In the order of their rules (S6.9).
    descending: Box<[u32]>,
}

/// The name of an argument, resolved.
#[derive(Debug, Clone)]
pub struct ArgHandle {
    policy: PolicyId,
    name: Box<str>,
    found: FoundArg,
}

/// A tag, resolved.
#[derive(Debug, Clone)]
pub struct TagHandle {
    policy: PolicyId,
    name: Box<str>,
    tag: Option<TagId>,
    is_star: bool,
}

/// What a policy knows of the name of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FoundArg {
    /// It mentions the argument.
    Mentioned(Arg),
    /// It does not; this is a hash of the name.
    Other(u64),
}

impl Policy {
    /// Resolves the name of a tool, whether the policy names it, has patterns that match it, or neither. Allocates, and takes
    /// time and memory that grow with the policy: for names that come again and again, not for each call.
    pub fn tool(&self, name: &str) -> ToolHandle {
        let (mut ascending, mut descending) = (Vec::new(), Vec::new());
        let (mut scratch, mut cache) = (self.dispatch_scratch(0), MatcherCache::default());
        self.find_blocks(name, &mut scratch, &mut cache, &mut ascending, &mut descending);
        let (ascending, descending) = (ascending.into(), descending.into());
        ToolHandle { policy: self.id(), name: name.into(), ascending, descending }
    }

    /// Resolves the name of an argument, whether the policy mentions it or not. Allocates.
    pub fn arg(&self, name: &str) -> ArgHandle {
        ArgHandle { policy: self.id(), name: name.into(), found: self.find_arg(name) }
    }

    /// Resolves a tag, for sets of metadata; `*` stands for all tags, as in text (S2.3). A tag that the policy does not name
    /// has no id that lasts, so calls look for it by its name nevertheless. Allocates.
    pub fn tag(&self, name: &str) -> TagHandle {
        let tag = self.universe().find(name);
        TagHandle { policy: self.id(), name: name.into(), tag, is_star: name == "*" }
    }
}

impl ArgHandle {
    pub(crate) fn found(&self) -> FoundArg {
        self.found
    }
}

impl ToolHandle {
    pub(crate) fn ascending(&self) -> &[u32] {
        &self.ascending
    }

    pub(crate) fn descending(&self) -> &[u32] {
        &self.descending
    }
}

/// What all handles have, and the ways to refer to something by name or by handle.
macro_rules! handles {
    ($($handle:ident $reference:ident $what:literal)*) => {$(
        impl $handle {
            /// The name that was resolved.
            pub fn name(&self) -> &str {
                &self.name
            }

            /// The policy that it belongs to.
            pub fn policy(&self) -> PolicyId {
                self.policy
            }
        }

        #[doc = $what]
        #[derive(Debug, Clone, Copy)]
        pub enum $reference<'a> {
            /// By its name.
            Name(&'a str),
            /// Resolved ahead.
            Handle(&'a $handle),
        }

        impl<'a> $reference<'a> {
            /// The name.
            pub fn name(self) -> &'a str {
                match self {
                    $reference::Name(name) => name,
                    $reference::Handle(handle) => &handle.name,
                }
            }

            /// The policy of a handle, if it is not this one.
            pub(crate) fn foreign(self, policy: &PolicyId) -> Option<PolicyId> {
                match self {
                    $reference::Name(_) => None,
                    $reference::Handle(handle) => (handle.policy != *policy).then_some(handle.policy),
                }
            }
        }

        impl<'a> From<&'a str> for $reference<'a> {
            fn from(name: &'a str) -> Self {
                $reference::Name(name)
            }
        }

        impl<'a> From<&'a String> for $reference<'a> {
            fn from(name: &'a String) -> Self {
                $reference::Name(name)
            }
        }

        impl<'a> From<&&'a str> for $reference<'a> {
            fn from(name: &&'a str) -> Self {
                $reference::Name(name)
            }
        }

        impl<'a> From<&'a $handle> for $reference<'a> {
            fn from(handle: &'a $handle) -> Self {
                $reference::Handle(handle)
            }
        }
    )*};
}

handles! {
    ToolHandle ToolRef "A tool as a call names it."
    ArgHandle ArgRef "An argument as a call names it."
    TagHandle TagRef "A tag as a set of metadata names it."
}

impl ArgRef<'_> {
    /// What the policy knows of it; a handle must be the policy's.
    pub(crate) fn find(self, policy: &Policy) -> FoundArg {
        match self {
            ArgRef::Name(name) => policy.find_arg(name),
            ArgRef::Handle(handle) => handle.found,
        }
    }
}

impl TagRef<'_> {
    /// Its id, if it is a handle of a tag that the policy names.
    pub(crate) fn known(self) -> Option<TagId> {
        match self {
            TagRef::Name(_) => None,
            TagRef::Handle(handle) => handle.tag,
        }
    }

    /// Whether it stands for all tags (S2.3).
    #[inline]
    pub(crate) fn is_star(self) -> bool {
        match self {
            TagRef::Name(name) => matches!(name.as_bytes(), [b'*']),
            TagRef::Handle(handle) => handle.is_star,
        }
    }
}

#[cfg(test)]
mod tests;
