//! Plans at their bounds, and what looks alike: long names, many tags, many sets, long literals.

use super::formula::Joined;
use super::plan::OTHERS;
use crate::bytecode::Settings;
use crate::bytecode::instruction::Op;
use crate::bytecode::operand::*;
use crate::bytecode::program::ElementSetRecord;
use crate::call::{Argument, Call, MetadataInput, SetInput};
use crate::limits::Limits;
use crate::metadata::{Metadata, StringTable};
use crate::pattern::PatternSyntax;
use crate::testing::code::*;
use crate::testing::{Assembler, Bench, append, limited_policy};
use crate::value::Value;

/// Names of one length that begin and end alike: their words are equal.
const ALIKE: [&str; 3] =
    ["look alike of name a and more", "look alike of name b and more", "look alike of name c and more"];

fn contains(arg: Arg, tag: Tag) -> [Op; 3] {
    [Op::LoadArgSet { dst: S0, field: TAGS, arg }, Op::Contains { dst: B0, set: S0, tag }, ANSWER]
}

/// A block with a `should deny` rule for each condition.
fn block(asm: &mut Assembler, tool: &str, conditions: &[Vec<Op>]) {
    let rules = conditions.iter().map(|condition| {
        let condition = asm.condition(condition);
        asm.rule(false, true, Some(condition))
    });
    let rules = rules.collect();
    let block = asm.exact(tool).rules(rules);
    asm.block(block);
}

/// The rule of a block that fires, if the call is decided directly.
fn fired(bench: &mut Bench, call: &Call<'_>) -> Option<Option<u32>> {
    let verdict = bench.policy.decide_directly(&bench.session, call, &mut bench.scratch)?;
    Some(verdict.rule.map(|rule| rule.rule))
}

fn tagged<'a>(name: &'a str, tags: &'a [&'a str]) -> Argument<'a> {
    Argument::new(name, Value::Null).with_metadata(MetadataInput::default().with_tags(SetInput::of(tags)))
}

#[test]
fn long_names_that_look_alike_are_told_apart() {
    let mut asm = Assembler::new();
    let conditions: Vec<Vec<Op>> = ALIKE[..2]
        .iter()
        .flat_map(|arg| ALIKE[..2].iter().map(move |tag| (arg, tag)))
        .map(|(arg, tag)| contains(asm.arg(arg), asm.tag(tag)).to_vec())
        .collect();
    block(&mut asm, "t", &conditions);
    let mut bench = Bench::new(asm.program, Settings::default());
    for (at, arg) in ALIKE.iter().enumerate() {
        for (of, tag) in ALIKE.iter().enumerate() {
            let expected = (at < 2 && of < 2).then_some(2 * at as u32 + of as u32);
            assert_eq!(
                fired(&mut bench, &Call::new("t", &[tagged(arg, &[tag])])),
                Some(expected),
                "{arg} {tag}"
            );
        }
    }
    // Each of them is there once.
    let all = ALIKE.map(|arg| Argument::new(arg, Value::Null));
    assert_eq!(fired(&mut bench, &Call::new("t", &all)), Some(None));
    assert_eq!(fired(&mut bench, &Call::new("t", &[all[0], all[1], all[0]])), None);
    assert_eq!(fired(&mut bench, &Call::new("t", &[all[2], all[1], all[2]])), None);
}

#[test]
fn tags_in_each_word_of_each_set_are_told_apart() {
    // So many tags that each set has four words, and two sets, one of them of a second argument.
    const COUNT: usize = 248;
    let mut asm = Assembler::new();
    let names: Vec<String> = (0..COUNT + 2).map(|number| format!("tag {number}")).collect();
    let tags: Vec<Tag> = names.iter().map(|name| asm.tag(name)).collect();
    let args = ["x", "y"].map(|arg| asm.arg(arg));
    let all: Vec<&str> = names[..COUNT].iter().map(String::as_str).collect();
    let constant = asm.const_set(false, &all);
    let superset = [
        Op::LoadSet { dst: S0, set: constant },
        Op::LoadArgSet { dst: S1, field: TAGS, arg: args[1] },
        Op::Subset { dst: B0, left: S0, right: S1 },
        ANSWER,
    ];
    for (number, tag) in tags[..COUNT].iter().enumerate() {
        block(
            &mut asm,
            &number.to_string(),
            &[contains(args[0], *tag).to_vec(), superset.to_vec(), contains(args[1], *tag).to_vec()],
        );
    }
    let mut bench = Bench::new(asm.program, Settings::default());
    let mut rule = |number: usize, here: &[&str], there: &[&str]| {
        let tool = number.to_string();
        let args = [tagged("x", here), tagged("y", there)];
        let fired = fired(&mut bench, &Call::new(&tool, &args)).expect("it has a plan");
        fired.map(|rule| rule as usize % 3)
    };
    for number in (0..COUNT).step_by(7).chain([61, 62, 123, 124, 185, 186, 247]) {
        let (this, other) = (names[number].as_str(), names[(number + 1) % COUNT].as_str());
        // Tags of the policy that the plan does not name, and one of nobody.
        let others = [names[COUNT].as_str(), "nobody's"];
        assert_eq!(rule(number, &[this], &[]), Some(0), "{number}");
        assert_eq!(rule(number, &[], &[others[0], this, others[1]]), Some(2), "{number}");
        assert_eq!(rule(number, &[other, others[0]], &[other, others[1]]), None, "{number}");
    }
}

#[test]
fn sets_of_several_words_of_several_blocks_do_not_mix() {
    let mut asm = Assembler::new();
    let names: Vec<String> = (0..70).map(|number| format!("tag {number}")).collect();
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    let constant = asm.const_set(false, &all);
    for name in ["x", "y"] {
        let arg = asm.arg(name);
        // The constant makes two words of each set.
        let load = [Op::LoadArgSet { dst: S0, field: TAGS, arg }, Op::LoadSet { dst: S1, set: constant }];
        let equal = vec![load[0], load[1], Op::Equal { dst: B0, left: S0, right: S1 }, ANSWER];
        let conditions = [equal, contains(arg, asm.tag("tag 69")).to_vec()];
        block(&mut asm, "t", &conditions);
    }
    let mut bench = Bench::new(asm.program, Settings::default());
    let mut rule = |x: &[&str], y: &[&str]| {
        fired(&mut bench, &Call::new("t", &[tagged("x", x), tagged("y", y)])).expect("both have plans")
    };
    assert_eq!(
        [rule(&["tag 69"], &[]), rule(&[], &["tag 69"]), rule(&["tag 3"], &["tag 4"])],
        [Some(1), Some(3), None]
    );
}

#[test]
fn the_star_is_every_tag_however_it_is_given() {
    // Few tags of the plan, many, and many of a policy with more than have bits in a word.
    for (tags, more) in [(1, 0), (20, 0), (20, 60)] {
        let mut asm = Assembler::new();
        let names: Vec<String> = (0..tags).map(|number| format!("tag {number}")).collect();
        let constant = asm.const_set(false, &names.iter().map(String::as_str).collect::<Vec<_>>());
        for number in 0..more {
            asm.tag(&format!("other {number}"));
        }
        let arg = asm.arg("x");
        let load = [Op::LoadArgSet { dst: S0, field: TAGS, arg }, Op::LoadSet { dst: S1, set: constant }];
        let superset = vec![load[0], load[1], Op::Subset { dst: B0, left: S1, right: S0 }, ANSWER];
        let universal = vec![load[0], Op::IsUniversal { dst: B0, set: S0 }, ANSWER];
        block(&mut asm, "t", &[universal, superset]);
        let mut bench = Bench::new(asm.program, Settings::default());
        let (star, first, nobodys) =
            (bench.policy.tag("*"), bench.policy.tag("tag 0"), bench.policy.tag("*?"));
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        for (by_name, by_handle, fires) in [
            (&["*"][..], &[&star][..], Some(0)),
            (&["tag 0", "*"], &[&first, &star], Some(0)),
            (&["*", "*?"], &[&star, &nobodys], Some(0)),
            (&["*?"], &[&nobodys], None),
            (&all, &[&first], Some(1)),
        ] {
            for set in [SetInput::of(by_name), SetInput::from(by_handle)] {
                let args =
                    [Argument::new("x", Value::Null).with_metadata(MetadataInput::default().with_tags(set))];
                let expected = if tags > 1 && set.len() == 1 && fires == Some(1) { None } else { fires };
                assert_eq!(fired(&mut bench, &Call::new("t", &args)), Some(expected), "{tags} {by_name:?}");
            }
        }
    }
}

/// What two sets can list, or leave out, that a plan does not tell apart, and whether that can be joined.
#[test]
fn sets_are_joined_where_other_tags_do_not_matter() {
    let (none, others) = (0b01, 0b01 | OTHERS);
    let (all, without_others) = (!0b10, !0b10 & !OTHERS);
    let sets = [none, others, all, without_others];
    let joins = |joined: Joined| {
        sets.map(|left| {
            sets.map(|right| joined.join(left, right).is_some()).map(|can| if can { '1' } else { '0' })
        })
        .map(String::from_iter)
    };
    assert_eq!(joins(Joined::Union), ["1111", "1110", "1111", "1010"]);
    assert_eq!(joins(Joined::Intersection), ["1111", "1010", "1111", "1011"]);
    assert_eq!(Joined::Union.join(none, others), Some(others));
    assert_eq!(Joined::Union.join(none, without_others), Some(without_others));
    assert_eq!(Joined::Union.join(0b10, all), Some(!0));
    assert_eq!(Joined::Intersection.join(all, others), Some(others));
    assert_eq!(Joined::Intersection.join(none, without_others), Some(none));
    assert_eq!(Joined::Intersection.join(without_others, without_others), Some(without_others));
}

#[test]
fn plans_have_as_many_words_as_there_is_room_for() {
    // Sets of one word each, of so many arguments and fields.
    let has_plan = |sets: usize, more: usize| {
        let mut asm = Assembler::new();
        let constant = asm.const_set(false, &["a"]);
        let fields = [FieldImm::Tags, FieldImm::Producers];
        let conditions = |asm: &mut Assembler, sets: usize| -> Vec<Vec<Op>> {
            let condition = |at: usize| {
                let (arg, field) = (asm.arg(&(at / 2).to_string()), fields[at % 2]);
                let load = [Op::LoadArgSet { dst: S0, field, arg }, Op::LoadSet { dst: S1, set: constant }];
                vec![load[0], load[1], Op::Overlaps { dst: B0, left: S0, right: S1 }, ANSWER]
            };
            (0..sets).map(condition).collect()
        };
        for sets in [sets, more] {
            let conditions = conditions(&mut asm, sets);
            block(&mut asm, "t", &conditions);
        }
        let mut bench = Bench::new(asm.program, Settings::default());
        // The last set of the last block decides.
        let last = sets.max(more).saturating_sub(1);
        let set = SetInput::of(&["a"]);
        let metadata = if last.is_multiple_of(2) {
            MetadataInput::default().with_tags(set)
        } else {
            MetadataInput::default().with_producers(set)
        };
        let name = (last / 2).to_string();
        let args = [Argument::new(name.as_str(), Value::Null).with_metadata(metadata)];
        fired(&mut bench, &Call::new("t", &args)).map(|rule| rule.map(|rule| rule as usize))
    };
    assert_eq!([has_plan(8, 0), has_plan(9, 0)], [Some(Some(7)), None]);
    assert_eq!([has_plan(4, 4), has_plan(4, 5), has_plan(1, 7)], [Some(Some(3)), None, Some(Some(7))]);
}

#[test]
fn as_many_blocks_and_arguments_are_asked_together_as_there_is_room_for() {
    let decided = |blocks: usize, args: usize| {
        let mut asm = Assembler::new();
        let set = asm.string_set(&["a"]);
        for at in 0..blocks {
            let condition = |number: usize| {
                let load = Op::LoadArg { dst: V0, arg: asm.arg(&format!("{at} {number}")) };
                vec![load, Op::ValueIn { dst: B0, value: V0, reading: ReadingImm::Any, set }, ANSWER]
            };
            let conditions: Vec<Vec<Op>> = (0..args).map(condition).collect();
            block(&mut asm, "t", &conditions);
        }
        let mut bench = Bench::new(asm.program, Settings::default());
        let name = format!("{} {}", blocks - 1, args - 1);
        fired(&mut bench, &Call::new("t", &[Argument::new(name.as_str(), Value::Str("a"))]))
    };
    assert_eq!([decided(8, 2), decided(9, 1), decided(8, 3)], [Some(Some(15)), None, None]);
    assert_eq!([decided(2, 8), decided(1, 16), decided(1, 17)], [Some(Some(15)), Some(Some(15)), None]);
}

#[test]
fn tags_of_all_fields_count() {
    let mut asm = Assembler::new();
    let (arg, tag) = (asm.arg("x"), asm.tag("a"));
    block(&mut asm, "t", &[contains(arg, tag).to_vec()]);
    let limits = Limits { tags_per_call: 6, ..Limits::default() };
    let mut bench = Bench::of(limited_policy(asm.program, limits));
    let mut decided = |counts: [usize; 3]| {
        let names = ["b", "c", "d", "e", "f"];
        let [tags, producers, consumers] = counts.map(|count| SetInput::of(&names[..count]));
        let metadata =
            MetadataInput::default().with_tags(tags).with_producers(producers).with_consumers(consumers);
        fired(&mut bench, &Call::new("t", &[Argument::new("x", Value::Null).with_metadata(metadata)]))
            .is_some()
    };
    assert_eq!([[2, 2, 2], [1, 5, 0], [0, 5, 1], [0, 0, 0]].map(&mut decided), [true; 4]);
    assert_eq!([[2, 2, 3], [1, 5, 1], [5, 0, 2]].map(&mut decided), [false; 3]);
}

#[test]
fn literals_are_compared_to_their_ends() {
    let mut asm = Assembler::new();
    let arg = asm.arg("x");
    let patterns = [r"https://example\.org.*", "(https|ab|z).*", r".*@trustedcorp\.com"];
    for (number, pattern) in patterns.iter().enumerate() {
        let pattern = asm.pattern(PatternSyntax::Regex, pattern);
        let patterns = append(&mut asm.program.pattern_pool, vec![pattern]);
        let set = asm.element_set(ElementSetRecord { patterns, ..ElementSetRecord::default() });
        let load = Op::LoadArg { dst: V0, arg };
        let test = Op::ValueIn { dst: B0, value: V0, reading: ReadingImm::Any, set };
        block(&mut asm, &number.to_string(), &[vec![load, test, ANSWER]]);
    }
    let mut bench = Bench::new(asm.program, Settings::default());
    let mut accepts = |text: &str| {
        let args = [Argument::new("x", Value::Str(text))];
        ["0", "1", "2"]
            .map(|tool| fired(&mut bench, &Call::new(tool, &args)).expect("it has a plan").is_some())
    };
    let cases = [
        ("https://example.org/a", [true, true, false]),
        // As its first eight bytes, and as its last ones.
        ("https://example.net/a", [false, true, false]),
        ("https://", [false, true, false]),
        ("a@wrustedcorp.com", [false; 3]),
        ("@trustedcorp.com", [false, false, true]),
        ("tedcorp.com", [false; 3]),
        ("abc", [false, true, false]),
        ("a", [false; 3]),
        ("b", [false; 3]),
        ("z", [false, true, false]),
        ("", [false; 3]),
        ("ba@trustedcorp.com", [false, false, true]),
    ];
    for (text, expected) in cases {
        assert_eq!(accepts(text), expected, "{text}");
    }
}

/// Rules may share a long text, so comparing it costs each time; unless what it is compared with is told apart at once.
#[test]
fn comparing_long_texts_costs_what_it_takes() {
    let (long, other) = ("a".repeat(800), "a".repeat(799) + "b");
    let spent = |set: &dyn Fn(&mut Assembler) -> Elements, text: &str| {
        let mut asm = Assembler::new();
        let (arg, set) = (asm.arg("x"), set(&mut asm));
        let load = Op::LoadArg { dst: V0, arg };
        let test = Op::ValueIn { dst: B0, value: V0, reading: ReadingImm::Any, set };
        block(&mut asm, "t", &[vec![load, test, ANSWER]]);
        let mut bench = Bench::new(asm.program, Settings::default());
        assert!(fired(&mut bench, &Call::new("t", &[Argument::new("x", Value::Str(text))])).is_some());
        bench.scratch.memory.work().exceeded().actual()
    };
    let string = |asm: &mut Assembler| asm.string_set(&[&long]);
    let pattern = |text: String| {
        move |asm: &mut Assembler| {
            let pattern = asm.pattern(PatternSyntax::Regex, &text);
            let patterns = append(&mut asm.program.pattern_pool, vec![pattern]);
            asm.element_set(ElementSetRecord { patterns, ..ElementSetRecord::default() })
        }
    };
    assert_eq!([spent(&string, &long), spent(&string, &other), spent(&string, "a")], [101, 1, 1]);
    let begins = pattern(format!("{long}.*"));
    assert_eq!([spent(&begins, &long), spent(&begins, &other), spent(&begins, "a")], [101, 101, 1]);
    let ends = pattern(format!(".*{long}"));
    assert_eq!([spent(&ends, &long), spent(&ends, &other), spent(&ends, "a")], [101, 1, 1]);
}

#[test]
fn sets_of_the_session_are_compared() {
    let mut asm = Assembler::new();
    let (constant, tag) = (asm.const_set(false, &["a", "b"]), asm.tag("a"));
    let load = [Op::LoadSessionSet { dst: S0, field: TAGS }, Op::LoadSet { dst: S1, set: constant }];
    let (dst, left, right, set) = (B0, S0, S1, S0);
    let tests = [
        Op::Overlaps { dst, left, right },
        Op::Subset { dst, left, right },
        Op::Subset { dst, left: S1, right: S0 },
        Op::Equal { dst, left, right },
        Op::IsEmpty { dst, set },
        Op::IsUniversal { dst, set },
        Op::Contains { dst, set, tag },
    ];
    for (number, test) in tests.into_iter().enumerate() {
        block(&mut asm, &number.to_string(), &[vec![load[0], load[1], test, ANSWER]]);
    }
    let mut bench = Bench::new(asm.program, Settings::default());
    for (tags, complement, expected) in [
        (&[][..], false, "0100100"),
        (&["a"], false, "1100001"),
        (&["b"], false, "1100000"),
        (&["a", "b"], false, "1111001"),
        (&[], true, "1010011"),
        (&["a"], true, "1000000"),
    ] {
        let mut metadata = Metadata::default();
        let set = metadata.field_mut(TAGS);
        for tag in tags {
            set.insert(bench.policy.universe().find(tag).expect("the policy names it"));
        }
        if complement {
            set.negate();
        }
        let (universe, limits) = (bench.policy.universe(), bench.policy.limits());
        bench.session.commit(&metadata, universe, &StringTable::default(), limits).expect("it is small");
        let found: String = (0..tests.len())
            .map(|number| {
                let tool = number.to_string();
                let fired = fired(&mut bench, &Call::new(&tool, &[])).expect("it has a plan");
                if fired.is_some() { '1' } else { '0' }
            })
            .collect();
        assert_eq!(found, expected, "{tags:?} {complement}");
    }
}

#[test]
fn each_plan_has_its_own_tags_and_pays_for_its_own_steps() {
    let mut asm = Assembler::new();
    let arg = asm.arg("x");
    for tool in ["t", "u"] {
        let conditions: Vec<Vec<Op>> =
            (0..3).map(|number| contains(arg, asm.tag(&format!("{tool} {number}"))).to_vec()).collect();
        block(&mut asm, tool, &conditions);
    }
    let mut bench = Bench::new(asm.program, Settings::default());
    let plans: Vec<(u32, u32, u8)> = bench
        .policy
        .direct()
        .plans
        .iter()
        .map(|plan| plan.as_ref().map(|plan| (plan.steps, plan.tags.len, plan.words)).expect("each has one"))
        .collect();
    assert_eq!(plans, [(3, 3, 1), (3, 3, 1)]);
    assert_eq!(fired(&mut bench, &Call::new("u", &[])), Some(None));
    assert_eq!(bench.scratch.memory.work().exceeded().actual(), 3);
}
