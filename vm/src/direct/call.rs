//! A call that is decided directly: its arguments looked at once, its rules asked by their formulas.

use super::formula::{Comparison, Next, Source, Step, Test};
use crate::bytecode::operand::{Arg, FieldImm, ReadingImm};
use crate::call::{Argument, Call, MetadataInput};
use crate::decision::{DefaultOutcome, Matching, RuleRef, Verdict, decide};
use crate::exec::Memory;
use crate::handle::{ArgRef, FoundArg, ToolRef};
use crate::limits::NODE_BYTES;
use crate::metadata::{FIELDS, NamedSet, Session, SetView, TagId};
use crate::policy::Policy;
use crate::scratch::Scratch;
use crate::value::{Leaf, Value};
use smallvec::SmallVec;

/// Calls with more arguments that the policy does not mention take the general way, and so do those with larger sets.
const MOST_OTHERS: usize = 16;
const MOST_TAGS: usize = 64;

/// What deciding directly writes to.
#[derive(Debug, Default)]
pub(crate) struct DirectScratch {
    /// The number of the call, from 1: what says another one is of an earlier call.
    call: u32,
    /// For each argument name of the policy, the call that had it last, and its place.
    places: Vec<(u32, u32)>,
    /// For each place and field, the call that it was read for last, and the set.
    sets: Vec<(u32, NamedSet)>,
    /// The sets of arguments that a call does not have.
    absent: [NamedSet; FIELDS.len()],
}

impl DirectScratch {
    /// Memory for calls under `policy`.
    pub(crate) fn new(policy: &Policy) -> DirectScratch {
        let mut absent = <[NamedSet; FIELDS.len()]>::default();
        for (set, field) in absent.iter_mut().zip(FIELDS) {
            set.read(field, None, policy.universe());
        }
        DirectScratch { call: 0, places: vec![(0, 0); policy.arg_count()], sets: Vec::new(), absent }
    }

    /// As if there had been so many calls.
    #[cfg(test)]
    pub(super) fn count_on_from(&mut self, calls: u32) {
        self.call = calls;
    }

    /// Forgets the call before.
    fn begin(&mut self) {
        self.call = self.call.wrapping_add(1);
        if self.call == 0 {
            self.places.fill((0, 0));
            self.sets.iter_mut().for_each(|(call, _)| *call = 0);
            self.call = 1;
        }
    }
}

impl Policy {
    /// Decides a call directly, if that can be done: see the module's invariants. The session and the scratch must be of this
    /// policy, and the session able to make calls.
    pub(crate) fn decide_directly(
        &self,
        session: &Session,
        call: &Call<'_>,
        scratch: &mut Scratch,
    ) -> Option<Verdict> {
        // What the control flow depends on may count for nothing, and must be this policy's nevertheless.
        let settings = self.settings();
        let plain = |control: &MetadataInput<'_>| {
            !settings.mode.uses_control() && control.foreign(&self.id()).is_none()
        };
        if scratch.explains
            || !settings.fail_fast
            || !call.control().is_none_or(plain)
            || call.context().is_some()
        {
            return None;
        }
        scratch.memory.begin_call(self.limits().work);
        self.find_blocks_directly(call.tool_ref(), scratch)?;
        if !self.direct().covers(&scratch.by_priority) {
            return None;
        }
        let Scratch { direct, memory, by_priority, rules, .. } = scratch;
        self.place_directly(call, direct)?;
        let mut asking = Asking { policy: self, session, args: call.args(), direct, memory };
        let mut fires = |at: RuleRef, _: &_| {
            if let Some(fired) = rules.get(at.rule) {
                return Ok::<bool, NotDirect>(fired);
            }
            let formula = self.direct().rules.get(at.rule as usize).copied().flatten();
            let fired = asking.answer(formula.ok_or(NotDirect)?).ok_or(NotDirect)?;
            rules.set(at.rule, fired);
            Ok(fired)
        };
        let matching = Matching { program: self.program(), blocks: by_priority };
        let verdict = decide(matching, DefaultOutcome::of(self.settings()), &mut fires).ok();
        // Whoever refuses calls that cost too much says what they cost.
        verdict.filter(|_| !memory.work().is_over())
    }

    /// Finds the blocks about a tool.
    fn find_blocks_directly(&self, tool: ToolRef<'_>, scratch: &mut Scratch) -> Option<()> {
        let Scratch { blocks, by_priority, dispatch, memory, .. } = scratch;
        match tool {
            ToolRef::Name(tool) => {
                let matching = memory.matching();
                self.find_blocks(tool, dispatch, matching, blocks, by_priority);
                matching.broken().map_or(Some(()), |_| None)
            }
            ToolRef::Handle(tool) if tool.policy() == self.id() => {
                blocks.extend_from_slice(tool.ascending());
                by_priority.extend_from_slice(tool.descending());
                Some(())
            }
            ToolRef::Handle(_) => None,
        }
    }

    /// Finds the arguments that the policy mentions; nothing if the call is not small and plain.
    fn place_directly(&self, call: &Call<'_>, direct: &mut DirectScratch) -> Option<()> {
        direct.begin();
        let limits = self.limits();
        if call.args().len() > limits.arguments {
            return None;
        }
        let longest = limits.value_bytes.checked_sub(NODE_BYTES)?;
        let (mut listed, mut others) = (0usize, SmallVec::<[u64; MOST_OTHERS]>::new());
        for (place, arg) in (0u32..).zip(call.args()) {
            match arg.value() {
                Value::Str(text) if text.len() <= longest => {}
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
                _ => return None,
            }
            listed += self.tags_directly(arg)?;
            let found = match arg.name_ref() {
                ArgRef::Name(name) => self.find_arg(name),
                ArgRef::Handle(handle) if handle.policy() == self.id() => handle.found(),
                ArgRef::Handle(_) => return None,
            };
            match found {
                FoundArg::Mentioned(mentioned) => {
                    let slot = direct.places.get_mut(mentioned.index())?;
                    if slot.0 == direct.call {
                        return None;
                    }
                    *slot = (direct.call, place);
                }
                // Where hashes are the same, names may be.
                FoundArg::Other(hash) if others.len() < MOST_OTHERS && !others.contains(&hash) => {
                    others.push(hash);
                }
                FoundArg::Other(_) => return None,
            }
        }
        (listed <= limits.tags_per_call).then_some(())
    }

    /// How many tags the metadata of an argument lists; nothing if it is large, or not this policy's.
    fn tags_directly(&self, arg: &Argument<'_>) -> Option<usize> {
        let mut listed = 0;
        for set in FIELDS.into_iter().filter_map(|field| arg.metadata().field(field)) {
            let limits = self.limits();
            if set.len() > limits.tags_per_set.min(MOST_TAGS) || set.longest() > limits.tag_bytes {
                return None;
            }
            listed += set.len();
        }
        arg.metadata().foreign(&self.id()).map_or(Some(listed), |_| None)
    }
}

/// A rule has no formula after all.
struct NotDirect;

/// A call whose rules are asked.
struct Asking<'a> {
    policy: &'a Policy,
    session: &'a Session,
    args: &'a [Argument<'a>],
    direct: &'a mut DirectScratch,
    memory: &'a mut Memory,
}

impl Asking<'_> {
    /// What a formula answers.
    fn answer(&mut self, formula: Next) -> Option<bool> {
        let mut target = formula;
        loop {
            let step = match target.next() {
                Err(answer) => return Some(answer),
                Ok(step) => *self.policy.direct().steps.get(step)?,
            };
            self.memory.work().spend(1);
            let Step { test, if_true, if_false } = step;
            target = if self.test(test)? { if_true } else { if_false };
        }
    }

    fn test(&mut self, test: Test) -> Option<bool> {
        match test {
            Test::Value { arg, reading, set } => {
                let Some(place) = self.place(arg) else { return Some(reading == ReadingImm::AnyOrNone) };
                let leaf = Leaf::of_scalar(self.args.get(place)?.value())?;
                // Every reading is the same of one leaf.
                let (lines, matching) = (reading != ReadingImm::All, self.memory.matching());
                self.policy.direct().sets.accepts(self.policy, set, leaf, lines, matching)
            }
            Test::Set { left, comparison, right } => {
                let constant = self.policy.const_set(right)?;
                self.compare(left, comparison, constant)
            }
            Test::Empty(set) => self.compare(set, Comparison::Equal, SetView::EMPTY),
            Test::Universal(set) => self.compare(set, Comparison::Equal, SetView::UNIVERSAL),
            Test::Contains(Source::Session(field), tag) => {
                Some(self.session.metadata().field(field).view().contains(TagId(tag.0)))
            }
            Test::Contains(Source::Arg(field, arg), tag) => {
                Some(self.set(field, arg)?.contains(TagId(tag.0)))
            }
        }
    }

    fn compare(&mut self, set: Source, comparison: Comparison, constant: SetView<'_>) -> Option<bool> {
        Some(match set {
            Source::Session(field) => {
                let set = self.session.metadata().field(field).view();
                self.memory.work().spend(set.tail_words().saturating_add(constant.tail_words()));
                match comparison {
                    Comparison::Overlaps => set.overlaps(constant),
                    Comparison::Subset => set.is_subset(constant),
                    Comparison::Superset => constant.is_subset(set),
                    Comparison::Equal => set == constant,
                }
            }
            Source::Arg(field, arg) => {
                self.memory.work().spend(constant.tail_words());
                let set = self.set(field, arg)?;
                match comparison {
                    Comparison::Overlaps => set.overlaps(constant),
                    Comparison::Subset => set.is_subset(constant),
                    Comparison::Superset => set.is_superset(constant),
                    Comparison::Equal => set.equals(constant),
                }
            }
        })
    }

    /// The place of an argument in the call.
    #[inline]
    fn place(&self, arg: Arg) -> Option<usize> {
        let (call, place) = *self.direct.places.get(arg.index())?;
        (call == self.direct.call).then_some(place as usize)
    }

    /// A set of an argument, read when it is asked for first.
    fn set(&mut self, field: FieldImm, arg: Arg) -> Option<&NamedSet> {
        let Some(place) = self.place(arg) else { return self.direct.absent.get(field as usize) };
        let at = place * FIELDS.len() + field as usize;
        if self.direct.sets.len() <= at {
            self.direct.sets.resize_with(at + 1, Default::default);
        }
        let (call, set) = self.direct.sets.get_mut(at)?;
        if *call != self.direct.call {
            *call = self.direct.call;
            set.read(field, self.args.get(place)?.metadata().field(field), self.policy.universe());
        }
        Some(set)
    }
}
