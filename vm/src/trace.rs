//! What came of a call, for people: the blocks that were about its tool, their rules, and, if asked for, every condition.
//!
//! Rules are always there. Conditions, with what decided them, and the metadata before and after each update are recorded once
//! [`Scratch::explain`] has asked for them: calls then run a second set of procedures, which tests each condition as it is
//! written, beside all rules instead of the first that decide; the answers are the same. Values of calls are never part of a
//! trace: it tells which leaf decided, and not what it was.
//!
//! Invariant: a trace borrows scratch and policy and copies no text. Parts of conditions are given on demand: with lets, the
//! written-out tree may be exponentially larger than the policy, so a caller should walk each let once.

mod evidence;
mod seen;

pub use evidence::{Evidence, Operand, SetOf, ValueOf};
pub use seen::{ChangeTrace, SeenCall, SeenMetadata, SeenSet};

use crate::bytecode::explanations::{ConditionKindRecord, ConditionRecord, ExplanationTables, LineColumn};
use crate::bytecode::program::List;
use crate::decision::RuleRef;
use crate::exec::{Noted, Tested};
use crate::policy::{BlockInfo, Policy, RuleInfo};
use crate::scratch::Scratch;

impl Scratch {
    /// Whether the calls from now on are explained down to each condition. It takes memory for every condition of the policy,
    /// and explained calls take longer; without, explanations cost nothing. A policy compiled or loaded without explanations has
    /// rules to show, and no conditions.
    pub fn explain(&mut self, policy: &Policy, on: bool) {
        let tables = &policy.program().explanations;
        self.explains = on && self.belongs_to(policy);
        self.memory.outcomes.want(if self.explains { tables.conditions.len() } else { 0 });
        self.memory.journal.want(self.explains);
    }

    /// The blocks that were about the last call's tool, in source order, with what came of their rules.
    pub fn trace<'s>(&'s self, policy: &'s Policy) -> impl Iterator<Item = BlockTrace<'s>> {
        let mut blocks = self.blocks.clone();
        blocks.sort_unstable();
        blocks.into_iter().map(move |block| BlockTrace { context: Context { policy, scratch: self }, block })
    }
}

/// Where traces look things up.
#[derive(Debug, Clone, Copy)]
struct Context<'s> {
    policy: &'s Policy,
    scratch: &'s Scratch,
}

impl<'s> Context<'s> {
    fn condition(self, slot: u32, tested: Tested) -> Option<ConditionTrace<'s>> {
        let record = self.policy.program().explanations.conditions.get(slot as usize)?;
        self.scratch.explains.then_some(ConditionTrace {
            context: self,
            record,
            slot,
            tested,
            when: When::Any,
        })
    }

    fn conditions(self, slots: List, tested: Tested) -> impl Iterator<Item = ConditionTrace<'s>> + use<'s> {
        let slots = slots.of(&self.policy.program().explanations.slots).unwrap_or_default();
        slots.iter().filter_map(move |&slot| self.condition(slot, tested))
    }
}

impl ExplanationTables {
    /// The explained procedure of a rule's condition.
    pub(crate) fn rule(&self, rule: u32) -> Option<u32> {
        let explained = *self.rules.get(rule as usize)?;
        explained.map(|explained| explained.procedure)
    }

    /// The explained procedure of a block for a phase.
    pub(crate) fn update(&self, block: u32, phase: UpdatePhase) -> Option<u32> {
        let explained = self.blocks.get(block as usize)?;
        match phase {
            UpdatePhase::Before => explained.before.procedure,
            UpdatePhase::Result => explained.result.procedure,
            UpdatePhase::After => explained.after.procedure,
        }
    }
}

/// A block that was about the tool of a call.
#[derive(Debug, Clone, Copy)]
pub struct BlockTrace<'s> {
    context: Context<'s>,
    block: u32,
}

impl<'s> BlockTrace<'s> {
    /// The block.
    pub fn block(&self) -> Option<BlockInfo<'s>> {
        self.context.policy.block(self.block)
    }

    /// Its rules in source order.
    pub fn rules(&self) -> impl Iterator<Item = RuleTrace<'s>> + use<'s> {
        let BlockTrace { context, block } = *self;
        let record = context.policy.program().blocks.get(block as usize);
        let rules = record.map_or(0..0, |record| record.rules.indices());
        rules.filter_map(move |rule| {
            let info = context.policy.rule(RuleRef { block, rule })?;
            Some(RuleTrace { context, info, rule })
        })
    }

    /// The conditions of the `when`s of its updates, with the phase, in the order of phases and source. One that is read in
    /// two ways (S4.4) is there twice, first as in a deny rule.
    pub fn updates(&self) -> impl Iterator<Item = (UpdatePhase, ConditionTrace<'s>)> + use<'s> {
        let context = self.context;
        let explained = context.policy.program().explanations.blocks.get(self.block as usize).copied();
        let explained = explained.unwrap_or_default();
        [
            (UpdatePhase::Before, explained.before),
            (UpdatePhase::Result, explained.result),
            (UpdatePhase::After, explained.after),
        ]
        .into_iter()
        .flat_map(move |(phase, updates)| {
            context.conditions(updates.conditions, phase.tested()).map(move |condition| (phase, condition))
        })
    }
}

/// When updates run (S7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UpdatePhase {
    /// `session before`
    Before,
    /// `result`
    Result,
    /// `session after`
    After,
}

impl UpdatePhase {
    pub(crate) fn tested(self) -> Tested {
        match self {
            UpdatePhase::Before => Tested::Before,
            UpdatePhase::Result => Tested::Result,
            UpdatePhase::After => Tested::After,
        }
    }

    /// The words of the language for it.
    pub fn name(self) -> &'static str {
        match self {
            UpdatePhase::Before => "session before",
            UpdatePhase::Result => "result",
            UpdatePhase::After => "session after",
        }
    }
}

/// A rule, and what came of it.
#[derive(Debug, Clone, Copy)]
pub struct RuleTrace<'s> {
    context: Context<'s>,
    info: RuleInfo<'s>,
    rule: u32,
}

impl<'s> RuleTrace<'s> {
    /// The rule.
    pub fn rule(&self) -> RuleInfo<'s> {
        self.info
    }

    /// Whether it fired; nothing if the outcome was known without it.
    pub fn fired(&self) -> Option<bool> {
        let Context { policy, scratch } = self.context;
        scratch.rules.find(self.rule, policy.rule_order())
    }

    /// Its condition; none of an `always` rule, and none unless conditions are recorded.
    pub fn condition(&self) -> Option<ConditionTrace<'s>> {
        let explained = *self.context.policy.program().explanations.rules.get(self.rule as usize)?;
        self.context.condition(explained?.slot, Tested::InRules)
    }
}

/// A condition of the source, and its outcome.
#[derive(Debug, Clone, Copy)]
pub struct ConditionTrace<'s> {
    context: Context<'s>,
    record: &'s ConditionRecord,
    slot: u32,
    tested: Tested,
    when: When,
}

/// Which outcomes of a condition are told.
#[derive(Debug, Clone, Copy)]
enum When {
    /// The last one of the phase.
    Any,
    /// One of the epoch in which what it is part of was tested.
    In(u64),
    /// None: what it is part of was tested again since, and may have come out another way.
    Never,
}

/// What a condition is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConditionKind {
    /// All parts hold.
    And,
    /// Some part holds.
    Or,
    /// The part does not hold.
    Not,
    /// A let; its part is what it stands for there.
    Let,
    /// A single test.
    Test,
}

impl<'s> ConditionTrace<'s> {
    /// Whether it held, in the rules or in the updates that the trace is about; nothing if it was not tested, because the
    /// outcome was known without it. What a let stands for may be tested more than once in a phase, after an update: only
    /// the outcomes of the last time are known, and are told where the let was tested then.
    pub fn outcome(&self) -> Option<bool> {
        self.noted().map(|noted| noted.outcome)
    }

    fn noted(&self) -> Option<Noted> {
        let noted = self.context.scratch.memory.outcomes.get(self.slot, self.tested)?;
        match self.when {
            When::Any => Some(noted),
            When::In(epoch) => (epoch == noted.epoch).then_some(noted),
            When::Never => None,
        }
    }

    /// What it is made of.
    pub fn kind(&self) -> ConditionKind {
        match self.record.kind {
            ConditionKindRecord::And => ConditionKind::And,
            ConditionKindRecord::Or => ConditionKind::Or,
            ConditionKindRecord::Not => ConditionKind::Not,
            ConditionKindRecord::Let => ConditionKind::Let,
            ConditionKindRecord::Test => ConditionKind::Test,
        }
    }

    /// A test as it is written (a long one is cut, with `…` at its end), the name of a let, `and`, `or` or `not`.
    pub fn text(&self) -> &'s str {
        let text = self.record.text.and_then(|id| self.context.policy.program().explanations.string(id));
        text.unwrap_or(match self.record.kind {
            ConditionKindRecord::And => "and",
            ConditionKindRecord::Or => "or",
            ConditionKindRecord::Not => "not",
            ConditionKindRecord::Let | ConditionKindRecord::Test => "",
        })
    }

    /// Its parts, in source order.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = ConditionTrace<'s>> + use<'s> {
        let (context, tested) = (self.context, self.tested);
        let when = match (self.noted(), self.record.kind, self.when) {
            (Some(noted), ..) => When::In(noted.epoch),
            // What a let stands for may have been tested where it is used elsewhere.
            (None, ConditionKindRecord::Let, _) | (None, _, When::Any) => When::Any,
            (None, ..) => When::Never,
        };
        let parts = self.record.parts.of(&context.policy.program().explanations.slots).unwrap_or_default();
        let part = move |&slot: &u32| Some(ConditionTrace { when, ..context.condition(slot, tested)? });
        parts.iter().filter_map(part)
    }

    /// A number that is the same for the same condition of a policy, however often it is used: to walk each let once.
    pub fn number(&self) -> u32 {
        self.slot
    }

    /// The file, as given, or `preset:NAME`.
    pub fn file(&self) -> &'s str {
        let program = self.context.policy.program();
        let id = program.files.get(self.record.file as usize);
        id.and_then(|&id| program.string(id)).unwrap_or_default()
    }

    /// The line and the column of its first character, both from 1, the column in Unicode scalar values.
    pub fn start(&self) -> (u32, u32) {
        let LineColumn { line, column } = self.record.start;
        (line, column)
    }

    /// The line and the column after its last character.
    pub fn end(&self) -> (u32, u32) {
        let LineColumn { line, column } = self.record.end;
        (line, column)
    }
}

#[cfg(test)]
mod tests {
    use super::{ConditionKind, ConditionTrace};
    use crate::bytecode::Settings;
    use crate::bytecode::explanations::{ConditionTextId, LineColumn};
    use crate::bytecode::instruction::Op;
    use crate::bytecode::operand::*;
    use crate::bytecode::verify::explanation_tests::sample;
    use crate::call::Call;
    use crate::testing::Bench;
    use crate::testing::code::*;

    #[test]
    fn outcomes_are_recorded_when_they_are_asked_for() {
        let mut bench = Bench::new(sample().program, Settings::default());
        let outcomes = |bench: &Bench| {
            let trace: Vec<_> = bench.scratch.trace(&bench.policy).collect();
            let rule = trace[0].rules().next().unwrap();
            let updates: Vec<_> = trace[0].updates().map(|(_, condition)| condition.outcome()).collect();
            let parts = |condition: ConditionTrace<'_>| condition.parts().next().unwrap().outcome();
            (rule.condition().map(|condition| (condition.outcome(), parts(condition))), updates)
        };
        let call = Call::new("t", &[]);
        assert_eq!(bench.check(&call).0, "must_deny");
        assert_eq!(outcomes(&bench), (None, vec![]));
        bench.scratch.explain(&bench.policy, true);
        assert_eq!(bench.check(&call).0, "must_deny");
        assert_eq!(outcomes(&bench), (Some((Some(true), Some(false))), vec![Some(false)]));
        // What another tool was asked about forgets them.
        assert_eq!(bench.check(&Call::new("u", &[])).0, "default");
        assert_eq!(bench.scratch.trace(&bench.policy).count(), 0);
        bench.scratch.explain(&bench.policy, false);
        assert_eq!(bench.check(&call).0, "must_deny");
        assert_eq!(outcomes(&bench), (None, vec![]));
    }
    /// The condition of the sample's rule, which is the second one of the program's.
    fn condition(bench: &Bench) -> ConditionTrace<'_> {
        bench.scratch.trace(&bench.policy).next().unwrap().rules().next().unwrap().condition().unwrap()
    }

    #[test]
    fn a_condition_says_what_it_is_and_where_it_stands() {
        let mut program = sample().program;
        program.explanations.text = String::from("a test");
        program.explanations.strings = vec![6];
        let records = &mut program.explanations.conditions;
        records[0].text = Some(ConditionTextId(0));
        (records[1].start, records[1].end) =
            (LineColumn { line: 2, column: 3 }, LineColumn { line: 4, column: 5 });
        let mut bench = Bench::new(program, Settings::default());
        bench.scratch.explain(&bench.policy, true);
        bench.check(&Call::new("t", &[]));
        let condition = condition(&bench);
        assert_eq!((condition.number(), condition.text(), condition.kind()), (1, "not", ConditionKind::Not));
        assert_eq!((condition.start(), condition.end()), ((2, 3), (4, 5)));
        assert_eq!(condition.parts().next().unwrap().text(), "a test");
        assert_eq!(condition.file(), bench.policy.program().string(bench.policy.program().files[0]).unwrap());
        let trace = bench.scratch.trace(&bench.policy).next().unwrap();
        let (phase, update) = trace.updates().next().unwrap();
        assert_eq!((phase.name(), update.number()), ("session before", 2));
    }

    #[test]
    fn parts_have_the_outcome_of_the_time_at_which_the_whole_was_tested() {
        let mut program = sample().program;
        program.explanations.conditions.swap(1, 2);
        // Of the update, which is the last procedure, the part is tested before it takes effect, and the whole after it.
        let noted = |slot| Op::Record { src: B0, slot: Slot(slot) };
        let end = program.code.split_off(program.code.len() - 5);
        let [set, store, load, whole, end] = end[..] else { panic!("five instructions") };
        assert_eq!(whole, noted(2));
        program.code.extend([load, noted(0), set, store, whole, end]);
        program.procedures.last_mut().unwrap().code.len += 1;
        let mut bench = Bench::new(program, Settings::default());
        bench.scratch.explain(&bench.policy, true);
        assert_eq!(bench.check(&Call::new("t", &[])).0, "must_deny");
        let trace = bench.scratch.trace(&bench.policy).next().unwrap();
        let (_, update) = trace.updates().next().unwrap();
        assert_eq!((update.outcome(), update.parts().next().unwrap().outcome()), (Some(false), None));
    }
}
