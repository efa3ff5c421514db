//! Blocks, rules and procedures belong together as the decision procedure takes them.

use super::error::{Place, VerifyError};
use super::procedures::Summary;
use super::promises::{Flaw, Promise};
use crate::bytecode::program::{ProcedureKind, Program};

pub(super) fn verify(program: &Program, summaries: &[Summary]) -> Result<(), VerifyError> {
    let mut next_rule = 0;
    for (row, block) in program.blocks.iter().enumerate() {
        let fail = |flaw: Flaw| VerifyError::new(Place::Row("block", row), flaw);
        if block.rules.of(&program.rules).is_none() {
            return Err(fail(Promise::ListsLieInPools.broken("its rules reach beyond the rules there are")));
        }
        if block.rules.len > 0 {
            let follow = block.rules.start == next_rule;
            Promise::RulesBelongToBlocks
                .check(follow, "its rules do not follow those of the blocks before")
                .map_err(fail)?;
            next_rule = block.rules.indices().end;
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
        let flaw =
            Promise::RulesBelongToBlocks.broken("the rules of the blocks are not all the rules there are");
        return Err(VerifyError::new(Place::Table("rules"), flaw));
    }
    for (row, rule) in program.rules.iter().enumerate() {
        let fail = |flaw: Flaw| VerifyError::new(Place::Row("rule", row), flaw);
        let Some(condition) = rule.condition else { continue };
        check_rule(summaries, condition, false).map_err(fail)?;
    }
    Ok(())
}

/// The procedure may be that of a `session before`.
pub(super) fn check_before(summaries: &[Summary], index: u32, explains: bool) -> Result<(), Flaw> {
    let summary = procedure(summaries, index, ProcedureKind::SessionUpdate, explains)?;
    if summary.reads_result_value || summary.reads_result_sets {
        let message = format!("procedure {index} reads the result before there is one (S3.5)");
        return Err(Promise::ResultNotReadEarly.broken(message));
    }
    Ok(())
}

/// The procedure may be the condition of a rule.
pub(super) fn check_rule(summaries: &[Summary], index: u32, explains: bool) -> Result<(), Flaw> {
    let summary = procedure(summaries, index, ProcedureKind::Condition, explains)?;
    if summary.reads_result_value {
        let message = format!("procedure {index} reads the value of a result that is not there yet (S3.5)");
        return Err(Promise::ResultNotReadEarly.broken(message));
    }
    Ok(())
}

/// A procedure of this kind, which belongs to explanations or does not.
pub(super) fn procedure(
    summaries: &[Summary],
    index: u32,
    kind: ProcedureKind,
    explains: bool,
) -> Result<&Summary, Flaw> {
    let unfit = |message: String| Err(Promise::EntriesFit.broken(message));
    let Some(summary) = summaries.get(index as usize) else {
        return unfit(format!("procedure {index} does not exist"));
    };
    if summary.kind != kind {
        return unfit(format!("procedure {index} is a {}, not a {}", summary.kind.name(), kind.name()));
    }
    if summary.explains != explains {
        let how = if explains { "does not belong" } else { "belongs" };
        return Err(Promise::ExplanationsApart.broken(format!("procedure {index} {how} to explanations")));
    }
    Ok(summary)
}
