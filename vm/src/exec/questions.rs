//! Questions about many things at once: the leaves of a value (S4.4), the strings of a metadata set.

use super::{Fault, Machine, Subject};
use crate::bytecode::operand::*;
use crate::metadata::TagId;
use crate::value::{Leaf, Value};
use crate::work::{BYTES_COMPARED, PER_LEAF, of_len, of_text};

/// Collects the answers about leaves as the reading says (S4.4).
struct Verdict {
    reading: ReadingImm,
    any: bool,
    all: bool,
    /// How many leaves were looked at.
    count: u64,
}

impl Verdict {
    fn new(reading: ReadingImm) -> Self {
        Verdict { reading, any: false, all: true, count: 0 }
    }

    /// Notes whether a leaf is in the set; false if no other leaf can change the outcome.
    fn note(&mut self, accepted: bool) -> bool {
        self.count += 1;
        self.any |= accepted;
        self.all &= accepted;
        accepted == (self.reading == ReadingImm::All)
    }

    fn outcome(&self) -> bool {
        let none = self.count == 0;
        match self.reading {
            ReadingImm::Any => self.any,
            ReadingImm::All => self.all && !none,
            ReadingImm::AnyOrNone => self.any || none,
        }
    }
}

impl<'m> Machine<'m> {
    /// Whether the leaves are in an element set. Line ends do not keep a pattern from matching, but in the reading `all`
    /// (S4.5).
    pub(super) fn leaves_in(
        &mut self,
        value: Option<Value<'m>>,
        reading: ReadingImm,
        set: Elements,
    ) -> Result<bool, Fault> {
        let elements = self.inputs.policy.elements(set).ok_or(Fault::NoElements)?;
        let lines = reading != ReadingImm::All;
        if let Some(leaf) = value.and_then(Leaf::of_scalar) {
            // Every reading is the same of one leaf.
            let accepted = elements.accepts(leaf, lines, &mut self.memory.matching);
            self.charge(PER_LEAF)?;
            return Ok(accepted);
        }
        let mut verdict = Verdict::new(reading);
        for leaf in self.memory.walks.leaves.leaves(value) {
            let matching = &mut self.memory.matching;
            if !verdict.note(elements.accepts(leaf, lines, matching)) || matching.work.is_over() {
                break;
            }
        }
        let entered = self.memory.walks.leaves.take_entered();
        self.charge((verdict.count + entered).saturating_mul(PER_LEAF))?;
        Ok(verdict.outcome())
    }

    /// Whether a membership procedure accepts the leaves.
    pub(super) fn leaves_match(
        &mut self,
        value: Option<Value<'m>>,
        reading: ReadingImm,
        procedure: MembershipProc,
    ) -> Result<bool, Fault> {
        let mut stack = std::mem::take(&mut self.memory.walks.leaves);
        let mut verdict = Verdict::new(reading);
        let mut fault = None;
        for leaf in stack.leaves(value) {
            match self.ask(procedure, Subject { leaf, tag: None }) {
                Ok(accepted) if verdict.note(accepted) => {}
                Ok(_) => break,
                Err(error) => {
                    fault = Some(error);
                    break;
                }
            }
        }
        let entered = stack.take_entered();
        self.memory.walks.leaves = stack;
        self.charge(entered.saturating_mul(PER_LEAF))?;
        fault.map_or_else(|| Ok(verdict.outcome()), Err)
    }

    /// Whether a membership procedure accepts the strings of a finite set, as the reading says; false of another (S5.4).
    pub(super) fn tags_match(
        &mut self,
        set: SetReg,
        any: bool,
        procedure: MembershipProc,
    ) -> Result<bool, Fault> {
        let mut tags = std::mem::take(&mut self.memory.tags);
        tags.clear();
        let walked = self.metadata_set(set)?;
        if !walked.is_finite() {
            self.memory.tags = tags;
            return Ok(false);
        }
        tags.extend(walked.listed());
        self.memory.matching.work.spend(of_len(tags.len()));
        // `all` unless one is refused, `any` if one is accepted.
        let mut answer = !any;
        for &tag in &tags {
            if self.ask_about_tag(procedure, tag)? == any {
                answer = any;
                break;
            }
        }
        self.memory.tags = tags;
        Ok(answer)
    }

    /// Whether a membership procedure accepts the string of a tag.
    pub(super) fn ask_about_tag(&mut self, procedure: MembershipProc, tag: TagId) -> Result<bool, Fault> {
        let text = self.inputs.tags.name(tag).ok_or(Fault::NoTag)?;
        self.ask(procedure, Subject { leaf: Leaf::Str(text), tag: Some(tag) })
    }

    /// Whether the subject is in an element set.
    pub(super) fn subject_is_element(&mut self, set: Elements, lines: bool) -> Result<bool, Fault> {
        let elements = self.inputs.policy.elements(set).ok_or(Fault::NoElements)?;
        let subject = self.subject.ok_or(Fault::NoSubject)?;
        let accepted = elements.accepts(subject.leaf, lines, &mut self.memory.matching);
        self.charge(0)?;
        Ok(accepted)
    }

    /// Whether the subject is a string and in a metadata set (S4.1).
    pub(super) fn subject_is_in(&mut self, set: SetReg) -> Result<bool, Fault> {
        let subject = self.subject.ok_or(Fault::NoSubject)?;
        let Leaf::Str(text) = subject.leaf else { return Ok(false) };
        if subject.tag.is_none() {
            self.charge(of_text(text, BYTES_COMPARED))?;
        }
        let set = self.metadata_set(set)?;
        // A string that no table has is in no list, and so in every complement.
        Ok(match subject.tag.or_else(|| self.inputs.tags.find(text)) {
            Some(tag) => set.contains(tag),
            None => !set.is_finite(),
        })
    }
}
