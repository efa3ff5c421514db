//! Explanations: their tables hang together, and their procedures stand in for the right ones.

use super::error::{Place, VerifyError};
use super::links::{check_before, check_rule, procedure};
use super::procedures::Summary;
use super::tables::{PoolBudget, ends};
use crate::bytecode::explanations::*;
use crate::bytecode::program::{ProcedureKind, Program};

pub(super) fn verify(program: &Program, summaries: &[Summary]) -> Result<(), VerifyError> {
    let tables = &program.explanations;
    ends("condition text", &tables.text, &tables.strings)?;
    let mut pool = PoolBudget::new("slot", &tables.slots);
    for (row, condition) in tables.conditions.iter().enumerate() {
        self::condition(program, row, condition, &mut pool)
            .map_err(|message| VerifyError::new(Place::Row("condition", row), message))?;
    }
    if !tables.are_there() {
        return Ok(());
    }
    for (table, len, expected) in [
        ("explained rules", tables.rules.len(), program.rules.len()),
        ("explained blocks", tables.blocks.len(), program.blocks.len()),
    ] {
        if len != expected {
            return Err(VerifyError::new(Place::Table(table), format!("{len} rows, and not {expected}")));
        }
    }
    for (row, (explained, rule)) in tables.rules.iter().zip(&program.rules).enumerate() {
        let fail = |message: String| VerifyError::new(Place::Row("explained rule", row), message);
        match (explained, rule.condition) {
            (Some(explained), Some(_)) => {
                check_rule(summaries, explained.procedure, true).map_err(fail)?;
                slot(tables, explained.slot).map_err(fail)?;
            }
            (None, None) => {}
            _ => return Err(fail("it has a condition just where the rule has none".to_owned())),
        }
    }
    for (row, (explained, block)) in tables.blocks.iter().zip(&program.blocks).enumerate() {
        let fail = |message: String| VerifyError::new(Place::Row("explained block", row), message);
        let ExplainedBlock { before, result, after } = explained;
        for (updates, plain) in [(before, block.before), (result, block.result), (after, block.after)] {
            if updates.procedure.is_some() != plain.is_some() {
                return Err(fail("it has updates just where the block has none".to_owned()));
            }
            let slots = pool.take(updates.conditions).map_err(fail)?;
            slots.iter().try_for_each(|&slot| self::slot(tables, slot)).map_err(fail)?;
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
) -> Result<(), String> {
    let parts = pool.take(condition.parts)?;
    if parts.iter().any(|&part| part as usize >= row) {
        return Err("a part does not come before it".to_owned());
    }
    let fits = match condition.kind {
        ConditionKindRecord::And | ConditionKindRecord::Or => true,
        ConditionKindRecord::Not | ConditionKindRecord::Let => parts.len() == 1,
        ConditionKindRecord::Test => parts.is_empty(),
    };
    if !fits {
        return Err(format!("{} parts", parts.len()));
    }
    if condition.text.is_some_and(|text| program.explanations.string(text).is_none()) {
        return Err("its text does not exist".to_owned());
    }
    if condition.file as usize >= program.files.len() {
        return Err(format!("file {} does not exist (of {})", condition.file, program.files.len()));
    }
    let (start, end) = (condition.start, condition.end);
    if [start.line, start.column, end.line, end.column].contains(&0) {
        return Err("lines and columns count from 1".to_owned());
    }
    Ok(())
}

fn slot(tables: &ExplanationTables, slot: u32) -> Result<(), String> {
    if (slot as usize) < tables.conditions.len() {
        Ok(())
    } else {
        Err(format!("condition {slot} does not exist (of {})", tables.conditions.len()))
    }
}
