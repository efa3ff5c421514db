//! Blocks, rules and procedures belong together as the decision procedure takes them.

use super::error::{Place, VerifyError};
use super::procedures::Summary;
use crate::bytecode::program::{ProcedureKind, Program};

pub(super) fn verify(program: &Program, summaries: &[Summary]) -> Result<(), VerifyError> {
    let mut next_rule = 0;
    for (row, block) in program.blocks.iter().enumerate() {
        let fail = |message: String| VerifyError::new(Place::Row("block", row), message);
        if block.rules.len > 0 {
            if block.rules.start != next_rule {
                return Err(fail("its rules do not follow those of the blocks before".to_owned()));
            }
            next_rule =
                next_rule.checked_add(block.rules.len).ok_or_else(|| fail("too many rules".to_owned()))?;
        }
        if let Some(before) = block.before {
            let summary = procedure(summaries, before, ProcedureKind::SessionUpdate).map_err(fail)?;
            if summary.reads_result_value || summary.reads_result_sets {
                return Err(fail(format!("procedure {before} reads the result before there is one (S3.5)")));
            }
        }
        if let Some(result) = block.result {
            procedure(summaries, result, ProcedureKind::ResultUpdate).map_err(fail)?;
        }
        if let Some(after) = block.after {
            procedure(summaries, after, ProcedureKind::SessionUpdate).map_err(fail)?;
        }
    }
    if next_rule as usize != program.rules.len() {
        return Err(VerifyError::new(
            Place::Table("rules"),
            "the rules of the blocks are not all the rules there are",
        ));
    }
    for (row, rule) in program.rules.iter().enumerate() {
        let fail = |message: String| VerifyError::new(Place::Row("rule", row), message);
        let Some(condition) = rule.condition else { continue };
        let summary = procedure(summaries, condition, ProcedureKind::Condition).map_err(fail)?;
        if summary.reads_result_value {
            return Err(fail(format!(
                "procedure {condition} reads the value of a result that is not there yet (S3.5)"
            )));
        }
    }
    Ok(())
}

fn procedure(summaries: &[Summary], index: u32, kind: ProcedureKind) -> Result<&Summary, String> {
    match summaries.get(index as usize) {
        Some(summary) if summary.kind == kind => Ok(summary),
        Some(summary) => {
            Err(format!("procedure {index} is a {}, not a {}", summary.kind.name(), kind.name()))
        }
        None => Err(format!("procedure {index} does not exist")),
    }
}
