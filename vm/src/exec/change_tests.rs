//! What is changed in its place is what an operator and a store make of it, whatever is on the right.

use crate::bytecode::Settings;
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::ProcedureKind;
use crate::call::{Call, Returned};
use crate::testing::code::*;
use crate::testing::{Assembler, Bench};
use crate::value::Value;
use std::collections::HashSet;

/// The right side of an operator.
#[derive(Debug, Clone, Copy)]
enum Right {
    /// A finite set or a complement.
    Constant(bool, &'static [&'static str]),
    /// The set that is changed.
    Itself,
    /// Another field of the same metadata.
    Other,
    /// What an operator makes of both.
    Computed,
}

const RIGHTS: [Right; 7] = [
    Right::Constant(false, &["b", "c"]),
    Right::Constant(true, &["b", "c"]),
    Right::Constant(false, &[]),
    Right::Constant(true, &[]),
    Right::Itself,
    Right::Other,
    Right::Computed,
];

/// Whose metadata is changed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Whose {
    Session,
    Result,
}

impl Whose {
    fn load(self, dst: SetReg, field: FieldImm) -> Op {
        match self {
            Whose::Session => Op::LoadSessionSet { dst, field },
            Whose::Result => Op::LoadResultSet { dst, field },
        }
    }

    fn store(self, field: FieldImm) -> Op {
        match self {
            Whose::Session => Op::StoreSession { field, set: S0 },
            Whose::Result => Op::StoreResult { field, set: S0 },
        }
    }

    fn change(self, field: FieldImm, operator: OperatorImm) -> Op {
        match self {
            Whose::Session => Op::ChangeSession { field, operator, set: S0 },
            Whose::Result => Op::ChangeResult { field, operator, set: S0 },
        }
    }

    fn change_by(self, field: FieldImm, operator: OperatorImm, set: ConstSet) -> Op {
        match self {
            Whose::Session => Op::ChangeSessionBy { field, operator, set },
            Whose::Result => Op::ChangeResultBy { field, operator, set },
        }
    }

    /// The metadata after an update by this code, where the field was {a, b} and another all but {b, p}.
    fn after(self, mut asm: Assembler, field: FieldImm, code: &[Op]) -> String {
        let [first, second] = [(false, ["a", "b"]), (true, ["b", "p"])]
            .map(|(complement, tags)| Op::LoadSet { dst: S0, set: asm.const_set(complement, &tags) });
        let begin = [first, self.store(field), second, self.store(other(field))];
        let code = [&begin, code, &[Op::End {}]].concat();
        let mut block = asm.exact("t");
        match self {
            Whose::Session => block.before = Some(asm.procedure(ProcedureKind::SessionUpdate, &code)),
            Whose::Result => block.result = Some(asm.procedure(ProcedureKind::ResultUpdate, &code)),
        }
        asm.block(block);
        let mut bench = Bench::new(asm.program, Settings::default());
        let decision = bench.evaluate(&Call::new("t", &[]), Some(&Returned::new(Value::Null)));
        assert_eq!(decision.basis().name(), "default");
        if self == Whose::Session { bench.session_meta() } else { bench.result_meta() }
    }
}

fn other(field: FieldImm) -> FieldImm {
    if field == TAGS { FieldImm::Producers } else { TAGS }
}

impl Right {
    fn load(self, whose: Whose, field: FieldImm, dst: SetReg, asm: &mut Assembler) -> Vec<Op> {
        let (itself, other) = (whose.load(dst, field), whose.load(SetReg(5), other(field)));
        match self {
            Right::Constant(complement, tags) => {
                vec![Op::LoadSet { dst, set: asm.const_set(complement, tags) }]
            }
            Right::Itself => vec![itself],
            Right::Other => vec![whose.load(dst, self::other(field))],
            Right::Computed => vec![itself, other, Op::Xor { dst, left: dst, right: SetReg(5) }],
        }
    }
}

fn apply(operator: OperatorImm) -> Op {
    let (dst, left, right) = (S0, S0, S1);
    match operator {
        OperatorImm::Union => Op::Union { dst, left, right },
        OperatorImm::Intersect => Op::Intersect { dst, left, right },
        OperatorImm::Minus => Op::Minus { dst, left, right },
        OperatorImm::Xor => Op::Xor { dst, left, right },
    }
}

#[test]
fn changes_in_place_are_operators_and_stores() {
    let mut seen = HashSet::new();
    for operator in OperatorImm::ALL {
        for (field, whose) in
            FieldImm::ALL.into_iter().flat_map(|field| [(field, Whose::Session), (field, Whose::Result)])
        {
            for right in RIGHTS {
                let context = format!("{whose:?} {field:?} {operator:?} {right:?}");
                let mut asm = Assembler::new();
                let mut code = vec![whose.load(S0, field)];
                code.extend(right.load(whose, field, S1, &mut asm));
                code.extend([apply(operator), whose.store(field)]);
                let expected = whose.after(asm, field, &code);
                let mut asm = Assembler::new();
                let mut code = right.load(whose, field, S0, &mut asm);
                code.push(whose.change(field, operator));
                assert_eq!(whose.after(asm, field, &code), expected, "{context}");
                if let Right::Constant(complement, tags) = right {
                    let mut asm = Assembler::new();
                    let set = asm.const_set(complement, tags);
                    let code = [whose.change_by(field, operator, set)];
                    assert_eq!(whose.after(asm, field, &code), expected, "{context}, as a constant");
                }
                seen.insert(expected);
            }
        }
    }
    assert!(seen.len() > 30, "few different outcomes: {}", seen.len());
}

/// A kept answer, and a set made before, say nothing about what was changed since.
#[test]
fn what_was_answered_before_a_change_is_asked_anew() {
    for by_constant in [false, true] {
        let mut asm = Assembler::new();
        let (set, tag) = (asm.const_set(false, &["x"]), asm.tag("x"));
        let ask = [
            Op::LoadSessionSet { dst: S0, field: TAGS },
            Op::Contains { dst: B0, set: S0, tag },
            Op::ReturnBool { src: B0 },
        ];
        let condition = ConditionProc(asm.condition(&ask));
        asm.memo();
        let (field, operator) = (TAGS, OperatorImm::Union);
        let change = match by_constant {
            true => vec![Op::ChangeSessionBy { field, operator, set }],
            false => vec![Op::LoadSet { dst: S0, set }, Op::ChangeSession { field, operator, set: S0 }],
        };
        let call = Op::CallCondition { dst: B0, procedure: condition };
        let producers = Op::ChangeSessionBy { field: FieldImm::Producers, operator, set };
        let mut code = [&[call][..], &change, &[call]].concat();
        let end = Target(code.len() as u32 + 2);
        code.extend([Op::JumpUnless { cond: B0, to: end }, producers, Op::End {}]);
        let update = asm.procedure(ProcedureKind::SessionUpdate, &code);
        let mut block = asm.exact("t");
        block.before = Some(update);
        asm.block(block);
        let mut bench = Bench::new(asm.program, Settings::default());
        assert_eq!(bench.check(&Call::new("t", &[])).0, "default");
        let expected = "{\"tags\": [\"x\"], \"producers\": [\"x\"], \"consumers\": [\"*\"]}";
        assert_eq!(bench.session_meta(), expected);
    }
}
