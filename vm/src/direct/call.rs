//! A call that is decided directly: its facts found, the rules of its plans asked.

use super::facts::{Facts, Part};
use super::formula::Comparison;
use super::plan::{Goto, OfSession, Plan, Test, ValueOfArg};
use super::texts::{Texts, has_no_line_end, is_string};
use crate::bytecode::names::NameWords;
use crate::bytecode::operand::{ConstSet, Elements, FieldImm, Tag};
use crate::call::{Argument, Call, MetadataInput};
use crate::decision::{About, DefaultOutcome, Kind, RuleKinds, RuleOrder, Verdict, decide};
use crate::dispatch::Blocks;
use crate::exec::Memory;
use crate::handle::ToolRef;
use crate::metadata::{Metadata, Session, SetView, TagId};
use crate::number::Number;
use crate::policy::Policy;
use crate::scratch::{RuleOutcomes, Scratch};
use crate::value::{Leaf, Value};
use crate::work::{PER_TAG, of_len};

impl Policy {
    /// Decides a call directly, if that can be done: see the module's invariants. A call that is to be refused is not decided.
    #[inline]
    pub(crate) fn decide_directly(
        &self,
        session: &Session,
        call: &Call<'_>,
        scratch: &mut Scratch,
    ) -> Option<Verdict> {
        // What is refused must not leave the details of an earlier call behind.
        scratch.forget();
        if !self.is_plain(session, call, scratch) {
            return None;
        }
        scratch.memory.begin_call(self.limits().work);
        let Scratch { dispatch, memory, blocks, by_priority, .. } = scratch;
        let known = match call.tool_ref() {
            ToolRef::Handle(tool) if tool.policy() != self.id() => return None,
            ToolRef::Handle(tool) => {
                Some(Blocks { ascending: tool.ascending(), descending: tool.descending() })
            }
            ToolRef::Name(tool) => {
                let known = self.known_blocks(tool);
                if known.is_none() {
                    self.search_blocks(tool, dispatch, memory.matching(), blocks, by_priority);
                    if memory.matching().broken().is_some() {
                        return None;
                    }
                }
                known
            }
        };
        match known.unwrap_or_default().ascending {
            [block] => blocks.push(*block),
            ascending => blocks.extend_from_slice(ascending),
        }
        if !self.direct().updates.are_none() {
            self.begin_directly(session, call, scratch)?;
        }
        let Scratch { memory, by_priority, rules, state, .. } = scratch;
        let session = state.session().unwrap_or(session.metadata());
        let asking = Asking { policy: self, session, facts: Facts::new(), memory };
        let verdict = match *known.map_or(by_priority.as_slice(), |known| known.descending) {
            [] => asking.decide(call.args(), &[], rules),
            [block] => asking.decide(call.args(), &[self.direct().part(block)?], rules),
            ref several => asking.decide_by_several(call.args(), several, rules),
        }?;
        scratch.note_decided();
        Some(verdict)
    }

    /// Whether session and scratch can be used, and nothing about a call but its arguments matters for rules.
    #[inline]
    fn is_plain(&self, session: &Session, call: &Call<'_>, scratch: &Scratch) -> bool {
        let settings = self.settings();
        // What the control flow depends on may count for nothing, and must be this policy's nevertheless.
        let counts_for_nothing = |control: &MetadataInput<'_>| {
            !settings.mode.uses_control() && control.foreign(&self.id()).is_none()
        };
        self.admit(session, scratch).is_ok()
            && !session.calls().are_used_up()
            && scratch.may_be_direct()
            && settings.fail_fast
            && call.context().is_none()
            && call.control().is_none_or(counts_for_nothing)
    }
}

impl About for Part<'_> {
    #[inline]
    fn block(&self) -> u32 {
        self.block
    }

    #[inline]
    fn kinds<'o>(&'o self, _order: &'o RuleOrder) -> &'o RuleKinds {
        &self.plan.kinds
    }
}

/// A test has no answer after all.
struct NotDirect;

/// A call whose rules are asked.
struct Asking<'a, 'c> {
    policy: &'a Policy,
    /// The session's, as rules see it.
    session: &'a Metadata,
    facts: Facts<'c>,
    memory: &'a mut Memory,
}

impl<'c> Asking<'_, 'c> {
    /// Decides by the plans of the blocks about the tool.
    #[inline(always)]
    fn decide(
        mut self,
        args: &'c [Argument<'c>],
        parts: &[Part<'_>],
        rules: &mut RuleOutcomes,
    ) -> Option<Verdict> {
        let policy = self.policy;
        let listed = self.facts.find_args(args, parts, policy)?;
        self.memory.work().spend(of_len(listed).saturating_mul(PER_TAG));
        for part in parts {
            // What asking costs at most, beside what single tests take.
            self.memory.work().spend(part.plan.steps.into());
        }
        let mut first_firing = |part: &Part<'_>, kind: Kind| {
            let [must_deny, must_allow, should] = part.plan.chains;
            let chain = match kind {
                Kind::MustDeny => must_deny,
                Kind::MustAllow => must_allow,
                Kind::Should => should,
            };
            let first = self.walk(part, chain).ok_or(NotDirect)?.turn();
            rules.note(part.block, kind, first);
            Ok::<_, NotDirect>(first)
        };
        let (program, order) = (policy.program(), policy.rule_order());
        let default = DefaultOutcome::of(policy.settings());
        let verdict = decide(program, order, parts, default, &mut first_firing).ok();
        // Whoever refuses calls that cost too much says what they cost.
        verdict.filter(|_| !self.memory.work().is_over())
    }

    /// The same for the tools of several blocks.
    #[inline(never)]
    fn decide_by_several(
        self,
        args: &'c [Argument<'c>],
        blocks: &[u32],
        rules: &mut RuleOutcomes,
    ) -> Option<Verdict> {
        let parts = self.policy.direct().parts(blocks)?;
        self.decide(args, &parts, rules)
    }

    /// Asks step by step, to the end that tells which rule fires.
    fn walk(&mut self, part: &Part<'_>, mut next: Goto) -> Option<Goto> {
        let steps = self.policy.direct().steps.as_slice();
        let Plan { first_step, first_number, .. } = part.plan;
        let mut step = if next == *first_number { first_step.as_ref() } else { steps.get(next.number()) };
        while let Some(asked) = step {
            next = if self.test(part, &asked.test)? { asked.if_true } else { asked.if_false };
            step = steps.get(next.number());
        }
        next.is_end().then_some(next)
    }

    #[inline(always)]
    fn test(&mut self, part: &Part<'_>, test: &Test) -> Option<bool> {
        match *test {
            Test::Word { set, word, of, just } => {
                Some(self.facts.word(part, set, word, self.policy)? & of == just)
            }
            Test::Int { value, set, first, last } => {
                let Some(found) = self.facts.arg(part, value.arg) else { return Some(value.if_absent) };
                match *found.value_ref() {
                    Value::Number(Number::Int(number)) => Some(match i64::try_from(number) {
                        Ok(number) => first <= number && number <= last,
                        // An end that is open is the last that a word holds.
                        Err(_) if number < 0 => first == i64::MIN,
                        Err(_) => last == i64::MAX,
                    }),
                    other => self.is_element(other, value, set),
                }
            }
            Test::Is { value, string } => self.text(part, value, |asking, text| {
                let (words, work) = (NameWords::of(text), asking.memory.work());
                Some(is_string(&string, asking.policy.program(), text, words, work))
            }),
            Test::Begins { value, with } => self.text(part, value, |asking, text| {
                let (tables, work) = (&asking.policy.program().automata, asking.memory.work());
                Some(with.begins(text, tables, work) && (value.lines || has_no_line_end(text, work)))
            }),
            Test::Ends { value, with } => self.text(part, value, |asking, text| {
                let (tables, work) = (&asking.policy.program().automata, asking.memory.work());
                Some(with.ends(text, tables, work) && (value.lines || has_no_line_end(text, work)))
            }),
            Test::Text { value, texts } => {
                self.text(part, value, |asking, text| asking.is_text(text, value, texts))
            }
            Test::Element { value, set } => {
                let Some(found) = self.facts.arg(part, value.arg) else { return Some(value.if_absent) };
                self.is_element(found.value(), value, set)
            }
            Test::Session(field, test) => self.ask_session(field, test),
        }
    }

    /// Asks about the text that a value is; one that is none is none of any texts.
    #[inline(always)]
    fn text(
        &mut self,
        part: &Part<'_>,
        value: ValueOfArg,
        ask: impl FnOnce(&mut Self, &str) -> Option<bool>,
    ) -> Option<bool> {
        let Some(found) = self.facts.arg(part, value.arg) else { return Some(value.if_absent) };
        match found.value_ref() {
            Value::Str(text) => ask(self, text),
            Value::Null | Value::Bool(_) | Value::Number(_) => Some(false),
            Value::List(_) | Value::Object(_) => None,
        }
    }

    #[inline(never)]
    fn is_text(&mut self, text: &str, value: ValueOfArg, texts: Texts) -> Option<bool> {
        texts.accept(self.policy, text, value.lines, self.memory.matching())
    }

    #[inline(never)]
    fn is_element(&mut self, found: Value<'_>, value: ValueOfArg, set: Elements) -> Option<bool> {
        let (leaf, elements) = (Leaf::of_scalar(found)?, self.policy.elements(set)?);
        Some(elements.accepts(leaf, value.lines, self.memory.matching()))
    }

    #[inline(never)]
    fn ask_session(&mut self, field: FieldImm, test: OfSession) -> Option<bool> {
        let set = self.session.field(field).view();
        Some(match test {
            OfSession::Compares(comparison, right) => return self.compare(set, comparison, right),
            OfSession::Overlaps(right) => set.overlaps_word(right),
            OfSession::Has(right) => set.has_word(right),
            OfSession::IsEmpty => set.is_empty(),
            OfSession::IsUniversal => set.is_universal(),
            OfSession::Contains(Tag(tag)) => set.contains(TagId(tag)),
        })
    }

    fn compare(&mut self, left: SetView<'_>, comparison: Comparison, right: ConstSet) -> Option<bool> {
        let right = self.policy.const_set(right)?;
        let words = left.tail_words().saturating_add(right.tail_words());
        let holds = match comparison {
            Comparison::Overlaps => left.overlaps(right),
            Comparison::Subset => left.is_subset(right),
            Comparison::Superset => right.is_subset(left),
            Comparison::Equal => left == right,
        };
        self.memory.work().spend(words);
        Some(holds)
    }
}
