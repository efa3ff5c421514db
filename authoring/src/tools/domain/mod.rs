//! What a value may be: sets of leaves (S4.4) that are at least as large as what a schema allows.
//!
//! Every set here may be larger than the truth and is never smaller. So what is said of all of it is true of every value.

mod numbers;
mod of_schema;
mod strings;
mod words;

pub(crate) use numbers::Numbers;
pub(crate) use of_schema::{Reader, of_value};
pub(crate) use strings::Strings;

/// So many pairs are looked at to find what two sets have in common.
const MOST_PAIRS: usize = 10_000;

/// Values: scalars, lists and objects.
#[derive(Debug, Clone, Default)]
pub(crate) struct Domain {
    /// The scalars.
    pub(crate) scalars: Leaves,
    /// The lists, if there are some.
    pub(crate) lists: Option<Inner>,
    /// The objects, if there are some.
    pub(crate) objects: Option<Inner>,
}

/// What is in lists or objects.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inner {
    /// The leaves that they may have.
    pub(crate) leaves: Leaves,
    /// Whether they may have none.
    pub(crate) leafless: bool,
}

/// Leaves: scalars and keys.
#[derive(Debug, Clone, Default)]
pub(crate) struct Leaves {
    pub(crate) null: bool,
    pub(crate) yes: bool,
    pub(crate) no: bool,
    pub(crate) numbers: Vec<Numbers>,
    pub(crate) strings: Vec<Strings>,
}

impl Leaves {
    /// All leaves.
    pub(crate) fn anything() -> Leaves {
        Leaves {
            null: true,
            yes: true,
            no: true,
            numbers: vec![Numbers::anything()],
            strings: vec![Strings::anything()],
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        !(self.null || self.yes || self.no) && self.numbers.is_empty() && self.strings.is_empty()
    }

    /// Whether all leaves are in it, so that nothing is known.
    pub(crate) fn is_anything(&self) -> bool {
        self.null
            && self.yes
            && self.no
            && self.numbers.iter().any(Numbers::is_anything)
            && self.strings.iter().any(Strings::is_anything)
    }

    /// What is in both, or more.
    fn meet(&self, other: &Leaves) -> Leaves {
        Leaves {
            null: self.null && other.null,
            yes: self.yes && other.yes,
            no: self.no && other.no,
            numbers: meet_each(&self.numbers, &other.numbers, Numbers::meet),
            strings: meet_each(&self.strings, &other.strings, Strings::meet),
        }
    }

    /// Adds what is in the other.
    pub(crate) fn join(&mut self, other: Leaves) {
        self.null |= other.null;
        self.yes |= other.yes;
        self.no |= other.no;
        self.numbers.extend(other.numbers);
        self.strings.extend(other.strings);
    }
}

/// What parts of one list have in common with parts of another. Where that would take too long one of the lists serves, which
/// has all of it.
fn meet_each<T: Clone>(a: &[T], b: &[T], meet: impl Fn(&T, &T) -> Option<T>) -> Vec<T> {
    if a.len().saturating_mul(b.len()) > MOST_PAIRS {
        return if a.len() < b.len() { a } else { b }.to_vec();
    }
    a.iter().flat_map(|a| b.iter().filter_map(|b| meet(a, b)).collect::<Vec<_>>()).collect()
}

impl Inner {
    fn anything() -> Inner {
        Inner { leaves: Leaves::anything(), leafless: true }
    }

    fn meet(&self, other: &Inner) -> Inner {
        Inner { leaves: self.leaves.meet(&other.leaves), leafless: self.leafless && other.leafless }
    }

    fn join(&mut self, other: Inner) {
        self.leaves.join(other.leaves);
        self.leafless |= other.leafless;
    }
}

impl Domain {
    /// All values.
    pub(crate) fn anything() -> Domain {
        Domain {
            scalars: Leaves::anything(),
            lists: Some(Inner::anything()),
            objects: Some(Inner::anything()),
        }
    }

    pub(crate) fn meet(&self, other: &Domain) -> Domain {
        let inner = |a: &Option<Inner>, b: &Option<Inner>| Some(a.as_ref()?.meet(b.as_ref()?));
        Domain {
            scalars: self.scalars.meet(&other.scalars),
            lists: inner(&self.lists, &other.lists),
            objects: inner(&self.objects, &other.objects),
        }
    }

    fn join(&mut self, other: Domain) {
        self.scalars.join(other.scalars);
        for (mine, theirs) in [(&mut self.lists, other.lists), (&mut self.objects, other.objects)] {
            if let Some(theirs) = theirs {
                mine.get_or_insert_default().join(theirs);
            }
        }
    }

    /// The leaves that a value may have.
    pub(crate) fn leaves(&self) -> Leaves {
        let mut leaves = self.scalars.clone();
        for inner in [&self.lists, &self.objects].into_iter().flatten() {
            leaves.join(inner.leaves.clone());
        }
        leaves
    }

    /// Whether a value may have no leaf: an empty list or object.
    pub(crate) fn may_be_leafless(&self) -> bool {
        [&self.lists, &self.objects].into_iter().flatten().any(|inner| inner.leafless)
    }
}
