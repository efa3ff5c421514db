//! What plans answer, test by test, against the general way.

use super::plan::Test;
use crate::bytecode::Settings;
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::{ElementSetRecord, RangeRecord};
use crate::call::{Argument, Call, MetadataInput, SetInput};
use crate::number::Number;
use crate::pattern::PatternSyntax;
use crate::testing::code::*;
use crate::testing::{Assembler, Bench, append};
use crate::value::Value;
use proptest::prelude::*;

/// A block for the tool `number` that denies if the condition holds.
fn block(asm: &mut Assembler, number: usize, condition: &[Op]) {
    let condition = asm.condition(&[condition, &[ANSWER]].concat());
    let rule = asm.rule(false, true, Some(condition));
    let block = asm.exact(&number.to_string()).rules(vec![rule]);
    asm.block(block);
}

/// Whether the only rule about the tool fires: directly, and in general, as explained calls are asked.
fn fires(bench: &mut Bench, number: usize, args: &[Argument<'_>]) -> [Option<bool>; 2] {
    let name = number.to_string();
    let call = Call::new(&name, args);
    let directly = bench.policy.decide_directly(&bench.session, &call, &mut bench.scratch);
    bench.scratch.explain(&bench.policy, true);
    let in_general = bench.policy.evaluate(&mut bench.session, &call, None, &mut bench.scratch);
    bench.scratch.explain(&bench.policy, false);
    assert!(in_general.failure().is_none(), "{in_general:?}");
    [directly.map(|verdict| verdict.rule.is_some()), Some(in_general.rule().is_some())]
}

/// Every test of a set that an instruction loads.
fn set_tests(load: impl Fn(SetReg) -> Op, constant: ConstSet, tag: Tag) -> Vec<Vec<Op>> {
    let (dst, set) = (B0, S0);
    let constant_to = |dst| Op::LoadSet { dst, set: constant };
    let (left, right) = (S0, S1);
    vec![
        vec![load(S0), constant_to(S1), Op::Overlaps { dst, left, right }],
        vec![load(S0), constant_to(S1), Op::Subset { dst, left, right }],
        vec![load(S1), constant_to(S0), Op::Subset { dst, left, right }],
        vec![load(S0), constant_to(S1), Op::Equal { dst, left, right }],
        vec![load(S0), Op::IsEmpty { dst, set }],
        vec![load(S0), Op::IsUniversal { dst, set }],
        vec![load(S0), Op::Contains { dst, set, tag }],
    ]
}

fn name(number: usize) -> String {
    format!("tag {number}")
}

/// So many tags of the policy; others that it does not name, and all.
fn some(of: impl Iterator<Item = usize>, bits: u64) -> Vec<String> {
    let mut some: Vec<String> =
        of.enumerate().filter(|(at, _)| bits >> (at % 64) & 1 == 1).map(|(_, number)| name(number)).collect();
    some.extend(["x", "a rather long tag without an id", "*"].iter().enumerate().filter_map(|(at, tag)| {
        let rare = if *tag == "*" { bits >> 50 & 7 == 7 } else { bits >> (60 + at) & 1 == 1 };
        rare.then(|| (*tag).to_owned())
    }));
    some
}

proptest! {
    /// Every test of every field means what it means in general: with few tags, which all have a bit of one word; with many, of
    /// which the plans tell those apart that they name; and where these take several words.
    #[test]
    fn sets_are_tested_as_in_general(
        bits: u64,
        others: u64,
        complement: bool,
        constant_complement: bool,
        step in prop::sample::select(vec![1_usize, 7, 60]),
        (count, named) in prop::sample::select(vec![(5, 5), (62, 62), (63, 63), (300, 5), (300, 62), (300, 140)]),
        is_absent in prop::bool::weighted(0.1),
    ) {
        let mut asm = Assembler::new();
        for number in 0..count {
            asm.tag(&name(number));
        }
        let arg = asm.arg("an argument with a long name");
        let listed: Vec<String> = some((0..named).map(|at| at * step % count), others)
            .into_iter().filter(|tag| tag.starts_with("tag")).collect();
        let constant: Vec<&str> = listed.iter().map(String::as_str).collect();
        let constant = asm.const_set(constant_complement, &constant);
        let tag = asm.tag(&name(count / 2));
        let fields = [FieldImm::Tags, FieldImm::Producers, FieldImm::Consumers];
        let tests: Vec<Vec<Op>> =
            fields.into_iter().flat_map(|field| set_tests(|dst| Op::LoadArgSet { dst, field, arg }, constant, tag)).collect();
        tests.iter().enumerate().for_each(|(number, test)| block(&mut asm, number, test));
        let mut bench = Bench::new(asm.program, Settings::default());
        // No more than are looked at directly.
        let tags = some((0..count).step_by(count / 50 + 1), bits);
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        let handles: Vec<_> = tags.iter().map(|tag| bench.policy.tag(tag)).collect();
        let handles: Vec<_> = handles.iter().collect();
        let known = bench.policy.arg("an argument with a long name");
        for number in 0..tests.len() {
            let set = |by_handle: bool| {
                let set = if by_handle { SetInput::from(handles.as_slice()) } else { SetInput::of(&tags) };
                if complement { set.complement() } else { set }
            };
            let mut answers = Vec::new();
            for by_handle in [false, true] {
                let metadata = match fields[number / (tests.len() / 3)] {
                    FieldImm::Tags => MetadataInput::default().with_tags(set(by_handle)),
                    FieldImm::Producers => MetadataInput::default().with_producers(set(by_handle)),
                    FieldImm::Consumers => MetadataInput::default().with_consumers(set(by_handle)),
                };
                let argument = if by_handle {
                    Argument::new(&known, Value::Null)
                } else {
                    Argument::new("an argument with a long name", Value::Null)
                };
                let args = [argument.with_metadata(metadata), Argument::new("y", Value::Bool(true))];
                let args = if is_absent { &args[1..] } else { &args[..] };
                answers.extend(fires(&mut bench, number, args));
            }
            prop_assert!(answers.iter().all(|answer| *answer == answers[1]), "{number}: {answers:?}");
        }
    }

    /// The same of the sets of all arguments together: what a plan cannot tell is left to the general way, and that is only
    /// whether other tags are the same.
    #[test]
    fn sets_of_all_arguments_are_tested_as_in_general(
        sets in prop::collection::vec((any::<u64>(), any::<bool>()), 0..4),
        others: u64,
        constant_complement: bool,
        (count, named) in prop::sample::select(vec![(5, 5), (63, 40), (300, 5), (300, 140)]),
    ) {
        let mut asm = Assembler::new();
        for number in 0..count {
            asm.tag(&name(number));
        }
        let listed: Vec<String> =
            some(0..named, others).into_iter().filter(|tag| tag.starts_with("tag")).collect();
        let constant: Vec<&str> = listed.iter().map(String::as_str).collect();
        let constant = asm.const_set(constant_complement, &constant);
        let tag = asm.tag(&name(count / 2));
        let fields = [FieldImm::Tags, FieldImm::Producers, FieldImm::Consumers];
        let mut tests = Vec::new();
        for field in fields {
            tests.extend(set_tests(|dst| Op::LoadArgsUnion { dst, field }, constant, tag));
            tests.extend(set_tests(|dst| Op::LoadArgsIntersect { dst, field }, constant, tag));
        }
        tests.iter().enumerate().for_each(|(number, test)| block(&mut asm, number, test));
        let mut bench = Bench::new(asm.program, Settings::default());
        let tags: Vec<Vec<String>> = sets
            .iter()
            .map(|(bits, _)| some((0..count).step_by(count / 50 + 1), bits & !(1 << 61) & !(1 << 50)))
            .collect();
        let tags: Vec<Vec<&str>> = tags.iter().map(|tags| tags.iter().map(String::as_str).collect()).collect();
        let names: Vec<String> = (0..sets.len()).map(|number| number.to_string()).collect();
        for number in 0..tests.len() {
            let args = names.iter().zip(&tags).zip(&sets).map(|((name, tags), &(_, complement))| {
                let set = if complement { SetInput::except(tags) } else { SetInput::of(tags) };
                let given = match fields[number / (tests.len() / 3)] {
                    FieldImm::Tags => MetadataInput::default().with_tags(set),
                    FieldImm::Producers => MetadataInput::default().with_producers(set),
                    FieldImm::Consumers => MetadataInput::default().with_consumers(set),
                };
                Argument::new(name, Value::Null).with_metadata(given)
            });
            let args: Vec<Argument<'_>> = args.collect();
            let [directly, in_general] = fires(&mut bench, number, &args);
            // Only sets that may list the same tag, which the plan does not tell from others, are beyond it.
            let listing = tags.iter().filter(|tags| !tags.is_empty()).count();
            prop_assert!(directly == in_general || directly.is_none() && listing > 1, "{}", number);
        }
    }

    /// A text is compared with few and with many beginnings, ends and strings as in general.
    #[test]
    fn texts_are_tested_as_in_general(
        literals in prop::collection::btree_set("[ab]{0,3}|[ab]{6,10}|é[ab]{0,8}|[ab]{15,20}", 1..20),
        text in "[ab]{0,20}|é?[ab]{0,9}é?|[ab]{0,3}\n[ab]{0,12}",
        reading in prop::sample::select(vec![ReadingImm::Any, ReadingImm::All, ReadingImm::AnyOrNone]),
        all_of_it: bool,
    ) {
        let mut asm = Assembler::new();
        let arg = asm.arg("x");
        let quoted: Vec<&str> = literals.iter().map(String::as_str).collect();
        let (begin, end) = (format!("({}).*", quoted.join("|")), format!(".*({})", quoted.join("|")));
        let strings = asm.string_set(&quoted);
        let mut pattern = |text: &str| {
            let pattern = asm.pattern(PatternSyntax::Regex, text);
            let patterns = append(&mut asm.program.pattern_pool, vec![pattern]);
            asm.element_set(ElementSetRecord { patterns, ..ElementSetRecord::default() })
        };
        let sets = [strings, pattern(&begin), pattern(&end)];
        for (number, set) in sets.into_iter().enumerate() {
            let load = Op::LoadArg { dst: V0, arg };
            block(&mut asm, number, &[load, Op::ValueIn { dst: B0, value: V0, reading, set }]);
        }
        let mut bench = Bench::new(asm.program, Settings::default());
        // One of the literals, or nearly, more often than chance has it.
        let near = quoted[text.len() % quoted.len()];
        let near = if all_of_it { near.to_owned() } else { format!("{text}{near}{text}") };
        for text in [text.as_str(), &near] {
            let args = [Argument::new("x", Value::Str(text))];
            for number in 0..sets.len() {
                let [directly, in_general] = fires(&mut bench, number, &args);
                prop_assert_eq!(directly, in_general, "{}: {:?}", number, text);
            }
        }
        for number in 0..sets.len() {
            let [directly, in_general] = fires(&mut bench, number, &[]);
            prop_assert_eq!(directly, in_general, "absent");
        }
    }
}

/// Sets of one part and of two, and one of a part that is tested as a whole.
fn sets(asm: &mut Assembler) -> Vec<Elements> {
    let int = |bound: Option<(i128, bool)>| bound.map(|(bound, inclusive)| (Number::Int(bound), inclusive));
    let mut ranges = Vec::new();
    for lower in [None, Some((-3, true)), Some((2, false)), Some((i128::from(i64::MAX), true))] {
        for upper in [None, Some((5, true)), Some((5, false)), Some((i128::from(i64::MIN), false))] {
            ranges.push(RangeRecord { lower: int(lower), upper: int(upper) });
        }
    }
    ranges.push(RangeRecord { lower: int(Some((i128::MAX, false))), upper: None });
    ranges.push(RangeRecord { lower: Some((Number::Float(1.5), true)), upper: None });
    let mut records = Vec::new();
    for range in ranges {
        let [ints, floats] = [0, 1].map(|_| append(&mut asm.program.number_ranges, vec![range]));
        records.push(ElementSetRecord { ints, ..ElementSetRecord::default() });
        records.push(ElementSetRecord { floats, ..ElementSetRecord::default() });
    }
    for text in ["5", "", "ab\n"] {
        let string = asm.string(text);
        let strings = append(&mut asm.program.string_pool, vec![string]);
        records.push(ElementSetRecord { strings, ..ElementSetRecord::default() });
        let strings = append(&mut asm.program.string_pool, vec![string]);
        records.push(ElementSetRecord { strings, accepts_true: true, ..ElementSetRecord::default() });
    }
    for text in ["ab.*", ".*ab", "(?s)ab.*", "a[bc]+", "ab", ".*", "ab.*|.*cd", ".*b.*", "(?s)a.b", "(a|b).*"]
    {
        let pattern = asm.pattern(PatternSyntax::Regex, text);
        let patterns = append(&mut asm.program.pattern_pool, vec![pattern]);
        records.push(ElementSetRecord { patterns, ..ElementSetRecord::default() });
    }
    let nine = asm.strings(&["1", "2", "3", "4", "5", "6", "7", "8", "ab"]);
    records.push(ElementSetRecord { strings: nine, ..ElementSetRecord::default() });
    records.into_iter().map(|record| asm.element_set(record)).collect()
}

#[test]
fn values_are_tested_as_in_general() {
    let mut asm = Assembler::new();
    let (arg, sets) = (asm.arg("x"), sets(&mut asm));
    let readings = [ReadingImm::Any, ReadingImm::All];
    for (number, &set) in sets.iter().enumerate() {
        for (at, reading) in readings.into_iter().enumerate() {
            let load = Op::LoadArg { dst: V0, arg };
            let test = Op::ValueIn { dst: B0, value: V0, reading, set };
            block(&mut asm, number * readings.len() + at, &[load, test]);
        }
    }
    let mut bench = Bench::new(asm.program, Settings::default());
    let kinds: Vec<&str> = (0..sets.len()).map(|set| kind(&bench, set * readings.len())).collect();
    // Every other one is of floats; no integer of a word is beyond what a word holds.
    assert_eq!(kinds[..24], [["int", "element"].repeat(3), vec!["element"; 2]].concat().repeat(3));
    assert_eq!(kinds[24..36], ["element"; 12]);
    assert_eq!(kinds[36..42], ["is", "element"].repeat(3));
    let of_patterns =
        ["begins", "ends", "element", "dfa", "texts", "texts", "texts", "texts", "element", "begin"];
    assert_eq!(kinds[42..52], of_patterns);
    assert_eq!(kinds[52..], ["many"]);
    let max = i128::from(i64::MAX);
    let ints = [-4, -3, 0, 2, 3, 4, 5, 6, max - 1, max, max + 1, -max - 1, -max - 2, i128::MAX, i128::MIN];
    let floats = [1.0, 1.5, 2.0, 3.0, 4.5, 5.0, 1e30, f64::NAN, f64::INFINITY];
    let texts =
        ["", "5", "ab", "ab\n", "abc", "xab", "ab\nab", "acb", "abcd", "b", "a\nb", "ab\u{2028}", "cd", "9"];
    let numbers = ints.map(Number::Int).into_iter().chain(floats.map(Number::Float));
    let values = numbers.map(Value::Number).chain(texts.map(Value::Str));
    for value in values.chain([Value::Null, Value::Bool(true), Value::Bool(false)]) {
        for number in 0..sets.len() * readings.len() {
            let [directly, in_general] = fires(&mut bench, number, &[Argument::new("x", value)]);
            assert_eq!(directly, in_general, "{number} {value:?}");
        }
    }
    assert_eq!(fires(&mut bench, 0, &[Argument::new("x", Value::List(&[]))])[0], None);
}

/// Literals are compared as words, byte by byte where these do not tell: at every length of them and of texts.
#[test]
fn beginnings_and_ends_of_all_lengths_are_compared_as_in_general() {
    const LONG: &str = "abcdefghijklmnopqrstuvwx";
    let mut asm = Assembler::new();
    let (arg, lengths) = (asm.arg("x"), [1, 2, 7, 8, 9, 15, 16, 17, 20]);
    let of_length = |length: usize| {
        let (first, last) = (LONG.split_at(length).0, LONG.split_at(LONG.len() - length).1);
        let (begins, ends) = (format!("{first}.*"), format!(".*{last}"));
        [
            vec![begins.clone()],
            vec![ends.clone()],
            vec!["-.*".to_owned(), begins],
            vec![ends, ".*-".to_owned()],
        ]
    };
    let sets: Vec<Vec<String>> = lengths.into_iter().flat_map(of_length).collect();
    for (number, set) in sets.iter().enumerate() {
        let patterns = set.iter().map(|text| asm.pattern(PatternSyntax::Regex, text)).collect();
        let patterns = append(&mut asm.program.pattern_pool, patterns);
        let set = asm.element_set(ElementSetRecord { patterns, ..ElementSetRecord::default() });
        let load = Op::LoadArg { dst: V0, arg };
        let test = Op::ValueIn { dst: B0, value: V0, reading: ReadingImm::Any, set };
        block(&mut asm, number, &[load, test]);
    }
    let mut bench = Bench::new(asm.program, Settings::default());
    let kinds: Vec<&str> = (0..sets.len()).map(|number| kind(&bench, number)).collect();
    assert_eq!(kinds, ["begins", "ends", "begin", "end"].repeat(lengths.len()));
    let cut = (0..=LONG.len()).flat_map(|at| <[&str; 2]>::from(LONG.split_at(at)).map(str::to_owned));
    let changed = (0..LONG.len()).map(|at| {
        let (before, after) = LONG.split_at(at);
        format!("{before}-{}", after.split_at(1).1)
    });
    let around =
        ["-", "\n", "é"].into_iter().flat_map(|add| [format!("{LONG}{add}"), format!("{add}{LONG}")]);
    let mut fired = [0; 2];
    for text in cut.chain(changed).chain(around) {
        for (number, set) in sets.iter().enumerate() {
            let args = [Argument::new("x", Value::Str(&text))];
            let [directly, in_general] = fires(&mut bench, number, &args);
            assert_eq!(directly, in_general, "{set:?} {text:?}");
            fired[usize::from(directly == Some(true))] += 1;
        }
    }
    assert!(fired.iter().all(|&count| count > 300), "{fired:?}");
}

/// What the only step of a block asks.
fn kind(bench: &Bench, block: usize) -> &'static str {
    let direct = bench.policy.direct();
    match direct.steps[direct.plans[block].expect("it has a plan").chains[2].number()].test {
        Test::Word { .. } => "word",
        Test::Int { .. } => "int",
        Test::Is { .. } => "is",
        Test::Begins { .. } => "begins",
        Test::Ends { .. } => "ends",
        Test::Text { texts, .. } => texts.kind(),
        Test::Element { .. } => "element",
        _ => "session",
    }
}

#[test]
fn blocks_are_asked_together_kind_by_kind() {
    // Each rule asks for a tag of its own; which tags are there decides which rules fire.
    let kinds = [(true, true), (true, false), (false, true), (false, false)];
    let mut asm = Assembler::new();
    let (arg, other) = (asm.arg("x"), asm.arg("y"));
    let mut number = 0;
    for (block, priority) in [(0..3, 1), (0..2, 1), (1..4, 0)] {
        let mut rules = Vec::new();
        for at in block.clone().chain(block) {
            let (must, deny) = kinds[at];
            let arg = if number % 2 == 0 { arg } else { other };
            let load = Op::LoadArgSet { dst: S0, field: TAGS, arg };
            let tag = asm.tag(&name(number));
            let condition = asm.condition(&[load, Op::Contains { dst: B0, set: S0, tag }, ANSWER]);
            rules.push(asm.rule(must, deny, Some(condition)));
            number += 1;
        }
        let block = asm.exact("t").rules(rules).priority(priority);
        asm.block(block);
    }
    let mut bench = Bench::new(asm.program, Settings::default());
    let tags: Vec<String> = (0..number).map(name).collect();
    for bits in 0..1_u32 << number {
        let here: Vec<&str> =
            (0..number).filter(|at| bits >> at & 1 == 1).map(|at| tags[at].as_str()).collect();
        let metadata = MetadataInput::default().with_tags(SetInput::of(&here));
        let args = ["x", "y"].map(|arg| Argument::new(arg, Value::Null).with_metadata(metadata));
        let call = Call::new("t", &args);
        let directly = bench.policy.decide_directly(&bench.session, &call, &mut bench.scratch).unwrap();
        let traced = |bench: &Bench| -> Vec<Option<bool>> {
            bench
                .scratch
                .trace(&bench.policy)
                .flat_map(|block| block.rules())
                .map(|rule| rule.fired())
                .collect()
        };
        let trace = traced(&bench);
        bench.scratch.explain(&bench.policy, true);
        let in_general = bench.policy.evaluate(&mut bench.session, &call, None, &mut bench.scratch);
        bench.scratch.explain(&bench.policy, false);
        let found = (directly.outcome, directly.basis, directly.rule);
        assert_eq!(found, (in_general.outcome(), in_general.basis(), in_general.rule()), "{bits:b}");
        // What was asked directly came out as it does when everything is asked.
        let all = traced(&bench);
        assert!(trace.iter().zip(&all).all(|(some, all)| some.is_none() || some == all), "{trace:?} {all:?}");
        let rule = directly.rule.map(|rule| trace[rule.rule as usize]);
        assert!(
            rule.is_none_or(|fired| fired == Some(directly.basis != crate::decision::Basis::MustAllowUnmet))
        );
    }
}
