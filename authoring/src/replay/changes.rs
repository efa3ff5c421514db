//! What can change between two policies, counted in groups: by kind, tool, and what decided before and after.
//!
//! Invariants: of each group the first examples in the order of the input are kept; there are no more tools by name than a
//! bound, and the others count together, so memory does not grow with what calls name.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use sqrt_vm::decision::{Basis, Outcome};
use sqrt_vm::engine::Decision;
use sqrt_vm::metadata::FieldImm;

/// So many tools of a shard are told apart.
const TOOLS: usize = 10_000;

/// What tools beyond those are called.
const OTHERS: &str = "(other tools)";

/// A map by what was decided: numbers of rules and the like, of which nobody can choose many that collide.
pub(super) type ByVerdict<K, V> = HashMap<K, V, BuildHasherDefault<Mix>>;

/// A quick hash of small numbers.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_isize(&mut self, number: isize) {
        self.write_u64(number.unsigned_abs() as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// What was denied is allowed.
    NewlyAllowed,
    /// What was allowed is denied.
    NewlyDenied,
    /// The decision is the same, by another rule or on another basis.
    OtherRule,
    /// The result has other metadata.
    ResultMetadata,
    /// The sessions, which were the same before the call, have other metadata after it.
    SessionMetadata,
}

impl Kind {
    /// All kinds, in the order in which they are told.
    pub const ALL: [Kind; 5] =
        [Kind::NewlyAllowed, Kind::NewlyDenied, Kind::OtherRule, Kind::ResultMetadata, Kind::SessionMetadata];

    /// Its name in options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Kind::NewlyAllowed => "newly-allowed",
            Kind::NewlyDenied => "newly-denied",
            Kind::OtherRule => "other-rule",
            Kind::ResultMetadata => "result-metadata",
            Kind::SessionMetadata => "session-metadata",
        }
    }
}

/// What came of a call: the rule by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Verdict {
    pub(super) outcome: Outcome,
    /// None of a question about a branch, and of an answer that was recorded without.
    pub(super) basis: Option<Basis>,
    pub(super) rule: Option<u32>,
}

impl From<&Decision> for Verdict {
    fn from(decision: &Decision) -> Self {
        let rule = decision.rule().map(sqrt_vm::decision::RuleRef::number);
        Verdict { outcome: decision.outcome(), basis: Some(decision.basis()), rule }
    }
}

impl Verdict {
    /// That of a call that could not be decided (S6.11).
    pub(super) const FAILED: Verdict =
        Verdict { outcome: Outcome::Deny, basis: Some(Basis::Error), rule: None };
}

/// What a group has in common, its tool apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct GroupKey {
    pub(super) kind: Kind,
    pub(super) old: Verdict,
    pub(super) new: Verdict,
    /// The fields of metadata that differ.
    pub(super) fields: Fields,
}

/// A set of fields of metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Fields([bool; 3]);

impl Fields {
    pub(super) fn is_empty(self) -> bool {
        self == Fields::default()
    }

    /// Their names.
    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        ["tags", "producers", "consumers"].into_iter().zip(self.0).filter(|(_, is)| *is).map(|(name, _)| name)
    }
}

impl FromIterator<FieldImm> for Fields {
    fn from_iter<T: IntoIterator<Item = FieldImm>>(fields: T) -> Self {
        let mut found = Fields::default();
        let Fields([tags, producers, consumers]) = &mut found;
        for field in fields {
            match field {
                FieldImm::Tags => *tags = true,
                FieldImm::Producers => *producers = true,
                FieldImm::Consumers => *consumers = true,
            }
        }
        found
    }
}

/// A place in the inputs, ordered as they were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct At {
    pub(super) file: u32,
    pub(super) line: u64,
}

/// A call that shows a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) at: At,
    pub(super) session: Option<Box<str>>,
    /// How metadata differs.
    pub(super) details: Vec<String>,
}

/// The changes of a group.
#[derive(Debug, Default, Clone)]
pub(super) struct Group {
    pub(super) count: u64,
    /// Of these, in sessions that had diverged before the call.
    pub(super) after_divergence: u64,
    pub(super) examples: Vec<Shown>,
}

/// A change of a call.
pub(super) struct Changed<'c> {
    pub(super) key: GroupKey,
    /// None of a question about a branch.
    pub(super) tool: Option<&'c str>,
    pub(super) session: Option<&'c str>,
    pub(super) at: At,
    pub(super) after_divergence: bool,
}

/// All changes of a shard, or of all.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) by_tool: HashMap<Box<str>, ByVerdict<GroupKey, Group>>,
    pub(super) branches: ByVerdict<GroupKey, Group>,
}

impl Changes {
    /// Counts a change; `details` is asked for if it becomes an example.
    pub(super) fn add(
        &mut self,
        change: &Changed<'_>,
        examples: usize,
        details: impl FnOnce() -> Vec<String>,
    ) {
        let groups = match change.tool {
            Some(tool) => self.of_tool(tool),
            None => &mut self.branches,
        };
        let group = groups.entry(change.key).or_default();
        group.count = group.count.saturating_add(1);
        group.after_divergence = group.after_divergence.saturating_add(u64::from(change.after_divergence));
        if group.examples.len() < examples {
            let session = change.session.map(Box::from);
            group.examples.push(Shown { at: change.at, session, details: details() });
        }
    }

    fn of_tool(&mut self, tool: &str) -> &mut ByVerdict<GroupKey, Group> {
        let tool = if self.by_tool.contains_key(tool) || self.by_tool.len() < TOOLS { tool } else { OTHERS };
        if !self.by_tool.contains_key(tool) {
            self.by_tool.insert(tool.into(), ByVerdict::default());
        }
        self.by_tool.entry(tool.into()).or_default()
    }

    /// Adds the changes of another shard.
    pub(super) fn join(&mut self, other: Changes, examples: usize) {
        for (tool, groups) in other.by_tool {
            join_groups(self.by_tool.entry(tool).or_default(), groups, examples);
        }
        join_groups(&mut self.branches, other.branches, examples);
    }
}

fn join_groups(into: &mut ByVerdict<GroupKey, Group>, from: ByVerdict<GroupKey, Group>, examples: usize) {
    for (key, group) in from {
        let joined = into.entry(key).or_default();
        joined.count = joined.count.saturating_add(group.count);
        joined.after_divergence = joined.after_divergence.saturating_add(group.after_divergence);
        join_shown(&mut joined.examples, group.examples, examples);
    }
}

/// Keeps the first ones of both.
pub(super) fn join_shown(into: &mut Vec<Shown>, from: Vec<Shown>, most: usize) {
    into.extend(from);
    into.sort_by_key(|shown| shown.at);
    into.truncate(most);
}
