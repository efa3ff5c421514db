//! Lets: matched by name, and those that are left by what they stand for, which is then a new name.

use std::collections::{BTreeMap, HashMap};

use sqrt_compiler::ir::{Let, Policy};

use super::keys::{Key, Keys};
use super::{Change, Compared, How};

/// Which let is which.
pub(super) struct Matched {
    /// Of each let of the new policy the old one.
    old_of_new: Vec<Option<usize>>,
    has_new: Vec<bool>,
}

impl Matched {
    /// The names that the lets of the new policy had in the old one; a new let has its own, marked, as another may have had it.
    pub(super) fn names_in_old(&self, old_names: &[String], new: &Policy) -> Vec<String> {
        let name = |(old, declared): (&Option<usize>, &Let)| match old.and_then(|old| old_names.get(old)) {
            Some(name) => name.clone(),
            None => format!("new {}", declared.name),
        };
        self.old_of_new.iter().zip(&new.lets).map(name).collect()
    }
}

/// Matches the lets of two policies by their deep keys.
pub(super) fn matched(old: &Policy, old_keys: &Keys, new: &Policy, new_keys: &Keys) -> Matched {
    let by_name: HashMap<&str, usize> =
        old.lets.iter().enumerate().map(|(index, declared)| (declared.name.as_str(), index)).collect();
    let mut has_new = vec![false; old.lets.len()];
    let mut old_of_new: Vec<Option<usize>> =
        new.lets.iter().map(|declared| by_name.get(declared.name.as_str()).copied()).collect();
    for old in old_of_new.iter().flatten() {
        if let Some(has) = has_new.get_mut(*old) {
            *has = true;
        }
    }
    // Those that are left, by what they stand for, the first of each with the first.
    let mut left: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (index, key) in old_keys.lets.iter().enumerate().rev() {
        if let (Some(key), Some(false)) = (key, has_new.get(index)) {
            left.entry(*key).or_default().push(index);
        }
    }
    for (place, key) in old_of_new.iter_mut().zip(&new_keys.lets).filter(|(old, _)| old.is_none()) {
        let found = key.and_then(|key| left.get_mut(&key)).and_then(Vec::pop);
        if let Some(has) = found.and_then(|found| has_new.get_mut(found)) {
            *has = true;
        }
        *place = found;
    }
    Matched { old_of_new, has_new }
}

/// The lets that differ.
pub(super) fn changes(compared: &Compared<'_>, matched: &Matched) -> Vec<Change> {
    let (old, new) = (compared.old, compared.new);
    let title = |declared: &Let| format!("let {}", declared.name);
    let mut changes = Vec::new();
    for ((index, declared), before) in new.policy.lets.iter().enumerate().zip(&matched.old_of_new) {
        let now = new.side(new.let_value(declared));
        let Some((at, before)) = before.and_then(|at| Some((at, old.policy.lets.get(at)?))) else {
            changes.push(Change::added(title(declared), now));
            continue;
        };
        let said = old.side(old.let_value(before));
        let same = |old: &Keys, new: &Keys| {
            let keys = (old.lets.get(at).copied().flatten(), new.lets.get(index).copied().flatten());
            keys.0.is_some() && keys.0 == keys.1
        };
        let is_same = said.text == now.text
            || same(&compared.old_keys.named, &compared.new_keys.named)
            || same(&compared.old_keys.deep, &compared.new_keys.deep);
        let is_renamed = before.name != declared.name;
        let description = description(before.description.as_deref(), declared.description.as_deref());
        if is_same && !is_renamed && description.is_none() {
            continue;
        }
        let mut change = match (is_renamed, is_same) {
            (true, _) => {
                let [mut said, mut now] = [said, now];
                (said.text, now.text) = (before.name.clone(), declared.name.clone());
                Change::of(How::Renamed, title(before), said, now)
            }
            (false, true) => {
                Change { old: None, new: None, ..Change::of(How::Changed, title(declared), said, now) }
            }
            (false, false) => Change::of(How::Changed, title(declared), said, now),
        };
        change.parts.extend(description);
        changes.push(change);
    }
    for (declared, _) in old.policy.lets.iter().zip(&matched.has_new).filter(|(_, has_new)| !**has_new) {
        changes.push(Change::removed(title(declared), old.side(old.let_value(declared))));
    }
    changes
}

/// A change of what a doc comment says, which answers repeat.
pub(super) fn description(old: Option<&str>, new: Option<&str>) -> Option<Change> {
    Change::of_text("description", old.unwrap_or_default(), new.unwrap_or_default())
}
