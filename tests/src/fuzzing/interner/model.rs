//! A session as sets of strings, with what its calls do and what may stop them.

use super::NAMED;
use sqrt_vm::limits::Limits;
use std::collections::BTreeSet;

/// Whether a string is in what an operator makes, from whether it is in both sides.
type Logic = fn(bool, bool) -> bool;

/// A set as a call gives it.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) complement: bool,
    pub(super) tags: Vec<String>,
}

/// Metadata as a call gives it: tags, producers, consumers.
pub(super) type Parts = [Option<Given>; 3];

/// A set, exactly.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Exact {
    pub(super) complement: bool,
    pub(super) tags: BTreeSet<String>,
}

/// Metadata: tags, producers, consumers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Meta(pub(super) [Exact; 3]);

/// A call that waits to be finished.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub(super) policy: usize,
    id: u64,
    args: Vec<Parts>,
}

/// What may come of finishing a call.
#[derive(Debug)]
pub(super) enum Ends {
    NotPending,
    Forgotten,
    /// The result's metadata, or the limit that is over.
    Decided(Result<Meta, &'static str>),
}

/// The session.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) policy: usize,
    pub(super) metadata: Meta,
    /// What the last call makes of the metadata, if nothing is over a limit.
    staged: Meta,
    next: u64,
    forgotten: u64,
    pending: Vec<u64>,
}

impl Exact {
    fn universal() -> Exact {
        Exact { complement: true, tags: BTreeSet::new() }
    }

    fn combine(&self, other: &Exact, logic: Logic) -> Exact {
        let complement = logic(self.complement, other.complement);
        let has = |set: &Exact, tag: &String| set.tags.contains(tag) != set.complement;
        let tags = self.tags.union(&other.tags);
        let tags = tags.filter(|tag| logic(has(self, tag), has(other, tag)) != complement);
        Exact { complement, tags: tags.cloned().collect() }
    }

    fn union(&self, other: &Exact) -> Exact {
        self.combine(other, |a, b| a || b)
    }

    fn intersect(&self, other: &Exact) -> Exact {
        self.combine(other, |a, b| a && b)
    }
}

impl Given {
    fn has_star(&self) -> bool {
        self.tags.iter().any(|tag| tag == "*")
    }

    fn exact(&self) -> Exact {
        let star = self.has_star();
        let tags = if star { BTreeSet::new() } else { self.tags.iter().cloned().collect() };
        Exact { complement: self.complement != star, tags }
    }
}

impl Default for Meta {
    fn default() -> Meta {
        Meta([Exact::default(), Exact::default(), Exact::universal()])
    }
}

impl Meta {
    fn of(parts: &Parts) -> Meta {
        let mut meta = Meta::default();
        for (set, part) in meta.0.iter_mut().zip(parts) {
            if let Some(part) = part {
                *set = part.exact();
            }
        }
        meta
    }

    /// S2.5
    fn join(&self, other: &Meta) -> Meta {
        let ([a, b, c], [x, y, z]) = (&self.0, &other.0);
        Meta([a.union(x), b.union(y), c.intersect(z)])
    }

    /// The listed tags that a policy does not name.
    pub(super) fn unnamed(&self, policy: usize) -> BTreeSet<String> {
        let listed = self.0.iter().flat_map(|set| &set.tags);
        listed.filter(|tag| !NAMED[policy].contains(&tag.as_str())).cloned().collect()
    }
}

/// The tags of parts as they are given.
pub(super) fn lists(parts: &Parts) -> [Vec<&str>; 3] {
    [0, 1, 2].map(|at| parts[at].iter().flat_map(|set| set.tags.iter().map(String::as_str)).collect())
}

impl Model {
    /// A whole call: the result's metadata, or what is over a limit.
    pub(super) fn evaluate(
        &mut self,
        tool: &str,
        args: &[Parts],
        returned: &Parts,
        limits: &Limits,
    ) -> Result<Meta, &'static str> {
        self.intern(args.iter().chain([returned]), limits)?;
        let all: Vec<Meta> = args.iter().map(Meta::of).collect();
        let initial = all.iter().fold(Meta::default(), |joined, one| joined.join(one));
        let result = initial.join(&Meta::of(returned));
        let session = self.metadata.clone();
        self.after(tool, session, &initial, result, limits)
    }

    /// What the tools do.
    fn after(
        &mut self,
        tool: &str,
        mut session: Meta,
        args: &Meta,
        mut result: Meta,
        limits: &Limits,
    ) -> Result<Meta, &'static str> {
        let operators: [(&str, Logic); 4] = [
            ("add", |a, b| a || b),
            ("keep", |a, b| a && b),
            ("drop", |a, b| a && !b),
            ("swap", |a, b| a != b),
        ];
        if let Some((_, logic)) = operators.iter().find(|(name, _)| *name == tool) {
            session.0[0] = session.0[0].combine(&args.0[0], *logic);
        }
        if tool == "set" {
            session = args.clone();
        }
        if tool == "late" {
            result.0[0] = result.0[0].union(&session.0[0]);
            session.0[0] = session.0[0].union(&result.0[0]);
            session.0[1] = result.0[1].clone();
        }
        self.stage(session, limits)?;
        Ok(result)
    }

    fn stage(&mut self, session: Meta, limits: &Limits) -> Result<(), &'static str> {
        self.staged = session;
        let listed = self.staged.unnamed(self.policy);
        let bytes: usize = listed.iter().map(String::len).sum();
        let over = listed.len() > limits.tags_per_session() || bytes > limits.session_tag_bytes();
        must(over && self.staged != self.metadata, "a limit of the session")
    }

    /// Whether the tags of a call can get ids.
    fn intern<'p>(
        &mut self,
        all: impl Iterator<Item = &'p Parts>,
        limits: &Limits,
    ) -> Result<(), &'static str> {
        self.staged = self.metadata.clone();
        let sets: Vec<&Given> = all.flatten().flatten().collect();
        must(sets.iter().any(|set| set.tags.len() > limits.tags_per_set()), "tags_per_set")?;
        let tags: BTreeSet<&String> =
            sets.iter().filter(|set| !set.has_star()).flat_map(|set| &set.tags).collect();
        let unnamed: BTreeSet<&String> =
            tags.into_iter().filter(|tag| !NAMED[self.policy].contains(&tag.as_str())).collect();
        must(unnamed.iter().any(|tag| tag.len() > limits.tag_bytes()), "tag_bytes")?;
        // Whatever the session lists, or has listed before.
        must(unnamed.len() > limits.tags_per_call(), "tags_per_call")
    }

    /// The last call took effect.
    pub(super) fn commit(&mut self) {
        self.metadata = self.staged.clone();
    }

    /// Whether a call of `late` is allowed.
    pub(super) fn check_call(&mut self, args: &[Parts], limits: &Limits) -> Result<(), &'static str> {
        self.intern(args.iter(), limits)
    }

    pub(super) fn open(&mut self, args: Vec<Parts>, limits: &Limits) -> Pending {
        let id = self.next;
        self.next += 1;
        self.pending.push(id);
        if self.pending.len() > limits.pending_calls() {
            self.forgotten = self.pending.remove(0) + 1;
        }
        Pending { policy: self.policy, id, args }
    }

    pub(super) fn pending_len(&self) -> usize {
        self.pending.len()
    }

    pub(super) fn finish(&mut self, call: &Pending, returned: &Parts, limits: &Limits) -> Ends {
        match self.pending.iter().position(|&id| id == call.id) {
            Some(place) => drop(self.pending.remove(place)),
            None if call.id < self.forgotten => return Ends::Forgotten,
            None => return Ends::NotPending,
        }
        Ends::Decided(self.evaluate("late", &call.args, returned, limits))
    }

    /// Whether the session can be moved to another policy; then it is.
    pub(super) fn rebind(&mut self, policy: usize, limits: &Limits) -> bool {
        let listed = self.metadata.unnamed(policy);
        let bytes: usize = listed.iter().map(String::len).sum();
        let fits = listed.len() <= limits.tags_per_session()
            && bytes <= limits.session_tag_bytes()
            && listed.iter().all(|tag| tag.len() <= limits.tag_bytes());
        if fits {
            self.policy = policy;
        }
        fits
    }
}

fn must(over: bool, what: &'static str) -> Result<(), &'static str> {
    if over { Err(what) } else { Ok(()) }
}
