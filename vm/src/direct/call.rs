//! A call that is decided directly: its arguments looked at once, its rules asked by their formulas.

use super::AskedArg;
use super::formula::{Comparison, Next, Source, Step, Test};
use crate::bytecode::operand::{Arg, FieldImm, ReadingImm};
use crate::call::{Argument, Call, MetadataInput};
use crate::decision::{DefaultOutcome, Matching, RuleRef, Verdict, decide};
use crate::exec::Memory;
use crate::handle::{ArgRef, FoundArg};
use crate::metadata::{FIELDS, NamedSet, Session, SetView, TagId};
use crate::policy::Policy;
use crate::scratch::Scratch;
use crate::value::{Value, longest_text};
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
            || call.tool_ref().foreign(&self.id()).is_some()
        {
            return None;
        }
        scratch.memory.begin_call(self.limits().work);
        self.match_blocks(call.tool_ref(), scratch).ok()?;
        self.direct().covers(&scratch.by_priority).then_some(())?;
        let Scratch { direct, memory, by_priority, rules, .. } = scratch;
        self.place_directly(call, by_priority, direct)?;
        let mut asking =
            Asking { policy: self, steps: &self.direct().steps, session, args: call.args(), direct, memory };
        let mut fires = |at: RuleRef, _: &_| {
            if let Some(fired) = rules.get(at.rule) {
                return Ok::<bool, NotDirect>(fired);
            }
            let formula = self.direct().rules.get(at.rule as usize).copied().flatten();
            let fired = asking.answer(formula.ok_or(NotDirect)?).ok_or(NotDirect)?;
            rules.set(at.rule, fired);
            Ok(fired)
        };
        let matching = Matching { program: self.program(), kinds: self.rule_kinds(), blocks: by_priority };
        let verdict = decide(matching, DefaultOutcome::of(self.settings()), &mut fires).ok();
        // Whoever refuses calls that cost too much says what they cost.
        verdict.filter(|_| !memory.work().is_over())
    }

    /// Finds the arguments that the formulas of the blocks ask about; nothing if the call is not small and plain.
    fn place_directly(&self, call: &Call<'_>, blocks: &[u32], direct: &mut DirectScratch) -> Option<()> {
        direct.begin();
        let limits = self.limits();
        if call.args().len() > limits.arguments {
            return None;
        }
        let longest = longest_text(limits)?;
        let (mut listed, mut others) = (0usize, SmallVec::<[&str; MOST_OTHERS]>::new());
        for (place, arg) in (0u32..).zip(call.args()) {
            match arg.value_ref() {
                Value::Str(text) if text.len() <= longest => {}
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
                _ => return None,
            }
            if !arg.metadata().is_default() {
                listed += self.tags_directly(arg.metadata())?;
            }
            match self.asked_about(arg.name_ref(), blocks)? {
                Some(asked) => {
                    let slot = direct.places.get_mut(asked.index())?;
                    if slot.0 == direct.call {
                        return None;
                    }
                    *slot = (direct.call, place);
                }
                None if others.len() < MOST_OTHERS && !others.contains(&arg.name()) => {
                    others.push(arg.name())
                }
                None => return None,
            }
        }
        (listed <= limits.tags_per_call).then_some(())
    }

    /// The argument of a name or handle, if formulas ask about it; nothing if the handle is of another policy.
    #[inline]
    fn asked_about(&self, name: ArgRef<'_>, blocks: &[u32]) -> Option<Option<Arg>> {
        if let ArgRef::Handle(handle) = name
            && handle.policy() != self.id()
        {
            return None;
        }
        let program = self.program();
        let is = |asked: &AskedArg| match name {
            ArgRef::Name(name) => asked.is(name, program),
            ArgRef::Handle(handle) => handle.found() == FoundArg::Mentioned(asked.arg),
        };
        for &block in blocks {
            if let Some(asked) = self.direct().asked(block).iter().find(|asked| is(asked)) {
                return Some(Some(asked.arg));
            }
        }
        Some(None)
    }

    /// How many tags metadata lists; nothing if it is large, or not this policy's.
    fn tags_directly(&self, metadata: &MetadataInput<'_>) -> Option<usize> {
        let limits = self.limits();
        let most = limits.tags_per_set.min(MOST_TAGS);
        let mut listed = 0;
        for set in FIELDS.into_iter().filter_map(|field| metadata.field(field)) {
            if set.len() > most || set.longest() > limits.tag_bytes {
                return None;
            }
            listed += set.len();
        }
        metadata.foreign(&self.id()).map_or(Some(listed), |_| None)
    }
}

/// A rule has no formula after all.
struct NotDirect;

/// A call whose rules are asked.
struct Asking<'a> {
    policy: &'a Policy,
    steps: &'a [Step],
    session: &'a Session,
    args: &'a [Argument<'a>],
    direct: &'a mut DirectScratch,
    memory: &'a mut Memory,
}

impl Asking<'_> {
    /// What a formula answers.
    fn answer(&mut self, formula: Next) -> Option<bool> {
        let (steps, mut next) = (self.steps, formula);
        loop {
            let step = match next.next() {
                Err(answer) => return Some(answer),
                Ok(step) => steps.get(step)?,
            };
            self.memory.work().spend(1);
            next = if self.test(&step.test)? { step.if_true } else { step.if_false };
        }
    }

    #[inline]
    fn test(&mut self, test: &Test) -> Option<bool> {
        match *test {
            Test::Value { arg, reading, set } => {
                let Some(place) = self.place(arg) else { return Some(reading == ReadingImm::AnyOrNone) };
                // Every reading is the same of one leaf.
                let (lines, matching) = (reading != ReadingImm::All, self.memory.matching());
                let value = self.args.get(place)?.value_ref();
                self.policy.direct().sets.accepts(self.policy, set, value, lines, matching)
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
