//! The versions of what is replaced while it is used: the one in force, and earlier ones that are still held.
//!
//! It is written over the primitives of `super::sync`, and for anything that has an id, so that the model checker runs this
//! very text (`super::model`).
//!
//! Invariants: an id is listed once. An earlier version is listed as long as it is held, but not more than so many of them.
//! The lock is held for a few moves; what is no longer listed is dropped after it is released, so nobody waits for that.

use std::sync::PoisonError;

use super::sync::{Arc, RwLock};

/// Something that has versions.
pub(super) trait Version {
    /// What tells versions apart.
    type Id: Copy + Eq;

    /// Which version it is.
    fn id(&self) -> Self::Id;
}

/// The version in force and the earlier ones.
#[derive(Debug)]
pub(super) struct Versions<V> {
    list: RwLock<List<V>>,
}

#[derive(Debug)]
struct List<V> {
    current: Listed<V>,
    /// The oldest first.
    earlier: Vec<Listed<V>>,
    /// How many earlier ones there may be.
    most: usize,
    /// How many versions there have been.
    count: u64,
}

#[derive(Debug)]
struct Listed<V> {
    version: Arc<V>,
    /// Tells it from a version of the same id that was given up before.
    serial: u64,
    holds: usize,
}

impl<V: Version> Versions<V> {
    pub(super) fn new(first: Arc<V>, most: usize) -> Versions<V> {
        let current = Listed { version: first, serial: 0, holds: 0 };
        Versions { list: RwLock::new(List { current, earlier: Vec::new(), most, count: 1 }) }
    }

    /// The version in force.
    pub(super) fn current(&self) -> Arc<V> {
        Arc::clone(&self.list.read().unwrap_or_else(PoisonError::into_inner).current.version)
    }

    /// The version of this id, if it is in force or held.
    pub(super) fn get(&self, id: V::Id) -> Option<Arc<V>> {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        list.all().find(|listed| listed.version.id() == id).map(|listed| Arc::clone(&listed.version))
    }

    /// How many earlier versions are held.
    pub(super) fn earlier(&self) -> usize {
        self.list.read().unwrap_or_else(PoisonError::into_inner).earlier.len()
    }

    /// Puts `next` in force and gives the version that was. At most `most` earlier ones stay listed from now on.
    pub(super) fn replace(&self, next: Arc<V>, most: usize) -> Arc<V> {
        let (before, given_up) =
            self.list.write().unwrap_or_else(PoisonError::into_inner).replace(next, most);
        drop(given_up);
        before
    }

    /// Keeps a version listed until the hold is dropped. It may have been replaced since it was in force, also if nobody
    /// held it then. None if there may be no earlier versions.
    pub(super) fn hold(versions: &Arc<Versions<V>>, version: &Arc<V>) -> Option<Hold<V>> {
        let mut list = versions.list.write().unwrap_or_else(PoisonError::into_inner);
        let (serial, given_up) = list.hold(version);
        drop(list);
        drop(given_up);
        Some(Hold { versions: Arc::clone(versions), serial: serial? })
    }

    fn release(&self, serial: u64) {
        let unheld = self.list.write().unwrap_or_else(PoisonError::into_inner).release(serial);
        drop(unheld);
    }
}

impl<V: Version> List<V> {
    fn all(&self) -> impl Iterator<Item = &Listed<V>> {
        [&self.current].into_iter().chain(&self.earlier)
    }

    /// The version before, and those that are given up.
    fn replace(&mut self, next: Arc<V>, most: usize) -> (Arc<V>, Vec<Listed<V>>) {
        self.most = most;
        let id = next.id();
        if self.current.version.id() == id {
            return (std::mem::replace(&mut self.current.version, next), self.give_up());
        }
        let known = self.earlier.iter().position(|listed| listed.version.id() == id);
        let known = known.map(|index| self.earlier.remove(index));
        let (serial, holds) = known.as_ref().map_or((self.count, 0), |listed| (listed.serial, listed.holds));
        self.count = self.count.saturating_add(1);
        let before = std::mem::replace(&mut self.current, Listed { version: next, serial, holds });
        let version = Arc::clone(&before.version);
        if before.holds > 0 {
            self.earlier.push(before);
        }
        let mut given_up = self.give_up();
        given_up.extend(known);
        (version, given_up)
    }

    /// The serial number of the version, unless there is no room for it, and those that are given up.
    fn hold(&mut self, version: &Arc<V>) -> (Option<u64>, Vec<Listed<V>>) {
        let List { current, earlier, .. } = self;
        let id = version.id();
        if let Some(listed) = earlier.iter_mut().chain([current]).find(|listed| listed.version.id() == id) {
            listed.holds = listed.holds.saturating_add(1);
            return (Some(listed.serial), Vec::new());
        }
        let serial = self.count;
        self.count = serial.saturating_add(1);
        self.earlier.push(Listed { version: Arc::clone(version), serial, holds: 1 });
        let given_up = self.give_up();
        ((!self.earlier.is_empty()).then_some(serial), given_up)
    }

    /// Those that are too many, the oldest of them.
    fn give_up(&mut self) -> Vec<Listed<V>> {
        let many = self.earlier.len().saturating_sub(self.most);
        self.earlier.drain(..many).collect()
    }

    /// The earlier version that nobody holds any more.
    fn release(&mut self, serial: u64) -> Option<Listed<V>> {
        let List { current, earlier, .. } = self;
        let listed = earlier.iter_mut().chain([current]).find(|listed| listed.serial == serial)?;
        listed.holds = listed.holds.saturating_sub(1);
        let unheld = earlier.iter().position(|listed| listed.holds == 0)?;
        Some(earlier.remove(unheld))
    }
}

/// Keeps a version listed. It is not in force for that.
#[derive(Debug)]
pub(super) struct Hold<V: Version> {
    versions: Arc<Versions<V>>,
    serial: u64,
}

impl<V: Version> Drop for Hold<V> {
    fn drop(&mut self) {
        self.versions.release(self.serial);
    }
}
