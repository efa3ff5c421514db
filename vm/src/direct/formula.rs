//! Conditions as tests in order: what a condition procedure asks, followed through its instructions when a policy is loaded.
//!
//! A formula is a graph: each step is a test, and which step comes after either outcome, or which answer. It is found by
//! running the procedure on nothing, once for each way it can take: a register holds a known truth value, an argument's
//! value, or a set that is there before the call.
//!
//! Invariants: a step leads to steps of lower number only, so every formula ends; what cannot be followed, or has more ways
//! than are worth following, has no formula and is left to the interpreter. Whatever a formula answers, the interpreter would.
//! All formulas together take time and memory in proportion to the program's instructions, however often its procedures call
//! each other.

use crate::bytecode::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::Program;

/// A rule whose ways have more instructions is left to the interpreter.
const MOST_INSTRUCTIONS: usize = 1024;
/// How often each instruction of a program is followed on average at most.
const MOST_TIMES: usize = 8;
/// Registers of each kind that are followed.
const REGISTERS: usize = 4;
/// Tests and calls of one way: following them recurses.
const DEEPEST: usize = 32;

/// Where a formula goes on: at a step, or with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Next(u32);

impl Next {
    pub(super) fn answer(answer: bool) -> Next {
        Next(u32::from(answer))
    }

    fn step(step: usize) -> Option<Next> {
        u32::try_from(step).ok()?.checked_add(2).map(Next)
    }

    /// The step, or the answer.
    #[inline]
    pub(super) fn next(self) -> Result<usize, bool> {
        match self.0 {
            answer @ 0..2 => Err(answer == 1),
            step => Ok(step as usize - 2),
        }
    }
}

/// A test, and where its outcomes lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) test: Test,
    pub(super) if_true: Next,
    pub(super) if_false: Next,
}

/// What a step asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    /// `value_in` of an argument.
    Value { arg: Arg, reading: ReadingImm, set: Elements },
    /// A comparison of a set with a constant.
    Set { left: Source, comparison: Comparison, right: ConstSet },
    /// `is_empty`
    Empty(Source),
    /// `is_universal`
    Universal(Source),
    /// `contains`
    Contains(Source, Tag),
}

/// A metadata set that is there before the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Arg(FieldImm, Arg),
    /// Of all arguments together (S3.4).
    Args(FieldImm, Joined),
    Session(FieldImm),
}

/// How the sets of all arguments become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joined {
    Union,
    Intersection,
}

/// How a set is compared with a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Overlaps,
    Subset,
    Superset,
    Equal,
}

/// What the registers of a procedure hold.
#[derive(Debug, Clone, Copy, Default)]
struct Registers {
    bools: [Option<bool>; REGISTERS],
    values: [Option<Arg>; REGISTERS],
    sets: [Option<Held>; REGISTERS],
}

#[derive(Debug, Clone, Copy)]
enum Held {
    Constant(ConstSet),
    Source(Source),
}

/// Follows procedures of a program.
pub(super) struct Follower<'p> {
    program: &'p Program,
    /// The steps of the formulas since [`Follower::forget_formulas`].
    pub(super) steps: Vec<Step>,
    /// Where those of this formula begin.
    first: usize,
    /// How many steps there may still be, of all formulas.
    steps_left: usize,
    /// Instructions that may still be followed for this formula, and for all that come.
    left: usize,
    left_for_all: usize,
    /// Tests and calls of this way so far.
    depth: usize,
}

/// Where a procedure goes on: its next instruction, and what its registers hold; then its caller's.
#[derive(Clone, Copy)]
struct Place<'c> {
    pc: usize,
    registers: Registers,
    /// The place after the call, and the register that gets the answer.
    caller: Option<(&'c Place<'c>, BoolReg)>,
}

impl<'p> Follower<'p> {
    pub(super) fn new(program: &'p Program) -> Follower<'p> {
        let left_for_all = program.code.len().saturating_mul(MOST_TIMES);
        // Each is of an instruction, usually of one that no other is of.
        let steps_left = program.code.len();
        Follower { program, steps: Vec::new(), first: 0, steps_left, left: 0, left_for_all, depth: 0 }
    }

    /// Begins to number steps from 0 again.
    pub(super) fn forget_formulas(&mut self) {
        self.steps.clear();
    }

    /// The formula of a condition procedure, if it has one.
    pub(super) fn formula(&mut self, procedure: u32) -> Option<Next> {
        let most = MOST_INSTRUCTIONS.min(self.left_for_all);
        (self.first, self.left, self.depth) = (self.steps.len(), most, 0);
        let formula = self.enter(procedure, None);
        self.left_for_all -= most - self.left;
        if formula.is_none() {
            self.steps.truncate(self.first);
        }
        formula
    }

    /// What a procedure tests that is about the value of an argument and nothing else. Its formula is this one test: following
    /// it would come to the same and take many times as long.
    pub(super) fn single_value(&self, procedure: u32) -> Option<Test> {
        let record = self.program.procedures.get(procedure as usize)?;
        match *record.code.of(&self.program.code)? {
            [
                Op::LoadArg { dst: loaded, arg },
                Op::ValueIn { dst, value, reading, set },
                Op::ReturnBool { src },
            ] if value == loaded && src == dst => Some(Test::Value { arg, reading, set }),
            _ => None,
        }
    }

    /// What comes of a procedure.
    fn enter(&mut self, procedure: u32, caller: Option<(&Place<'_>, BoolReg)>) -> Option<Next> {
        let pc = self.program.procedures.get(procedure as usize)?.code.start as usize;
        self.follow(&Place { pc, registers: Registers::default(), caller })
    }

    /// What comes from here on.
    fn follow(&mut self, place: &Place<'_>) -> Option<Next> {
        self.depth += 1;
        let followed = if self.depth > DEEPEST { None } else { self.go_on(*place) };
        self.depth -= 1;
        followed
    }

    fn go_on(&mut self, mut place: Place<'_>) -> Option<Next> {
        loop {
            self.left = self.left.checked_sub(1)?;
            let op = *self.program.code.get(place.pc)?;
            place.pc += 1;
            match op {
                Op::Jump { to } => place.pc = to.index(),
                Op::JumpIf { cond, to } if place.bool(cond)? => place.pc = to.index(),
                Op::JumpUnless { cond, to } if !place.bool(cond)? => place.pc = to.index(),
                Op::JumpIf { .. } | Op::JumpUnless { .. } => {}
                Op::LoadBool { dst, value } => place.set_bool(dst, value.0)?,
                Op::Not { dst, src } => place.set_bool(dst, !place.bool(src)?)?,
                Op::Differ { dst, left, right } => {
                    place.set_bool(dst, place.bool(left)? != place.bool(right)?)?;
                }
                Op::LoadArg { dst, arg } => *place.registers.values.get_mut(dst.index())? = Some(arg),
                Op::LoadSet { dst, set } => place.hold(dst, Held::Constant(set))?,
                Op::LoadArgSet { dst, field, arg } => {
                    place.hold(dst, Held::Source(Source::Arg(field, arg)))?
                }
                Op::LoadArgsUnion { dst, field } => {
                    place.hold(dst, Held::Source(Source::Args(field, Joined::Union)))?
                }
                Op::LoadArgsIntersect { dst, field } => {
                    place.hold(dst, Held::Source(Source::Args(field, Joined::Intersection)))?
                }
                Op::LoadSessionSet { dst, field } => place.hold(dst, Held::Source(Source::Session(field)))?,
                Op::CallCondition { dst, procedure } => {
                    return self.enter(procedure.0, Some((&place, dst)));
                }
                Op::ReturnBool { src } => {
                    let answer = place.bool(src)?;
                    let Some((caller, dst)) = place.caller else { return Some(Next::answer(answer)) };
                    place = *caller;
                    place.set_bool(dst, answer)?;
                }
                op => {
                    let (dst, test) = place.test(op)?;
                    return self.fork(place, dst, test);
                }
            }
        }
    }

    /// Whether the outcome of a test, which goes to `dst`, is the answer of the whole formula.
    fn is_answer(&self, place: &Place<'_>, dst: BoolReg) -> bool {
        let next = self.program.code.get(place.pc);
        place.caller.is_none() && matches!(next, Some(Op::ReturnBool { src }) if *src == dst)
    }

    /// Goes on after a test, both ways.
    fn fork(&mut self, mut place: Place<'_>, dst: BoolReg, test: Test) -> Option<Next> {
        let (if_true, if_false) = if self.is_answer(&place, dst) {
            // Two ways of one instruction each, as most conditions end.
            self.left = self.left.checked_sub(2)?;
            (Next::answer(true), Next::answer(false))
        } else {
            place.set_bool(dst, true)?;
            let if_true = self.follow(&place)?;
            place.set_bool(dst, false)?;
            (if_true, self.follow(&place)?)
        };
        if if_true == if_false {
            return Some(if_true);
        }
        let step = Step { test, if_true, if_false };
        let known = self.steps.get(self.first..)?.iter().position(|known| *known == step);
        let number = match known {
            Some(known) => self.first + known,
            None => {
                self.steps_left = self.steps_left.checked_sub(1)?;
                self.steps.push(step);
                self.steps.len() - 1
            }
        };
        Next::step(number)
    }
}

impl Place<'_> {
    fn bool(&self, register: BoolReg) -> Option<bool> {
        *self.registers.bools.get(register.index())?
    }

    fn set_bool(&mut self, register: BoolReg, value: bool) -> Option<()> {
        *self.registers.bools.get_mut(register.index())? = Some(value);
        Some(())
    }

    fn hold(&mut self, register: SetReg, held: Held) -> Option<()> {
        *self.registers.sets.get_mut(register.index())? = Some(held);
        Some(())
    }

    fn set(&self, register: SetReg) -> Option<Held> {
        *self.registers.sets.get(register.index())?
    }

    fn source(&self, register: SetReg) -> Option<Source> {
        match self.set(register)? {
            Held::Source(source) => Some(source),
            Held::Constant(_) => None,
        }
    }

    /// The test that an instruction is, and where its outcome goes.
    fn test(&self, op: Op) -> Option<(BoolReg, Test)> {
        Some(match op {
            Op::ValueIn { dst, value, reading, set } => {
                let arg = (*self.registers.values.get(value.index())?)?;
                (dst, Test::Value { arg, reading, set })
            }
            Op::Overlaps { dst, left, right } => (dst, self.compared(Comparison::Overlaps, left, right)?),
            Op::Subset { dst, left, right } => (dst, self.compared(Comparison::Subset, left, right)?),
            Op::Equal { dst, left, right } => (dst, self.compared(Comparison::Equal, left, right)?),
            Op::IsEmpty { dst, set } => (dst, Test::Empty(self.source(set)?)),
            Op::IsUniversal { dst, set } => (dst, Test::Universal(self.source(set)?)),
            Op::Contains { dst, set, tag } => (dst, Test::Contains(self.source(set)?, tag)),
            _ => return None,
        })
    }

    fn compared(&self, comparison: Comparison, left: SetReg, right: SetReg) -> Option<Test> {
        Some(match (self.set(left)?, self.set(right)?) {
            (Held::Source(left), Held::Constant(right)) => Test::Set { left, comparison, right },
            (Held::Constant(right), Held::Source(left)) => {
                let comparison = match comparison {
                    Comparison::Subset => Comparison::Superset,
                    other => other,
                };
                Test::Set { left, comparison, right }
            }
            _ => return None,
        })
    }
}
