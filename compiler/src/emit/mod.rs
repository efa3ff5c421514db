//! From the intermediate representation to a program.
//!
//! One pass in the order of ids: lets that are sets, lets that are conditions, then blocks. Everything called has been
//! emitted before, so it has a lower number, as the verifier wants it. Optimisations are in [`Passes`] and can be switched
//! off one by one; the answers never change.

mod analysis;
mod blocks;
mod condition;
mod explanations;
mod pools;
mod procedure;
mod set;
#[cfg(test)]
mod tests;

use crate::ir::{self, Origin, SetId};
use analysis::{Analysis, Form};
use pools::{Pools, index};
use procedure::{Finished, Procedure};
use sqrt_vm::bytecode::instruction::{Op, encode};
use sqrt_vm::bytecode::operand::{ConstSet, Elements, FieldImm, ReadingImm, Target, WideReading};
use sqrt_vm::bytecode::program::{List, PositionRecord, ProcedureKind, ProcedureRecord, Program};
use std::collections::HashMap;

/// The optimisations of the emitter. All are on by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passes {
    /// Conditions and sets whose value is known are computed when the policy is compiled.
    pub fold_constants: bool,
    /// Set expressions in conditions are split into tests, so that fewer sets are built at run time.
    pub lower_sets: bool,
}

impl Default for Passes {
    fn default() -> Self {
        Passes { fold_constants: true, lower_sets: true }
    }
}

impl Passes {
    /// No optimisation at all.
    pub fn none() -> Passes {
        Passes { fold_constants: false, lower_sets: false }
    }
}

/// Why no program came out of a policy that is otherwise fine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EmitError {
    /// A table of the program would have more entries than its ids can count.
    TooLarge,
    /// The representation breaks one of its invariants: a defect of the compiler.
    Internal(&'static str),
}

/// What the emitter asks about the source.
pub(crate) trait Places {
    /// The line and column at which a place begins.
    fn position(&self, origin: Origin) -> (u32, u32);

    /// The text of a place.
    fn text(&self, origin: Origin) -> &str;
}

/// Emits the program of a policy without errors, with explanations if they are wanted.
pub(crate) fn emit(
    policy: &ir::Policy,
    passes: Passes,
    explain: bool,
    places: &dyn Places,
) -> Result<Program, EmitError> {
    let mut pools = Pools::default();
    for file in &policy.files {
        let name = pools.string(&file.name)?;
        pools.program.files.push(name);
    }
    for pattern in &policy.patterns {
        pools.pattern_record(pattern)?;
    }
    let analysis = Analysis::new(policy, &mut pools, passes)?;
    let mut emitter = Emitter::new(policy, passes, places, pools, analysis);
    emitter.find_known_answers();
    emitter.set_procedures()?;
    emitter.let_conditions()?;
    emitter.blocks()?;
    if explain { explanations::emit(emitter) } else { Ok(emitter.pools.program) }
}

/// The state of one emission.
struct Emitter<'p> {
    policy: &'p ir::Policy,
    passes: Passes,
    /// Whether the procedures belong to explanations.
    explains: bool,
    places: &'p dyn Places,
    pools: Pools,
    analysis: Analysis,
    /// The procedures of set expressions, by (canonical) expression and form.
    shared: HashMap<(SetId, Form), u32>,
    /// The constants that are in the pool already.
    constants: HashMap<SetId, ConstSet>,
    /// The element sets that are in the pool already, by the literals that they unite.
    element_sets: HashMap<Vec<SetId>, Elements>,
    /// The procedure of each let instance emitted so far.
    let_procedures: Vec<u32>,
    /// The conditions whose answer is known.
    answers: Vec<Option<bool>>,
}

impl<'p> Emitter<'p> {
    fn new(
        policy: &'p ir::Policy,
        passes: Passes,
        places: &'p dyn Places,
        pools: Pools,
        analysis: Analysis,
    ) -> Self {
        Emitter {
            policy,
            passes,
            explains: false,
            places,
            pools,
            analysis,
            shared: HashMap::new(),
            constants: HashMap::new(),
            element_sets: HashMap::new(),
            let_procedures: Vec::with_capacity(policy.let_instances.len()),
            answers: Vec::new(),
        }
    }

    /// The procedures of set expressions that are shared or cut out.
    fn set_procedures(&mut self) -> Result<(), EmitError> {
        let policy = self.policy;
        for id in 0..index(policy.sets.len())? {
            let set = SetId(id);
            for form in self.analysis.needs(set).iter() {
                let constant = matches!(form, Form::Set | Form::Tag) && self.analysis.constant(set).is_some();
                if !constant && self.analysis.is_procedure(policy, set, form) {
                    self.set_procedure(set, form)?;
                }
            }
        }
        Ok(())
    }

    /// Emits the procedure of one form of a set expression.
    fn set_procedure(&mut self, set: SetId, form: Form) -> Result<u32, EmitError> {
        let (_, expr) = self.set(set)?;
        let origin = expr.origin;
        let kind = match form {
            Form::Set if expr.has_pattern => ProcedureKind::PatternSet,
            Form::Set => ProcedureKind::Set,
            Form::Tag | Form::Leaf(_) => ProcedureKind::Membership,
        };
        let mut code = Procedure::new(kind, true);
        code.at(self.locate(origin)?);
        if form == Form::Set {
            let src = self.emit_set_body(&mut code, set)?;
            code.push(Op::ReturnSet { src });
        } else {
            let src = self.emit_membership(&mut code, set, form, true)?;
            code.push(Op::ReturnBool { src });
        }
        let number = self.append(code.finish())?;
        self.shared.insert((set, form), number);
        Ok(number)
    }

    fn let_conditions(&mut self) -> Result<(), EmitError> {
        let policy = self.policy;
        for instance in &policy.let_instances {
            let number = self.condition_procedure(instance.body, true)?;
            self.let_procedures.push(number);
        }
        Ok(())
    }

    /// Emits a procedure that answers a condition.
    fn condition_procedure(&mut self, condition: ir::ConditionId, memo: bool) -> Result<u32, EmitError> {
        let mut code = Procedure::new(ProcedureKind::Condition, memo);
        let src = self.emit_condition(&mut code, condition, 0)?;
        code.push(Op::ReturnBool { src });
        self.append(code.finish())
    }

    /// Puts a finished procedure behind the others and returns its number.
    fn append(&mut self, finished: Finished) -> Result<u32, EmitError> {
        let program = &mut self.pools.program;
        let start = index(program.code.len())?;
        let code = List { start, len: index(finished.ops.len())? };
        let shift = |target: Target| target.0.checked_add(start).map(Target).ok_or(EmitError::TooLarge);
        for op in finished.ops {
            program.code.push(encode(match op {
                Op::Jump { to } => Op::Jump { to: shift(to)? },
                Op::JumpIf { cond, to } => Op::JumpIf { cond, to: shift(to)? },
                Op::JumpUnless { cond, to } => Op::JumpUnless { cond, to: shift(to)? },
                Op::JumpUnlessFinite { set, to } => Op::JumpUnlessFinite { set, to: shift(to)? },
                op => op,
            }));
        }
        for (at, position) in finished.positions {
            let at = at.checked_add(start).ok_or(EmitError::TooLarge)?;
            program.code_positions.push((at, position));
        }
        let number = index(program.procedures.len())?;
        program.procedures.push(ProcedureRecord {
            kind: finished.kind,
            code,
            bools: finished.bools,
            values: finished.values,
            sets: finished.sets,
            memo: finished.memo,
            explains: self.explains,
        });
        Ok(number)
    }

    /// The index of the source position of `origin`.
    fn locate(&mut self, origin: Origin) -> Result<u32, EmitError> {
        let (line, column) = self.places.position(origin);
        let file = self.file(origin)?;
        self.pools.position(PositionRecord { file, line, column })
    }

    /// The index of a file in the program.
    fn file(&self, origin: Origin) -> Result<u32, EmitError> {
        let at = self.policy.files.iter().position(|file| file.id == origin.file);
        index(at.ok_or(EmitError::Internal("a file that is not there"))?)
    }
}

fn field(field: ir::Field) -> FieldImm {
    match field {
        ir::Field::Tags => FieldImm::Tags,
        ir::Field::Producers => FieldImm::Producers,
        ir::Field::Consumers => FieldImm::Consumers,
    }
}

fn reading(reading: ir::Reading) -> ReadingImm {
    match reading {
        ir::Reading::Any => ReadingImm::Any,
        ir::Reading::All => ReadingImm::All,
        ir::Reading::AnyOrNone => ReadingImm::AnyOrNone,
    }
}

fn wide_reading(how: ir::Reading) -> WideReading {
    WideReading(reading(how))
}
