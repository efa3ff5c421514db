//! What plans need to know of a call: where its arguments are, and words of their sets, made when they are asked for first.
//!
//! Invariant: a call has facts only if it is small and plain: scalar values within the limits, few tags and within the limits,
//! no two arguments of one name, no handle of another policy.

use super::Direct;
use super::formula::Joined;
use super::plan::{BITS, MOST_WORDS, MOST_WORDS_EACH, OTHERS, Of, Plan, SetOfArgs, Tell};
use crate::bytecode::names::{NameWords, NamedId, Sought};
use crate::bytecode::operand::{Arg, FieldImm};
use crate::call::{Argument, MetadataInput, SetInput};
use crate::handle::{ArgRef, FoundArg, TagRef};
use crate::metadata::TagId;
use crate::policy::Policy;
use crate::value::{Value, longest_text};
use smallvec::SmallVec;

/// Calls with more arguments take the general way, and so do those with larger sets, where sets are asked about.
pub(super) const MOST_CALLED: usize = 64;
const MOST_TAGS: usize = 64;
/// The same of tools with more blocks, or whose plans ask about more arguments together.
const MOST_PLANS: usize = 8;
const MOST_FOUND: usize = 16;

/// The facts of a call.
#[derive(Debug)]
pub(super) struct Facts<'c> {
    /// All arguments.
    all: &'c [Argument<'c>],
    /// For each argument of the plans, one plan after another, what the call has.
    args: [Option<&'c Argument<'c>>; MOST_FOUND],
    /// The words of the plans' sets.
    words: [u64; MOST_WORDS],
    /// Which sets have their words: bits by where the words begin.
    known: u32,
}

/// The facts for one of the plans of a call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'p> {
    pub(super) block: u32,
    pub(super) plan: &'p Plan,
    /// Where its arguments and words begin in the facts.
    args: usize,
    words: usize,
}

impl Direct {
    /// The part of a call to a tool that only this block is about, if it has a plan.
    #[inline]
    pub(super) fn part(&self, block: u32) -> Option<Part<'_>> {
        // No plan asks about more than there is room for.
        Some(Part { block, plan: self.plan(block)?, args: 0, words: 0 })
    }

    /// Those of several blocks; none if one has no plan, or they are about too much.
    #[inline(never)]
    pub(super) fn parts(&self, blocks: &[u32]) -> Option<SmallVec<[Part<'_>; MOST_PLANS]>> {
        let (mut args, mut words) = (0, 0);
        if blocks.len() > MOST_PLANS {
            return None;
        }
        let mut parts = SmallVec::new();
        for &block in blocks {
            let plan = self.plan(block)?;
            parts.push(Part { block, plan, args, words });
            args += plan.args.len as usize;
            words += usize::from(plan.words);
        }
        (args <= MOST_FOUND && words <= MOST_WORDS).then_some(parts)
    }
}

impl<'c> Facts<'c> {
    /// Nothing yet.
    #[inline]
    pub(super) fn new() -> Facts<'c> {
        Facts { all: &[], args: [None; MOST_FOUND], words: [0; MOST_WORDS], known: 0 }
    }

    /// Finds the arguments of a call, and tells how many tags they list; nothing if it is not small and plain.
    #[inline(always)]
    pub(super) fn find_args(
        &mut self,
        args: &'c [Argument<'c>],
        parts: &[Part<'_>],
        policy: &Policy,
    ) -> Option<usize> {
        let limits = policy.limits();
        if args.len() > limits.arguments.min(MOST_CALLED) {
            return None;
        }
        let longest = longest_text(limits)?;
        // Sets that no plan asks about are not looked at.
        let asks_sets = parts.iter().any(|part| part.plan.words > 0);
        let most = if asks_sets { limits.tags_per_set.min(MOST_TAGS) } else { limits.tags_per_set };
        self.all = args;
        // Places of arguments that no plan asks about, as bits.
        let (mut listed, mut others) = (0, 0_u64);
        for (place, arg) in (0_u32..).zip(args) {
            match arg.value_ref() {
                Value::Str(text) if text.len() <= longest => {}
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
                _ => return None,
            }
            if arg.metadata().is_given() {
                listed += tags_listed(arg.metadata(), most, policy)?;
            }
            if let ArgRef::Handle(handle) = arg.name_ref()
                && handle.policy() != policy.id()
            {
                return None;
            }
            let is_asked = self.find(arg, parts, policy)?;
            others |= u64::from(!is_asked) << (place % u64::BITS);
        }
        if listed > limits.tags_per_call {
            return None;
        }
        if others & others.wrapping_sub(1) != 0 {
            are_different(args, others)?;
        }
        Some(listed)
    }

    /// Notes an argument for each plan that asks about it, and says whether one does; nothing if there was another one of this
    /// name.
    #[inline(always)]
    fn find(&mut self, arg: &'c Argument<'c>, parts: &[Part<'_>], policy: &Policy) -> Option<bool> {
        let mut is_asked = false;
        for part in parts {
            let found = match arg.name_ref() {
                ArgRef::Name(name) => position(part.plan, name, policy),
                ArgRef::Handle(handle) => match handle.found() {
                    FoundArg::Mentioned(id) => position_of_id(part.plan, id, policy),
                    FoundArg::Other(_) => None,
                },
            };
            if let Some(found) = found {
                if self.args.get_mut(part.args + found)?.replace(arg).is_some() {
                    return None;
                }
                is_asked = true;
            }
        }
        Some(is_asked)
    }

    /// An argument of a plan, if the call has it.
    #[inline]
    pub(super) fn arg(&self, part: &Part<'_>, arg: u8) -> Option<&'c Argument<'c>> {
        *self.args.get(part.args + usize::from(arg))?
    }

    /// A word of a set of arguments.
    #[inline]
    pub(super) fn word(&mut self, part: &Part<'_>, set: SetOfArgs, word: u8, policy: &Policy) -> Option<u64> {
        let first = part.words + usize::from(set.words);
        if self.known & 1 << first == 0 {
            self.read(part, set, first, policy)?;
        }
        self.words.get(part.words + usize::from(word)).copied()
    }

    /// Reads a set of arguments; its words begin here. Nothing if the plan does not tell enough apart.
    #[inline(never)]
    fn read(&mut self, part: &Part<'_>, set: SetOfArgs, first: usize, policy: &Policy) -> Option<()> {
        let found = match set.of {
            // The call may not have it.
            Of::Arg(arg) => self.arg(part, arg),
            Of::All(_) => self.all.first(),
        };
        let each = usize::from(part.plan.words_each);
        let words = self.words.get_mut(first..first + each)?;
        read_set(found, set.field, part.plan, policy, words);
        if let Of::All(joined) = set.of {
            read_others(self.all.get(1..).unwrap_or_default(), set.field, joined, part.plan, policy, words)?;
        }
        self.known |= 1 << first;
        Some(())
    }
}

/// Joins the sets of more arguments to that of the first.
#[inline(never)]
fn read_others(
    args: &[Argument<'_>],
    field: FieldImm,
    joined: Joined,
    plan: &Plan,
    policy: &Policy,
    words: &mut [u64],
) -> Option<()> {
    for arg in args {
        let mut own = [0; MOST_WORDS_EACH];
        let own = own.get_mut(..words.len())?;
        read_set(Some(arg), field, plan, policy, own);
        for (word, own) in words.iter_mut().zip(own) {
            *word = joined.join(*word, *own)?;
        }
    }
    Some(())
}

/// The words of a set of an argument, or of one that is not there.
#[inline]
fn read_set(arg: Option<&Argument<'_>>, field: FieldImm, plan: &Plan, policy: &Policy, words: &mut [u64]) {
    let input = arg.and_then(|arg| arg.metadata().field(field));
    match (input.and_then(|input| listed_at_once(input, plan, policy)), words) {
        (Some(listed), [word]) => {
            let complement = input.is_some_and(SetInput::is_complement);
            *word = if complement { !listed } else { listed };
        }
        (_, words) => read_words(input, field, plan, policy, words),
    }
}

/// The place of an argument in a plan, by its name.
#[inline(always)]
fn position(plan: &Plan, name: &str, policy: &Policy) -> Option<usize> {
    if !plan.arg_lengths.may_have(name.len()) {
        return None;
    }
    let words = NameWords::of(name);
    if !words.are_all() {
        return position_of_long(policy.direct().args(plan), name, words, policy);
    }
    place(plan, policy, |named| named.has(words))
}

/// The same of one that the policy mentions.
#[inline(always)]
fn position_of_id(plan: &Plan, id: Arg, policy: &Policy) -> Option<usize> {
    place(plan, policy, |named| named.id == id.0)
}

/// The place of the argument of a plan of which this holds: the first is at hand.
#[inline(always)]
fn place(plan: &Plan, policy: &Policy, is: impl Fn(&NamedId) -> bool) -> Option<usize> {
    if is(&plan.first_arg) {
        return Some(0);
    }
    if plan.args.len <= 1 {
        return None;
    }
    policy.direct().args(plan).iter().position(is)
}

/// The same of a name that its words do not tell.
#[inline(never)]
fn position_of_long(named: &[NamedId], name: &str, words: NameWords, policy: &Policy) -> Option<usize> {
    named.iter().position(|named| named.has(words) && policy.arg_name(named.id) == Some(name))
}

/// How many tags metadata lists; nothing if a set lists more than so many, or it is not this policy's.
#[inline(never)]
fn tags_listed(metadata: &MetadataInput<'_>, most: usize, policy: &Policy) -> Option<usize> {
    let tag_bytes = policy.limits().tag_bytes;
    let listed = |set: &Option<SetInput<'_>>| {
        let Some(set) = set else { return Some(0) };
        let is_fine = match (set.names(), set.handles()) {
            (Some(names), _) => names.iter().all(|name| name.len() <= tag_bytes),
            (_, Some(handles)) => {
                let id = policy.id();
                handles.iter().all(|handle| handle.name().len() <= tag_bytes && handle.policy() == id)
            }
            _ => set.longest() <= tag_bytes && set.foreign(&policy.id()).is_none(),
        };
        (is_fine && set.len() <= most).then_some(set.len())
    };
    let MetadataInput { tags, producers, consumers } = metadata;
    Some(listed(tags)? + listed(producers)? + listed(consumers)?)
}

/// Whether no two of these arguments, by the bits of their places, have one name; nothing if some have.
#[inline(never)]
fn are_different(args: &[Argument<'_>], mut places: u64) -> Option<()> {
    let name = |places: u64| args.get(places.trailing_zeros() as usize).map(Argument::name);
    while places != 0 {
        let this = name(places);
        places &= places - 1;
        let mut others = places;
        while others != 0 {
            if name(others) == this {
                return None;
            }
            others &= others - 1;
        }
    }
    Some(())
}

/// The bits of the tags that a set lists, if it is a list of names or of handles, and the bit of each is found at once; nothing
/// if one is `*`, or has to be looked at more closely.
#[inline]
fn listed_at_once(input: &SetInput<'_>, plan: &Plan, policy: &Policy) -> Option<u64> {
    let (tags, universe) = (policy.direct().tags(plan), policy.universe());
    match (plan.tell, input.names(), input.handles()) {
        (Tell::Name, Some(names), _) => listed(names, |name| {
            if !plan.tag_lengths.may_have(name.len()) {
                return Some(None);
            }
            let words = NameWords::of(name);
            let found = tags.iter().position(|tag| tag.has(words));
            let is_sure = !words.are_star() && (found.is_none() || words.are_all());
            is_sure.then_some(found)
        }),
        (Tell::Id, Some(names), _) => listed(names, |name| {
            let sought = Sought::new(name);
            let found = || universe.find_sought(sought).map(|TagId(tag)| tag as usize);
            (!sought.words.are_star()).then(found)
        }),
        (_, _, Some(handles)) => listed(handles, |&handle| {
            let tag = TagRef::Handle(handle);
            let found = || tag.known().and_then(|TagId(tag)| plan.tell.place(tags, tag));
            (!tag.is_star()).then(found)
        }),
        _ => None,
    }
}

/// The bits of tags, whose places `place` tells if it can, and that there is none.
#[inline(always)]
fn listed<T>(tags: &[T], place: impl Fn(&T) -> Option<Option<usize>>) -> Option<u64> {
    let mut bits = 0;
    for tag in tags {
        bits |= match place(tag)? {
            Some(place) if place < BITS => 1 << place,
            Some(_) => return None,
            None => OTHERS,
        };
    }
    Some(bits)
}

/// The words of a set as a call gives it, or of the default of its field (S2.2).
#[inline(never)]
fn read_words(
    input: Option<&SetInput<'_>>,
    field: FieldImm,
    plan: &Plan,
    policy: &Policy,
    words: &mut [u64],
) {
    words.fill(0);
    let mut complement = field == FieldImm::Consumers;
    if let Some(input) = input {
        complement = input.is_complement();
        let mut has_star = false;
        input.each(|tag| match place_of(tag, plan, policy) {
            Place::Bit(word, bit) => words.get_mut(word).into_iter().for_each(|word| *word |= bit),
            Place::Other => words.iter_mut().for_each(|word| *word |= OTHERS),
            Place::Star => has_star = true,
        });
        // With which nothing else of the list counts (S2.3).
        if has_star {
            words.fill(0);
            complement = !complement;
        }
    }
    if complement {
        words.iter_mut().for_each(|word| *word = !*word);
    }
}

/// Where a tag is in the words of a plan.
enum Place {
    Star,
    Bit(usize, u64),
    Other,
}

#[inline(always)]
fn place_of(tag: TagRef<'_>, plan: &Plan, policy: &Policy) -> Place {
    let direct = policy.direct();
    let tags = direct.tags(plan);
    let found = match tag {
        TagRef::Name(name) => {
            let sought = Sought::new(name);
            if sought.words.are_star() {
                return Place::Star;
            }
            match plan.tell {
                Tell::Name => position_of_tag(tags, sought, policy),
                Tell::Id | Tell::Search => {
                    let known = policy.universe().find_sought(sought);
                    known.and_then(|TagId(tag)| plan.tell.place(tags, tag))
                }
            }
        }
        TagRef::Handle(_) if tag.is_star() => return Place::Star,
        TagRef::Handle(_) => tag.known().and_then(|TagId(tag)| plan.tell.place(tags, tag)),
    };
    match found {
        // A shift by the place in its word, as words have fewer bits than there are.
        Some(place) if place < BITS => Place::Bit(0, 1 << place),
        Some(place) => Place::Bit(place / BITS, 1 << (place % BITS)),
        None => Place::Other,
    }
}

/// The place of a tag in a short list.
#[inline]
fn position_of_tag(tags: &[NamedId], sought: Sought<'_>, policy: &Policy) -> Option<usize> {
    let found = tags.iter().position(|tag| tag.has(sought.words))?;
    if sought.words.are_all() {
        return Some(found);
    }
    let TagId(known) = policy.universe().find_sought(sought)?;
    tags.iter().position(|tag| tag.id == known)
}
