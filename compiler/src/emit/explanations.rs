//! The second set of procedures, by which decisions are explained: nothing is optimised, every condition of the source is
//! tested as it is written and recorded in its slot, which is its id.
//!
//! What the sets share are pools: strings, tags, constant sets, element sets.

use super::pools::index;
use super::procedure::Procedure;
use super::{EmitError, Emitter, Passes};
use crate::ir::{self, ConditionKind, Origin, Statement};
use sqrt_vm::bytecode::explanations::{
    ConditionKindRecord, ConditionRecord, ExplainedBlock, ExplainedRule, ExplainedUpdates, LineColumn,
};
use sqrt_vm::bytecode::instruction::Op;
use sqrt_vm::bytecode::operand::{BoolReg, Slot};
use sqrt_vm::bytecode::program::{List, ProcedureKind, Program};
use std::borrow::Cow;

/// A test of more characters than this is shown cut.
const LONGEST_TEXT: usize = 160;

/// Adds the explanations of a policy to the program that was emitted for it.
pub(super) fn emit(fast: Emitter<'_>) -> Result<Program, EmitError> {
    let Emitter { policy, places, pools, analysis, element_sets, located, spare, .. } = fast;
    let analysis = analysis.without_folding(policy);
    let mut emitter = Emitter::new(policy, Passes::none(), places, pools, analysis);
    emitter.explains = true;
    (emitter.element_sets, emitter.located, emitter.spare) = (element_sets, located, spare);
    for condition in &policy.conditions {
        let record = emitter.condition_record(condition)?;
        emitter.pools.program.explanations.conditions.push(record);
    }
    emitter.set_procedures()?;
    emitter.let_conditions()?;
    for block in &policy.blocks {
        emitter.explain_block(block)?;
    }
    Ok(emitter.pools.program)
}

impl Emitter<'_> {
    /// Records the answer of a condition, if this is about explanations.
    pub(super) fn record(&self, code: &mut Procedure, condition: ir::ConditionId, src: BoolReg) {
        if self.explains {
            code.push(Op::Record { src, slot: Slot(condition.0) });
        }
    }

    fn condition_record(&mut self, condition: &ir::Condition) -> Result<ConditionRecord, EmitError> {
        let policy = self.policy;
        let (kind, parts, text) = match &condition.kind {
            ConditionKind::And(parts) => (ConditionKindRecord::And, parts.as_slice(), None),
            ConditionKind::Or(parts) => (ConditionKindRecord::Or, parts.as_slice(), None),
            ConditionKind::Not(part) => (ConditionKindRecord::Not, std::slice::from_ref(part), None),
            ConditionKind::Let(instance) => {
                let instance = policy
                    .let_instances
                    .get(instance.index())
                    .ok_or(EmitError::Internal("a let that is not there"))?;
                let name = policy.lets.get(instance.declaration.index()).map(|of| of.name.as_str());
                (ConditionKindRecord::Let, std::slice::from_ref(&instance.body), name.map(Cow::Borrowed))
            }
            _ => (ConditionKindRecord::Test, &[][..], Some(shown(self.places.text(condition.origin)))),
        };
        let text = text.map(|text| self.pools.condition_text(&text)).transpose()?;
        let Origin { file, span } = condition.origin;
        let at = |offset| {
            let origin = Origin { file, span: crate::syntax::token::Span { start: offset, end: offset } };
            let (line, column) = self.places.position(origin);
            LineColumn { line, column }
        };
        let (start, end) = (at(span.start), at(span.end));
        let file = self.file(condition.origin)?;
        let parts = self.slots(parts.iter().map(|part| part.0))?;
        Ok(ConditionRecord { kind, parts, text, file, start, end })
    }

    fn slots(&mut self, list: impl Iterator<Item = u32>) -> Result<List, EmitError> {
        let slots = &mut self.pools.program.explanations.slots;
        let start = index(slots.len())?;
        slots.extend(list);
        Ok(List { start, len: index(slots.len())? - start })
    }

    fn explain_block(&mut self, block: &ir::Block) -> Result<(), EmitError> {
        for rule in &block.rules {
            let explained = match rule.condition {
                Some(condition) => {
                    let procedure = self.condition_procedure(condition, false)?;
                    Some(ExplainedRule { procedure, slot: condition.0 })
                }
                None => None,
            };
            self.pools.program.explanations.rules.push(explained);
        }
        let explained = ExplainedBlock {
            before: self.explain_updates(&block.before, ProcedureKind::SessionUpdate)?,
            result: self.explain_updates(&block.result, ProcedureKind::ResultUpdate)?,
            after: self.explain_updates(&block.after, ProcedureKind::SessionUpdate)?,
        };
        self.pools.program.explanations.blocks.push(explained);
        Ok(())
    }

    fn explain_updates(
        &mut self,
        statements: &[Statement],
        kind: ProcedureKind,
    ) -> Result<ExplainedUpdates, EmitError> {
        let procedure = self.update_procedure(statements, kind)?;
        let conditions = statements.iter().filter_map(|statement| match statement {
            Statement::When(when) => Some([when.as_deny, when.as_allow]),
            Statement::Update(_) => None,
        });
        let conditions = self.slots(conditions.flatten().flatten().map(|condition| condition.0))?;
        Ok(ExplainedUpdates { procedure, conditions })
    }
}

/// A test on one line, cut if it is long.
fn shown(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST_TEXT && !text.contains('\n') {
        return Cow::Borrowed(text.trim());
    }
    let mut line = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = line.char_indices().nth(LONGEST_TEXT) {
        line.truncate(cut);
        line.push('…');
    }
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_TEXT, shown};

    #[test]
    fn tests_are_shown_on_one_line_and_cut() {
        assert_eq!(shown("x.value in {1,  2}"), "x.value in {1,  2}");
        assert_eq!(shown("x.value in {\n        1,\r\n    2\n}"), "x.value in { 1, 2 }");
        assert_eq!(shown(&"é".repeat(LONGEST_TEXT)).chars().count(), LONGEST_TEXT);
        assert_eq!(shown(&"é".repeat(LONGEST_TEXT + 1)), "é".repeat(LONGEST_TEXT) + "…");
    }
}
