//! Which arguments' values can matter after a call was allowed: what a pending call has to take along.
//!
//! Found in the code: the procedures that `result` and `session after` run, all that these call, and the arguments that any
//! of them names for more than its metadata. Explanations count, too, since they test what is folded elsewhere; so that the
//! answer is the same where they are not loaded, it is a table of the program.

use super::instruction::{Op, OperandVisitor};
use super::operand::AnyOperand;
use super::program::Program;

/// Fills the table [`Program::late_args`] of a program whose other tables are there.
pub fn build_late_args(program: &mut Program) {
    program.late_args = late_args(program);
}

/// For each argument name of the program whether its value can be read once the call is allowed (S7.3), as its code says.
pub(super) fn late_args(program: &Program) -> Vec<bool> {
    let mut reach = Reach {
        procedures: vec![false; program.procedures.len()],
        args: vec![false; program.args.len()],
        reads_values: true,
    };
    for block in &program.blocks {
        block.result.iter().chain(&block.after).for_each(|&root| reach.enter(root));
    }
    // What is explained tests conditions that are folded elsewhere.
    for block in &program.explanations.blocks {
        [block.result, block.after]
            .iter()
            .filter_map(|updates| updates.procedure)
            .for_each(|root| reach.enter(root));
    }
    // Calls go to procedures of lower number, so every caller is seen before what it calls.
    for (index, procedure) in program.procedures.iter().enumerate().rev() {
        if reach.procedures.get(index) != Some(&true) {
            continue;
        }
        for op in procedure.code.of(&program.code).unwrap_or_default() {
            // Whatever else names an argument counts as reading its value, so that a new instruction is safe from the start.
            reach.reads_values = !matches!(op, Op::LoadArgSet { .. });
            op.visit_operands(&mut reach);
        }
    }
    reach.args
}

/// What can be reached.
struct Reach {
    procedures: Vec<bool>,
    args: Vec<bool>,
    /// Whether the instruction at hand reads values of arguments.
    reads_values: bool,
}

impl Reach {
    fn enter(&mut self, procedure: u32) {
        if let Some(reached) = self.procedures.get_mut(procedure as usize) {
            *reached = true;
        }
    }
}

impl OperandVisitor for Reach {
    fn operand(&mut self, _name: &'static str, operand: AnyOperand) {
        match operand {
            AnyOperand::ConditionProc(procedure) => self.enter(procedure.0),
            AnyOperand::MembershipProc(procedure) => self.enter(procedure.0),
            AnyOperand::SetProc(procedure) => self.enter(procedure.0),
            AnyOperand::Arg(arg) if self.reads_values => {
                if let Some(read) = self.args.get_mut(arg.index()) {
                    *read = true;
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::bytecode::instruction::Op;
    use crate::bytecode::operand::*;
    use crate::bytecode::program::ProcedureKind;
    use crate::bytecode::settings::Settings;
    use crate::testing::code::*;
    use crate::testing::{Assembler, policy};

    /// A condition on the value of an argument.
    fn reads(asm: &mut Assembler, name: &str) -> u32 {
        let (arg, set) = (asm.arg(name), asm.string_set(&["x"]));
        let condition = asm.condition(&[
            Op::LoadArg { dst: ValueReg(0), arg },
            Op::ValueIn { dst: B0, value: ValueReg(0), reading: ReadingImm::Any, set },
            Op::ReturnBool { src: B0 },
        ]);
        asm.memo();
        condition
    }

    /// An update that asks a condition, and the metadata of `mentioned`.
    fn asks(asm: &mut Assembler, kind: ProcedureKind, condition: u32) -> Option<u32> {
        let arg = asm.arg("mentioned");
        let store = match kind {
            ProcedureKind::ResultUpdate => Op::StoreResult { field: FieldImm::Tags, set: S0 },
            _ => Op::StoreSession { field: FieldImm::Tags, set: S0 },
        };
        let call = Op::CallCondition { dst: B0, procedure: ConditionProc(condition) };
        let load = Op::LoadArgSet { dst: S0, field: FieldImm::Tags, arg };
        Some(asm.procedure(kind, &[call, load, store, Op::End {}]))
    }

    #[test]
    fn values_that_result_and_after_can_read_are_found() {
        let mut asm = Assembler::new();
        let checked = reads(&mut asm, "checked");
        let (inner, early, after) =
            (reads(&mut asm, "inner"), reads(&mut asm, "early"), reads(&mut asm, "after"));
        let call = Op::CallCondition { dst: B0, procedure: ConditionProc(inner) };
        let outer = asm.condition(&[call, Op::ReturnBool { src: B0 }]);
        asm.memo();
        let rule = asm.rule(true, true, Some(checked));
        let mut block = asm.exact("t").rules(vec![rule]);
        block.before = asks(&mut asm, ProcedureKind::SessionUpdate, early);
        block.result = asks(&mut asm, ProcedureKind::ResultUpdate, outer);
        block.after = asks(&mut asm, ProcedureKind::SessionUpdate, after);
        asm.block(block);
        let policy = policy(asm.program, Settings::default());
        let late = |name| policy.arg_is_late(name);
        for (name, expected) in [
            ("inner", true),
            ("after", true),
            ("checked", false),
            ("early", false),
            ("mentioned", false),
            ("unknown", false),
        ] {
            assert_eq!(late(name), expected, "{name}");
        }
    }
}
