//! A call made ready to be decided: its metadata as sets of ids, the control flow's and the context's joined in (S8.4), everything that all
//! procedures share computed once (S2.5, S3.4).

use crate::bytecode::operand::Arg;
use crate::call::{Argument, Call, Combine, MetadataInput, Returned};
use crate::engine::Failure;
use crate::handle::FoundArg;
use crate::limits::LimitExceeded;
use crate::metadata::{FIELDS, Interner, Metadata};
use crate::policy::Policy;
use crate::work::{PER_WORD_MADE, Work};

/// What the phases of a call change: copies that take effect when all has gone well (S6.11).
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The result's metadata; before there is a result, the initial metadata (S3.5).
    pub(crate) result: Metadata,
    /// The session's metadata.
    pub(crate) session: Metadata,
}

/// The metadata of a call.
#[derive(Debug, Default)]
pub(crate) struct CallMetadata {
    /// Of each argument, in the order of the call; more than `count` are memory for later calls.
    args: Vec<Metadata>,
    count: usize,
    /// Of an argument that the call does not have (S3.7): what is joined into all of them, that of the control flow (S8.4) and
    /// of the context, else the default.
    absent: Metadata,
    union: Metadata,
    intersect: Metadata,
    /// For each argument name of the policy, the place in the call + 1, or 0.
    places: Vec<u32>,
    /// The places that are not 0.
    named: Vec<usize>,
    /// The arguments that the policy does not mention: hashes of their names, and their places.
    others: Vec<(u64, u32)>,
    /// Metadata as it was given, to be joined.
    given: Metadata,
}

impl CallMetadata {
    /// Memory for calls under `policy`.
    pub(crate) fn new(policy: &Policy) -> Self {
        CallMetadata { places: vec![0; policy.arg_count()], ..CallMetadata::default() }
    }

    /// Takes over the metadata of a call.
    ///
    /// # Errors
    /// If the metadata is over a limit, taking it over costs too much, or two arguments have the same name.
    pub(crate) fn prepare(
        &mut self,
        policy: &Policy,
        call: &Call<'_>,
        interner: &mut Interner<'_>,
    ) -> Result<(), Failure> {
        self.clear();
        self.place_args(policy, call.args())?;
        let control = call.control().filter(|_| policy.settings().mode.uses_control());
        let context = call.context();
        self.absent.reset();
        for input in [control, context].into_iter().flatten() {
            read(&mut self.given, input, interner)?;
            self.absent.join(&self.given);
        }
        for arg in call.args() {
            let index = self.count;
            if index == self.args.len() {
                self.args.push(Metadata::default());
            }
            if let Some(metadata) = self.args.get_mut(index) {
                read(metadata, arg.metadata(), interner)?;
                metadata.join(&self.absent);
                // It takes memory of its own.
                let words = FIELDS.into_iter().map(|field| metadata.field(field).view().tail_words());
                interner.work.spend(words.sum::<u64>().saturating_mul(PER_WORD_MADE));
            }
            self.count += 1;
        }
        Ok(self.aggregate(control.is_some() || context.is_some(), interner.work)?)
    }

    fn clear(&mut self) {
        self.count = 0;
        for index in self.named.drain(..) {
            if let Some(place) = self.places.get_mut(index) {
                *place = 0;
            }
        }
    }

    /// Finds the arguments that the policy mentions, and refuses two arguments of one name, also of one that the policy does
    /// not mention: what a tool makes of them, nobody knows.
    fn place_args(&mut self, policy: &Policy, args: &[Argument<'_>]) -> Result<(), Failure> {
        self.others.clear();
        for (place, arg) in (0u32..).zip(args) {
            match arg.name_ref().find(policy) {
                FoundArg::Mentioned(mentioned) => match self.places.get_mut(mentioned.index()) {
                    Some(slot @ 0) => {
                        *slot = place.saturating_add(1);
                        self.named.push(mentioned.index());
                    }
                    _ => return Err(Failure::repeated_argument()),
                },
                FoundArg::Other(hash) => self.others.push((hash, place)),
            }
        }
        // Names are compared where hashes do not tell them apart.
        let name = |place: u32| args.get(place as usize).map(Argument::name);
        self.others.sort_unstable_by(|left, right| {
            left.0.cmp(&right.0).then_with(|| name(left.1).cmp(&name(right.1)))
        });
        let same = |pair: &[(u64, u32)]| match pair {
            [left, right] => left.0 == right.0 && name(left.1) == name(right.1),
            _ => false,
        };
        if self.others.windows(2).any(same) { Err(Failure::repeated_argument()) } else { Ok(()) }
    }

    /// Union and intersection over the arguments; over none, over what is joined into all of them in their stead (S8.4) or the
    /// defaults (S3.4).
    fn aggregate(&mut self, has_joined: bool, work: &mut Work) -> Result<(), LimitExceeded> {
        let joined = has_joined.then_some(&self.absent).filter(|_| self.count == 0);
        let (union, intersect) = (&mut self.union, &mut self.intersect);
        let mut all = self.args.iter().take(self.count).chain(joined);
        match all.next() {
            Some(first) => {
                union.assign(first);
                intersect.assign(first);
            }
            None => {
                union.reset();
                intersect.reset();
            }
        }
        for arg in all {
            for field in FIELDS {
                let (union, intersect) = (union.field_mut(field), intersect.field_mut(field));
                work.spend(union.view().tail_words() + intersect.view().tail_words());
                union.union(arg.field(field).view());
                intersect.intersect(arg.field(field).view());
            }
            work.check()?;
        }
        Ok(())
    }

    /// Writes the result's initial metadata (S2.5).
    pub(crate) fn initial(&self, result: &mut Metadata) {
        result.tags.assign(self.union.tags.view());
        result.producers.assign(self.union.producers.view());
        result.consumers.assign(self.intersect.consumers.view());
    }

    /// Combines metadata that came with a result with the initial metadata (S2.6).
    ///
    /// # Errors
    /// If the metadata is over a limit.
    pub(crate) fn combine(
        &mut self,
        returned: &Returned<'_>,
        result: &mut Metadata,
        interner: &mut Interner<'_>,
    ) -> Result<(), LimitExceeded> {
        let input = returned.metadata();
        match returned.combine() {
            Combine::Ignore => {}
            Combine::Merge => {
                read(&mut self.given, input, interner)?;
                result.join(&self.given);
            }
            Combine::Replace => result.read(input, interner)?,
        }
        Ok(())
    }

    /// The place in the call of an argument that the policy names.
    pub(crate) fn place(&self, arg: Arg) -> Option<u32> {
        self.places.get(arg.index())?.checked_sub(1)
    }

    /// The metadata of the argument at a place.
    pub(crate) fn arg(&self, place: usize) -> Option<&Metadata> {
        self.args.get(place).filter(|_| place < self.count)
    }

    /// The metadata of an argument that the call does not have.
    pub(crate) fn absent(&self) -> &Metadata {
        &self.absent
    }

    /// Of each field the union over all arguments.
    pub(crate) fn union(&self) -> &Metadata {
        &self.union
    }

    /// Of each field the intersection over all arguments.
    pub(crate) fn intersect(&self) -> &Metadata {
        &self.intersect
    }
}

/// Writes given metadata as sets of ids, defaults where a part is not given.
fn read(
    metadata: &mut Metadata,
    input: &MetadataInput<'_>,
    interner: &mut Interner<'_>,
) -> Result<(), LimitExceeded> {
    metadata.reset();
    metadata.read(input, interner)
}
