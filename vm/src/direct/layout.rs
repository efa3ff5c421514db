//! Lays out the formulas of blocks as plans ([`plan`](super::plan)), when a policy is loaded.
//!
//! Invariants: a block has a plan only if each of its rules has a formula and all of them together are within the bounds of
//! plans; steps that a test becomes lead to steps that were laid out before. Laying out takes time in proportion to the
//! formulas.

use super::Direct;
use super::formula::{self, Comparison, Follower, Next, Source};
use super::plan::{
    BITS, Goto, Lengths, MOST_ARGS, MOST_WORDS, MOST_WORDS_EACH, Of, Plan, SetOfArgs, Step, Tell, Test,
    ValueOfArg,
};
use super::texts::{Affix, Texts, integers};
use super::update::Updates;
use crate::bytecode::names::{NameWords, NamedId};
use crate::bytecode::operand::{Arg, ConstSet, Elements, FieldImm, ReadingImm};
use crate::bytecode::program::{ConstSetRecord, List, Program};
use crate::decision::{BlockRules, Kind, RuleOrder};
use crate::metadata::{HeadWord, SetView};
use std::ops::Range;

/// So few tags are found by their names, one after another.
const FEW_TAGS: usize = 8;

/// Lays out the plans of a program.
pub(super) struct Layout<'p> {
    program: &'p Program,
    order: &'p RuleOrder,
    steps: Vec<Step>,
    args: Vec<NamedId>,
    /// Those of the plan before, in `args`.
    last_args: List,
    tags: Vec<NamedId>,
    strings: Vec<NamedId>,
    affixes: Vec<Affix>,
    block: BlockLayout,
}

/// The plan that is being laid out.
struct BlockLayout {
    args: Vec<Arg>,
    sets: Vec<(Of, FieldImm)>,
    /// Ascending; none if they are all of the policy's.
    tags: Vec<u32>,
    tell: Tell,
    /// How many words a set has.
    words: usize,
    /// For each turn its formula, and the steps of it.
    formulas: Vec<(Next, Range<usize>)>,
    /// Where each step of the formula begins that is being laid out.
    laid: Vec<Goto>,
}

impl<'p> Layout<'p> {
    pub(super) fn new(program: &'p Program, order: &'p RuleOrder) -> Layout<'p> {
        Layout {
            program,
            order,
            // What most blocks need; the rest is given back.
            steps: Vec::with_capacity(program.rules.len()),
            args: Vec::new(),
            last_args: List::default(),
            tags: Vec::new(),
            strings: Vec::new(),
            affixes: Vec::new(),
            block: BlockLayout {
                args: Vec::new(),
                sets: Vec::new(),
                tags: Vec::new(),
                tell: Tell::Name,
                words: 1,
                formulas: Vec::new(),
                laid: Vec::new(),
            },
        }
    }

    /// Lays out a block, if each of its rules has a formula and the plan is worth it.
    pub(super) fn block(&mut self, number: u32, follower: &mut Follower<'_>) -> Option<Plan> {
        let pools = [self.steps.len(), self.args.len(), self.tags.len()];
        let texts = [self.strings.len(), self.affixes.len()];
        let rules = *self.order.of_block(number);
        if let Some(plan) = self.lay_out_values(rules, follower) {
            return Some(plan);
        }
        self.give_back(pools, texts);
        follower.forget_formulas();
        self.follow(&rules, follower)?;
        let plan = self.lay_out(rules, &follower.steps);
        if plan.is_none() {
            self.give_back(pools, texts);
        }
        plan
    }

    /// Takes back what was laid out since the lists had these lengths.
    fn give_back(&mut self, [steps, args, tags]: [usize; 3], [strings, affixes]: [usize; 2]) {
        self.steps.truncate(steps);
        self.args.truncate(args);
        self.tags.truncate(tags);
        self.strings.truncate(strings);
        self.affixes.truncate(affixes);
        self.last_args = List::default();
    }

    /// Lays out a block whose rules ask about values only, one each, as those of most large policies do: what [`Layout::lay_out`]
    /// makes of it takes several times as long.
    fn lay_out_values(&mut self, rules: BlockRules, follower: &Follower<'_>) -> Option<Plan> {
        self.begin();
        let first_step = self.steps.len();
        let mut chains = [Goto::NONE_FIRES; Kind::ALL.len()];
        for (chain, kind) in chains.iter_mut().zip(Kind::ALL) {
            let turns = rules.turns(kind);
            for (turn, &rule) in turns.clone().zip(self.order.rules(turns)).rev() {
                let fires = Goto::fires(turn)?;
                *chain = match self.program.rules.get(rule as usize)?.condition {
                    Some(condition) => self.lay(follower.single_value(condition)?, fires, *chain)?,
                    None => fires,
                };
            }
        }
        self.plan(rules, chains, first_step)
    }

    /// Begins a plan that tells no tags apart.
    fn begin(&mut self) {
        self.block.args.clear();
        self.block.sets.clear();
        self.block.tags.clear();
        (self.block.tell, self.block.words) = (Tell::Name, 1);
    }

    /// Finds the formulas of a block's rules.
    fn follow(&mut self, rules: &BlockRules, follower: &mut Follower<'_>) -> Option<()> {
        self.block.formulas.clear();
        for &rule in self.order.rules(rules.all_turns()) {
            let first = follower.steps.len();
            let formula = match self.program.rules.get(rule as usize)?.condition {
                Some(condition) => follower.formula(condition)?,
                None => Next::answer(true),
            };
            self.block.formulas.push((formula, first..follower.steps.len()));
        }
        Some(())
    }

    /// Lays out formulas of which these are the steps.
    fn lay_out(&mut self, rules: BlockRules, steps: &[formula::Step]) -> Option<Plan> {
        self.begin();
        let first_step = self.steps.len();
        self.tell_tags_apart(steps)?;
        let mut chains = [Goto::NONE_FIRES; Kind::ALL.len()];
        let first_turn = rules.all_turns().start;
        for (chain, kind) in chains.iter_mut().zip(Kind::ALL) {
            for turn in rules.turns(kind).rev() {
                let (formula, range) = self.block.formulas.get((turn - first_turn) as usize)?.clone();
                let first = range.start;
                *chain = self.rule(formula, steps.get(range)?, first, Goto::fires(turn)?, *chain)?;
            }
        }
        self.plan(rules, chains, first_step)
    }

    /// The plan whose steps, from this one on, are there.
    fn plan(
        &mut self,
        rules: BlockRules,
        chains: [Goto; Kind::ALL.len()],
        first_step: usize,
    ) -> Option<Plan> {
        let BlockLayout { args, sets, tags, tell, words, .. } = &self.block;
        if sets.len() * words > MOST_WORDS {
            return None;
        }
        let (first_arg, first_tag) = (self.args.len(), self.tags.len());
        let (mut arg_lengths, mut tag_lengths) = (Lengths::default(), Lengths::default());
        // Of `*`, which no plan tells apart.
        tag_lengths.add(1);
        for arg in args {
            arg_lengths.add(self.program.string(*self.program.args.get(arg.index())?)?.len());
        }
        // Blocks after one another are often about the same arguments.
        let last = self.last_args.of(&self.args).unwrap_or_default();
        if !last.iter().map(|named| named.id).eq(args.iter().map(|arg| arg.0)) {
            for arg in args {
                let name = self.program.string(*self.program.args.get(arg.index())?)?;
                self.args.push(NamedId::new(NameWords::of(name), arg.0));
            }
            self.last_args = from(first_arg, &self.args)?;
        }
        for &tag in tags {
            let name = self.program.string(*self.program.tags.get(tag as usize)?)?;
            tag_lengths.add(name.len());
            self.tags.push(NamedId::new(NameWords::of(name), tag));
        }
        let first_number = chains.iter().copied().find(|chain| !chain.is_end()).unwrap_or(Goto::NONE_FIRES);
        Some(Plan {
            first_arg: self.last_args.of(&self.args).and_then(<[_]>::first).copied().unwrap_or(NamedId::NONE),
            first_step: self.steps.get(first_number.number()).copied(),
            first_number,
            arg_lengths,
            tag_lengths,
            args: self.last_args,
            tags: from(first_tag, &self.tags)?,
            tell: *tell,
            words_each: u8::try_from(*words).ok()?,
            words: u8::try_from(sets.len() * words).ok()?,
            steps: u32::try_from(self.steps.len() - first_step).ok()?,
            chains,
            kinds: rules.kinds,
        })
    }

    /// Lays out the formula of a rule, whose steps are these, from `first` on; gives where it begins.
    fn rule(
        &mut self,
        formula: Next,
        steps: &[formula::Step],
        first: usize,
        fires: Goto,
        otherwise: Goto,
    ) -> Option<Goto> {
        self.block.laid.clear();
        let at = |laid: &[Goto], next: Next| match next.next() {
            Err(true) => Some(fires),
            Err(false) => Some(otherwise),
            Ok(step) => laid.get(step.checked_sub(first)?).copied(),
        };
        for step in steps {
            let (if_true, if_false) =
                (at(&self.block.laid, step.if_true)?, at(&self.block.laid, step.if_false)?);
            let begin = self.lay(step.test, if_true, if_false)?;
            self.block.laid.push(begin);
        }
        at(&self.block.laid, formula)
    }

    pub(super) fn into_direct(mut self, plans: Vec<Option<Plan>>, updates: Updates) -> Direct {
        self.steps.shrink_to_fit();
        self.args.shrink_to_fit();
        self.tags.shrink_to_fit();
        self.strings.shrink_to_fit();
        self.affixes.shrink_to_fit();
        let Layout { steps, args, tags, strings, affixes, .. } = self;
        Direct { plans, steps, args, tags, strings, affixes, updates }
    }

    /// Finds the tags that tests of arguments name, and how many words they take.
    fn tell_tags_apart(&mut self, steps: &[formula::Step]) -> Option<()> {
        self.block.tags.clear();
        for step in steps {
            match step.test {
                formula::Test::Set { left: Source::Arg(..) | Source::Args(..), right, .. } => {
                    let tags = self.const_set(right)?.tags(self.program)?;
                    self.block.tags.extend(tags.take(BITS * MOST_WORDS_EACH + 1));
                }
                formula::Test::Contains(Source::Arg(..) | Source::Args(..), tag) => {
                    self.block.tags.push(tag.0)
                }
                _ => {}
            }
        }
        let block = &mut self.block;
        if block.tags.len() > 1 {
            block.tags.sort_unstable();
            block.tags.dedup();
        }
        block.words = 1;
        block.tell = if block.tags.len() <= FEW_TAGS {
            Tell::Name
        } else if self.program.tags.len() <= BITS {
            block.tags.clear();
            Tell::Id
        } else {
            block.words = block.tags.len().div_ceil(BITS);
            Tell::Search
        };
        (block.words <= MOST_WORDS_EACH).then_some(())
    }

    fn const_set(&self, set: ConstSet) -> Option<&'p ConstSetRecord> {
        self.program.const_sets.get(set.index())
    }

    /// The word and the bit of a tag that the plan tells apart.
    fn bit(&self, tag: u32) -> Option<(usize, u64)> {
        let place = match self.block.tell {
            Tell::Id => tag as usize,
            Tell::Name | Tell::Search => self.block.tags.binary_search(&tag).ok()?,
        };
        Some((place / BITS, 1 << (place % BITS)))
    }

    /// A constant set as words.
    fn words_of(&self, set: ConstSet) -> Option<[u64; MOST_WORDS_EACH]> {
        let (record, mut words) = (self.const_set(set)?, [0; MOST_WORDS_EACH]);
        for tag in record.tags(self.program)? {
            let (word, bit) = self.bit(tag)?;
            *words.get_mut(word)? |= bit;
        }
        Some(if record.complement { words.map(|word: u64| !word) } else { words })
    }

    /// Lays out a test; gives where it begins.
    fn lay(&mut self, test: formula::Test, if_true: Goto, if_false: Goto) -> Option<Goto> {
        match test {
            formula::Test::Value { arg, reading, set } => {
                let value = ValueOfArg {
                    arg: self.arg(arg)?,
                    if_absent: reading == ReadingImm::AnyOrNone,
                    lines: reading != ReadingImm::All,
                };
                let test = self.value_test(value, set);
                self.step(test, if_true, if_false)
            }
            formula::Test::Set { left, comparison, right } => {
                let Some((of, field)) = self.of_args(left)? else {
                    let set = SetView::constant(self.program, self.const_set(right)?)?;
                    let word = HeadWord::of(set);
                    let test = |field| match (comparison, word) {
                        (Comparison::Overlaps, Some(right)) => Test::SessionOverlaps { field, right },
                        (Comparison::Superset, Some(right)) => Test::SessionHas { field, right },
                        _ => Test::Session { field, comparison, right },
                    };
                    return self.session_test(left, test, if_true, if_false);
                };
                let right = self.words_of(right)?;
                self.words(of, field, if_true, if_false, |at| {
                    let word = right.get(at).copied().unwrap_or(0);
                    match comparison {
                        Comparison::Overlaps => Asked::AnyOf(word),
                        Comparison::Subset => Asked::All { of: !word, just: 0 },
                        Comparison::Superset => Asked::All { of: word, just: word },
                        Comparison::Equal => Asked::All { of: !0, just: word },
                    }
                })
            }
            formula::Test::Empty(source) => match self.of_args(source)? {
                None => self.session_test(source, Test::SessionEmpty, if_true, if_false),
                Some((of, field)) => {
                    self.words(of, field, if_true, if_false, |_| Asked::All { of: !0, just: 0 })
                }
            },
            formula::Test::Universal(source) => match self.of_args(source)? {
                None => self.session_test(source, Test::SessionUniversal, if_true, if_false),
                Some((of, field)) => {
                    self.words(of, field, if_true, if_false, |_| Asked::All { of: !0, just: !0 })
                }
            },
            formula::Test::Contains(source, tag) => {
                let Some((of, field)) = self.of_args(source)? else {
                    let test = |field| Test::SessionContains(field, tag);
                    return self.session_test(source, test, if_true, if_false);
                };
                let (word, bit) = self.bit(tag.0)?;
                let asked = |at| Asked::AnyOf(if at == word { bit } else { 0 });
                self.words(of, field, if_true, if_false, asked)
            }
        }
    }

    /// Whose set it is, if it is one of arguments; nothing at all if there are too many arguments.
    fn of_args(&mut self, source: Source) -> Option<Option<(Of, FieldImm)>> {
        Some(match source {
            Source::Arg(field, arg) => Some((Of::Arg(self.arg(arg)?), field)),
            Source::Args(field, joined) => Some((Of::All(joined), field)),
            Source::Session(_) => None,
        })
    }

    /// Lays out a test of a set of the session.
    fn session_test(
        &mut self,
        source: Source,
        test: impl Fn(FieldImm) -> Test,
        if_true: Goto,
        if_false: Goto,
    ) -> Option<Goto> {
        let Source::Session(field) = source else { return None };
        self.step(test(field), if_true, if_false)
    }

    /// Lays out a test of a set word by word.
    fn words(
        &mut self,
        of: Of,
        field: FieldImm,
        if_true: Goto,
        if_false: Goto,
        asked: impl Fn(usize) -> Asked,
    ) -> Option<Goto> {
        let sets = &mut self.block.sets;
        let place = sets.iter().position(|set| *set == (of, field)).unwrap_or_else(|| {
            sets.push((of, field));
            sets.len() - 1
        });
        let first = place * self.block.words;
        let set = SetOfArgs { of, field, words: u8::try_from(first).ok()? };
        // What is known once every word has passed.
        let mut next = match asked(0) {
            Asked::AnyOf(_) => if_false,
            Asked::All { .. } => if_true,
        };
        for at in (0..self.block.words).rev() {
            let word = u8::try_from(first + at).ok()?;
            next = match asked(at) {
                Asked::AnyOf(0) | Asked::All { of: 0, .. } => next,
                Asked::AnyOf(of) => self.step(Test::Word { set, word, of, just: 0 }, next, if_true)?,
                Asked::All { of, just } => self.step(Test::Word { set, word, of, just }, next, if_false)?,
            };
        }
        Some(next)
    }

    fn value_test(&mut self, value: ValueOfArg, set: Elements) -> Test {
        if let Some((first, last)) = integers(self.program, set) {
            return Test::Int { value, set, first, last };
        }
        let Some(texts) = Texts::of(self.program, set, &mut self.strings, &mut self.affixes) else {
            return Test::Element { value, set };
        };
        // What there is only one of is in the step itself.
        let only = match texts {
            Texts::Few(List { len: 1, .. }) => self.strings.pop().map(|string| Test::Is { value, string }),
            Texts::Begin(List { len: 1, .. }) => self.affixes.pop().map(|with| Test::Begins { value, with }),
            Texts::End(List { len: 1, .. }) => self.affixes.pop().map(|with| Test::Ends { value, with }),
            _ => None,
        };
        only.unwrap_or(Test::Text { value, texts })
    }

    /// The place of an argument in the plan's list.
    fn arg(&mut self, arg: Arg) -> Option<u8> {
        let args = &mut self.block.args;
        let place = args.iter().position(|known| *known == arg).unwrap_or_else(|| {
            args.push(arg);
            args.len() - 1
        });
        if place < MOST_ARGS { u8::try_from(place).ok() } else { None }
    }

    fn step(&mut self, test: Test, if_true: Goto, if_false: Goto) -> Option<Goto> {
        let number = self.steps.len();
        self.steps.push(Step { test, if_true, if_false });
        Goto::step(number)
    }
}

/// What is asked of a word of a set.
#[derive(Clone, Copy)]
enum Asked {
    /// Whether any word has some of its bits.
    AnyOf(u64),
    /// Whether each word has, of some bits, just these.
    All { of: u64, just: u64 },
}

/// The part of a pool from here on.
pub(super) fn from<T>(start: usize, pool: &[T]) -> Option<List> {
    Some(List { start: u32::try_from(start).ok()?, len: u32::try_from(pool.len() - start).ok()? })
}
