//! What a call costs, to the unit (`crate::work`): the least limit `work` under which it is decided.

use crate::bytecode::Settings;
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::*;
use crate::call::{Argument, Call, MetadataInput, Returned};
use crate::limits::Limits;
use crate::pattern::PatternSyntax;
use crate::testing::code::*;
use crate::testing::{Assembler, Bench, append, limited_policy};
use crate::value::Value::{self, List as Items, Object, Str};
use crate::work::{
    BYTES_COMPARED, PER_DATE, PER_INSTRUCTION, PER_LEAF, PER_NUMBER, PER_TAG, PER_TEXT, PER_WORD_MADE, Work,
};
use ReadingImm::{All, Any};

/// The least limit under which a call with a result goes through all of its phases. One less is an error that names it.
fn cost(program: &Program, args: &[Argument<'_>]) -> u64 {
    let failure = |work| {
        let limits = Limits { work, ..Limits::default() };
        let mut bench = Bench::of(limited_policy(program.clone(), limits));
        bench.scratch.decide_generally(true);
        let call = Call::new("t", args);
        let decision = bench.evaluate(&call, Some(&Returned::new(Value::Null)));
        decision.failure().map(|failure| failure.limit().map(|limit| limit.name()))
    };
    let (mut low, mut high) = (0, 1 << 20);
    assert_eq!(failure(high), None);
    while low < high {
        let middle = low + (high - low) / 2;
        match failure(middle) {
            None => high = middle,
            Some(_) => low = middle + 1,
        }
    }
    assert_eq!(low.checked_sub(1).and_then(failure), low.checked_sub(1).map(|_| Some("work")));
    low as u64
}

/// What a procedure costs by itself.
fn of_procedure(instructions: usize, sets: u64) -> u64 {
    instructions as u64 * PER_INSTRUCTION + sets
}

/// What a condition of this code costs beside its instructions.
fn of_condition(mut asm: Assembler, code: &[Op], sets: u64, args: &[Argument<'_>]) -> u64 {
    let condition = asm.condition(&[code, &[ANSWER]].concat());
    let rule = asm.rule(true, true, Some(condition));
    let block = asm.exact("t").rules(vec![rule]);
    asm.block(block);
    cost(&asm.program, args) - of_procedure(code.len() + 1, sets)
}

/// What asking whether the leaves of the value are in a set costs.
fn of_leaves(asm: Assembler, set: Elements, reading: ReadingImm, value: Value<'_>) -> u64 {
    let mut asm = asm;
    let arg = asm.arg("x");
    let code = [Op::LoadArg { dst: V0, arg }, Op::ValueIn { dst: B0, value: V0, reading, set }];
    of_condition(asm, &code, 0, &[Argument::new("x", value)])
}

fn range<T>(lower: T) -> RangeRecord<T> {
    RangeRecord { lower: Some((lower, true)), upper: None }
}

/// Tags in the word of that number, beyond the words that each set has: far from each other, each takes a word of its own.
fn far(word: usize) -> String {
    format!("{:05}", (HEAD_WORDS + word) * 64)
}

/// An assembler whose policy has so many words of tags beyond those that each set has.
fn with_far_tags(words: usize) -> Assembler {
    let mut asm = Assembler::new();
    for id in 0..(HEAD_WORDS + words) * 64 {
        asm.tag(&format!("{id:05}"));
    }
    asm
}

fn far_set(asm: &mut Assembler, words: &[usize]) -> ConstSet {
    let names: Vec<String> = words.iter().map(|word| far(*word)).collect();
    asm.const_set(false, &names.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_budget_is_spent_to_the_last_unit() {
    let mut work = Work::new(3);
    work.spend(3);
    assert!(!work.is_over() && work.check().is_ok());
    work.spend(1);
    let error = work.check().unwrap_err();
    assert!(work.is_over());
    assert_eq!((error.name(), error.limit()), ("work", 3));
    work.spend(u64::MAX);
    assert!(work.is_over(), "spending more does not begin anew");
}

#[test]
fn procedures_cost_their_instructions_and_sets() {
    let nothing = Op::LoadBool { dst: B0, value: Flag(false) };
    assert_eq!(of_condition(Assembler::new(), &[nothing], 0, &[]), 0);
    assert_eq!(of_condition(Assembler::new(), &[nothing; 9], 0, &[]), 0);
    let load = Op::LoadSessionSet { dst: S2, field: TAGS };
    assert_eq!(of_condition(Assembler::new(), &[load, nothing], 3, &[]), 0);
}

#[test]
fn leaves_and_what_they_are_in_cost_the_same() {
    let cost = |reading, value: Value<'_>| {
        let mut asm = Assembler::new();
        let set = asm.element_set(ElementSetRecord::default());
        of_leaves(asm, set, reading, value)
    };
    let (null, empty) = (Value::Null, Items(&[]));
    assert_eq!(cost(Any, null), PER_LEAF);
    assert_eq!(cost(Any, empty), PER_LEAF);
    assert_eq!(cost(Any, Items(&[null, null, null])), 4 * PER_LEAF);
    assert_eq!(cost(Any, Items(&[null, empty, Items(&[empty])])), 5 * PER_LEAF);
    assert_eq!(cost(Any, Object(&[("k", null), ("l", Object(&[]))])), 5 * PER_LEAF);
    // The first that is not in the set settles it.
    assert_eq!(cost(All, Items(&[null, null, null])), 2 * PER_LEAF);
    assert_eq!(cost(All, Items(&[empty, null, null])), 3 * PER_LEAF);
}

#[test]
fn texts_cost_their_length_where_they_are_compared() {
    let text = "x".repeat(73);
    let compared = PER_TEXT + 73 / (4 * BYTES_COMPARED);
    let of_record = |record, value| {
        let mut asm = Assembler::new();
        let set = asm.element_set(record);
        of_leaves(asm, set, Any, value) - PER_LEAF
    };
    assert_eq!(of_record(ElementSetRecord::default(), Str(&text)), 0);
    let strings = |texts: &[&str]| {
        let mut asm = Assembler::new();
        let set = asm.string_set(texts);
        of_leaves(asm, set, Any, Str(&text)) - PER_LEAF
    };
    assert_eq!([strings(&["a"]), strings(&["a", "b"])], [compared, 2 * compared]);
    // A search halves what is left.
    assert_eq!([strings(&["a", "b", "c"]), strings(&["a", "b", "c", "d"])], [2 * compared, 3 * compared]);
    // Dates and texts of a length are looked at one after another.
    let of_parts = |dates: u32, sized: u32| {
        let mut asm = Assembler::new();
        let dates: Vec<_> = (0..dates).map(|date| range(i128::from(date) * 1_000_000_007)).collect();
        let exact = asm.string("a");
        let sized: Vec<_> = (0..sized)
            .map(|length| SizedTextRecord {
                text: TextRecord::Exact(exact),
                length: range(crate::number::Number::Int(i128::from(length))),
            })
            .collect();
        let dates = append(&mut asm.program.date_ranges, dates);
        let sized = append(&mut asm.program.sized_texts, sized);
        let set = asm.element_set(ElementSetRecord { dates, sized, ..ElementSetRecord::default() });
        of_leaves(asm, set, Any, Str(&text)) - PER_LEAF
    };
    let read = PER_DATE + 73 / BYTES_COMPARED;
    for (dates, sized) in [(1, 0), (3, 0), (0, 1), (0, 3), (2, 3)] {
        assert_eq!(of_parts(dates, sized), read + u64::from(dates + sized) * PER_NUMBER, "{dates} {sized}");
    }
}

#[test]
fn numbers_cost_the_ranges_they_are_looked_for_in() {
    use crate::number::Number::Int;
    let of_ranges = |ints: i128, floats: i128, dates: i128| {
        let mut asm = Assembler::new();
        let of = |count: i128| (0..count).map(|at| range(Int(1000 + at))).collect::<Vec<_>>();
        let ints = append(&mut asm.program.number_ranges, of(ints));
        let floats = append(&mut asm.program.number_ranges, of(floats));
        let dates: Vec<_> = (0..dates).map(|date| range(1_000_000_000_000 + date)).collect();
        let dates = append(&mut asm.program.date_ranges, dates);
        let set = asm.element_set(ElementSetRecord { ints, floats, dates, ..ElementSetRecord::default() });
        of_leaves(asm, set, Any, Value::Number(Int(7))) - PER_LEAF
    };
    let expected = [0, 1, 9].map(|ranges| ranges * PER_NUMBER);
    assert_eq!([of_ranges(0, 0, 0), of_ranges(1, 0, 0), of_ranges(2, 3, 4)], expected);
    let of_numbers = |count: i128| {
        let mut asm = Assembler::new();
        let numbers = append(&mut asm.program.number_pool, (0..count).map(Int).collect::<Vec<_>>());
        let set = asm.element_set(ElementSetRecord { numbers, ..ElementSetRecord::default() });
        of_leaves(asm, set, Any, Value::Number(Int(-1))) - PER_LEAF
    };
    assert_eq!([1, 2, 3, 4].map(of_numbers), [1, 2, 2, 3].map(|compared| compared * PER_NUMBER));
}

#[test]
fn equality_costs_what_is_compared() {
    let cost = |left: Value<'_>, right: Value<'_>, reading| {
        let mut asm = Assembler::new();
        let (x, y) = (asm.arg("x"), asm.arg("y"));
        let code = [
            Op::LoadArg { dst: V0, arg: x },
            Op::LoadArg { dst: V1, arg: y },
            Op::ValuesEqual { dst: B0, left: V0, right: V1, reading: WideReading(reading) },
        ];
        of_condition(asm, &code, 0, &[Argument::new("x", left), Argument::new("y", right)])
    };
    let (null, text) = (Value::Null, "x".repeat(41));
    let (text, compared) = (Str(&text), 41 / BYTES_COMPARED);
    assert_eq!(cost(null, null, All), PER_LEAF);
    assert_eq!(cost(Items(&[null, null]), Items(&[null, null]), All), 3 * PER_LEAF);
    assert_eq!(cost(text, text, All), PER_LEAF + compared);
    assert_eq!(cost(text, null, All), PER_LEAF);
    // Sorting takes some for each member.
    let members = [("a", null), ("b", null)];
    assert_eq!(cost(Object(&members), Object(&members), All), PER_LEAF * (1 + 2 * 4 + 2));
    // Each text of the right is compared with each leaf of the left; both lists are entered.
    let (left, right) = ([null, null, null], [text, text]);
    let walks = 2 * PER_LEAF + 2 * 3 * compared;
    assert_eq!(cost(Items(&left), Items(&right), Any), PER_LEAF + walks);
}

#[test]
fn tags_cost_when_they_are_listed_and_when_they_are_asked_about() {
    let tags = ["aa", "bb", "cc"];
    let args = [Argument::new("x", Value::Null).with_metadata(MetadataInput::default().with_tags(&tags))];
    // Tags that the policy does not name are beyond the words that each set has.
    let listed = 3 * PER_TAG + PER_WORD_MADE;
    let idle = Op::LoadBool { dst: B0, value: Flag(false) };
    assert_eq!(of_condition(Assembler::new(), &[idle], 0, &args), listed);
    // All are asked, or one is enough.
    let asked = |any, value| {
        let mut asm = Assembler::new();
        let arg = asm.arg("x");
        let code = [Op::LoadBool { dst: B0, value: Flag(value) }, ANSWER];
        let procedure = asm.membership(&code);
        asm.memo();
        let load = Op::LoadArgSet { dst: S0, field: TAGS, arg };
        let test = if any {
            Op::AnyMatches { dst: B0, set: S0, procedure }
        } else {
            Op::AllMatch { dst: B0, set: S0, procedure }
        };
        of_condition(asm, &[load, test], 1, &args) - listed
    };
    let each = PER_LEAF + of_procedure(2, 0);
    assert_eq!([asked(true, true), asked(true, false)], [3 + each, 3 + 3 * each]);
    assert_eq!([asked(false, true), asked(false, false)], [3 + 3 * each, 3 + each]);
}

#[test]
fn subjects_cost_their_length_unless_they_are_known_tags() {
    let text = "x".repeat(41);
    let cost = |value: Value<'_>| {
        let mut asm = Assembler::new();
        let arg = asm.arg("x");
        let code =
            [Op::LoadSessionSet { dst: S0, field: TAGS }, Op::SubjectInSet { dst: B0, set: S0 }, ANSWER];
        let procedure = asm.membership(&code);
        let code =
            [Op::LoadArg { dst: V0, arg }, Op::ValueMatches { dst: B0, value: V0, reading: Any, procedure }];
        of_condition(asm, &code, 0, &[Argument::new("x", value)])
    };
    let each = PER_LEAF + of_procedure(3, 1);
    assert_eq!(cost(Value::Null), each);
    assert_eq!(cost(Str(&text)), each + 41 / BYTES_COMPARED);
    let empty = Items(&[]);
    assert_eq!(cost(Items(&[empty, Value::Null, empty])), each + 3 * PER_LEAF);
}

#[test]
fn operators_cost_the_words_that_they_make_and_read() {
    let cost = |left: &[usize], steps: &[(&[usize], bool)]| {
        let mut asm = with_far_tags(8);
        let set = far_set(&mut asm, left);
        let mut code = vec![Op::LoadSet { dst: S0, set }];
        let mut from = S0;
        for (right, union) in steps {
            code.push(Op::LoadSet { dst: S1, set: far_set(&mut asm, right) });
            let (dst, left, right) = (S2, from, S1);
            code.push(if *union {
                Op::Union { dst, left, right }
            } else {
                Op::Intersect { dst, left, right }
            });
            from = S2;
        }
        code.push(Op::IsEmpty { dst: B0, set: from });
        of_condition(asm, &code, 3, &[])
    };
    let (made, all) = (PER_WORD_MADE, [0, 1, 2, 3, 4].as_slice());
    assert_eq!(cost(&[], &[(&[], true)]), 0);
    assert_eq!(cost(&[0, 1], &[(&[2], true)]), 1 + 3 * made);
    assert_eq!(cost(&[0], &[(all, false)]), 5 + made);
    // In the place of what is there: only words that are new are made.
    assert_eq!(cost(&[0, 1], &[(&[2], true), (&[2, 3, 4], true)]), 1 + 3 * made + 3 + 3 + 2 * made);
    assert_eq!(cost(all, &[(all, false), (&[1], false)]), 5 + 5 * made + 5 + 1);
}

#[test]
fn comparisons_cost_the_words_of_the_smaller_side() {
    let cost = |left: &[usize], right: &[usize]| {
        let mut asm = with_far_tags(8);
        let (left, right) = (far_set(&mut asm, left), far_set(&mut asm, right));
        let code = [
            Op::LoadSet { dst: S0, set: left },
            Op::LoadSet { dst: S1, set: right },
            Op::Overlaps { dst: B0, left: S0, right: S1 },
        ];
        of_condition(asm, &code, 2, &[])
    };
    assert_eq!([cost(&[], &[1, 2]), cost(&[1, 2], &[3]), cost(&[0, 1, 2], &[3, 4, 5])], [0, 1, 3]);
}

#[test]
fn kept_sets_cost_a_copy() {
    let cost = |words: &[usize]| {
        let mut asm = with_far_tags(8);
        let set = far_set(&mut asm, words);
        let code = [
            Op::LoadSet { dst: S0, set },
            Op::LoadSet { dst: S1, set },
            Op::Union { dst: S2, left: S0, right: S1 },
            Op::ReturnSet { src: S2 },
        ];
        let procedure = SetProc(asm.procedure(ProcedureKind::Set, &code));
        asm.memo();
        let ask = Op::CallSet { dst: S0, procedure };
        // The second time, it is there.
        of_condition(asm, &[ask, ask, Op::IsEmpty { dst: B0, set: S0 }], 1, &[]) - of_procedure(4, 3)
    };
    assert_eq!([cost(&[]), cost(&[0, 1, 2])], [0, 3 + 3 * PER_WORD_MADE + 3 * PER_WORD_MADE]);
}

#[test]
fn stores_cost_the_words_that_are_copied() {
    let cost = |words: &[usize]| {
        let mut asm = with_far_tags(8);
        let set = far_set(&mut asm, words);
        let code = [Op::LoadSet { dst: S0, set }, Op::StoreSession { field: TAGS, set: S0 }, Op::End {}];
        let before = asm.procedure(ProcedureKind::SessionUpdate, &code);
        let mut block = asm.exact("t");
        block.before = Some(before);
        asm.block(block);
        cost(&asm.program, &[]) - of_procedure(3, 1)
    };
    assert_eq!([cost(&[]), cost(&[0, 1, 2])], [0, 3]);
}

#[test]
fn metadata_costs_the_words_that_it_takes_and_that_are_joined() {
    let cost = |ops: &[Op], sets: u64, args: &[&[usize]]| {
        let asm = with_far_tags(8);
        let names: Vec<Vec<String>> =
            args.iter().map(|words| words.iter().map(|word| far(*word)).collect()).collect();
        let names: Vec<Vec<&str>> =
            names.iter().map(|names| names.iter().map(String::as_str).collect()).collect();
        let arguments: Vec<_> = ["x", "y", "z"]
            .into_iter()
            .zip(&names)
            .map(|(name, tags)| {
                let metadata = MetadataInput::default().with_tags(tags.as_slice());
                Argument::new(name, Value::Null).with_metadata(metadata)
            })
            .collect();
        let idle = [Op::LoadBool { dst: B0, value: Flag(false) }];
        let code = [&idle, ops].concat();
        let listed = args.iter().map(|words| words.len() as u64).sum::<u64>();
        of_condition(asm, &code, sets, &arguments) - listed * (PER_TAG + PER_WORD_MADE)
    };
    let (two, three): ([&[_]; 2], [&[_]; 3]) = ([&[0, 1, 2], &[1]], [&[0, 1, 2], &[1, 3], &[]]);
    // What is there of the result's metadata is gone through for each further argument.
    assert_eq!(cost(&[], 0, &two[..1]), 0);
    assert_eq!(cost(&[], 0, &two), 3);
    assert_eq!(cost(&[], 0, &three), 3 + 4);
    // So is what is there of union and intersection, where something asks for them.
    let union = Op::LoadArgsUnion { dst: S0, field: TAGS };
    let intersect = Op::LoadArgsIntersect { dst: S0, field: TAGS };
    assert_eq!(cost(&[union], 1, &three), (3 + 4) + (3 + 4));
    assert_eq!(cost(&[union, intersect], 1, &three), (3 + 4) + (3 + 1) + (3 + 4));
}

#[test]
fn names_of_tools_cost_what_they_are_tested_against() {
    let cost = |pattern| {
        let mut asm = Assembler::new();
        let block = asm.regex(pattern);
        asm.block(block);
        cost(&asm.program, &[])
    };
    // The beginning and the end that the pattern asks for are found, then an automaton looks at the letter.
    assert_eq!([cost("no"), cost("[a-z]+[0-9]")], [0, 2 * PER_LEAF + 1]);
}

/// What a call costs whose only rule is this test of two sets of so many words.
fn cost_of_test(test: Op, words: usize) -> usize {
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
    let (dst, left, right, reading) = (B0, S0, S1, WideReading(Any));
    for test in [
        Op::Overlaps { dst, left, right },
        Op::Subset { dst, left, right },
        Op::Equal { dst, left, right },
        Op::OverlapsPattern { dst, left, right, reading },
        Op::SubsetPattern { dst, left, right, reading },
        Op::SupersetPattern { dst, left, right, reading },
        Op::EqualPattern { dst, left, right, reading },
    ] {
        assert_eq!(cost_of_test(test, 150) - cost_of_test(test, 50), 100, "{test:?}");
    }
}

/// What a call costs whose only rule is that a text is none of these patterns.
fn cost_of_patterns(text: &str, patterns: &[String]) -> usize {
    let mut asm = Assembler::new();
    let ids: Vec<_> = patterns.iter().map(|pattern| asm.pattern(PatternSyntax::Wildcard, pattern)).collect();
    let patterns = append(&mut asm.program.pattern_pool, ids);
    let set = asm.element_set(ElementSetRecord { patterns, ..ElementSetRecord::default() });
    let (arg, value) = (asm.arg("x"), ValueReg(0));
    let value_in = Op::ValueIn { dst: B0, value, reading: Any, set };
    let condition = asm.condition(&[Op::LoadArg { dst: value, arg }, value_in, Op::ReturnBool { src: B0 }]);
    let rule = asm.rule(true, true, Some(condition));
    let block = asm.exact("t").rules(vec![rule]);
    asm.block(block);
    let mut bench = Bench::new(asm.program, Settings::default());
    let args = [Argument::new("x", Str(text))];
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
