//! Explanations: their tables hang together, and their procedures stand in for the right ones.

use super::error::{Place, VerifyError};
use super::links::{check_before, check_rule, procedure};
use super::procedures::Summary;
use super::promises::{Flaw, Promise};
use super::tables::{PoolBudget, Row, ends, index};
use crate::bytecode::explanations::*;
use crate::bytecode::program::{ProcedureKind, Program};

pub(super) fn verify(program: &Program, summaries: &[Summary]) -> Result<(), VerifyError> {
    let tables = &program.explanations;
    ends("condition text", &tables.text, &tables.strings)?;
    let mut pool = PoolBudget::new("slot", &tables.slots);
    let mut places = Places { taken: vec![false; tables.conditions.len()] };
    for (row, condition) in tables.conditions.iter().enumerate() {
        self::condition(program, row, condition, &mut pool, &mut places)
            .map_err(|flaw| VerifyError::new(Place::Row("condition", row), flaw))?;
    }
    if !tables.are_there() {
        return Ok(());
    }
    for (table, len, expected) in [
        ("explained rules", tables.rules.len(), program.rules.len()),
        ("explained blocks", tables.blocks.len(), program.blocks.len()),
    ] {
        if len != expected {
            let flaw = Promise::ExplanationsComplete.broken(format!("{len} rows, and not {expected}"));
            return Err(VerifyError::new(Place::Table(table), flaw));
        }
    }
    for (row, (explained, rule)) in tables.rules.iter().zip(&program.rules).enumerate() {
        let fail = |flaw: Flaw| VerifyError::new(Place::Row("explained rule", row), flaw);
        match (explained, rule.condition) {
            (Some(explained), Some(_)) => {
                check_rule(summaries, explained.procedure, true).map_err(fail)?;
                places.take(explained.slot).map_err(fail)?;
            }
            (None, None) => {}
            _ => {
                let message = "it has a condition just where the rule has none";
                return Err(fail(Promise::ExplanationsComplete.broken(message)));
            }
        }
    }
    for (row, (explained, block)) in tables.blocks.iter().zip(&program.blocks).enumerate() {
        let fail = |flaw: Flaw| VerifyError::new(Place::Row("explained block", row), flaw);
        let ExplainedBlock { before, result, after } = explained;
        for (updates, plain) in [(before, block.before), (result, block.result), (after, block.after)] {
            if updates.procedure.is_some() != plain.is_some() {
                let message = "it has updates just where the block has none";
                return Err(fail(Promise::ExplanationsComplete.broken(message)));
            }
            let slots = pool.take(updates.conditions).map_err(fail)?;
            slots.iter().try_for_each(|&slot| places.take(slot)).map_err(fail)?;
        }
        if let Some(before) = before.procedure {
            check_before(summaries, before, true).map_err(fail)?;
        }
        if let Some(result) = result.procedure {
            procedure(summaries, result, ProcedureKind::ResultUpdate, true).map_err(fail)?;
        }
        if let Some(after) = after.procedure {
            procedure(summaries, after, ProcedureKind::SessionUpdate, true).map_err(fail)?;
        }
    }
    Ok(())
}

/// Its parts are conditions of lower slots, as many as its kind has.
fn condition(
    program: &Program,
    row: usize,
    condition: &ConditionRecord,
    pool: &mut PoolBudget<'_, u32>,
    places: &mut Places,
) -> Row {
    let parts = pool.take(condition.parts)?;
    let before = parts.iter().all(|&part| (part as usize) < row);
    Promise::ConditionPartsDescend.check(before, "a part does not come before it")?;
    let fits = match condition.kind {
        ConditionKindRecord::And | ConditionKindRecord::Or => true,
        ConditionKindRecord::Not | ConditionKindRecord::Let => parts.len() == 1,
        ConditionKindRecord::Test => parts.is_empty(),
    };
    if !fits {
        return Err(Promise::ConditionPartsDescend.broken(format!("{} parts", parts.len())));
    }
    if condition.kind != ConditionKindRecord::Let {
        parts.iter().try_for_each(|&part| places.take(part))?;
    }
    if let Some(text) = condition.text {
        index("text", text.0, program.explanations.strings.len())?;
    }
    index("file", condition.file, program.files.len())?;
    let (start, end) = (condition.start, condition.end);
    let counts = ![start.line, start.column, end.line, end.column].contains(&0);
    Promise::PlacesCountFrom1.check(counts, "lines and columns count from 1")
}

/// Which conditions have their place.
struct Places {
    taken: Vec<bool>,
}

impl Places {
    fn take(&mut self, slot: u32) -> Row {
        index("condition", slot, self.taken.len())?;
        let taken = self.taken.get_mut(slot as usize).is_some_and(|taken| std::mem::replace(taken, true));
        Promise::ConditionsStandOnce.check(!taken, "a condition that stands elsewhere, too")
    }
}
