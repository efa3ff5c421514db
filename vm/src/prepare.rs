//! A call made ready to be decided: its metadata as sets of ids, the control flow's and the context's joined in (S8.4), what all
//! procedures share computed once (S2.5, S3.4), and no set that nothing asks for ([`Needs`]).

use crate::bytecode::operand::{Arg, FieldImm};
use crate::call::{Argument, Call, Combine, Returned};
use crate::engine::Failure;
use crate::handle::FoundArg;
use crate::limits::LimitExceeded;
use crate::metadata::{FIELDS, Interner, MetaSet, Metadata, SetView};
use crate::needs::{Fields, Needs};
use crate::policy::Policy;
use crate::work::{PER_WORD_MADE, Work};

/// What the phases of a call change: copies that take effect when all has gone well (S6.11).
#[derive(Debug, Default)]
pub(crate) struct State {
    /// The result's metadata; before there is a result, the initial metadata (S3.5), if anything asks for it.
    result: Metadata,
    /// Whether it is that of this call.
    has_result: bool,
    /// The session's metadata, once a phase may change it.
    session: Metadata,
    /// Whether there is a copy of the session's metadata.
    has_session: bool,
}

impl State {
    /// A call begins, which has changed nothing yet.
    pub(crate) fn begin(&mut self) {
        (self.has_result, self.has_session) = (false, false);
    }

    /// The result's metadata, if it is ready.
    #[inline]
    pub(crate) fn result(&self) -> Option<&Metadata> {
        self.has_result.then_some(&self.result)
    }

    /// The same, to change.
    pub(crate) fn result_mut(&mut self) -> Option<&mut Metadata> {
        self.has_result.then_some(&mut self.result)
    }

    /// Copies the session's metadata, so that it can be changed, if that was not done before.
    pub(crate) fn copy_session(&mut self, session: &Metadata) {
        if !self.has_session {
            self.session.assign(session);
            self.has_session = true;
        }
    }

    /// The copy of the session's metadata, if there is one; else it is as it was.
    #[inline]
    pub(crate) fn session(&self) -> Option<&Metadata> {
        self.has_session.then_some(&self.session)
    }

    /// The same, to change.
    pub(crate) fn session_mut(&mut self) -> Option<&mut Metadata> {
        self.has_session.then_some(&mut self.session)
    }
}

/// The metadata of a call: as much of it as something asks for.
#[derive(Debug, Default)]
pub(crate) struct CallMetadata {
    /// Of each argument, in the order of the call; more than those of the call are memory for later calls.
    args: Vec<Metadata>,
    /// Of each argument of the call, which of its sets are ready.
    ready: Vec<Fields>,
    /// Of an argument that the call does not have (S3.7): what is joined into all of them, that of the control flow (S8.4) and
    /// of the context, else the default.
    absent: Metadata,
    /// Whether something is joined into all of them.
    has_joined: bool,
    union: Metadata,
    intersect: Metadata,
    /// Which unions and intersections are ready.
    united: Fields,
    intersected: Fields,
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

    /// Takes over the metadata of a call: what is joined into all arguments, and no set of an argument yet.
    ///
    /// # Errors
    /// If the metadata is over a limit, taking it over costs too much, or two arguments have the same name.
    pub(crate) fn begin(
        &mut self,
        policy: &Policy,
        call: &Call<'_>,
        interner: &mut Interner<'_>,
    ) -> Result<(), Failure> {
        self.clear(call.args().len());
        self.place_args(policy, call.args())?;
        let control = call.control().filter(|_| policy.settings().mode.uses_control());
        for input in [control, call.context()].into_iter().flatten() {
            self.has_joined = true;
            self.given.reset();
            self.given.read(input, interner)?;
            self.absent.join(&self.given);
        }
        // What nobody asks for must be within the limits, too.
        if may_be_over(call, interner) {
            Ok(self.make_ready(call, Needs::everything(), interner)?)
        } else {
            Ok(())
        }
    }

    /// Makes what is needed ready, if it is not.
    ///
    /// # Errors
    /// If it is over a limit, or taking it over costs too much.
    pub(crate) fn make_ready(
        &mut self,
        call: &Call<'_>,
        needs: Needs<'_>,
        interner: &mut Interner<'_>,
    ) -> Result<(), LimitExceeded> {
        if !needs.every.is_none() {
            for (index, arg) in call.args().iter().enumerate() {
                self.read_arg(index, arg, needs.every, interner)?;
            }
        }
        for &(arg, fields) in needs.args {
            if let Some(place) = self.place(arg).map(|place| place as usize)
                && let Some(arg) = call.args().get(place)
            {
                self.read_arg(place, arg, fields, interner)?;
            }
        }
        self.aggregate(needs, interner.work);
        interner.work.check()
    }

    /// Makes sets of an argument ready, those of control flow and context joined in (S8.4).
    fn read_arg(
        &mut self,
        index: usize,
        arg: &Argument<'_>,
        fields: Fields,
        interner: &mut Interner<'_>,
    ) -> Result<(), LimitExceeded> {
        if self.args.len() <= index {
            self.args.resize_with(index + 1, Metadata::default);
        }
        let (Some(metadata), Some(ready)) = (self.args.get_mut(index), self.ready.get_mut(index)) else {
            return Ok(());
        };
        let missing = fields.without(*ready);
        for field in FIELDS.into_iter().filter(|field| missing.has(*field)) {
            let set = metadata.field_mut(field);
            match arg.metadata().field(field) {
                Some(input) => set.read(input, interner)?,
                None => set.set_default(field),
            }
            if self.has_joined {
                set.join(field, self.absent.field(field).view());
            }
            // It takes memory of its own.
            interner.work.spend(set.view().tail_words().saturating_mul(PER_WORD_MADE));
            *ready = ready.and(Fields::of(field));
        }
        Ok(())
    }

    fn clear(&mut self, args: usize) {
        self.ready.clear();
        self.ready.resize(args, Fields::NONE);
        (self.united, self.intersected) = (Fields::NONE, Fields::NONE);
        if self.has_joined {
            self.absent.reset();
            self.has_joined = false;
        }
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
    fn aggregate(&mut self, needs: Needs<'_>, work: &mut Work) {
        // What is not ready of each argument must not look as if it were.
        let ready = self.ready.iter().fold(Fields::ALL, |all, ready| all.in_both(*ready));
        let united = needs.union.without(self.united).in_both(ready);
        let intersected = needs.intersect.without(self.intersected).in_both(ready);
        if united.is_none() && intersected.is_none() {
            return;
        }
        let args = self.args.get(..self.ready.len()).unwrap_or_default();
        for field in FIELDS {
            let views = || args.iter().map(|arg| arg.field(field).view());
            let of_none = self.absent.field(field).view();
            if united.has(field) {
                combine(self.union.field_mut(field), views(), of_none, work, MetaSet::union);
            }
            if intersected.has(field) {
                combine(self.intersect.field_mut(field), views(), of_none, work, MetaSet::intersect);
            }
        }
        self.united = self.united.and(united);
        self.intersected = self.intersected.and(intersected);
    }

    /// Makes the result's metadata the initial one, that of all arguments joined (S2.5), if they are ready; without arguments,
    /// what is joined into all of them (S8.4).
    pub(crate) fn initial(&self, state: &mut State, work: &mut Work) {
        if self.ready.iter().any(|ready| *ready != Fields::ALL) {
            return;
        }
        let args = self.args.get(..self.ready.len()).unwrap_or_default();
        let (first, others) = args.split_first().unwrap_or((&self.absent, &[]));
        state.result.assign(first);
        for arg in others {
            work.spend(state.result.tail_words());
            if work.is_over() {
                return;
            }
            state.result.join(arg);
        }
        state.has_result = true;
    }

    /// Makes the result's metadata the initial one (S2.5) by reading that of one argument after another, where nothing else is
    /// joined into them and no set of an argument is asked for. The default of a field is neutral, so an argument that does not
    /// give the field changes nothing.
    ///
    /// # Errors
    /// If it is over a limit, or taking it over costs too much.
    pub(crate) fn read_initial(
        &mut self,
        args: &[Argument<'_>],
        state: &mut State,
        interner: &mut Interner<'_>,
    ) -> Result<(), LimitExceeded> {
        state.result.reset();
        state.has_result = true;
        let mut is_read = Fields::NONE;
        for (place, arg) in args.iter().enumerate() {
            if place > 0 {
                // As joining does.
                interner.work.spend(state.result.tail_words());
            }
            if !arg.metadata().is_given() {
                continue;
            }
            for field in FIELDS {
                let Some(input) = arg.metadata().field(field) else { continue };
                let initial = state.result.field_mut(field);
                if is_read.has(field) {
                    let given = self.given.field_mut(field);
                    given.read(input, interner)?;
                    let units = given.view().tail_words().saturating_mul(PER_WORD_MADE);
                    interner.work.spend(units.saturating_add(initial.view().tail_words()));
                    initial.join(field, given.view());
                } else {
                    initial.read(input, interner)?;
                    interner.work.spend(initial.view().tail_words().saturating_mul(PER_WORD_MADE));
                    is_read = is_read.and(Fields::of(field));
                }
            }
        }
        interner.work.check()
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
                self.given.reset();
                self.given.read(input, interner)?;
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

    /// A set of the argument at a place, if it is ready.
    #[inline]
    pub(crate) fn arg(&self, place: usize, field: FieldImm) -> Option<SetView<'_>> {
        self.ready.get(place).filter(|ready| ready.has(field))?;
        Some(self.args.get(place)?.field(field).view())
    }

    /// A set of an argument that the call does not have.
    pub(crate) fn absent(&self, field: FieldImm) -> SetView<'_> {
        self.absent.field(field).view()
    }

    /// The union over all arguments, if it is ready.
    pub(crate) fn union(&self, field: FieldImm) -> Option<SetView<'_>> {
        self.united.has(field).then(|| self.union.field(field).view())
    }

    /// The intersection over all arguments, if it is ready.
    pub(crate) fn intersect(&self, field: FieldImm) -> Option<SetView<'_>> {
        self.intersected.has(field).then(|| self.intersect.field(field).view())
    }
}

/// Combines the sets of all arguments into one, or takes what stands for those of none.
fn combine<'s>(
    into: &mut MetaSet,
    mut args: impl Iterator<Item = SetView<'s>>,
    of_none: SetView<'s>,
    work: &mut Work,
    with: impl Fn(&mut MetaSet, SetView<'_>),
) {
    into.assign(args.next().unwrap_or(of_none));
    for arg in args {
        work.spend(into.view().tail_words());
        if work.is_over() {
            return;
        }
        with(into, arg);
    }
}

/// Whether metadata of arguments may be over a limit of tags. Where it is not, nothing needs to be read to know.
fn may_be_over(call: &Call<'_>, interner: &Interner<'_>) -> bool {
    let limits = interner.limits;
    let mut listed = interner.call.len() + interner.mentioned.count();
    for arg in call.args() {
        for set in FIELDS.into_iter().filter_map(|field| arg.metadata().field(field)) {
            listed = listed.saturating_add(set.len());
            if set.len() > limits.tags_per_set || set.longest() > limits.tag_bytes {
                return true;
            }
        }
    }
    listed > limits.tags_per_call
}
