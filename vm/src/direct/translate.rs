//! From update procedures to [statements](super::statement), when a policy is loaded.
//!
//! A procedure is gone through once, from its first instruction to its last. What a set or value register holds is known
//! then, so an instruction that loads one becomes nothing, and one that reads one names the set or the value itself. Bools
//! stay: they are bits of a word. Procedures that are called are put in the place of the call, as they change nothing and
//! so give the same answer each time that they are asked while nothing is updated.
//!
//! Invariants: statements do what the instructions do, in their order, or there are none. Jumps go forward only. A set that
//! operators make has a place of its own from there to the next update, with which the life of all handles ends. All
//! statements together take time and memory in proportion to the program's instructions, however often its procedures call
//! each other.

use super::formula::{Comparison, Joined};
use super::statement::{Bool, Set, Statement, Target, ValueOf};
use crate::bytecode::Op;
use crate::bytecode::operand::{BoolReg, FieldImm, OperatorImm, SetReg, Target as CodeTarget};
use crate::bytecode::program::Program;
use crate::metadata::{HeadWord, SetView};
use crate::work::{PER_INSTRUCTION, PER_WORD_MADE, of_len};

/// A procedure that comes to more instructions, with those that it calls, is left to the interpreter.
const MOST_INSTRUCTIONS: usize = 1024;
/// How often each instruction of a program is gone through on average at most.
const MOST_TIMES: usize = 8;
/// Set and value registers of a procedure.
const REGISTERS: usize = 8;
/// Bools of a procedure and those that it calls.
const BOOLS: usize = 64;
/// Sets that operators make between two updates.
pub(super) const MADE_SETS: usize = 8;
/// What each word of a kept set costs: it is made.
const EACH_KEPT: u8 = PER_WORD_MADE as u8;
const _: () = assert!(PER_WORD_MADE <= u8::MAX as u64);
/// Calls inside each other: going through them recurses.
const DEEPEST: usize = 16;

/// What the registers of a procedure hold at one of its instructions.
#[derive(Debug, Clone, Copy, Default)]
struct Registers {
    values: [Option<ValueOf>; REGISTERS],
    sets: [Option<Set>; REGISTERS],
    /// How many places of made sets are in use.
    made: u8,
}

impl Registers {
    /// What is known where two ways meet: what both hold.
    fn meet(mut self, other: Registers) -> Registers {
        for (own, other) in self.values.iter_mut().zip(other.values) {
            *own = own.filter(|_| *own == other);
        }
        for (own, other) in self.sets.iter_mut().zip(other.sets) {
            *own = own.filter(|_| *own == other);
        }
        self.made = self.made.max(other.made);
        self
    }

    fn set(&self, register: SetReg) -> Option<Set> {
        *self.sets.get(register.index())?
    }

    fn hold(&mut self, register: SetReg, set: Set) -> Option<()> {
        *self.sets.get_mut(register.index())? = Some(set);
        Some(())
    }
}

/// A procedure that is being gone through.
struct Place {
    /// Its first instruction, and the place of its first bool.
    first: u32,
    bools: usize,
    /// Where the answer goes, if it is a bool.
    answer: Option<Bool>,
    /// For each instruction what registers hold on the ways that jump there.
    jumped: Vec<Option<Registers>>,
    /// Jumps whose statement is known, and the instruction that they go to.
    jumps: Vec<(usize, usize)>,
    /// The set that it answers, if it is one, and the places then in use.
    set: Option<(Set, u8)>,
}

/// Makes the statements of a program.
pub(super) struct Translator<'p> {
    program: &'p Program,
    pub(super) statements: Vec<Statement>,
    /// Instructions that may still be gone through for this procedure, and for all that come.
    left: usize,
    left_for_all: usize,
    depth: usize,
    asks_args: bool,
    cost: u64,
}

/// The statements of a procedure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Translated {
    pub(super) first: u32,
    /// What entering it and those that it calls costs at most.
    pub(super) cost: u32,
    /// Whether they read sets of arguments.
    pub(super) asks_args: bool,
}

impl<'p> Translator<'p> {
    pub(super) fn new(program: &'p Program) -> Translator<'p> {
        let left_for_all = program.code.len().saturating_mul(MOST_TIMES);
        Translator {
            program,
            statements: Vec::new(),
            left: 0,
            left_for_all,
            depth: 0,
            asks_args: false,
            cost: 0,
        }
    }

    /// The statements of an update procedure, if it has some.
    pub(super) fn update(&mut self, procedure: u32) -> Option<Translated> {
        let most = MOST_INSTRUCTIONS.min(self.left_for_all);
        (self.left, self.depth, self.asks_args, self.cost) = (most, 0, false, 0);
        let start = self.statements.len();
        let done = self.procedure(procedure, 0, None, 0);
        self.left_for_all -= most - self.left;
        if done.is_none() {
            self.statements.truncate(start);
        }
        done?;
        let (first, cost) = (u32::try_from(start).ok()?, u32::try_from(self.cost).ok()?);
        Some(Translated { first, cost, asks_args: self.asks_args })
    }

    /// Goes through a procedure whose bools begin at `bools`, while so many places of made sets are in use.
    fn procedure(&mut self, number: u32, bools: usize, answer: Option<Bool>, made: u8) -> Option<Place> {
        let record = self.program.procedures.get(number as usize)?;
        let code = record.code.of(&self.program.code)?;
        self.left = self.left.checked_sub(code.len())?;
        self.depth += 1;
        if self.depth > DEEPEST || bools + usize::from(record.bools) > BOOLS {
            return None;
        }
        let cost = of_len(code.len()).saturating_mul(PER_INSTRUCTION).saturating_add(record.sets.into());
        self.cost = self.cost.saturating_add(cost);
        let mut place = Place {
            first: record.code.start,
            bools,
            answer,
            jumped: vec![None; code.len() + 1],
            jumps: Vec::new(),
            set: None,
        };
        let mut starts = Vec::with_capacity(code.len() + 1);
        let mut here = Some(Registers { made, ..Registers::default() });
        for (at, &op) in code.iter().enumerate() {
            starts.push(self.statements.len());
            here = match (here, place.jumped.get_mut(at)?.take()) {
                (Some(here), Some(jumped)) => Some(here.meet(jumped)),
                (here, jumped) => here.or(jumped),
            };
            // What no way leads to does nothing.
            let Some(registers) = here else { continue };
            let calls_at = bools + usize::from(record.bools);
            here = self.instruction(op, at + 1 == code.len(), registers, &mut place, calls_at)?;
        }
        starts.push(self.statements.len());
        for (jump, target) in place.jumps.drain(..) {
            let target = u32::try_from(*starts.get(target)?).ok()?;
            match self.statements.get_mut(jump)? {
                Statement::Jump(to) | Statement::JumpWhere { to, .. } => *to = target,
                _ => return None,
            }
        }
        self.depth -= 1;
        Some(place)
    }

    /// Goes through an instruction; gives what registers hold at the next one, or nothing if no way leads there.
    fn instruction(
        &mut self,
        op: Op,
        is_last: bool,
        mut registers: Registers,
        place: &mut Place,
        calls_at: usize,
    ) -> Option<Option<Registers>> {
        let bool = |register: BoolReg| Bool::try_from(place.bools + register.index()).ok();
        match op {
            Op::Jump { to } => {
                self.jump(Statement::Jump(0), to, registers, place)?;
                return Some(None);
            }
            Op::JumpIf { cond, to } => {
                let jump = Statement::JumpWhere { cond: bool(cond)?, is: true, to: 0 };
                self.jump(jump, to, registers, place)?;
            }
            Op::JumpUnless { cond, to } => {
                let jump = Statement::JumpWhere { cond: bool(cond)?, is: false, to: 0 };
                self.jump(jump, to, registers, place)?;
            }
            Op::End {} => {
                self.statements.push(Statement::End);
                return Some(None);
            }
            Op::ReturnBool { src } => {
                let copy = Statement::Copy { dst: place.answer?, src: bool(src)?, negated: false };
                self.statements.push(copy);
                if !is_last {
                    place.jumps.push((self.statements.len(), place.jumped.len() - 1));
                    self.statements.push(Statement::Jump(0));
                }
                return Some(None);
            }
            Op::ReturnSet { src } => {
                // Of several ways with different sets none could be named.
                if !is_last {
                    return None;
                }
                place.set = Some((registers.set(src)?, registers.made));
                return Some(None);
            }
            Op::LoadBool { dst, value } => {
                self.statements.push(Statement::Load { dst: bool(dst)?, value: value.0 })
            }
            Op::Not { dst, src } => {
                self.statements.push(Statement::Copy { dst: bool(dst)?, src: bool(src)?, negated: true });
            }
            Op::Differ { dst, left, right } => {
                let (dst, left, right) = (bool(dst)?, bool(left)?, bool(right)?);
                self.statements.push(Statement::Differ { dst, left, right });
            }
            Op::CallCondition { dst, procedure } => {
                let answer = bool(dst)?;
                self.procedure(procedure.0, calls_at, Some(answer), registers.made)?;
            }
            Op::CallSet { dst, procedure } => {
                let (set, made) = self.procedure(procedure.0, calls_at, None, registers.made)?.set?;
                registers.made = made;
                registers.hold(dst, set)?;
                if let Set::Made(place) = set {
                    // The answer is kept as a copy.
                    self.statements.push(Statement::Charge { place, each: EACH_KEPT });
                }
            }
            Op::LoadArg { dst, arg } => {
                *registers.values.get_mut(dst.index())? = Some(ValueOf::Arg(arg));
            }
            Op::LoadResult { dst } => *registers.values.get_mut(dst.index())? = Some(ValueOf::Result),
            Op::ValueIn { dst, value, reading, set } => {
                let value = (*registers.values.get(value.index())?)?;
                self.statements.push(Statement::ValueIn { dst: bool(dst)?, value, reading, set });
            }
            Op::Overlaps { dst, left, right } => {
                self.compare(bool(dst)?, Comparison::Overlaps, left, right, &registers)?
            }
            Op::Subset { dst, left, right } => {
                self.compare(bool(dst)?, Comparison::Subset, left, right, &registers)?
            }
            Op::Equal { dst, left, right } => {
                self.compare(bool(dst)?, Comparison::Equal, left, right, &registers)?
            }
            Op::IsEmpty { dst, set } => {
                self.statements.push(Statement::Empty { dst: bool(dst)?, set: registers.set(set)? })
            }
            Op::IsUniversal { dst, set } => {
                self.statements.push(Statement::Universal { dst: bool(dst)?, set: registers.set(set)? })
            }
            Op::Contains { dst, set, tag } => {
                self.statements.push(Statement::Contains { dst: bool(dst)?, set: registers.set(set)?, tag })
            }
            op => self.set_instruction(op, &mut registers)?,
        }
        Some(Some(registers))
    }

    /// The same of one that loads, makes or stores a set.
    fn set_instruction(&mut self, op: Op, registers: &mut Registers) -> Option<()> {
        match op {
            Op::LoadSet { dst, set } => {
                self.program.const_sets.get(set.index())?;
                registers.hold(dst, Set::Constant(set))
            }
            Op::LoadResultSet { dst, field } => registers.hold(dst, Set::Result(field)),
            Op::LoadSessionSet { dst, field } => registers.hold(dst, Set::Session(field)),
            Op::LoadArgSet { dst, field, arg } => self.of_args(registers, dst, Set::Arg(field, arg)),
            Op::LoadArgsUnion { dst, field } => self.of_args(registers, dst, Set::Args(field, Joined::Union)),
            Op::LoadArgsIntersect { dst, field } => {
                self.of_args(registers, dst, Set::Args(field, Joined::Intersection))
            }
            Op::Union { dst, left, right } => self.make(registers, dst, OperatorImm::Union, left, right),
            Op::Intersect { dst, left, right } => {
                self.make(registers, dst, OperatorImm::Intersect, left, right)
            }
            Op::Minus { dst, left, right } => self.make(registers, dst, OperatorImm::Minus, left, right),
            Op::Xor { dst, left, right } => self.make(registers, dst, OperatorImm::Xor, left, right),
            Op::StoreResult { field, set } => self.store(registers, Target::Result, field, set),
            Op::StoreSession { field, set } => self.store(registers, Target::Session, field, set),
            Op::ChangeResult { field, operator, set } => {
                let by = registers.set(set)?;
                self.change(registers, Target::Result, field, operator, by)
            }
            Op::ChangeSession { field, operator, set } => {
                let by = registers.set(set)?;
                self.change(registers, Target::Session, field, operator, by)
            }
            Op::ChangeResultBy { field, operator, set } => {
                self.change(registers, Target::Result, field, operator, Set::Constant(set))
            }
            Op::ChangeSessionBy { field, operator, set } => {
                self.change(registers, Target::Session, field, operator, Set::Constant(set))
            }
            _ => None,
        }
    }

    fn jump(
        &mut self,
        jump: Statement,
        to: CodeTarget,
        registers: Registers,
        place: &mut Place,
    ) -> Option<()> {
        let target = to.index().checked_sub(place.first as usize)?;
        place.jumps.push((self.statements.len(), target));
        self.statements.push(jump);
        let jumped = place.jumped.get_mut(target)?;
        *jumped = Some(jumped.map_or(registers, |other| other.meet(registers)));
        Some(())
    }

    fn compare(
        &mut self,
        dst: Bool,
        comparison: Comparison,
        left: SetReg,
        right: SetReg,
        registers: &Registers,
    ) -> Option<()> {
        let (left, right) = (registers.set(left)?, registers.set(right)?);
        // Both sides of `overlaps` are alike (S5.2).
        self.statements.push(match (comparison, self.word(left), self.word(right)) {
            (Comparison::Overlaps, _, Some(right)) => Statement::Overlaps { dst, left, right },
            (Comparison::Overlaps, Some(word), _) => Statement::Overlaps { dst, left: right, right: word },
            (Comparison::Subset, Some(word), _) => Statement::Has { dst, left: right, right: word },
            (Comparison::Superset, _, Some(right)) => Statement::Has { dst, left, right },
            _ => Statement::Compare { dst, comparison, left, right },
        });
        Some(())
    }

    /// A constant that is in one word of the head.
    fn word(&self, set: Set) -> Option<HeadWord> {
        let Set::Constant(set) = set else { return None };
        let record = self.program.const_sets.get(set.index())?;
        HeadWord::of(SetView::constant(self.program, record)?)
    }

    fn of_args(&mut self, registers: &mut Registers, dst: SetReg, set: Set) -> Option<()> {
        self.asks_args = true;
        registers.hold(dst, set)
    }

    /// A set that an operator makes: in the place of its left side, if that was made as well, else in a new one. Both sides
    /// stay as they are then, but for a left side whose register is written over.
    fn make(
        &mut self,
        registers: &mut Registers,
        dst: SetReg,
        operator: OperatorImm,
        left: SetReg,
        right: SetReg,
    ) -> Option<()> {
        let (left_set, right_set) = (registers.set(left)?, registers.set(right)?);
        if dst != left
            && dst != right
            && let Some(Set::Made(place)) = registers.set(dst)
        {
            // The interpreter makes it in the place of that one.
            self.statements.push(Statement::Charge { place, each: 1 });
        }
        let place = match left_set {
            // No other register holds it: no instruction copies a handle, but a call of the same let may.
            Set::Made(place) if dst == left && left != right && registers.holders(left_set) == 1 => place,
            _ => {
                let place = registers.made;
                registers.made = place.checked_add(1).filter(|made| usize::from(*made) <= MADE_SETS)?;
                place
            }
        };
        self.statements.push(Statement::Make { place, operator, left: left_set, right: right_set });
        registers.hold(dst, Set::Made(place))
    }

    fn store(
        &mut self,
        registers: &mut Registers,
        target: Target,
        field: FieldImm,
        set: SetReg,
    ) -> Option<()> {
        let set = registers.set(set)?;
        if set != target.set(field) {
            self.statements.push(Statement::Store { target, field, set });
        }
        registers.end_sets();
        Some(())
    }

    fn change(
        &mut self,
        registers: &mut Registers,
        target: Target,
        field: FieldImm,
        operator: OperatorImm,
        by: Set,
    ) -> Option<()> {
        match operator {
            _ if by != target.set(field) => self.statements.push(match self.word(by) {
                Some(by) => Statement::ChangeBy { target, field, operator, by },
                None => Statement::Change { target, field, operator, by },
            }),
            // A set and itself.
            OperatorImm::Union | OperatorImm::Intersect => {}
            OperatorImm::Minus | OperatorImm::Xor => {
                self.statements.push(Statement::Clear { target, field });
            }
        }
        registers.end_sets();
        Some(())
    }
}

impl Registers {
    /// How many registers hold a set.
    fn holders(&self, set: Set) -> usize {
        self.sets.iter().filter(|held| **held == Some(set)).count()
    }

    /// An update ends the life of all handles.
    fn end_sets(&mut self) {
        self.sets = [None; REGISTERS];
        self.made = 0;
    }
}
