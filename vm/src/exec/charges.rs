//! Tests of two sets, and texts that patterns begin and end with, cost what they look at: the budget of a call is no bound
//! otherwise.

use crate::bytecode::Settings;
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::ElementSetRecord;
use crate::call::{Argument, Call};
use crate::pattern::PatternSyntax;
use crate::testing::{Assembler, Bench, append};
use crate::value::Value;

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

/// What a call costs whose only rule is that a text is none of these patterns.
fn cost_of_patterns(text: &str, patterns: &[String]) -> usize {
    let mut asm = Assembler::new();
    let ids: Vec<_> = patterns.iter().map(|pattern| asm.pattern(PatternSyntax::Wildcard, pattern)).collect();
    let patterns = append(&mut asm.program.pattern_pool, ids);
    let set = asm.element_set(ElementSetRecord { patterns, ..ElementSetRecord::default() });
    let (arg, value) = (asm.arg("x"), ValueReg(0));
    let value_in = Op::ValueIn { dst: B0, value, reading: ReadingImm::Any, set };
    let condition = asm.condition(&[Op::LoadArg { dst: value, arg }, value_in, Op::ReturnBool { src: B0 }]);
    let rule = asm.rule(true, true, Some(condition));
    let block = asm.exact("t").rules(vec![rule]);
    asm.block(block);
    let mut bench = Bench::new(asm.program, Settings::default());
    let args = [Argument::new("x", Value::Str(text))];
    assert_eq!(bench.check(&Call::new("t", &args)).0, "default");
    bench.scratch.memory.work().exceeded().actual()
}

#[test]
fn beginnings_that_many_patterns_share_cost_each_time() {
    let text = "a".repeat(800);
    let pairs = |length: usize| (0..50).map(|at| format!("{}*b{at}", "a".repeat(length))).collect::<Vec<_>>();
    // Of each some more, as the ends count, too.
    let (short, long) = (cost_of_patterns(&text, &pairs(8)), cost_of_patterns(&text, &pairs(408)));
    assert_eq!(long - short, 50 * 400 / 8);
}
