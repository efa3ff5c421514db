//! Tests of two sets cost what they look at, in every form: the budget of a call is no bound otherwise.

use crate::bytecode::Settings;
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::call::Call;
use crate::testing::{Assembler, Bench};

const B0: BoolReg = BoolReg(0);
const S0: SetReg = SetReg(0);
const S1: SetReg = SetReg(1);

/// What a call costs whose only rule is this test of two sets of so many words.
fn cost(test: Op, words: usize) -> usize {
    let mut asm = Assembler::new();
    for tag in 0..(words + 10) * 64 {
        asm.tag(&tag.to_string());
    }
    let [left, right] = [0, 1].map(|bit| {
        let tags: Vec<String> = (0..words).map(|word| ((word + 10) * 64 + bit).to_string()).collect();
        asm.const_set(false, &tags.iter().map(String::as_str).collect::<Vec<_>>())
    });
    let load = [Op::LoadSet { dst: S0, set: left }, Op::LoadSet { dst: S1, set: right }];
    let condition = asm.condition(&[load[0], load[1], test, Op::ReturnBool { src: B0 }]);
    let rule = asm.rule(true, true, Some(condition));
    let block = asm.exact("t").rules(vec![rule]);
    asm.block(block);
    let mut bench = Bench::new(asm.program, Settings::default());
    assert_eq!(bench.check(&Call::new("t", &[])).0, "default", "{test:?}");
    bench.scratch.memory.work().exceeded().actual()
}

#[test]
fn every_test_of_two_sets_costs_their_words() {
    let (dst, left, right, reading) = (B0, S0, S1, WideReading(ReadingImm::Any));
    for test in [
        Op::Overlaps { dst, left, right },
        Op::Subset { dst, left, right },
        Op::Equal { dst, left, right },
        Op::OverlapsPattern { dst, left, right, reading },
        Op::SubsetPattern { dst, left, right, reading },
        Op::SupersetPattern { dst, left, right, reading },
        Op::EqualPattern { dst, left, right, reading },
    ] {
        assert_eq!(cost(test, 150) - cost(test, 50), 100, "{test:?}");
    }
}
