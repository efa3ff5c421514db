//! From the intermediate representation to a program.
//!
//! One pass in the order of ids: lets that are sets, lets that are conditions, then blocks. Everything called has been
//! emitted before, so it has a lower number, as the verifier wants it. Optimisations are in [`Passes`] and can be switched
//! off one by one; the answers never change.

mod analysis;
mod blocks;
mod condition;
mod explanations;
mod interner;
mod pools;
mod procedure;
mod set;
#[cfg(test)]
mod tests;

use crate::ir::{self, Origin, SetId};
use analysis::{Analysis, Form};
use pools::{Pools, index};
use procedure::Procedure;
use set::Literals;
use sqrt_vm::bytecode::instruction::Op;
use sqrt_vm::bytecode::operand::{ConstSet, Elements, FieldImm, ReadingImm, WideReading};
use sqrt_vm::bytecode::program::{List, PositionRecord, ProcedureKind, ProcedureRecord, Program};
use sqrt_vm::keyed::QuickHash;
use std::collections::HashMap;

/// The optimisations of the emitter. All are on by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passes {
    /// Conditions and sets whose value is known are computed when the policy is compiled.
    pub fold_constants: bool,
    /// Set expressions in conditions are split into tests, so that fewer sets are built at run time.
    pub lower_sets: bool,
    /// Updates that change a set by another do so in its place.
    pub change_in_place: bool,
}

impl Default for Passes {
    fn default() -> Self {
        Passes { fold_constants: true, lower_sets: true, change_in_place: true }
    }
}

impl Passes {
    /// No optimisation at all.
    pub fn none() -> Passes {
        Passes { fold_constants: false, lower_sets: false, change_in_place: false }
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
    shared: HashMap<(SetId, Form), u32, QuickHash>,
    /// The constants that are in the pool already.
    constants: HashMap<SetId, ConstSet, QuickHash>,
    /// The element sets that are in the pool already, by the literals that they unite.
    element_sets: HashMap<Literals, Elements, QuickHash>,
    /// The procedure of each let instance emitted so far.
    let_procedures: Vec<u32>,
    /// The conditions whose answer is known.
    answers: Vec<Option<bool>>,
    /// The indices of the source positions of conditions, as far as they are known.
    located: Vec<Option<u32>>,
    /// Memory of procedures that are finished, for the next ones.
    spare: Vec<Procedure>,
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
            shared: HashMap::default(),
            constants: HashMap::default(),
            element_sets: HashMap::default(),
            let_procedures: Vec::with_capacity(policy.let_instances.len()),
            answers: Vec::new(),
            located: vec![None; policy.conditions.len()],
            spare: Vec::new(),
        }
    }

    /// Begins a procedure.
    fn procedure(&mut self, kind: ProcedureKind, memo: bool) -> Procedure {
        let mut procedure = self.spare.pop().unwrap_or_default();
        procedure.begin(kind, memo);
        procedure
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
        let mut code = self.procedure(kind, true);
        code.at(self.locate(origin)?);
        if form == Form::Set {
            let src = self.emit_set_body(&mut code, set)?;
            code.push(Op::ReturnSet { src });
        } else {
            let src = self.emit_membership(&mut code, set, form, true)?;
            code.push(Op::ReturnBool { src });
        }
        let number = self.append(code)?;
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
        let mut code = self.procedure(ProcedureKind::Condition, memo);
        let src = self.emit_condition(&mut code, condition, 0)?;
        code.push(Op::ReturnBool { src });
        self.append(code)
    }

    /// Puts a finished procedure behind the others and returns its number.
    fn append(&mut self, mut finished: Procedure) -> Result<u32, EmitError> {
        let program = &mut self.pools.program;
        let start = index(program.code.len())?;
        let code = List { start, len: index(finished.ops().len())? };
        // The last target is the length, so there is room for all of them.
        index(program.code.len() + finished.ops().len())?;
        finished.resolve(start);
        program.code.extend_from_slice(finished.ops());
        let positions = finished.positions.iter().map(|&(at, position)| (at.saturating_add(start), position));
        program.code_positions.extend(positions);
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
        self.spare.push(finished);
        Ok(number)
    }

    /// The index of the source position of a condition.
    fn locate_condition(&mut self, id: ir::ConditionId, origin: Origin) -> Result<u32, EmitError> {
        if let Some(known) = self.located.get(id.index()).copied().flatten() {
            return Ok(known);
        }
        let position = self.locate(origin)?;
        if let Some(place) = self.located.get_mut(id.index()) {
            *place = Some(position);
        }
        Ok(position)
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
