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
            check_before(summaries, before, false).map_err(fail)?;
        }
        if let Some(result) = block.result {
            procedure(summaries, result, ProcedureKind::ResultUpdate, false).map_err(fail)?;
        }
        if let Some(after) = block.after {
            procedure(summaries, after, ProcedureKind::SessionUpdate, false).map_err(fail)?;
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
        check_rule(summaries, condition, false).map_err(fail)?;
    }
    Ok(())
}

/// The procedure may be that of a `session before`.
pub(super) fn check_before(summaries: &[Summary], index: u32, explains: bool) -> Result<(), String> {
    let summary = procedure(summaries, index, ProcedureKind::SessionUpdate, explains)?;
    if summary.reads_result_value || summary.reads_result_sets {
        return Err(format!("procedure {index} reads the result before there is one (S3.5)"));
    }
    Ok(())
}

/// The procedure may be the condition of a rule.
pub(super) fn check_rule(summaries: &[Summary], index: u32, explains: bool) -> Result<(), String> {
    let summary = procedure(summaries, index, ProcedureKind::Condition, explains)?;
    if summary.reads_result_value {
        return Err(format!("procedure {index} reads the value of a result that is not there yet (S3.5)"));
    }
    Ok(())
}

/// A procedure of this kind, which belongs to explanations or does not.
pub(super) fn procedure(
    summaries: &[Summary],
    index: u32,
    kind: ProcedureKind,
    explains: bool,
) -> Result<&Summary, String> {
    match summaries.get(index as usize) {
        Some(summary) if summary.kind == kind && summary.explains != explains => Err(if explains {
            format!("procedure {index} does not belong to explanations")
        } else {
            format!("procedure {index} belongs to explanations")
        }),
        Some(summary) if summary.kind == kind => Ok(summary),
        Some(summary) => {
            Err(format!("procedure {index} is a {}, not a {}", summary.kind.name(), kind.name()))
        }
        None => Err(format!("procedure {index} does not exist")),
    }
}
