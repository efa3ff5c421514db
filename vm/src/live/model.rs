//! The shared parts under a model checker: every interleaving of a few threads.
//!
//! `versions.rs` and `by_name.rs` are compiled here once more, the same files, over loom's primitives in the place of those of
//! `std`. [`loom::model`] runs a model once for each way to interleave its threads, and fails if one of them asserts
//! something wrong, waits for ever, or leaks.

use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use crate::limits::LimitExceeded;

mod sync {
    pub(super) use loom::sync::{Arc, Mutex, RwLock};
}

#[allow(clippy::duplicate_mod, reason = "over other primitives")]
#[path = "by_name.rs"]
mod by_name;
#[allow(clippy::duplicate_mod, reason = "over other primitives")]
#[path = "versions.rs"]
mod versions;

use by_name::ByName;
use versions::{Version, Versions};

/// A version that counts how many of them there are.
struct Counted {
    id: usize,
    alive: Arc<AtomicUsize>,
}

impl Counted {
    fn new(id: usize, alive: &Arc<AtomicUsize>) -> Arc<Counted> {
        alive.fetch_add(1, Ordering::SeqCst);
        Arc::new(Counted { id, alive: Arc::clone(alive) })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Version for Counted {
    type Id = usize;

    fn id(&self) -> usize {
        self.id
    }
}

/// Versions, of which the first has the id 1, and how many are alive.
fn versions() -> (Arc<Versions<Counted>>, Arc<AtomicUsize>) {
    let alive = Arc::new(AtomicUsize::new(0));
    (Arc::new(Versions::new(Counted::new(1, &alive), 1)), alive)
}

#[test]
fn a_version_is_seen_whole_and_freed_after_its_last_user() {
    loom::model(|| {
        let (versions, alive) = versions();
        let reader = thread::spawn({
            let versions = Arc::clone(&versions);
            move || {
                let (first, second) = (versions.current(), versions.current());
                // What is used is alive, and what is asked for later is not older.
                assert!(first.alive.load(Ordering::SeqCst) > 0 && first.id <= second.id);
            }
        });
        let before = versions.replace(Counted::new(2, &alive), 4);
        assert_eq!((before.id, versions.current().id), (1, 2));
        drop(before);
        reader.join().unwrap();
        assert_eq!((alive.load(Ordering::SeqCst), versions.get(1).is_none()), (1, true));
    });
}

#[test]
fn a_held_version_is_found_until_the_last_hold_goes() {
    loom::model(|| {
        let (versions, alive) = versions();
        let holder = thread::spawn({
            let versions = Arc::clone(&versions);
            move || {
                // It may be replaced between the two steps.
                let version = versions.current();
                let hold = Versions::hold(&versions, &version);
                assert!(versions.get(version.id()).is_some());
                drop((version, hold));
            }
        });
        drop(versions.replace(Counted::new(2, &alive), 1));
        drop(versions.replace(Counted::new(1, &alive), 1));
        holder.join().unwrap();
        assert_eq!((versions.earlier(), alive.load(Ordering::SeqCst)), (0, 1));
    });
}

#[test]
fn the_oldest_version_is_given_up_and_its_hold_harms_nobody() {
    loom::model(|| {
        let (versions, alive) = versions();
        let hold = |versions: &Arc<Versions<Counted>>| Versions::hold(versions, &versions.current()).unwrap();
        let first = hold(&versions);
        drop(versions.replace(Counted::new(2, &alive), 1));
        let second = hold(&versions);
        let other = thread::spawn({
            let (versions, alive) = (Arc::clone(&versions), Arc::clone(&alive));
            move || {
                // Gives up version 1 if that is still held; then comes a version of the same id.
                drop(versions.replace(Counted::new(3, &alive), 1));
                drop(versions.replace(Counted::new(1, &alive), 2));
                let again = hold(&versions);
                drop(versions.replace(Counted::new(4, &alive), 2));
                assert!(versions.get(1).is_some());
                drop(again);
            }
        });
        drop(first);
        other.join().unwrap();
        assert!(versions.get(2).is_some());
        drop(second);
        assert_eq!((versions.earlier(), alive.load(Ordering::SeqCst)), (0, 1));
    });
}

/// One more, in a way that loses a step if two do it at the same time.
fn step(values: &ByName<usize>) {
    let stepped: Result<(), LimitExceeded> = values.with(
        "s",
        1,
        || Ok(0),
        |taken| {
            assert!(!taken.abandoned);
            let before = *taken.value;
            thread::yield_now();
            *taken.value = before + 1;
        },
    );
    stepped.unwrap();
}

#[test]
fn turns_come_one_after_another() {
    loom::model(|| {
        let values = Arc::new(ByName::new());
        let other = thread::spawn({
            let values = Arc::clone(&values);
            move || step(&values)
        });
        step(&values);
        other.join().unwrap();
        let read = values.with(
            "s",
            1,
            || Err(LimitExceeded::check("never", 1, 0).unwrap_err()),
            |taken| *taken.value,
        );
        assert_eq!(read, Ok(2));
    });
}

#[test]
fn nothing_is_lost_when_a_value_is_taken_away() {
    loom::model(|| {
        let (values, stored) = (Arc::new(ByName::new()), Arc::new(AtomicUsize::new(0)));
        let other = thread::spawn({
            let values = Arc::clone(&values);
            move || step(&values)
        });
        step(&values);
        let store = |stored: &AtomicUsize, value: usize| {
            let before = stored.load(Ordering::SeqCst);
            thread::yield_now();
            stored.store(before + value, Ordering::SeqCst);
        };
        let close = || {
            values.close("s", |taken| {
                store(&stored, *taken.value);
                Ok::<(), ()>(())
            })
        };
        assert_eq!(close(), Ok(true));
        other.join().unwrap();
        let _ = close();
        assert_eq!((stored.load(Ordering::SeqCst), values.names().len()), (2, 0));
    });
}

/// As `Sessions` does it: the version is asked for in the turn.
#[test]
fn versions_do_not_go_back_in_a_value() {
    loom::model(|| {
        let (versions, alive) = versions();
        let values = Arc::new(ByName::new());
        let turn = |values: &ByName<usize>, versions: &Versions<Counted>| {
            let ran: Result<(), LimitExceeded> = values.with(
                "s",
                1,
                || Ok(0),
                |taken| {
                    let now = versions.current().id();
                    assert!(*taken.value <= now);
                    *taken.value = now;
                },
            );
            ran.unwrap();
        };
        let other = thread::spawn({
            let (values, versions) = (Arc::clone(&values), Arc::clone(&versions));
            move || turn(&values, &versions)
        });
        drop(versions.replace(Counted::new(2, &alive), 4));
        turn(&values, &versions);
        values.each(|taken| assert_eq!(*taken.value, 2));
        other.join().unwrap();
    });
}
