//! Automata: tables that lead nowhere out of range, texts in the order in which they are searched.

use super::error::{Place, VerifyError};
use super::promises::{Flaw, Promise};
use super::tables::{Checked, PoolBudget, Row, each, ends, index};
use crate::bytecode::automata::*;
use crate::bytecode::program::{PatternId, Program, StringId};
use crate::pattern::{MAX_POLICY_CLASSES, Pattern, PatternSyntax, class_count};
use std::collections::HashSet;

pub(super) fn verify(program: &Program) -> Checked {
    let tables = &program.automata;
    dfas(tables)?;
    ends("literal", &tables.literal_text, &tables.literals)?;
    text_sets(program)?;
    simulated(program)?;
    let texts = |texts: &TextsRecord| {
        [texts.plain, texts.line_mode]
            .into_iter()
            .flatten()
            .try_for_each(|id| index("text set", id.0, tables.text_sets.len()))
    };
    each("texts of element set", &tables.elements, texts)?;
    each("texts of sized text", &tables.sized, texts)?;
    same_length("texts of element sets", tables.elements.len(), program.element_sets.len())?;
    same_length("texts of sized texts", tables.sized.len(), program.sized_texts.len())
}

fn same_length(table: &'static str, len: usize, expected: usize) -> Checked {
    if len == expected {
        return Ok(());
    }
    let flaw = Promise::EverySetHasTexts.broken(format!("{len} of them, where {expected} are needed"));
    Err(VerifyError::new(Place::Table(table), flaw))
}

fn dfas(tables: &AutomataTables) -> Checked {
    let mut pools = DfaPools {
        classes: tables.dfa_classes.len(),
        transitions: tables.dfa_transitions.len(),
        accepts: PoolBudget::new("accept list", &tables.dfa_accepts),
        patterns: PoolBudget::new("accept", &tables.dfa_accept_pool),
    };
    for (row, record) in tables.dfas.iter().enumerate() {
        pools.dfa(tables, record).map_err(|flaw| VerifyError::new(Place::Row("automaton", row), flaw))?;
    }
    Ok(())
}

/// What automata may still take of their pools.
struct DfaPools<'p> {
    classes: usize,
    transitions: usize,
    accepts: PoolBudget<'p, crate::bytecode::program::List>,
    patterns: PoolBudget<'p, u32>,
}

impl DfaPools<'_> {
    fn dfa(&mut self, tables: &AutomataTables, record: &DfaRecord) -> Row {
        let closed = |holds, message| Promise::DfaTablesClosed.check(holds, message);
        closed(record.stride_log2 <= 8, "rows are longer than there are bytes")?;
        let stride = 1 << record.stride_log2;
        let size = usize::from(record.states) * stride;
        let shared = || Promise::DfaTablesClosed.broken("it shares its part of a pool with others");
        let within = |left: usize, size| left.checked_sub(size).ok_or_else(shared);
        self.classes = within(self.classes, 256)?;
        self.transitions = within(self.transitions, size)?;
        let beyond = || Promise::DfaTablesClosed.broken("it reaches beyond its pool");
        let classes = tables.dfa_classes.get(record.classes as usize..).and_then(|rest| rest.get(..256));
        let classes = classes.ok_or_else(beyond)?;
        let rows =
            tables.dfa_transitions.get(record.transitions as usize..).and_then(|rest| rest.get(..size));
        let rows = rows.ok_or_else(beyond)?;
        let classes_fit = classes.iter().all(|&class| usize::from(class) < stride);
        closed(classes_fit, "a byte class beyond the stride")?;
        let states_exist = rows.iter().chain([&record.start]).all(|&state| state < record.states);
        closed(states_exist, "a state that does not exist")?;
        self.order(record, classes, rows)?;
        self.accepts(record)
    }

    /// States are in order, and final ones are not left.
    fn order(&self, record: &DfaRecord, classes: &[u8], rows: &[u16]) -> Row {
        let stride = 1 << record.stride_log2;
        let (accepting, absorbing) = (record.first_accepting, record.first_absorbing);
        let ordered = 0 < accepting && accepting <= absorbing && absorbing <= record.states;
        Promise::DfaFinalStatesStay.check(ordered, "states that are not in order")?;
        // Each class counts once: a row is short where there are few.
        let mut used = vec![false; stride];
        for &class in classes {
            used.get_mut(usize::from(class)).into_iter().for_each(|used| *used = true);
        }
        let stays =
            |state: u16, row: &[u16]| row.iter().zip(&used).all(|(&next, &used)| !used || next == state);
        for (state, row) in (0..record.states).zip(rows.chunks_exact(stride)) {
            if (state == 0 || state >= absorbing) && !stays(state, row) {
                let message = format!("state {state} is left, and should not be");
                return Err(Promise::DfaFinalStatesStay.broken(message));
            }
        }
        Ok(())
    }

    fn accepts(&mut self, record: &DfaRecord) -> Row {
        let lists = self.accepts.take(record.accepts)?;
        let expected =
            if record.patterns == 0 { 0 } else { record.states.saturating_sub(record.first_accepting) };
        if lists.len() != usize::from(expected) {
            let message = format!("{} accept lists for {expected} accepting states", lists.len());
            return Err(Promise::DfaAcceptsComplete.broken(message));
        }
        for list in lists {
            let patterns = self.patterns.take(*list)?;
            let ascends = !patterns.is_empty() && patterns.is_sorted_by(|a, b| a < b);
            Promise::DfaAcceptsComplete.check(ascends, "an accept list that does not ascend")?;
            patterns.iter().try_for_each(|&pattern| index("pattern", pattern, record.patterns as usize))?;
        }
        Ok(())
    }
}

fn text_sets(program: &Program) -> Checked {
    let tables = &program.automata;
    let literal = |id: &LiteralId| index("literal", id.0, tables.literals.len());
    each("literal pool entry", &tables.literal_pool, literal)?;
    each("literal pair", &tables.literal_pairs, |(prefix, suffix)| literal(prefix).and(literal(suffix)))?;
    // Texts are compared to check their order, so their length counts each time. A set uses one in four ways at most.
    let lengths = tables.literal_pool.iter().filter_map(|&id| tables.literal(id)).map(str::len);
    if lengths.fold(0, usize::saturating_add) > tables.literal_text.len().saturating_mul(4) {
        let flaw = Promise::PoolsAreNotShared.broken("texts that too many sets share");
        return Err(VerifyError::new(Place::Table("literal pool"), flaw));
    }
    let mut pool = PoolBudget::new("literal", &tables.literal_pool);
    let mut pairs = PoolBudget::new("literal pair", &tables.literal_pairs);
    let mut dfas = PoolBudget::new("automaton", &tables.dfas);
    let mut simulated = PoolBudget::new("simulated pattern", &tables.simulated);
    for (row, set) in tables.text_sets.iter().enumerate() {
        let mut check = || {
            let text = |id: &LiteralId| tables.literal(*id).unwrap_or_default();
            let exact = pool.take(set.exact)?;
            let prefixes = pool.take(set.prefixes)?;
            let suffixes = pool.take(set.suffixes)?;
            pool.take(set.substrings)?;
            pairs.take(set.pairs)?;
            dfas.take(set.dfas)?;
            let ids = simulated.take(set.simulated)?;
            let ordered = exact.is_sorted_by(|a, b| text(a) < text(b))
                && prefixes.is_sorted_by(|a, b| text(a) < text(b) && !text(b).starts_with(text(a)))
                && suffixes.is_sorted_by(|a, b| {
                    text(a).bytes().rev().lt(text(b).bytes().rev()) && !text(b).ends_with(text(a))
                })
                && ids.is_sorted_by(|a, b| a < b);
            Promise::TextSetsSorted.check(ordered, "texts or patterns that do not ascend")
        };
        check().map_err(|flaw: Flaw| VerifyError::new(Place::Row("text set", row), flaw))?;
    }
    Ok(())
}

/// The patterns that are simulated are patterns.
fn simulated(program: &Program) -> Checked {
    let mut texts = PatternTexts::new(program);
    for (row, &id) in program.automata.simulated.iter().enumerate() {
        texts.check(id).map_err(|flaw| VerifyError::new(Place::Row("simulated pattern", row), flaw))?;
    }
    Ok(())
}

/// Checks that patterns are patterns. However many share a text, it is parsed once for each syntax.
pub(super) struct PatternTexts<'p> {
    program: &'p Program,
    parsed: HashSet<(PatternSyntax, StringId)>,
    /// What parsing them costs.
    classes: usize,
}

impl<'p> PatternTexts<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        PatternTexts { program, parsed: HashSet::new(), classes: 0 }
    }

    pub(super) fn check(&mut self, id: PatternId) -> Row {
        index("pattern", id.0, self.program.patterns.len())?;
        let missing = || Promise::TableIdsInRange.broken("a pattern without a text");
        let record = self.program.patterns.get(id.0 as usize).ok_or_else(missing)?;
        let text = self.program.string(record.text).ok_or_else(missing)?;
        if !self.parsed.insert((record.syntax, record.text)) {
            return Ok(());
        }
        self.classes = self.classes.saturating_add(class_count(record.syntax, text));
        if self.classes > MAX_POLICY_CLASSES {
            let message = format!("the patterns have more than {MAX_POLICY_CLASSES} classes such as `\\w`");
            return Err(Promise::PatternsParse.broken(message));
        }
        Pattern::parse(record.syntax, text)
            .map(drop)
            .map_err(|error| Promise::PatternsParse.broken(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::PatternTexts;
    use crate::pattern::PatternSyntax::{Regex, Wildcard};
    use crate::testing::Assembler;

    #[test]
    fn a_text_that_many_patterns_share_is_parsed_once() {
        let mut asm = Assembler::new();
        let same: Vec<_> = (0..1000).map(|_| asm.pattern(Regex, "(?x)a # and why")).collect();
        let (wildcard, wrong) = (asm.pattern(Wildcard, "(x"), asm.pattern(Regex, "(x"));
        let mut texts = PatternTexts::new(&asm.program);
        assert!(same.into_iter().all(|id| texts.check(id).is_ok()));
        assert_eq!(texts.parsed.len(), 1);
        assert!(texts.check(wildcard).is_ok());
        assert!(texts.check(wrong).unwrap_err().message().contains("unclosed"));
    }

    #[test]
    fn patterns_with_too_many_classes_are_not_parsed() {
        let mut asm = Assembler::new();
        let (first, second) = (asm.pattern(Regex, r"\w[a-z]"), asm.pattern(Regex, r"\d"));
        let (plain, again) = (asm.pattern(Regex, "a"), asm.pattern(Regex, r"\w[a-z]"));
        let mut texts = PatternTexts::new(&asm.program);
        texts.classes = super::MAX_POLICY_CLASSES - 2;
        assert!([first, plain, again].into_iter().all(|id| texts.check(id).is_ok()));
        assert!(texts.check(second).unwrap_err().message().contains("more than 500000 classes"));
    }
}
