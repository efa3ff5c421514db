//! The bound of the updates workload: tags of a session in a growing index, sets as bits over it, all three phases by hand.
//!
//! Nothing can fail after the first phase, so there is nothing to undo: sets are changed in place.

use std::collections::HashMap;

use crate::workload::updates::TAGS;
use crate::workload::{Answer, RawCall};

use super::{Fired, StringCall, answer};
use crate::harness::Decider;

const BLOCKED: u32 = 0;
const ASKED: u32 = 1;
const TICKET: u32 = 2;
const PII: u32 = 3;

/// A set of tags by id, as bits.
#[derive(Default, Clone)]
struct Bits(Vec<u64>);

impl Bits {
    #[inline]
    fn insert(&mut self, tag: u32) {
        let word = tag as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (tag % 64);
    }

    #[inline]
    fn contains(&self, tag: u32) -> bool {
        self.0.get(tag as usize / 64).is_some_and(|word| word & (1 << (tag % 64)) != 0)
    }

    #[inline]
    fn union(&mut self, other: &Bits) {
        if other.0.len() > self.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }
}

/// The only sets of producers and consumers that this policy can make of a call without such metadata.
#[derive(Default, Clone, Copy)]
struct Result {
    from_tickets: bool,
    staff_only: bool,
}

/// The names of a session's tags: those of the policy first.
struct Names {
    ids: HashMap<Box<str>, u32, std::hash::BuildHasherDefault<super::strings::Mixer>>,
    names: Vec<Box<str>>,
}

impl Names {
    fn new() -> Names {
        let mut names = Names { ids: HashMap::default(), names: Vec::new() };
        for tag in TAGS {
            names.intern(tag);
        }
        names
    }

    #[inline]
    fn intern(&mut self, name: &str) -> u32 {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = self.names.len() as u32;
        self.ids.insert(name.into(), id);
        self.names.push(name.into());
        id
    }

    fn strings(&self, bits: &Bits) -> Vec<String> {
        let mut all: Vec<String> = (0..)
            .zip(&self.names)
            .filter(|(id, _)| bits.contains(*id))
            .map(|(_, name)| name.to_string())
            .collect();
        all.sort();
        all
    }
}

/// The hand-written session and a call, its tags as strings or as ids.
pub struct Updates<'a> {
    call: StringCall<'a>,
    ids: Option<Vec<u32>>,
    names: Names,
    session: Bits,
    result_tags: Bits,
    result: Result,
}

impl<'a> Updates<'a> {
    /// A session that saw nothing yet; `ready` if tags are to be resolved ahead.
    pub fn new(call: &'a RawCall<'a>, ready: bool) -> Self {
        let mut names = Names::new();
        let mut intern = || call.args.iter().flat_map(|arg| &arg.tags).map(|tag| names.intern(tag)).collect();
        let ids = ready.then(&mut intern);
        let (session, result_tags) = (Bits::default(), Bits::default());
        Updates { call: StringCall::new(call), ids, names, session, result_tags, result: Result::default() }
    }

    /// The tags of session and result, sorted.
    pub fn tags(&self) -> (Vec<String>, Vec<String>) {
        (self.names.strings(&self.session), self.names.strings(&self.result_tags))
    }

    /// Whether the result's metadata is as the policy makes it.
    pub fn is_restricted(&self) -> bool {
        self.result.from_tickets && self.result.staff_only
    }
}

impl Decider for Updates<'_> {
    type Output = Fired;

    fn decide(&mut self) -> Fired {
        let Updates { call, ids, names, session, result_tags, result } = self;
        if call.tool != "read_ticket" {
            return None;
        }
        session.insert(ASKED);
        if session.contains(BLOCKED) {
            return Some(1);
        }
        result_tags.0.fill(0);
        match ids {
            Some(ids) => ids.iter().for_each(|id| result_tags.insert(*id)),
            None => {
                let tags = call.args.iter().flat_map(|arg| arg.tags);
                tags.for_each(|tag| result_tags.insert(names.intern(tag)));
            }
        }
        result_tags.insert(TICKET);
        *result = Result { from_tickets: true, staff_only: result_tags.contains(PII) };
        session.union(result_tags);
        None
    }

    fn answer(&self, fired: Fired) -> Answer {
        answer(fired)
    }
}
