//! Ways to hold a finite set of tag ids, each as plain as it can be while no operation of it is needlessly slow.

use roaring::RoaringBitmap;
use smallvec::SmallVec;
use sqrt_vm::metadata::{MetaSet, TagId};

/// What the engine does with the listed tags of metadata sets.
pub(crate) trait Candidate: Default {
    const NAME: &'static str;
    /// The set of these ids, which ascend.
    fn of(ids: &[u32]) -> Self;
    fn overlaps(&self, other: &Self) -> bool;
    fn is_subset(&self, other: &Self) -> bool;
    fn contains(&self, id: u32) -> bool;
    fn union(&mut self, other: &Self);
    fn assign(&mut self, other: &Self);
    fn len(&self) -> usize;
}

fn bit(id: u32) -> (usize, u64) {
    ((id / u64::BITS) as usize, 1 << (id % u64::BITS))
}

/// Machine words from id 0 to the highest.
#[derive(Default)]
pub(crate) struct Words(SmallVec<[u64; 4]>);

impl Candidate for Words {
    const NAME: &'static str = "words";

    fn of(ids: &[u32]) -> Self {
        let mut words = SmallVec::from_elem(0, ids.last().map_or(0, |&id| bit(id).0 + 1));
        for (index, mask) in ids.iter().map(|&id| bit(id)) {
            words[index] |= mask;
        }
        Words(words)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(left, right)| left & right != 0)
    }

    fn is_subset(&self, other: &Self) -> bool {
        self.0.len() <= other.0.len() && self.0.iter().zip(&other.0).all(|(left, right)| left & !right == 0)
    }

    fn contains(&self, id: u32) -> bool {
        let (index, mask) = bit(id);
        self.0.get(index).is_some_and(|word| word & mask != 0)
    }

    fn union(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(left, right)| *left |= right);
    }

    fn assign(&mut self, other: &Self) {
        self.0.clear();
        self.0.extend_from_slice(&other.0);
    }

    fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// Machine words from the first that has a bit to the last.
#[derive(Default)]
pub(crate) struct Window {
    first: usize,
    words: SmallVec<[u64; 4]>,
}

impl Window {
    /// The words from the word `first` on that both have.
    fn common<'s>(&'s self, other: &'s Self) -> impl Iterator<Item = (u64, u64)> + 's {
        let first = self.first.max(other.first);
        let from = |window: &'s Window| window.words.get(first - window.first..).unwrap_or_default();
        from(self).iter().copied().zip(from(other).iter().copied())
    }
}

impl Candidate for Window {
    const NAME: &'static str = "window";

    fn of(ids: &[u32]) -> Self {
        let Some((&low, &high)) = ids.first().zip(ids.last()) else { return Window::default() };
        let first = bit(low).0;
        let mut words = SmallVec::from_elem(0, bit(high).0 - first + 1);
        for (index, mask) in ids.iter().map(|&id| bit(id)) {
            words[index - first] |= mask;
        }
        Window { first, words }
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.common(other).any(|(left, right)| left & right != 0)
    }

    fn is_subset(&self, other: &Self) -> bool {
        self.first >= other.first
            && self.first + self.words.len() <= other.first + other.words.len()
            && self.common(other).all(|(left, right)| left & !right == 0)
    }

    fn contains(&self, id: u32) -> bool {
        let (index, mask) = bit(id);
        let word = index.checked_sub(self.first).and_then(|index| self.words.get(index));
        word.is_some_and(|word| word & mask != 0)
    }

    fn union(&mut self, other: &Self) {
        if self.words.is_empty() {
            return self.assign(other);
        }
        if other.first < self.first {
            let more = self.first - other.first;
            let old = self.words.len();
            self.words.resize(old + more, 0);
            self.words.copy_within(..old, more);
            self.words[..more].fill(0);
            self.first = other.first;
        }
        let end = other.first + other.words.len() - self.first;
        if self.words.len() < end {
            self.words.resize(end, 0);
        }
        let from = &mut self.words[other.first - self.first..];
        from.iter_mut().zip(&other.words).for_each(|(left, right)| *left |= right);
    }

    fn assign(&mut self, other: &Self) {
        self.first = other.first;
        self.words.clear();
        self.words.extend_from_slice(&other.words);
    }

    fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// The words that have a bit, each with its index, ascending.
#[derive(Default)]
pub(crate) struct Sparse(SmallVec<[(u32, u64); 3]>);

impl Sparse {
    /// Pairs of words of the same index.
    fn any_common(&self, other: &Self, test: impl Fn(u64, u64) -> bool) -> bool {
        let (few, many) = if self.0.len() <= other.0.len() { (self, other) } else { (other, self) };
        if few.0.len() * 8 < many.0.len() {
            return few.0.iter().any(|(index, word)| {
                let found = many.0.binary_search_by_key(index, |pair| pair.0);
                found.is_ok_and(|at| test(*word, many.0[at].1))
            });
        }
        let (mut left, mut right) = (0, 0);
        while let (Some(a), Some(b)) = (few.0.get(left), many.0.get(right)) {
            if a.0 == b.0 && test(a.1, b.1) {
                return true;
            }
            left += usize::from(a.0 <= b.0);
            right += usize::from(b.0 <= a.0);
        }
        false
    }
}

impl Candidate for Sparse {
    const NAME: &'static str = "sparse";

    fn of(ids: &[u32]) -> Self {
        let mut words: SmallVec<[(u32, u64); 3]> = SmallVec::new();
        for &id in ids {
            let (index, mask) = bit(id);
            match words.last_mut() {
                Some(last) if last.0 == index as u32 => last.1 |= mask,
                _ => words.push((index as u32, mask)),
            }
        }
        Sparse(words)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.any_common(other, |left, right| left & right != 0)
    }

    fn is_subset(&self, other: &Self) -> bool {
        if self.0.len() > other.0.len() {
            return false;
        }
        if self.0.len() * 8 < other.0.len() {
            return self.0.iter().all(|(index, word)| {
                let found = other.0.binary_search_by_key(index, |pair| pair.0);
                found.is_ok_and(|at| word & !other.0[at].1 == 0)
            });
        }
        let mut right = other.0.iter();
        self.0.iter().all(|(index, word)| {
            let found = right.find(|pair| pair.0 >= *index);
            found.is_some_and(|pair| pair.0 == *index && word & !pair.1 == 0)
        })
    }

    fn contains(&self, id: u32) -> bool {
        let (index, mask) = bit(id);
        let found = self.0.binary_search_by_key(&(index as u32), |pair| pair.0);
        found.is_ok_and(|at| self.0[at].1 & mask != 0)
    }

    fn union(&mut self, other: &Self) {
        // Counted first, then merged from the end, so in place.
        let (mut new, mut left) = (0, 0);
        for pair in &other.0 {
            while self.0.get(left).is_some_and(|own| own.0 < pair.0) {
                left += 1;
            }
            match self.0.get_mut(left) {
                Some(own) if own.0 == pair.0 => own.1 |= pair.1,
                _ => new += 1,
            }
        }
        if new == 0 {
            return;
        }
        let old = self.0.len();
        self.0.resize(old + new, (0, 0));
        let (mut read, mut write, mut right) = (old, old + new, other.0.len());
        while right > 0 && write > read {
            let pair = other.0[right - 1];
            if read > 0 && self.0[read - 1].0 >= pair.0 {
                right -= usize::from(self.0[read - 1].0 == pair.0);
                self.0[write - 1] = self.0[read - 1];
                read -= 1;
            } else {
                self.0[write - 1] = pair;
                right -= 1;
            }
            write -= 1;
        }
    }

    fn assign(&mut self, other: &Self) {
        self.0.clear();
        self.0.extend_from_slice(&other.0);
    }

    fn len(&self) -> usize {
        self.0.iter().map(|(_, word)| word.count_ones() as usize).sum()
    }
}

/// The ids, ascending.
#[derive(Default)]
pub(crate) struct Ids(SmallVec<[u32; 8]>);

impl Candidate for Ids {
    const NAME: &'static str = "ids";

    fn of(ids: &[u32]) -> Self {
        Ids(SmallVec::from_slice(ids))
    }

    fn overlaps(&self, other: &Self) -> bool {
        let (few, many) = if self.0.len() <= other.0.len() { (self, other) } else { (other, self) };
        if few.0.len() * 8 < many.0.len() {
            return few.0.iter().any(|id| many.contains(*id));
        }
        let (mut left, mut right) = (0, 0);
        while let (Some(a), Some(b)) = (few.0.get(left), many.0.get(right)) {
            if a == b {
                return true;
            }
            left += usize::from(a < b);
            right += usize::from(b < a);
        }
        false
    }

    fn is_subset(&self, other: &Self) -> bool {
        if self.0.len() > other.0.len() {
            return false;
        }
        if self.0.len() * 8 < other.0.len() {
            return self.0.iter().all(|id| other.contains(*id));
        }
        let mut right = other.0.iter();
        self.0.iter().all(|id| right.find(|other| *other >= id) == Some(id))
    }

    fn contains(&self, id: u32) -> bool {
        self.0.binary_search(&id).is_ok()
    }

    fn union(&mut self, other: &Self) {
        let old = self.0.len();
        self.0.resize(old + other.0.len(), 0);
        let (mut read, mut write, mut right) = (old, self.0.len(), other.0.len());
        while right > 0 {
            let id = other.0[right - 1];
            let own = read.checked_sub(1).map(|at| self.0[at]);
            right -= usize::from(own <= Some(id));
            read -= usize::from(own >= Some(id));
            self.0[write - 1] = own.map_or(id, |own| own.max(id));
            write -= 1;
        }
        self.0.drain(read..write);
    }

    fn assign(&mut self, other: &Self) {
        self.0.clear();
        self.0.extend_from_slice(&other.0);
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// A roaring bitmap.
#[derive(Default)]
pub(crate) struct Roaring(RoaringBitmap);

impl Candidate for Roaring {
    const NAME: &'static str = "roaring";

    fn of(ids: &[u32]) -> Self {
        Roaring(ids.iter().copied().collect())
    }

    fn overlaps(&self, other: &Self) -> bool {
        !self.0.is_disjoint(&other.0)
    }

    fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    fn contains(&self, id: u32) -> bool {
        self.0.contains(id)
    }

    fn union(&mut self, other: &Self) {
        self.0 |= &other.0;
    }

    fn assign(&mut self, other: &Self) {
        self.0.clone_from(&other.0);
    }

    fn len(&self) -> usize {
        self.0.len() as usize
    }
}

/// The engine's sets: the first words always, of the others those that have a bit.
#[derive(Default)]
pub(crate) struct Engine(MetaSet);

impl Candidate for Engine {
    const NAME: &'static str = "engine";

    fn of(ids: &[u32]) -> Self {
        let mut set = MetaSet::empty();
        ids.iter().for_each(|&id| set.insert(TagId(id)));
        Engine(set)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.0.view().overlaps(other.0.view())
    }

    fn is_subset(&self, other: &Self) -> bool {
        self.0.view().is_subset(other.0.view())
    }

    fn contains(&self, id: u32) -> bool {
        self.0.view().contains(TagId(id))
    }

    fn union(&mut self, other: &Self) {
        self.0.union(other.0.view());
    }

    fn assign(&mut self, other: &Self) {
        self.0.assign(other.0.view());
    }

    fn len(&self) -> usize {
        self.0.view().listed_len()
    }
}
