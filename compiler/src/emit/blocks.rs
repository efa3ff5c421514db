//! Tool blocks: their records, their rules and their update procedures.

use super::pools::index;
use super::procedure::Procedure;
use super::{EmitError, Emitter, field};
use crate::ir::{self, Enforcement, MetaSource, Outcome, SetKind, SetOp, Stance, Statement};
use sqrt_vm::bytecode::instruction::Op;
use sqrt_vm::bytecode::operand::{BoolReg, OperatorImm};
use sqrt_vm::bytecode::program::{
    BlockRecord, List, PatternId, PositionRecord, PriorityRecord, ProcedureKind, RuleRecord, ToolRecord,
};

/// The bool registers that keep the answers of a `when`.
const AS_DENY: u8 = 0;
const AS_ALLOW: u8 = 1;

impl Emitter<'_> {
    pub(super) fn blocks(&mut self) -> Result<(), EmitError> {
        let policy = self.policy;
        for block in &policy.blocks {
            let record = self.block(block)?;
            self.pools.program.blocks.push(record);
        }
        Ok(())
    }

    fn block(&mut self, block: &ir::Block) -> Result<BlockRecord, EmitError> {
        let start = index(self.pools.program.rules.len())?;
        for rule in &block.rules {
            let record = self.rule(rule)?;
            self.pools.program.rules.push(record);
        }
        Ok(BlockRecord {
            tool: match &block.tool {
                ir::ToolMatcher::Exact(name) => ToolRecord::Exact(self.pools.string(name)?),
                ir::ToolMatcher::Pattern(pattern) => ToolRecord::Pattern(PatternId(pattern.0)),
            },
            tool_text: self.pools.string(&block.tool_text)?,
            priority: match block.priority {
                ir::Priority::Number(number) => PriorityRecord::Number(number),
                ir::Priority::Preset(rank) => PriorityRecord::Preset(rank),
            },
            position: self.position_record(block.position)?,
            description: self.pools.optional_string(block.description.as_deref())?,
            rules: List { start, len: index(block.rules.len())? },
            before: self.update_procedure(&block.before, ProcedureKind::SessionUpdate)?,
            result: self.update_procedure(&block.result, ProcedureKind::ResultUpdate)?,
            after: self.update_procedure(&block.after, ProcedureKind::SessionUpdate)?,
        })
    }

    fn rule(&mut self, rule: &ir::Rule) -> Result<RuleRecord, EmitError> {
        let condition =
            rule.condition.map(|condition| self.condition_procedure(condition, false)).transpose()?;
        Ok(RuleRecord {
            must: rule.enforcement == Enforcement::Must,
            deny: rule.outcome == Outcome::Deny,
            condition,
            position: self.position_record(rule.position)?,
            description: self.pools.optional_string(rule.description.as_deref())?,
        })
    }

    fn position_record(&self, position: ir::Position) -> Result<PositionRecord, EmitError> {
        Ok(PositionRecord { file: self.file(position.origin)?, line: position.line, column: position.column })
    }

    pub(super) fn update_procedure(
        &mut self,
        statements: &[Statement],
        kind: ProcedureKind,
    ) -> Result<Option<u32>, EmitError> {
        if statements.is_empty() {
            return Ok(None);
        }
        let mut code = self.procedure(kind, false);
        for statement in statements {
            match statement {
                Statement::Update(update) => self.update(&mut code, update)?,
                Statement::When(when) => self.when(&mut code, when)?,
            }
        }
        code.push(Op::End {});
        self.append(code).map(Some)
    }

    /// Tests the condition in each reading that is needed, then makes each update under its own (S4.4).
    fn when(&mut self, code: &mut Procedure, when: &ir::When) -> Result<(), EmitError> {
        if let Some(condition) = when.as_deny {
            self.emit_condition(code, condition, AS_DENY)?;
        }
        if let Some(condition) = when.as_allow {
            self.emit_condition(code, condition, AS_ALLOW)?;
        }
        for (stance, update) in &when.updates {
            let skip = code.label();
            let answer = match stance {
                Stance::Deny => AS_DENY,
                Stance::Allow => AS_ALLOW,
            };
            code.jump_unless(BoolReg(answer), skip);
            self.update(code, update)?;
            code.bind(skip);
        }
        Ok(())
    }

    fn update(&mut self, code: &mut Procedure, update: &ir::Update) -> Result<(), EmitError> {
        let position = self.position_record(update.position)?;
        let position = self.pools.position(position)?;
        code.at(position);
        let field = field(update.field);
        if self.change_in_place(code, update)? {
            return Ok(());
        }
        let set = self.emit_set(code, update.value, 0)?;
        code.push(match code.kind {
            ProcedureKind::SessionUpdate => Op::StoreSession { field, set },
            _ => Op::StoreResult { field, set },
        });
        Ok(())
    }

    /// An update of a set to itself after an operator, if it is one and takes no pattern set: whether it was emitted.
    fn change_in_place(&mut self, code: &mut Procedure, update: &ir::Update) -> Result<bool, EmitError> {
        let (chain, expr) = self.set(update.value)?;
        let SetKind::Chain(op, operands) = &expr.kind else { return Ok(false) };
        let Some((&first, others)) = operands.split_first() else { return Ok(false) };
        let is_session = code.kind == ProcedureKind::SessionUpdate;
        let stored = if is_session { MetaSource::Session } else { MetaSource::Result };
        let is_stored = |meta: &ir::MetaRef| meta.source == stored && meta.field == update.field;
        let begins_with_it = matches!(&self.set(first)?.1.kind, SetKind::Meta(meta) if is_stored(meta));
        if !self.passes.change_in_place || !begins_with_it || expr.has_pattern {
            return Ok(false);
        }
        let (field, operator) = (field(update.field), operator(*op));
        if let &[other] = others
            && let Some(set) = self.constant_set(self.set(other)?.0)?
        {
            code.push(match is_session {
                true => Op::ChangeSessionBy { field, operator, set },
                false => Op::ChangeResultBy { field, operator, set },
            });
        } else {
            let set = self.emit_others(code, chain, *op, others)?;
            code.push(match is_session {
                true => Op::ChangeSession { field, operator, set },
                false => Op::ChangeResult { field, operator, set },
            });
        }
        Ok(true)
    }
}

fn operator(op: SetOp) -> OperatorImm {
    match op {
        SetOp::Union => OperatorImm::Union,
        SetOp::Intersect => OperatorImm::Intersect,
        SetOp::Minus => OperatorImm::Minus,
        SetOp::Xor => OperatorImm::Xor,
    }
}
