//! The ids of a session's calls: which calls are pending, so that each is finished at most once.
//!
//! Ids count up from 0. Those of pending calls are kept as ascending ranges, so that a host that checks calls and never
//! finishes them costs one range. Over the limit the oldest call is forgotten.
//!
//! Invariants: ranges are not empty, ascend and do not touch; they are below `next`, and none is below `forgotten`. An id
//! below `forgotten` that is not pending may have been forgotten; one above it was finished.

use std::ops::Range;

use smallvec::SmallVec;

/// The first number that is no id: beyond it, readers of JSON that know only doubles would mix ids up.
const END: u64 = 1 << 53;

/// The ids of a session's calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CallIds {
    next: u64,
    /// Every id that was forgotten is below.
    forgotten: u64,
    /// First id and the id after the last one.
    pending: SmallVec<[(u64, u64); 2]>,
    count: usize,
}

/// Why a call is not pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotPending {
    /// It is finished, or there never was such a call.
    Finished,
    /// It may be one that was forgotten.
    Forgotten,
}

impl CallIds {
    /// Ids as they were: `pending` are pending.
    ///
    /// # Errors
    /// What is wrong with them, for people.
    pub(crate) fn restore(next: u64, forgotten: u64, pending: &[u64]) -> Result<CallIds, &'static str> {
        if next > END {
            return Err("`next_call` is beyond 2^53");
        }
        if forgotten > next {
            return Err("`forgotten` is beyond `next_call`");
        }
        let mut ids = CallIds { next, forgotten, ..CallIds::default() };
        for &id in pending {
            if id < ids.pending.last().map_or(forgotten, |&(_, end)| end) {
                return Err("`pending` does not ascend from `forgotten` on");
            }
            if id >= next {
                return Err("`pending` is not below `next_call`");
            }
            ids.push(id);
        }
        Ok(ids)
    }

    /// Whether there is no id for another call.
    pub(crate) fn are_used_up(&self) -> bool {
        self.next >= END
    }

    /// The id of a new call, which is pending. With more than `limit` of them the oldest is forgotten.
    pub(crate) fn open(&mut self, limit: usize) -> u64 {
        let id = self.next;
        self.next = id.saturating_add(1);
        self.push(id);
        if self.count > limit {
            self.forget_oldest();
        }
        id
    }

    /// Takes a call off the list.
    pub(crate) fn close(&mut self, id: u64) -> Result<(), NotPending> {
        let place = self.pending.partition_point(|&(_, end)| end <= id);
        match self.pending.get_mut(place) {
            Some((first, end)) if *first <= id => {
                let rest = (id + 1, *end);
                *end = id;
                let before_is_empty = *first == id;
                match (before_is_empty, rest.0 == rest.1) {
                    (true, true) => drop(self.pending.remove(place)),
                    (true, false) => self.pending.get_mut(place).into_iter().for_each(|range| *range = rest),
                    (false, true) => {}
                    (false, false) => self.pending.insert(place + 1, rest),
                }
                self.count = self.count.saturating_sub(1);
                Ok(())
            }
            _ if id < self.forgotten => Err(NotPending::Forgotten),
            _ => Err(NotPending::Finished),
        }
    }

    /// The id of the next call.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Ids below may have been forgotten.
    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// How many are pending.
    pub(crate) fn pending_len(&self) -> usize {
        self.count
    }

    /// Whether one of a range is pending.
    pub(crate) fn has_pending(&self, ids: Range<u64>) -> bool {
        let place = self.pending.partition_point(|&(_, end)| end <= ids.start);
        self.pending.get(place).is_some_and(|&(first, _)| first.max(ids.start) < ids.end)
    }

    /// The pending ones, ascending.
    pub(crate) fn pending(&self) -> impl Iterator<Item = u64> + '_ {
        self.pending.iter().flat_map(|&(first, end)| first..end)
    }

    fn push(&mut self, id: u64) {
        match self.pending.last_mut() {
            Some((_, end)) if *end == id => *end = id.saturating_add(1),
            _ => self.pending.push((id, id.saturating_add(1))),
        }
        self.count = self.count.saturating_add(1);
    }

    fn forget_oldest(&mut self) {
        let Some((first, end)) = self.pending.first_mut() else { return };
        *first = first.saturating_add(1);
        self.forgotten = *first;
        if first == end {
            self.pending.remove(0);
        }
        self.count = self.count.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::{CallIds, END, NotPending};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        /// Against a plain set of ids.
        #[test]
        fn ids_agree_with_a_set(steps in prop::collection::vec((any::<bool>(), 0..40u64), 0..120), limit in 1..12usize) {
            let (mut ids, mut pending, mut forgotten) = (CallIds::default(), BTreeSet::new(), BTreeSet::new());
            let mut next = 0;
            for (open, id) in steps {
                if open {
                    prop_assert_eq!(ids.open(limit), next);
                    pending.insert(next);
                    next += 1;
                    if pending.len() > limit {
                        forgotten.extend(pending.pop_first());
                    }
                } else {
                    let closed = ids.close(id);
                    prop_assert_eq!(closed.is_ok(), pending.remove(&id));
                    if closed.is_err() && (forgotten.contains(&id) || id >= next) {
                        prop_assert_eq!(closed == Err(NotPending::Forgotten), forgotten.contains(&id));
                    }
                }
                prop_assert_eq!(ids.pending().collect::<Vec<_>>(), pending.iter().copied().collect::<Vec<_>>());
                prop_assert_eq!(ids.pending_len(), pending.len());
                let (from, to) = (id.min(20), id.max(10));
                prop_assert_eq!(ids.has_pending(from..to), pending.range(from..to).next().is_some());
                let all: Vec<u64> = ids.pending().collect();
                prop_assert_eq!(&CallIds::restore(ids.next(), ids.forgotten(), &all).unwrap(), &ids);
            }
        }
    }

    #[test]
    fn checking_without_finishing_keeps_one_range() {
        let mut ids = CallIds::default();
        for _ in 0..10_000 {
            ids.open(1024);
        }
        assert_eq!((ids.pending_len(), ids.pending.len(), ids.forgotten()), (1024, 1, 10_000 - 1024));
        assert_eq!((ids.close(5), ids.close(9_999)), (Err(NotPending::Forgotten), Ok(())));
        assert_eq!(
            (ids.close(9_999), ids.close(10_000)),
            (Err(NotPending::Finished), Err(NotPending::Finished))
        );
    }

    #[test]
    fn wrong_ids_are_not_restored() {
        for (next, forgotten, pending) in [
            (END + 1, 0, &[][..]),
            (3, 4, &[]),
            (3, 0, &[3]),
            (9, 0, &[2, 1]),
            (9, 0, &[2, 2]),
            (9, 5, &[4, 6]),
        ] {
            assert!(CallIds::restore(next, forgotten, pending).is_err(), "{next} {forgotten} {pending:?}");
        }
        assert!(CallIds::restore(END, 0, &[END - 1]).unwrap().are_used_up());
    }
}
