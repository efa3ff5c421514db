//! Which metadata a policy can ask for before a call is made, and after it, block by block: found once, when the policy is
//! loaded, so that for a call only those sets are made ready.
//!
//! Invariants: what a procedure can ask for, by itself or through what it calls, is in its block's [`Needs`]; explained calls
//! run other procedures, so they use [`Needs::everything`]. A set that was not made ready is no set at all to the
//! interpreter, so a mistake here is a denied or failed call and no wrong answer.

use crate::bytecode::operand::{AnyOperand, Arg, FieldImm};
use crate::bytecode::program::{List, Program};
use crate::bytecode::{Op, OperandVisitor};

/// Some of the three fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Fields(u8);

impl Fields {
    /// None of them.
    pub(crate) const NONE: Fields = Fields(0);
    /// All of them.
    pub(crate) const ALL: Fields = Fields(7);

    /// Just this one.
    pub(crate) fn of(field: FieldImm) -> Fields {
        Fields(1 << field as u8)
    }

    /// Those of both.
    #[must_use]
    pub(crate) fn and(self, other: Fields) -> Fields {
        Fields(self.0 | other.0)
    }

    /// Those that are in both.
    #[must_use]
    pub(crate) fn in_both(self, other: Fields) -> Fields {
        Fields(self.0 & other.0)
    }

    /// Those that are not in `other`.
    #[must_use]
    pub(crate) fn without(self, other: Fields) -> Fields {
        Fields(self.0 & !other.0)
    }

    /// Whether this one is among them.
    #[inline]
    pub(crate) fn has(self, field: FieldImm) -> bool {
        self.0 & Fields::of(field).0 != 0
    }

    /// Whether there are none.
    #[inline]
    pub(crate) fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// Metadata that can be asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Needs<'n> {
    /// Of these arguments.
    pub(crate) args: &'n [(Arg, Fields)],
    /// Of each argument.
    pub(crate) every: Fields,
    /// United over all arguments.
    pub(crate) union: Fields,
    /// Intersected over all arguments.
    pub(crate) intersect: Fields,
    /// Whether the initial metadata of the result (S2.5) is among it, for which all sets of each argument are.
    pub(crate) initial: bool,
}

impl Needs<'_> {
    /// Everything that there is.
    pub(crate) fn everything() -> Needs<'static> {
        let all = Fields::ALL;
        Needs { args: &[], every: all, union: all, intersect: all, initial: true }
    }

    /// What the initial metadata of the result is made of (S2.5), which every call that was made has.
    pub(crate) fn of_result() -> Needs<'static> {
        Needs { every: Fields::ALL, ..Needs::default() }
    }
}

/// The needs of all blocks of a policy.
#[derive(Debug)]
pub(crate) struct BlockNeeds {
    blocks: Vec<Summary>,
    /// Of what runs after the call; nothing at all if no block runs anything then.
    late: Option<Vec<Summary>>,
    args: Vec<(Arg, Fields)>,
}

/// What a procedure or a block can ask for; its arguments are in a common list.
#[derive(Debug, Clone, Copy, Default)]
struct Summary {
    args: List,
    every: Fields,
    union: Fields,
    intersect: Fields,
    initial: bool,
}

/// A procedure that names more arguments than this asks for all: lists of chained procedures would be quadratic else.
const MOST_ARGS: usize = 16;

impl BlockNeeds {
    /// Finds them. Procedures call only those of lower number.
    pub(crate) fn of(program: &Program) -> BlockNeeds {
        let mut finder = Finder {
            procedures: Vec::with_capacity(program.procedures.len()),
            args: Vec::new(),
            gathered: Gathered::default(),
        };
        for procedure in &program.procedures {
            let summary = finder.procedure(procedure.code.of(&program.code).unwrap_or_default());
            finder.procedures.push(summary);
        }
        let blocks = program.blocks.iter().map(|block| {
            let rules = block.rules.of(&program.rules).unwrap_or_default();
            finder.all(rules.iter().filter_map(|rule| rule.condition).chain(block.before))
        });
        let blocks = blocks.collect();
        let late = program.blocks.iter().map(|block| finder.all(block.result.into_iter().chain(block.after)));
        let runs_late = program.blocks.iter().any(|block| block.result.is_some() || block.after.is_some());
        let late = runs_late.then(|| late.collect());
        BlockNeeds { blocks, late, args: finder.args }
    }

    /// What a block can ask for before a call is made; everything, of a block that is not there.
    pub(crate) fn block(&self, block: u32) -> Needs<'_> {
        self.of_summary(self.blocks.get(block as usize))
    }

    /// The same after it was made, beside the initial metadata.
    pub(crate) fn late(&self, block: u32) -> Needs<'_> {
        self.late.as_ref().map_or(Needs::default(), |late| self.of_summary(late.get(block as usize)))
    }

    fn of_summary(&self, summary: Option<&Summary>) -> Needs<'_> {
        let Some(summary) = summary else { return Needs::everything() };
        let Summary { args, every, union, intersect, initial } = *summary;
        match args.of(&self.args) {
            Some(args) => Needs { args, every, union, intersect, initial },
            None => Needs::everything(),
        }
    }
}

/// Summaries of the procedures so far.
struct Finder {
    procedures: Vec<Summary>,
    args: Vec<(Arg, Fields)>,
    /// The one that is being made.
    gathered: Gathered,
}

/// A summary that grows; the memory of one serves the next.
#[derive(Default)]
struct Gathered {
    summary: Summary,
    args: Vec<(Arg, Fields)>,
}

impl Gathered {
    fn arg(&mut self, arg: Arg, fields: Fields) {
        match self.args.iter_mut().find(|(known, _)| *known == arg) {
            Some((_, known)) => *known = known.and(fields),
            None => self.args.push((arg, fields)),
        }
        if self.args.len() > MOST_ARGS {
            let all = self.args.drain(..).fold(Fields::NONE, |all, (_, fields)| all.and(fields));
            self.every(all);
        }
    }

    fn every(&mut self, fields: Fields) {
        self.summary.every = self.summary.every.and(fields);
    }

    fn union(&mut self, fields: Fields) {
        self.summary.union = self.summary.union.and(fields);
        self.every(fields);
    }

    fn intersect(&mut self, fields: Fields) {
        self.summary.intersect = self.summary.intersect.and(fields);
        self.every(fields);
    }

    /// The initial metadata of the result, which is made of that of all arguments (S2.5).
    fn initial(&mut self) {
        self.summary.initial = true;
        self.every(Fields::ALL);
    }

    fn also(&mut self, called: Summary, args: &[(Arg, Fields)]) {
        self.every(called.every);
        self.union(called.union);
        self.intersect(called.intersect);
        self.summary.initial |= called.initial;
        for &(arg, fields) in args {
            self.arg(arg, fields);
        }
    }
}

impl Finder {
    fn procedure(&mut self, code: &[Op]) -> Summary {
        for op in code {
            match *op {
                Op::LoadArgSet { field, arg, .. } => self.gathered.arg(arg, Fields::of(field)),
                Op::LoadArgsUnion { field, .. } => self.gathered.union(Fields::of(field)),
                Op::LoadArgsIntersect { field, .. } => self.gathered.intersect(Fields::of(field)),
                Op::LoadResultSet { .. } | Op::ChangeResult { .. } | Op::ChangeResultBy { .. } => {
                    self.gathered.initial()
                }
                op => {
                    let mut called = Called(None);
                    op.visit_operands(&mut called);
                    if let Some(called) = called.0 {
                        self.add(called);
                    }
                }
            }
        }
        self.keep()
    }

    /// What several procedures can ask for together.
    fn all(&mut self, mut procedures: impl Iterator<Item = u32>) -> Summary {
        let Some(first) = procedures.next() else { return Summary::default() };
        let mut more = procedures.peekable();
        // What a single procedure asks for is in the list already.
        if let (None, Some(only)) = (more.peek(), self.procedures.get(first as usize)) {
            return *only;
        }
        self.add(first);
        more.for_each(|procedure| self.add(procedure));
        self.keep()
    }

    fn add(&mut self, procedure: u32) {
        let called = self.procedures.get(procedure as usize);
        match called.and_then(|called| Some((*called, called.args.of(&self.args)?))) {
            Some((called, args)) => self.gathered.also(called, args),
            // The verifier rules it out.
            None => self.gathered.also(Summary { every: Fields::ALL, ..Summary::default() }, &[]),
        }
    }

    /// The summary that was made; the next one begins.
    fn keep(&mut self) -> Summary {
        let mut summary = std::mem::take(&mut self.gathered.summary);
        // What is needed of each argument need not be said of one.
        let left = self.gathered.args.drain(..).map(|(arg, fields)| (arg, fields.without(summary.every)));
        let start = self.args.len();
        self.args.extend(left.filter(|(_, fields)| !fields.is_none()));
        let (start, len) = (u32::try_from(start), u32::try_from(self.args.len() - start));
        match (start, len) {
            (Ok(start), Ok(len)) => summary.args = List { start, len },
            _ => summary.every = Fields::ALL,
        }
        summary
    }
}

/// The procedure that an instruction calls or asks.
struct Called(Option<u32>);

impl OperandVisitor for Called {
    fn operand(&mut self, _name: &'static str, operand: AnyOperand) {
        match operand {
            AnyOperand::ConditionProc(id) => self.0 = Some(id.0),
            AnyOperand::MembershipProc(id) => self.0 = Some(id.0),
            AnyOperand::SetProc(id) => self.0 = Some(id.0),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BlockNeeds, Fields, MOST_ARGS};
    use crate::bytecode::instruction::Op;
    use crate::bytecode::operand::*;
    use crate::bytecode::program::ProcedureKind;
    use crate::testing::Assembler;
    use crate::testing::code::*;

    use FieldImm::{Consumers, Producers, Tags};

    /// Of the first block: fields by argument, of every argument, united, intersected, and whether initial metadata is needed.
    type Found = (Vec<(u32, Fields)>, Fields, Fields, Fields, bool);

    fn fields(fields: &[FieldImm]) -> Fields {
        fields.iter().fold(Fields::NONE, |all, field| all.and(Fields::of(*field)))
    }

    /// What a block with these procedures as conditions of rules needs.
    fn needs(mut asm: Assembler, conditions: &[u32]) -> Found {
        let rules = conditions.iter().map(|&condition| asm.rule(true, true, Some(condition))).collect();
        let block = asm.exact("t").rules(rules);
        asm.block(block);
        let all = BlockNeeds::of(&asm.program);
        let found = all.block(0);
        let args = found.args.iter().map(|&(arg, fields)| (arg.0, fields)).collect();
        (args, found.every, found.union, found.intersect, found.initial)
    }

    #[test]
    fn each_instruction_that_loads_a_set_needs_it() {
        let of = |op: Op| {
            let mut asm = Assembler::new();
            assert_eq!([asm.arg("x"), asm.arg("y")], [Arg(0), Arg(1)]);
            let condition =
                asm.condition(&[op, Op::IsEmpty { dst: B0, set: S0 }, Op::ReturnBool { src: B0 }]);
            needs(asm, &[condition])
        };
        let none = Fields::NONE;
        let tags = fields(&[Tags]);
        assert_eq!(
            of(Op::LoadArgSet { dst: S0, field: Producers, arg: Arg(1) }),
            (vec![(1, fields(&[Producers]))], none, none, none, false)
        );
        assert_eq!(of(Op::LoadArgsUnion { dst: S0, field: Tags }), (vec![], tags, tags, none, false));
        assert_eq!(of(Op::LoadArgsIntersect { dst: S0, field: Tags }), (vec![], tags, none, tags, false));
        assert_eq!(of(Op::LoadResultSet { dst: S0, field: Tags }), (vec![], Fields::ALL, none, none, true));
        assert_eq!(of(Op::LoadSessionSet { dst: S0, field: Tags }), (vec![], none, none, none, false));
    }

    #[test]
    fn blocks_need_what_is_called_in_any_way() {
        let mut asm = Assembler::new();
        let (x, y, z) = (asm.arg("x"), asm.arg("y"), asm.arg("z"));
        let load = |arg, field| Op::LoadArgSet { dst: S0, field, arg };
        let set = asm.procedure(ProcedureKind::Set, &[load(x, Tags), Op::ReturnSet { src: S0 }]);
        let test = [load(y, Consumers), Op::SubjectInSet { dst: B0, set: S0 }, Op::ReturnBool { src: B0 }];
        let member = asm.membership(&test);
        let calls = [
            Op::CallSet { dst: S0, procedure: SetProc(set) },
            Op::AnyMatches { dst: B0, set: S0, procedure: member },
            Op::ReturnBool { src: B0 },
        ];
        let inner = asm.condition(&calls);
        let outer =
            [Op::CallCondition { dst: B0, procedure: ConditionProc(inner) }, Op::ReturnBool { src: B0 }];
        let outer = asm.condition(&outer);
        let other = asm.condition(&[load(y, Tags), load(z, Tags), Op::ReturnBool { src: B0 }]);
        let (mut args, every, ..) = needs(asm, &[outer, other]);
        args.sort_by_key(|(arg, _)| *arg);
        let expected = [(x.0, fields(&[Tags])), (y.0, fields(&[Tags, Consumers])), (z.0, fields(&[Tags]))];
        assert_eq!((args.as_slice(), every), (&expected[..], Fields::NONE));
    }

    #[test]
    fn what_runs_after_the_call_has_needs_of_its_own() {
        let mut asm = Assembler::new();
        let (x, y) = (asm.arg("x"), asm.arg("y"));
        let load = |arg, field| Op::LoadArgSet { dst: S0, field, arg };
        let store = Op::StoreResult { field: Tags, set: S0 };
        let rule = asm.condition(&[load(x, Tags), Op::IsEmpty { dst: B0, set: S0 }, ANSWER]);
        let rule = asm.rule(true, true, Some(rule));
        let mut block = asm.exact("t").rules(vec![rule]);
        let of_all = Op::LoadArgsUnion { dst: S0, field: Consumers };
        block.result =
            Some(asm.procedure(ProcedureKind::ResultUpdate, &[load(y, Producers), store, Op::End {}]));
        let after = [of_all, Op::StoreSession { field: Tags, set: S0 }, Op::End {}];
        block.after = Some(asm.procedure(ProcedureKind::SessionUpdate, &after));
        asm.block(block);
        let all = BlockNeeds::of(&asm.program);
        let (before, late) = (all.block(0), all.late(0));
        assert_eq!((before.args, before.every), (&[(x, fields(&[Tags]))][..], Fields::NONE));
        assert_eq!((late.args, late.every), (&[(y, fields(&[Producers]))][..], fields(&[Consumers])));
        assert_eq!((late.union, late.intersect, late.initial), (fields(&[Consumers]), Fields::NONE, false));
        assert_eq!(all.late(1).every, Fields::ALL);
    }

    #[test]
    fn what_is_needed_of_every_argument_is_not_said_of_one_and_what_is_unknown_needs_everything() {
        let mut asm = Assembler::new();
        let arg = asm.arg("x");
        let loads =
            [Op::LoadArgSet { dst: S0, field: Tags, arg }, Op::LoadArgsUnion { dst: S0, field: Tags }];
        let condition = asm.condition(&[loads[0], loads[1], Op::End {}]);
        let tags = fields(&[Tags]);
        assert_eq!(needs(asm, &[condition]), (vec![], tags, tags, Fields::NONE, false));
        let (_, every, ..) = needs(Assembler::new(), &[99]);
        assert_eq!(every, Fields::ALL);
    }

    #[test]
    fn many_arguments_are_all_of_them_and_updates_before_count() {
        for (count, named) in [(MOST_ARGS, MOST_ARGS), (MOST_ARGS + 1, 0)] {
            let mut asm = Assembler::new();
            let args: Vec<Arg> = (0..count).map(|at| asm.arg(&at.to_string())).collect();
            let mut code: Vec<Op> =
                args.iter().map(|&arg| Op::LoadArgSet { dst: S0, field: Tags, arg }).collect();
            code.push(Op::End {});
            let mut block = asm.exact("t");
            block.before = Some(asm.procedure(ProcedureKind::SessionUpdate, &code));
            asm.block(block);
            let all = BlockNeeds::of(&asm.program);
            let found = all.block(0);
            let every = if named == 0 { fields(&[Tags]) } else { Fields::NONE };
            assert_eq!((found.args.len(), found.every), (named, every));
            assert_eq!(all.block(1).every, Fields::ALL);
        }
    }
}
