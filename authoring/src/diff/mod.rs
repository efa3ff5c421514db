//! What differs between two policies, in the words of the language: settings, lets, tool blocks, rules and updates that were
//! added, removed, changed, renamed or moved.
//!
//! Compared is the representation in which names are resolved (`keys`), so layout, comments, spellings of the same thing and
//! order that has no meaning are no difference; shown is the text (`revision`). Lets are matched first (`lets`), then blocks
//! by tool, priority and content (`blocks`), and inside of them rules and updates (`items`); `order` tells what has moved.
//!
//! Invariants: a policy does not differ from itself; the same policies give the same difference; matching never takes more than
//! a bounded number of comparisons for each block. This is a comparison of what is written: policies that decide the same in
//! other words differ.

mod blocks;
mod items;
mod keys;
mod lets;
mod order;
mod revision;
mod settings;

use crate::replay::RulePairs;

pub use revision::Revision;

use keys::{Interner, Keys};

/// What differs.
#[derive(Debug, Default)]
pub struct Diff {
    /// The changes: of settings, then of lets, then of blocks, each in the order of the new policy, and what was removed last.
    pub changes: Vec<Change>,
    /// At the number of each rule of the old policy, that of the same rule in the new one, if that has it, perhaps changed.
    rules: Vec<Option<u32>>,
}

impl Diff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Which rule of the new policy is which of the old one.
    pub fn rule_pairs(&self) -> RulePairs {
        RulePairs::new(self.rules.clone())
    }
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What was done.
    pub how: How,
    /// To what: `let trusted`, `tool "send"`, `must deny`, `priority`.
    pub title: String,
    /// Where it stands in the old policy, and what it says there; nothing of what was added.
    pub old: Option<Side>,
    /// The same of the new policy; nothing of what was removed.
    pub new: Option<Side>,
    /// The changes inside of it.
    pub parts: Vec<Change>,
}

/// What was done to a part of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
    /// It says the same under another name.
    Renamed,
    /// It says the same in another place, and that makes a difference.
    Moved,
}

impl How {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            How::Added => "added",
            How::Removed => "removed",
            How::Changed => "changed",
            How::Renamed => "renamed",
            How::Moved => "moved",
        }
    }
}

/// A part of one of the policies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Side {
    /// Where it stands; nowhere in the text, if it is a setting.
    pub place: Option<Place>,
    /// What it says, on one line.
    pub text: String,
}

/// A place in a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as given.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in Unicode scalar values.
    pub column: u32,
}

/// The two policies with their keys.
struct Compared<'r> {
    old: &'r Revision,
    new: &'r Revision,
    old_keys: AllKeys,
    new_keys: AllKeys,
    interner: Interner,
}

/// Both kinds of keys of a policy.
struct AllKeys {
    deep: Keys,
    named: Keys,
}

/// Compares two policies.
pub fn compare(old: &Revision, new: &Revision) -> Diff {
    let mut interner = Interner::default();
    let deep = [old, new].map(|revision| Keys::new(&revision.policy, None, &mut interner));
    let [old_deep, new_deep] = deep;
    let matched = lets::matched(&old.policy, &old_deep, &new.policy, &new_deep);
    let old_names: Vec<String> = old.policy.lets.iter().map(|declared| declared.name.clone()).collect();
    let new_names = matched.names_in_old(&old_names, &new.policy);
    let old_named = Keys::new(&old.policy, Some(&old_names), &mut interner);
    let new_named = Keys::new(&new.policy, Some(&new_names), &mut interner);
    let mut compared = Compared {
        old,
        new,
        old_keys: AllKeys { deep: old_deep, named: old_named },
        new_keys: AllKeys { deep: new_deep, named: new_named },
        interner,
    };
    let mut changes = settings::changes(old, new);
    changes.extend(lets::changes(&compared, &matched));
    let mut rules = vec![None; old.blocks().iter().map(|block| block.rules.len()).sum()];
    changes.extend(blocks::changes(&mut compared, &mut rules));
    Diff { changes, rules }
}

impl Change {
    fn added(title: impl Into<String>, new: Side) -> Change {
        Change { how: How::Added, title: title.into(), old: None, new: Some(new), parts: Vec::new() }
    }

    fn removed(title: impl Into<String>, old: Side) -> Change {
        Change { how: How::Removed, title: title.into(), old: Some(old), new: None, parts: Vec::new() }
    }

    fn of(how: How, title: impl Into<String>, old: Side, new: Side) -> Change {
        Change { how, title: title.into(), old: Some(old), new: Some(new), parts: Vec::new() }
    }

    /// A change of something that is a short text, if it is one.
    fn of_text(title: &str, old: impl Into<String>, new: impl Into<String>) -> Option<Change> {
        let [old, new] = [old.into(), new.into()].map(|text| Side { place: None, text });
        (old != new).then(|| Change::of(How::Changed, title, old, new))
    }
}

#[cfg(test)]
mod tests;
