//! Values by name, each used by one thread at a time, in full.
//!
//! It is written over the primitives of `super::sync`, and for any value, so that the model checker runs this very text
//! (`super::model`).
//!
//! Invariants: a name has one value at a time. Who waits for a value that is taken away gets the one that comes after it.
//! The lock of the names is held for looking up, and never while a value is waited for, made or used: whoever has the lock
//! of a value may take that of the names, not the other way round.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use super::sync::{Arc, Mutex, RwLock};
use crate::limits::LimitExceeded;

/// Values by name. Names come from outside; a map that compares them has no collisions to choose.
#[derive(Debug)]
pub(super) struct ByName<V> {
    slots: RwLock<BTreeMap<Box<str>, Shared<V>>>,
}

type Shared<V> = Arc<Mutex<Slot<V>>>;

#[derive(Debug)]
struct Slot<V> {
    /// None until somebody has made it.
    value: Option<V>,
    /// Only the next user can see that it is, if the one before has panicked.
    in_use: bool,
    /// Whether it is no longer that of its name.
    gone: bool,
}

/// A value that is used.
#[derive(Debug)]
pub(super) struct Taken<'v, V> {
    pub(super) value: &'v mut V,
    /// Whether the use before has panicked: the value may be half changed.
    pub(super) abandoned: bool,
}

impl<V> ByName<V> {
    pub(super) fn new() -> ByName<V> {
        ByName { slots: RwLock::new(BTreeMap::new()) }
    }

    pub(super) fn names(&self) -> Vec<Box<str>> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// Uses the value of this name, which is made if there is none, unless there are `most` already.
    ///
    /// # Errors
    /// If there are too many, and that of `make`. Nothing is there then that was not before.
    pub(super) fn with<R, E: From<LimitExceeded>>(
        &self,
        name: &str,
        most: usize,
        make: impl Fn() -> Result<V, E>,
        apply: impl FnOnce(Taken<'_, V>) -> R,
    ) -> Result<R, E> {
        loop {
            let shared = self.slot(name, most)?;
            let mut slot = shared.lock().unwrap_or_else(PoisonError::into_inner);
            if slot.gone {
                continue;
            }
            if slot.value.is_none() {
                match make() {
                    Ok(value) => slot.value = Some(value),
                    Err(error) => {
                        self.forget(name, &mut slot);
                        return Err(error);
                    }
                }
            }
            if let Some(taken) = slot.take() {
                let result = apply(taken);
                slot.in_use = false;
                return Ok(result);
            }
        }
    }

    /// Takes the value of this name away once `keep` has it elsewhere, and says whether there was one. Who asks for
    /// the name meanwhile waits.
    ///
    /// # Errors
    /// That of `keep`; the value stays then.
    pub(super) fn close<E>(
        &self,
        name: &str,
        keep: impl FnOnce(Taken<'_, V>) -> Result<(), E>,
    ) -> Result<bool, E> {
        loop {
            let found = self.slots.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
            let Some(shared) = found else { return Ok(false) };
            let mut slot = shared.lock().unwrap_or_else(PoisonError::into_inner);
            if slot.gone {
                continue;
            }
            let kept = slot.take().map(keep);
            slot.in_use = false;
            let was_there = kept.transpose()?.is_some();
            self.forget(name, &mut slot);
            return Ok(was_there);
        }
    }

    /// Uses each value that is there, one after another.
    pub(super) fn each(&self, mut apply: impl FnMut(Taken<'_, V>)) {
        let all: Vec<Shared<V>> =
            self.slots.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        for shared in all {
            let mut slot = shared.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(taken) = slot.take() {
                apply(taken);
                slot.in_use = false;
            }
        }
    }

    /// The slot of this name, a new one if it has none.
    fn slot(&self, name: &str, most: usize) -> Result<Shared<V>, LimitExceeded> {
        if let Some(slot) = self.slots.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(Arc::clone(slot));
        }
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(name) {
            return Ok(Arc::clone(slot));
        }
        LimitExceeded::check("live_sessions", slots.len().saturating_add(1), most)?;
        let slot = Arc::new(Mutex::new(Slot { value: None, in_use: false, gone: false }));
        slots.insert(name.into(), Arc::clone(&slot));
        Ok(slot)
    }

    /// Takes the slot of this name, whose lock the caller has, off the map.
    fn forget(&self, name: &str, slot: &mut Slot<V>) {
        slot.gone = true;
        slot.value = None;
        self.slots.write().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

impl<V> Slot<V> {
    /// Its value, in use from now on.
    fn take(&mut self) -> Option<Taken<'_, V>> {
        let value = self.value.as_mut()?;
        let abandoned = std::mem::replace(&mut self.in_use, true);
        Some(Taken { value, abandoned })
    }
}
